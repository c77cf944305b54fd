"""The system behind pytest: it is asked and judged as by `verify`, and its record decides.

What the test runner makes of a scenario is no verdict: a hook may keep steps from being run, and a
plugin may run them again.  So the verdict follows from what was asked and answered, and is
compared with what the runner says.

PYTEST_DONT_REWRITE
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import pytest

from ...bdd.feature_files import text_of
from ...bdd.feature_records import Pickle
from ...bdd.scenario_run import ScenarioRun
from ...bdd.systems import PRODUCT_OF_THE_MODEL, declaration_of, load_factory
from ...digest import kit_digest
from ...errors import HARNESS, OK, CommandError
from ...escaping import plain
from ...requirements import load_register
from ...system import ModelSystem, System
from ...verdict import FAILING, Status
from ..judgement.cases import (
    FEATURES,
    Case,
    OwnFeature,
    ScenarioCase,
    case_of,
    own_case,
    own_scenarios,
    scenarios,
    silent_by,
)
from ..judgement.selection import PROFILE, selected
from ..judgement.verdicts import Result, format_reason, verdict_on
from ..report.envelope import Made
from ..report.folder import Folder
from ..report.wording import headline
from ..run import features
from ..run.running import Running
from ..wire import Direct, Fault
from ..wire.session import Session
from ..wire.subject import Aborted, Subject, by_chance
from .collection import FEATURE, PICKLE, key_of


class Outcome(NamedTuple):
    """How a phase of a test ended."""

    verdict: Result
    disagrees: bool = False
    """Whether the runner says *passed*, and the record doesn't."""
    foreign: BaseException | None = None
    """What somebody's code raised, if that ended the phase: the system's, or a fixture's."""


SCENARIO = pytest.StashKey[ScenarioCase]()
SCENARIO_RUN = pytest.StashKey[ScenarioRun]()
NO_RECORD = "the test runner says passed, and the record shows no run of the scenario to its end"


