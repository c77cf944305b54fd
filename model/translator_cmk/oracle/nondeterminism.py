"""Enumerates the choices of silent rows, as a tree of replays.

Theory of operation
===================
A silent row may apply or not, so whoever takes a step has to choose.  Which choices there are shows
only on the way, since one leads to others: a command that is refused asks nothing about its
effects.  So a step is a function that asks, and it is replayed until every choice has been made.

The first replay answers every question with yes.  Each question whose answer was not fixed in
advance is then answered with no in a replay of its own, with the answers before it fixed:

    A yes, B yes     the first replay
    A yes, B no      B is turned, and A is fixed
    A no             A is turned; nobody asks about B

So the answers form a tree, and every path through it is taken exactly once.  A row is asked about
an entity at most once in a replay, and only where its condition holds.

Something depends on a silent requirement if there is a question about a row of it in the tree, and
what is below yes differs from what is below no.
"""

from collections.abc import Callable, Collection, Iterable
from typing import Any, TypeVar

from ..machine import COUNTER_ROWS
from ..machine.rows import Effect, Row, Silent

T = TypeVar("T")

Question = tuple[Row, str]
"""Does the row apply to the entity of this name?  It is empty for a row about the command alone."""

MISTAKES = frozenset(COUNTER_ROWS)


class TooManyStates(Exception):
    """Silent rows allow more states than can be kept."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"the silent requirements leave more than {limit} states possible; "
            "narrow them by what was observed, or let fewer requirements be silent"
        )


class Replay:
    """The answers of one replay.

    A row that is not silent applies.  A silent one applies as fixed in advance, or else it does.
    """

    __slots__ = ("acts", "answers", "doubted", "fixed", "silent")

    def __init__(self, silent: Collection[str], fixed: tuple[bool, ...]) -> None:
        self.silent = silent
        self.fixed = fixed
        self.answers: dict[Question, bool] = {}
        self.acts = False  # whether a row that is not silent does something
        self.doubted: set[str] = set()  # the silent requirements that would do something

    def __call__(self, row: Row, name: str) -> bool:
        """Return whether the row applies to the entity of this name."""
        silent = isinstance(row, Silent) or row.requirement in self.silent
        if isinstance(row, Effect) and row.uses is None:  # recording a use was not asked for
            self._note_effect(row, silent)
        if not silent:
            return True
        question = (row, name)
        answer = self.answers.get(question)
        if answer is None:
            asked = len(self.answers)
            answer = self.fixed[asked] if asked < len(self.fixed) else True
            self.answers[question] = answer
        return answer

    def _note_effect(self, row: Effect, silent: bool) -> None:
        """Note that a row would do what was asked for."""
        if not silent:
            self.acts = True
        elif row not in MISTAKES:  # which the command may do besides
            self.doubted.add(row.requirement)


Possibility = tuple[T, Replay]
"""The result of one replay, with its answers."""


def possibilities(
    run: Callable[[Replay], T],
    silent: Collection[str],
    limit: int,
) -> list[Possibility[T]]:
    """Return the result of ``run`` for every choice of silent rows.

    Raises `TooManyStates` beyond ``limit`` replays.
    """
    found: list[Possibility[T]] = []
    waiting: list[tuple[bool, ...]] = [()]
    while waiting:
        if len(found) == limit:
            raise TooManyStates(limit)
        fixed = waiting.pop()
        replay = Replay(silent, fixed)
        found.append((run(replay), replay))
        # what was not fixed was answered with True, and False is still to be tried
        answers = tuple(replay.answers.values())
        for turned in range(len(fixed), len(answers)):
            waiting.append((*answers[:turned], False))
    return found


def decisive(found: Iterable[Possibility[T]], view: Callable[[T], Any]) -> frozenset[str]:
    """Return the silent requirements on which ``view`` of the result depends."""
    # for each question in the tree, the views below its answers
    below: dict[tuple[Any, ...], dict[bool, set[Any]]] = {}
    for result, replay in found:
        path = tuple(replay.answers.items())
        for depth, (question, answer) in enumerate(path):
            place = (path[:depth], question)
            views = below.setdefault(place, {True: set(), False: set()})
            views[answer].add(view(result))

    depends_on: set[str] = set()
    for (_, (row, _)), views in below.items():
        if views[True] != views[False]:
            depends_on.add(row.requirement)
    return frozenset(depends_on)
