"""Which of two operations has to come first, as far as the planning tool says.

Terraform makes and changes a resource after all that it depends on, and deletes it before.  One
that leaves the configuration may go before or after those that no longer refer to it: which of both
it is depends on settings that no plan shows.
"""

from collections.abc import Sequence

from ..machine.entities import Entity
from .changes import Operation
from .plan import CREATE, DELETE, Plan

Name = tuple[type[Entity], str]


def predecessors(
    plan: Plan, operations: Sequence[Operation], existing: frozenset[Name]
) -> list[frozenset[int]]:
    """Return for each operation those that have to come before it.

    ``existing`` has the entities that are there from the beginning.
    """
    found: list[frozenset[int]] = []
    for later, operation in enumerate(operations):
        before: set[int] = set()
        for earlier, other in enumerate(operations):
            if earlier != later and comes_first(plan, other, operation, existing):
                before.add(earlier)
        found.append(frozenset(before))
    return without_circles(found)


def comes_first(plan: Plan, first: Operation, second: Operation, existing: frozenset[Name]) -> bool:
    """Return whether the first operation has to come before the second."""
    if first.address == second.address:
        return first.place < second.place
    # What an operation makes is there before another one names it.
    if (entities_named(first, that_are_new=True) - existing) & entities_named(second):
        return True
    if not plan.ordered:
        return False
    first_name = first.resource.name_in_configuration
    second_name = second.resource.name_in_configuration
    if first_name in plan.dependencies.get(second_name, ()):
        # If one of them is deleted, the dependent one goes first, or the order is open: that comes
        # out below, when this is asked of the two the other way round.
        return DELETE not in (first.verb, second.verb)
    if second_name in plan.dependencies.get(first_name, ()):
        return dependent_comes_before(first, second)
    return False


def dependent_comes_before(first: Operation, second: Operation) -> bool:
    """Return whether the operation of a dependent resource comes before that of the other."""
    if second.verb != DELETE:
        # It is made again after its old self is deleted, which waits for this deletion.
        return first.verb == DELETE and second.resource.actions == (DELETE, CREATE)
    if first.verb == DELETE:
        return True
    # The old self of the other is deleted when its dependents use the new one.
    return second.resource.actions == (CREATE, DELETE)


def entities_named(operation: Operation, that_are_new: bool = False) -> set[Name]:
    """Return the entities that an operation names: those that it makes, or the others."""
    named: set[Name] = set()
    for change in operation.changes:
        for commands in change.readings:
            for command in commands:
                for kind, name, is_new in command.names():
                    if is_new is that_are_new:
                        named.add((kind, name))
    return named


def without_circles(before: list[frozenset[int]]) -> list[frozenset[int]]:
    """Return the same without what would wait for itself, which no tool would plan."""
    kept: list[frozenset[int]] = []
    for number, earlier in enumerate(before):
        kept.append(frozenset(other for other in earlier if not waits(before, other, number)))
    return kept


def waits(before: list[frozenset[int]], one: int, other: int) -> bool:
    """Return whether one operation waits for the other, at any distance."""
    reached: set[int] = set()
    waiting = [one]
    while waiting:
        for earlier in before[waiting.pop()]:
            if earlier not in reached:
                reached.add(earlier)
                waiting.append(earlier)
    return other in reached
