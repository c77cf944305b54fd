"""A transition system made as fast as its meaning allows: the one that other model checkers are timed with.

Unless told otherwise it has only the steps that change something.  What follows from a command is decided in one pass:
for each entity, where it comes to rest, as far as the command and the state at rest before it leave that open.
"""

from collections.abc import Mapping
from functools import partial

from ...machine import ROWS, Machine, RowsContradict
from ...machine.step import ROUNDS
from ..engines.cubes import BROKEN, cubes
from ..engines.packing import Name, Reads
from ..engines.tabulated import NOT_OFFERED, Consequence, TabulatedMachine
from ..scopes import Scope
from .decisions import UNREACHABLE, Diagram, Known, asked, diagram, mapped, may_come_to, within
from .transition_system import (
    STAYS,
    Apart,
    Assignments,
    Rule,
    Told,
    TransitionSystem,
    concerned,
    function,
)


def tightened(scope: Scope, machine: Machine | None = None, every_step: bool = False) -> TransitionSystem:
    """The steps of a scope of the machine that change something, or every step.

    Raises `StartNotReached` and `NotTabulated`.
    """
    apart = Apart(scope, machine or Machine(ROWS))
    follows = {name: reachable(function(follow)) for name, follow in apart.follows.items()}
    rests: dict[Name, Diagram] = {}
    for name in follows:
        rest = partial(come_to_rest, apart.machine, cone(follows, name), name)
        rests[name] = reachable(function(apart.alike(cubes(apart.machine.packing, rest))))
    rules = []
    for command, answer in zip(scope.alphabet, apart.commands, strict=True):
        body = reachable(function(answer))
        guard = diagram((cube.where, is_offered(cube)) for cube in answer) if every_step else mapped(body, moves, {})
        does = mapped(body, partial(with_rest, follows, rests), {})
        if not every_step:
            does = mapped(does, lambda leaf, _: UNREACHABLE if leaf == STAYS else leaf, {})
        if guard not in (False, UNREACHABLE):
            rules.append(Rule(command, guard, does, ()))
    return TransitionSystem(scope, apart.variables, tuple(rules), {}, None, {}, every_step)


def is_offered(cube: Told) -> bool | None:
    """Whether the scope offers the command there; of a state that is never reached there is nothing to say."""
    return UNREACHABLE if cube.comes_to is BROKEN else cube.comes_to != NOT_OFFERED.outcome


def reachable(of: Diagram) -> Diagram:
    """The diagram without what only a state could come to that is never reached."""
    return mapped(of, lambda leaf, _: UNREACHABLE if leaf == BROKEN else leaf, {})


def moves(leaf: Assignments | None, _: Known) -> bool | None:
    """Whether anything changes."""
    return None if leaf is UNREACHABLE else leaf != STAYS


def cone(follows: Mapping[Name, Diagram], name: Name) -> list[Name]:
    """The entities that have a say in where this one comes to rest."""
    todo, found = [name], []
    while todo:
        name = todo.pop()
        if name in follows and name not in found:
            found.append(name)
            todo += asked(follows[name])
    return found


def come_to_rest(
    machine: TabulatedMachine, within_cone: list[Name], name: Name, packed: int, reads: Reads
) -> Consequence:
    """Where one entity comes to rest.  Raises `RowsContradict` where it never does."""
    at_rest = packed
    for _ in range(ROUNDS):
        found = [machine.follow(at_rest, reads, each) for each in within_cone]
        if not any(each.fields for each in found):
            field = machine.packing.bits([name])
            move = (at_rest & field) - (packed & field)
            return Consequence(frozenset(), move, field if move else 0, reads)
        at_rest += sum(each.move for each in found)
    raise RowsContradict("consequences do not come to rest")


def with_rest(
    follows: Mapping[Name, Diagram], rests: Mapping[Name, Diagram], leaf: Assignments | None, before: Known
) -> Assignments | None:
    """What a command does, and what then follows."""
    if leaf is UNREACHABLE or leaf == STAYS:
        return leaf
    after = {**before, **{name: frozenset({number}) for name, number in leaf.numbers}}
    written = {name: before.get(name) for name, _ in leaf.numbers}

    def possible(known: Known) -> bool:
        """Whether all can have been at rest before."""
        was = {name: numbers for name, numbers in known.items() if name not in written}
        was |= {name: numbers for name, numbers in written.items() if numbers}
        return all(may_come_to(follow, STAYS, was) for follow in follows.values())

    then = (within(rests[name], after, possible) for name in concerned(follows, set(written)))
    return Assignments(leaf.numbers, tuple(each for each in then if each not in (STAYS, UNREACHABLE)))
