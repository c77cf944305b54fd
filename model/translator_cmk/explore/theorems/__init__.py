"""The theorems: what the specification promises of every state and step, in words other than those
of its rows.
"""

from . import acceptances, changes, outcomes, states
from .expectations import Expectation, Named, Unchanged, Uses
from .steps import Change, Step
from .theorem import Theorem

THEOREMS: tuple[Theorem, ...] = (
    *states.THEOREMS,
    *outcomes.THEOREMS,
    *acceptances.THEOREMS,
    *changes.THEOREMS,
)

__all__ = ["THEOREMS", "Change", "Expectation", "Named", "Step", "Theorem", "Unchanged", "Uses"]
