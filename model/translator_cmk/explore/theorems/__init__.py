"""The theorems: what the specification promises of every state and every step, told without its rows."""

from . import consequences, effects, laws, lifecycles, naming, reached, requests, states, undoing
from .theorem import Change, Expectation, Named, Step, Theorem, Unchanged, Uses

CHAPTERS = (laws, states, requests, effects, consequences, naming, undoing, lifecycles, reached)

THEOREMS: tuple[Theorem, ...] = tuple(theorem for chapter in CHAPTERS for theorem in chapter.THEOREMS)

LOCAL = tuple(theorem for theorem in THEOREMS if theorem not in naming.THEOREMS)
"""Theorems that read little of a step, and can be held against millions; to tell what an acceptance names takes all."""

__all__ = ["CHAPTERS", "LOCAL", "THEOREMS", "Change", "Expectation", "Named", "Step", "Theorem", "Unchanged", "Uses"]
