"""One browser for all tests, and one site."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.site.building import PICKLES, a_run, build, copy_pages, generate_made_up
from translator_cmk.conformance.results import Results

STEPS = (
    {"step": "Given a vault with a key"},
    {
        "step": 'When the customer deletes the vault "vault"',
        "command": {"command": "DeleteVault", "vault": "vault"},
        "outcome": {"outcome": "accepted", "by": ["environment.delete-vault"], "audit": []},
        "changed": [['the vault "vault" exists', 'the vault "vault" is deleted']],
    },
)


def with_outcomes(found: Mapping[str, str], **changes: object) -> Results:
    """A run in which these scenarios came out so, and all others passed."""
    return a_run(lambda pickle: found.get(pickle.id, "passed"), **changes)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a run in which every outcome occurs, with the steps of some of it."""
    project = tmp_path_factory.mktemp("project")
    copy_pages(project)
    outcomes = ("failed", "not-run", "inconclusive", "passed")
    workspace = [pickle.id for pickle in PICKLES if pickle.requirements[0].startswith("workspace.")]
    run = with_outcomes(dict(zip(workspace, outcomes, strict=False)))
    items = tuple(replace(item, details=STEPS) if item.id.startswith("vault.") else item for item in run.items)
    generate_made_up(project, replace(run, items=items))
    built = build(project)
    assert built.returncode == 0, built.stderr
    return project / "site"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, which asks nobody anything of its own accord."""
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        yield chromium
        chromium.close()
