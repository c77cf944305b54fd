"""What the tests of the site share: runs with chosen outcomes, reports, and the site as MkDocs
builds it from them.
"""

import hashlib
import json
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import ROOT
from tests.conformance import conftest as kit
from tests.conformance.conftest import FAULTY, WHOLE, verify
from tests.recorded import recorded
from translator_cmk import features_dir
from translator_cmk.bdd.feature_files import load_features
from translator_cmk.bdd.feature_records import Pickle
from translator_cmk.conformance.results import Item, Results
from translator_cmk.digest import kit_digest
from translator_cmk.requirements import load_register
from translator_cmk.site import pages
from translator_cmk.site.build import Made
from translator_cmk.site.content import (
    CHANGED,
    Content,
    Evidence,
    load_decisions,
    rows_by_requirement,
)
from translator_cmk.site.implementations import CHECKED, Implementation
from translator_cmk.verdict import Status

REGISTER = load_register()
FEATURES = load_features(features_dir())
PICKLES = [pickle for feature in FEATURES for pickle in feature.pickles]

Outcomes = Callable[[Pickle], str]


def a_run(status: Outcomes = lambda pickle: "passed", **changes: object) -> Results:
    """A complete run of everything against the model, each scenario with the status that the
    function gives.
    """
    items = tuple(
        Item(
            id=pickle.id,
            kind="scenario",
            requirements=pickle.requirements,
            status=Status(found := status(pickle)),
            seconds=0.0042,
            reason=None if found == "passed" else f"a reason why it is {found}",
        )
        for pickle in PICKLES
    )
    results = Results(
        digest=current_digest(),
        kit="0.1.0",
        subject="model",
        profile="full",
        selection=(),
        started="2026-03-04T05:06:07Z",
        finished="2026-03-04T05:06:09Z",
        complete=True,
        items=items,
    )
    return replace(results, **changes)  # type: ignore[arg-type]  # fields by name


@cache
def current_digest() -> str:
    """The identity of the kit as it is."""
    return kit_digest()


def evidence_of(results: Results | None) -> Evidence:
    """The specification as it is with a run of it."""
    return Evidence(
        REGISTER,
        FEATURES,
        results,
        CHANGED if results and results.digest != current_digest() else "",
    )


def content_of(results: Results | None) -> Content:
    """All that pages are made from, with a run."""
    return Content(
        evidence_of(results), rows_by_requirement(), load_decisions(ROOT / "docs" / "decisions")
    )


def page(content: Content, wanted: str) -> str:
    """The page of this path, without making the others."""
    [(_, text)] = pages.pages(content, wanted)
    return text


QUICK_PAGES = (
    "decide/index.md",
    "specification/vault.md",
    "specification/steps.md",
    "evidence/traceability.md",
    "specification/index.md",
)
"""Pages that are made without a search of the model."""


def digest_of_pages(paths: Sequence[str]) -> str:
    """The digest of these pages of that run."""
    content = content_of(a_run())
    return digest_of([page(content, each) for each in paths])


def digest_of(texts: Sequence[str]) -> str:
    """The digest of the texts of pages."""
    return hashlib.sha256(repr(texts).encode()).hexdigest()


