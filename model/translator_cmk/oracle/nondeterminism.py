"""Enumerates the choices of silent rows: a function that asks them is replayed until every choice has been made.

A silent row is asked at most once about one entity in one replay, and only where its condition holds.  The first replay
answers every question with yes; each question whose answer was not fixed in advance is then answered with no in a
replay of its own.  So the answers form a tree, and every path through it is taken exactly once.
"""

from collections.abc import Callable, Collection, Iterable
from typing import Any, TypeVar

from ..machine import COUNTER_ROWS
from ..machine.rows import Effect, Row, Silent

T = TypeVar("T")

MISTAKES = frozenset(COUNTER_ROWS)
"""Rows of what an acceptance should not do: where they are silent too, that is still all that it may do more."""


class TooManyStates(Exception):
    """Silent rows allow more states than can be kept."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"the silent requirements leave more than {limit} states possible; "
            "narrow them by what was observed, or let fewer requirements be silent"
        )


class Replay:
    """The answers of one replay: a row that is not silent applies; a silent one as fixed in advance, and else yes."""

    __slots__ = ("acts", "answers", "doubted", "fixed", "silent")

    def __init__(self, silent: Collection[str], fixed: tuple[bool, ...]) -> None:
        self.silent = silent
        self.fixed = fixed
        self.answers: dict[tuple[Row, str], bool] = {}
        self.acts = False  # whether a row that is not silent does something
        self.doubted: set[str] = set()  # the silent requirements that would do something

    def __call__(self, row: Row, name: str) -> bool:
        silent = isinstance(row, Silent) or row.requirement in self.silent
        if isinstance(row, Effect) and row.uses is None:  # what only records the use of a key is not what was asked for
            if not silent:
                self.acts = True
            elif row not in MISTAKES:
                self.doubted.add(row.requirement)
        if not silent:
            return True
        if (row, name) not in self.answers:
            asked = len(self.answers)
            self.answers[row, name] = self.fixed[asked] if asked < len(self.fixed) else True
        return self.answers[row, name]


Possibility = tuple[T, Replay]


def possibilities(run: Callable[[Replay], T], silent: Collection[str], limit: int) -> list[Possibility[T]]:
    """Return the result of ``run`` for every choice of silent rows; raises `TooManyStates` beyond ``limit`` replays."""
    found: list[Possibility[T]] = []
    waiting: list[tuple[bool, ...]] = [()]
    while waiting:
        if len(found) == limit:
            raise TooManyStates(limit)
        fixed = waiting.pop()
        replay = Replay(silent, fixed)
        found.append((run(replay), replay))
        answers = tuple(replay.answers.values())
        waiting += [(*answers[:index], False) for index in range(len(fixed), len(answers))]
    return found


def decisive(found: Iterable[Possibility[T]], view: Callable[[T], Any]) -> frozenset[str]:
    """Return the silent requirements on whose rows ``view`` of the result depends."""
    seen: dict[Any, tuple[set[Any], set[Any]]] = {}  # by the answers before a question and the question: if no, if yes
    for result, replay in found:
        path = tuple(replay.answers.items())
        for index, (question, answer) in enumerate(path):
            seen.setdefault((path[:index], question), (set(), set()))[answer].add(view(result))
    return frozenset(row.requirement for (_, (row, _)), (no, yes) in seen.items() if no != yes)
