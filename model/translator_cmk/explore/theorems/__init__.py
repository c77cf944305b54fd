"""The theorems: what the specification promises of every state and step, in words other than those of its rows."""

from . import changes, effects, laws, reached, requests, states
from .theorem import Change, Expectation, Named, Step, Theorem, Unchanged, Uses

THEOREMS: tuple[Theorem, ...] = tuple(
    theorem for chapter in (laws, states, requests, effects, changes, reached) for theorem in chapter.THEOREMS
)

LOCAL = tuple(theorem for theorem in THEOREMS if theorem is not effects.an_acceptance_names_what_it_rests_on)
"""Theorems that read little of a step, and can be checked in millions; the other takes each step many times."""

__all__ = ["LOCAL", "THEOREMS", "Change", "Expectation", "Named", "Step", "Theorem", "Unchanged", "Uses"]
