"""The pytest plugin: options, fixtures and step definitions, the check of what is collected, and reports of scenarios.

PYTEST_DONT_REWRITE
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

# pytest has no public way to the file it writes, and no other way than these attributes to name a test case in it.
from _pytest.junitxml import xml_key

from ..errors import InvalidFile
from ..requirements import Register, load_register
from ..system import ModelSystem, System
from .assertions import NotApplicable
from .features import Diagnostic, Feature, FeatureError, Pickle, feature_files, read_feature
from .lint import lint
from .scenario_run import (
    STATUSES,
    Inconclusive,
    ScenarioRun,
    Verdict,
    format_failure,
    format_title,
    verdict_of,
)
from .systems import SystemNotFound, load_factory, not_a_system

PICKLE = pytest.StashKey[Pickle]()
FEATURE = pytest.StashKey[Path]()
REGISTER = pytest.StashKey[Register]()
FACTORY = pytest.StashKey[Callable[[], System]]()
BY_OPTION = pytest.StashKey[bool]()
SCENARIO_RUN = pytest.StashKey[ScenarioRun]()

OURS = tuple(STATUSES)
"""What running a scenario raises; anything else comes from the system, from a fixture or from a defect of ours."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("translator-cmk", "executable specification of customer-managed keys")
    group.addoption(
        "--system",
        metavar="MODULE:FACTORY",
        help="run the scenarios against the system that this makes, called once for each (default: the model)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register each requirement's id as a marker, and refuse options that can't be met."""
    name: str | None = config.getoption("--system")
    try:
        register = config.stash[REGISTER] = load_register()
        config.stash[FACTORY] = load_factory(name, config.invocation_params.dir) if name else ModelSystem
    except (InvalidFile, SystemNotFound) as error:
        raise pytest.UsageError(str(error)) from None
    for requirement in register.values():
        config.addinivalue_line("markers", f"{requirement.id}: {requirement.title}")
    config.pluginmanager.register(Run(config, register))


@pytest.fixture
def system(request: pytest.FixtureRequest) -> System:
    """Return the system that a scenario is run against.  A suite that tests its own defines a fixture of this name."""
    request.node.stash[BY_OPTION] = True
    return request.config.stash[FACTORY]()


@pytest.fixture
def scenario_run(request: pytest.FixtureRequest, system: System, scenario: tuple[Feature, Pickle]) -> ScenarioRun:
    """Return the run of a scenario, with its system just reset."""
    __tracebackhide__ = True
    name: str | None = request.config.getoption("--system")
    if name and BY_OPTION not in request.node.stash:
        raise Inconclusive(f"--system {name} is given, and a fixture called system overrides it; remove one of them")
    if problem := not_a_system(system):
        raise Inconclusive(problem)
    run = request.node.stash[SCENARIO_RUN] = ScenarioRun(system, scenario[1])
    return run


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the verdict to the report of a scenario, and say in plain words why it did not pass."""
    pickle = item.stash.get(PICKLE, None)
    if pickle is None:
        return (yield)
    path = item.stash[FEATURE]
    run = item.stash.get(SCENARIO_RUN, None)
    error = call.excinfo.value if call.excinfo else None
    status, reason = verdict(error, call.when)
    if error is not None and not isinstance(error, OURS):
        call.excinfo = pytest.ExceptionInfo.from_exception(error.with_traceback(own_frames(error.__traceback__)))
    report = yield
    if isinstance(error, NotApplicable):
        report.outcome = "skipped"
        report.longrepr = (str(path), pickle.line, f"Skipped: {reason}")
    elif error is not None and report.failed:
        requirement = item.config.stash[REGISTER].get(pickle.requirements[0])
        text = "\n".join(format_failure(error, reason or "", pickle, path, requirement, run))
        if isinstance(error, OURS):
            report.longrepr = text
        else:
            report.sections.append(("Scenario", text))
    # an attribute of the report, unlike a user property, stays out of JUnit files, and xdist carries it all the same
    report.scenario = {  # type: ignore[attr-defined]  # reports take any attribute
        "id": pickle.id,
        "title": format_title(pickle),
        "topic": path.stem,
        "status": status,
        "reason": reason,
    }
    return report


def verdict(error: BaseException | None, phase: str) -> Verdict:
    """Return the verdict on a phase (setup, call or teardown) that raised this, or nothing."""
    if known := verdict_of(error):
        return known
    if isinstance(error, pytest.skip.Exception):
        return Verdict("not-run", f"skipped: {error}")
    first_line, *_ = str(error).splitlines() or [""]
    return Verdict("inconclusive", f"{type(error).__name__} in {phase}: {first_line}")


def own_frames(traceback: TracebackType | None) -> TracebackType | None:
    """Return the part of a traceback that begins outside pytest and this package, likely in an adapter."""
    frame = traceback
    while frame is not None:
        package = frame.tb_frame.f_globals.get("__name__", "").partition(".")[0]
        if package not in ("_pytest", "pluggy", "translator_cmk"):
            return frame
        frame = frame.tb_next
    return traceback


DIAGNOSTICS = "translator_cmk_diagnostics"


class Run:
    """Makes a test of each scenario, and keeps a run from passing in which one was not checked.

    With diagnostics, no scenario is run and the exit code is that of wrong usage.
    """

    def __init__(self, config: pytest.Config, register: Register) -> None:
        self.config = config
        self.register = register
        self.bound: set[Path] = set()
        self.diagnostics: list[str] = []
        self.statuses: set[str] = set()

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Make the tests of a function that `scenarios` returned."""
        if named := getattr(metafunc.function, "features", ()):
            paths = [Path(metafunc.module.__file__ or "").parent / name for name in named]
            self.bound.update(paths)
            metafunc.parametrize("scenario", [parameter(*each) for each in pickles_of(paths)])

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Check all features that are bound, and give each test its pickle, before anything is deselected."""
        found = lint(sorted(self.bound), self.register) if self.bound else []
        joined: set[str] = set()
        for item in items:
            if hasattr(getattr(item, "function", None), "features") and not found:
                feature, pickle = item.callspec.params["scenario"]  # type: ignore[attr-defined]  # of a function
                item.stash[PICKLE], item.stash[FEATURE] = pickle, feature.path
                item.user_properties.append(("scenario", pickle.id))
                item.user_properties += [("requirement", requirement) for requirement in pickle.requirements]
                if pickle.id in joined:
                    remedy = "bind its feature once, and run one system, without parametrized fixtures"
                    text = f"{pickle.id} is collected more than once"
                    self.diagnostics.append(str(Diagnostic(feature.path, pickle.line, text, remedy)))
                joined.add(pickle.id)
        self.diagnostics += map(str, found)
        if self.diagnostics:
            items.clear()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self) -> None:
        """Hand the diagnostics over to the process that distributes the tests."""
        if hasattr(self.config, "workerinput"):
            self.config.workeroutput[DIAGNOSTICS] = self.diagnostics  # type: ignore[attr-defined]  # of xdist

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take the diagnostics of a process over; all of them collect the same."""
        self.diagnostics = getattr(node, "workeroutput", {}).get(DIAGNOSTICS, []) or self.diagnostics

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the status of one phase of a scenario, and name its test case in a JUnit file before pytest opens it."""
        scenario: dict[str, Any] | None = getattr(report, "scenario", None)
        if scenario is None:
            return
        if report.when == "call" or scenario["status"] != "passed":
            self.statuses.add(scenario["status"])
        if (xml := self.config.stash.get(xml_key, None)) is not None:
            case = xml.node_reporter(report)
            case.add_attribute("name", scenario["title"])
            case.add_attribute("classname", scenario["topic"])

    @property
    def undecided(self) -> bool:
        """Return whether scenarios were run and none of them was decided."""
        return bool(self.statuses) and not self.statuses & {"passed", "failed"}

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Set the exit code."""
        if self.diagnostics:
            session.exitstatus = pytest.ExitCode.USAGE_ERROR
        elif self.undecided and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print what keeps the run from passing."""
        for diagnostic in self.diagnostics:
            terminalreporter.write_line(f"ERROR: {diagnostic}", red=True)
        if self.undecided:
            terminalreporter.write_line("no scenario was decided")


def pickles_of(paths: list[Path]) -> Iterator[tuple[Feature, Pickle]]:
    """Yield every scenario of these files and folders, but of the files that can't be read, as the lint will say."""
    for file in feature_files(paths):
        with suppress(FeatureError):
            feature = read_feature(file)
            yield from ((feature, pickle) for pickle in feature.pickles)


def parameter(feature: Feature, pickle: Pickle) -> Any:
    """Return the scenario as the parameter of a test, with a mark for each of its requirements."""
    marks = [getattr(pytest.mark, requirement) for requirement in pickle.requirements if requirement]
    return pytest.param((feature, pickle), id=pickle.id, marks=marks)
