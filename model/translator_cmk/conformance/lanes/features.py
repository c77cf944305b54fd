"""The lane of features: plays every scenario of the Gherkin against the system."""

from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from time import perf_counter

from ...bdd.assertions import AssertionFailed
from ...bdd.causes import causes_of
from ...bdd.checked_system import CapabilityMissing
from ...bdd.failures import format_failure
from ...bdd.features import Pickle
from ...bdd.scenario_run import Details, ScenarioRun, SetupFailed, verdict_of
from ...bdd.vocabulary import asserts, read_steps
from ...language.facts import Fact
from ...machine import Accepted, Command
from ...system import MACHINE
from ...verdict import Status
from ..cases import FEATURES, Scenario
from ..channels import Fault
from ..report.folder import MESSAGES
from ..report.text import AGAIN, SAID
from ..running import Running
from ..subject import Subject
from ..verdicts import Result


def play(subject: Subject, scenario: Scenario, details: Details | None = None) -> Result:
    """Return the result of the scenario; anything that the system does is an answer.

    Into ``details`` goes what is shown of each step.  The model says which requirements a change rests on.
    """
    began = perf_counter()
    pickle = scenario.pickle
    subject.session.case = scenario.case.id
    subject.patient = is_patient(pickle)
    run, raised = None, None
    try:
        run = ScenarioRun(subject, pickle)
        run.details = [] if details is None else details
        for _, _, meaning in read_steps(pickle):
            before = run.model.state
            run.play_next()
            if isinstance(meaning, Command) and run.details[-1]["outcome"]["outcome"] == "accepted":
                _, outcome = MACHINE.step(before, meaning)
                run.details[-1]["outcome"]["by"] = sorted(outcome.by) if isinstance(outcome, Accepted) else []
    except Exception as error:  # noqa: BLE001  # raised again unless it has a status
        raised = error
    result = result_of(raised, run, scenario, subject)
    if result.fault and (stderr := subject.session.channel.stderr_tail()):
        result = result._replace(shown=f"{SAID}\n{stderr}")
    return result._replace(seconds=perf_counter() - began)


def recover(subject: Subject, result: Result) -> None:
    """Restart the system if a scenario broke it; raises `Aborted` if scenarios do so again and again."""
    subject.recover(result.fault, bool(subject.answered) and result.fault != "too-late", "cases")


def is_patient(pickle: Pickle) -> bool:
    """Return whether the scenario makes a claim that can be made only once everything has had its time."""
    return asserts(pickle, "unchanged", "otherwise unchanged")


def result_of(error: BaseException | None, run: ScenarioRun | None, scenario: Scenario, subject: Subject) -> Result:
    """Return the result of a scenario that ended with this error, or without one; raises errors without a status."""
    result = Result(Status.PASSED)
    if run is not None:  # before its failure is explained, which takes longer than the step
        result = Result(Status.PASSED, step=run.step, durations=run.durations)
    if isinstance(error, Fault):
        return result._replace(status=Status.INCONCLUSIVE, reason=f"the system broke: {error}", fault=error.kind)
    known = verdict_of(error)
    if known is None:
        assert error is not None
        raise error
    status, reason, shown = known.status, known.reason, ""
    undelivered = error.capability if isinstance(error, CapabilityMissing) else ""
    requirements = () if undelivered else causes_of(error, run)
    if run is not None and isinstance(error, AssertionFailed | SetupFailed):
        shown = in_full(error, scenario, run)
        if isinstance(error, SetupFailed):
            late = subject.was_late or (subject.under_way and all(map(subject.is_late, error.missing)))
        else:
            statement = read_steps(run.pickle)[run.step].meaning
            late = subject.was_late or (isinstance(statement, Fact) and subject.is_late(statement))
        if late and not undelivered:
            status, reason = Status.INCONCLUSIVE, f"not seen within the time that its effects may take; {reason}"
    fault = "error" if known.status is Status.INCONCLUSIVE else ""
    result = result._replace(status=status, reason=reason, attributed_to=requirements)
    return result._replace(fault=fault, shown=shown, undelivered=undelivered)


def in_full(error: Exception, scenario: Scenario, run: ScenarioRun) -> str:
    """Return a failure with its scenario, its requirement, what changed, and where to look."""
    case = scenario.case
    lines = format_failure(error, "", scenario.pickle, Path(case.feature), run)
    seen = (f"  {'messages':<11}  {MESSAGES}, case {case.id}", f"  {AGAIN} verify ... --case {case.id}")
    return "\n".join([*lines, *seen])


def attempt(running: Running, subject: Subject, scenario: Scenario, details: Details | None = None) -> None:
    """Play a scenario and record its result; raises `Aborted`."""
    result = play(subject, scenario, details)
    running.add(scenario.case, result, subject)
    recover(subject, result)


def run_features(running: Running, subjects: Sequence[Subject], scenarios: Iterable[Scenario]) -> None:
    """Play them all, one after another in each of the sessions; raises `Aborted`."""
    waiting = deque(scenarios)
    running.save()
    running.progress.begin(FEATURES)
    first, *others = subjects

    def work(subject: Subject) -> None:
        """Play one scenario after another that nobody else has taken; raises `Aborted`."""
        with suppress(IndexError):
            while scenario := waiting.popleft():
                attempt(running, subject, scenario)

    with ThreadPoolExecutor(len(subjects)) as pool:
        threads = [pool.submit(work, subject) for subject in others]
        try:
            work(first)
        except BaseException:
            waiting.clear()  # the others end with the scenario under way
            raise
        for thread in threads:
            thread.result()
