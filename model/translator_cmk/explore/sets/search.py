"""The search by sets of states: all states of one depth are one set.  It checks theorems about states alone."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from ...machine import Accepted, Command, Machine, State
from ..exploration import Broken, Exploration, Report
from ..judge import EntityName, Judge, Unmet
from ..scope import Scope, start_of
from ..theorems.theorem import Theorem
from .bitsets import LARGEST, Bits, Place, Regions, add, contains, count, halves
from .cubes import BROKEN, NOT_OFFERED, Name, NotSeparable, StepParts
from .image import Image, parted


class SetSearch:
    """One search by sets of states, of which an integer has ``largest`` bits at most.

    Raises `NotSeparable` for a machine whose steps it cannot take apart.
    """

    def __init__(self, scope: Scope, machine: Machine, theorems: Iterable[Theorem], largest: int = LARGEST) -> None:
        if type(machine) is not Machine:
            raise NotSeparable(f"{type(machine).__name__} is not a machine of rows alone")
        held = tuple(theorems)
        self.scope = scope
        self.machine = machine
        self.found = Exploration(scope.name, "sets")
        self._states: Bits = {}
        self._new: Bits = {}
        self._levels: list[Bits] = []
        self._parts = StepParts(scope, machine, start_of(scope, machine))
        self._commands, follows = self._parts.all_cubes()
        clusters = parted(self._parts.packing, self._commands, follows)
        if clusters is None:
            raise NotSeparable(f"the entities of {scope.name} do not fall into clusters")
        self.image = Image(self._parts.packing, clusters, largest)
        self._judge = Judge(machine, held)
        self._looks = [self._regions(name) for name in self._parts.names()] if held else []

    def run(self, report: Report | None = None, stop: bool = False) -> Exploration:
        """Search, and return the result.  Raises `NotSeparable` if the rows raise in a state that can be reached."""
        found = self.found
        try:
            found.complete = self._search(report, stop)
        except KeyboardInterrupt:
            found.complete = False
        for number, results in enumerate(self.image.counted(self._states)):
            if results[BROKEN]:
                raise NotSeparable("the rows raise in a state that can be reached")
            if number < len(self._commands):
                for outcome, times in results.items():
                    if times and outcome != NOT_OFFERED:
                        found.count(outcome, times)
        found.states = count(self._states)
        found.clock()
        return found

    def _search(self, report: Report | None, stop: bool) -> bool:
        """Search, and return whether all of the scope was searched."""
        found = self.found
        outer, bit = self.image.layout.place(0)
        self._new = {outer: 1 << bit}
        while self._new:
            found.depth += bool(self._states)
            for outer, bits in self._new.items():
                add(self._states, outer, bits)
            if report and found.is_report_due():
                found.states = count(self._states)
                report(found)
            if self._looks:
                self._levels.append(self._new)
                self._look(self._new)
                if stop and found.broken:
                    return False
            self._new = self.image.of(self._new, self._states)
        return True

    def _regions(self, name: Name) -> Regions:
        """Return where theorems about the entity hold, are broken, and have anything to demand."""
        return Regions(self.image.layout, list(self._parts.cubes(partial(self._see, name=name))))

    def _see(self, state: State, _: int, name: Name) -> tuple[tuple[Unmet, frozenset[str]], int]:
        """Check theorems against an entity, which may not exist."""
        world = self.machine.world(state)
        self._judge.asked = set()
        broken = self._judge.of_entity(world, EntityName(*name)) if world.has(*name) else ()
        return (broken, frozenset(self._judge.asked)), 0

    def _look(self, states: Bits) -> None:
        """Check theorems against the states of one depth."""
        for regions in self._looks:
            for outer, bits in states.items():
                for result, region in regions.at(outer).items():
                    if there := bits & region:
                        if result is BROKEN:
                            raise NotSeparable("the rows raise in a state that can be reached")
                        broken, asked = result
                        self.found.asked |= asked
                        for theorem, expected in broken:
                            if theorem not in self.found.broken:
                                path = self._path((outer, there.bit_length() - 1))
                                self.found.broken[theorem] = Broken(path, expected)

    def _path(self, place: Place) -> tuple[Command, ...]:
        """Return the commands from nothing to a state of the last depth."""
        layout = self.image.layout
        path: list[Any] = []
        for level in reversed(self._levels[:-1]):
            before = level
            while count(before) > 1:
                one, other = halves(before)
                before = one if contains(self.image.of(one, {}), place) else other
            [(outer, bits)] = before.items()
            target = self._parts.packing.state(layout.packed(place))
            place = (outer, bits.bit_length() - 1)
            path.append(self._command(self._parts.packing.state(layout.packed(place)), target))
        return (*self.scope.start, *reversed(path))

    def _command(self, before: State, after: State) -> Command:
        """Return the first command that leads from one state to the other."""
        for command in self.scope.alphabet:
            if self.scope.offers(command, before):
                reached, outcome = self.machine.step(before, command)
                if isinstance(outcome, Accepted) and reached == after:
                    return command
        raise AssertionError("a state of one depth does not lead to one of the next")
