"""The theorems: what the specification promises of every state and step, in words other than those of its rows."""

from . import changes, effects, requests, states
from .theorem import Change, Expectation, Named, Step, Theorem, Unchanged, Uses

THEOREMS: tuple[Theorem, ...] = tuple(
    theorem for chapter in (states, requests, effects, changes) for theorem in chapter.THEOREMS
)

__all__ = ["THEOREMS", "Change", "Expectation", "Named", "Step", "Theorem", "Unchanged", "Uses"]
