"""Follows a trace through sets of packed states: the subset construction, as far as the trace goes.

A place is one state, or a set of several.  What an event leads to from a set is found once, and looked up ever after.
The sets are those of the oracle; where none of a set fits an event, it is left to the oracle to say what follows.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from ...language.traces import Told
from ...machine import Machine, Stage, State, initial
from ...oracle.nondeterminism import TooManyStates
from ...oracle.observability import GONE
from ..engines.packing import FieldTooNarrow
from .events import Asked, Event, Glance, Reset, Seen
from .forks import Fork, Likeness
from .tabulation import Answering, Tabulation

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


class Course:
    """Where a world is and how it came there, and how many events there were in all worlds.

    ``before`` is the place before the ``last`` command, and ``since`` has what was seen after it and left fewer states.
    Where an oracle keeps the states, or nobody, the place is None.  ``quiet`` counts the events that told nothing.
    """

    __slots__ = ("before", "events", "last", "place", "quiet", "since")

    def __init__(self) -> None:
        self.events = self.quiet = 0

    def begin(self, start: Place) -> None:
        """A world begins."""
        self.place: Place | None = start
        self.before = start
        self.last: Event | None = None
        self.since: tuple[Event, ...] = ()


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
        self._answers: dict[Asked, Answering] = {}
        self._subsets: dict[tuple[tuple[int, ...], frozenset[str]], Subset] = {}
        self._shown: dict[int, Seen] = {}  # of a state, what was seen last that fits it
        self._learned = 0
        self.start = self.place((start,))

    @property
    def full(self) -> bool:
        """Whether it remembers as much as it may."""
        return self._made.learned + self._learned + len(self._shown) > self.largest

    def renew(self, course: Course) -> None:
        """Forget all but where the world is."""
        self.renewals += 1
        places = [course.before] if course.place is None else [course.before, course.place]
        known = [(self.states(place), self.silent(place)) for place in places]
        self._forget()
        course.before, *now = (self.place(*each) for each in known)
        course.place = now[0] if now else None

    def place(self, states: tuple[State, ...], silent: frozenset[str] = NONE) -> Place:
        """The place of these states."""
        return self._place(tuple(map(self._made.pack, states)), silent)

    def states(self, place: Place) -> tuple[State, ...]:
        """The states of a place."""
        return tuple(map(self._made.packing.unpack, place.states if isinstance(place, Subset) else (place,)))

    def silent(self, place: Place) -> frozenset[str]:
        """The silent requirements that keep the states of a place apart."""
        return place.silent if isinstance(place, Subset) else NONE

    def run(self, course: Course, events: Iterator[tuple[int, Any]]) -> tuple[int, Event | Reset] | None:
        """Follow events from one state for as long as each asks for one command and leaves one state.

        Gives back the first of another kind, and None where there is none.  It raises what the iterator raises.
        """
        place, before, last, count, quiet = course.place, course.before, course.last, 0, 0
        assert isinstance(place, int)
        known_answers, shown, fits, made = self._answers, self._shown, self._fits, self._made
        try:
            for at, event in events:
                answers = known_answers.get(event.asked) or self._answers_to(event.asked)
                if answers is None:
                    return at, event
                fork = answers.known.get(place & answers.mask)
                if type(fork) is not Fork:
                    try:
                        fork = made.fork(place, answers)
                    except (TooManyStates, FieldTooNarrow):
                        return at, event
                fitting = fork.known.get(event.told_id)
                moves = self._fitting_ways(fork, event.told) if fitting is None else fitting[0]
                if len(moves) != 1:
                    return at, event
                after, seen = place + moves[0], event.seen
                if seen is None:
                    quiet += event.told.outcome is None
                elif shown.get(after) is not seen and not fits(after, seen):
                    return at, event
                count += 1
                before, last, place = place, event, after
            return None
        finally:
            course.place, course.before, course.last = place, before, last
            course.since = () if count else course.since
            course.events += count
            course.quiet += quiet

    def move(self, place: Place, event: Event) -> Place | None:
        """Where the event leads to, or None where no state fits it."""
        if isinstance(place, int):
            return self._spread((place,), NONE, event)
        known = place.moves.get(event)
        if known is None:
            known = self._spread(place.states, place.silent, event)
            if known is not None and len(place.states) <= FEW:
                place.moves[event] = known
                self._learned += 1
        return known

    def _spread(self, states: tuple[int, ...], silent: frozenset[str], event: Event) -> Place | None:
        """Where the event leads to from these states."""
        if event.asked is not None:
            told_id, ways = event.told_id, 0
            commands = [self._made.answering(command) for command in event.asked.commands]
            after: dict[int, None] = {}
            for packed in states:
                for answers in commands:
                    fork = answers.known.get(packed & answers.mask)
                    if type(fork) is not Fork:
                        fork = self._made.fork(packed, answers)
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

    def _answers_to(self, asked: Asked | None) -> Answering | None:
        """How what was asked is answered; None where it is not one command that is known to have been given."""
        if asked is None or len(asked.commands) > 1 or asked.idle:
            return None
        found = self._answers[asked] = self._made.answering(asked.commands[0])
        return found

    def _reached(self, states: tuple[int, ...], asked: Asked) -> int:
        """How many states can be reached from these, whatever came of what was asked."""
        commands = [self._made.answering(command) for command in asked.commands]
        forks = ((packed, self._made.fork(packed, each)) for packed in states for each in commands)
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
        visible, look_up, agrees, left = self._made.visible, self._made.look_up, self._agrees, len(seen.glances)
        # a look may come upon names that are new
        for name in list(visible) if seen.whole else seen.glances.keys() & visible.keys():
            tree = visible[name]
            likeness = tree.known.get(packed & tree.mask) or look_up(tree, packed)
            glance = seen.glances.get(name)
            if glance is None:
                glance = seen.gone[name]
            else:
                left -= 1
            if not likeness.known.get(glance) and not agrees(likeness, glance):
                return False
        if left and not all(agrees(Likeness([GONE]), seen.glances[name]) for name in seen.glances.keys() - visible):
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
