"""The pytest plugin: options, fixtures, the one step definition, and what a report of a test says.

PYTEST_DONT_REWRITE
"""

import json
import os
import shlex
import sys
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest
from pytest_bdd import parsers, step

from ...bdd.editor_steps import write_steps
from ...bdd.failures import places_of, rows_can_be_opened
from ...bdd.feature_records import ATTESTATION
from ...bdd.scenario_run import ScenarioRun
from ...bdd.vocabulary import read_steps
from ...errors import USAGE, CommandError
from ...escaping import visible
from ...requirements import load_register
from ...system import System
from ...verdict import Status, format_attempts
from ..judgement.cases import CaseEntry
from ..judgement.selection import add_what_counts
from ..judgement.verdicts import Result
from ..report.envelope import case_to_json, causes_of
from ..report.essentials import essentials, labelled
from ..run import features
from ..wire.subject import Subject
from .collection import FEATURE, PICKLE, REPEAT, Collection
from .door import Door, Outcome
from .summary import Summary

DOOR = pytest.StashKey[Door]()

# Options

RUN_NOTHING = {
    "cacheshow": "--cache-show",
    "collectonly": "--collect-only",
    "help": "--help",
    "markers": "--markers",
    "setuponly": "--setup-only",
    "setupplan": "--setup-plan",
    "show_fixtures_per_test": "--fixtures-per-test",
    "showfixtures": "--fixtures",
    "version": "--version",
}
"""The options of pytest with which no test is run."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("translator-cmk", "executable specification of customer-managed keys")
    group.addoption(
        "--system",
        metavar="MODULE:FACTORY",
        help="run against the system that this makes (default: the model, of which all counts)",
    )
    add_what_counts(group.addoption)
    group.addoption(
        "--results", metavar="DIR", type=Path, help="write the report of the run into this folder"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Refuse to name a report with an option that has nothing run, and leave that as it is."""
    folder = config.getoption("--results")
    for name, option in RUN_NOTHING.items():
        if folder is not None and getattr(config.option, name, None):
            problem = f"--results {folder}: no report is written with {option}, which runs no test"
            print(f"ERROR: {problem}; leave out one of the two", file=sys.stderr)
            return USAGE
    return None


def pytest_configure(config: pytest.Config) -> None:
    """Register each requirement's id as a marker, and refuse options that can't be met."""
    names = ("pytest-bdd", "pytest_bdd.plugin")
    if not any(config.pluginmanager.hasplugin(name) for name in names):
        problem = "the scenarios need the plugin of pytest-bdd; add -p pytest_bdd.plugin"
        raise pytest.UsageError(problem)
    if config.getoption("--cucumber-json"):
        # pytest-bdd writes skipped scenarios into it as passed, leaves the rules out, and under
        # xdist everything
        problem = "--cucumber-json would not show the verdicts of this run; use --junitxml"
        raise pytest.UsageError(problem)
    is_spread = hasattr(config, "workerinput") or getattr(config.option, "numprocesses", None)
    if config.getoption("--results") is not None and is_spread:
        raise pytest.UsageError(
            "--results needs the run in one process, in one order; leave -n out, or say -n 0"
        )
    try:
        register = load_register()
    except CommandError as error:
        raise pytest.UsageError(str(error)) from None
    for requirement in register.values():
        config.addinivalue_line("markers", f"{requirement.id}: {requirement.title}")
    config.addinivalue_line("markers", f"{ATTESTATION}: it can only be declared")
    write_steps(config)
    config.stash[DOOR] = Door(config)
    config.pluginmanager.register(Collection(config))
    config.pluginmanager.register(config.stash[DOOR])
    config.pluginmanager.register(Summary(config))


# Fixtures and steps


@pytest.fixture
def system() -> System | None:
    """Return the system of the suite's own; None if it has none.

    A suite that tests its own system defines a fixture of this name.
    """
    return None


@pytest.fixture
def scenario_run(request: pytest.FixtureRequest, system: System | None) -> ScenarioRun:
    """Return the run of a scenario, before its first step."""
    return request.config.stash[DOOR].run_of(request.node, system)


@step(parsers.re("(?P<text>.+)"))
def play_next(scenario_run: ScenarioRun, text: str) -> None:
    """Play the next step of the scenario, whichever it is: the lint refuses what is no sentence."""
    own = read_steps(scenario_run.pickle)[scenario_run.step + 1].text
    if text != own:
        problem = f"{own!r} was played by another step definition; take it out"
        pytest.fail(problem, pytrace=False)
    assert isinstance(scenario_run.system, Subject)
    features.play_next(scenario_run, scenario_run.system)


