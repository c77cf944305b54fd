"""One browser for all tests, and one site."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.site.building import PICKLES, a_run, build, copy_pages, generate_made_up
from tests.site.reports import A_CASE, FEATURES, MARKUP, WRONG, implementation, report_of

STEPS = (
    {"step": "Given a vault with a key"},
    {
        "step": 'When the customer deletes the vault "vault"',
        "command": {"command": "DeleteVault", "vault": "vault"},
        "outcome": {"outcome": "accepted", "by": ["environment.delete-vault"], "audit": []},
        "changed": [['the vault "vault" exists', 'the vault "vault" is deleted']],
    },
)


SOME = (
    "--requirement",
    "revocation.data-inaccessible",
    "--lane",
    "tour",
    "--scope",
    "losing-the-key",
    "--steps",
    "150",
)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project of a run in which every outcome occurs, with the steps of some of it, and of two reports."""
    project = tmp_path_factory.mktemp("project")
    copy_pages(project)
    workspace = [pickle.id for pickle in PICKLES if pickle.requirements[0].startswith("workspace.")]
    outcomes = dict(zip(workspace, ("failed", "not-run", "inconclusive", "passed"), strict=False))
    run = a_run(lambda pickle: outcomes.get(pickle.id, "passed"))
    items = tuple(replace(item, details=STEPS) if item.id.startswith("vault.") else item for item in run.items)
    wrong = implementation(report_of(project / "wrong", *WRONG, *FEATURES, *SOME), "wrong")
    marked = implementation(report_of(project / "marked", *MARKUP, *A_CASE), "marked", kind="example")
    generate_made_up(project, replace(run, items=items), (wrong, marked))
    built = build(project)
    assert built.returncode == 0, built.stderr
    return project


@pytest.fixture(scope="session")
def site(project: Path) -> Path:
    """The site."""
    return project / "site"


@pytest.fixture(scope="session")
def wrong(project: Path) -> Path:
    """The report on a system that loses nothing: it fails."""
    return project / "wrong" / "report"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, which asks nobody anything of its own accord."""
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        yield chromium
        chromium.close()
