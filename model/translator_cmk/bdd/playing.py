"""Plays one scenario against one system, step by step, and keeps what it saw."""

from collections.abc import Callable
from functools import cache
from typing import Any

from ..language import WireError, command_to_wire, observation_from_wire, outcome_from_wire, outcome_to_wire
from ..language.facts import Fact, difference, holds, observed
from ..language.phrasebook import state, tell
from ..language.situations import Situation, Stage
from ..machine import ROWS, Accepted, Command, KeyUse, Machine, Observation, Outcome, Refused, Unspecified
from ..machine.rows import Effect
from ..system import ModelSystem, System, Unsupported
from .claims import Claim, NotApplicable, Unmet, left_open
from .portal import through_the_api
from .records import Pickle
from .systems import declaration_of
from .takes import inapplicable, is_legacy, not_offered, promised
from .vocabulary import READERS, read_then
from .wording import Change, listed, outcome_in_words, seen_in_words


class Blocked(Exception):
    """A `Given` did not come about, so that the scenario could not be run; ``by`` holds ids of requirements.

    ``missing``: what should be so after a command that was accepted, if it can be told.
    """

    def __init__(self, by: frozenset[str], why: str, missing: tuple[Fact, ...] = ()) -> None:
        super().__init__(f"blocked by {listed(by)}")
        self.by = by
        self.why = why
        self.missing = missing


class Undelivered(Unmet):
    """A command is unsupported that a declared capability stands for."""

    def __init__(self, capability: str, command: Command) -> None:
        super().__init__(f"the capability {capability}, which is declared", f"unsupported, when {tell(command)}")
        self.capability = capability


class Inconclusive(Exception):
    """What the system answered teaches nothing about the specification."""


NO_LEGACY_VAULTS = "a vault without soft delete can't be made: the capability legacy-vaults is not declared"


class Playing:
    """One scenario in play, as far as it is applicable to what the system has declared.

    Raises `NotApplicable` where it is not, and `Unsupported` where it has to be and the stage has no place for it.
    """

    def __init__(self, system: System, pickle: Pickle) -> None:
        self.system = system
        self.pickle = pickle
        self.step = -1
        self.details: list[dict[str, Any]] = []
        self.seen: Observation | None = None
        self.before: Observation = {}
        self.after: Observation = {}
        self.outcome: Outcome = Accepted()
        self.declared = declaration_of(system)
        self.model = ModelSystem(machine()) if self.declared.hidden or not self.declared.can("portal") else None
        if reason := inapplicable(pickle, self.declared):
            raise NotApplicable(reason)
        if lacking := not_offered(pickle, self.declared):
            raise Unsupported(f"{lacking}, and no declaration takes this scenario out")
        system.reset(self.declared.stage)

    def given(self, text: str, start: Situation | Command) -> None:
        """Goes to a starting point; raises `Blocked` where the system does not get there."""
        self._begin("Given", text)
        if isinstance(start, Situation):
            for stage in start.stages:
                for command in stage.commands:
                    self._prepare(command)
                must_be_established(stage, self._seen(), self.declared.shows)
        else:
            before = self._seen()
            outcome = self._prepare(start)
            self._keep(start, outcome, before, self._seen())

    def when(self, text: str, command: Command) -> None:
        """Does what the scenario is about."""
        self._begin("When", text)
        *first, command = self._asked(command)
        for each in first:
            self._do(each)
        self.before = self._seen()
        self.outcome = self._submit(command)
        self.after = self._seen()
        self._keep(command, self.outcome, self.before, self.after)

    def then(self, text: str, statement: Fact | Claim) -> None:
        """Compares; raises `Unmet`, or `LeftOpen`."""
        self._begin("Then", text)
        if isinstance(self.outcome, Unspecified) and not (
            isinstance(statement, Claim) and statement.check is left_open
        ):
            raise Unmet(text, outcome_in_words(self.outcome))
        if isinstance(statement, Claim):
            statement.check(self, statement.values)
            return
        if not self.declared.shows(statement.kind, statement.field):
            raise Unmet(text, f"{statement.kind}.{statement.field} is not shown, which can't be declared for this")
        seen = self._seen()
        if not shows(seen, statement):
            raise Unmet(text, seen_in_words(seen, statement))

    @property
    def changes(self) -> list[Change]:
        """What the When changed."""
        return list(difference(self.before, self.after))

    @property
    def audit(self) -> tuple[KeyUse, ...]:
        """The uses of keys that the When recorded."""
        return self.outcome.audit if isinstance(self.outcome, Accepted) else ()

    @property
    def mentioned(self) -> set[tuple[str, str, str]]:
        """Kind, name and field of all that a Then of the scenario states; whatever is said of an entity, it exists."""
        thens = [read_then(step.text) for step in self.pickle.steps if step.kind == "then"]
        facts = [then for then in thens if isinstance(then, Fact)]
        return {(fact.kind, fact.name, field) for fact in facts for field in (fact.field, "exists")}

    def _begin(self, kind: str, text: str) -> None:
        self.step += 1
        self.details.append({"step": f"{kind} {text}"})

    def _keep(self, command: Command, outcome: Outcome, before: Observation, after: Observation) -> None:
        self.details[-1] |= {
            "command": command_to_wire(command),
            "outcome": outcome_to_wire(outcome),
            "changed": [[state(was), state(now)] for was, now in difference(before, after)],
        }

    def _prepare(self, command: Command) -> Outcome:
        *first, command = self._asked(command)
        for each in first:
            self._do(each)
        return self._do(command)

    def _asked(self, command: Command) -> list[Command]:
        if self.model is None:
            return [command]
        if not self.declared.can("portal"):
            return list(through_the_api(self.model, command))
        self.model.submit(command)
        return [command]

    def _do(self, command: Command) -> Outcome:
        before = self._seen()
        excused = is_legacy(command) and not self.declared.can("legacy-vaults")
        try:
            outcome = self._submit(command)
        except Unsupported:
            if excused:
                raise NotApplicable(NO_LEGACY_VAULTS) from None
            raise
        if not isinstance(outcome, Accepted):
            by = outcome.because if isinstance(outcome, Refused) else outcome.silent
            if excused and isinstance(outcome, Refused):
                raise NotApplicable(NO_LEGACY_VAULTS)
            raise Blocked(by or effects(command), f"{outcome_in_words(outcome)}, when {tell(command)}")
        after = self._seen()
        if excused and observed(after, "vault", command.as_dict()["vault"], "soft_delete") is True:
            raise NotApplicable(NO_LEGACY_VAULTS)
        if before == after and not self.declared.hidden:
            raise Blocked(effects(command), f"nothing that can be observed changes, when {tell(command)}")
        return outcome

    def _submit(self, command: Command) -> Outcome:
        self.seen = None
        try:
            answer: Any = self.system.submit(command)
        except Unsupported:
            if capability := promised(command, self.declared):
                raise Undelivered(capability, command) from None
            raise
        if not isinstance(answer, Outcome):
            raise Inconclusive(f"the system answers {answer!r}, which is no outcome, when {tell(command)}")
        try:
            return outcome_from_wire(outcome_to_wire(answer), "the answer of the system")
        except WireError as error:
            raise Inconclusive(str(error)) from None

    def _seen(self) -> Observation:
        """What the system has shown since the last command; it is asked once."""
        if self.seen is None:
            try:
                # makes a copy, since a system may hand out its own dictionaries and change them later
                self.seen = observation_from_wire(self.system.observe(), "what the system shows")
            except WireError as error:
                raise Inconclusive(str(error)) from None
        return self.seen