def digest_elsewhere(paths: Sequence[str]) -> str:
    """The same digest, taken by a process with another hash seed."""
    code = f"import tests.site.conftest as it; print(it.digest_of_pages({tuple(paths)!r}))"
    seeded = os.environ | {"PYTHONHASHSEED": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=seeded,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


HOOK = """
import pickle
from pathlib import Path
from docs.theme import generated
from docs.theme.generated import on_config, on_files, on_page_markdown
generated.made_elsewhere = lambda *_: pickle.loads(Path("made.pickle").read_bytes())
"""
"""The hook of the site, with files that are made already."""


def copy_pages(folder: Path) -> None:
    """Copy mkdocs.yml and docs/ into the folder."""
    shutil.copytree(ROOT / "docs", folder / "docs")
    shutil.copy(ROOT / "mkdocs.yml", folder)


SITE, REPOSITORY = "https://example.github.io/cmk/", "https://github.com/example/cmk"
PUBLISHED_AT = {"SITE_URL": SITE, "REPO_URL": REPOSITORY}
"""Where the site of the tests is published; they open it from files and from another server all the
same.
"""


def build(folder: Path) -> Path:
    """Run mkdocs in the folder, strictly; returns the folder of the site."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict"]
    environment = (
        os.environ | {"NO_MKDOCS_2_WARNING": "1", "SOURCE_DATE_EPOCH": "1760000000"} | PUBLISHED_AT
    )
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return folder / "site"


# Systems that are tested, and their reports as implementations

WRONG = ("--python", kit.WRONG)
MARKUP = ("--stdio", f"{FAULTY} hello=markup")
ALL_FEATURES = ("--lane", "features")
A_CASE = (*ALL_FEATURES, "--case", WHOLE)
SOME = (
    *(*ALL_FEATURES, "--requirement", "revocation.data-inaccessible"),
    *("--lane", "tour", "--scope", "losing-the-key", "--steps", "150"),
)
MARKED = "<script>alert(1)</script>"
"""What the name of the system behind ``MARKUP`` begins with."""


def implementation(report: Path, name: str, kind: str = "product") -> Implementation:
    """An implementation with a report."""
    written = (report / "report.json").read_bytes()
    content = json.loads(written)
    return Implementation(
        name, kind, CHECKED, "translator-cmk verify again", "", content, published=written
    )


# The site

STEPS: tuple[Mapping[str, Any], ...] = (
    {"step": "Given a vault"},
    {
        "step": "When the customer does | something",
        "command": {"command": "DeleteVault", "vault": "kv-prod"},
        "outcome": {"outcome": "refused", "because": ["vault.same-region-refused"]},
        "changed": [["it was <b>so</b>", "it is so"]],
    },
    {"step": "Then one | thing is so"},
)


def make_site(folder: Path) -> None:
    """Generate the pages of a run in which everything passed, those without a run, and a site in
    which every outcome occurs, some with steps, and there are two reports.

    All in one process, which searches the model once.
    """
    for name, run in {"green": a_run(), "nothing": None}.items():
        write_made(folder / f"{name}.pickle", content_of(run))
    copy_pages(folder)
    settings = folder / "mkdocs.yml"
    settings.write_text(
        settings.read_text("utf-8").replace("docs/theme/generated.py", "made.py"), "utf-8"
    )
    (folder / "made.py").write_text(HOOK, "utf-8")
    write_made(folder / "made.pickle", eventful(folder))
    build(folder)


def write_made(file: Path, content: Content) -> None:
    """Write what is generated from a content into a file."""
    file.write_bytes(pickle.dumps(Made(pages.generate(content), ())))


def eventful(folder: Path) -> Content:
    """The content in which every outcome occurs, with two reports in the folder."""
    workspace = [pickle.id for pickle in PICKLES if pickle.requirements[0].startswith("workspace.")]
    outcomes = dict(zip(workspace, ("failed", "not-run", "inconclusive", "passed"), strict=False))
    run = a_run(lambda pickle: outcomes.get(pickle.id, "passed"))
    items = tuple(
        replace(item, details=STEPS) if item.id.startswith("vault.") else item for item in run.items
    )
    wrong = implementation(verify(folder / "wrong", *WRONG, *SOME).folder, "wrong")
    marked = implementation(
        verify(folder / "marked", *MARKUP, *A_CASE).folder, "marked", kind="example"
    )
    content = content_of(replace(run, items=items))
    return content._replace(implementations=(wrong, marked))


# Fixtures


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the site, of its pages and of its reports."""
    return recorded(tmp_path_factory, "site", make_site)


@pytest.fixture(scope="session")
def site(project: Path) -> Path:
    """The site."""
    return project / "site"


def made(file: Path) -> dict[str, str]:
    """Everything that was generated as text."""
    found: Made = pickle.loads(file.read_bytes())
    return {name: text for name, text in found.files.items() if isinstance(text, str)}


@pytest.fixture(scope="session")
def green(project: Path) -> Mapping[str, str]:
    """Everything that is generated as text from a run in which everything passed."""
    return made(project / "green.pickle")


@pytest.fixture(scope="session")
def nothing(project: Path) -> Mapping[str, str]:
    """Everything that is generated as text without a run."""
    return made(project / "nothing.pickle")


@pytest.fixture(scope="session")
def eventful_pages(project: Path) -> Mapping[str, str]:
    """Everything that is generated as text for the site."""
    return made(project / "made.pickle")


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report on a system that keeps everything when access is revoked: of three scenarios it
    fails two.
    """

    def make(folder: Path) -> None:
        verify(folder, "--python", kit.WRONG, *kit.SOME)

    return recorded(tmp_path_factory, "report of keeping everything", make) / "report"
