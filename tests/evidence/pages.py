"""Looks at every page of the site in Chromium, in both schemes, on a desk and on a phone, from files and from a server.

Run as `python -m tests.evidence.pages`.  The exit code is 1 where anything is wrong: then nothing is written.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.opening import DESK, PHONE, STILL, opened, overflow, served, shifts, violations
from tests.evidence.writing import stamp, write_measurement
from tests.site.building import make_project

VIEWS = [(scheme, width) for scheme in ("light", "dark") for width in (DESK, PHONE)]


def problems(browser: Browser, address: str, scheme: str, width: int) -> Iterator[str]:
    """What is wrong with a page, seen in one way."""
    found = opened(browser, address, scheme, width)
    if by := overflow(found.page):
        yield f"{by} pixels too wide"
    yield from (f"moves: {each}" for each in shifts(found.page))
    yield from (f"axe: {name}: {places[0]}" for name, places in violations(found.page))
    yield from (f"asks {url}" for url in found.outside)
    yield from (f"says {text}" for text in found.complaints)
    found.page.context.close()


def main() -> int:
    """Look, and write what was seen; returns the exit code."""
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        make_project(project)
        site = project / "site"
        pages = sorted(page.relative_to(site).as_posix() for page in site.rglob("*.html"))
        with sync_playwright() as playwright, served(site) as root:
            options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
            for number, page in enumerate(pages, start=1):
                print(f"\r{number}/{len(pages)} pages", end="", file=sys.stderr, flush=True)
                for scheme, width in VIEWS:
                    start = root if scheme == "dark" else f"{site.as_uri()}/"
                    seen = problems(browser, start + page, scheme, width)
                    wrong += [f"{page} ({scheme}, {width}): {problem}" for problem in seen]
            browser.close()
    print(file=sys.stderr)
    for each in wrong:
        print(each)
    if not wrong:
        views = [f"{scheme}, {width} pixels" for scheme, width in VIEWS]
        found = {**stamp(), "pages": len(pages), "views": views, "still": STILL, "problems": 0}
        write_measurement("pages", found)
        print(f"{len(pages)} pages in {len(VIEWS)} views each: nothing is wrong with any")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
