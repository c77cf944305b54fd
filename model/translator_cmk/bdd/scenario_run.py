"""Runs one scenario against one system, step by step, and formats its failure."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache
from time import perf_counter
from typing import Any, NamedTuple

from ..language import WireError, command_to_wire, observation_from_wire, outcome_from_wire, outcome_to_wire
from ..language.facts import Fact, difference, holds, observed
from ..language.sentences import format_command, format_fact, format_outcome
from ..language.situations import Situation
from ..machine import DEFAULT_STAGE, ROWS, Accepted, Command, Machine, Observation, Outcome, Refused, Stage, Unspecified
from ..machine.rows import Effect
from ..oracle import Oracle
from ..oracle.nondeterminism import TooManyStates
from ..oracle.profiles import machine_of, silent_in
from ..requirements import load_register
from ..system import ModelSystem, System, Unsupported
from .assertions import Assertion, AssertionFailed, Change, NotApplicable, StepResult, format_ids, format_observed
from .features import Pickle
from .prerequisites import capabilities_of, inapplicable, not_offered, promised
from .systems import declaration_of
from .vocabulary import commands_of, demanded, facts_of, read_steps


class SetupFailed(Exception):
    """A `Given` failed, so the scenario could not be run; ``by`` holds ids of requirements.

    ``missing``: the facts that should hold after an accepted command and do not, as far as they are known.
    """

    def __init__(self, by: frozenset[str], why: str, missing: tuple[Fact, ...] = ()) -> None:
        super().__init__(f"blocked by {format_ids(by)}")
        self.by = by
        self.why = why
        self.missing = missing


class CapabilityMissing(AssertionFailed):
    """The system does not support a command although it has declared a capability that includes it."""

    def __init__(self, capability: str, command: Command) -> None:
        super().__init__(
            f"the capability {capability}, which is declared", f"unsupported, when {format_command(command)}"
        )
        self.capability = capability


class Inconclusive(Exception):
    """The system's answer shows nothing about the specification."""


class Verdict(NamedTuple):
    """The status of a scenario, as in results, and a reason unless it passed."""

    status: str
    reason: str | None = None


STATUSES: Mapping[type[Exception], str] = {
    AssertionFailed: "failed",
    SetupFailed: "not-run",
    Unsupported: "not-run",
    Inconclusive: "inconclusive",
    NotApplicable: "not-applicable",
}
"""The status of a scenario run that raised this; anything else comes from the system, or from a defect of ours."""


def verdict_of(error: BaseException | None) -> Verdict | None:
    """Return the verdict on a scenario run that raised this, or nothing; None where it has no status."""
    if error is None:
        return Verdict("passed")
    status = next((status for kind, status in STATUSES.items() if isinstance(error, kind)), None)
    reason = f"unsupported: {error}" if isinstance(error, Unsupported) else str(error)
    return Verdict(status, reason) if status else None


NOTHING: frozenset[str] = frozenset()
NO_LEGACY_VAULTS = "a vault without soft delete can't be made: the capability legacy-vaults is not declared"


