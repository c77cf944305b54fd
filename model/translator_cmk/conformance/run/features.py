"""The lane of features: plays every scenario of the Gherkin against the system."""

from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import Any

from ...bdd.assertions import Assertion, AssertionFailed, MustBeShown, format_observed
from ...bdd.causes import causes_of, comparison_of, why_of
from ...bdd.demands import demanded_of, is_contradicted
from ...bdd.diagnostics import format_path
from ...bdd.failures import (
    format_changes_of,
    format_sent,
    format_steps_of,
    last_command,
    size_of,
)
from ...bdd.feature_records import Pickle
from ...bdd.recorded_system import CapabilityMissing, ResetFailed
from ...bdd.scenario_run import Details, ScenarioRun, SetupFailed, verdict_of
from ...bdd.vocabulary import asserts, commands_of, read_steps
from ...language.facts import Fact
from ...language.sentences import format_fact
from ...machine import Accepted, Command, State
from ...oracle import Agreed, Differs
from ...requirements import load_register
from ...system import MACHINE, Unsupported
from ...verdict import FAILING, Status
from ..judgement.cases import FEATURES, ScenarioCase
from ..judgement.verdicts import Failure, Result
from ..report.essentials import SAID, sent_as
from ..report.folder import MESSAGES
from ..wire import Fault
from ..wire.subject import Subject
from .running import Running
from .tally import is_demanded


def play(subject: Subject, scenario: ScenarioCase, details: Details | None = None) -> Result:
    """Return the result of the scenario; anything that the system does is an answer.

    Into ``details`` goes what is shown of each step.
    """
    run = begin(subject, scenario)
    if details is not None:
        run.details = details
    with suppress(Exception):  # the run keeps it
        run.begin()
        while not run.is_over:
            before = run.model.state
            play_next(run, subject)
            if details:
                add_requirements(details[-1], before, run)
    return judged(run, scenario, subject)


def add_requirements(detail: dict[str, Any], before: State, run: ScenarioRun) -> None:
    """Add to what is shown of a step which requirements its change rests on, as the model says."""
    command = read_steps(run.pickle)[run.step].meaning
    if isinstance(command, Command) and detail["outcome"]["outcome"] == "accepted":
        _, outcome = MACHINE.step(before, command)
        detail["outcome"]["by"] = sorted(outcome.by) if isinstance(outcome, Accepted) else []


def begin(subject: Subject, scenario: ScenarioCase) -> ScenarioRun:
    """Return a run of the scenario, before its first step."""
    subject.session.case = scenario.case.id
    subject.patient = is_patient(scenario.pickle)
    subject.said.clear()
    register = load_register(revision=scenario.case.revision)
    return ScenarioRun(subject, scenario.pickle, register.chosen.kinds)


def play_next(run: ScenarioRun, subject: Subject) -> None:
    """Play the next step; raises what it raises."""
    if not run.has_begun:
        run.begin()
    meaning = read_steps(run.pickle)[run.step + 1].meaning
    # it asks for no command, and what was said of the last one still explains a failure
    if isinstance(meaning, Fact | Assertion):
        run.play_next()
        return
    subject.said.clear()
    try:
        run.play_next()
    finally:
        if subject.said:
            run.details[-1]["said"] = list(subject.said)


def take(running: Running, subject: Subject, scenario: ScenarioCase, result: Result) -> None:
    """Record a result, and restart the system if the scenario broke it.

    Raises `Aborted` if scenarios do so again and again, or nothing is learned by them.
    """
    running.add(scenario.case, result, subject)
    # one case after another that waits in vain takes hours, whatever else was answered
    of_use = bool(subject.answered) and result.fault != "too-late"
    nothing_learned = result.status is Status.NOTHING_LEARNED
    subject.recover(result.fault, of_use, "cases", nothing_learned)


def is_patient(pickle: Pickle) -> bool:
    """Return whether the scenario makes a claim that can be made only once everything has had its
    time.
    """
    return asserts(pickle, "unchanged", "otherwise unchanged")


def judged(run: ScenarioRun, scenario: ScenarioCase, subject: Subject) -> Result:
    """Return the result of a scenario as the record of its run shows it.

    Raises an error that has no status, which is a defect of the kit.
    """
    error = run.error
    seconds = perf_counter() - run.started
    result = Result(Status.PASSED, seconds=seconds, step=run.step, durations=run.durations)
    if isinstance(error, Fault):
        return with_last_words(
            result._replace(
                status=Status.INCONCLUSIVE, reason=f"the system broke: {error}", fault=error.kind
            ),
            subject,
        )

    verdict = verdict_of(error)
    if verdict is None:
        assert error is not None
        raise error
    status = verdict.status
    if isinstance(error, Unsupported) and may_be_unsupported(scenario, subject):
        status = Status.NOT_APPLICABLE
    result = result._replace(status=status, reason=verdict.reason)
    if verdict.status is Status.INCONCLUSIVE:
        fault = "reset" if isinstance(error, ResetFailed) else "error"
        return with_last_words(result._replace(fault=fault), subject)
    if isinstance(error, CapabilityMissing):
        result = result._replace(undelivered=error.capability)
    else:
        result = result._replace(
            attributed_to=causes_of(run, scenario.case.silent),
            counts=counts_for(run, scenario, result.status),
        )

    if isinstance(error, AssertionFailed | SetupFailed):
        result = result._replace(
            why=why_of(run, scenario.case.silent),
            shown=in_full(scenario, run, subject),
            failure=in_brief(error, run, subject),
            size=size_of(run),
        )
        if not result.undelivered and may_be_only_late(error, run, subject):
            reason = f"not seen within the time that its effects may take; {verdict.reason}"
            result = result._replace(status=Status.INCONCLUSIVE, reason=reason, counts=None)
    return result