# Reports


ERRORS: Mapping[str, type[BaseException]] = {
    "failure": AssertionError,
    "error": RuntimeError,
    "skipped": pytest.skip.Exception,
}
"""What stands for a verdict, by its element in JUnit; Allure tells failed from broken by it."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """End a test as the record of its scenario does, whatever the runner says, and say in plain
    words why it did not pass.
    """
    if PICKLE not in item.stash:
        return (yield)
    said = call.excinfo.value if call.excinfo else None
    outcome = None
    if call.when == "call" or said is not None:
        outcome = item.config.stash[DOOR].outcome_of(item, call.when, said)
        call.excinfo = excinfo_of(outcome)

    report = yield

    # an attribute of the report, unlike a user property, stays out of JUnit files, and xdist
    # carries it all the same
    report.scenario = record_of(item, outcome)  # type: ignore[attr-defined]  # reports take any attribute
    if outcome is not None:
        describe(report, item, outcome)
    return report


def excinfo_of(outcome: Outcome) -> pytest.ExceptionInfo[BaseException] | None:
    """Return what a phase that ended so has raised, from the first frame that is not of ours."""
    element = outcome.verdict.status.junit
    if not element:
        return None
    error = outcome.foreign or ERRORS[element](outcome.verdict.reason)
    # only what was raised has a traceback
    try:
        raise error
    except BaseException:  # noqa: BLE001  # to be reported
        traceback = without_own_frames(error.__traceback__)
    return pytest.ExceptionInfo.from_exception(error.with_traceback(traceback))


def record_of(item: pytest.Item, outcome: Outcome | None) -> dict[str, Any]:
    """Return what the summary and JUnit files need of a scenario, in plain values: xdist carries
    no others.
    """
    pickle = item.stash[PICKLE]
    file = item.stash[FEATURE]
    record = {
        "id": pickle.id,
        "status": Status.PASSED.value,
        "disagrees": False,
        "attributes": {
            "name": pickle.title,
            "classname": Path(file).stem,
            "file": file,
            "line": str(pickle.line),
        },
    }
    if outcome is None:
        return record
    verdict = outcome.verdict
    record |= {"status": verdict.status.value, "disagrees": outcome.disagrees}
    if verdict.status is not Status.PASSED:
        record |= {
            "entry": entry_of(item, verdict),
            "causes": causes_of(verdict),
            # the summary sorts failures by it, and what is blocked comes last
            "size": (verdict.status is Status.BLOCKED, *verdict.size),
        }
    return record


def describe(report: pytest.TestReport, item: pytest.Item, outcome: Outcome) -> None:
    """Say in the report of a phase why the scenario did not pass."""
    verdict = outcome.verdict
    if report.skipped and verdict.status.junit == "skipped":
        place = (item.stash[FEATURE], item.stash[PICKLE].line)
        report.longrepr = (*place, f"Skipped: {verdict.reason}")
    elif report.failed:
        text = "\n".join(format_failure(report.scenario["entry"], verdict))
        if outcome.foreign is None:
            report.longrepr = text
        else:
            report.sections.append(("Scenario", text))
        if report.when == "call" and verdict.status.junit == "error":
            # a Given is the set-up of its scenario, and a broken adapter fails no Then
            report.when = "setup"


def entry_of(item: pytest.Item, verdict: Result) -> dict[str, Any]:
    """Return what a report of `verify` has of a scenario, with the command that runs it again."""
    case = item.config.stash[DOOR].scenario_of(item).case
    title = item.stash[PICKLE].title
    entry = {**case_to_json(case, verdict), "title": title, "again": command_again(item)}
    plain_values: dict[str, Any] = json.loads(json.dumps(entry))
    return plain_values


def format_failure(entry: CaseEntry, verdict: Result) -> Iterator[str]:
    """Yield the lines that say why a scenario did not pass; the first names it."""
    yield f"{entry['title']}: {format_attempts(verdict.attempts or [verdict.status])}"
    for line in essentials(entry):
        yield f"  {line}"
    if verdict.attributed_to and rows_can_be_opened():
        for place in places_of(verdict.attributed_to[0]):
            yield f"  {labelled('row', place)}"
    yield ""
    for line in entry.get("shown", "").splitlines():
        yield visible(line)


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
    for option in ("--system", "--profile", "--revision"):
        value: str | None = item.config.getoption(option)
        if value:
            words += [option, value]
    callspec = getattr(item, "callspec", None)
    if callspec is not None and REPEAT in callspec.params:
        # the number of repeats is a part of the test's name
        words += ["--count", str(item.config.getoption("--count"))]
    return shlex.join(words)


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
