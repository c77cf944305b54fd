"""The pytest plugin: its options, fixtures and step definitions, and how a scenario that was run is reported.

PYTEST_DONT_REWRITE
"""

from collections.abc import Callable, Generator
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

# pytest has no public way to the file it writes, and no other way than these attributes to name a test case in it.
from _pytest.junitxml import xml_key
from pytest_bdd import given, then, when
from pytest_bdd.parsers import StepParser

from ..errors import InvalidFile
from ..language.facts import Fact
from ..language.sentences import COMMAND_PHRASES, FACT_PHRASES
from ..language.situations import Situation, situations
from ..machine import Command
from ..requirements import Register, load_register
from ..system import ModelSystem, System, Unsupported
from .assertions import ASSERTION_PHRASES, Assertion, AssertionFailed, NotApplicable
from .collection import FEATURE, PICKLE, Collection, Conclusion
from .features import ATTESTATION, COUNTEREXAMPLE, Pickle
from .scenario_run import Inconclusive, ScenarioRun, SetupFailed, Verdict, format_failure, format_title, verdict_of
from .systems import SystemNotFound, load_factory, not_a_system

REGISTER = pytest.StashKey[Register]()
FACTORY = pytest.StashKey[Callable[[], System]]()
BY_OPTION = pytest.StashKey[bool]()
SCENARIO_RUN = pytest.StashKey[ScenarioRun]()

OURS = (AssertionFailed, SetupFailed, Inconclusive, NotApplicable, Unsupported)
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
    if not any(config.pluginmanager.hasplugin(name) for name in ("pytest-bdd", "pytest_bdd.plugin")):
        raise pytest.UsageError("translator_cmk.bdd needs the plugin of pytest-bdd; add -p pytest_bdd.plugin")
    if config.getoption("--cucumber-json"):
        # pytest-bdd writes skipped scenarios into it as passed, leaves the rules out, and under xdist everything
        raise pytest.UsageError("--cucumber-json would not show the verdicts of this run; use --junitxml")
    name: str | None = config.getoption("--system")
    try:
        register = config.stash[REGISTER] = load_register()
        config.stash[FACTORY] = load_factory(name, config.invocation_params.dir) if name else ModelSystem
    except (InvalidFile, SystemNotFound) as error:
        raise pytest.UsageError(str(error)) from None
    for requirement in register.values():
        config.addinivalue_line("markers", f"{requirement.id}: {requirement.title}")
    config.addinivalue_line("markers", f"{ATTESTATION}: it can only be declared")
    config.addinivalue_line("markers", f"{COUNTEREXAMPLE}: a machine wrote it")
    collection = Collection(config, register)
    config.pluginmanager.register(collection)
    config.pluginmanager.register(Conclusion(config, collection))
    config.pluginmanager.register(JUnitNames(config))


@pytest.fixture
def system(request: pytest.FixtureRequest) -> System:
    """Return the system that a scenario is run against.  A suite that tests its own defines a fixture of this name."""
    request.node.stash[BY_OPTION] = True
    return request.config.stash[FACTORY]()


@pytest.fixture
def scenario_run(request: pytest.FixtureRequest, system: System) -> ScenarioRun:
    """Return the run of a scenario, with its system just reset."""
    __tracebackhide__ = True
    name: str | None = request.config.getoption("--system")
    if name and BY_OPTION not in request.node.stash:
        raise Inconclusive(f"--system {name} is given, and a fixture called system overrides it; remove one of them")
    if problem := not_a_system(system):
        raise Inconclusive(problem)
    run = request.node.stash[SCENARIO_RUN] = ScenarioRun(system, request.node.stash[PICKLE])
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
        text = message(error, reason, pickle, path, run, item.config.stash[REGISTER])
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


def message(
    error: BaseException, reason: str | None, pickle: Pickle, path: Path, run: ScenarioRun | None, register: Register
) -> str:
    """Return the message about a scenario that did not pass; its first line names it."""
    match error:
        case AssertionFailed():
            headline, findings = "failed", [("expected", error.expected), ("observed", error.observed)]
        case SetupFailed():
            headline, findings = f"not run, {reason}", [("because", error.why)]
        case _:
            headline, findings = f"{reason}", []
    headline = f"{format_title(pickle)}: {headline}"
    if run is None:
        return headline
    requirement = register.get(pickle.requirements[0])
    return "\n".join([headline, *format_failure(pickle, path, requirement, run.step, findings, run.changes)])


def own_frames(traceback: TracebackType | None) -> TracebackType | None:
    """Return the part of a traceback that begins outside pytest, pytest-bdd and this package, likely in an adapter."""
    frame = traceback
    while frame is not None:
        package = frame.tb_frame.f_globals.get("__name__", "").partition(".")[0]
        if package not in ("_pytest", "pluggy", "pytest_bdd", "translator_cmk"):
            return frame
        frame = frame.tb_next
    return traceback


class JUnitNames:
    """Names each test case of a JUnit file after its requirement and scenario, and its class after its topic."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Name the test case, before pytest opens it."""
        xml = self.config.stash.get(xml_key, None)
        scenario: dict[str, Any] | None = getattr(report, "scenario", None)
        if xml is not None and scenario is not None:
            case = xml.node_reporter(report)
            case.add_attribute("name", scenario["title"])
            case.add_attribute("classname", scenario["topic"])


class Sentence(StepParser):
    """Parses the steps of one pattern."""

    def __init__(self, pattern: str, read: Callable[[str], Any]) -> None:
        super().__init__(pattern)
        self.read = read

    def is_matching(self, name: str) -> bool:
        """Return whether the step is a sentence of this pattern."""
        return self.read(name) is not None

    def parse_arguments(self, name: str) -> dict[str, Any]:
        """Return the arguments of the functions below."""
        return {"text": name, "meaning": self.read(name)}


def start(scenario_run: ScenarioRun, text: str, meaning: Situation | Command) -> None:
    __tracebackhide__ = True
    scenario_run.given(text, meaning)


def act(scenario_run: ScenarioRun, text: str, meaning: Command) -> None:
    __tracebackhide__ = True
    scenario_run.when(text, meaning)


def compare(scenario_run: ScenarioRun, text: str, meaning: Fact | Assertion) -> None:
    __tracebackhide__ = True
    scenario_run.then(text, meaning)


# pytest-bdd registers a step in the namespace that its decorator is called from.
for _name, _situation in situations().items():
    given(Sentence(_name, {_name: _situation}.get))(start)
for _phrase in COMMAND_PHRASES:
    given(Sentence(_phrase.pattern, _phrase.read))(start)
    when(Sentence(_phrase.pattern, _phrase.read))(act)
for _assertion in ASSERTION_PHRASES:
    then(Sentence(_assertion.pattern, _assertion.read))(compare)
for _fact in FACT_PHRASES:
    then(Sentence(_fact.pattern, _fact.read))(compare)
