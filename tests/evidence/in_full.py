"""Do in full what `make test` samples: some tests, the guide for vendors, and every page of the site in Chromium.

The guide is pasted with each Python; pages are seen in both schemes, on a desk and on a phone, from files and a server.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.conftest import DESK, PHONE, STILL, chromium, look, overflow, served, shifts, violations, window
from tests.evidence.writing import ROOT, Found, Kept
from tests.site.conftest import digest_elsewhere, digest_of_pages, make_project
from translator_cmk.progress import ProgressBar

SAMPLED = (
    "tests/test_suite.py",
    "tests/conformance/test_families.py",
    "tests/conformance/test_verify.py",
    "tests/oracle/test_explain.py",
    "tests/machine/test_stateful.py",
    "tests/explore/test_search.py",
)


def run_tests(_: Kept) -> Found:
    """Run these tests in full."""
    code = subprocess.call([sys.executable, "-m", "pytest", "-q", *SAMPLED], env=os.environ | {"IN_FULL": ""})
    return Found(f"{len(SAMPLED)} files of tests ran in full", [f"pytest ends with {code}"] if code else [])


PYTHONS = ("python3.11", "python3.12", "python3.13", "python3.14")


def works(python: str) -> bool:
    """Return whether there is such a Python, and it starts."""
    found = shutil.which(python)
    return found is not None and subprocess.run([found, "-V"], capture_output=True, check=False).returncode == 0


def paste_guide(_: Kept) -> Found:
    """Paste the commands of the guide with each Python that is here, into which the wheel is installed."""
    there = [python for python in PYTHONS if works(python)]
    absent = [python for python in PYTHONS if python not in there]
    code = subprocess.call([sys.executable, ROOT / ".ci" / "paste_guide.py", *there])
    sentence = f"the guide for vendors was pasted with {', '.join(there)}"
    return Found(
        sentence + (f"; not here: {', '.join(absent)}" if absent else ""),
        ["a command of the guide does not do what it says"] if code else [],
        {"pythons": there, "absent": absent},
    )


VIEWS = [(scheme, width) for scheme in ("light", "dark") for width in (DESK, PHONE)]


def problems(browser: Browser, address: str, scheme: str, width: int) -> Iterator[str]:
    """Yield what is wrong with a page, seen in one way."""
    found = window(browser)
    look(found.page, width, dark=scheme == "dark")
    found.page.goto(address)
    if by := overflow(found.page):
        yield f"{by} pixels too wide"
    yield from (f"moves: {each}" for each in shifts(found.page))
    yield from (f"axe: {name}: {places[0]}" for name, places in violations(found.page))
    yield from (f"asks {url}" for url in found.outside)
    yield from (f"says {text}" for text in found.complaints)
    found.page.context.close()


def look_at_pages(_: Kept) -> Found:
    """Generate the site, in two processes alike, and look at it."""
    wrong = [] if digest_elsewhere() == digest_of_pages() else ["another process generates other pages"]
    bar = ProgressBar("pages")
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        make_project(project)
        site = project / "site"
        pages = sorted(page.relative_to(site).as_posix() for page in site.rglob("*.html"))
        with chromium() as browser, served(site) as root:
            for number, page in enumerate(pages, start=1):
                bar.show_count(number, len(pages), "pages")
                for scheme, width in VIEWS:
                    start = root if scheme == "dark" else f"{site.as_uri()}/"
                    seen = problems(browser, start + page, scheme, width)
                    wrong += [f"{page} ({scheme}, {width}): {problem}" for problem in seen]
    bar.clear()
    views = [f"{scheme}, {width} pixels" for scheme, width in VIEWS]
    totals = {"pages": len(pages), "views": views, "still": STILL, "problems": len(wrong)}
    return Found(f"{len(pages)} pages in {len(VIEWS)} views each were opened", wrong, totals)
