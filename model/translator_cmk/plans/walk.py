"""Lets the oracle follow the operations of a plan in every order that is permitted.

Theory of operation
===================
A node is what has been done so far with all that is known of the world then; an edge is one
operation in one of its readings.  The walk visits each node once, so orders that lead to the same
node share what follows.

On each edge the oracle says what is at stake in the states that are possible before and after.

- Something *must* be lost where it is lost in all states, and *may* be where it is in some.
- A plan loses it where it must be lost at the end of every order.
- A request that a system may answer in any way is *not specified*.

What an operation asks for that is so already does not count: the full model, which runs beside the
oracle, says that it changes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, product
from typing import Literal, NamedTuple

from ..machine import (
    COUNTER_ROWS,
    REMEMBERING,
    Accepted,
    Command,
    Machine,
    Outcome,
    Stage,
    State,
    initial,
    observe,
)
from ..machine.entities import Document, Entity, Model, Resource, Workspace
from ..machine.rows import Effect, Row, Silent
from ..oracle import Oracle
from ..oracle.nondeterminism import TooManyStates
from ..oracle.transitions import Transition
from .changes import Operation
from .context import PlannedChange

Degree = Literal["kept", "may", "must"]
DEGREES: tuple[Degree, ...] = ("kept", "may", "must")

EXACT = 8
"""Of so many operations every order is tried."""

LIMIT = 1500
"""How many steps are taken where there are more operations."""

NAMES_THAT_MEAN_NOTHING = frozenset({"environment.exists"})
"""A request about what is gone is no finding: what took it away is one."""


class Stake(NamedTuple):
    """Something that can be lost, and the entity of the model that stands for it."""

    what: str
    kind: type[Entity]
    name: str

    def is_lost_in(self, state: State) -> bool:
        """Return whether it is lost in a state."""
        record = state.tables[self.kind].get(self.name)
        if record is None:
            return True
        fields = dict(zip(self.kind.fields, record, strict=True))
        if self.kind is Workspace:
            return not (fields["state"] == "active" and fields["readable"])
        return bool(fields["state"] != IN_ORDER[self.kind])


IN_ORDER: Mapping[type[Entity], str] = {
    Resource: "active",
    Document: "uploaded",
    Model: "deployed",
}
"""The state of an entity that is not lost."""


@dataclass(frozen=True)
class Loss:
    """What one command does to something at stake, and the requirements that this rests on."""

    stake: Stake
    degree: Degree
    by: frozenset[str]
    deciding: frozenset[str] = frozenset()
    """Those of them that decide about it, where it may be lost or not."""


@dataclass(frozen=True)
class CommandEffect:
    """What one command does, in one order."""

    command: Command
    outcome: Outcome
    deciding: frozenset[str]
    losses: tuple[Loss, ...]
    unspecified: tuple[Stake, ...]
    """What a system may do anything to."""
    regained: tuple[Loss, ...]
    """What is there again that was lost, in all states or in some."""
    stays: tuple[Loss, ...]
    """What is still lost though the command gives something back."""
    path: tuple[Command, ...]
    """The commands of the plan up to this one."""
    before: State
    """The state of the full model before it."""
    after: State
    """The state of the full model after it."""
    nothing_left: bool
    """Whether all that is at stake was lost before it."""
    restores: bool
    """Whether data can be read again after it, in the full model."""


@dataclass
class Traced:
    """All that a walk finds of one change: its effects, by the number of the reading."""

    change: PlannedChange
    effects: dict[int, list[CommandEffect]] = field(default_factory=dict)

    def all_effects(self) -> Iterator[CommandEffect]:
        """Yield its effects in each reading."""
        return chain.from_iterable(self.effects.values())


@dataclass
class Walk:
    """What a walk finds."""

    traced: dict[tuple[int, int], Traced]
    """By the numbers of the operation and of the change in it."""
    at_the_end: dict[Stake, Degree]
    """How far each thing is lost at the end of every order."""
    is_exact: bool
    """Whether every order was tried."""
    lost_at_an_end: set[Stake] = field(default_factory=set)
    """What is lost in the full model at the end of some order."""


class Node(NamedTuple):
    """What has been done so far, and what is known of the world then."""

    done: frozenset[int]
    oracle: Oracle
    model: State
    degrees: tuple[Degree, ...]
    path: tuple[Command, ...]


class Walker:
    """Walks the orders of the operations on one account."""

    def __init__(self, machine: Machine, stage: Stage, stakes: Sequence[Stake]) -> None:
        self.full = Machine(REMEMBERING)
        self.stakes = tuple(stakes)
        self.stage = stage
        self.start = Oracle(machine)
        self.start.reset(stage)
        self.model = initial(stage)

    def prepare(self, setup: Iterable[Command]) -> None:
        """Lead to the world before the plan.

        That world is there, so what the specification leaves open went well on the way to it.
        """
        for command in setup:
            self.start.submit(command)
            self.model, outcome = self.full.step(self.model, command, went_well)
            differs = self.start.narrow(outcome, observe(self.full.world(self.model)))
            if differs is not None:
                raise ValueError(f"no system that is permitted gets to {command}")

    def walk_alone(self, operation: Operation) -> Walk:
        """Return what is found of one operation if no other comes before it."""
        return self.walk([operation], [frozenset()])

    def walk(self, operations: Sequence[Operation], before: Sequence[frozenset[int]]) -> Walk:
        """Return what is found on the way through every order.

        ``before`` has for each operation the numbers of those that have to come first.
        """
        traced: dict[tuple[int, int], Traced] = {}
        for number, operation in enumerate(operations):
            for place, change in enumerate(operation.changes):
                traced[number, place] = Traced(change)
        found = Walk(traced, {}, is_exact=True)
        nothing_lost: tuple[Degree, ...] = tuple("kept" for _ in self.stakes)
        degrees = self._degrees(self.start, nothing_lost)
        waiting = [Node(frozenset(), self.start, self.model, degrees, ())]
        seen: set[object] = set()
        steps = 0
        while waiting:
            node = waiting.pop()  # the latest, so the end of an order is soon reached
            if len(node.done) == len(operations):
                self._end(found, node)
                continue
            if len(operations) > EXACT and steps > LIMIT:
                found.is_exact = False
                break
            for following in self._following(found, node, operations, before):
                steps += 1
                key = identity(following)
                if key not in seen:
                    seen.add(key)
                    waiting.append(following)
        return found

    def _following(
        self,
        found: Walk,
        node: Node,
        operations: Sequence[Operation],
        before: Sequence[frozenset[int]],
    ) -> Iterator[Node]:
        """Yield the nodes after each operation that may come next, in each of its readings."""
        for number, operation in enumerate(operations):
            if number in node.done or not before[number] <= node.done:
                continue
            choices = [range(len(change.readings)) for change in operation.changes]
            for chosen in product(*choices):
                try:
                    yield self._follow(found, node, number, chosen)
                except TooManyStates:
                    found.is_exact = False

    def _follow(
        self,
        found: Walk,
        node: Node,
        number: int,
        chosen: tuple[int, ...],
    ) -> Node:
        """Return the node after one operation, and note what each of its commands does."""
        here = node._replace(oracle=copy(node.oracle), done=node.done | {number})
        for place, reading in enumerate(chosen):
            traced = found.traced[number, place]
            effects = traced.effects.setdefault(reading, [])
            for command in traced.change.readings[reading]:
                after, outcome = self.full.step(here.model, command)
                is_repeat = isinstance(outcome, Accepted) and after == here.model
                # Where other states are possible, it may be no repeat in one of them.
                if is_repeat and len(here.oracle.states) == 1:
                    continue
                effect, degrees = self._submit(here, command, after)
                effects.append(effect)
                here = here._replace(model=after, degrees=degrees, path=effect.path)
        return here

    def _submit(
        self, node: Node, command: Command, model: State
    ) -> tuple[CommandEffect, tuple[Degree, ...]]:
        """Let the oracle take one command, and return what that does to what is at stake.

        ``model`` is the state of the full model after it.
        """
        oracle = node.oracle
        open_before = oracle.open
        oracle.submit(command)
        last = oracle.last
        degrees = self._degrees(oracle, node.degrees)
        losses: list[Loss] = []
        unspecified: list[Stake] = []
        regained: list[Loss] = []
        for stake, was, now in zip(self.stakes, node.degrees, degrees, strict=True):
            if DEGREES.index(now) > DEGREES.index(was):
                losses.append(loss_in(stake, last.possible, last.deciding))
            elif (stake.kind, stake.name) in oracle.open - open_before:
                unspecified.append(stake)
            elif was == "must" and not self._account_is_lost(node):
                regained += regained_in(stake, last.possible, oracle.machine.silent)
        effect = CommandEffect(
            command,
            # Of what is not compared nothing is demanded, so its answer is no finding.
            outcome=last.outcome if last.compared else Accepted(),
            deciding=last.deciding if last.compared else frozenset(),
            losses=tuple(losses),
            unspecified=tuple(unspecified),
            regained=tuple(regained),
            stays=tuple(self._staying(node, command)),
            path=(*node.path, command),
            before=node.model,
            after=model,
            nothing_left=bool(self.stakes) and all(degree == "must" for degree in node.degrees),
            restores=any(is_readable_again(stake, node.model, model) for stake in self.stakes),
        )
        return effect, degrees

    def _account_is_lost(self, node: Node) -> bool:
        """Return whether the account is gone: nothing that it held comes back with a key."""
        for stake, degree in zip(self.stakes, node.degrees, strict=True):
            if stake.kind is Resource and degree == "must":
                return True
        return False

    def _staying(self, node: Node, command: Command) -> Iterator[Loss]:
        """Yield what stays lost, with the requirement whose mistake would bring it back."""
        if self._account_is_lost(node):
            return
        for row in COUNTER_ROWS:
            if not isinstance(row, Effect) or row.on is not type(command):
                continue
            # A system may make this mistake, so the thing need not stay lost.
            if row.requirement in node.oracle.machine.silent:
                continue
            for stake, degree in zip(self.stakes, node.degrees, strict=True):
                if degree != "must" or row.each is not stake.kind:
                    continue
                # It may be there again by an earlier command.
                if not stake.is_lost_in(node.model):
                    continue
                mistaken, _ = with_mistake(row).step(node.model, command)
                if not stake.is_lost_in(mistaken):
                    yield Loss(stake, "must", frozenset({row.requirement}))

    def _degrees(self, oracle: Oracle, before: tuple[Degree, ...]) -> tuple[Degree, ...]:
        """Return how far each thing has been lost so far: what is lost is not found again."""
        found: list[Degree] = []
        for stake, was in zip(self.stakes, before, strict=True):
            lost = [stake.is_lost_in(state) for state in oracle.states]
            now: Degree = "kept"
            if all(lost):
                now = "must"
            elif any(lost):
                now = "may"
            found.append(max(was, now, key=DEGREES.index))
        return tuple(found)

    def _end(self, found: Walk, node: Node) -> None:
        for stake, degree in zip(self.stakes, node.degrees, strict=True):
            least = found.at_the_end.get(stake, "must")
            found.at_the_end[stake] = min(least, degree, key=DEGREES.index)
            if stake.is_lost_in(node.model):
                found.lost_at_an_end.add(stake)


def is_readable_again(stake: Stake, before: State, after: State) -> bool:
    """Return whether a thing is data that could not be read, and can be again."""
    is_data = stake.kind is Workspace
    return is_data and stake.is_lost_in(before) and not stake.is_lost_in(after)


def went_well(row: Row, _: str) -> bool:
    """Return whether a row applies where nothing is refused without a reason."""
    return not isinstance(row, Silent)


@cache
def with_mistake(row: Row) -> Machine:
    """Return the machine that makes one mistake."""
    return Machine((*REMEMBERING, row))


def identity(node: Node) -> object:
    """Return what makes two nodes the same: what follows from them is."""
    oracle = node.oracle
    return (node.done, frozenset(oracle.states), oracle.open, node.model, node.degrees)


def loss_in(stake: Stake, possible: Iterable[Transition], left_open: frozenset[str]) -> Loss:
    """Return how far a command loses something, and the requirements by which it does.

    Where it may also be kept, those decide that are ``left_open`` by the command, or else those
    that make the difference.
    """
    losing: list[frozenset[str]] = []
    keeping: list[frozenset[str]] = []
    for transition in possible:
        if stake.is_lost_in(transition.before):
            continue
        by = transition.outcome.by if isinstance(transition.outcome, Accepted) else frozenset()
        if stake.is_lost_in(transition.after):
            losing.append(by)
        else:
            keeping.append(by)
    all_losing = frozenset[str]().union(*losing)
    if not keeping:
        # It is lost in every state, so it rests on what all of them share.
        shared = frozenset.intersection(*losing) if losing else all_losing
        return Loss(stake, "must", shared or all_losing)
    deciding = (all_losing & left_open) or all_losing.difference(*keeping)
    return Loss(stake, "may", all_losing, deciding)


def regained_in(stake: Stake, possible: Sequence[Transition], silent: frozenset[str]) -> list[Loss]:
    """Return that something lost is there again after a command, in all states or in some."""
    again: list[frozenset[str]] = []
    for transition in possible:
        by = transition.outcome.by if isinstance(transition.outcome, Accepted) else frozenset()
        if stake.is_lost_in(transition.before) and not stake.is_lost_in(transition.after):
            again.append(by)
    if not again:
        return []
    degree: Degree = "must" if len(again) == len(possible) else "may"
    # Where states differ in what brings it back, the fewest requirements say enough.
    by = min(again, key=lambda names: (len(names), sorted(names)))
    deciding = by & silent if degree == "may" else frozenset[str]()
    return [Loss(stake, degree, by, deciding)]
