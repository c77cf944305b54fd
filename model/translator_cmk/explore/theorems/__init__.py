"""The theorems: what the specification promises of every state and step, in words other than those
of its rows.
"""

from . import acceptances, changes, requests, states
from .expectations import Expectation, Named, Unchanged, Uses
from .steps import EntityChange, MachineStep
from .theorem import Theorem

THEOREMS: tuple[Theorem, ...] = (
    *states.THEOREMS,
    *requests.THEOREMS,
    *acceptances.THEOREMS,
    *changes.THEOREMS,
)

__all__ = [
    "THEOREMS",
    "EntityChange",
    "Expectation",
    "MachineStep",
    "Named",
    "Theorem",
    "Unchanged",
    "Uses",
]
