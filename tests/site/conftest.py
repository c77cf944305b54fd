"""What the tests of the site share: runs with chosen outcomes, reports, and the site as MkDocs
builds it from them.
"""

import hashlib
import json
import os
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
from translator_cmk import features_dir
from translator_cmk.bdd.feature_files import load_features
from translator_cmk.bdd.feature_records import Pickle
from translator_cmk.conformance.results import Item, Results
from translator_cmk.digest import kit_digest
from translator_cmk.requirements import load_register
from translator_cmk.site import pages
from translator_cmk.site.content import (
    CHANGED,
    Content,
    Evidence,
    load_content,
    load_decisions,
    rows_by_requirement,
)
from translator_cmk.site.implementations import CHECKED, PUBLISHED, Implementation
from translator_cmk.site.render import replace_folders
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


@cache
def green() -> dict[str, str]:
    """Everything that is generated as text from a run in which everything passed."""
    return {
        name: text
        for name, text in pages.generate(content_of(a_run())).files.items()
        if isinstance(text, str)
    }


def page(content: Content, wanted: str) -> str:
    """The page of this path, without making the others."""
    [found] = pages.pages(content, wanted)
    return found.text


QUICK_PAGES = (
    "decide/index.md",
    "specification/vault.md",
    "specification/steps.md",
    "evidence/traceability.md",
    "specification/index.md",
)
"""Pages that are made without a search of the model."""


def digest_of_pages(paths: Sequence[str] = ()) -> str:
    """The digest of these pages of that run, or of all that is generated."""
    content = content_of(a_run())
    found = {each: page(content, each) for each in paths} or green()
    return hashlib.sha256(repr(sorted(found.items())).encode()).hexdigest()


def digest_elsewhere(paths: Sequence[str] = ()) -> str:
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


def copy_pages(folder: Path) -> None:
    """Copy mkdocs.yml and docs/ into the folder, without generated files and the list of
    implementations to run.
    """
    without = (*pages.FOLDERS, "implementations.yaml")
    shutil.copy(ROOT / "mkdocs.yml", folder)
    shutil.copytree(
        ROOT / "docs",
        folder / "docs",
        ignore=lambda at, names: [
            name for name in names if Path(at) == ROOT / "docs" and name in without
        ],
    )


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


def files_in(folder: Path) -> dict[str, bytes]:
    """Every file in the folder, by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


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
    content = json.loads((report / "report.json").read_text("utf-8"))
    files = {file: (report / file).read_bytes() for file in PUBLISHED}
    return Implementation(
        name, kind, CHECKED, "translator-cmk verify again", "", content, files=files
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
    {"step": "Then one thing is so"},
)


@cache
def make_project(project: Path) -> Path:
    """Generate pages and build the site: every outcome occurs, some with steps, and there are two
    reports.
    """
    project.mkdir(exist_ok=True)
    copy_pages(project)
    workspace = [pickle.id for pickle in PICKLES if pickle.requirements[0].startswith("workspace.")]
    outcomes = dict(zip(workspace, ("failed", "not-run", "inconclusive", "passed"), strict=False))
    run = a_run(lambda pickle: outcomes.get(pickle.id, "passed"))
    items = tuple(
        replace(item, details=STEPS) if item.id.startswith("vault.") else item for item in run.items
    )
    wrong = implementation(verify(project / "wrong", *WRONG, *SOME).folder, "wrong")
    marked = implementation(
        verify(project / "marked", *MARKUP, *A_CASE).folder, "marked", kind="example"
    )
    content = load_content(replace(run, items=items), project / "docs")._replace(
        implementations=(wrong, marked)
    )
    replace_folders(project / "docs", pages.FOLDERS, pages.generate(content).files)
    build(project)
    return project


# Fixtures


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the pages and of the site."""
    return make_project(tmp_path_factory.getbasetemp() / "project")


@pytest.fixture(scope="session")
def site(project: Path) -> Path:
    """The site."""
    return project / "site"


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report on a system that keeps everything when access is revoked: of three scenarios it
    fails two.
    """
    return verify(tmp_path_factory.mktemp("report"), "--python", kit.WRONG, *kit.SOME).folder
