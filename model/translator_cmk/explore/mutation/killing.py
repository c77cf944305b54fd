"""Which named theorem finds a mutant, by itself and without any scenario."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ...machine import Machine
from ...machine.entities import KINDS
from ..counterexample import before
from ..exploration import Broken, verdict
from ..judge import EntityName, Judge
from ..scope import StartNotReached
from ..scopes import Scope
from ..search import explore
from ..theorems import THEOREMS, Theorem
from .comparing import Difference
from .mutant import Mutant

NAMED = {theorem.name: theorem for theorem in THEOREMS}


class Kill(NamedTuple):
    """A theorem that the mutant breaks in the scope, and how; what never comes about is broken by no step.

    ``every``: the names of all the theorems that were seen to be broken on the way.
    """

    theorem: Theorem
    scope: Scope
    broken: Broken | None
    every: frozenset[str]


def killed(mutant: Mutant, differences: Iterable[Difference], theorems: Sequence[Theorem] = THEOREMS) -> Kill | None:
    """How a theorem finds the mutant in one of the scopes where it behaves otherwise.

    Theorems are held against the first step that differs, which the mutant comes to as the article does.  Where none
    is broken by it, the scope is searched until one is.
    """
    machine = Machine(mutant.rows)
    differing = []
    for difference in differences:
        if kill := at_once(machine, difference, theorems):
            return kill
        differing.append(difference)
    return next((kill for difference in differing if (kill := in_time(machine, difference, theorems))), None)


def at_once(machine: Machine, difference: Difference, theorems: Sequence[Theorem]) -> Kill | None:
    """The theorem that the differing step breaks, or the state that it leads to."""
    judge = Judge(machine, theorems)
    commands = difference.commands
    if not commands:
        return None
    after, judged = judge.step(before(machine, commands), commands[-1])
    looks = (EntityName(kind, name) for kind in KINDS for name in after.tables[kind])
    broken = (*judged.broken, *(each for look in looks for each in judge.look(after, look)[1].broken))
    if not broken:
        return None
    name, expected = broken[0]
    return Kill(NAMED[name], difference.scope, Broken(commands, expected), frozenset(name for name, _ in broken))


def in_time(machine: Machine, difference: Difference, theorems: Sequence[Theorem]) -> Kill | None:
    """The theorem that a search of the scope breaks first; or one of what comes about, which never does."""
    try:
        found = explore(difference.scope, machine, "memoised", theorems, stop=True)
    except StartNotReached:
        return None
    broken = [theorem for theorem in theorems if verdict(theorem, found) == "broken"]
    if not broken:
        return None
    every = frozenset(theorem.name for theorem in broken)
    return Kill(broken[0], difference.scope, found.broken.get(broken[0].name), every)
