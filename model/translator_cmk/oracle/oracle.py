"""The oracle: every state that silence leaves possible, and what all of them demand of a system.

It is used as a system is, and answers with what is demanded.  ``submit`` gives the outcome, which is `Unspecified`
where silence leaves it open; ``observe`` gives the value of each field, or `UNSPECIFIED`.  ``narrow`` compares what a
system did, and keeps the states that fit.

A command is unspecified in three ways.  A silent row of it may hold or not.  Where a `Silent` row speaks of it, it may
be refused without a reason, or go on as if that row were not there.  Where all that it would do is silent, it may be
refused as well.  In the last two ways a system may also do a third thing to the entities that the command names and to
all that depend on them.  What no state explains then goes uncompared until `reset`, and the rest is still compared.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from ..language.facts import ABSENT, Fact
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
from ..machine.rows import Effect
from .choices import TooManyStates
from .dependence import NOTHING, Entities, depending, drawn_in, named_by, without, words
from .explain import Difference, Suspects, Unmet
from .sights import (
    GONE,
    UNSPECIFIED,
    Look,
    Looks,
    Name,
    Shown,
    agreement,
    alike,
    differences,
    look_in,
    looks_of,
    matches,
    names_in,
    observation_of,
    observations_of,
)
from .ways import Way, Ways, demanded, fits, may_be, says, ways

LIMIT = 4096
"""How many states, and how many choices in one step, are kept at most."""

EVERYTHING = Shown()

KIND = {kind.word: kind for kind, _, _ in SEEN}

NONE: frozenset[str] = frozenset()

Claim = Callable[[Observation, Outcome, Observation], bool]
"""What a `Then` says of a command: of what was seen before it, what came of it, and what was seen after it."""


class Asked(NamedTuple):
    """What the last command may have been, and every way in which it may have gone before anything was seen of it."""

    commands: tuple[Command, ...]
    every: tuple[Way, ...]
    outcome: Outcome
    parting: frozenset[str]  # the silent requirements that part the ways
    compared: bool  # whether what came of it is
    left_open: bool  # whether silence leaves open what comes of it, and not only which command it was

    @property
    def anything_goes(self) -> bool:
        """Whether a system may do a third thing to what the command names."""
        return any(isinstance(way.outcome, Unspecified) for way in self.every)


class Oracle:
    """What the rows of a machine demand of a system where some of them are silent.

    ``shown`` says what the system shows.  Any method raises `TooManyStates` beyond ``limit`` states.
    """

    ways: tuple[Way, ...]
    """How the last command may have gone, as far as that is not known to be otherwise."""

    states: tuple[State, ...]
    """Where the system may be."""

    def __init__(self, machine: Machine, shown: Shown = EVERYTHING, limit: int = LIMIT) -> None:
        self.machine = machine
        self.shown = shown
        self.limit = limit
        self._suspects = Suspects(machine, limit)
        self._use_keys = {row.on for row in machine.rows if isinstance(row, Effect) and row.uses}
        self.reset()

    def reset(self, stage: Stage = DEFAULT_STAGE) -> None:
        """Start afresh, with nothing but the stage."""
        self.resume((initial(stage),))

    def resume(self, states: tuple[State, ...], silent: frozenset[str] = NONE) -> None:
        """Go on from these states, which the silent requirements keep apart, with nothing that is uncompared."""
        self.uncompared: Entities = NOTHING
        self._silent = silent  # the silent requirements that keep states apart, or something uncompared
        self._known: dict[State, Looks] = {}
        self._asked = Asked((), tuple(Way(each, each, Accepted()) for each in states), Accepted(), NONE, True, False)
        self._keep(self._asked.every)

    @property
    def silent(self) -> frozenset[str]:
        """The silent requirements that keep states apart, or something uncompared."""
        return self._silent

    @property
    def compared(self) -> bool:
        """Whether what comes of the last command is compared."""
        return self._asked.compared

    def submit(self, command: Command) -> Outcome:
        """Let every possible state go on, and say what is demanded to come of the command."""
        if len(self.states) == 1 and not self.machine.silent and not self.uncompared:
            (before,) = self.states
            after, outcome = self.machine.step(before, command)
            if not isinstance(outcome, Unspecified):  # nothing is left open, so that the step is all there is
                way = Way(before, after, outcome)
                self.ways, self.states = (way,), (after,)
                if after is not before:
                    self._known = {}
                self._asked = Asked((command,), self.ways, outcome, NONE, True, False)
                return outcome
        return self.submit_any((command,))

    def submit_any(self, commands: tuple[Command, ...], idle: bool = False) -> Outcome:
        """The same of one of several commands, of which it is not known which it was.

        With ``idle`` it may also be that none of them was carried out.
        """
        by_command = [[ways(self.machine, state, each, self.limit) for state in self.states] for each in commands]
        stays = [[Ways((Way(state, state, Refused()),)) for state in self.states]] if idle else []
        found = [each for of_state in zip(*by_command, *stays, strict=True) for each in of_state]
        every = tuple(dict.fromkeys(way for each in found for way in each.ways))
        parting = NONE.union(*(each.parting for each in found))
        parting_outcomes = NONE.union(*(each.parting_outcomes for each in found))
        if len({frozenset(type(way.outcome) for way in each.ways) for each in found}) > 1:
            parting_outcomes |= self._silent
        compared = not any(named_by(command) & self.uncompared for command in commands)
        outcome = demanded((way.outcome for way in every), parting_outcomes) if compared else Unspecified(self._silent)
        alone = (demanded((way.outcome for each in found for way in each.ways), NONE) for found in by_command)
        left_open = bool(parting_outcomes) and any(isinstance(each, Unspecified) for each in alone)
        self.uncompared |= NOTHING.union(*(drawn_in(command, self.uncompared) for command in commands))
        self._keep(every)
        self._silent |= parting
        self._asked = Asked(commands, every, outcome, parting, compared, left_open)
        return outcome

    def observe(self) -> Observation:
        """What is demanded to be seen.

        `UNSPECIFIED` is the value of a field that may have any, and of `exists` for an entity that may be there or not.
        """
        looks: dict[Name, Look] = {name: self._agreement(name, self.states) for name in self._names(self.states)}
        doubted = {name: {"exists": UNSPECIFIED} for name in words(self.uncompared) if name[0] in KIND}
        return observation_of(looks | doubted)

    def demands(self, then: Outcome | Fact | Claim) -> bool:
        """Whether it is so in every way that is possible.

        Of an outcome this much has to be so (see `says`); `Unspecified` is so where these requirements leave it open.
        """
        if isinstance(then, Fact):
            name = (then.kind, then.name)
            looks = [look for state in self.states for look in self._looks(state).get(name, [GONE])]
            seen = all(alike(look.get(then.field, ABSENT), then.value) for look in looks)
            return seen and name not in words(self.uncompared)
        if isinstance(then, Unspecified):
            return isinstance(self._asked.outcome, Unspecified) and then.silent <= self._asked.outcome.silent
        if isinstance(then, Outcome):
            return self._asked.compared and all(says(way.outcome, then) for way in self.ways)
        return not self.uncompared and all(
            then(before, way.outcome, after)
            for way in self.ways
            for before in observations_of(self._looks(way.before), self.limit)
            for after in observations_of(self._looks(way.after), self.limit)
        )

    def narrow(
        self, outcome: Outcome | None = None, observation: Observation | None = None, shown: Shown | None = None
    ) -> tuple[Difference, ...]:
        """Keep the states that fit what a system did and what it showed; the demands that it did not meet.

        ``shown`` says what it showed this time, where that is not what it always shows.
        Where there are any, nothing is learnt, and only `reset` leads on.
        """
        asked, fitting, skip = self._asked, self.ways, words(self.uncompared)
        shown = shown or self.shown
        if isinstance(outcome, Accepted) and not any(type(command) in self._use_keys for command in asked.commands):
            outcome = Accepted(outcome.by)  # nothing is said of what else uses a key
        unmet: list[Unmet] = []
        if outcome is not None and asked.compared:
            fitting = tuple(way for way in self.ways if fits(way.outcome, outcome, shown))
            if not fitting and asked.left_open:
                fitting = tuple(way for way in self.ways if may_be(way.outcome, outcome))
            if not fitting:
                unmet.append((asked.outcome, outcome))
        if observation is not None:
            matching = tuple(way for way in fitting if matches(self._looks(way.after), observation, skip, shown))
            if matching:
                fitting = matching
            else:
                accepted = any(isinstance(way.outcome, Accepted) for way in fitting)
                states = distinct(way.after for way in (asked.every if accepted or not fitting else fitting))
                scope = self._scope() if accepted else NOTHING
                skipped = skip | words(scope) if asked.anything_goes else skip
                unmet += self._unmet(states, observation, skipped, shown)
                if not unmet and (self._silent or len(states) == 1):
                    self.uncompared |= scope | self._unclear(states)
                elif not unmet:  # they differ only since it is not known what was done, so that one of them has to fit
                    unmet += self._nearest(distinct(way.after for way in fitting), observation, skip, shown)
        if unmet:
            if not asked.commands:
                return tuple(Difference(*each) for each in unmet)
            before = asked.every[0].before
            return self._suspects.explain(unmet, asked.commands, before, outcome, observation, skip, shown)
        self._keep(fitting)
        if len(self.states) == 1 and not self.uncompared:
            self._silent = NONE
        return ()

    def _keep(self, kept: tuple[Way, ...]) -> None:
        """Go on with these ways; of states that differ in nothing that is compared, with one."""
        states = distinct(way.after for way in kept)
        if len(states) > self.limit:
            raise TooManyStates(self.limit)
        if self.uncompared:
            self.uncompared = depending(self.uncompared, states)
            states = tuple({without(state, self.uncompared): state for state in states}.values())
        self.ways = kept
        self.states = states
        self._known = {state: self._known[state] for state in states if state in self._known}

    def _looks(self, state: State) -> Looks:
        """What every entity of the state may look like."""
        if state not in self._known:
            self._known[state] = looks_of(self.machine, state, self.limit)
        return self._known[state]

    def _names(self, states: Iterable[State]) -> set[Name]:
        """Every entity of any of the states."""
        return {name for state in states for name in self._looks(state)}

    def _agreement(self, name: Name, states: Iterable[State]) -> Look:
        """What all that the entity may look like in these states has in common."""
        return agreement(look for state in states for look in self._looks(state).get(name, [GONE]))

    def _scope(self) -> Entities:
        """What the last command names and all that depends on it, where silence leaves open what the command does."""
        if not self._asked.parting:
            return NOTHING
        both = (state for way in self._asked.every for state in (way.before, way.after))
        named = NOTHING.union(*(named_by(command) for command in self._asked.commands))
        return depending(named, distinct(both))

    def _unclear(self, states: tuple[State, ...]) -> Entities:
        """What the states do not agree on."""
        names = (name for name in self._names(states) if UNSPECIFIED in self._agreement(name, states).values())
        return frozenset((KIND[kind], name) for kind, name in names)

    def _nearest(
        self, states: tuple[State, ...], observation: Observation, skip: set[Name], shown: Shown
    ) -> list[Unmet]:
        """The facts that the state demands that comes nearest to what was seen, each with what was seen instead."""
        return min((list(self._unmet((state,), observation, skip, shown)) for state in states), key=len)

    def _unmet(
        self, states: tuple[State, ...], observation: Observation, skip: set[Name], shown: Shown
    ) -> Iterator[Unmet]:
        """The facts that all the states demand, each with what was seen instead."""
        for name in sorted(self._names(states).union(names_in(observation)) - skip):
            yield from differences(name, self._agreement(name, states), look_in(observation, name), shown)


def distinct(states: Iterable[State]) -> tuple[State, ...]:
    """The states, each once."""
    return tuple(dict.fromkeys(states))
