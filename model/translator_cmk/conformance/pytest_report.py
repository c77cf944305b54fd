"""A pytest plugin: `--results DIR` writes the report of a run of the scenarios, as `verify --lane
features` does.

A suite opts in by `-p translator_cmk.conformance.pytest_report`, which loads the plugin of the
scenarios as well.

PYTEST_DONT_REWRITE
"""

from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from time import perf_counter

import pytest

from ..bdd.collection import PICKLE
from ..bdd.feature_records import Pickle
from ..bdd.plugin import FACTORY, SCENARIO_RUN, verdict_of_phase
from ..bdd.scenario_run import verdict_of
from ..bdd.systems import PRODUCT_OF_THE_MODEL, declaration_of
from ..digest import kit_digest
from ..errors import OK, CommandError
from ..escaping import plain
from ..requirements import load_register
from ..system import ModelSystem, System
from ..verdict import Status
from .cases import FEATURES, ScenarioCase, scenarios
from .channels import Direct, Fault
from .lanes.features import is_patient, recover, result_of
from .report.envelope import Made
from .report.folder import Folder
from .report.wording import headline
from .running import Running
from .selection import selected
from .session import Session
from .subject import Aborted, Subject, by_chance
from .verdicts import Result

pytest_plugins = ("translator_cmk.bdd",)

PROFILE = "full"
"""The profile of pytest: every scenario counts."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.getgroup("translator-cmk").addoption(
        "--results", metavar="DIR", type=Path, help="write the report of the run into this folder"
    )


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Begin a report where one is asked for."""
    folder: Path | None = config.getoption("--results")
    if folder is None or config.option.collectonly:
        return
    if hasattr(config, "workerinput") or getattr(config.option, "numprocesses", None):
        raise pytest.UsageError(
            "--results needs the run in one process, in one order; leave -n out, or say -n 0"
        )
    config.pluginmanager.register(Reporter(config, folder), "translator-cmk-report")


