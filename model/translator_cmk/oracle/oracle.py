"""The oracle: every state that silent rows allow, and what all of these states demand of a system.

It is used as a system is, and answers with what is demanded.  ``submit`` gives the outcome, which is `Unspecified`
where it depends on silent rows; ``observe`` gives the value of each field, or `UNSPECIFIED`.  ``narrow`` compares what
a system did, and keeps the states that fit.

A command is unspecified in three ways.  A silent row of it may hold or not.  Where a `Silent` row applies, it may
be refused without a reason, or go on as if that row were not there.  Where all that it would do is silent, it may be
refused as well.  In the last two ways a system may also do a third thing to the entities that the command names and to
all that depend on them, unless the row says that it is not free to.  What no state explains is then not compared until
`reset`, and the rest is still compared.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from ..language.facts import Fact
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
from ..machine.entities import ENTITY_KINDS, Entity, Location, Subscription, Tenant, Tier
from ..machine.observation import OBSERVED_KINDS
from ..machine.rows import Effect
from .attribution import Difference, Differs, FailedStep
from .fitting import fits_answer, fits_kind, fits_observation
from .nondeterminism import TooManyStates
from .observability import (
    GONE,
    UNSPECIFIED,
    Name,
    Projection,
    Projections,
    Shown,
    agreement,
    alike,
    differences,
    names_in,
    observation_of,
    observations_of,
    projection_in,
    projections_of,
    values_of,
)
from .transitions import Transition, Transitions, demanded, implies, transitions

# Which entities a command names, and which depend on them

Entities = frozenset[tuple[type[Entity], str]]

NOTHING: Entities = frozenset()

STAGE = (Tenant, Location, Tier, Subscription)


def words(entities: Entities) -> set[tuple[str, str]]:
    """Return the entities by the words for their kinds, as observations have them."""
    return {(kind.word, name) for kind, name in entities}


def named_by(command: Command) -> Entities:
    """Return the entities that the command names; those of the stage only if it names no others."""
    named = frozenset((kind, name) for kind, name, _ in command.names())
    return frozenset(each for each in named if each[0] not in STAGE) or named


def drawn_in(command: Command, uncompared: Entities) -> Entities:
    """Return what a command makes depend on uncompared entities that it names, and what is new."""
    kinds = {kind for kind, name in named_by(command) & uncompared}
    return frozenset(
        (kind, name) for kind, name, new in command.names() if kinds and (new or kinds & set(kind.links.values()))
    )


def depending(on: Entities, states: Iterable[State]) -> Entities:
    """Return these entities and all that depend on any of them in any of the states."""
    found = set(on)
    for state in states if on else ():
        for kind in ENTITY_KINDS:  # nobody's link leads to its right
            links = [(kind.fields.index(field), to) for field, to in kind.links.items()]
            for name, record in state.tables[kind].items():
                if any((to, record[index]) in found for index, to in links):
                    found.add((kind, name))
    return frozenset(found)


def without(state: State, entities: Entities) -> State:
    """Return the state without these entities."""
    tables = {
        kind: {name: record for name, record in table.items() if (kind, name) not in entities}
        for kind, table in state.tables.items()
    }
    return State(tables)


# The oracle

LIMIT = 4096
"""How many states, and how many choices in one step, are kept at most."""

KIND = {kind.word: kind for kind, _, _ in OBSERVED_KINDS}

NONE: frozenset[str] = frozenset()

Predicate = Callable[[Observation, Outcome, Observation], bool]
"""What a `Then` says of a command: about the observation before it, its outcome, and the observation after it."""


class LastCommand(NamedTuple):
    """The commands that the last one may have been, and every transition that it may have made before its answer."""

    commands: tuple[Command, ...]
    every: tuple[Transition, ...]
    outcome: Outcome
    deciding: frozenset[str]  # the silent requirements on which the transition depends
    compared: bool  # whether its outcome is
    anything_goes: bool  # whether a system may do a third thing to the entities that the command names


class Oracle:
    """Computes what the rows of a machine demand of a system where some of them are silent.

    ``shown`` says what the system shows.  Any method raises `TooManyStates` beyond ``limit`` states.
    """

    transitions: tuple[Transition, ...]
    """The transitions that the last command may have made, by all that is known."""

    states: tuple[State, ...]
    """The states that the system may be in."""

    def __init__(self, machine: Machine, shown: Shown | None = None, limit: int = LIMIT) -> None:
        self.machine = machine
        self.shown = shown or Shown()
        self.limit = limit
        self._use_keys = {row.on for row in machine.rows if isinstance(row, Effect) and row.uses}
        self.reset()

    def reset(self, stage: Stage = DEFAULT_STAGE) -> None:
        """Start again from the stage alone."""
        self.uncompared: Entities = NOTHING
        self.silent = NONE  # the silent requirements that keep states apart, or something uncompared
        every = (Transition(initial(stage), initial(stage), Accepted()),)
        self.last = LastCommand((), every, Accepted(), NONE, True, False)
        self.answer: Outcome | None = None  # what the system answered to the last command, as far as it is known
        self._keep(every)

    def submit(self, *commands: Command, idle: bool = False) -> Outcome:
        """Let every possible state make its transitions, and return the outcome that is demanded.

        Of several commands it is not known which it was; with ``idle`` it may also be that none was carried out.
        """
        found = [transitions(self.machine, state, each, self.limit) for each in commands for state in self.states]
        if idle:
            found += [Transitions((Transition(state, state, Refused()),)) for state in self.states]
        every = tuple(dict.fromkeys(transition for each in found for transition in each.possible))
        deciding = NONE.union(*(each.deciding for each in found))
        deciding_outcomes = NONE.union(*(each.deciding_outcomes for each in found))
        if len({frozenset(type(transition.outcome) for transition in each.possible) for each in found}) > 1:
            deciding_outcomes |= self.silent
        compared = not any(named_by(command) & self.uncompared for command in commands)
        outcome = demanded(every, deciding_outcomes) if compared else Unspecified(self.silent)
        self.uncompared |= NOTHING.union(*(drawn_in(command, self.uncompared) for command in commands))
        self._keep(every)
        self.silent = self.silent | deciding if len(self.states) > 1 or self.uncompared else NONE
        free = any(each.free for each in found) and any(isinstance(each.outcome, Unspecified) for each in every)
        self.last = LastCommand(commands, every, outcome, deciding, compared, free)
        self.answer = None
        return outcome

    def observe(self) -> Observation:
        """Return the observation that is demanded.

        `UNSPECIFIED` is the value of a field that may have any, and of `exists` for an entity that may be there or not.
        """
        doubted = {name: {"exists": UNSPECIFIED} for name in words(self.uncompared) if name[0] in KIND}
        return observation_of({**self._agreements(self.states), **doubted})

    def demands(self, then: Outcome | Fact | Predicate) -> bool:
        """Return whether it holds in every transition that is possible.

        An outcome has to imply it (see `implies`); `Unspecified` holds where the outcome depends on these requirements.
        """
        if isinstance(then, Fact):
            seen = (value for state in self.states for value in values_of(self._projections(state), then))
            compared = (then.kind, then.name) not in words(self.uncompared)
            return compared and all(alike(value, then.value) for value in seen)
        if isinstance(then, Unspecified):
            return isinstance(self.last.outcome, Unspecified) and then.silent <= self.last.outcome.silent
        if isinstance(then, Outcome):
            return self.last.compared and all(implies(transition.outcome, then) for transition in self.transitions)
        return not self.uncompared and all(
            then(before, transition.outcome, after)
            for transition in self.transitions
            for before in observations_of(self._projections(transition.before), self.limit)
            for after in observations_of(self._projections(transition.after), self.limit)
        )

    def narrow(
        self, outcome: Outcome | None = None, observation: Observation | None = None, shown: Shown | None = None
    ) -> Differs | None:
        """Keep the states that fit what a system did and showed; return how it differs from what is demanded, if so.

        ``shown`` says what it showed this time, where that is not what it always shows.
        After a difference nothing is learnt, and only `reset` leads on.
        """
        last = self.last
        shown = shown or self.shown
        uncompared = words(self.uncompared)
        fitting = self.transitions
        differences: list[Difference] = []
        if isinstance(outcome, Accepted) and not any(type(command) in self._use_keys for command in last.commands):
            outcome = Accepted(outcome.by)  # the specification does not say what else uses a key
        if outcome is not None and last.compared:
            fitting = self._answering(outcome, shown)
            if not fitting:
                differences.append(Difference(last.outcome, outcome))
        if observation is not None:
            matching = tuple(
                transition
                for transition in fitting
                if fits_observation(self.machine, transition.after, observation, uncompared, shown, self.limit)
            )
            if matching:
                fitting = matching
            else:
                differences += self._mismatches(fitting, observation, uncompared, shown)
        answer = self.answer if outcome is None else outcome
        if differences:
            before = tuple(dict.fromkeys(transition.before for transition in last.every))
            step = FailedStep(
                self.machine,
                self.limit,
                before,
                last.commands,
                last.outcome,
                answer,
                observation,
                uncompared,
                shown,
            )
            return Differs(tuple(differences), step)
        self.answer = answer
        self._keep(fitting)
        if len(self.states) == 1 and not self.uncompared:
            self.silent = NONE
        return None

    def _answering(self, outcome: Outcome, shown: Shown) -> tuple[Transition, ...]:
        """Return the transitions that a system may make which answers like this."""
        fitting = tuple(
            transition
            for transition in self.transitions
            if fits_answer(self.machine, transition, self.last.commands, outcome, shown)
        )
        if not fitting and isinstance(self.last.outcome, Unspecified) and self.last.outcome.silent:
            fitting = tuple(transition for transition in self.transitions if fits_kind(transition.outcome, outcome))
        return fitting

    def _keep(self, kept: tuple[Transition, ...]) -> None:
        """Go on with these transitions; of states that differ in nothing that is compared, with one."""
        states = tuple(dict.fromkeys(transition.after for transition in kept))
        if len(states) > self.limit:
            raise TooManyStates(self.limit)
        if self.uncompared:
            self.uncompared = depending(self.uncompared, states)
            states = tuple({without(state, self.uncompared): state for state in states}.values())
        self.transitions = kept
        self.states = states

    def _projections(self, state: State) -> Projections:
        """Return every projection that each entity of the state may have."""
        return projections_of(self.machine, state, self.limit)

    def _agreements(self, states: Iterable[State]) -> dict[Name, Projection]:
        """Return for each entity of any of these states what all its projections in them have in common."""
        every = [self._projections(state) for state in states]
        names = dict.fromkeys(name for each in every for name in each)
        return {name: agreement(one for each in every for one in each.get(name, [GONE])) for name in names}

    def _mismatches(
        self, fitting: tuple[Transition, ...], observation: Observation, skip: set[Name], shown: Shown
    ) -> list[Difference]:
        """Return the demands that are violated where no fitting transition leads to what was seen.

        Where none is, since the system did a third thing or was not seen in time, that goes uncompared.
        """
        last = self.last
        accepted = any(isinstance(transition.outcome, Accepted) for transition in fitting)
        possible = last.every if last.anything_goes or not fitting else fitting
        states = tuple(dict.fromkeys(transition.after for transition in possible))
        scope = NOTHING
        if accepted and last.deciding:
            named = NOTHING.union(*(named_by(command) for command in last.commands))
            scope = depending(named, [state for each in last.every for state in (each.before, each.after)])
        skipped = skip | words(scope) if last.anything_goes else skip
        differences = self._differences(states, observation, skipped, shown)
        if differences:
            return differences
        if self.silent or len(states) == 1:
            agreed = self._agreements(states).items()
            unclear = {(KIND[kind], name) for (kind, name), each in agreed if UNSPECIFIED in each.values()}
            self.uncompared |= scope | unclear
            return []
        # the states differ only in which command it was, so one of them has to fit
        return min((self._differences((each,), observation, skip, shown) for each in states), key=len)

    def _differences(
        self, states: tuple[State, ...], observation: Observation, skip: set[Name], shown: Shown
    ) -> list[Difference]:
        """Return the facts that all the states demand, each with what was seen instead."""
        agreed = self._agreements(states)
        return [
            Difference(expected, seen)
            for name in sorted((agreed.keys() | set(names_in(observation))) - skip)
            for expected, seen in differences(name, agreed.get(name, GONE), projection_in(observation, name), shown)
        ]
