"""The pytest plugin: options, fixtures, the one step definition, and what a report says.

PYTEST_DONT_REWRITE
"""

import os
import shlex
from collections.abc import Callable, Generator
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import pytest
from pytest_bdd import parsers, step

from .. import features_dir
from ..errors import CommandError
from ..requirements import load_register
from ..system import Inconclusive, ModelSystem, System
from ..verdict import FAILING, Status, Verdict
from .assertions import NotApplicable
from .attempts import Attempt, Unsteady, add_attempt
from .causes import causes_of
from .collection import FEATURE, PICKLE, REPEAT, Collection
from .editor_steps import write_steps
from .failures import difference_of, format_failure, size_of
from .feature_records import ATTESTATION, COUNTEREXAMPLE
from .scenario_run import STATUSES, ScenarioRun, verdict_of
from .summary import Summary
from .systems import load_factory, not_a_system
from .vocabulary import read_steps

FACTORY = pytest.StashKey[Callable[[], System]]()
"""What makes a system for each scenario."""

BY_OPTION = pytest.StashKey[bool]()
"""There where a test has its system from the option."""

SCENARIO_RUN = pytest.StashKey[ScenarioRun]()
"""The run of a test's scenario."""

OURS = (*STATUSES, Unsteady)
"""What running a scenario raises.

Anything else comes from the system, from a fixture or from a defect of ours.
"""


