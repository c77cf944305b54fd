"""Joins the collected tests and pickles, and stops a run in which a scenario would pass without being checked.

PYTEST_DONT_REWRITE
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

# pytest-bdd has no public way from a test to its scenario.
from pytest_bdd.scenario import scenario_wrapper_template_registry
from pytest_bdd.utils import registry_get_safe

from ..requirements import Register
from .features import Diagnostic, Feature, Pickle, feature_files, read_feature
from .lint import lint

PICKLE = pytest.StashKey[Pickle]()
FEATURE = pytest.StashKey[Path]()

DIAGNOSTICS = "translator_cmk_diagnostics"

Key = tuple[Path, str, str]
"""Feature file, name of the scenario, and cell of the first column; the lint refuses two pickles that share one."""


class Collection:
    """The scenarios of a run.  With diagnostics, none of them is run and the exit code is that of wrong usage."""

    def __init__(self, config: pytest.Config, register: Register) -> None:
        self.config = config
        self.register = register
        self.features: list[Feature] = []
        self.diagnostics: list[str] = []
        self.suspects: set[Path] = set()

    def pytest_exception_interact(self, node: Any, call: pytest.CallInfo[Any]) -> None:
        """Note the features of a module that could not be imported, for the lint to say why."""
        if isinstance(node, pytest.Collector) and call.excinfo:
            self.suspects |= set(features_being_read(call.excinfo.tb))

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Give each test its pickle, before anything is deselected."""
        scenarios = [item for item in items if template_of(getattr(item, "obj", None))]
        modules = {id(item.module): item.module for item in scenarios if isinstance(item, pytest.Function)}
        bound = Counter(key for module in modules.values() for each in vars(module).values() for key in keys_of(each))
        files = {path for path, _, _ in bound}
        # a file that has lost all of its scenarios binds no test: only a look into the folder finds it
        linted = files | self.suspects
        linted |= {file for path in linted for file in path.parent.glob("*.feature")}
        if not linted:
            return
        diagnostics = lint(linted, self.register)
        if not diagnostics:
            self.features = [read_feature(file) for file in feature_files(files)]
            diagnostics = [diagnostic for feature in self.features for diagnostic in unequal(feature, bound)]
        if not diagnostics:
            diagnostics = list(self.join(scenarios))
        self.diagnostics = [str(diagnostic) for diagnostic in diagnostics]
        if not diagnostics:
            return
        if hasattr(self.config, "workerinput"):
            items.clear()  # the process that distributes the tests ends the run
        else:
            raise pytest.UsageError("\n".join(self.diagnostics))

    def join(self, scenarios: Iterable[pytest.Item]) -> Iterator[Diagnostic]:
        """Give each test its pickle; yield a diagnostic for a pickle with two tests."""
        pickles = {
            (feature.path, pickle.name, pickle.row): (feature, pickle)
            for feature in self.features
            for pickle in feature.pickles
        }
        joined: set[str] = set()
        for item in scenarios:
            feature, pickle = pickles[key_of(item)]
            item.stash[PICKLE] = pickle
            item.stash[FEATURE] = feature.path
            item.user_properties.append(("scenario", pickle.id))
            item.user_properties += [("requirement", requirement) for requirement in pickle.requirements]
            if pickle.id in joined:
                text = f"{pickle.id} is collected more than once"
                remedy = "run one system at a time, without parametrized fixtures"
                yield Diagnostic(feature.path, pickle.line, text, remedy)
            joined.add(pickle.id)


class Conclusion:
    """Turns a run with diagnostics, or one in which no scenario was decided, into one that did not pass."""

    def __init__(self, config: pytest.Config, collection: Collection) -> None:
        self.config = config
        self.collection = collection
        self.diagnostics: list[str] = []  # of the processes of xdist
        self.statuses: set[str] = set()
        self.note = ""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self) -> None:
        """Hand the diagnostics over to the process that distributes the tests."""
        if hasattr(self.config, "workerinput"):
            self.config.workeroutput[DIAGNOSTICS] = self.collection.diagnostics  # type: ignore[attr-defined]  # of xdist

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take the diagnostics of a process over; all of them collect the same."""
        self.diagnostics = getattr(node, "workeroutput", {}).get(DIAGNOSTICS, []) or self.diagnostics

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the status of one phase of a scenario."""
        scenario: dict[str, Any] | None = getattr(report, "scenario", None)
        if scenario is not None and (report.when == "call" or scenario["status"] != "passed"):
            self.statuses.add(scenario["status"])

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Set the exit code."""
        if self.diagnostics:
            session.exitstatus = pytest.ExitCode.USAGE_ERROR
        elif self.statuses and not self.statuses & {"passed", "failed"} and exitstatus == pytest.ExitCode.OK:
            self.note = "no scenario was decided"
            session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print what stopped the run."""
        for diagnostic in self.diagnostics:
            terminalreporter.write_line(f"ERROR: {diagnostic}", red=True)
        if self.note:
            terminalreporter.write_line(self.note)


def template_of(function: object) -> Any:
    """Return the scenario that a test function runs, or None."""
    return registry_get_safe(scenario_wrapper_template_registry, function)


def keys_of(function: object) -> Iterator[Key]:
    """Yield a key for each test that pytest-bdd makes of a function: one a scenario, or one a row of its examples."""
    template = template_of(function)
    if template is None:
        return
    path = Path(template.feature.filename)
    rows = [row for examples in template.examples for row in examples.examples]
    for cell in [row[0] for row in rows] or [""]:
        yield path, template.name, cell


def key_of(item: Any) -> Key:
    """Return the key of the pickle that a test runs."""
    template = template_of(item.obj)
    example: dict[str, str] = item.callspec.params["_pytest_bdd_example"] if template.examples else {}
    return Path(template.feature.filename), template.name, next(iter(example.values()), "")


def unequal(feature: Feature, bound: Counter[Key]) -> Iterator[Diagnostic]:
    """Yield a diagnostic where tests and pickles of a feature are not the same."""
    compiled = Counter((feature.path, pickle.name, pickle.row) for pickle in feature.pickles)
    tests = Counter({key: times for key, times in bound.items() if key[0] == feature.path})
    if compiled != tests:
        key = next(iter((compiled - tests) or (tests - compiled)))
        text = f"{compiled.total()} scenarios, and {tests.total()} tests of them: {key[1]!r} differs"
        remedy = "bind all with scenarios(), once, and choose among them by -m or -k"
        yield Diagnostic(feature.path, feature.line, text, remedy)


def features_being_read(traceback: TracebackType | None) -> Iterator[Path]:
    """Yield the features that pytest-bdd was reading when it failed: it does not always say which."""
    while traceback:
        name, names = traceback.tb_frame.f_globals.get("__name__"), traceback.tb_frame.f_locals
        if name == "pytest_bdd.scenario" and "abs_feature_paths" in names:
            yield from feature_files(Path(path) for path in names["abs_feature_paths"])
        if name == "pytest_bdd.feature" and "full_name" in names:
            yield Path(names["full_name"])
        traceback = traceback.tb_next