@cache
def machine() -> Machine:
    """The machine, made once: that takes longer than a scenario."""
    return Machine(ROWS)


def must_be_established(stage: Stage, seen: Observation, visible: Callable[[str, str], bool]) -> None:
    """Raises `Blocked` where a fact is missing, by the requirements behind it that no new fact of the stage clears.

    ``visible`` says of a kind and a field whether the system shows it at all.
    """
    missing = [(fact, by) for fact, by in stage.establishes if visible(fact.kind, fact.field) and not shows(seen, fact)]
    if missing:
        suspected = frozenset[str]().union(*(by for _, by in missing))
        new = stage.establishes[len(stage.establishes) - stage.own :]
        cleared = frozenset[str]().union(*(by for fact, by in new if shows(seen, fact)))
        facts = "; ".join(state(fact) for fact, _ in missing)
        by = suspected - cleared or suspected
        raise Blocked(by, f"after it this is not so: {facts}", tuple(fact for fact, _ in missing))


def effects(command: Command) -> frozenset[str]:
    """The requirements that say what the command does."""
    return frozenset(row.requirement for row in ROWS if isinstance(row, Effect) and row.on is type(command))


def shows(seen: Observation, fact: Fact) -> bool:
    """Whether the observation shows the fact; of an entity that is not there it shows nothing but its absence."""
    return holds(fact, seen) and (fact.field == "exists" or observed(seen, fact.kind, fact.name, "exists") is True)


def play(system: System, pickle: Pickle) -> Playing:
    """Plays the whole scenario without pytest.

    Raises `Unmet`, `Blocked`, `Inconclusive` or `NotApplicable`, and what the system raises, `Unsupported` among it.
    """
    playing = Playing(system, pickle)
    for step in pickle.steps:
        getattr(playing, step.kind)(step.text, READERS[step.kind](step.text))
    return playing
