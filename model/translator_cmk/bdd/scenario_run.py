"""A scenario run: one scenario against one system, step by step.

A Given has to be accepted and to lead where the model is, or else the scenario is *blocked*.  The
When may have any outcome.  A Then that does not hold *fails* the scenario.  What else may happen is
an exception too, and each exception has its status.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from time import perf_counter
from typing import Any

from ..language.declaration import Declaration
from ..language.facts import Fact, changed_facts, holds, observed_value
from ..language.messages import command_to_wire, outcome_to_wire
from ..language.sentences import format_command, format_fact, format_outcome
from ..language.situations import Situation
from ..machine import Accepted, Command, Machine, Observation, Outcome, Refused, Unspecified
from ..oracle import Agreed, Differs, Exchange, Oracle, compare_recorded
from ..oracle.fitting import may_be_undisplayed
from ..oracle.oracle import LIMIT
from ..oracle.profiles import REPEATS, silent_in
from ..oracle.projections import projection_in, projections_of
from ..oracle.shown import Shown
from ..requirements import load_register
from ..system import Inconclusive, ModelSystem, NothingLearned, System, Unsupported
from ..verdict import Status, Verdict
from .assertions import (
    Assertion,
    AssertionFailed,
    Change,
    MustBeShown,
    NotApplicable,
    StepResult,
    format_observed,
)
from .demands import machine_without, resting_on
from .feature_records import Pickle
from .prerequisites import (
    asked_of,
    commands_asked,
    inapplicable,
    makes_an_unprotected_vault,
    not_offered,
)
from .recorded_system import RecordedSystem
from .vocabulary import facts_of, read_steps


class SetupFailed(Exception):
    """A `Given` failed, so the scenario could not be run; the text says why.

    ``missing``: the facts that should hold after an accepted command and do not, as far as they
    are known.
    """

    def __init__(self, why: str, missing: tuple[Fact, ...] = ()) -> None:
        super().__init__(why)
        self.missing = missing


STATUSES: Mapping[type[Exception], Status] = {
    AssertionFailed: Status.FAILED,
    SetupFailed: Status.BLOCKED,
    Unsupported: Status.NOT_RUN,
    NothingLearned: Status.NOTHING_LEARNED,
    Inconclusive: Status.INCONCLUSIVE,
    NotApplicable: Status.NOT_APPLICABLE,
}
"""The status of a scenario run that raised this: that of the first which fits.

