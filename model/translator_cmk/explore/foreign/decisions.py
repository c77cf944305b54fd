"""Decision diagrams: what a function in cubes comes to, by asking for the record of one entity after the other.

Cubes that come to the same are one branch, and what makes no difference is not asked.  Cubes that come to
`UNREACHABLE` are of no state, so that they may come to anything, and join a branch that is there.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from ..engines.packing import Name

Diagram = Any
"""A `Decision`, or what the function comes to: any other hashable value."""

Known = Mapping[Name, frozenset[int]]
"""What is known of a state: the numbers that the records of some entities may have."""

UNREACHABLE = None


class Branch(NamedTuple):
    """Where the record has one of these numbers, this is how to go on."""

    numbers: frozenset[int]
    then: Diagram


class Decision(NamedTuple):
    """Which record an entity has, and what that leads to; no two branches lead to the same."""

    name: Name
    branches: tuple[Branch, ...]


def decision(name: Name, leads_to: Iterable[tuple[frozenset[int], Diagram]]) -> Diagram:
    """The decision, or what it comes to where there is nothing to decide."""
    merged: dict[Diagram, frozenset[int]] = {}
    for numbers, then in leads_to:
        merged[then] = merged.get(then, frozenset()) | numbers
    if len(merged) > 1:
        merged.pop(UNREACHABLE, None)
    if len(merged) == 1:
        return next(iter(merged))
    return Decision(name, tuple(sorted((Branch(numbers, then) for then, numbers in merged.items()), key=first)))


def first(branch: Branch) -> int:
    """The lowest of the numbers: branches stand in this order."""
    return min(branch.numbers)


def diagram(cubes: Iterable[tuple[Mapping[Name, int], Any]]) -> Diagram:
    """The diagram of a function in cubes, which must be the leaves of one tree: any two exclude each other."""
    left = list(cubes)
    where, comes_to = left[0]
    if not where:
        return comes_to
    name = next(name for name in where if all(name in other for other, _ in left))
    by_number: dict[int, list[tuple[Mapping[Name, int], Any]]] = {}
    for where, comes_to in left:
        rest = {other: number for other, number in where.items() if other != name}
        by_number.setdefault(where[name], []).append((rest, comes_to))
    return decision(name, ((frozenset({number}), diagram(rest)) for number, rest in by_number.items()))


def mapped(of: Diagram, leaf: Callable[[Any, Known], Diagram], known: Known) -> Diagram:
    """The diagram with other leaves; ``leaf`` is told the old one and what is known of the states that come to it."""
    if not isinstance(of, Decision):
        return leaf(of, known)
    return decision(
        of.name, ((numbers, mapped(then, leaf, {**known, of.name: numbers})) for numbers, then in of.branches)
    )


def within(of: Diagram, known: Known, possible: Callable[[Known], bool] = lambda _: True) -> Diagram:
    """The diagram for states of which this much is known; states that are not ``possible`` may come to anything."""
    if not isinstance(of, Decision):
        return of
    left = []
    for numbers, then in of.branches:
        here = frozenset(
            number
            for number in numbers & known.get(of.name, numbers)
            if possible({**known, of.name: frozenset({number})})
        )
        if here:
            left.append((here, within(then, {**known, of.name: here}, possible)))
    return decision(of.name, left) if left else UNREACHABLE


def may_come_to(of: Diagram, leaf: Any, known: Known) -> bool:
    """Whether the diagram comes to this leaf in some state of which this much is known."""
    if not isinstance(of, Decision):
        return bool(of == leaf)
    known_here = known.get(of.name)
    return any(
        (known_here is None or not numbers.isdisjoint(known_here)) and may_come_to(then, leaf, known)
        for numbers, then in of.branches
    )


def leaves(of: Diagram) -> set[Any]:
    """All that the diagram may come to."""
    if not isinstance(of, Decision):
        return {of}
    return {leaf for branch in of.branches for leaf in leaves(branch.then)}


def asked(of: Diagram) -> set[Name]:
    """The entities whose records make a difference."""
    if not isinstance(of, Decision):
        return set()
    return {of.name}.union(*(asked(branch.then) for branch in of.branches))
