"""The oracle: what a specification with silent rows demands of a system.

Theory of operation
===================
A *silent* row may apply or not.  A system need not say which, and it may choose otherwise each
time.  So the oracle keeps the set of all states that the system may be in.

- **A command** takes each of these states to all the states that a choice of silent rows leads to
  (`transitions`).
- **What all of them agree on is demanded**; where they differ, nothing is (`agreement`).
- **What the system did and showed narrows the set**: the transitions that fit it are kept
  (`fitting`).  If there is none, the system differs.

The oracle is used as a system is.  `Oracle.submit` returns the outcome that is demanded,
`Oracle.observe` the observation, and `Oracle.narrow` compares.

A command is unspecified in three ways:

1. A silent row of it may apply or not.
2. A row of the kind `Silent` applies: it may be refused without a reason, or go on as if that row
   were not there.
3. All that it would do is silent: it may be refused as well.

In the last two ways a system is *free*: it may also do a third thing to the entities that the
command names, or to those that the row says, and to what depends on them (`affected`).  Nothing is
demanded of them until they are observed.  A look closes what is open (`frame`): the states go on
with what was seen (`closing`).  What no state explains even so, and no sentence forbids, is
*uncompared* until the next reset, and the rest is still compared.  So is what follows from
something else that is shown (`derived`).
"""

from collections.abc import Callable, Iterable, Iterator, Set
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
from ..machine.entities import Entity
from ..machine.rows import Effect
from .affected import (
    NO_ENTITIES,
    Entities,
    depending,
    drawn_in,
    named_by_any,
    reached,
    without,
    words,
)
from .agreement import UNSPECIFIED, agreed_outcome, agreed_projection, alike, implies
from .attribution import NO_REQUIREMENTS, Difference, Differs, FailedStep
from .closing import Done, Log, closed, since_last_look
from .derived import contradictions
from .fitting import (
    Seen,
    differences,
    fits_kind,
    fits_observation,
    fits_outcome,
    may_be_undisplayed,
)
from .frame import KIND_BY_WORD
from .nondeterminism import TooManyStates
from .projections import (
    GONE,
    Projection,
    Projections,
    names_in,
    observation_of,
    observations_of,
    projection_in,
    projections_of,
    values_of,
)
from .shown import Name, Shown
from .transitions import Transition, Transitions, transitions, transitions_by_reads

LIMIT = 4096
"""How many states, and how many choices in one step, are kept at most."""

FEW = 8
"""How many states a command is asked in without looking for what they have in common."""

Predicate = Callable[[Observation, Outcome, Observation], bool]
"""What a `Then` says of the observation before a command, its outcome, and the one after it."""


class LastCommand(NamedTuple):
    """What is known of the last command.

    ``commands``: those that it may have been.
    ``possible``: every transition that it may have made.
    ``outcome``: the one that is demanded.
    ``deciding``: the silent requirements on which the transition depends.
    ``compared``: whether its outcome is.
    ``free``: the entities to which a system may do a third thing.
    ``looks``: what the looks since then have shown.
    """

    commands: tuple[Command, ...]
    possible: tuple[Transition, ...]
    outcome: Outcome
    deciding: frozenset[str] = NO_REQUIREMENTS
    compared: bool = True
    free: Entities = NO_ENTITIES
    looks: tuple[Shown, ...] = ()


def possible_in(found: Iterable[Transitions]) -> tuple[Transition, ...]:
    """Return every transition that is possible, each once."""
    possible: dict[Transition, None] = {}
    for each in found:
        possible.update(dict.fromkeys(each.possible))
    return tuple(possible)


def entity_of(fact: Fact) -> tuple[type[Entity], str]:
    """Return the entity that a fact is about."""
    return KIND_BY_WORD[fact.kind], fact.name


def any_accepted(found: Iterable[Transition]) -> bool:
    """Return whether the command is accepted in any of the transitions."""
    return any(isinstance(transition.outcome, Accepted) for transition in found)


