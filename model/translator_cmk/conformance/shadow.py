"""The model doing what is asked of a system: what should be seen, and which rows a run has come upon."""

from typing import NamedTuple

from ..machine import (
    DEFAULT_STAGE,
    ROWS,
    Command,
    Machine,
    Observation,
    Outcome,
    Refused,
    Stage,
    State,
    initial,
    observe,
)
from ..machine.rows import Refuse, Row

MACHINE = Machine(ROWS)
REASONS = frozenset(row.requirement for row in ROWS if isinstance(row, Refuse)) | {
    "environment.exists",
    "environment.new-name",
}


class Coverage:
    """Which rows of the model a run has come upon, and which reasons to refuse."""

    def __init__(self) -> None:
        self.rows: set[int] = set()
        self.reasons: set[str] = set()
        self.commands = 0

    def counts(self) -> dict[str, int]:
        """What was reached, of how much."""
        return {
            "commands": self.commands,
            "rows": sum(id(row) in self.rows for row in ROWS),
            "rows_in_all": len(ROWS),
            "reasons": len(self.reasons & REASONS),
            "reasons_in_all": len(REASONS),
        }

    def adds_to(self, other: "Coverage") -> bool:
        """Whether it has reached what the other has not."""
        return not (self.rows <= other.rows and self.reasons <= other.reasons)

    def move_to(self, other: "Coverage") -> None:
        """Hand everything over to another, and begin anew."""
        other.rows |= self.rows
        other.reasons |= self.reasons
        other.commands += self.commands
        self.rows.clear()
        self.reasons.clear()
        self.commands = 0


class Step(NamedTuple):
    """What the model makes of a command in a state, and the rows that it came upon."""

    state: State
    outcome: Outcome
    rows: frozenset[int]


REMEMBERED = 20_000
"""Steps that are remembered at most; then they are forgotten."""


class Shadow:
    """The model in step with a system.

    It remembers its steps, for most are taken again: the lanes begin at the same situations over and over, and that of
    fuzzing looks at what would come of a command before it asks for it.
    """

    def __init__(self, coverage: Coverage | None = None) -> None:
        self.coverage = coverage or Coverage()
        self.state = initial(DEFAULT_STAGE)
        self.steps: dict[tuple[State, Command], Step] = {}

    def reset(self, stage: Stage) -> None:
        """Start afresh."""
        self.state = initial(stage)

    def submit(self, command: Command) -> Outcome:
        """What the model makes of it."""
        self.state, outcome, rows = self._step(command)
        coverage = self.coverage
        coverage.rows |= rows
        coverage.commands += 1
        if isinstance(outcome, Refused):
            coverage.reasons |= outcome.because
        return outcome

    def looks_at(self, command: Command) -> Outcome:
        """What the model would make of it; nothing comes of that."""
        return self._step(command).outcome

    def _step(self, command: Command) -> Step:
        asked = self.state, command
        if known := self.steps.get(asked):
            return known
        if len(self.steps) >= REMEMBERED:
            self.steps.clear()
        rows: set[int] = set()

        def note(row: Row, _: str) -> bool:
            rows.add(id(row))
            return True

        state, outcome = MACHINE.step(self.state, command, note)
        step = self.steps[asked] = Step(state, outcome, frozenset(rows))
        return step

    def observe(self) -> Observation:
        """What should be seen, if all is as assumed."""
        return observe(MACHINE.world(self.state))