class ScenarioRun:
    """One run of a scenario against a system, as far as it applies to what the system has declared.

    Raises `NotApplicable` where it does not, and `Unsupported` where it has to and the stage has no place for it.
    """

    def __init__(self, system: System, pickle: Pickle) -> None:
        self.system = system
        self.pickle = pickle
        self.step = -1
        self.details: list[dict[str, Any]] = []
        self.began: list[float] = []
        """When each step began."""
        self.seen: Observation | None = None
        self.asked: list[tuple[Command, Outcome, Observation | None]] = []
        """Every command so far with its outcome, and what the system showed after it, if it was observed then."""
        self.declared = declaration_of(system)
        self.model = ModelSystem()
        self.excused: dict[Fact, frozenset[str]] = {}
        """Facts of the model that the system does not show, and need not before the When, and what is behind each."""
        self.result = self._result(Accepted(), {}, {})
        if reason := inapplicable(pickle, self.declared):
            raise NotApplicable(reason)
        if lacking := not_offered(commands_of(pickle), self.declared.stage):
            raise Unsupported(f"{lacking}, which every system must have for this scenario; add it to the stage")
        system.reset(self.declared.stage)
        self.model.reset(self.declared.stage)

    def given(self, text: str, start: Situation | Command) -> None:
        """Bring the system to a starting point; raises `SetupFailed` where it does not get there."""
        self._begin("Given", text)
        before = self._observe()
        for command in start.commands if isinstance(start, Situation) else (start,):
            outcome = self._do(command)
        if isinstance(start, Command):
            self._record(start, outcome, before, self._observe())

    def when(self, text: str, command: Command) -> None:
        """Submit the command that the scenario is about, and keep its result."""
        self._begin("When", text)
        before = self._observe()
        outcome = self._submit(command)
        # kept before the system is observed, which may fail
        self.result = self._result(outcome, before, {})
        self.result = self._result(outcome, before, self._observe())
        self._record(command, outcome, before, self.result.after)

    def then(self, text: str, statement: Fact | Assertion) -> None:
        """Check a fact or an assertion; raises `AssertionFailed`, or `NotSpecified`."""
        self._begin("Then", text)
        outcome = self.result.outcome
        if isinstance(outcome, Unspecified) and not (
            isinstance(statement, Assertion) and statement.kind == "not specified"
        ):
            raise AssertionFailed(text, format_outcome(outcome))
        if isinstance(statement, Assertion):
            statement.check(self.result)
            return
        if not self.declared.shows(statement.kind, statement.field):
            hidden = f"{statement.kind}.{statement.field} is not shown, which can't be declared for this"
            raise AssertionFailed(text, hidden)
        seen = self._observe()
        there = statement.field == "exists" or observed(seen, statement.kind, statement.name, "exists")
        if not (there and holds(statement, seen)):  # what does not exist has no fields, not even absent ones
            raise AssertionFailed(text, format_observed(seen, statement))

    @property
    def durations(self) -> tuple[float, ...]:
        """Return the seconds that each step took, or has taken so far."""
        ends = (*self.began[1:], perf_counter())
        return tuple(round(end - start, 6) for start, end in zip(self.began, ends, strict=False))

    @property
    def changes(self) -> list[Change]:
        """Return what the When changed; nothing before the When, or where the system was not observed after it."""
        return self.result.changes if self.result.after else []

    def _result(self, outcome: Outcome, before: Observation, after: Observation) -> StepResult:
        requirements, facts = self.pickle.requirements, facts_of(self.pickle)
        by_model = isinstance(self.system, ModelSystem)
        return StepResult(outcome, before, after, requirements, facts, self.declared, by_model)

    def _begin(self, kind: str, text: str) -> None:
        self.step += 1
        self.began.append(perf_counter())
        self.details.append({"step": f"{kind} {text}"})

    def _record(self, command: Command, outcome: Outcome, before: Observation, after: Observation) -> None:
        self.details[-1] |= {
            "command": command_to_wire(command),
            "outcome": outcome_to_wire(outcome),
            "changed": [[format_fact(was), format_fact(now)] for was, now in difference(before, after)],
        }

    def _do(self, command: Command) -> Outcome:
        excused = "legacy-vaults" in set(capabilities_of(command)) - self.declared.capabilities
        try:
            outcome = self._submit(command)
        except Unsupported:
            if excused:
                raise NotApplicable(NO_LEGACY_VAULTS) from None
            raise
        if not isinstance(outcome, Accepted):
            by = outcome.because if isinstance(outcome, Refused) else outcome.silent.union(*self.excused.values())
            if excused and isinstance(outcome, Refused):
                raise NotApplicable(NO_LEGACY_VAULTS)
            raise SetupFailed(by or effects(command), f"{format_outcome(outcome)}, when {format_command(command)}")
        after = self._observe()
        if excused and observed(after, "vault", command.as_dict()["vault"], "soft_delete") is True:
            raise NotApplicable(NO_LEGACY_VAULTS)
        self.model.submit(command)
        self._check_reached(after)
        return outcome

    def _check_reached(self, seen: Observation) -> None:
        """Raise `SetupFailed` where a fact is missing after the commands so far: it names the requirements behind it.

        What the article does not demand, and the scenario does not rest on, may be otherwise.
        """
        lacking = [fact for fact, _ in difference(self.model.observe(), seen)]
        new = [each for each in lacking if each not in self.excused and self.declared.shows(each.kind, each.field)]
        if not new:
            return
        commands, stage = [command for command, *_ in self.asked], self.declared.stage
        by, oracle = facts_after(commands, stage), Oracle(machine_in("article"))
        missing = new
        with suppress(TooManyStates):
            oracle.reset(stage)
            for command in commands:
                oracle.submit(command)
                oracle.narrow(Accepted())
            missing = [each for each in new if oracle.demands(each) or rests_on(self.pickle, by.get(each, NOTHING))]
        if missing:
            requirements = NOTHING.union(*(behind(fact, by) for fact in missing)) or effects(commands[-1])
            why = f"after it this is not so: {'; '.join(map(format_fact, missing))}"
            raise SetupFailed(requirements, why, tuple(missing))
        self.excused |= {fact: behind(fact, by) for fact in new}

    def _submit(self, command: Command) -> Outcome:
        self.seen = None
        try:
            answer: Any = self.system.submit(command)
        except Unsupported:
            if capability := promised(command, self.declared):
                raise CapabilityMissing(capability, command) from None
            raise
        if not isinstance(answer, Outcome):
            raise Inconclusive(f"the system answers {answer!r}, which is no outcome, when {format_command(command)}")
        try:
            outcome = outcome_from_wire(outcome_to_wire(answer), "the answer of the system")
        except WireError as error:
            raise Inconclusive(str(error)) from None
        self.asked.append((command, outcome, None))
        return outcome

    def _observe(self) -> Observation:
        """Return what the system has shown since the last command; it is asked once."""
        if self.seen is None:
            try:
                # makes a copy, since a system may hand out its own dictionaries and change them later
                self.seen = observation_from_wire(self.system.observe(), "what the system shows")
            except WireError as error:
                raise Inconclusive(str(error)) from None
            if self.asked:
                self.asked[-1] = (*self.asked[-1][:2], self.seen)
        return self.seen


