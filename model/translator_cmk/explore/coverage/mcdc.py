"""Modified condition/decision coverage: which conditions have been seen to decide by themselves.

Two evaluations of a decision show that a condition does, if they came to different results, the condition was asked in
both and had different values, and every other condition had the same value wherever it was asked in both.  This is
unique-cause coverage, as far as a language can have it that asks no more than it has to: what was not asked can't be
the cause.
"""

from collections.abc import Iterable, Iterator
from itertools import product
from typing import NamedTuple

from .decisions import Evaluation, decisions


class Condition(NamedTuple):
    """A condition, by the number of its decision and its position in it."""

    decision: int
    position: int

    @property
    def place(self) -> str:
        """Where the decision is written."""
        return decisions()[self.decision].place

    @property
    def text(self) -> str:
        """The condition as it is written."""
        return decisions()[self.decision].conditions[self.position]


def every_condition() -> tuple[Condition, ...]:
    """The conditions of all decisions, in their order."""
    return tuple(
        Condition(number, position)
        for number, each in enumerate(decisions())
        for position in range(len(each.conditions))
    )


def shown(evaluations: Iterable[Evaluation]) -> set[Condition]:
    """The conditions that these evaluations show to decide by themselves."""
    by_result: dict[tuple[int, bool], set[tuple[bool | None, ...]]] = {}
    for each in evaluations:
        by_result.setdefault((each.decision, each.result), set()).add(each.values)
    found: set[Condition] = set()
    for (decision, result), ones in by_result.items():
        if result:
            for one, other in product(ones, by_result.get((decision, False), ())):
                different = list(differences(one, other))
                if len(different) == 1:
                    found.add(Condition(decision, different[0]))
    return found


def differences(one: tuple[bool | None, ...], other: tuple[bool | None, ...]) -> Iterator[int]:
    """The positions of the conditions that were asked in both and had different values."""
    for position, (first, second) in enumerate(zip(one, other, strict=True)):
        if first is not None and second is not None and first is not second:
            yield position


def values(condition: Condition, evaluations: Iterable[Evaluation]) -> set[bool]:
    """The values that a condition had where it was asked."""
    asked = (each.values[condition.position] for each in evaluations if each.decision == condition.decision)
    return {value for value in asked if value is not None}
