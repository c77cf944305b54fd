"""Holds theorems against packed states and steps, each where it reads what it has not read before."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...machine import Accepted, Outcome
from ...machine.entities import KINDS, Entity
from ...machine.world import World
from ..scopes import Scope
from ..theorems import Step
from .judging import Judge, Look, Seen
from .packing import Name, Reads, Viewed
from .tabulated import NOT_OFFERED, Answer, Function, Memo, TabulatedMachine

Said = list[tuple[int, Seen]]
"""What there is to say of a step, by the number of its command."""

NOTHING_SEEN = Seen()
NOTHING_SAID: Said = []


class TabulatedJudge:
    """What a judge has to say, tabulated: of a request, of an entity that it changes, of an entity in a state.

    ``answers`` are the memos of how each command of the scope is answered.
    """

    def __init__(self, judge: Judge, machine: TabulatedMachine, scope: Scope, answers: list[Memo]) -> None:
        self.judge = judge
        self.machine = machine
        self._scope = scope
        self._answers = answers
        self._requests = [machine.memo(self._requested(number)) for number in range(len(answers))]
        self._changes: dict[tuple[int, Name], Memo] = {}
        self._changed: dict[tuple[int, int], list[Memo]] = {}
        self._looks: dict[Name, Memo] = {}
        self._reached: set[str] = set()
        for name in self.names():
            self._look(name)

    def requests(self, packed: int) -> Said:
        """What there is to say of every command in a state."""
        said = []
        for number, memo in enumerate(self._requests):
            seen = memo.known.get(packed & memo.mask)
            if seen is None:
                seen = self.machine.learn(memo, packed)
            if seen.broken:
                said.append((number, seen))
        return said

    def changes(self, packed: int, number: int, fields: int) -> Said:
        """What there is to say of the entities with these fields, which the command changes in a state."""
        memos = self._changed.get((number, fields))
        if memos is None:
            named = self.machine.packing.named(fields)
            memos = self._changed[number, fields] = [self._change(number, name) for name in named]
        found = [self.machine.look_up(memo, packed) for memo in memos]
        return [(number, seen) for seen in found if seen.broken]

    def looks(self, packed: int, number: int, fields: int) -> Said:
        """What there is to say of a state, reached by the command, which changed these fields."""
        if len(self.machine.packing.shifts) > len(self._looks.keys() & self.machine.packing.shifts.keys()):
            for name in list(self.machine.packing.shifts):
                self._look(name)
        said = []
        for memo in self._looks.values():
            if memo.mask & fields:
                seen = self.machine.look_up(memo, packed)
                if seen.broken or not self._reached.issuperset(seen.reached):
                    self._reached.update(seen.reached)
                    said.append((number, seen))
        return said

    def see(self, packed: int, reads: Reads, name: Name) -> Seen:
        """What there is to see of one entity, which may not exist."""
        world = self.machine.world(packed, reads)
        return self.judge.of_entity(world, Look(*name)) if world.has(*name) else NOTHING_SEEN

    def names(self) -> list[Name]:
        """Every entity known by now."""
        tables = self.machine.packing.start.tables
        return list(
            dict.fromkeys([*((kind, name) for kind in KINDS for name in tables[kind]), *self.machine.packing.shifts])
        )

    def _requested(self, number: int) -> Function:
        def request(packed: int, reads: Reads) -> Seen:
            step = self._step(packed, reads, number)
            return Seen(tuple(self.judge.of_request(step))) if step else NOTHING_SEEN

        return request

    def _change(self, number: int, name: Name) -> Memo:
        def change(packed: int, reads: Reads) -> Seen:
            step = self._step(packed, reads, number)
            return Seen(tuple(self.judge.of_change(step, *name))) if step else NOTHING_SEEN

        if (number, name) not in self._changes:
            self._changes[number, name] = self.machine.memo(change)
        return self._changes[number, name]

    def _look(self, name: Name) -> None:
        """Look at an entity from now on: what it reads in the first state is known from the beginning."""
        if name not in self._looks:
            self._looks[name] = self.machine.memo(lambda packed, reads: self.see(packed, reads, name))
            self.machine.learn(self._looks[name], 0)

    def _step(self, packed: int, reads: Reads, number: int) -> Step | None:
        """The step, of which nothing is computed that no theorem reads; None where the scope does not offer it."""
        before = self.machine.world(packed, reads)
        command = self._scope.alphabet[number]
        answer: Answer = self.machine.look_up(self._answers[number], packed)
        reads |= answer.reads
        if answer.outcome == NOT_OFFERED.outcome:
            return None
        outcome, move, fields, _ = answer
        if not fields:
            return Step(before, command, before, outcome, self.machine.machine)
        moved = packed + move
        tables: Mapping[type[Entity], Any] = {kind: After(kind, moved, reads, self.machine, fields) for kind in KINDS}
        after = World(tables, before.meanings, None)
        named = Named.of(outcome, lambda: self.machine.settled_by(moved, fields, reads))
        return Step(before, command, after, named, self.machine.machine)


class Named(Accepted):
    """An acceptance whose requirements are found when they are read."""

    @classmethod
    def of(cls, outcome: Outcome, find: Callable[[], frozenset[str]]) -> "Named":
        """The acceptance with those requirements too that ``find`` gives."""
        assert isinstance(outcome, Accepted)
        named: Named = tuple.__new__(cls, tuple(outcome))
        vars(named)["find"] = find  # its only fields are those of an acceptance
        return named

    @property  # type: ignore[misc]  # found when it is read
    def by(self) -> frozenset[str]:
        """The requirements that changed something."""
        found: frozenset[str] = self[0] | vars(self)["find"]()
        return found


class After(Viewed):
    """A table of the state after a step: what follows for an entity is computed when it is read."""

    def __init__(self, kind: type[Entity], packed: int, reads: Reads, machine: TabulatedMachine, fields: int) -> None:
        super().__init__(kind, packed, machine.packing, reads)
        self.machine = machine
        self.fields = fields

    def get(self, name: str, default: Any = None) -> Any:
        """The record of that name, once the entity has come to rest."""
        at = (self.kind, name)
        self.reads[at] = None
        record = self.packing.record(self.machine.rest(at, self.packed, self.fields, self.reads), at)
        return default if record is None else record

    @property
    def written(self) -> Iterator[str]:
        """The names of the entities of the kind that the step changed, which takes all of them to tell."""
        self.machine.settled_by(self.packed, self.fields, self.reads)
        fields = self.machine.settle(self.packed, self.fields)[1]
        return (name for kind, name in self.machine.packing.named(fields) if kind is self.kind)
