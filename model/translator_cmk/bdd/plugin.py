"""The pytest plugin: options, fixtures and step definitions, the check of what is collected, and reports of scenarios.

PYTEST_DONT_REWRITE
"""

import os
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

# pytest has no public way to the file it writes, and no other way than these attributes to name a test case in it.
from _pytest.junitxml import xml_key
from pytest_bdd import parsers, step

# pytest-bdd has no public way from a test to its scenario.
from pytest_bdd.scenario import scenario_wrapper_template_registry
from pytest_bdd.utils import registry_get_safe

from .. import features_dir
from ..errors import CommandError
from ..escaping import plain
from ..requirements import load_register
from ..system import ModelSystem, System
from ..verdict import Status, Verdict
from .assertions import NotApplicable
from .diagnostics import Diagnostic
from .feature_files import feature_files, read_feature, row_names
from .features import ATTESTATION, COUNTEREXAMPLE, Feature, Pickle
from .lint import lint
from .scenario_run import (
    STATUSES,
    Inconclusive,
    ScenarioRun,
    by_cause,
    causes_of,
    format_causes,
    format_failure,
    verdict_of,
)
from .systems import load_factory, not_a_system
from .vocabulary import read_steps

PICKLE = pytest.StashKey[Pickle]()
FEATURE = pytest.StashKey[Path]()
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
    if not any(config.pluginmanager.hasplugin(name) for name in ("pytest-bdd", "pytest_bdd.plugin")):
        raise pytest.UsageError("translator_cmk.bdd needs the plugin of pytest-bdd; add -p pytest_bdd.plugin")
    if config.getoption("--cucumber-json"):
        # pytest-bdd writes skipped scenarios into it as passed, leaves the rules out, and under xdist everything
        raise pytest.UsageError("--cucumber-json would not show the verdicts of this run; use --junitxml")
    name: str | None = config.getoption("--system")
    try:
        register = load_register()
        config.stash[FACTORY] = load_factory(name, config.invocation_params.dir, "--system") if name else ModelSystem
    except CommandError as error:
        raise pytest.UsageError(str(error)) from None
    for requirement in register.values():
        config.addinivalue_line("markers", f"{requirement.id}: {requirement.title}")
    config.addinivalue_line("markers", f"{ATTESTATION}: it can only be declared")
    config.addinivalue_line("markers", f"{COUNTEREXAMPLE}: a machine wrote it")
    config.pluginmanager.register(Run(config))


@pytest.fixture
def system(request: pytest.FixtureRequest) -> System:
    """Return the system that a scenario is run against.  A suite that tests its own defines a fixture of this name."""
    request.node.stash[BY_OPTION] = True
    return request.config.stash[FACTORY]()


@pytest.fixture
def scenario_run(request: pytest.FixtureRequest, system: System) -> ScenarioRun:
    """Return the run of a scenario, with its system just reset."""
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
        text = "\n".join(format_failure(error, reason, pickle, path, run))
        if isinstance(error, OURS):
            report.longrepr = text
        else:
            report.sections.append(("Scenario", text))
        if report.when == "call" and status is not Status.FAILED:
            # a Given is the set-up of its scenario, and a broken adapter fails no Then: an error, as JUnit has it
            report.when = "setup"
    # an attribute of the report, unlike a user property, stays out of JUnit files, and xdist carries it all the same
    report.scenario = {  # type: ignore[attr-defined]  # reports take any attribute
        "id": pickle.id,
        "name": pickle.title,
        "classname": path.stem,
        "status": status.value,  # xdist carries plain values alone
        "reason": reason,
        "causes": causes_of(error, run) if report.failed else (),
        "file": junit_file(path, item.config.rootpath),
        "line": pickle.line,
    }
    return report


def junit_file(path: Path, root: Path) -> str:
    """Return a feature file as JUnit files name it: one of the specification alike wherever that is installed."""
    ours = path.parent == features_dir()
    return f"features/{path.name}" if ours else Path(os.path.relpath(path, root)).as_posix()


def verdict(error: BaseException | None, phase: str) -> Verdict:
    """Return the verdict on a phase (setup, call or teardown) that raised this, or nothing."""
    if known := verdict_of(error):
        return known
    if isinstance(error, pytest.skip.Exception):
        return Verdict(Status.NOT_RUN, f"skipped: {error}")
    first_line, *_ = str(error).splitlines() or [""]
    return Verdict(Status.INCONCLUSIVE, f"{type(error).__name__} in {phase}: {first_line}")


def own_frames(traceback: TracebackType | None) -> TracebackType | None:
    """Return the part of a traceback that begins outside pytest, pytest-bdd and this package, likely in an adapter."""
    frame = traceback
    while frame is not None:
        package = frame.tb_frame.f_globals.get("__name__", "").partition(".")[0]
        if package not in ("_pytest", "pluggy", "pytest_bdd", "translator_cmk"):
            return frame
        frame = frame.tb_next
    return traceback


DIAGNOSTICS = "translator_cmk_diagnostics"


