"""Faulty systems made from the graph of a scope, and what finds them: a tour, or steps chosen at random.

A faulty system does as the model in all pairs of a state and a command but one.  There it goes to a wrong state (a
transfer fault), or says that it refused what it did, or did what it refused (an output fault).  Whoever tests sees its
answers, accepted or refused, and may see beside them all that a customer can, or even the whole state.  A fault that
nobody could ever see is not a fault; that is decided by a search of the faulty system and the model
together.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from random import Random
from typing import Literal, NamedTuple

from translator_cmk.explore.graph import NOT_OFFERED, Graph
from translator_cmk.explore.tours.tour import beginning
from translator_cmk.machine import ROWS, Accepted, Machine, Outcome, Unspecified, observe

OPEN = 2
"""The answer that is demanded where the specification leaves it open: any, so it shows nothing."""


class Transfer(NamedTuple):
    """At the place of a pair in the graph, the system goes to a wrong state."""

    place: int
    to: int


View = Literal["answers", "customer", "state"]
"""What is seen of each step: whether it was accepted, all that a customer can see beside that, or the whole state."""


class World(NamedTuple):
    """The graph of a scope, the answer of each pair, and what is seen of each state, as a number."""

    graph: Graph[Outcome]
    answers: Sequence[int]
    seen: Sequence[int]


def world(graph: Graph[Outcome], view: View) -> World:
    """The graph with what is seen of it."""
    kinds = [OPEN if isinstance(each, Unspecified) else int(isinstance(each, Accepted)) for each in graph.labels]
    answers = array("i", (NOT_OFFERED if label == NOT_OFFERED else kinds[label] for label in graph.label))
    machine, numbers = Machine(ROWS), dict[str, int]()
    if view == "customer":
        views = (repr(observe(machine.world(graph.state(number)))) for number in range(graph.states))
        return World(graph, answers, array("i", (numbers.setdefault(each, len(numbers)) for each in views)))
    return World(graph, answers, array("i", (number if view == "state" else 0 for number in range(graph.states))))


class Visits:
    """Sequences of a scope, and where in them each pair is."""

    def __init__(self, world: World, sequences: Iterable[Sequence[int]]) -> None:
        self.world = world
        self.sequences = [array("i", sequence) for sequence in sequences]
        self._at: dict[int, list[tuple[int, int]]] = {}
        graph = world.graph
        for number, sequence in enumerate(self.sequences):
            state = 0
            for position, command in enumerate(sequence):
                place = state * graph.width + command
                self._at.setdefault(place, []).append((number, position))
                state = graph.after[place]

    def steps(self) -> int:
        """Resets and commands, those that lead to the start included."""
        return sum(beginning(self.world.graph) + len(sequence) for sequence in self.sequences)

    def meets(self, place: int) -> bool:
        """Whether the pair is in any of the sequences: an output fault there is seen at once, and otherwise never."""
        return place in self._at

    def finds(self, fault: Transfer) -> bool:
        """Whether anything that is seen on the way differs from what the model shows."""
        done = (-1, -1)
        for number, position in self._at.get(fault.place, ()):
            if (number, position) <= done:
                continue
            found, end = self._follow(fault, self.sequences[number], position)
            if found:
                return True
            done = (number, end)
        return False

    def _follow(self, fault: Transfer, sequence: Sequence[int], position: int) -> tuple[bool, int]:
        """Go on with a sequence from the fault; whether it is seen, and where the two are in one state again."""
        graph, answers, seen = self.world
        right, wrong = graph.after[fault.place], fault.to
        if seen[right] != seen[wrong]:
            return True, position
        for at in range(position + 1, len(sequence)):
            one, other = right * graph.width + sequence[at], wrong * graph.width + sequence[at]
            if other != fault.place and not same_answers(answers[one], answers[other]):
                return True, at
            if answers[other] in (NOT_OFFERED, OPEN):
                return False, len(sequence)  # beyond the bounds, or anything: so nothing is claimed
            right, wrong = graph.after[one], fault.to if other == fault.place else graph.after[other]
            if seen[right] != seen[wrong]:
                return True, at
            if right == wrong:
                return False, at
        return False, len(sequence)


def same_answers(one: int, other: int) -> bool:
    """Whether two answers look the same; one that is open, or beyond the bounds, looks like any."""
    return one == other or one in (NOT_OFFERED, OPEN) or other in (NOT_OFFERED, OPEN)


def can_be_seen(world: World, fault: Transfer) -> bool:
    """Whether any sequence of commands at all shows the fault."""
    graph, answers, seen = world
    met = {(graph.after[fault.place], fault.to)}
    waiting = list(met)
    while waiting:
        right, wrong = waiting.pop()
        if seen[right] != seen[wrong]:
            return True
        for command in range(graph.width):
            one, other = right * graph.width + command, wrong * graph.width + command
            if not same_answers(answers[one], answers[other]):
                return True
            if {answers[one], answers[other]} & {NOT_OFFERED, OPEN}:
                continue
            pair = (graph.after[one], fault.to if other == fault.place else graph.after[other])
            if pair[0] != pair[1] and pair not in met:
                met.add(pair)
                waiting.append(pair)
    return False


def specified(world: World) -> list[int]:
    """The places of all pairs whose result is specified."""
    return [place for place, answer in enumerate(world.answers) if answer not in (NOT_OFFERED, OPEN)]


def every_transfer(world: World) -> Iterator[Transfer]:
    """Every transfer fault there is."""
    for place in specified(world):
        for to in range(world.graph.states):
            if to != world.graph.after[place]:
                yield Transfer(place, to)


def some_transfers(world: World, number: int, random: Random) -> Iterator[Transfer]:
    """Transfer faults chosen at random."""
    places = specified(world)
    while number:
        place, to = random.choice(places), random.randrange(world.graph.states)
        if to != world.graph.after[place]:
            number -= 1
            yield Transfer(place, to)


def random_sequences(world: World, steps: int, length: int, random: Random) -> Iterator["array[int]"]:
    """Sequences of so many commands, each chosen at random among those that there are, and so many steps in all."""
    graph = world.graph
    choices = [[pair.command for pair in graph.of(state)] for state in range(graph.states)]
    while (steps := steps - beginning(graph)) > 0:
        sequence, state = array("i"), 0
        for _ in range(min(length, steps)):
            command = random.choice(choices[state])
            sequence.append(command)
            place = state * graph.width + command
            if world.answers[place] == OPEN:
                break
            state = graph.after[place]
        steps -= len(sequence)
        yield sequence


def moving_only(graph: Graph[Outcome], sequences: Iterable[Sequence[int]]) -> Iterator["array[int]"]:
    """The sequences without what is refused or changes nothing."""
    for sequence in sequences:
        yield array("i", (pair.command for pair in graph.along(sequence) if pair.after != pair.state))
