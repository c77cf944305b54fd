"""Scopes, bounded worlds: a start, commands over a few names, and a bound on the versions of keys.

Nobody says what a name stands for that is given again, so no scope offers that, and with its bound each is finite.
`scopes.yaml` has those that are searched, those in which mutants are judged, and those of the pages.
"""

from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ..language.sentences import format_command, format_outcome
from ..language.situations import CommandList, situations
from ..machine import DEFAULT_STAGE, Accepted, Command, Machine, Outcome, State, initial
from ..machine.commands import RotateKey
from ..machine.entities import ENTITY_KINDS, Entity, Key
from ..machine.topics.environment import NAME_REFUSED, USED_BEFORE
from ..machine.values import Value
from ..shapes import ANYTHING, LARGEST, TEXT, Choice, Record, Shape, UniqueList, Whole, record
from ..strict_yaml import read_yaml

Commands = tuple[Command, ...]


class Condition(NamedTuple):
    """A field of an entity has one of these values; a field of an entity that is not there has the value None."""

    kind: type[Entity]
    name: str
    field: str
    values: tuple[Any, ...]

    def holds(self, state: State) -> bool:
        """Return whether this is so in the state."""
        record = state.tables[self.kind].get(self.name)
        return (record and record[self.kind.position[self.field]]) in self.values


class Bound(NamedTuple):
    """Commands, and the conditions under which alone a scope offers them."""

    commands: Commands
    where: tuple[Condition, ...]


class Scope(Value):
    """A bounded world.

    It starts from a ``situation`` (None: from nothing but the stage).  ``alphabet``: its commands.
    ``versions``: how far a key can be rotated.  ``states``: how many a search finds; 0 if nobody has counted them.
    ``bounds``: what keeps apart, in a scope of many things, what multiplies.
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

    def conditions(self, command: Command) -> list[Condition]:
        """Return where alone the command is offered: one that would leave the bounds is not."""
        found = [each for bound in self.bounds if command in bound.commands for each in bound.where]
        if type(command) in USED_BEFORE:
            states = (None, *NAME_REFUSED.get(type(command), ()))
            found += (Condition(kind, name, "state", states) for kind, name, new in command.names() if new)
        if isinstance(command, RotateKey):
            key = f"{command.vault}/{command.key}"
            found.append(Condition(Key, key, "version", (None, *range(self.versions))))
        return found

    def offers(self, command: Command, state: State) -> bool:
        """Return whether the command is offered in this state."""
        return all(each.holds(state) for each in self.conditions(command))


class StartNotReached(Exception):
    """A command that leads to the start of a scope is not accepted (None: rows raise), so nothing can be searched."""

    def __init__(self, scope: Scope, command: Command, outcome: Outcome | None) -> None:
        said = format_outcome(outcome) if outcome else "the rows raise"
        super().__init__(f"{scope.name}: {format_command(command)}: {said}")


def givens(scope: Scope, commands: Commands) -> list[str]:
    """Return commands from nothing as steps of a scenario: the situation of the scope, and those that come after."""
    if scope.situation and len(commands) >= len(scope.start):
        return [scope.situation, *map(format_command, commands[len(scope.start) :])]
    return [format_command(command) for command in commands]


def start_of(scope: Scope, machine: Machine) -> State:
    """Return the state in which the scope starts; raises `StartNotReached`."""
    state = initial(DEFAULT_STAGE)
    for command in scope.start:
        state, outcome = machine.step(state, command)
        if not isinstance(outcome, Accepted):
            raise StartNotReached(scope, command, outcome)
    return state


FILE = Path(__file__).with_name("scopes.yaml")

SOON = 5_000
"""Scopes of no more states are searched within seconds; larger ones are searched by sets of states."""


# The file

BY_WORD = {kind.word: kind for kind in ENTITY_KINDS}

CONDITION = Record(
    "a condition",
    {"kind": Choice(BY_WORD), "name": TEXT, "field": TEXT, "values": UniqueList(ANYTHING)},
    Condition._fields,
    lambda kind, **rest: Condition(BY_WORD[kind], **rest),
)


def load_scopes() -> Iterator[tuple[str, Scope]]:
    """Yield every scope with what it is for: `commands`, `mutants` or `pages`; raises `InvalidFile`."""
    file = read_yaml(FILE)
    parts: dict[str, Commands] = {}
    for entry in file.at(["parts"]).items():
        part = entry.read(record("a part", {"part": TEXT, "commands": CommandList(parts)}))
        parts[part["part"]] = part["commands"]
    for entry in file.at(["scopes"]).items():
        needed: dict[str, Shape] = {"name": TEXT, "sentence": TEXT, "commands": CommandList(parts)}
        bound = Record(
            "a bound", {"commands": CommandList(parts), "where": UniqueList(CONDITION)}, Bound._fields, Bound
        )
        optional: dict[str, Shape] = {
            "for": Choice(("mutants", "pages")),
            "situation": TEXT,
            "versions": Whole(),
            "bounds": UniqueList(bound),
        }
        each = {"situation": None, **entry.read(record("a scope", needed | {"states": Whole(1, LARGEST)}, optional))}
        use, alphabet = each.pop("for", "commands"), each.pop("commands")
        yield use, Scope(alphabet=alphabet, **each)


EVERY = tuple(load_scopes())

SCOPES = tuple(scope for use, scope in EVERY if use == "commands")
"""The scopes that commands offer."""

SMALL = tuple(scope for scope in SCOPES if 0 < scope.states <= SOON)
"""The scopes that are searched within seconds, with all theorems: those that commands take if none is named."""

TWO_OF_A_KIND = tuple(scope for use, scope in EVERY if use == "mutants")
"""Scopes in which one thing can be taken for another."""

MUTANT_SCOPES = tuple(sorted((*SMALL, *TWO_OF_A_KIND), key=lambda scope: scope.states))
"""The scopes in which mutants are judged: the smallest first, since a difference is found soonest there."""

NAMED = {scope.name: scope for _, scope in EVERY}

WHAT_IF = NAMED["what-if"]
"""The scope to ask "what if" in."""


def select_scopes(name: str | None) -> tuple[Scope, ...]:
    """Return the scope of that name, or all that are searched within seconds."""
    return SMALL if name is None else (NAMED[name],)


def add_scope(parser: ArgumentParser, text: str, scopes: Iterable[Scope], more: str = "") -> None:
    """Add the option `--scope`; its help lists the scopes after the text."""
    listed = ", ".join(f"{scope.name} ({scope.states:,} states)" for scope in scopes)
    names = [scope.name for scope in scopes]
    parser.add_argument("--scope", choices=names, metavar="SCOPE", help=f"{text}: {listed}" + (more and f". {more}"))
