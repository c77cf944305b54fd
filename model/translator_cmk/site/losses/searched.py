"""The graph of a bounded world, asked what is so in its states and what they still lead to."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property
from typing import Any

from ...explore.graph import Edge, Graph, state_graph
from ...explore.reachability import Predecessors, attainable, predecessors
from ...explore.scopes import SCOPE_NAMED, Scope
from ...machine import Accepted, Command, Machine, Outcome, State
from ...machine.entities import ENTITY_KINDS, Entity
from ...machine.world import World
from ...system import MACHINE

KIND_OF_WORD = {kind.word: kind for kind in ENTITY_KINDS}


class Searched:
    """All of a scope of a machine; raises `StartNotReached` and `RowDefect`."""

    def __init__(self, scope: Scope, machine: Machine) -> None:
        self.machine = machine
        self.graph: Graph[Outcome] = state_graph(scope, machine)
        self.states: list[State] = []
        for number in range(self.graph.states):
            self.states.append(self.graph.state(number))

    @cached_property
    def worlds(self) -> list[World]:
        """Return the world of each state."""
        return [self.machine.world(state) for state in self.states]

    @cached_property
    def before(self) -> Predecessors:
        """Return of each state the states from which one command leads there."""
        return predecessors(self.graph)

    @cached_property
    def after(self) -> Predecessors:
        """Return of each state the states to which one command leads."""
        return [
            {edge.after for edge in self.graph.edges_from(state)}
            for state in range(self.graph.states)
        ]

    def holding(self, holds: Callable[[World], bool]) -> list[int]:
        """Return of each state whether something is so in it, as 1 or 0."""
        return [int(holds(world)) for world in self.worlds]

    def still_possible(self, so: list[int]) -> list[int]:
        """Return of each state what is so in it or in one that it leads to, in bits."""
        return attainable(self.before, so)

    def was_once(self, so: list[int]) -> list[int]:
        """Return of each state what is so in it or in one that leads to it, in bits."""
        return attainable(self.after, so)

    def edges(self) -> Iterator[Edge]:
        """Yield every edge."""
        for state in range(self.graph.states):
            yield from self.graph.edges_from(state)

    def command(self, edge: Edge) -> Command:
        """Return the command of an edge."""
        return self.graph.scope.alphabet[edge.command]

    def named(self, edge: Edge) -> frozenset[str]:
        """Return the requirements that an acceptance names; empty for anything else."""
        outcome = self.graph.labels[edge.label]
        return outcome.by if isinstance(outcome, Accepted) else frozenset()

    def names(self, kind: type[Entity]) -> list[str]:
        """Return the name of every entity of a kind that there is in any state."""
        found: set[str] = set()
        for state in self.states:
            found.update(state.tables[kind])
        return sorted(found)


@cache
def searched(scope: str) -> Searched:
    """Return all of the scope of this name; raises as `Searched` does."""
    return Searched(SCOPE_NAMED[scope], MACHINE)


# When a thing is there, in the words of the data files


def is_found(world: World, kind: type[Entity], name: str, fields: Mapping[str, Any]) -> bool:
    """Return whether an entity is there and fits."""
    return world.has(kind, name) and fits(world.entity(kind, name), fields)


def fits(entity: Any, fields: Mapping[str, Any]) -> bool:
    """Return whether each field of an entity has one of its values, or leads to an entity that
    fits in turn.
    """
    if entity is None:
        return False
    for name, expected in fields.items():
        value = getattr(entity, name)
        if isinstance(expected, Mapping):
            if not fits(value, expected):
                return False
        elif value not in expected:
            return False
    return True
