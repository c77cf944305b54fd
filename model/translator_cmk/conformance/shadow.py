"""The model doing what is asked of a system: what should be seen, and which rows a run has come upon."""

from ..machine import DEFAULT_STAGE, ROWS, Command, Machine, Observation, Outcome, Refused, Stage, initial, observe
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

    def note(self, row: Row, _: str) -> bool:
        """Keep in mind that the row held; it holds."""
        self.rows.add(id(row))
        return True

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


class Shadow:
    """The model in step with a system."""

    def __init__(self, coverage: Coverage | None = None) -> None:
        self.coverage = coverage or Coverage()
        self.state = initial(DEFAULT_STAGE)

    def reset(self, stage: Stage) -> None:
        """Start afresh."""
        self.state = initial(stage)

    def submit(self, command: Command) -> Outcome:
        """What the model makes of it."""
        self.state, outcome = MACHINE.step(self.state, command, self.coverage.note)
        self.coverage.commands += 1
        if isinstance(outcome, Refused):
            self.coverage.reasons |= outcome.because
        return outcome

    def looks_at(self, command: Command) -> Outcome:
        """What the model would make of it; nothing comes of that."""
        return MACHINE.step(self.state, command)[1]

    def observe(self) -> Observation:
        """What should be seen, if all is as assumed."""
        return observe(MACHINE.world(self.state))
