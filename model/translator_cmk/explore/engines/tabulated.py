"""Tabulates a machine over packed states: what was computed once is looked up ever after, and exactly.

A step falls into pure functions that read little: how a command is answered, and what follows at once for one entity.
What such a function reads is recorded.  It gives the same for every state that agrees on that, so that the bits of a
state under the mask of all that a function was ever seen to read are a key to its results.

Consequences that read what others of them write belong together.  Those that do not come to rest on their own, each
group with a table of its own: a key vault that is deleted cuts each resource off by itself.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from ...machine import Accepted, Command, Machine, Outcome, Refused, RowsContradict, State
from ...machine.step import ROUNDS, Response
from ...machine.world import World
from .packing import Name, Packing, Reads, viewed


class Answer(NamedTuple):
    """What a command comes to by itself, what it adds to the packed state, in which fields, and what was read."""

    outcome: Outcome
    move: int
    fields: int
    reads: Reads


class Consequence(NamedTuple):
    """What follows: by which requirements, what it adds to the packed state, in which fields, and what was read."""

    by: frozenset[str]
    move: int
    fields: int
    reads: Reads


NOT_OFFERED = Answer(Refused(frozenset()), 0, 0, {})
"""The answer to a command that is not there to be given: a refusal without a reason, which no machine gives."""


class NotTabulated(Exception):
    """A machine whose steps cannot be taken apart: it breaks down, or what follows for one entity befalls another."""


Function = Callable[[int, Reads], Any]


class Memo:
    """The results of one function so far, by the bits of the packed state that it was seen to read.

    The function is told the packed state, and notes what it reads of it; one that is put together from ``parts`` reads
    what they read.  Where more is read later, the mask grows, and no result is forgotten: one that is found under a
    wider mask is of a state that agrees in all the bits of the narrower one, and has zeros in the others.

    What is not found by all the bits of the mask may be by those that were read this time: ``tree`` says of what to
    read first, and where each value leads.
    """

    __slots__ = ("function", "known", "mask", "parts", "reads", "tree", "users")

    def __init__(self, function: Function, parts: tuple["Memo", ...] = ()) -> None:
        self.function = function
        self.parts = parts
        self.users: list[Memo] = []
        self.reads: Reads = {}
        self.mask = 0
        self.known: dict[int, Any] = {}
        self.tree = Node(0, {})
        for part in parts:
            part.users.append(self)

    def found(self, packed: int) -> Any:
        """The result that the tree has for a packed state, or None."""
        node: Any = self.tree
        while type(node) is Node:
            node = node.branches.get(packed & node.field)
        return node

    def plant(self, packed: int, fields: Iterable[int], result: Any) -> None:
        """Put a result into the tree that was computed by reading these fields of a packed state, in this order."""
        node, left = self.tree, dict.fromkeys(fields)
        while type(below := node.branches.get(packed & node.field)) is Node:
            # the tree may ask for a field sooner, or for one that was not read this time, which does no harm
            left.pop(below.field, None)
            node = below
        for field in left:
            below = node.branches[packed & node.field] = Node(field, {})
            node = below
        node.branches[packed & node.field] = result


class Node(NamedTuple):
    """The field to read next, and where each of its values leads: to another node, or to a result."""

    field: int
    branches: dict[int, Any]


class TabulatedMachine:
    """Steps over packed states exactly as a machine does over states.

    Raises `NotTabulated` for rows that it cannot take apart, and `FieldTooNarrow` where ``width`` does not suffice.
    """

    def __init__(self, machine: Machine, start: State, width: int = 8) -> None:
        self.machine = machine
        self.packing = Packing(start, width)
        self._memos: list[Memo] = []
        self._answers: dict[Command, Memo] = {}
        self._consequences: dict[Name, Reads] = {}
        self._groups: list[Memo] = []
        self.concerned_by: dict[int, tuple[Memo, ...]] = {}
        self._group_of: dict[Name, Memo] = {}
        for name in self.followed():
            self.follow(0, {}, name)

    def step(self, packed: int, command: Command) -> tuple[int, Outcome]:
        """The packed state after the command, and what came of it.  Raises `RowsContradict`."""
        outcome, move, fields, _ = self.look_up(self.answer(command), packed)
        if not fields:
            return packed, outcome
        settled, _, by = self.settle(packed + move, fields)
        return settled, Accepted(outcome.by | by, outcome.audit)

    def settle(self, packed: int, fields: int) -> tuple[int, int, frozenset[str]]:
        """The state at rest after these fields of a state at rest have changed, all fields changed, and by what."""
        while True:
            groups = self.concerned(fields)
            settled, changed, by = packed, fields, frozenset[str]()
            try:
                for group in groups:
                    found = self.look_up(group, packed)
                    settled += found.move
                    changed |= found.fields
                    by |= found.by
            except RowsContradict:
                if self.concerned_by.get(fields) is groups:
                    raise
            # what was learned may have shown that two of the groups belong together
            if self.concerned_by.get(fields) is groups:
                return settled, changed, by

    def rest(self, name: Name, packed: int, fields: int, reads: Reads) -> int:
        """A state in which one entity has come to rest after these fields changed; ``reads`` gets what that takes."""
        self.settle(packed, fields)  # so that all that belongs together is known to
        group = self._group_of.get(name)
        if group is None or group not in self.concerned(fields):
            return packed
        found: Consequence = self.look_up(group, packed)
        reads |= found.reads
        return packed + found.move

    def settled_by(self, packed: int, fields: int, reads: Reads) -> frozenset[str]:
        """By what a state comes to rest after these fields changed; ``reads`` gets what that takes."""
        by = self.settle(packed, fields)[2]
        for group in self.concerned(fields):
            reads |= self.look_up(group, packed).reads
        return by

    def answer(self, command: Command) -> Memo:
        """How the command is answered: its results are of type `Answer`."""
        if command not in self._answers:
            self._answers[command] = self.memo(lambda packed, reads: self.respond(packed, reads, command))
        return self._answers[command]

    def respond(self, packed: int, reads: Reads, command: Command) -> Answer:
        """The answer of the machine to a command."""
        answer = self.machine.respond(self.world(packed, reads), command)
        if not isinstance(answer, Response):
            return Answer(answer, 0, 0, reads)
        outcome = Accepted(frozenset(answer.writes.by), tuple(answer.audit))
        return Answer(outcome, *self.packing.move(packed, answer.writes.changes), reads)

    def follow(self, packed: int, reads: Reads, name: Name) -> Consequence:
        """What follows at once for one entity."""
        mine: Reads = {}
        world = self.world(packed, mine)
        try:
            writes = self.machine.follow(world, *name) if world.has(*name) else None
        finally:
            reads |= mine
            known = self._consequences.setdefault(name, {name: None})
            if not mine.keys() <= known.keys():
                known |= mine
                self._ungroup()
        if not writes:
            return Consequence(frozenset(), 0, 0, mine)
        if writes.changes.keys() - {name}:
            raise NotTabulated(f"a consequence for {name[0].word} {name[1]} writes to another entity")
        return Consequence(frozenset(writes.by), *self.packing.move(packed, writes.changes), mine)

    def followed(self) -> set[Name]:
        """Every entity known by now for which anything may follow."""
        first = {(kind, name) for kind in self.machine.whenever for name in self.packing.start.tables[kind]}
        return first | {name for name in self.packing.shifts if name[0] in self.machine.whenever}

    def concerned(self, fields: int) -> tuple[Memo, ...]:
        """What to look up once these fields of a state at rest have changed; results are of type `Consequence`.

        What reads none of the fields stays at rest.  No two of these change the same field, or what another reads.
        """
        memos = self.concerned_by.get(fields)
        if memos is None:
            for name in self.followed() - self._consequences.keys():
                # this much it reads even where there is no such entity yet
                self._consequences[name] = {name: None}
                self._ungroup()
            if not self._groups:
                for names in self._connected():
                    self._groups.append(self._group(names))
                    self._group_of |= dict.fromkeys(names, self._groups[-1])
            memos = self.concerned_by[fields] = tuple(memo for memo in self._groups if memo.mask & fields)
        return memos

    def memo(self, function: Function, parts: tuple[Memo, ...] = ()) -> Memo:
        """A new memo of a function, kept right as more is learned of what is read."""
        memo = Memo(function, parts)
        self._memos.append(memo)
        self._widen(memo)
        return memo

    def look_up(self, memo: Memo, packed: int) -> Any:
        """The result of a memo for a packed state."""
        known = memo.known.get(packed & memo.mask)
        return self.learn(memo, packed) if known is None else known

    def learn(self, memo: Memo, packed: int) -> Any:
        """Find or compute a result that is not known by all the bits of the mask."""
        result = memo.found(packed)
        while result is None:
            fields = len(self.packing.shifts)
            reads: Reads = {}
            result = memo.function(packed, reads)
            memo.reads |= reads
            if len(self.packing.shifts) > fields:
                # something got a field just now; who reads it has a wider mask from now on
                for each in self._memos:
                    each.tree.branches.clear()
                    self._widen(each)
                result = None
                continue
            self._widen(memo)
            if not memo.parts:
                memo.plant(packed, [field for read in reads if (field := self.packing.bits([read]))], result)
        memo.known[packed & memo.mask] = result
        return result

    def world(self, packed: int, reads: Reads) -> World:
        """The world of a packed state, which notes what is read of it."""
        return World(viewed(packed, self.packing, reads), self.machine.meanings, None)

    def _widen(self, memo: Memo) -> None:
        mask = self.packing.bits(memo.reads)
        for part in memo.parts:
            mask |= part.mask
        if mask != memo.mask:
            memo.mask = mask
            self.concerned_by.clear()
            for user in memo.users:
                self._widen(user)

    def forget(self, memos: Iterable[Memo]) -> None:
        """Keep these memos right no longer."""
        for memo in memos:
            self._memos.remove(memo)
            for part in memo.parts:
                part.users.remove(memo)

    def _ungroup(self) -> None:
        """Consequences may have to be put into groups in another way."""
        self.forget(self._groups)
        self._groups.clear()
        self._group_of.clear()
        self.concerned_by.clear()

    def _connected(self) -> Iterator[tuple[Name, ...]]:
        """The entities in groups, so that what follows for one never reads what follows for one of another group."""
        left = dict(self._consequences)
        while left:
            todo, group = [next(iter(left))], []
            while todo:
                name = todo.pop()
                if name in left:
                    reads = left.pop(name)
                    group.append(name)
                    todo += [other for other in left if reads_of(left[other], name) or reads_of(reads, other)]
            yield tuple(group)

    def _group(self, names: tuple[Name, ...]) -> Memo:
        """What follows for entities that come to rest together."""

        def rest(packed: int, reads: Reads) -> Consequence:
            by: frozenset[str] = frozenset()
            start, fields = packed, 0
            for _ in range(ROUNDS):
                found = [self.follow(packed, reads, name) for name in names]
                if not any(each.fields for each in found):
                    return Consequence(by, packed - start, fields, reads)
                for each in found:
                    by |= each.by
                    packed += each.move
                    fields |= each.fields
            raise RowsContradict(f"consequences do not come to rest: {', '.join(sorted(by))}")

        memo = self.memo(rest)
        for name in names:
            memo.reads |= self._consequences[name]
        self._widen(memo)
        return memo


def reads_of(reads: Reads, name: Name) -> bool:
    """Whether an entity is among what was read."""
    return name in reads or (name[0], None) in reads
