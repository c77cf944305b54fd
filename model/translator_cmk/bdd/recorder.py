"""Writes the results of a run, also where xdist runs the tests in other processes.

PYTEST_DONT_REWRITE
"""

import platform
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from .. import __version__, features_dir
from ..digest import REPORTED, digest, digest_with
from .collection import PICKLE, Collection
from .diagnostics import shown
from .features import Feature, Pickle, read_feature
from .results import Item, Results, write_results
from .systems import MODEL

WORKER_SAYS = "translator_cmk"
PROFILE = "full"
NOT_REACHED = "not reached"


@dataclass
class Played:
    """What came of one scenario, as far as it was played."""

    status: str = "not-run"
    reason: str | None = NOT_REACHED
    seconds: float = 0.0
    details: list[dict[str, Any]] = field(default_factory=list)
    to_its_end: bool = False


class Recorder:
    """Keeps what is reported of each scenario, and writes it down when the run is over."""

    def __init__(self, config: pytest.Config, collection: Collection) -> None:
        self.config = config
        self.collection = collection
        self.file: Path | None = config.getoption("--results")
        self.is_worker = hasattr(config, "workerinput")
        self.started = now()
        self.digest = digest(REPORTED) if self.file and not self.is_worker else ""
        self.features: list[Feature] = []
        self.chosen: dict[str, str] = {}  # id of the test -> id of the scenario
        self.complaints: list[str] = []
        self.note = ""
        self.played: dict[str, Played] = {}  # by id of the scenario
        self.crashed: list[str] = []  # ids of tests
        self.subjects: set[str] = set()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Takes down what is going to be run."""
        features = self.collection.features
        chosen = {item.nodeid: item.stash[PICKLE].id for item in session.items if PICKLE in item.stash}
        if self.is_worker:
            files = [str(feature.path) for feature in features]
            said = {"features": files, "chosen": chosen, "complaints": self.collection.diagnostics}
            self.config.workeroutput[WORKER_SAYS] = said  # type: ignore[attr-defined]  # xdist adds it
        else:
            self.features, self.chosen = features, chosen

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Takes over what a process of xdist has taken down; all of them collect the same."""
        said = getattr(node, "workeroutput", {}).get(WORKER_SAYS)
        if said:
            self.complaints, self.chosen = said["complaints"], said["chosen"]
            self.features = self.features or [read_feature(Path(file)) for file in said["features"]]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keeps what came of one phase of a test; the first phase that did not pass decides."""
        said: dict[str, Any] | None = getattr(report, "scenario", None)
        if said is None:
            if report.when not in ("setup", "call", "teardown"):  # xdist reports so that a process died
                self.crashed.append(report.nodeid)
            return
        played = self.played.setdefault(said["id"], Played())
        played.seconds += report.duration
        played.details = played.details or said["details"]
        untold = played.reason == NOT_REACHED
        # what goes wrong first stays; an interrupted test has a setup that passed and no call
        if (said["status"] == "passed" and untold and report.when == "call") or (
            said["status"] != "passed" and (untold or played.status == "passed")
        ):
            played.status, played.reason = said["status"], said["reason"]
            played.to_its_end = not (report.skipped and played.status == "not-run")
        if said["subject"]:
            self.subjects.add(said["subject"])

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Writes the file, and turns a run in which nothing was decided into one that did not pass."""
        if self.complaints:
            session.exitstatus = pytest.ExitCode.USAGE_ERROR
            return
        decided = any(played.status in ("passed", "failed") for played in self.played.values())
        if self.played and not decided and exitstatus == pytest.ExitCode.OK:
            self.note = "no scenario was decided"
            session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED
        if self.file and not self.is_worker and not self.config.option.collectonly:
            self.write(self.file, session, exitstatus)

    def write(self, file: Path, session: pytest.Session, exitstatus: int) -> None:
        """Writes the file, or says why not and turns the run into one that did not pass."""
        if exitstatus == pytest.ExitCode.USAGE_ERROR:
            return
        problem = ""
        if not self.features:
            problem = "no scenario was collected"
        elif len(self.subjects) > 1:
            problem = f"more than one system was run: {', '.join(sorted(self.subjects))}"
        else:
            try:
                write_results(file, self.results(exitstatus))
            except OSError as error:
                problem = f"{error.strerror}"
        self.note = f"no results in {file}: {problem}" if problem else f"results in {file}"
        if problem:
            session.exitstatus = pytest.ExitCode.USAGE_ERROR

    def results(self, exitstatus: int) -> Results:
        """All that is known of the run."""
        for test in self.crashed:
            if test in self.chosen:
                self.played[self.chosen[test]] = Played("inconclusive", "the process that ran it died")
        pickles = [pickle for feature in self.features for pickle in feature.pickles]
        run_to_end = all(pickle.id in self.played and self.played[pickle.id].to_its_end for pickle in pickles)
        system: str | None = self.config.getoption("--system")
        return Results(
            digest=self.digest_of_run(),
            versions={
                "gherkin": version("gherkin-official"),
                "pytest": pytest.__version__,
                "pytest_bdd": version("pytest-bdd"),
                "python": platform.python_version(),
                "translator_cmk": __version__,
            },
            subject=next(iter(self.subjects), system or MODEL),
            profile=PROFILE,
            selection=tuple(selection(self.config)),
            started=self.started,
            finished=now(),
            complete=run_to_end and exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED),
            items=tuple(self.item(feature, pickle) for feature in self.features for pickle in feature.pickles),
        )

    def item(self, feature: Feature, pickle: Pickle) -> Item:
        """What came of one scenario."""
        chosen = pickle.id in self.chosen.values()
        played = self.played.get(pickle.id) or Played(reason=NOT_REACHED if chosen else "not selected")
        return Item(
            id=pickle.id,
            kind="scenario",
            requirements=pickle.requirements,
            status=played.status,
            seconds=round(played.seconds, 6),
            reason=played.reason,
            name=pickle.name,
            feature=relative(feature.path),
            line=pickle.line,
            details=tuple(played.details),
        )

    def digest_of_run(self) -> str:
        """That of the specification, or another one where features from elsewhere were run."""
        files = [feature.path for feature in self.features]
        if all(file.is_relative_to(features_dir()) for file in files):
            return self.digest
        return digest_with({relative(file): file for file in files}, REPORTED)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Says what stopped the run, and where its results are."""
        for complaint in self.complaints:
            terminalreporter.write_line(f"ERROR: {complaint}", red=True)
        if self.note:
            terminalreporter.write_line(self.note)


def now() -> str:
    """The time, as results have it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def relative(file: Path) -> str:
    """The path of a feature as results have it: below `features/`, or from the current folder."""
    if file.is_relative_to(features_dir()):
        return f"features/{file.relative_to(features_dir()).as_posix()}"
    return Path(shown(file)).as_posix()


def selection(config: pytest.Config) -> Iterator[str]:
    """What the command line narrows the run to."""
    if config.option.markexpr:
        yield f"-m {config.option.markexpr}"
    if config.option.keyword:
        yield f"-k {config.option.keyword}"
    for test in config.option.deselect or ():
        yield f"--deselect {test}"
    if config.args_source is pytest.Config.ArgsSource.ARGS:
        root = config.invocation_params.dir
        for argument in config.args:
            path, colons, test = argument.partition("::")
            yield f"{shown(root / path)}{colons}{test}"