@cache
def machine_in(profile: str) -> Machine:
    """Return the machine of a profile, made once: which machines are wrong about what it says is found out once."""
    return machine_of(silent_in(profile, load_register()))


@cache
def rests_on(pickle: Pickle, requirements: frozenset[str]) -> bool:
    """Return whether the scenario is not demanded any more without those of the requirements that are assumed."""
    assumed = requirements & silent_in("article", load_register())
    return bool(assumed) and not demanded(Oracle(machine_of(assumed)), pickle)


def facts_after(commands: Iterable[Command], stage: Stage = DEFAULT_STAGE) -> dict[Fact, frozenset[str]]:
    """Return the facts that the commands bring about in the model, each with the requirements behind its change."""
    model = ModelSystem()
    model.reset(stage)
    found: dict[tuple[str, str, str], tuple[Fact, frozenset[str]]] = {}
    for command in commands:
        before = model.observe()
        outcome = model.submit(command)
        by = outcome.by if isinstance(outcome, Accepted) else NOTHING
        found |= {now[:3]: (now, by) for _, now in difference(before, model.observe())}
    return dict(found.values())


def behind(fact: Fact, facts: Mapping[Fact, frozenset[str]]) -> frozenset[str]:
    """Return the requirements behind a fact; what an entity is like from the first is behind that it exists."""
    existence = Fact(fact.kind, fact.name, "exists", True)
    return facts.get(fact) or facts.get(existence) or NOTHING


def effects(command: Command) -> frozenset[str]:
    """Return the requirements that say what the command does."""
    return frozenset(row.requirement for row in ROWS if isinstance(row, Effect) and row.on is type(command))


def run_scenario(system: System, pickle: Pickle) -> ScenarioRun:
    """Run the whole scenario without pytest.

    Raises `AssertionFailed`, `SetupFailed`, `Inconclusive` or `NotApplicable`, and all that the system raises,
    `Unsupported` included.
    """
    run = ScenarioRun(system, pickle)
    for kind, text, meaning in read_steps(pickle):
        getattr(run, kind)(text, meaning)
    return run


def format_title(pickle: Pickle) -> str:
    """Return the scenario's name in reports: requirement, name, and which row of the examples."""
    return f"[{pickle.requirements[0]}] {pickle.name}{f' ({pickle.row})' if pickle.row else ''}"
