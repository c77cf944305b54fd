"""Localises faults: the requirements that explain a difference, because they are missing or their mistake was made."""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, partial

from ..language.facts import ABSENT, Fact
from ..machine import COUNTER_ROWS, Accepted, Command, Machine, Observation, Outcome, Refused, State
from ..machine.rows import Means, Row, Whenever
from ..machine.values import Value
from ..machine.writes import RowsContradict
from .observability import GONE, Name, Shown, alike, matches, projections_of
from .transitions import Transition, fits, transitions

Violation = tuple[Outcome | Fact, Outcome | Fact]
"""What was demanded, and what was seen instead."""


class Difference(Value):
    """What was demanded, what was seen instead, and the requirements that explain this, as far as they are known."""

    __slots__ = ()
    expected: Outcome | Fact
    seen: Outcome | Fact
    requirements: frozenset[str] = frozenset()


class FaultLocaliser:
    """Compares a system with machines that are wrong about one requirement: without its rows, or with a counter-row."""

    def __init__(self, machine: Machine, limit: int) -> None:
        self.machine = machine
        self.limit = limit

    def explain(
        self,
        violations: Iterable[Violation],
        commands: tuple[Command, ...],
        before: State,
        outcome: Outcome | None,
        observation: Observation | None,
        skip: set[Name],
        shown: Shown,
    ) -> tuple[Difference, ...]:
        """Return the violated demands, each with the requirements about which a wrong machine did the same.

        The command was one of these.  Where there is no such machine, each demand has the requirements without which
        it would not be one.
        """

        def did_the_same(machine: Machine, transition: Transition) -> bool:
            answered = outcome is None or fits(transition.outcome, outcome, shown)
            projections = (
                projections_of(machine, transition.after, self.limit) if answered and observation is not None else {}
            )
            return answered and (observation is None or matches(projections, observation, skip, shown))

        explained_by = frozenset(name for name, found in self._try(commands, before, did_the_same) if any(found))
        return tuple(Difference(*each, explained_by or self._behind(each[0], commands, before)) for each in violations)

    def _behind(self, expected: Outcome | Fact, commands: tuple[Command, ...], before: State) -> frozenset[str]:
        """Return the requirements behind a demand."""
        if isinstance(expected, Accepted):
            return expected.by
        if isinstance(expected, Refused):
            return expected.because
        if not isinstance(expected, Fact):
            return expected.silent
        fact = expected

        def as_demanded(machine: Machine, transition: Transition) -> bool:
            projections = projections_of(machine, transition.after, self.limit).get((fact.kind, fact.name), [GONE])
            return any(alike(projection.get(fact.field, ABSENT), fact.value) for projection in projections)

        return frozenset(name for name, found in self._try(commands, before, as_demanded) if not any(found))

    def _try(
        self, commands: tuple[Command, ...], before: State, test: Callable[[Machine, Transition], bool]
    ) -> Iterator[tuple[str, Iterator[bool]]]:
        """Yield the test of every transition of the commands in each of the wrong machines, with the requirement.

        A wrong machine whose rows contradict each other here explains nothing: no system could do what it does.
        """
        types = {type(command) for command in commands}
        for name, changed, machine in self._wrong:
            if any(isinstance(row, Means | Whenever) or row.on in types for row in changed):
                try:
                    every = [
                        transition
                        for each in commands
                        for transition in transitions(machine, before, each, self.limit).possible
                    ]
                except RowsContradict:
                    continue
                yield name, map(partial(test, machine), every)

    @cached_property
    def _wrong(self) -> list[tuple[str, tuple[Row, ...], Machine]]:
        """Return each wrong machine, with the requirement and the rows about which it is wrong."""
        rows, silent = self.machine.rows, self.machine.silent
        lacking = {name: tuple(row for row in rows if row.requirement == name) for name in self._not_silent()}
        return [
            *(
                (name, less, Machine([row for row in rows if row not in less], silent))
                for name, less in lacking.items()
            ),
            *((row.requirement, (row,), Machine((*rows, row), silent)) for row in COUNTER_ROWS if row not in rows),
        ]

    def _not_silent(self) -> list[str]:
        """Return the requirements whose rows are not silent."""
        return sorted({row.requirement for row in self.machine.rows} - self.machine.silent)