class Oracle:
    """Computes what the rows of a machine demand of a system where some of them are silent.

    ``shown`` says what the system shows.  Any method raises `TooManyStates` beyond ``limit``
    states.
    """

    states: tuple[State, ...]
    """The states that the system may be in."""

    transitions: tuple[Transition, ...]
    """The transitions that the last command may have made, by all that is known."""

    last: LastCommand

    answer: Outcome | None
    """What the system answered to the last command, as far as it is known."""

    uncompared: Entities
    """The entities of which nothing is demanded until the next reset."""

    freed: Entities
    """The entities to which a command before the last one may have done a third thing.

    Nothing is demanded of them until they are observed.
    """

    unseen: Log
    """What was done before the last command, and shown in part, since all was shown."""

    silent: frozenset[str]
    """The silent requirements that keep states apart, or that leave something uncompared."""

    def __init__(self, machine: Machine, shown: Shown | None = None, limit: int = LIMIT) -> None:
        self.machine = machine
        self.shown = shown or Shown()
        self.limit = limit
        self._use_keys = {row.on for row in machine.rows if isinstance(row, Effect) and row.uses}
        self.reset()

    def reset(self, stage: Stage = DEFAULT_STAGE) -> None:
        """Start again from the stage alone."""
        start = initial(stage)
        reset = Transition(start, start, Accepted())
        self.last = LastCommand((), (reset,), reset.outcome)
        self.answer = None
        self.uncompared = NO_ENTITIES
        self.freed = NO_ENTITIES
        self.silent = NO_REQUIREMENTS
        self.unseen = ()
        self._keep((reset,))

    # What is demanded

    def submit(self, *commands: Command, idle: bool = False) -> Outcome:
        """Let every possible state make its transitions, and return the outcome that is demanded.

        Of several commands it is not known which it was; with ``idle`` it may also be that none was
        carried out.
        """
        self.freed = self.open
        done = Done(self.last.commands, self.transitions)
        self.unseen = since_last_look((*self.unseen, done, *self.last.looks))
        found = self._transitions_of(commands, idle)
        possible = possible_in(found)
        deciding = NO_REQUIREMENTS.union(*(each.deciding for each in found))
        free = NO_ENTITIES.union(*(each.free for each in found))
        compared = named_by_any(commands).isdisjoint(self.uncompared | self.freed)
        if compared:
            outcome = self._demanded(found, possible)
        else:
            outcome = Unspecified(self.silent)

        self.uncompared |= drawn_in(commands, self.uncompared)
        self.freed |= drawn_in(commands, self.freed)
        self._keep(possible)
        if len(self.states) > 1 or self.uncompared or self.freed or free:
            self.silent |= deciding
        else:
            self.silent = NO_REQUIREMENTS

        self.last = LastCommand(commands, possible, outcome, deciding, compared, free)
        self.answer = None
        return outcome

    @property
    def open(self) -> Entities:
        """The entities to which any command so far may have done a third thing, unobserved."""
        return self.freed | reached(self.last.free, self._states_around())

    def _states_around(self) -> list[State]:
        """Return the states before and after the last command."""
        states: list[State] = []
        for transition in self.last.possible:
            states += (transition.before, transition.after)
        return states

    def _transitions_of(self, commands: Iterable[Command], idle: bool) -> list[Transitions]:
        """Return the transitions of each command from each state; with ``idle``, of none too.

        More states than can be kept are noticed at once, since all transitions of all states may
        take minutes.
        """
        found: list[Transitions] = []
        reached: set[State] = set()
        find = transitions_by_reads if len(self.states) > FEW else transitions
        for command in commands:
            for state in self.states:
                each = find(self.machine, state, command, self.limit)
                found.append(each)
                reached.update(transition.after for transition in each.possible)
                self._must_be_kept(reached)
        if idle:
            for state in self.states:
                found.append(Transitions((Transition(state, state, Refused()),)))
        return found

    def _must_be_kept(self, states: Set[State]) -> None:
        """Raise `TooManyStates` if these are too many, and nothing uncompared makes them fewer."""
        if len(states) > self.limit and not self.uncompared:
            raise TooManyStates(self.limit)

    def _demanded(self, found: Iterable[Transitions], possible: Iterable[Transition]) -> Outcome:
        """Return the outcome on which all possible transitions agree."""
        deciding: set[str] = set()
        kinds: set[frozenset[type[Outcome]]] = set()
        for each in found:
            deciding |= each.deciding_outcomes
            kinds.add(frozenset(type(transition.outcome) for transition in each.possible))
        if len(kinds) > 1:  # it depends on the state as well, so on what keeps the states apart
            deciding |= self.silent
        return agreed_outcome([transition.outcome for transition in possible], frozenset(deciding))

    def observe(self, more: Iterable[State] = ()) -> Observation:
        """Return the observation that is demanded: on which the possible states, and more, agree.

        `UNSPECIFIED` is the value of a field that may have any, and of `exists` for an entity that
        may be there or not.
        """
        agreed = self._agreed((*self.states, *more))
        for name in words(self.uncompared | self.open):
            kind, _ = name
            if kind in KIND_BY_WORD:
                agreed[name] = {"exists": UNSPECIFIED}
        return observation_of(agreed)

    def demands(self, claim: Outcome | Fact | Predicate) -> bool:
        """Return whether a claim holds in every transition that is possible.

        An outcome has to imply it (see `implies`); `Unspecified` holds where the outcome depends on
        these requirements.
        """
        match claim:
            case Fact():
                return self._demands_fact(claim)
            case Unspecified():
                outcome = self.last.outcome
                return isinstance(outcome, Unspecified) and claim.silent <= outcome.silent
            case Accepted() | Refused():
                outcomes = (transition.outcome for transition in self.transitions)
                return self.last.compared and all(implies(outcome, claim) for outcome in outcomes)
            case _:
                if self.uncompared or self.open:
                    return False
                return all(self._satisfies(transition, claim) for transition in self.transitions)

    def may_hold(self, fact: Fact) -> bool:
        """Return whether a fact holds in a possible state."""
        return any(fact.value in values_of(self._projections(state), fact) for state in self.states)

    def _demands_fact(self, fact: Fact) -> bool:
        """Return whether a fact holds in every possible state."""
        if (fact.kind, fact.name) in words(self.uncompared | self.open):
            return False
        for state in self.states:
            for value in values_of(self._projections(state), fact):
                if not alike(value, fact.value):
                    return False
        return True

    def _satisfies(self, transition: Transition, predicate: Predicate) -> bool:
        """Return whether a predicate holds of a transition, whatever it is observed to be."""
        for before in observations_of(self._projections(transition.before), self.limit):
            for after in observations_of(self._projections(transition.after), self.limit):
                if not predicate(before, transition.outcome, after):
                    return False
        return True

    # What the system did and showed

    def narrow(
        self,
        outcome: Outcome | None = None,
        observation: Observation | None = None,
        shown: Shown | None = None,
    ) -> Differs | None:
        """Keep what fits what a system did and showed, or return how it differs from demands.

        None stands for what is not known.  ``shown`` says what the system showed this time, if that
        is not what it always shows.  After a difference nothing is learnt, and only `reset` leads
        on.
        """
        seen = self._seen(outcome, observation, shown)
        fitting = self.transitions
        found: list[Difference] = []
        if seen.outcome is not None and self.last.compared:
            fitting = self._fitting_outcome(seen)
            if not fitting:
                found.append(Difference(self.last.outcome, seen.outcome))
        if seen.observation is not None:
            showing = self._fitting_observation(fitting, seen)
            # else what shows in open fields is taken for so, with all that follows from it
            closed = () if showing else self._closed(fitting, seen)
            showing = showing or self._fitting_observation(closed, seen)
            if showing:
                fitting = showing
            else:
                found += self._unexplained(seen.observation, fitting, closed, seen)
                compared = seen._replace(uncompared=words(self.uncompared))
                fitting = self._fitting_observation(closed, compared) or fitting
            # what is not compared by itself may still contradict what else is shown
            if not found and (self.uncompared or not showing):
                found += self._contradictions(fitting, seen)

        if seen.outcome is not None:
            self.answer = seen.outcome
        if found:
            return self._differs(found, seen)
        self._close(fitting, seen)
        self._keep(fitting)
        if len(self.states) == 1 and not self.uncompared and not self.open:
            self.silent = NO_REQUIREMENTS
        return None

    def _close(self, fitting: Iterable[Transition], seen: Seen) -> None:
        """Forget what was free once it is observed, and what a refused command would have freed."""
        if seen.observation is not None:
            self.freed = frozenset(self._not_shown(self.open, seen))
            looks = (*self.last.looks, seen.shown)
            self.last = self.last._replace(free=NO_ENTITIES, looks=looks)
        elif not any_accepted(fitting):
            self.last = self.last._replace(free=NO_ENTITIES)

    def _seen(
        self,
        outcome: Outcome | None,
        observation: Observation | None,
        shown: Shown | None,
    ) -> Seen:
        """Return what was seen of the last command.

        If no row records a use of a key by such a command, the specification says nothing of that.
        """
        commands = self.last.commands
        uses_keys = any(type(command) in self._use_keys for command in commands)
        if isinstance(outcome, Accepted) and not uses_keys:
            outcome = Accepted(outcome.by)
        return Seen(commands, outcome, observation, shown or self.shown, words(self.uncompared))

    def _differs(self, found: Iterable[Difference], seen: Seen) -> Differs:
        """Return the differences with the step in which they were seen, its answer included."""
        before = tuple(dict.fromkeys(transition.before for transition in self.last.possible))
        with_answer = seen._replace(outcome=self.answer)
        step = FailedStep(self.machine, self.limit, before, self.last.outcome, with_answer)
        return Differs(tuple(found), step)

    def _not_shown(self, entities: Entities, seen: Seen) -> Iterator[tuple[type[Entity], str]]:
        """Yield those of the entities that an observation of a part leaves out."""
        if seen.shown.only is None:
            return
        there = {name for name, _ in seen.shown.only}
        for kind, name in entities:
            if kind.word in KIND_BY_WORD and (kind.word, name) not in there:
                yield kind, name

    def _fitting_outcome(self, seen: Seen) -> tuple[Transition, ...]:
        """Return the transitions that a system may make which answers like this."""
        fitting = tuple(each for each in self.transitions if fits_outcome(self.machine, each, seen))
        if fitting:
            return fitting
        demanded = self.last.outcome
        if isinstance(demanded, Unspecified) and demanded.silent:
            # silent rows decide about it, so nothing is demanded of reasons and of uses of keys
            return tuple(each for each in self.transitions if fits_kind(each.outcome, seen.outcome))
        return ()

    def _fitting_observation(
        self,
        possible: Iterable[Transition],
        seen: Seen,
    ) -> tuple[Transition, ...]:
        """Return the transitions that lead to what was observed."""
        fitting: list[Transition] = []
        for transition in possible:
            if fits_observation(self._projections(transition.after), seen):
                fitting.append(transition)
        return tuple(fitting)

    def states_closed_by(self, observation: Observation) -> Iterator[State]:
        """Yield the states that have what is observed where it is open after the last command."""
        for transition in self._closed(self.transitions, self._seen(None, observation, None)):
            yield transition.after

    def _closed(self, fitting: Iterable[Transition], seen: Seen) -> tuple[Transition, ...]:
        """Return the transitions to states that have what was seen where it was open."""
        found = closed(self.machine, fitting, self.unseen, self.last.looks, seen, self.limit)
        return tuple(dict.fromkeys(found))

    def _unexplained(
        self,
        observation: Observation,
        fitting: tuple[Transition, ...],
        closed: tuple[Transition, ...],
        seen: Seen,
    ) -> tuple[Difference, ...]:
        """Return how an observation, which no possible state shows, differs from what all demand.

        It may not differ: each state is contradicted somewhere, but nothing on which all agree is,
        or it has left alone what it may leave alone.  That goes uncompared from here on.
        """
        # where no transition fits the answer, those that it would have meant
        possible = closed if fitting else self._answered_alike(seen)
        states = tuple(dict.fromkeys(transition.after for transition in possible))
        differences = self._differences(states, observation, seen.uncompared, seen.shown)
        left_alone = self._left_alone(differences, fitting)
        found = tuple(each for each in differences if each.seen not in left_alone)
        if found:
            return found
        if self.silent or len(states) == 1:
            self.uncompared |= frozenset(map(entity_of, left_alone)) or self._disagreed(states)
            return ()
        # they differ only in which command it was, or if one was carried out: one has to fit
        by_state: list[tuple[Difference, ...]] = []
        for state in states:
            by_state.append(self._differences((state,), observation, seen.uncompared, seen.shown))
        return min(by_state, key=len)

    def _left_alone(
        self, differences: Iterable[Difference], fitting: Iterable[Transition]
    ) -> list[Fact]:
        """Return what was seen of things that a silent row lets be free, and that are new or as
        before.
        """
        if not any_accepted(fitting):
            return []
        free = reached(self.last.free, self._states_around())
        left_alone: list[Fact] = []
        for difference in differences:
            fact = difference.seen
            if not isinstance(fact, Fact) or entity_of(fact) not in free:
                continue
            if self._is_made(fact) or self._was_so(fact):
                left_alone.append(fact)
        return left_alone

    def _is_made(self, fact: Fact) -> bool:
        """Return whether a fact is about something that the last command makes."""
        about = entity_of(fact)
        return any((*about, True) in command.names() for command in self.last.commands)

    def _was_so(self, fact: Fact) -> bool:
        """Return whether a fact held in each state before the last command."""
        states = {transition.before for transition in self.last.possible}
        return all(fact.value in values_of(self._projections(state), fact) for state in states)

    def _answered_alike(self, seen: Seen) -> tuple[Transition, ...]:
        """Return the transitions in which the command was accepted, or refused, as it was seen.

        If there is none, or nothing was answered, return all.
        """
        possible = self.last.possible
        if seen.outcome is None:
            return possible
        answered = tuple(each for each in possible if fits_kind(each.outcome, seen.outcome))
        return answered or possible

    def _contradictions(self, fitting: Iterable[Transition], seen: Seen) -> Iterator[Difference]:
        """Yield each fact that follows from others which may be any, with what was observed."""
        states = dict.fromkeys(transition.after for transition in fitting)
        for wanted, got in contradictions(self.machine, states, seen, self.limit):
            yield Difference(wanted, got)

    def _disagreed(self, states: Iterable[State]) -> Entities:
        """Return the entities on which the states do not agree."""
        entities = set()
        for (kind, name), projection in self._agreed(states).items():
            if UNSPECIFIED in projection.values():
                entities.add((KIND_BY_WORD[kind], name))
        return frozenset(entities)

    def _differences(
        self,
        states: tuple[State, ...],
        observation: Observation,
        uncompared: frozenset[Name],
        shown: Shown,
    ) -> tuple[Difference, ...]:
        """Return the facts that all the states demand, each with what was observed instead."""
        agreed = self._agreed(states)
        in_lists = {name: [projection] for name, projection in agreed.items()}
        names = agreed.keys() | set(names_in(observation))
        found: list[Difference] = []
        for name in sorted(names - uncompared):
            expected = agreed.get(name, GONE)
            shows = projection_in(observation, name)
            if may_be_undisplayed(name, shows, in_lists):
                continue
            for wanted, got in differences(name, expected, shows, shown):
                found.append(Difference(wanted, got))
        return tuple(found)

    # States and projections

    def _keep(self, kept: tuple[Transition, ...]) -> None:
        """Go on with these transitions, and of states that differ in nothing compared with one."""
        states = tuple(dict.fromkeys(transition.after for transition in kept))
        if len(states) > self.limit:
            raise TooManyStates(self.limit)
        if self.uncompared:
            self.uncompared = depending(self.uncompared, states)
            compared = {without(state, self.uncompared): state for state in states}
            states = tuple(compared.values())
        self.transitions = kept
        self.states = states

    def _projections(self, state: State) -> Projections:
        """Return every projection that each entity of the state may have."""
        return projections_of(self.machine, state, self.limit)

    def _agreed(self, states: Iterable[State]) -> dict[Name, Projection]:
        """Return for each entity of the states what all its projections agree on."""
        in_each_state = [self._projections(state) for state in states]
        names: dict[Name, None] = {}
        for projections in in_each_state:
            names.update(dict.fromkeys(projections))

        agreed: dict[Name, Projection] = {}
        for name in names:
            possible: list[Projection] = []
            for projections in in_each_state:
                possible += projections.get(name, [GONE])
            agreed[name] = agreed_projection(possible)
        return agreed
