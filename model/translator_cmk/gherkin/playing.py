"""Plays one scenario against one system, step by step, and keeps what it saw."""

from typing import Any

from ..facts import Fact, difference, holds, observed
from ..machine import DEFAULT_STAGE, ROWS, Accepted, Command, KeyUse, Observation, Outcome, Refused, Unspecified
from ..machine.rows import Effect
from ..phrasebook import state, tell
from ..situations import Situation, Stage
from ..system import System
from ..wire import WireError, command_to_wire, observation_from_wire, outcome_from_wire, outcome_to_wire
from .claims import Claim, Unmet, left_open
from .records import Pickle
from .vocabulary import READERS, read_then
from .wording import Change, listed, outcome_in_words, seen_in_words


class Blocked(Exception):
    """A `Given` did not come about, so that the scenario could not be run; ``by`` holds ids of requirements."""

    def __init__(self, by: frozenset[str], why: str) -> None:
        super().__init__(f"blocked by {listed(by)}")
        self.why = why


class Inconclusive(Exception):
    """What the system answered teaches nothing about the specification."""


class Playing:
    """One scenario in play.

    A system with an attribute ``gives_reasons`` that is false is not asked why it refuses.
    """

    def __init__(self, system: System, pickle: Pickle) -> None:
        self.system = system
        self.pickle = pickle
        self.step = -1
        self.details: list[dict[str, Any]] = []
        self.before: Observation = {}
        self.after: Observation = {}
        self.outcome: Outcome = Accepted()
        system.reset(DEFAULT_STAGE)

    def given(self, text: str, start: Situation | Command) -> None:
        """Goes to a starting point; raises `Blocked` where the system does not get there."""
        self._begin("Given", text)
        if isinstance(start, Situation):
            for stage in start.stages:
                for command in stage.commands:
                    self._prepare(command)
                must_be_established(stage, self._observe())
        else:
            before = self._observe()
            outcome = self._prepare(start)
            self._keep(start, outcome, before, self._observe())

    def when(self, text: str, command: Command) -> None:
        """Does what the scenario is about."""
        self._begin("When", text)
        self.before = self._observe()
        self.outcome = self._submit(command)
        self.after = self._observe()
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
        seen = self._observe()
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
        before = self._observe()
        outcome = self._submit(command)
        if not isinstance(outcome, Accepted):
            by = outcome.because if isinstance(outcome, Refused) else outcome.silent
            raise Blocked(by or effects(command), f"{outcome_in_words(outcome)}, when {tell(command)}")
        if before == self._observe():
            raise Blocked(effects(command), f"nothing that can be observed changes, when {tell(command)}")
        return outcome

    def _submit(self, command: Command) -> Outcome:
        answer: Any = self.system.submit(command)
        if not isinstance(answer, Outcome):
            raise Inconclusive(f"the system answers {answer!r}, which is no outcome, when {tell(command)}")
        try:
            return outcome_from_wire(outcome_to_wire(answer), "the answer of the system")
        except WireError as error:
            raise Inconclusive(str(error)) from None

    def _observe(self) -> Observation:
        try:
            # makes a copy, since a system may hand out its own dictionaries and change them later
            return observation_from_wire(self.system.observe(), "what the system shows")
        except WireError as error:
            raise Inconclusive(str(error)) from None


def must_be_established(stage: Stage, seen: Observation) -> None:
    """Raises `Blocked` where a fact is missing, by the requirements behind it that no new fact of the stage clears."""
    missing = [(fact, by) for fact, by in stage.establishes if not shows(seen, fact)]
    if missing:
        suspected = frozenset[str]().union(*(by for _, by in missing))
        new = stage.establishes[len(stage.establishes) - stage.own :]
        cleared = frozenset[str]().union(*(by for fact, by in new if shows(seen, fact)))
        facts = "; ".join(state(fact) for fact, _ in missing)
        raise Blocked(suspected - cleared or suspected, f"after it this is not so: {facts}")


def effects(command: Command) -> frozenset[str]:
    """The requirements that say what the command does."""
    return frozenset(row.requirement for row in ROWS if isinstance(row, Effect) and row.on is type(command))


def shows(seen: Observation, fact: Fact) -> bool:
    """Whether the observation shows the fact; of an entity that is not there it shows nothing but its absence."""
    return holds(fact, seen) and (fact.field == "exists" or observed(seen, fact.kind, fact.name, "exists") is True)


def play(system: System, pickle: Pickle) -> Playing:
    """Plays the whole scenario without pytest; raises `Unmet`, `Blocked`, `Inconclusive` or `LeftOpen`."""
    playing = Playing(system, pickle)
    for step in pickle.steps:
        getattr(playing, step.kind)(step.text, READERS[step.kind](step.text))
    return playing