def may_be_unsupported(scenario: ScenarioCase, subject: Subject) -> bool:
    """Return whether nothing is demanded of what the commands do that a scenario lacks."""
    needed = {type(command).__name__ for command in commands_of(scenario.pickle)}
    lacking = needed & subject.unsupported
    demanded = [name for name in lacking if is_demanded(name, scenario.case.silent)]
    return bool(lacking) and not demanded


def with_last_words(result: Result, subject: Subject) -> Result:
    """Return the result of a scenario that broke the system, with what that said last."""
    stderr = subject.session.channel.stderr_tail()
    if not stderr:
        return result
    return result._replace(shown=f"{SAID}\n{stderr}")


def counts_for(run: ScenarioRun, scenario: ScenarioCase, status: Status) -> bool | None:
    """Return whether a scenario counts for this system; None if `Case.scored` says so.

    The oracle decides, by what the system answered and showed.  A failure counts if that is not
    what is demanded.  A scenario that passed counts if it was demanded all the same, although the
    system does otherwise than the model before the When.  One that the kit contradicts counts as
    planned: a broken oracle agrees with the broken model that it is made of.  So does one that can
    not be judged since the system hides what it may not.
    """
    silent = scenario.case.silent
    if not silent:
        return None
    if status in FAILING and is_contradicted(scenario.pickle):
        return None
    if isinstance(run.error, MustBeShown):
        return None
    if status in FAILING:
        comparison = comparison_of(run, silent)
        if isinstance(comparison, Differs):
            return True
        return False if isinstance(comparison, Agreed) else None
    if status is Status.PASSED and run.excused:
        return demanded_of(run.pickle, run.asked, silent, run.declared)
    return None


def may_be_only_late(
    error: AssertionFailed | SetupFailed, run: ScenarioRun, subject: Subject
) -> bool:
    """Return whether a scenario may have failed only since an effect takes longer than the system
    has declared: the subject has waited until all windows had closed.
    """
    # then the system was still in an earlier state when it was asked
    if subject.was_late or subject.answered_early:
        return True
    if isinstance(error, SetupFailed):
        return bool(error.missing) and all(map(subject.still_shows_earlier, error.missing))
    statement = read_steps(run.pickle)[run.step].meaning
    return isinstance(statement, Fact) and subject.still_shows_earlier(statement)


def in_brief(error: AssertionFailed | SetupFailed, run: ScenarioRun, subject: Subject) -> Failure:
    """Return what was sent last, what was demanded of it, and what came."""
    if isinstance(error, AssertionFailed):
        expected = [error.expected]
        observed = [error.observed]
    elif error.missing:
        seen = run.asked[-1].seen or {}
        expected = [format_fact(fact) for fact in error.missing]
        observed = [format_observed(seen, fact) for fact in error.missing]
    else:
        expected = ["the request is accepted"]
        observed = [str(error)]
    return Failure(
        format_sent(last_command(run)),
        tuple(expected),
        tuple(observed),
        subject.own_words,
        tuple(subject.said),
    )


def in_full(scenario: ScenarioCase, run: ScenarioRun, subject: Subject) -> str:
    """Return the rest of a failure: steps, what changed, and where to look."""
    case = scenario.case
    step = scenario.pickle.steps[run.step]
    lines = [f"{format_path(Path(case.feature))}:{step.line}", ""]
    lines += [*format_steps_of(run), ""]
    lines += format_changes_of(run)
    for line in sent_as(subject.names.sent):
        lines.append(f"  {line}")
    if subject.session.log.is_kept:
        lines.append(f"  {'messages':<11}  {MESSAGES}, case {case.id}")
    return "\n".join(lines)


def attempt(
    running: Running, subject: Subject, scenario: ScenarioCase, details: Details | None = None
) -> None:
    """Play a scenario and record its result; raises `Aborted`."""
    take(running, subject, scenario, play(subject, scenario, details))


def next_of(waiting: deque[ScenarioCase]) -> ScenarioCase | None:
    """Take the next scenario that nobody else has taken; None if none is left."""
    try:
        return waiting.popleft()
    except IndexError:
        return None


def run_features(
    running: Running, subjects: Sequence[Subject], scenarios: Iterable[ScenarioCase]
) -> None:
    """Play them all, one after another in each of the sessions; raises `Aborted`."""
    waiting = deque(scenarios)
    running.save()
    running.progress.begin(FEATURES)
    first, *others = subjects

    def work(subject: Subject) -> None:
        """Play one scenario after another that nobody else has taken; raises `Aborted`."""
        try:
            scenario = next_of(waiting)
            while scenario is not None:
                attempt(running, subject, scenario)
                scenario = next_of(waiting)
        except BaseException:
            waiting.clear()  # the others end with the scenario under way
            raise

    with ThreadPoolExecutor(len(subjects)) as pool:
        threads = [pool.submit(work, subject) for subject in others]
        work(first)
        for thread in threads:
            thread.result()
