"""What becomes of a mutant: found by a theorem or a scenario, the same as the article in every scope, or a survivor."""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

from ..scopes import Scope
from ..theorems import THEOREMS, Theorem
from .comparing import Difference, ground
from .killing import killed
from .mutant import Mutant
from .worlds import WORLDS

Verdict = Literal["killed", "equivalent", "unseen", "survives"]


class Red(NamedTuple):
    """A scenario that turns red against a mutant, by its id, and whether it carries a requirement of its row."""

    scenario: str
    own: bool


Scenarios = Callable[[Mutant], Red | None]
"""The scenario that finds a mutant, one of its requirement if there is any, or None where none does."""


class Judged(NamedTuple):
    """A mutant and its verdict, in words that can be written down.

    - `killed`: a theorem is broken by it in a scope, a scenario turns red, or both.
    - `equivalent`: it takes every step and shows every state as the article does, in every scope.
    - `unseen`: it keeps other records, but no sequence of commands of any scope shows it.
    - `survives`: it can be told from the article, and nothing does.

    ``own``: whether the scenario is one of its requirement.  ``broken``: all theorems that were seen to be broken.
    """

    name: str
    kind: str
    requirements: tuple[str, ...]
    place: str
    was: str
    now: str
    verdict: Verdict
    theorem: str | None
    scope: str | None
    scenario: str | None
    own: bool
    broken: tuple[str, ...] = ()


def judge(
    mutant: Mutant,
    scenarios: Scenarios,
    worlds: Sequence[Scope] = WORLDS,
    theorems: Sequence[Theorem] = THEOREMS,
) -> Judged:
    """Hold the mutant against the article in every scope, and theorems and scenarios against it."""
    found: list[Difference] = []
    kill = killed(mutant, remembered(differences(mutant, worlds), found), theorems)
    red = scenarios(mutant)
    verdict: Verdict = "killed"
    if not kill and not red:
        unseen = found and all(ground(world).unseen(mutant) for world in worlds)
        verdict = "unseen" if unseen else "survives" if found else "equivalent"
    return Judged(
        *mutant[:3],
        mutant.place,
        mutant.was,
        mutant.now,
        verdict,
        kill.theorem.name if kill else None,
        kill.scope.name if kill else None,
        red.scenario if red else None,
        red is not None and red.own,
        tuple(sorted(kill.every)) if kill else (),
    )


def differences(mutant: Mutant, worlds: Sequence[Scope] = WORLDS) -> Iterator[Difference]:
    """Where the mutant first behaves otherwise, scope by scope."""
    return (found for world in worlds if (found := ground(world).difference(mutant)))


def remembered(differences: Iterator[Difference], found: list[Difference]) -> Iterator[Difference]:
    """The differences, each kept as it comes."""
    for each in differences:
        found.append(each)
        yield each