Anything else comes from the system, or from a defect of ours.
"""


def verdict_of(error: BaseException | None) -> Verdict | None:
    """Return the verdict on a run that raised this or nothing; None where it has no status."""
    if error is None:
        return Verdict(Status.PASSED)
    if isinstance(error, Unsupported):
        return Verdict(Status.NOT_RUN, f"unsupported: {error}")
    if isinstance(error, SetupFailed):
        return Verdict(Status.BLOCKED, f"blocked: {error}")
    for kind, status in STATUSES.items():
        if isinstance(error, kind):
            return Verdict(status, str(error))
    return None


def run_scenario(system: System, pickle: Pickle) -> "ScenarioRun":
    """Run the whole scenario without pytest.

    Raises `AssertionFailed`, `SetupFailed`, `Inconclusive` or `NotApplicable`, and all that the
    system raises, `Unsupported` included.
    """
    run = ScenarioRun(system, pickle)
    run.play()
    return run


Details = list[dict[str, Any]]
"""What is shown of each step: its sentence, and of a command its outcome and what it changed."""

NO_UNPROTECTED_VAULTS = (
    "a vault without this protection can't be made: the capability legacy-vaults is not declared"
)

NOT_DISPLAYED = "nothing that it looks at is displayed while the key is inaccessible"


class ScenarioRun:
    """One run of a scenario against a system: the record of what was asked and answered, and how it
    ended.

    ``kinds``: the kinds of resource that every system must have.
    """

    def __init__(self, system: System, pickle: Pickle, kinds: tuple[str, ...] = ()) -> None:
        self.system = system
        self.pickle = pickle
        self.kinds = kinds
        self.recorded = RecordedSystem(system)
        self.declared = self.recorded.declared
        self.model = ModelSystem()
        """Carries out the same commands."""
        self.started = perf_counter()
        self.has_begun = False
        self.step = -1
        """The number of the step under way; -1 before the first."""
        self.error: BaseException | None = None
        """What ended the run before the end of the scenario."""
        self.began: list[float] = []
        """When each step began."""
        self.details: Details = []
        self.excused = set[Fact]()
        """Facts of the model that the system does not show, and need not before the When."""
        self.undisplayed = set[Fact]()
        """What a Then says of things that the system need not display."""
        self.result = StepResult(
            outcome=Accepted(),
            before={},
            after={},
            requirements=pickle.requirements,
            facts=facts_of(pickle),
            declared=self.declared,
            by_model=isinstance(system, ModelSystem),
        )

    def begin(self) -> None:
        """Reset the system.

        Raises `NotApplicable` where the scenario does not apply to what the system has declared,
        and `Unsupported` where it has to and the stage has no place for it.
        """
        self.has_begun = True
        with self._keeping_error():
            self._must_apply()
            self.recorded.reset()
            self.model.reset(self.declared.stage)

    @contextmanager
    def _keeping_error(self) -> Iterator[None]:
        """Keep the first error, whatever whoever runs the scenario makes of it."""
        try:
            yield
        except Exception as error:
            if self.error is None:
                self.error = error
            raise

    def _must_apply(self) -> None:
        """Raise `NotApplicable`, or `Unsupported` if it applies to every system, and the stage of
        this one lacks something for it.
        """
        reason = inapplicable(self.pickle, self.declared, self.kinds)
        if reason is not None:
            raise NotApplicable(reason)
        stage = self.declared.stage
        lacking = not_offered(asked_of(self.pickle, stage, self.kinds), stage)
        if lacking is not None:
            remedy = "which every system must have for this scenario; add it to the stage"
            raise Unsupported(f"{lacking}, {remedy}")

    @property
    def is_over(self) -> bool:
        """Whether every step was played to its end."""
        return self.error is None and self.step + 1 == len(self.pickle.steps)

    @property
    def asked(self) -> list[Exchange]:
        """Every command so far, with its answer."""
        return self.recorded.exchanges

    @property
    def durations(self) -> tuple[float, ...]:
        """The seconds that each step took, or has taken so far."""
        ends = [*self.began[1:], perf_counter()]
        return tuple(round(end - began, 6) for began, end in zip(self.began, ends, strict=False))

    @property
    def changes(self) -> list[Change]:
        """What the When changed; nothing unless the system was observed after it."""
        return self.result.changes if self.result.after else []

    # Steps

    def play(self) -> None:
        """Play all steps; raises what they raise."""
        self.begin()
        while not self.is_over:
            self.play_next()

    def play_next(self) -> None:
        """Play the next step; raises what it raises."""
        with self._keeping_error():
            self._play_next()

    def _play_next(self) -> None:
        self.step += 1
        self.began.append(perf_counter())
        kind, text, meaning = read_steps(self.pickle)[self.step]
        self.details.append({"step": f"{kind.title()} {text}"})
        if isinstance(meaning, Fact | Assertion):
            self._check(text, meaning)
        elif kind == "given":
            self._prepare(meaning)
        elif isinstance(meaning, Command):
            self._submit(meaning)

    def _prepare(self, start: Situation | Command) -> None:
        """Play a Given: bring the system to a starting point; raises `SetupFailed`."""
        before = self.recorded.observe()
        for command in commands_asked(start, (*self.declared.stage.kinds, *self.kinds)):
            outcome = self._carry_out(command)
        if isinstance(start, Command):
            self._record(start, outcome, before, self.recorded.observe())

    def _submit(self, command: Command) -> None:
        """Play the When: submit its command, and keep the result."""
        before = self.recorded.observe()
        outcome = self._try(command)
        # kept before the system is observed, which may fail
        self.result = replace(self.result, outcome=outcome, before=before)
        after = self.recorded.observe()
        self.result = replace(self.result, after=after)
        self.model.submit(command)
        self._record(command, outcome, before, after)

    def _check(self, text: str, statement: Fact | Assertion) -> None:
        """Play a Then: check a fact or an assertion; raises `AssertionFailed` or `NotSpecified`."""
        outcome = self.result.outcome
        # only the model answers so, and no Then but one about that can rest on it
        is_about_silence = isinstance(statement, Assertion) and statement.kind == "not specified"
        if isinstance(outcome, Unspecified) and not is_about_silence:
            raise AssertionFailed(text, format_outcome(outcome))
        if isinstance(statement, Assertion):
            statement.check(self.result)
        else:
            self._check_fact(text, statement)

    def _check_fact(self, text: str, fact: Fact) -> None:
        if not self.declared.shows(fact.kind, fact.field):
            hidden = f"{fact.kind}.{fact.field} is not shown, which can't be declared for this"
            raise MustBeShown(text, hidden)
        seen = self.recorded.observe()
        if self._need_not_be_displayed(fact, seen):
            self.undisplayed.add(fact)
            if self.undisplayed.issuperset(self.result.facts):
                raise NotApplicable(NOT_DISPLAYED)
            return
        if fact.field != "exists" and not observed_value(seen, fact.kind, fact.name, "exists"):
            # what does not exist has no fields, not even absent ones
            raise AssertionFailed(text, format_observed(seen, fact))
        if not holds(fact, seen):
            raise AssertionFailed(text, format_observed(seen, fact))

    def _need_not_be_displayed(self, fact: Fact, seen: Observation) -> bool:
        """Return whether a fact is about something that is not displayed while its key is
        inaccessible.  The model displays all that it has.
        """
        if self.result.by_model:
            return False
        name = (fact.kind, fact.name)
        projections = projections_of(self.model.machine, self.model.state, LIMIT)
        return may_be_undisplayed(name, projection_in(seen, name), projections)

    def _record(
        self, command: Command, outcome: Outcome, before: Observation, after: Observation
    ) -> None:
        """Add a command to what is shown of its step."""
        changed = [
            [format_fact(was), format_fact(now)] for was, now in changed_facts(before, after)
        ]
        self.details[-1]["command"] = command_to_wire(command)
        self.details[-1]["outcome"] = outcome_to_wire(outcome)
        self.details[-1]["changed"] = changed

    # The commands of a Given

    def _carry_out(self, command: Command) -> Outcome:
        """Have a command accepted, and its effects seen; raises `SetupFailed`."""
        outcome = self._try(command)
        if not isinstance(outcome, Accepted):
            raise SetupFailed(f"{format_outcome(outcome)}, when {format_command(command)}")
        seen = self.recorded.observe()
        self.model.submit(command)
        self._must_be_where_the_model_is(seen)
        return outcome

    def _try(self, command: Command) -> Outcome:
        """Submit a command, and return the answer.

        A scenario may try to make a vault without a protection although that is not declared.  It
        is not applicable if the system makes none, whichever way it says so.
        """
        if not makes_an_unprotected_vault(command) or self.declared.can("legacy-vaults"):
            return self.recorded.submit(command)
        try:
            outcome = self.recorded.submit(command)
        except Unsupported:
            raise NotApplicable(NO_UNPROTECTED_VAULTS) from None
        if isinstance(outcome, Refused) or has_more_protection(command, self.recorded.observe()):
            raise NotApplicable(NO_UNPROTECTED_VAULTS)
        return outcome

    def _must_be_where_the_model_is(self, seen: Observation) -> None:
        """Raise `SetupFailed` where a fact is missing after the commands so far.

        What the article does not demand, and the scenario does not rest on, may be otherwise.
        """
        lacking: list[Fact] = []
        for fact, _ in changed_facts(self.model.observe(), seen):
            if fact not in self.excused and self.declared.shows(fact.kind, fact.field):
                lacking.append(fact)
        if not lacking:
            return
        missing = demanded_facts(lacking, self.asked, self.pickle, self.declared)
        if missing:
            facts = "; ".join(map(format_fact, missing))
            raise SetupFailed(f"after it this is not so: {facts}", tuple(missing))
        self.excused.update(lacking)


def has_more_protection(command: Command, seen: Observation) -> bool:
    """Return whether the vault that a command has made is seen with a protection that it lacks."""
    asked = command.as_dict()
    for protection in ("soft_delete", "purge_protection"):
        has_it = observed_value(seen, "vault", asked["vault"], protection)
        if has_it is True and not asked[protection]:
            return True
    return False


def demanded_facts(
    facts: list[Fact], asked: Iterable[Exchange], pickle: Pickle, declared: Declaration
) -> list[Fact]:
    """Return those of the facts that are demanded of a system that has shown all this.

    They are all if too much is possible.
    """
    oracle = Oracle(machine_relied_on(pickle), Shown(audit=False, hidden=declared.unseen))
    comparison = compare_recorded(asked, oracle, declared.stage)
    if isinstance(comparison, Agreed):
        return []
    if isinstance(comparison, Differs):
        expected = {difference.expected for difference in comparison.differences}
        # all, where an earlier exchange differs, or an answer
        return [fact for fact in facts if fact in expected] or facts
    return facts


@cache
def machine_relied_on(pickle: Pickle) -> Machine:
    """Return the machine of all that the article demands, and of what the scenario rests on."""
    silent = silent_in("article", load_register())
    return machine_without(silent.difference(resting_on(pickle, silent - REPEATS)))