# Options


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("translator-cmk", "executable specification of customer-managed keys")
    group.addoption(
        "--system",
        metavar="MODULE:FACTORY",
        help="run against the system that this makes, called once a scenario (default: the model)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register each requirement's id as a marker, and refuse options that can't be met."""
    names = ("pytest-bdd", "pytest_bdd.plugin")
    if not any(config.pluginmanager.hasplugin(name) for name in names):
        problem = "translator_cmk.bdd needs the plugin of pytest-bdd; add -p pytest_bdd.plugin"
        raise pytest.UsageError(problem)
    if config.getoption("--cucumber-json"):
        # pytest-bdd writes skipped scenarios into it as passed, leaves the rules out, and under
        # xdist everything
        problem = "--cucumber-json would not show the verdicts of this run; use --junitxml"
        raise pytest.UsageError(problem)
    try:
        register = load_register()
    except CommandError as error:
        raise pytest.UsageError(str(error)) from None
    for requirement in register.values():
        config.addinivalue_line("markers", f"{requirement.id}: {requirement.title}")
    config.addinivalue_line("markers", f"{ATTESTATION}: it can only be declared")
    config.addinivalue_line("markers", f"{COUNTEREXAMPLE}: a machine wrote it")
    write_steps(config)
    config.pluginmanager.register(Collection(config))
    config.pluginmanager.register(Summary(config))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Import the system of the option."""
    try:
        session.config.stash[FACTORY] = factory_of(session.config)
    except CommandError as error:
        raise pytest.UsageError(str(error)) from None


def factory_of(config: pytest.Config) -> Callable[[], System]:
    """Return what makes the system of the option, by default the model; raises `CommandError`."""
    name: str | None = config.getoption("--system")
    if not name:
        return ModelSystem
    return load_factory(name, config.invocation_params.dir, "--system")


# Fixtures and steps


@pytest.fixture
def system(request: pytest.FixtureRequest) -> System:
    """Return the system that a scenario is run against.

    A suite that tests its own system defines a fixture of this name.
    """
    request.node.stash[BY_OPTION] = True
    return request.config.stash[FACTORY]()


@pytest.fixture
def scenario_run(request: pytest.FixtureRequest, system: System) -> ScenarioRun:
    """Return the run of a scenario, with its system just reset."""
    name: str | None = request.config.getoption("--system")
    if name and BY_OPTION not in request.node.stash:
        problem = f"--system {name} is given, and a fixture called system overrides it"
        raise Inconclusive(f"{problem}; remove one of them")
    if SCENARIO_RUN in request.node.stash:
        problem = "a plugin runs the scenario again in the same call, which hides the first result"
        raise Inconclusive(f"{problem}; run pytest without it")
    lacking = not_a_system(system)
    if lacking is not None:
        raise Inconclusive(lacking)
    run = ScenarioRun(system, request.node.stash[PICKLE])
    request.node.stash[SCENARIO_RUN] = run
    return run


@step(parsers.re("(?P<text>.+)"))
def play_next(scenario_run: ScenarioRun, text: str) -> None:
    """Play the next step of the scenario, whichever it is: the lint refuses what is no sentence."""
    own = read_steps(scenario_run.pickle)[scenario_run.step + 1].text
    if text != own:
        problem = f"{own!r} was played by another step definition; take it out"
        pytest.fail(problem, pytrace=False)
    scenario_run.play_next()


# Attempts


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Let the first result of a scenario stand, however often it is run."""
    if PICKLE not in item.stash:
        return (yield)
    if SCENARIO_RUN in item.stash:
        del item.stash[SCENARIO_RUN]  # of the attempt before
    try:
        yield
    except (KeyboardInterrupt, pytest.exit.Exception):
        raise
    except BaseException as error:
        add_attempt(item, attempt_of(item, error))
        raise
    add_attempt(item, attempt_of(item, None))


def attempt_of(item: pytest.Item, error: BaseException | None) -> Attempt:
    """Return the attempt that has just ended with this error, or without one."""
    run = item.stash.get(SCENARIO_RUN, None)
    return Attempt(verdict_of_phase(error, "call"), error, run)


# Reports


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the verdict to the report of a scenario, and say in plain words why it did not pass."""
    pickle = item.stash.get(PICKLE, None)
    if pickle is None:
        return (yield)
    error = call.excinfo.value if call.excinfo else None
    ended = ended_with(item, error, call.when)
    if error is not None and not isinstance(error, OURS):
        foreign = error.with_traceback(without_own_frames(error.__traceback__))
        call.excinfo = pytest.ExceptionInfo.from_exception(foreign)

    report = yield

    if isinstance(error, NotApplicable):
        report.outcome = "skipped"
        report.longrepr = (str(item.stash[FEATURE]), pickle.line, f"Skipped: {ended.reason}")
    elif error is not None and report.failed:
        show_failure(report, item, error, ended)
    # an attribute of the report, unlike a user property, stays out of JUnit files, and xdist
    # carries it all the same
    report.scenario = record_of(report, item, ended)  # type: ignore[attr-defined]  # reports take any attribute
    return report


class Ended(NamedTuple):
    """How a phase of a scenario ended.

    ``error``: the error that stands; of an unsteady scenario that of the attempt which counts.
    ``run``: what was asked and answered in that attempt.
    """

    status: Status
    reason: str
    error: BaseException | None
    run: ScenarioRun | None


def ended_with(item: pytest.Item, error: BaseException | None, phase: str) -> Ended:
    """Return how a phase ended with this error, or without one."""
    status, reason = verdict_of_phase(error, phase)
    if isinstance(error, Unsteady):
        return Ended(status, reason, error.standing.error, error.standing.run)
    return Ended(status, reason, error, item.stash.get(SCENARIO_RUN, None))


def show_failure(
    report: pytest.TestReport, item: pytest.Item, error: BaseException, ended: Ended
) -> None:
    """Say in the report in plain words why a scenario did not pass."""
    pickle = item.stash[PICKLE]
    lines = list(
        format_failure(
            ended.error or error,
            ended.reason,
            pickle,
            item.stash[FEATURE],
            ended.run,
            command_again(item),
        )
    )
    if isinstance(error, Unsteady) and error.standing.verdict.status in FAILING:
        lines[0] = f"{pickle.title}: {error.attempts}"
    text = "\n".join(lines)
    if isinstance(error, OURS):
        report.longrepr = text
    else:
        report.sections.append(("Scenario", text))
    if report.when == "call" and ended.status.junit == "error":
        # a Given is the set-up of its scenario, and a broken adapter fails no Then
        report.when = "setup"


def record_of(report: pytest.TestReport, item: pytest.Item, ended: Ended) -> dict[str, Any]:
    """Return what the summary and JUnit files need of a scenario, in plain values: xdist carries
    no others.
    """
    pickle = item.stash[PICKLE]
    path = item.stash[FEATURE]
    record = {
        "id": pickle.id,
        "name": pickle.title,
        "classname": path.stem,
        "status": ended.status.value,
        "reason": ended.reason,
        "causes": (),
        "difference": [],
        "size": (),
        "again": command_again(item),
        "file": junit_file(path, item.config.rootpath),
        "line": pickle.line,
    }
    if report.failed:
        record["causes"] = causes_of(ended.error, ended.run)
        if ended.run:
            record["size"] = size_of(ended.run)
        if ended.run and ended.error:
            record["difference"] = list(difference_of(ended.error, ended.run))
    return record


def command_again(item: pytest.Item) -> str:
    """Return the command that runs one test again, in the folder in which pytest was run."""
    _, _, name = item.nodeid.partition("::")
    folder = item.config.invocation_params.dir
    path = Path(os.path.relpath(item.path, folder)).as_posix()
    words = ["pytest"]
    for plugin in item.config.getoption("plugins"):
        if plugin.startswith("translator_cmk."):  # named on the command line, by no conftest.py
            words += ["-p", plugin]
    words.append(f"{path}::{name}")
    system: str | None = item.config.getoption("--system")
    if system:
        words += ["--system", system]
    callspec = getattr(item, "callspec", None)
    if callspec is not None and REPEAT in callspec.params:
        # the number of repeats is a part of the test's name
        words += ["--count", str(item.config.getoption("--count"))]
    return shlex.join(words)


def verdict_of_phase(error: BaseException | None, phase: str) -> Verdict:
    """Return the verdict on a phase (setup, call or teardown) that raised this, or nothing."""
    if isinstance(error, Unsteady):
        return error.verdict
    own = verdict_of(error)
    if own is not None:
        return own
    if isinstance(error, pytest.skip.Exception):
        return Verdict(Status.NOT_RUN, f"skipped: {error}")
    lines = str(error).splitlines()
    first_line = lines[0] if lines else ""
    return Verdict(Status.INCONCLUSIVE, f"{type(error).__name__} in {phase}: {first_line}")


def without_own_frames(traceback: TracebackType | None) -> TracebackType | None:
    """Return the part of a traceback that begins outside pytest and this package.

    It is likely in an adapter.
    """
    ours = ("_pytest", "pluggy", "pytest_bdd", "translator_cmk")
    frame = traceback
    while frame is not None:
        module = frame.tb_frame.f_globals.get("__name__", "")
        if module.partition(".")[0] not in ours:
            return frame
        frame = frame.tb_next
    return traceback


def junit_file(path: Path, root: Path) -> str:
    """Return a feature file as JUnit files name it.

    One of the specification has the same name wherever that is installed.
    """
    if path.parent == features_dir():
        return f"features/{path.name}"
    return Path(os.path.relpath(path, root)).as_posix()
