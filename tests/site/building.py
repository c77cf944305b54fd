"""What the tests of the site share: runs with chosen outcomes, and copies of the pages to build from."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from translator_cmk import features_dir
from translator_cmk.bdd.features import Pickle, load_features
from translator_cmk.cli import main
from translator_cmk.conformance.results import Item, Results
from translator_cmk.digest import REPORTED, digest
from translator_cmk.requirements import load_register
from translator_cmk.site.content import Content, load_content, load_decisions
from translator_cmk.site.evidence import Evidence
from translator_cmk.site.implementations import Implementation
from translator_cmk.site.measurements import MEASUREMENTS
from translator_cmk.site.pages import FOLDERS
from translator_cmk.site.pages import generate as generate_files
from translator_cmk.site.render import replace_folders
from translator_cmk.site.rows import fragments

ROOT = Path(__file__).resolve().parents[2]
REGISTER = load_register()
FEATURES = load_features(features_dir())
PICKLES = [pickle for feature in FEATURES for pickle in feature.pickles]

Outcomes = Callable[[Pickle], str]


def a_run(status: Outcomes = lambda pickle: "passed", **changes: object) -> Results:
    """A complete run of everything against the model, each scenario with the status that the function gives."""
    items = tuple(
        Item(
            id=pickle.id,
            kind="scenario",
            requirements=pickle.requirements,
            status=(found := status(pickle)),
            seconds=0.0042,
            reason=None if found == "passed" else f"a reason why it is {found}",
        )
        for pickle in PICKLES
    )
    results = Results(
        digest=current_digest(),
        versions={"translator_cmk": "0.1.0"},
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
    """The digest of the specification as it is."""
    return digest(REPORTED)


def evidence_of(results: Results | None) -> Evidence:
    """The specification as it is with a run of it."""
    return Evidence(REGISTER, FEATURES, results, results is not None and results.digest != current_digest())


def content_of(results: Results | None) -> Content:
    """All that pages are made from, with a run, and nothing measured."""
    decisions = load_decisions(ROOT / "docs" / "decisions")
    return Content(evidence_of(results), fragments(REGISTER), decisions, dict.fromkeys(MEASUREMENTS))


def copy_pages(folder: Path) -> None:
    """Copy mkdocs.yml and docs/ into the folder, without generated files and the list of implementations to run."""
    without = (*FOLDERS, "implementations.yaml")
    shutil.copy(ROOT / "mkdocs.yml", folder)
    shutil.copytree(
        ROOT / "docs",
        folder / "docs",
        ignore=lambda at, names: [name for name in names if Path(at) == ROOT / "docs" and name in without],
    )


@cache
def a_record() -> Path:
    """Return the folder of the report on a run of every scenario against the model."""
    folder = Path(tempfile.mkdtemp()) / "run"
    lanes = ("--lane", "features", "--profile", "full", "--python", "translator_cmk.system:ModelSystem")
    assert main(["verify", *lanes, "--report", str(folder)]) == 0
    return folder


def generate_made_up(folder: Path, results: Results, implementations: Sequence[Implementation]) -> None:
    """Generate the site in the folder, with made-up results as those of the last run, and these implementations."""
    content = load_content(results, folder / "docs")._replace(implementations=implementations)
    replace_folders(folder / "docs", FOLDERS, generate_files(content))


def generate(
    folder: Path, record: Path | None, *options: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `translator-cmk site` in the folder, with this report as that of the last run."""
    if record is not None:
        shutil.copytree(record, folder / ".results" / "run")
    command = [sys.executable, "-m", "translator_cmk.cli", "site", *options]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env=os.environ | (environment or {})
    )


def build(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run mkdocs in the folder, strictly."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict"]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1", "SOURCE_DATE_EPOCH": "1760000000"}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environment)


def files_in(folder: Path) -> dict[str, bytes]:
    """Every file in the folder, by its path."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
