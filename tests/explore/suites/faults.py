"""Faulty systems made from a reduced machine, whether anybody could ever see what they do wrong, and which suites do.

A place is a state and an input.  An output fault shows something else there; a transfer fault goes to another state;
a hidden fault goes to one state more, which does as the right one would but for one input.
"""

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from translator_cmk.explore.suites.hsi import HsiSuite
from translator_cmk.explore.suites.reduced import Reduced
from translator_cmk.explore.suites.separating import Inputs


class Move(NamedTuple):
    """What a system shows, and where it goes."""

    output: int
    after: int


Faulty = dict[int, Move]
"""What a system does in the places in which it does not do as the machine."""


def right(machine: Reduced, place: int) -> Move:
    """What the machine does there."""
    return Move(machine.output[place], machine.after[place])


def every_single(machine: Reduced) -> Iterator[Faulty]:
    """Every output fault and every transfer fault."""
    for place in range(machine.states * machine.width):
        output, after = right(machine, place)
        yield from ({place: Move(wrong, after)} for wrong in sorted(set(machine.output) - {output}))
        yield from ({place: Move(output, to)} for to in range(machine.states) if to != after)


def some_single(machine: Reduced, count: int, random: Random) -> Iterator[Faulty]:
    """So many output and transfer faults at random, of each kind about as many."""
    outputs = sorted(set(machine.output))
    for _ in range(count):
        place = random.randrange(machine.states * machine.width)
        yield {place: changed(right(machine, place), machine, outputs, random)}


def some_multiple(machine: Reduced, count: int, random: Random) -> Iterator[Faulty]:
    """So many systems at random with two to ten output and transfer faults each, which may hide one another."""
    for _ in range(count):
        faulty: Faulty = {}
        for each in some_single(machine, random.randint(2, 10), random):
            faulty.update(each)
        yield faulty


def changed(move: Move, machine: Reduced, outputs: list[int], random: Random) -> Move:
    """The move with another output or another successor."""
    if random.random() < 0.5:
        return move._replace(output=other(random, outputs, move.output))
    return move._replace(after=other(random, range(machine.states), move.after))


def other(random: Random, among: "list[int] | range", than: int) -> int:
    """One of these at random that is another."""
    while (found := random.choice(among)) == than:
        pass
    return found


def some_hidden(machine: Reduced, count: int, random: Random) -> Iterator[Faulty]:
    """So many systems at random with one state more, each with a fault that only shows once that state is reached."""
    outputs = sorted(set(machine.output))
    extra = machine.states
    for _ in range(count):
        place = random.randrange(machine.states * machine.width)
        output, like = right(machine, place)
        row = {
            extra * machine.width + number: right(machine, like * machine.width + number)
            for number in range(machine.width)
        }
        wrong = random.choice(sorted(row))
        yield {place: Move(output, extra), **row, wrong: changed(row[wrong], machine, outputs, random)}


def can_be_seen(machine: Reduced, faulty: Faulty) -> bool:
    """Whether any sequence of inputs shows the fault: the two are followed through all that they can do."""
    found = [(0, 0)]
    known = set(found)
    for state, wrong in found:
        for number in range(machine.width):
            one = right(machine, state * machine.width + number)
            place = wrong * machine.width + number
            two = faulty.get(place) or right(machine, place)
            if one.output != two.output:
                return True
            both = (one.after, two.after)
            if both not in known:
                known.add(both)
                found.append(both)
    return False


class Visits:
    """The sequences of a suite, and in which of them each place is: a fault shows in those alone, or in none."""

    def __init__(self, suite: HsiSuite) -> None:
        self.suite = suite
        self._in: dict[int, list[int]] = {}
        machine = suite.machine
        for number, sequence in enumerate(suite.sequences):
            state, places = 0, set[int]()
            for each in sequence:
                place = state * machine.width + each
                places.add(place)
                state = machine.after[place]
            for place in places:
                self._in.setdefault(place, []).append(number)

    def finds(self, faulty: Faulty) -> bool:
        """Whether a sequence shows the fault."""
        sequences = self.suite.sequences
        return any(self._shows(faulty, sequences[number]) for place in faulty for number in self._in.get(place, ()))

    def _shows(self, faulty: Faulty, sequence: Inputs) -> bool:
        machine, state, wrong = self.suite.machine, 0, 0
        for number in sequence:
            one = right(machine, state * machine.width + number)
            place = wrong * machine.width + number
            two = faulty.get(place) or right(machine, place)
            if one.output != two.output:
                return True
            state, wrong = one.after, two.after
        return False