class Reporter:
    """Writes a report of the scenarios that are collected."""

    def __init__(self, config: pytest.Config, folder: Path) -> None:
        self.config = config
        self.folder = Folder(folder)
        self.running: Running | None = None  # once scenarios are collected
        self.every: dict[str, ScenarioCase] = {}
        self.asked: set[str] = set()
        self.note = ""
        self.system_name = config.getoption("--system")
        config.add_cleanup(self.folder.end)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Delete an earlier report before the system is imported, which may end the process."""
        try:
            self.folder.empty()
        except CommandError as trouble:
            raise pytest.UsageError(plain(str(trouble))) from None

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Begin the report of what is going to be run."""
        pickles = [item.stash[PICKLE] for item in session.items if PICKLE in item.stash]
        if not pickles:
            return
        try:
            self.begin(pickles)
        except CommandError as trouble:
            raise pytest.UsageError(plain(str(trouble))) from None

    def begin(self, pickles: Sequence[Pickle]) -> None:
        """Say hello to the system, put it behind a session, and begin the report; raises
        `CommandError`.
        """
        self.factory: Callable[[], System] = self.config.stash[FACTORY]
        self.every = {scenario.case.id: scenario for scenario in scenarios(PROFILE, ())}
        self.asked = {pickle.id for pickle in pickles}
        for pickle in pickles:
            self.must_be_specified(pickle)

        asked_in_order = tuple(name for name in self.every if name in self.asked)
        is_whole = len(asked_in_order) == len(self.every)
        made = Made(
            digest=kit_digest(),
            transport="python",
            profile=PROFILE,
            revision=load_register().revision,
            waived=(),
            lanes=(FEATURES,),
            selection={"case": () if is_whole else asked_in_order},
            seed=by_chance(),
            budgets={},
        )
        running = Running(made, self.folder)
        running.log = self.folder.begin()
        running.save()
        try:
            self.subject = Subject(Session(Direct(self.make_system), running.log), made.seed)
        except Fault as fault:
            running.trouble = plain(str(fault))
            running.save(whole=True)
            raise CommandError(f"--system {self.system_name}: {fault}") from None
        running.declared = self.subject.declaration
        running.expect(
            scenario.case for scenario in selected(list(self.every.values()), made.selection)
        )
        self.config.stash[FACTORY] = lambda: self.subject
        running.save()
        self.running = running

    def must_be_specified(self, pickle: Pickle) -> None:
        """Raise `CommandError` if a scenario is not in the specification."""
        specified = self.every.get(pickle.id)
        if specified is None or content_of(pickle) != content_of(specified.pickle):
            problem = f"{pickle.id} is no scenario of the specification, and nobody could check it"
            raise CommandError(f"--results: {problem}")

    def make_system(self) -> System:
        """Return the system under test; raises `CommandError` if it passes itself off as the
        model.
        """
        system = self.factory()
        claims_to_be_the_model = declaration_of(system).product == PRODUCT_OF_THE_MODEL
        if self.system_name and claims_to_be_the_model and not isinstance(system, ModelSystem):
            problem = (
                f"it declares the product {PRODUCT_OF_THE_MODEL!r}, as only the model does; change "
                "the name"
            )
            raise CommandError(f"--system {self.system_name}: {problem}")
        return system

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None]:
        """Record an attempt at a scenario, whatever a plugin makes of it afterwards."""
        pickle = item.stash.get(PICKLE, None)
        if self.running is None or pickle is None:
            return (yield)
        self.subject.session.case = pickle.id
        self.subject.patient = is_patient(pickle)
        began = perf_counter()
        try:
            yield
        except (KeyboardInterrupt, pytest.exit.Exception):
            raise
        except BaseException as error:
            self.end(self.running, item, error, perf_counter() - began)
            raise
        self.end(self.running, item, None, perf_counter() - began)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """Record what fails before or after a scenario, which is in no message log: the run is
        incomplete.
        """
        pickle = item.stash.get(PICKLE, None)
        if self.running and pickle and call.when != "call" and call.excinfo:
            reason = verdict_of_phase(call.excinfo.value, call.when).reason
            self.running.trouble = plain(f"{reason}, of {pickle.id}")

    def result_of(self, item: pytest.Item, error: BaseException | None) -> Result:
        """Return the result of an attempt at a scenario."""
        pickle = item.stash[PICKLE]
        run = item.stash.get(SCENARIO_RUN, None)
        if run is not None and run.system is not self.subject:
            problem = (
                "a fixture called system takes the place of what --system names; remove it to get "
                "a report on that"
            )
            return Result(Status.INCONCLUSIVE, problem)
        if verdict_of(error) is None and not isinstance(error, Fault):
            status, reason = verdict_of_phase(error, "call")
            return Result(status, reason)
        return result_of(error, run, self.every[pickle.id], self.subject)

    def end(
        self, running: Running, item: pytest.Item, error: BaseException | None, seconds: float
    ) -> None:
        """Record the result of an attempt at a scenario, and restart a system that broke."""
        result = self.result_of(item, error)._replace(seconds=seconds)
        try:
            running.add(self.every[item.stash[PICKLE].id].case, result, self.subject)
        except CommandError as trouble:
            pytest.exit(plain(str(trouble)), pytest.ExitCode.INTERNAL_ERROR)
        try:
            recover(self.subject, result)
        except Aborted as gave_up:
            running.trouble = plain(str(gave_up))
            pytest.exit(running.trouble, pytest.ExitCode.TESTS_FAILED)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write the report, and close its log; a run that it does not call conformant does not
        pass.
        """
        running = self.running
        if running is None:
            if session.exitstatus != pytest.ExitCode.USAGE_ERROR:
                self.note = f"no report in {self.folder.path}: no scenario was collected"
                session.exitstatus = pytest.ExitCode.USAGE_ERROR
            return
        to_its_end = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
        running.finished = (
            to_its_end and self.asked <= running.results.keys() and not running.trouble
        )
        if not running.finished and not running.trouble:
            running.trouble = (
                "interrupted"
                if exitstatus == pytest.ExitCode.INTERRUPTED
                else "stopped before its end"
            )
        running.no_goodbye = plain(self.subject.session.bye())
        try:
            running.save(whole=True)
        except CommandError as trouble:
            self.note = f"no report: {plain(str(trouble))}"
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
            return
        envelope = running.envelope()
        self.note = f"report in {self.folder.path}: {headline(envelope)}"
        if envelope["exit_code"] != OK and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print where the report is, and what it says."""
        if self.note:
            terminalreporter.write_line(self.note)


def content_of(pickle: Pickle) -> tuple[object, ...]:
    """Return the content of a scenario, without its place."""
    return (pickle.requirements, *((step.kind, step.text) for step in pickle.steps))
