"""A scope as a transition system over small numbers, as other model checkers take it.

A variable is an entity that changes, and its value is the number of its record.  A rule is a command.  What follows
from it belongs to the same step: consequences of all entities are taken at once, round by round, until all is at rest.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

from ...machine import ROWS, Command, Machine, State
from ...machine.entities import KINDS
from ..engines.cubes import BROKEN, Cube, all_cubes, cubes
from ..engines.judging import Judge, Seen
from ..engines.moving import in_order, reads_in
from ..engines.packing import Name, Reads, Record
from ..engines.tabulated import NOT_OFFERED, Answer, TabulatedMachine
from ..engines.tabulated_judge import TabulatedJudge
from ..graph import start_of
from ..scopes import Scope
from ..theorems import Theorem
from .decisions import UNREACHABLE, Diagram, asked, diagram, leaves

WIDTH = 32
"""Bits for the number of a record: more than there are records."""


class Assignments(NamedTuple):
    """The numbers that some records get, and what is then decided, one after the other."""

    numbers: tuple[tuple[Name, int], ...]
    then: tuple[Diagram, ...] = ()


STAYS = Assignments(())


class Rule(NamedTuple):
    """A command: where it can be given (a diagram of truth values), and what it does (of `Assignments` or `BROKEN`).

    ``follows`` names the entities that have to come to rest after it, in an order in which none reads an earlier one.
    """

    command: Command
    guard: Diagram
    body: Diagram
    follows: tuple[Name, ...]


class TransitionSystem(NamedTuple):
    """A scope: its variables with their values, its rules, what follows for an entity, and what to look for.

    Every variable begins as 0.  With ``every_step`` each command that the scope offers in a state is a step from it,
    also one that is refused; otherwise only what changes something.  In ``finds`` are diagrams of truth values: one is
    true where an ``always`` theorem is broken, or where a ``sometimes`` theorem comes about.
    """

    scope: Scope
    variables: Mapping[Name, tuple[Record, ...]]
    rules: tuple[Rule, ...]
    consequences: Mapping[Name, Diagram]
    theorem: Theorem | None
    finds: Mapping[Name, Diagram]
    every_step: bool


class Told(NamedTuple):
    """A cube by the numbers of records: where entities have these, what it comes to, and which others they get."""

    where: Mapping[Name, int]
    comes_to: Any
    writes: Mapping[Name, int]


class Apart:
    """A machine taken apart within a scope, always alike: entities by kind, and records by what they have.

    ``commands`` has the cubes of how each command is answered, and ``follows`` those of what follows for each entity.
    Raises `StartNotReached` and `NotTabulated`.
    """

    def __init__(self, scope: Scope, machine: Machine) -> None:
        self.machine = TabulatedMachine(machine, start_of(scope, machine), WIDTH)
        self.answers = [
            self.machine.memo(partial(answered, scope, self.machine, command)) for command in scope.alphabet
        ]
        commands, follows = all_cubes(self.machine, self.answers)
        records = self.machine.packing.records
        self.variables = {name: in_sequence(records[name]) for name in sorted(records, key=by_kind)}
        self._numbers = {
            name: [self.variables[name].index(record) for record in found] for name, found in records.items()
        }
        self.commands = [self.alike(cubes) for cubes in commands]
        by_kinds = {name: follows[name] for name in sorted(follows, key=by_kind)}
        self.follows = {name: self.alike(follows[name]) for name in in_order(reads_in(self.machine.packing, by_kinds))}

    def alike(self, cubes: Iterable[Cube]) -> list[Told]:
        """The cubes with these numbers for records, in their order."""
        told = []
        for cube in cubes:
            after = cube.bits + cube.move
            told.append(Told(self._told(cube.bits, cube.fields), cube.comes_to, self._told(after, cube.bits ^ after)))
        return sorted(told, key=lambda cube: [cube.where.get(name, -1) for name in self.variables])

    def _told(self, packed: int, fields: int) -> dict[Name, int]:
        packing = self.machine.packing
        told = set(packing.named(fields))
        return {name: self._numbers[name][packing.number_in(packed, name)] for name in self.variables if name in told}


def by_kind(name: Name) -> tuple[int, str]:
    """Where an entity stands in the order of entities."""
    return KINDS.index(name[0]), name[1]


def in_sequence(records: list[Record]) -> tuple[Record, ...]:
    """The record of the start, then the others in the order of their fields."""
    return (records[0], *sorted(records[1:], key=lambda record: [str(value) for value in record or ()]))


def transition_system(scope: Scope, machine: Machine | None = None, theorem: Theorem | None = None) -> TransitionSystem:
    """The scope of a machine (of the article's, unless another is given), with a theorem to look for.

    Raises `StartNotReached`, `NotTabulated`, and `ValueError` for a theorem that is not about states.
    """
    apart = Apart(scope, machine or Machine(ROWS))
    consequences = {name: function(follow) for name, follow in apart.follows.items()}
    rules = []
    for command, answer in zip(scope.alphabet, apart.commands, strict=True):
        guard = diagram((cube.where, cube.comes_to != NOT_OFFERED.outcome) for cube in answer)
        body = function(answer)
        rules.append(Rule(command, guard, body, concerned(consequences, written(body))))
    finds = found(apart, scope, theorem) if theorem else {}
    used = {name for rule in rules for name in rule.follows}
    consequences = {name: follow for name, follow in consequences.items() if name in used}
    return TransitionSystem(scope, apart.variables, tuple(rules), consequences, theorem, finds, every_step=True)


def function(of: Iterable[Told]) -> Diagram:
    """The diagram of what a function does: `Assignments`, or `BROKEN`; where it is not offered it may do anything."""
    return diagram((cube.where, does(cube)) for cube in of)


def does(cube: Told) -> Any:
    """What is done in a cube."""
    if cube.comes_to is BROKEN:
        return BROKEN
    if cube.comes_to == NOT_OFFERED.outcome:
        return UNREACHABLE
    return Assignments(tuple(cube.writes.items()))


def written(body: Diagram) -> set[Name]:
    """The entities to which the body writes."""
    return {name for leaf in leaves(body) if isinstance(leaf, Assignments) for name, _ in leaf.numbers}


def concerned(consequences: Mapping[Name, Diagram], names: set[Name]) -> tuple[Name, ...]:
    """The entities that may not be at rest once these are written, in the order of the consequences."""
    reads = {name: asked(follow) for name, follow in consequences.items() if leaves(follow) != {STAYS}}
    touched, found = set(names), set[Name]()
    while more := {name for name, read in reads.items() if name not in found and not read.isdisjoint(touched)}:
        found |= more
        touched |= more
    return tuple(name for name in consequences if name in found)


def answered(scope: Scope, machine: TabulatedMachine, command: Command, packed: int, reads: Reads) -> Answer:
    """How the command is answered in a packed state."""
    if not scope.offers(command, State(machine.world(packed, reads).tables)):
        return NOT_OFFERED._replace(reads=reads)
    return machine.respond(packed, reads, command)


def found(apart: Apart, scope: Scope, theorem: Theorem) -> dict[Name, Diagram]:
    """Where an entity breaks the theorem, or shows it.  Raises `ValueError` for a theorem that is not about states."""
    if theorem.form not in ("always", "sometimes"):
        raise ValueError(f"{theorem.name} is about steps, and a state alone cannot break it")
    judge = TabulatedJudge(Judge(apart.machine.machine, [theorem]), apart.machine, scope, apart.answers)
    finds = {}
    for name in sorted(judge.names(), key=by_kind):
        seen = apart.alike(cubes(apart.machine.packing, partial(seen_at, judge, name)))
        finds[name] = diagram((cube.where, bool(cube.comes_to.broken or cube.comes_to.reached)) for cube in seen)
    return {name: find for name, find in finds.items() if find is not False}


def seen_at(judge: TabulatedJudge, name: Name, packed: int, reads: Reads) -> Seen:
    """What there is to see of an entity in a packed state."""
    return judge.see(packed, reads, name)
