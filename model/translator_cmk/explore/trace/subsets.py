"""Follows a trace through sets of packed states: the subset construction, as far as the trace goes.

A place is one state, or a set of several.  What an event leads to from a set is found once, and looked up ever after.
The sets are those of the oracle; where none of a set fits an event, it is left to the oracle to say what follows.
"""

from collections.abc import Iterable

from ...machine import Machine, Stage, State, initial
from ...wire.traces import Told
from ..choices import TooManyStates
from ..sights import GONE
from .events import Asked, Event, Glance, Seen
from .forks import Fork, Likeness
from .tabulation import Tabulation
from .trees import Tree

NONE: frozenset[str] = frozenset()

LARGEST = 400_000
"""How much a follower remembers: so many results, sets of states, and events that lead from one to the next."""

FEW = 16
"""How many states a set has at most that is remembered: a larger one hardly comes again."""


class Subset:
    """Two or more states, the silent requirements that keep them apart, and where events lead from them."""

    __slots__ = ("moves", "silent", "states")

    def __init__(self, states: tuple[int, ...], silent: frozenset[str]) -> None:
        self.states = states
        self.silent = silent
        self.moves: dict[Event, Place] = {}


Place = int | Subset


class Follower:
    """Follows events of a machine in worlds of one stage; methods raise `TooManyStates` beyond ``limit`` states.

    ``most`` is the greatest number of states that were possible at once.  It is ``full`` once it remembers ``largest``
    things, and then should be `renewed`; ``renewals`` counts how often it was.
    """

    def __init__(self, machine: Machine, stage: Stage, limit: int, largest: int = LARGEST) -> None:
        self.machine = machine
        self.stage = stage
        self.limit = limit
        self.largest = largest
        self.most = 1
        self.renewals = 0
        self._forget()

    def _forget(self) -> None:
        start = initial(self.stage)
        self._made = Tabulation(self.machine, start, self.limit)
        self._answers: dict[Asked, Tree] = {}
        self._subsets: dict[tuple[tuple[int, ...], frozenset[str]], Subset] = {}
        self._shown: dict[int, Seen] = {}  # of a state, what was seen last that fits it
        self._learned = 0
        self.start = self.place((start,))

    @property
    def full(self) -> bool:
        """Whether it remembers as much as it may."""
        return self._made.learned + self._learned + len(self._shown) > self.largest

    def renewed(self, *places: Place) -> list[Place]:
        """The same places, after all else is forgotten."""
        self.renewals += 1
        known = [(self.states(place), self.silent(place)) for place in places]
        self._forget()
        return [self.place(*each) for each in known]

    def place(self, states: tuple[State, ...], silent: frozenset[str] = NONE) -> Place:
        """The place of these states."""
        return self._place(tuple(map(self._made.pack, states)), silent)

    def states(self, place: Place) -> tuple[State, ...]:
        """The states of a place."""
        return tuple(map(self._made.packing.unpack, place.states if isinstance(place, Subset) else (place,)))

    def silent(self, place: Place) -> frozenset[str]:
        """The silent requirements that keep the states of a place apart."""
        return place.silent if isinstance(place, Subset) else NONE

    def move(self, place: Place, event: Event) -> Place | None:
        """Where the event leads to, or None where no state fits it."""
        if not isinstance(place, int):
            known = place.moves.get(event)
            return self._move(place, event) if known is None else known
        packed, asked, seen = place, event.asked, event.seen
        if asked is not None:
            answers = self._answers.get(asked)
            fork = None if answers is None else answers.known.get(packed & answers.mask)
            if type(fork) is not Fork:
                fork = self._fork(packed, asked)
                if fork is None:
                    return self._spread((packed,), NONE, event)
            fitting = fork.known.get(event.told_id)
            moves = self._fitting_ways(fork, event.told) if fitting is None else fitting[0]
            if len(moves) != 1:
                return self._spread((packed,), NONE, event)
            packed += moves[0]
        if seen is None or self._shown.get(packed) is seen or self._fits(packed, seen):
            return packed
        return None

    def _move(self, subset: Subset, event: Event) -> Place | None:
        following = self._spread(subset.states, subset.silent, event)
        if following is not None and len(subset.states) <= FEW:
            subset.moves[event] = following
            self._learned += 1
        return following

    def _spread(self, states: tuple[int, ...], silent: frozenset[str], event: Event) -> Place | None:
        """Where the event leads to from these states."""
        if event.asked is not None:
            told_id, ways = event.told_id, 0
            commands = [(command, self._made.answers(command)) for command in event.asked.commands]
            after: dict[int, None] = {}
            for packed in states:
                for command, answers in commands:
                    fork = answers.known.get(packed & answers.mask)
                    if type(fork) is not Fork:
                        fork = self._made.fork(packed, command, answers)
                    ways += len(fork.ways)
                    if fork.parting:
                        silent |= fork.parting
                    known = fork.known.get(told_id)
                    for move in self._fitting_ways(fork, event.told) if known is None else known[0]:
                        after[packed + move] = None
                if event.asked.idle:
                    after[packed] = None
            if ways >= self.limit and self._reached(states, event.asked) > self.limit:
                raise TooManyStates(self.limit)
            states = tuple(after)
        if event.seen is not None:
            states = tuple(self._fitting(states, event.seen))
        return self._place(states, silent) if states else None

    def _place(self, states: tuple[int, ...], silent: frozenset[str]) -> Place:
        if len(states) == 1:
            return states[0]
        self.most = max(self.most, len(states))
        if len(states) > FEW:
            return Subset(states, silent)
        key = (states, silent)
        found = self._subsets.get(key)
        if found is None:
            found = self._subsets[key] = Subset(states, silent)
            self._learned += len(states)
        return found

    def _fork(self, packed: int, asked: Asked) -> Fork | None:
        """What may come of what was asked; None where that may be one of several commands."""
        if len(asked.commands) > 1 or asked.idle:
            return None
        answers = self._answers.get(asked)
        if answers is None:
            answers = self._answers[asked] = self._made.answers(asked.commands[0])
        return self._made.fork(packed, asked.commands[0], answers)

    def _reached(self, states: tuple[int, ...], asked: Asked) -> int:
        """How many states can be reached from these, whatever came of what was asked."""
        commands = [(command, self._made.answers(command)) for command in asked.commands]
        forks = ((packed, self._made.fork(packed, *command)) for packed in states for command in commands)
        reached = {packed + move for packed, fork in forks for move, _ in fork.ways}
        return len(reached.union(states) if asked.idle else reached)

    def _fitting_ways(self, fork: Fork, told: Told) -> tuple[int, ...]:
        self._learned += 1
        return fork.fitting(told)

    def _fitting(self, states: Iterable[int], seen: Seen) -> Iterable[int]:
        """The states of which this may be seen."""
        return (packed for packed in states if self._shown.get(packed) is seen or self._fits(packed, seen))

    def _fits(self, packed: int, seen: Seen) -> bool:
        """Whether this may be seen of a state."""
        visible, glances = self._made.visible, seen.glances
        for name in glances.keys() - visible.keys():
            if not self._agrees(Likeness([GONE]), glances[name]):
                return False
        # a look may come upon names that are new
        for name in list(visible) if seen.whole else glances.keys() & visible.keys():
            tree = visible[name]
            likeness = tree.known.get(packed & tree.mask) or self._made.look_up(tree, packed)
            glance = glances.get(name) or seen.gone[name]
            if not (likeness.known.get(glance) or self._agrees(likeness, glance)):
                return False
        if seen.whole:
            self._shown[packed] = seen
        return True

    def _agrees(self, likeness: Likeness, glance: Glance) -> bool:
        known = likeness.known.get(glance)
        if known is None:
            self._learned += 1
            known = likeness.agrees(glance)
        return known
