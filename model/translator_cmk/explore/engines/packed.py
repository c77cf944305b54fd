"""The search over packed states: breadth first as the readable one, with a table for all that a step reads.

Commands that read the same share one table.  An entry of it says what each of them comes to, so that of a state only
the commands that change something are taken one by one.
"""

from collections.abc import Callable, Iterable
from operator import itemgetter

from ...machine import Command, Machine, State
from ..exploration import Exploration
from ..scopes import Scope
from ..theorems import Theorem
from .judging import BROKEN_DOWN, Judge
from .packing import FieldTooNarrow, Reads
from .stepwise import Report, Search
from .tabulated import NOT_OFFERED, Answer, Memo, NotTabulated, TabulatedMachine
from .tabulated_judge import NOTHING_SAID, TabulatedJudge

REGROUPED = (200, 2_000, 20_000)
"""After how many states commands are put into groups anew, as more is known of what they read."""

WIDTHS = (8, 16, 32)
"""Bits of a field, to be tried one after the other."""


class Entry:
    """What the commands of a group come to in all states that agree on what they read."""

    __slots__ = ("moves", "outcomes", "times")

    def __init__(self, answers: list[tuple[int, Answer]]) -> None:
        self.outcomes = [answer.outcome for _, answer in answers if answer.outcome != NOT_OFFERED.outcome]
        self.moves = [(number, answer.move, answer.fields) for number, answer in answers if answer.fields]
        self.times = 0  # in how many states


class PackedSearch(Search):
    """A search in which a state is an integer."""

    def __init__(self, scope: Scope, machine: Machine, theorems: tuple[Theorem, ...], stop: bool, width: int) -> None:
        self._judge = Judge(machine, theorems)
        super().__init__(scope, self._judge, bool(theorems), stop)
        self._rows = machine
        self._width = width
        self._entries: list[Entry] = []

    @property
    def asked(self) -> set[str]:
        """The theorems that had anything to demand."""
        return self._judge.asked

    def _pack(self, state: State) -> int:
        """The first state is 0, and the tables are made for what can be reached from it."""
        self.machine = TabulatedMachine(self._rows, state, self._width)
        self._answers = [self._offered(command) for command in self.scope.alphabet]
        self._groups = [self._group([number]) for number in range(len(self._answers))]
        self._judged = TabulatedJudge(self._judge, self.machine, self.scope, self._answers) if self.looks else None
        return 0

    def _offered(self, command: Command) -> Memo:
        def answer(packed: int, reads: Reads) -> Answer:
            if not self.scope.offers(command, State(self.machine.world(packed, reads).tables)):
                return NOT_OFFERED._replace(reads=reads)
            return self.machine.respond(packed, reads, command)

        return self.machine.memo(answer)

    def _group(self, numbers: list[int]) -> Memo:
        memos = tuple(self._answers[number] for number in numbers)

        def entry(packed: int, _: Reads) -> Entry:
            answers = [self.machine.look_up(memo, packed) for memo in memos]
            self._entries.append(Entry(list(zip(numbers, answers, strict=True))))
            return self._entries[-1]

        return self.machine.memo(entry, memos)

    def _regroup(self) -> None:
        """Put each command with the first one that reads all that it reads."""
        groups: list[list[int]] = []
        by_reads = sorted(range(len(self._answers)), key=lambda number: -self._answers[number].mask.bit_count())
        for number in by_reads:
            mask = self._answers[number].mask
            for group in groups:
                if not mask & ~self._answers[group[0]].mask:
                    group.append(number)
                    break
            else:
                groups.append([number])
        self.machine.forget(self._groups)
        self._groups = [self._group(group) for group in groups]

    def _expand(self, at: int, packed: int) -> None:
        machine, seen = self.machine, self._seen
        moves: list[tuple[int, int, int]] = []
        times = self._times(packed)
        for group in self._groups:
            entry = group.known.get(packed & group.mask)
            if entry is None:
                entry = machine.learn(group, packed)
            entry.times += times
            moves += entry.moves
        moves.sort()  # by command
        self.transitions += len(self._answers)
        said = self._judged.requests(packed) if self._judged else NOTHING_SAID
        for number, move, fields in moves:
            settled = moved = packed + move
            changed = fields
            for memo in machine.concerned_by.get(fields) or machine.concerned(fields):
                found = memo.known.get(moved & memo.mask)
                if found is None:
                    settled, changed, _ = machine.settle(moved, fields)
                    break
                settled += found.move
                changed |= found.fields
            if self._judged:
                said += self._judged.changes(packed, number, changed)
            kept = settled if type(self) is PackedSearch else self._represented(settled)
            if kept not in seen:
                seen.add(kept)
                self._following.append(kept)
                self._came.append(at * len(self._answers) + number)
                if self._judged:
                    said += self._judged.looks(kept, number, self._changed(changed))
        if said:
            for number, each in sorted(said, key=itemgetter(0)):
                self._see(each, at, number)
        if at in REGROUPED:
            self._regroup()

    def _represented(self, packed: int) -> int:
        """The state that is kept for a state."""
        return packed

    def _times(self, _: int) -> int:
        """How many states a state is kept for."""
        return 1

    def _changed(self, fields: int, /) -> int:
        """The fields that may have changed in what is kept, where these have changed."""
        return fields

    def exploration(self, engine: str, complete: bool, asked: Iterable[str]) -> Exploration:
        """What was found, counted from how often each entry was met."""
        self.transitions = 0
        for entry in self._entries:
            for outcome in entry.outcomes:
                self._count(outcome, entry.times)
        return super().exploration(engine, complete, asked)


def tabulated(name: str, search: type[PackedSearch]) -> Callable[..., Exploration]:
    """An engine that tabulates the machine.  It raises `NotTabulated` for one whose steps it cannot take apart."""

    def engine(
        scope: Scope, machine: Machine, theorems: tuple[Theorem, ...], report: Report | None, stop: bool
    ) -> Exploration:
        if type(machine) is not Machine:
            raise NotTabulated(f"{type(machine).__name__} is no machine of rows alone")
        narrow: FieldTooNarrow | None = None
        for width in WIDTHS:
            begun = search(scope, machine, theorems, stop, width)
            try:
                complete = begun.run(report)
            except FieldTooNarrow as error:
                narrow = error
            except BROKEN_DOWN as error:
                raise NotTabulated(f"the rows break down: {error}") from error
            else:
                return begun.exploration(name, complete, begun.asked)
        raise NotTabulated(str(narrow))

    return engine


packed = tabulated("packed", PackedSearch)