class Door:
    """Asks the system of a suite, and writes the report of the run where one is asked for."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        folder = config.getoption("--results")
        self.folder = Folder(folder) if folder is not None else None
        self.system_name: str | None = config.getoption("--system")
        self.running: Running | None = None  # once scenarios are collected
        self.subject: Subject | None = None  # once one of them was run
        self.asked: set[str] = set()
        self.broken_in_a_row = 0  # scenarios that broke the system, and showed nothing
        self.note = ""
        if self.folder is not None:
            config.add_cleanup(self.folder.end)

    # Before the run

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Delete an earlier report before the system is imported, which may end the process."""
        self.session = session
        self.factory: Callable[[], System] = ModelSystem
        try:
            self.revision = load_register(revision=self.config.getoption("--revision")).revision
            if self.folder is not None:
                self.folder.empty()
            if self.system_name:
                folder = self.config.invocation_params.dir
                self.factory = load_factory(self.system_name, folder, "--system")
        except CommandError as trouble:
            raise pytest.UsageError(plain(str(trouble))) from None

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Begin the run of the scenarios that are collected."""
        pickles = [item.stash[PICKLE] for item in session.items if PICKLE in item.stash]
        if not pickles:
            return
        self.asked = {pickle.id for pickle in pickles}
        made = Made(
            digest="" if self.folder is None else kit_digest(),
            transport="python",
            profile=self.profile_of(is_named=bool(self.system_name)),
            revision=self.revision,
            waived=(),
            lanes=(FEATURES,),
            selection={},
            seed=by_chance(),
            budgets={},
        )
        self.running = Running(made, self.folder)
        if self.folder is None:
            return
        try:
            running = self.running
            running.made = running.made._replace(own_features=own_features_of(session.items))
            self.begin_report(running, self.folder, pickles)
        except CommandError as trouble:
            self.running = None  # there is nothing more to write
            raise pytest.UsageError(plain(str(trouble))) from None
        except OSError as error:
            self.running = self.folder = None
            pytest.exit(f"--results: {not_written(error)}", HARNESS)

    def begin_report(self, running: Running, folder: Folder, pickles: Sequence[Pickle]) -> None:
        """Begin the report, and say hello to the system; raises `CommandError`."""
        made = running.made
        every = {each.case.id: each for each in scenarios(made.profile, (), made.revision)}
        every |= {each.case.id: each for each in own_scenarios(made.own_features, made.revision)}
        for pickle in pickles:
            must_be_specified(pickle, every)
        asked_in_order = tuple(name for name in every if name in self.asked)
        if len(asked_in_order) < len(every):
            running.made = made._replace(selection={"case": asked_in_order})
        running.log = folder.begin()
        running.save()
        try:
            self.subject_of(None)
        except Fault as fault:
            running.trouble = plain(str(fault))
            running.save(whole=True)
            raise CommandError(f"--system {self.system_name}: {fault}") from None
        chosen = selected(list(every.values()), running.made.selection)
        running.expect(scenario.case for scenario in chosen)
        running.save()

    def profile_of(self, is_named: bool) -> str:
        """Return what counts: for the model all of it, for any other system what is demanded."""
        default = PROFILE if is_named else "full"
        return self.config.getoption("--profile") or default

    # A scenario

    def scenario_of(self, item: pytest.Item, own: System | None = None) -> ScenarioCase:
        """Return the scenario of a test, with what counts for the system that it is run against."""
        if SCENARIO not in item.stash:
            pickle = item.stash[PICKLE]
            profile = self.profile_of(is_named=bool(self.system_name) or own is not None)
            if pickle.is_own:
                case = own_case(pickle, item.stash[FEATURE], self.revision)
            else:
                case = case_of(pickle, silent_by(profile, self.revision), self.revision)
                case = case._replace(feature=item.stash[FEATURE])
            item.stash[SCENARIO] = ScenarioCase(case, pickle)
        return item.stash[SCENARIO]

    def run_of(self, item: pytest.Item, own: System | None) -> ScenarioRun:
        """Return a run of a test's scenario, against a system of the suite's own if there is one.

        Raises `CommandError` if there can't be one, and `Fault` if the system does not say hello;
        then pytest gives up.
        """
        if SCENARIO_RUN in item.stash:
            self.end(item)  # a plugin runs the scenario again in the same call
        try:
            subject = self.subject_of(own)
        except (CommandError, Fault) as error:
            self.give_up(str(error))
            raise
        run = features.begin(subject, self.scenario_of(item, own))
        item.stash[SCENARIO_RUN] = run
        return run

    def subject_of(self, own: System | None) -> Subject:
        """Return the system in a session; raises `Fault` and `CommandError`."""
        assert self.running is not None
        if own is not None:
            self.must_not_override()
            subject = Subject(Session(Direct(lambda: own)), by_chance())
            # each test has a subject of its own, and the count goes on
            subject.broken_in_a_row = self.broken_in_a_row
            return subject
        if self.subject is None:
            session = Session(Direct(self.make_system), self.running.log)
            self.subject = Subject(session, self.running.made.seed)
            self.running.declared = self.subject.declaration
        return self.subject

    def must_not_override(self) -> None:
        """Raise `CommandError` if there can't be a system of the suite's own."""
        problem = ""
        if self.system_name:
            problem = f"--system {self.system_name} is given, and a fixture called system overrides"
            problem += " it; remove one of them"
        elif self.folder is not None:
            problem = "--results is about what --system names; remove the fixture called system"
        if problem:
            raise CommandError(problem)

    def make_system(self) -> System:
        """Return the system under test; raises `CommandError` if it passes itself off as the
        model.
        """
        system = self.factory()
        claims_to_be_the_model = declaration_of(system).product == PRODUCT_OF_THE_MODEL
        if claims_to_be_the_model and not isinstance(system, ModelSystem):
            raise CommandError(
                f"it declares the product {PRODUCT_OF_THE_MODEL!r}, as only the model does; change "
                "the name"
            )
        return system

    def outcome_of(self, item: pytest.Item, phase: str, said: BaseException | None) -> Outcome:
        """Return how a phase of a test ended, of which the runner says this."""
        run = self.end(item) if phase == "call" else None
        # where the record shows no error, what was raised comes from other code of the suite
        if run is None or (run.error is None and said is not None):
            return self.outside_the_record(item, phase, said)
        assert self.running is not None
        case = self.scenario_of(item).case
        verdict = verdict_alone(case, self.running.results[case.id])
        if run.error is None:
            return Outcome(verdict)
        return Outcome(verdict, disagrees=said is None, foreign=run.error.__cause__)

    def end(self, item: pytest.Item) -> ScenarioRun | None:
        """Record a run that has ended, and restart a system that broke; None where no run has."""
        run = item.stash.get(SCENARIO_RUN, None)
        if run is None:
            return None
        del item.stash[SCENARIO_RUN]
        # somebody kept its last steps from being played
        if run.error is None and not run.is_over:
            return None
        assert self.running is not None
        subject = run.system
        assert isinstance(subject, Subject)
        scenario = self.scenario_of(item)
        try:
            result = features.judged(run, scenario, subject)
        except Exception as defect:
            # what has no verdict is reported as it was raised
            if defect is run.error:
                return None
            raise
        try:
            features.take(self.running, subject, scenario, result)
        except Aborted as aborted:
            self.give_up(str(aborted))
        except CommandError as trouble:
            pytest.exit(plain(str(trouble)), pytest.ExitCode.INTERNAL_ERROR)
        except OSError as error:
            self.give_up(not_written(error))
        self.broken_in_a_row = subject.broken_in_a_row
        return run

    def outside_the_record(
        self, item: pytest.Item, phase: str, said: BaseException | None
    ) -> Outcome:
        """Return how a phase ended of which no record tells, so a report is not complete."""
        ours = (CommandError, Fault, pytest.skip.Exception)
        foreign = None if isinstance(said, ours) else said
        verdict = unrecorded(said, phase)
        assert self.running is not None
        if not self.running.trouble:
            self.running.trouble = plain(f"{verdict.reason}, of {item.stash[PICKLE].id}")
        return Outcome(verdict, disagrees=said is None, foreign=foreign)

    def give_up(self, why: str) -> None:
        """Have pytest end the run after this test."""
        assert self.running is not None
        self.running.trouble = plain(why)
        self.session.shouldfail = self.running.trouble

    # After the run

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write the report, and close its log; a run that it does not call conformant does not
        pass.
        """
        running = self.running
        if running is None:
            # wrong usage has been told already
            if self.folder is not None and session.exitstatus != pytest.ExitCode.USAGE_ERROR:
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
        if self.folder is None:
            return
        if self.subject is not None:
            running.no_goodbye = plain(self.subject.session.bye())
        try:
            running.save(whole=True)
        except (CommandError, OSError) as trouble:
            problem = not_written(trouble) if isinstance(trouble, OSError) else plain(str(trouble))
            self.note = f"no report: {problem}"
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
            return
        envelope = running.envelope()
        self.note = f"report in {self.folder.path}: {headline(envelope)}"
        code = envelope["exit_code"]
        # a system that broke is more than a failed test
        if code == HARNESS and to_its_end:
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
        elif code != OK and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print where the report is, and what it says."""
        if self.note:
            terminalreporter.write_line(self.note)


def not_written(error: OSError) -> str:
    """Return what is told of a full disk, for one."""
    return plain(f"the report can't be written: {error.strerror}")


def verdict_alone(case: Case, result: Result) -> Result:
    """Return the verdict on a scenario, whatever came of others."""
    if result.counts is None and result.status not in FAILING:
        # as it was run, without a look at what the profile demands
        return result._replace(reason=format_reason(result))
    return verdict_on(case, {case.id: result}, {})


def unrecorded(said: BaseException | None, phase: str) -> Result:
    """Return the verdict on a phase of which no record tells, and the runner says this."""
    if said is None:
        return Result(Status.INCONCLUSIVE, NO_RECORD)
    if isinstance(said, pytest.skip.Exception):
        return Result(Status.NOT_RUN, f"skipped: {said}")
    if isinstance(said, CommandError):
        return Result(Status.INCONCLUSIVE, str(said))
    if isinstance(said, Fault):
        return Result(Status.INCONCLUSIVE, f"the system broke: {said}", fault=said.kind)
    lines = str(said).splitlines()
    first_line = lines[0] if lines else ""
    return Result(Status.INCONCLUSIVE, f"{type(said).__name__} in {phase}: {first_line}")


def own_features_of(items: Sequence[pytest.Item]) -> tuple[OwnFeature, ...]:
    """Return the features of somebody's own that tests run, with their texts."""
    found = {}
    for item in items:
        if PICKLE in item.stash and item.stash[PICKLE].is_own:
            path, _, _ = key_of(item)
            found[item.stash[FEATURE]] = text_of(path)
    return tuple(OwnFeature(file, text) for file, text in found.items())


def must_be_specified(pickle: Pickle, every: dict[str, ScenarioCase]) -> None:
    """Raise `CommandError` if a scenario is not in the specification."""
    specified = every.get(pickle.id)
    if specified is None or content_of(pickle) != content_of(specified.pickle):
        problem = f"{pickle.id} is no scenario of the specification, and nobody could check it"
        raise CommandError(f"--results: {problem}")


def content_of(pickle: Pickle) -> tuple[object, ...]:
    """Return the content of a scenario, without its place."""
    return (pickle.requirements, *((step.kind, step.text) for step in pickle.steps))
