"""Which requirement a disagreement is laid to: the one that is missing, or whose mistake was made, in what was seen."""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from ..language.facts import ABSENT, Fact
from ..machine import COUNTER_ROWS, Accepted, Command, Machine, Observation, Outcome, Refused, State
from ..machine.rows import Means, Row, Whenever
from ..machine.values import Value
from .sights import GONE, Name, Shown, alike, looks_of, matches
from .ways import Way, fits, ways

Unmet = tuple[Outcome | Fact, Outcome | Fact]
"""What was demanded, and what was seen instead."""


class Difference(Value):
    """What was demanded, what was seen instead, and the requirements that this is laid to, as far as they are known."""

    __slots__ = ()
    expected: Outcome | Fact
    seen: Outcome | Fact
    requirements: frozenset[str] = frozenset()


class Suspects:
    """The machines that are wrong about one requirement: they lack its rows, or have one of its counter-rows."""

    def __init__(self, machine: Machine, limit: int) -> None:
        self.machine = machine
        self.limit = limit

    def explain(
        self,
        unmet: Iterable[Unmet],
        commands: tuple[Command, ...],
        before: State,
        outcome: Outcome | None,
        observation: Observation | None,
        skip: set[Name],
        shown: Shown,
    ) -> tuple[Difference, ...]:
        """The unmet demands, laid to the requirements about which a wrong machine did the same as the system.

        The command was one of these.  Where there is no such machine, each demand is laid to the requirements without
        which there would be none.
        """

        def did_the_same(machine: Machine, way: Way) -> bool:
            answered = outcome is None or fits(way.outcome, outcome, shown)
            looks = looks_of(machine, way.after, self.limit) if answered and observation is not None else {}
            return answered and (observation is None or matches(looks, observation, skip, shown))

        laid_to = frozenset(name for name, found in self._try(commands, before, did_the_same) if any(found))
        return tuple(Difference(*each, laid_to or self._behind(each[0], commands, before)) for each in unmet)

    def _behind(self, expected: Outcome | Fact, commands: tuple[Command, ...], before: State) -> frozenset[str]:
        """The requirements behind a demand."""
        if isinstance(expected, Accepted):
            return expected.by
        if isinstance(expected, Refused):
            return expected.because
        if not isinstance(expected, Fact):
            return expected.silent
        fact = expected

        def as_demanded(machine: Machine, way: Way) -> bool:
            looks = looks_of(machine, way.after, self.limit).get((fact.kind, fact.name), [GONE])
            return any(alike(look.get(fact.field, ABSENT), fact.value) for look in looks)

        return frozenset(name for name, found in self._try(commands, before, as_demanded) if not any(found))

    def _try(
        self, commands: tuple[Command, ...], before: State, test: Callable[[Machine, Way], bool]
    ) -> Iterator[tuple[str, Iterator[bool]]]:
        """The test of every way that the commands may go in each of the wrong machines, with the requirement."""
        types = {type(command) for command in commands}
        for name, changed, machine in self._wrong:
            if any(isinstance(row, Means | Whenever) or row.on in types for row in changed):
                every = (way for each in commands for way in ways(machine, before, each, self.limit).ways)
                yield name, (test(machine, way) for way in every)

    @cached_property
    def _wrong(self) -> list[tuple[str, tuple[Row, ...], Machine]]:
        """Each wrong machine, with the requirement and the rows about which it is wrong."""
        rows, silent = self.machine.rows, self.machine.silent
        lacking = {name: tuple(row for row in rows if row.requirement == name) for name in self._speaking()}
        return [
            *(
                (name, less, Machine([row for row in rows if row not in less], silent))
                for name, less in lacking.items()
            ),
            *((row.requirement, (row,), Machine((*rows, row), silent)) for row in COUNTER_ROWS if row not in rows),
        ]

    def _speaking(self) -> list[str]:
        """The requirements whose rows speak."""
        return sorted({row.requirement for row in self.machine.rows} - self.machine.silent)
