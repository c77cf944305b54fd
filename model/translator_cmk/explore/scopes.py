"""Scopes, bounded worlds: a start, commands over a few names, and a bound on the versions of keys.

Nobody says what a name stands for that is given again, so no scope offers that.  With the bound on
versions each scope is finite.  `scopes.yaml` has those that commands search, and those of the
pages and of fuzzing.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ..language.sentences import format_command, format_outcome
from ..language.situations import CommandList, situations
from ..machine import DEFAULT_STAGE, Accepted, Command, Machine, Outcome, State, initial
from ..machine.commands import RotateKey
from ..machine.entities import ENTITY_KINDS, Entity, Key
from ..machine.topics.environment import NAME_REFUSED
from ..machine.values import Value
from ..shapes import ANYTHING, LARGEST, TEXT, Choice, Record, Shape, UniqueList, Whole, record
from ..strict_yaml import read_yaml

Commands = tuple[Command, ...]


class FieldCondition(NamedTuple):
    """A field of an entity has one of these values; a field of an entity that is not there has the
    value None.
    """

    kind: type[Entity]
    name: str
    field: str
    values: tuple[Any, ...]

    def holds(self, state: State) -> bool:
        """Return whether this is so in the state."""
        record = state.tables[self.kind].get(self.name)
        value = None if record is None else record[self.kind.position[self.field]]
        return value in self.values


class Bound(NamedTuple):
    """Commands, and the conditions under which alone a scope offers them."""

    commands: Commands
    where: tuple[FieldCondition, ...]


class Scope(Value):
    """A bounded world.

    It starts from a ``situation`` (None: from nothing but the stage).  ``alphabet``: its commands.
    ``versions``: how far a key can be rotated.  ``states``: how many a search finds; 0 if nobody
    has counted them. ``bounds``: what keeps apart, in a scope of many things, what multiplies.
    """

    name: str
    sentence: str
    situation: str | None
    alphabet: tuple[Command, ...]
    versions: int = 2
    states: int = 0
    bounds: tuple[Bound, ...] = ()

    @property
    def start(self) -> tuple[Command, ...]:
        """Return the commands that lead from nothing to the start of the scope."""
        return situations()[self.situation].commands if self.situation else ()

    def conditions(self, command: Command) -> list[FieldCondition]:
        """Return where alone the command is offered: one that would leave the bounds is not."""
        found: list[FieldCondition] = []
        for bound in self.bounds:
            if command in bound.commands:
                found.extend(bound.where)
        found.extend(new_name_conditions(command))
        # None: there is no such key yet, so it is refused
        if isinstance(command, RotateKey):
            key = f"{command.vault}/{command.key}"
            found.append(FieldCondition(Key, key, "version", (None, *range(self.versions))))
        return found

    def offers(self, command: Command, state: State) -> bool:
        """Return whether the command is offered in this state."""
        return all(condition.holds(state) for condition in self.conditions(command))


def new_name_conditions(command: Command) -> Iterator[FieldCondition]:
    """Yield the conditions under which the names that the command gives stand for nothing else.

    Either nothing has the name, or it is in a state in which giving the name again is refused.
    """
    states = (None, *NAME_REFUSED.get(type(command), ()))
    for kind, name, is_new in command.names():
        if is_new:
            yield FieldCondition(kind, name, "state", states)


class StartNotReached(Exception):
    """A command that leads to a start is not accepted (None: rows raise), so nothing can be learnt
    from there.
    """

    def __init__(self, start: str, command: Command, outcome: Outcome | None) -> None:
        said = format_outcome(outcome) if outcome else "the rows raise"
        super().__init__(f"{start}: {format_command(command)}: {said}")


def start_of(scope: Scope, machine: Machine) -> State:
    """Return the state in which the scope starts; raises `StartNotReached`."""
    return reached(scope.name, scope.start, machine)


def reached(start: str, commands: Iterable[Command], machine: Machine) -> State:
    """Return the state that the commands lead to from nothing; ``start`` is its name in the error.

    Raises `StartNotReached` if one of them is not accepted.
    """
    state = initial(DEFAULT_STAGE)
    for command in commands:
        state, outcome = machine.step(state, command)
        if not isinstance(outcome, Accepted):
            raise StartNotReached(start, command, outcome)
    return state


def state_after(machine: Machine, commands: Commands) -> State:
    """Return the state after the commands, accepted or not."""
    state = initial(DEFAULT_STAGE)
    for command in commands:
        state, _ = machine.step(state, command)
    return state


# The file

FILE = Path(__file__).with_name("scopes.yaml")

BY_WORD = {kind.word: kind for kind in ENTITY_KINDS}


def make_condition(kind: str, name: str, field: str, values: tuple[Any, ...]) -> FieldCondition:
    """Return a condition of the file."""
    return FieldCondition(BY_WORD[kind], name, field, values)


CONDITION = Record(
    "a condition",
    {"kind": Choice(BY_WORD), "name": TEXT, "field": TEXT, "values": UniqueList(ANYTHING)},
    FieldCondition._fields,
    make_condition,
)

USES = ("pages", "fuzzing")
"""What a scope is for that commands do not offer."""


def load_scopes() -> Iterator[tuple[str, Scope]]:
    """Yield every scope of the file with what it is for: `commands`, or one of `USES`; raises
    `InvalidFile`.
    """
    file = read_yaml(FILE)
    parts: dict[str, Commands] = {}
    for entry in file.at(["parts"]).items():
        part = entry.read(record("a part", {"part": TEXT, "commands": CommandList(parts)}))
        parts[part["part"]] = part["commands"]

    shape = scope_shape(parts)
    for entry in file.at(["scopes"]).items():
        fields = entry.read(shape)
        use = fields.get("for", "commands")
        yield (
            use,
            Scope(
                name=fields["name"],
                sentence=fields["sentence"],
                situation=fields.get("situation"),
                alphabet=fields["commands"],
                versions=fields.get("versions", 2),
                states=fields.get("states", 0),
                bounds=fields.get("bounds", ()),
            ),
        )


def scope_shape(parts: dict[str, Commands]) -> Record:
    """Return the shape of a scope in the file, whose lists of commands can name these parts."""
    commands = CommandList(parts)
    bound = Record(
        "a bound", {"commands": commands, "where": UniqueList(CONDITION)}, Bound._fields, Bound
    )
    required: dict[str, Shape] = {
        "name": TEXT,
        "sentence": TEXT,
        "commands": commands,
    }
    optional: dict[str, Shape] = {
        "for": Choice(USES),
        "situation": TEXT,
        "states": Whole(1, LARGEST),
        "versions": Whole(),
        "bounds": UniqueList(bound),
    }
    return record("a scope", required, optional)


EVERY = tuple(load_scopes())

SCOPES = tuple(scope for use, scope in EVERY if use == "commands")
"""The scopes that commands offer, and search if none is named."""

SCOPE_NAMED = {scope.name: scope for _, scope in EVERY}

WHAT_IF = SCOPE_NAMED["what-if"]
"""The scope to ask "what if" in."""

FUZZED = SCOPE_NAMED["two-lives"]
"""A world that is too large to search within seconds: fuzzing takes its commands beside those of
the scopes.
"""