class Run:
    """Joins the tests and pickles of a run, and keeps a run from passing in which a scenario was not checked.

    With diagnostics, no scenario is run and the exit code is that of wrong usage.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.suspects: set[Path] = set()
        self.diagnostics: list[str] = []
        self.scenarios: list[dict[str, Any]] = []  # as reports have them, once decided or broken off

    def pytest_exception_interact(self, node: Any) -> None:
        """Note the features that a module may bind that could not be imported: the lint says why."""
        if isinstance(node, pytest.Collector):
            self.suspects.update(feature_files([node.path.parent, features_dir()]))

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Give each test its pickle, before anything is deselected."""
        scenarios = [item for item in items if template_of(item)]
        files = {Path(template_of(item).feature.filename) for item in scenarios}
        # a file that has lost all of its scenarios binds no test: only a look into the folder finds it
        linted = {file for path in files | self.suspects for file in (path, *path.parent.glob("*.feature"))}
        found = lint(linted) if linted else []
        found += [] if found else join(scenarios, map(read_feature, files))
        self.diagnostics = [str(diagnostic) for diagnostic in found]
        if found:
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

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> Generator[None]:
        """Note the status of one phase of a scenario, and describe its test case in a JUnit file as `verify` does."""
        scenario: dict[str, Any] | None = getattr(report, "scenario", None)
        if scenario is None:
            return (yield)
        if report.when == "call" or scenario["status"] != Status.PASSED:
            self.scenarios.append(scenario)
        xml = self.config.stash.get(xml_key, None)
        case = xml.node_reporter(report) if xml is not None else None
        yield
        if case is not None and report.when == "teardown":
            test_case = case.to_xml()  # it is complete, and what is written in the end
            for name in ("name", "classname", "file", "line"):
                test_case.set(name, str(scenario[name]))
            for each in (*test_case.iter("failure"), *test_case.iter("error")):
                failed = [it for it in self.scenarios if it["id"] == scenario["id"] and it["reason"]]
                each.set("message", plain(failed[-1]["reason"]))

    @property
    def undecided(self) -> bool:
        """Return whether scenarios were run and none of them was decided."""
        return bool(self.scenarios) and not any(
            each["status"] in (Status.PASSED, Status.FAILED) for each in self.scenarios
        )

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Set the exit code."""
        if self.diagnostics:
            session.exitstatus = pytest.ExitCode.USAGE_ERROR
        elif self.undecided and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> Generator[None]:
        """Print what keeps the run from passing, after pytest has listed the tests: failures by their cause.

        Without -v only the first failure of each cause is shown in full.
        """
        # a failed Then says more than what it blocks, so it comes first
        failed = sorted(self.scenarios, key=lambda each: each["status"] != Status.FAILED)
        failures = {each["id"]: each["causes"] for each in failed if each["causes"]}
        titles = {each["id"]: each["name"] for each in failed}
        if self.config.get_verbosity() <= 0:
            same = {name: cause for cause, (_, *names) in by_cause(failures) for name in names if cause}
            for report in (each for word in ("failed", "error") for each in terminalreporter.stats.get(word, ())):
                name = getattr(report, "scenario", {"id": ""})["id"]
                if cause := same.get(name):
                    report.longrepr = f"{titles[name]}: attributed to the same: {cause} (-v shows all of it)"
        yield
        for diagnostic in self.diagnostics:
            terminalreporter.write_line(f"ERROR: {diagnostic}", red=True)
        if self.undecided:
            terminalreporter.write_line("no scenario was decided")
        if failures:
            terminalreporter.section("failed and blocked scenarios by cause", sep="=", bold=True)
            for line in format_causes(failures, titles):
                terminalreporter.write_line(line)


def join(scenarios: Iterable[pytest.Item], features: Iterable[Feature]) -> Iterator[Diagnostic]:
    """Give each test its pickle; yield a diagnostic for a pickle with two tests."""
    pickles = {
        (feature.path, pickle.name, pickle.row): (feature, pickle) for feature in features for pickle in feature.pickles
    }
    joined: set[str] = set()
    for item in scenarios:
        feature, pickle = pickles[key_of(item)]
        item.stash[PICKLE] = pickle
        item.stash[FEATURE] = feature.path
        item.user_properties.append(("scenario", pickle.id))
        item.user_properties += [("requirement", requirement) for requirement in pickle.requirements]
        if pickle.id in joined:
            text, remedy = f"{pickle.id} is collected more than once", "run one system, without parametrized fixtures"
            yield Diagnostic(feature.path, pickle.line, text, remedy)
        joined.add(pickle.id)


def template_of(item: Any) -> Any:
    """Return the scenario that a test runs, or None."""
    return registry_get_safe(scenario_wrapper_template_registry, getattr(item, "obj", None))


def key_of(item: Any) -> tuple[Path, str, str]:
    """Return file, scenario and row of the pickle that a test runs; the lint refuses two pickles that share them."""
    template = template_of(item)
    example: dict[str, str] = item.callspec.params["_pytest_bdd_example"] if template.examples else {}
    rows = (tuple(row) for examples in template.examples for row in examples.examples)
    name = row_names(rows)[tuple(example.values())] if example else ""
    return Path(template.feature.filename), template.name, name


@step(parsers.re("(?P<text>.+)"))
def play_next(scenario_run: ScenarioRun, text: str) -> None:
    """Play the next step of the scenario, whichever it is: the lint refuses what is no sentence."""
    if text != (own := read_steps(scenario_run.pickle)[scenario_run.step + 1].text):
        pytest.fail(f"{own!r} was played by another step definition; take it out", pytrace=False)
    scenario_run.play_next()
