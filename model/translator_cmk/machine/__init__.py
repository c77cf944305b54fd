"""The model: a state, commands, and the article as a table of rows.  Standard library only."""

from .commands import COMMANDS, Accepted, Command, KeyUse, Outcome, Refused, Unspecified
from .observation import Observation, observe
from .step import Machine, RowsContradict
from .topics import COUNTER_ROWS, ROWS
from .world import DEFAULT_STAGE, Stage, State, initial

__all__ = [
    "COMMANDS", "COUNTER_ROWS", "DEFAULT_STAGE", "ROWS", "Accepted", "Command", "KeyUse", "Machine", "Observation",
    "Outcome", "Refused", "RowsContradict", "Stage", "State", "Unspecified", "initial", "observe",
]  # fmt: skip  # names, on as few lines as they need
