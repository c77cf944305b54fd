"""The oracle: every state that silence leaves possible, and what all of them demand of a system.

It is used as a system is, and answers with what is demanded.  ``submit`` gives the outcome, which is `Unspecified` where
silence leaves it open; ``observe`` gives the value of each field, or `UNSPECIFIED`.  ``narrow`` holds against that what
a system did, and keeps the states that fit.

A command is unspecified in three ways.  A silent row of it may hold or not.  Where a `Silent` row speaks of it, it may be
refused without a reason, or go on as if that row were not there.  Where all that it would do is silent, it may be refused
as well.  In the last two ways a system may also do a third thing to the entities that the command names and to all that
depend on them: these then go uncompared until `reset`.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import chain, product
from math import prod

from ..facts import Fact, holds
from ..machine import (
    DEFAULT_STAGE,
    Accepted,
    Command,
    Machine,
    Observation,
    Outcome,
    Refused,
    Stage,
    State,
    Unspecified,
    initial,
)
from ..machine.observation import SEEN
from .choices import TooManyStates
from .dependence import Entities, depending, drawn_in, named_by, with_readers, without
from .explain import Difference, Suspects
from .sights import GONE, UNSPECIFIED, Look, Name, Shown, agreement, differences, look_in, looks_of, names_in
from .ways import Way, demanded, may_be, ways

LIMIT = 4096
"""How many states, and how many choices in one step, are kept at most."""

EVERYTHING = Shown()

KIND = {kind.word: kind for kind, _, _ in SEEN}

Claim = Callable[[Observation, Outcome, Observation], bool]
"""What a `Then` says of a command: of what was seen before it, what came of it, and what was seen after it."""


class Asked:
    """The last command, and every way in which it may have gone before anything was seen of it."""

    def __init__(self, command: Command | None, every: Iterable[Way], outcome: Outcome, parting: Collection[str]) -> None:
        self.command = command
        self.every = tuple(every)
        self.outcome = outcome
        self.parting = parting  # the silent requirements that part the ways
        self.compared = True  # whether its outcome is
        self.seen: Outcome | None = None


class Oracle:
    """What the rows of a machine demand of a system where some of them are silent.

    ``shown`` says what the system shows.  ``submit``, ``narrow`` and ``demands`` raise `TooManyStates` beyond ``limit``.
    """

    def __init__(self, machine: Machine, shown: Shown = EVERYTHING, limit: int = LIMIT) -> None:
        self.machine = machine
        self.shown = shown
        self.limit = limit
        self._suspects = Suspects(machine)
        self.reset()

    def reset(self, stage: Stage = DEFAULT_STAGE) -> None:
        """Start afresh, with nothing but the stage."""
        start = initial(stage)
        self.uncompared: Entities = frozenset()
        self._silent: frozenset[str] = frozenset()  # the silent requirements that keep states apart, or uncompared
        self._asked = Asked(None, [Way(start, start, Accepted())], Accepted(), ())
        self._keep(self._asked.every)

    def submit(self, command: Command) -> Outcome:
        """Let every possible state go on, and say what is demanded to come of the command."""
        found = [ways(self.machine, state, command, self.limit) for state in self.states]
        every = tuple(dict.fromkeys(way for each in found for way in each.ways))
        parting_outcomes = frozenset[str]().union(*(each.parting_outcomes for each in found))
        if len({frozenset(type(way.outcome) for way in each.ways) for each in found}) > 1:
            parting_outcomes |= self._silent
        asked = Asked(
            command,
            every,
            demanded((way.outcome for way in every), parting_outcomes),
            frozenset[str]().union(*(each.parting for each in found)),
        )
        if named_by(command) & self.uncompared:
            asked.compared = False
            asked.outcome = Unspecified(self._silent)
            self.uncompared |= drawn_in(command, self.uncompared)
        self._keep(every)
        self._silent |= asked.parting
        self._asked = asked
        return asked.outcome

    def observe(self) -> Observation:
        """What is demanded to be seen; a field that may have any value has the value `UNSPECIFIED`."""
        observation: Observation = {word: {} for word in KIND}
        uncompared = words(self.uncompared)
        for name in sorted({name for state in self.states for name in self._looks(state)} | uncompared):
            look = {"exists": UNSPECIFIED} if name in uncompared else self._agreement(name, self.states)
            if name[0] in KIND and look["exists"] is not False:
                fields = {field: value for field, value in look.items() if field != "exists" or value is not True}
                observation[name[0]][name[1]] = fields
        return observation

    def demands(self, then: Outcome | Fact | Claim) -> bool:
        """Whether it is so in every way that is possible.

        An outcome is taken for at least what it says: an acceptance by these and more, a refusal because of these if any.
        """
        if isinstance(then, Fact):
            name = (then.kind, then.name)
            if name in words(self.uncompared):
                return False
            looks = (self._looks(state).get(name, [GONE]) for state in self.states)
            return all(holds(then, as_observation({name: look})) for look in chain(*looks))
        if isinstance(then, Outcome):
            return self._asked.compared and all(includes(way.outcome, then) for way in self.ways)
        return not self.uncompared and all(
            then(before, way.outcome, after)
            for way in self.ways
            for before in self._observations(way.before)
            for after in self._observations(way.after)
        )

    def narrow(self, outcome: Outcome | None = None, observation: Observation | None = None) -> tuple[Difference, ...]:
        """Keep the states that fit what a system did, and what it then showed; either can be left out.

        What is given back is empty, or else the demands that were not met.  Then nothing is kept from it: `reset`.
        """
        fitting = self.ways
        found: list[tuple[Outcome | Fact, Outcome | Fact]] = []
        if outcome is not None and self._asked.compared:
            self._asked.seen = outcome
            fitting = self._fitting(outcome)
            if not fitting:
                found.append((self._asked.outcome, outcome))
                fitting = self.ways
        if observation is not None:
            skip = words(self.uncompared)
            matching = tuple(way for way in fitting if self._matches(self._looks(way.after), observation, skip))
            if not matching or found:
                found += self._unmet(fitting, observation, bool(found))
            else:
                fitting = matching
        if found:
            return self._explained(found, outcome, observation)
        self._keep(fitting)
        if len(self.states) == 1 and not self.uncompared:
            self._silent = frozenset()
        return ()
