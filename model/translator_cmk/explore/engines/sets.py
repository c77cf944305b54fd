"""The search over sets of states: breadth first as the readable one, all states of one depth at a time.

A command moves all states that it changes alike by one shift.  What follows for an entity is such a move too, and is
repeated until nothing moves; entities are taken in an order in which none reads what another has moved in the same
round, as if all were at once.  How often each command came to what is counted at the end, over all states found.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from ...machine import Command, RowsContradict
from ...machine.step import ROUNDS
from ..alphabets import Commands
from ..exploration import Broken, Exploration, Progress
from .bitsets import Bits, Layout, Move, Place, Split, contains, count, halves, shifted
from .cubes import BROKEN, Cube, all_cubes, cubes
from .judging import Seen
from .packed import PackedSearch, tabulated
from .packing import Name, Reads
from .stepwise import SECONDS_BETWEEN_REPORTS, Report
from .tabulated import NOT_OFFERED, NotTabulated


class SetSearch(PackedSearch):
    """A search in which all states of one depth are one set.  It holds theorems about states, and none about steps."""

    def run(self, report: Report | None) -> bool:
        """Search; returns whether all of it was searched.  Raises `StartNotReached`, `NotTabulated`."""
        self._states: Bits = {}
        self._new: Bits = {}
        self._levels: list[Bits] = []
        self._merged: dict[int, list[Move]] = {}
        self._asked: set[str] = set()
        last = self.started
        try:
            if not self._go_to_start():
                return False
            self._prepare()
            outer, bit = self._layout.place(0)
            self._new = {outer: 1 << bit}
            while self._new and not self.stopped():
                if report and (now := time.perf_counter()) - last > SECONDS_BETWEEN_REPORTS:
                    last = now
                    report(self.progress)
                self.depth += bool(self._states)
                for outer, bits in self._new.items():
                    self._states[outer] = self._states.get(outer, 0) | bits
                if self.looks:
                    self._levels.append(self._new)
                    self._look_at(self._new)
                self._new = self._after(self._new)
        except KeyboardInterrupt:
            return False
        return not self.stopped()

    @property
    def progress(self) -> Progress:
        """How far it has come; before the end, steps are counted as if each command were offered in each state."""
        states = count(self._states)
        steps = self.transitions or states * len(self.scope.alphabet)
        return Progress(states, steps, count(self._new), self.depth, time.perf_counter() - self.started)

    @property
    def asked(self) -> set[str]:
        """The theorems that had anything to demand."""
        return self._asked

    def exploration(self, engine: str, complete: bool, asked: Iterable[str]) -> Exploration:
        """What was found, counted over all states.  Raises `NotTabulated` where the rows break down in one."""
        self._entries.clear()
        self.transitions = 0
        for function in (*self._commands, *self._follows.values()):
            for outer, states in self._states.items():
                for comes_to, region in self._layout.part(function, outer).results:
                    times = (states & region).bit_count()
                    if comes_to is BROKEN and times:
                        raise NotTabulated("the rows break down in a state that can be reached")
                    if times and function in self._commands and comes_to != NOT_OFFERED.outcome:
                        self._count(comes_to, times)
        return super(PackedSearch, self).exploration(engine, complete, asked)

    def _prepare(self) -> None:
        """Take the machine apart."""
        answers, follows = all_cubes(self.machine, self._answers)
        self._layout = Layout(self.machine.packing, [*answers, *follows.values()])
        self._commands = [Split(self._layout, answer) for answer in answers]
        self._follows = {name: Split(self._layout, follows[name]) for name in in_order(follows)}
        self._asked = set(self._judge.asked)
        self._looked: list[Split] = []
        if self._judged:
            for name in self._judged.names():
                seen = cubes(self.machine.packing, partial(self._seen_at, name))
                self._looked.append(Split(self._layout, list(seen)))

    def _seen_at(self, name: Name, packed: int, reads: Reads) -> tuple[Seen, frozenset[str]]:
        """What there is to see of an entity, and the theorems that had anything to demand of it."""
        assert self._judged
        self._judge.asked = set()
        return self._judged.see(packed, reads, name), frozenset(self._judge.asked)

    def _after(self, states: Bits) -> Bits:
        """The states one step further that were not known; what is known is at rest."""
        return self._unknown(self._settled(self._unknown(self._moved(states))))

    def _moved(self, states: Bits) -> Bits:
        """The states one command further, before anything follows."""
        found: Bits = {}
        for outer, bits in states.items():
            for region, shift, step in self._moves(outer):
                if moved := bits & region:
                    found[outer + step] = found.get(outer + step, 0) | shifted(moved, shift)
        return found

    def _unknown(self, states: Bits) -> Bits:
        new = {outer: bits & ~self._states.get(outer, 0) for outer, bits in states.items()}
        return {outer: bits for outer, bits in new.items() if bits}

    def _moves(self, outer: int) -> list[Move]:
        """How commands move states with these outer records, those that move alike together."""
        if outer not in self._merged:
            alike: dict[tuple[int, int], int] = {}
            for command in self._commands:
                for region, shift, step in self._layout.part(command, outer).moves:
                    alike[shift, step] = alike.get((shift, step), 0) | region
            self._merged[outer] = [Move(region, *how) for how, region in alike.items()]
        return self._merged[outer]

    def _settled(self, states: Bits) -> Bits:
        """The states after all that follows.  Raises `RowsContradict` where that has no end."""
        for _ in range(ROUNDS):
            at_rest = True
            for follow in self._follows.values():
                landed: list[tuple[int, int]] = []
                for outer, bits in states.items():
                    for region, shift, step in self._layout.part(follow, outer).moves:
                        if moved := bits & region:
                            states[outer] ^= moved
                            landed.append((outer + step, shifted(moved, shift)))
                for outer, bits in landed:
                    at_rest = False
                    states[outer] = states.get(outer, 0) | bits
            if at_rest:
                return states
        raise RowsContradict("consequences do not come to rest")

    def _look_at(self, states: Bits) -> None:
        """Hold theorems against the states of one depth."""
        for looked in self._looked:
            for outer, bits in states.items():
                for comes_to, region in self._layout.part(looked, outer).results:
                    if there := bits & region:
                        if comes_to is BROKEN:
                            raise NotTabulated("the rows break down in a state that can be reached")
                        seen, asked = comes_to
                        self._asked |= asked
                        self._say(seen, (outer, there.bit_length() - 1))

    def _say(self, seen: Seen, place: Place) -> None:
        for theorem, expected in seen.broken:
            if theorem not in self.broken:
                self.broken[theorem] = Broken(self._way_to(place), expected)
        for theorem in seen.reached:
            if theorem not in self.reached:
                self.reached[theorem] = self._way_to(place)

    def _way_to(self, place: Place) -> Commands:
        """The commands from nothing to a state of the last depth."""
        way: list[Any] = []
        for level in reversed(self._levels[:-1]):
            before = level
            while count(before) > 1:
                one, other = halves(before)
                before = one if contains(self._settled(self._moved(one)), place) else other
            [(outer, bits)] = before.items()
            target = self._layout.packed(place)
            place = (outer, bits.bit_length() - 1)
            way.append(self._command_between(self._layout.packed(place), target))
        return (*self.scope.start, *reversed(way))

    def _command_between(self, before: int, after: int) -> Command:
        """The first command that leads from one packed state to the other."""
        for command, memo in zip(self.scope.alphabet, self._answers, strict=True):
            answer = self.machine.look_up(memo, before)
            if answer.fields and self.machine.settle(before + answer.move, answer.fields)[0] == after:
                return command
        raise AssertionError("a state of one depth does not lead to one of the next")


def in_order(follows: Mapping[Name, Sequence[Cube]]) -> list[Name]:
    """The entities in an order in which none reads an earlier one.  Raises `NotTabulated` where there is none."""
    reads = {name: {read for cube in cubes for read in cube.where} - {name} for name, cubes in follows.items()}
    ordered: list[Name] = []
    while len(ordered) < len(reads):
        left = reads.keys() - set(ordered)
        free = [name for name in reads if name in left and not any(name in reads[other] for other in left)]
        if not free:
            raise NotTabulated("what follows for two entities depends on each other")
        ordered += free
    return ordered


sets = tabulated("sets", SetSearch)
