"""The model: a state, commands, and the article as a table of rows.  Standard library only.

Start with `step`, which says what a step is, and `rows`, which says what a row is.  The rows are in
`topics`.
"""

from . import commands
from .commands import COMMANDS, Command
from .defects import RowDefect, RowRaises, RowsContradict
from .observation import Observation, observe
from .outcomes import Accepted, KeyUse, Outcome, Refused, Unspecified
from .stage import DEFAULT_STAGE, Stage, initial
from .state import State
from .step import Machine
from .topics import COUNTER_ROWS, REMEMBERING, ROWS

__all__ = [
    "COMMANDS",
    "COUNTER_ROWS",
    "DEFAULT_STAGE",
    "REMEMBERING",
    "ROWS",
    "Accepted",
    "Command",
    "KeyUse",
    "Machine",
    "Observation",
    "Outcome",
    "Refused",
    "RowDefect",
    "RowRaises",
    "RowsContradict",
    "Stage",
    "State",
    "Unspecified",
    "commands",
    "initial",
    "observe",
]
