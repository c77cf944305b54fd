"""The theorems: what the specification promises of every state and every step, told without its rows."""

from . import consequences, effects, laws, lifecycles, reached, requests, states, undoing
from .theorem import Change, Expectation, Step, Theorem, Unchanged, Uses

CHAPTERS = (laws, states, requests, effects, consequences, undoing, lifecycles, reached)

THEOREMS: tuple[Theorem, ...] = tuple(theorem for chapter in CHAPTERS for theorem in chapter.THEOREMS)

__all__ = ["CHAPTERS", "THEOREMS", "Change", "Expectation", "Step", "Theorem", "Unchanged", "Uses"]
