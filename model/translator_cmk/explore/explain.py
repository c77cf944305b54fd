"""Which requirement a disagreement is laid to: the one that is missing, or whose mistake was made, in what was seen."""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from ..facts import Fact
from ..machine import COUNTER_ROWS, Command, Machine, Outcome
from ..machine.rows import Means, Row, Whenever
from ..machine.values import Value

Answers = Callable[[Machine], bool]


class Difference(Value):
    """What was demanded, what was seen instead, and the requirements that this is laid to, as far as they are known."""

    __slots__ = ()
    expected: Outcome | Fact
    seen: Outcome | Fact
    requirements: frozenset[str] = frozenset()


class Suspects:
    """The machines that are wrong about one requirement: they lack its rows, or have its counter-rows."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    @cached_property
    def _wrong(self) -> list[tuple[str, tuple[Row, ...], Machine]]:
        return [(name, changed, Machine(rows, self._machine.silent)) for name, changed, rows in self._mistakes()]

    def _mistakes(self) -> Iterator[tuple[str, tuple[Row, ...], tuple[Row, ...]]]:
        rows = self._machine.rows
        for name in sorted({row.requirement for row in rows} - self._machine.silent):
            missing = tuple(row for row in rows if row.requirement == name)
            yield name, missing, tuple(row for row in rows if row.requirement != name)
        for row in COUNTER_ROWS:
            if row not in rows:
                yield row.requirement, (row,), (*rows, row)

    def who(self, command: Command, answers: Answers) -> frozenset[str]:
        """The requirements whose wrong machines answer yes, of those that the command may have to do with."""
        return frozenset(
            name
            for name, changed, machine in self._wrong
            if any(isinstance(row, Means | Whenever) or row.on is type(command) for row in changed) and answers(machine)
        )
