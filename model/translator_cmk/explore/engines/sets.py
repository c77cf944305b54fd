"""The search over sets of states: breadth first as the readable one, all states of one depth at a time.

How often each command came to what is counted at the end, over all states found.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from math import prod
from typing import Any

from ...machine import Command
from ..alphabets import Commands
from ..exploration import Broken, Exploration, Progress
from .bitsets import LARGEST, Bits, Place, add, contains, count, halves
from .clustered import Clustered
from .clusters import parted
from .cubes import BROKEN, Cube, all_cubes, cubes
from .judging import Seen
from .moving import Outcomes, Plain, in_order, plain, reads_in
from .packed import PackedSearch, tabulated
from .packing import Name, Reads
from .stepwise import SECONDS_BETWEEN_REPORTS, Report
from .tabulated import NOT_OFFERED, NotTabulated


class SetSearch(PackedSearch):
    """A search in which all states of one depth are one set.  It holds theorems about states, and none about steps.

    ``largest``: bits of an integer at most.
    """

    largest = LARGEST

    def run(self, report: Report | None) -> bool:
        """Search; returns whether all of it was searched.  Raises `StartNotReached`, `NotTabulated`."""
        self._states: Bits = {}
        self._new: Bits = {}
        self._levels: list[Bits] = []
        last = self.started
        try:
            if not self._go_to_start():
                return False
            self._prepare()
            outer, bit = self._steps.layout.place(0)
            self._new = {outer: 1 << bit}
            while self._new and not self.stopped():
                self.depth += bool(self._states)
                for outer, bits in self._new.items():
                    add(self._states, outer, bits)
                if report and (now := time.perf_counter()) - last > SECONDS_BETWEEN_REPORTS:
                    last = now
                    report(self.progress)
                if self.looks:
                    self._levels.append(self._new)
                    self._look_at(self._new)
                self._new = self._steps.after(self._new, self._states)
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
        if self._states:
            for number, found in enumerate(self._steps.counted(self._states)):
                if found[BROKEN]:
                    raise NotTabulated("the rows break down in a state that can be reached")
                if number < len(self._commands):
                    for comes_to, times in found.items():
                        if times and comes_to != NOT_OFFERED.outcome:
                            self._count(comes_to, times)
        return super(PackedSearch, self).exploration(engine, complete, asked)

    def _prepare(self) -> None:
        """Take the machine apart."""
        packing = self.machine.packing
        self._commands, follows = all_cubes(self.machine, self._answers)
        ordered = {name: follows[name] for name in in_order(reads_in(packing, follows))}
        self._steps = self._stepping(self._commands, ordered)
        self._asked = set(self._judge.asked)
        self._looked: list[Outcomes] = []
        if self._judged:
            for name in self._judged.names():
                seen = cubes(packing, partial(self._seen_at, name))
                self._looked.append(Outcomes(self._steps.layout, list(seen)))

    def _stepping(
        self, commands: Sequence[Sequence[Cube]], follows: Mapping[Name, Sequence[Cube]]
    ) -> Plain | Clustered:
        """What takes the steps: clusters, where there are more combinations of records than one integer can tell."""
        packing = self.machine.packing
        many = prod(packing.sizes().values()) > self.largest
        if many and (parts := parted(packing, commands, follows)):
            return Clustered(packing, parts, self.largest)
        return plain(packing, commands, follows, self.largest)

    def _seen_at(self, name: Name, packed: int, reads: Reads) -> tuple[Seen, frozenset[str]]:
        """What there is to see of an entity, and the theorems that had anything to demand of it."""
        assert self._judged
        self._judge.asked = set()
        return self._judged.see(packed, reads, name), frozenset(self._judge.asked)

    def _look_at(self, states: Bits) -> None:
        """Hold theorems against the states of one depth."""
        for looked in self._looked:
            for outer, bits in states.items():
                for comes_to, region in looked.at(outer).items():
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
        layout = self._steps.layout
        way: list[Any] = []
        for level in reversed(self._levels[:-1]):
            before = level
            while count(before) > 1:
                one, other = halves(before)
                before = one if contains(self._steps.after(one, {}), place) else other
            [(outer, bits)] = before.items()
            target = layout.packed(place)
            place = (outer, bits.bit_length() - 1)
            way.append(self._command_between(layout.packed(place), target))
        return (*self.scope.start, *reversed(way))

    def _command_between(self, before: int, after: int) -> Command:
        """The first command that leads from one packed state to the other."""
        for command, memo in zip(self.scope.alphabet, self._answers, strict=True):
            answer = self.machine.look_up(memo, before)
            if answer.fields and self.machine.settle(before + answer.move, answer.fields)[0] == after:
                return command
        raise AssertionError("a state of one depth does not lead to one of the next")


sets = tabulated("sets", SetSearch)
