"""Scopes, bounded worlds: a start, commands over a few names, and a bound on the versions of keys.

Nobody says what a name stands for that is given again, so no scope offers that, and with its bound each is finite.
`scopes.yaml` has those that are searched, those in which mutants are judged, and those of the pages.
"""

from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ..files import read
from ..language.sentences import CommandList, format_command, format_outcome, situations
from ..machine import DEFAULT_STAGE, Accepted, Command, Machine, Outcome, State, initial
from ..machine import commands as cmd
from ..machine.commands import RotateKey
from ..machine.entities import CUSTOMER, Entity, Key, New, Resource, Vault
from ..machine.topics.environment import NAME_REFUSED, USED_BEFORE
from ..machine.values import Value
from ..shapes import LARGEST, TEXT, Shape, Whole, Word, record

Commands = tuple[Command, ...]

Bound = Callable[[Any, State], bool]


class Scope(Value):
    """A bounded world.

    It starts from a ``situation`` (None: from nothing but the stage).  ``alphabet``: its commands.
    ``versions``: how far a key can be rotated.  ``states``: how many a search finds, if somebody has counted them.
    ``bounds``: in which states the scope offers commands of a type.
    """

    name: str
    sentence: str
    situation: str | None
    alphabet: tuple[Command, ...]
    versions: int = 2
    states: int | None = None
    bounds: tuple[tuple[type[Command], Bound], ...] = ()

    @property
    def start(self) -> tuple[Command, ...]:
        """Return the commands that lead from nothing to the start of the scope."""
        return situations()[self.situation].commands if self.situation else ()

    def is_bounded(self, command: Command) -> bool:
        """Tell whether there may be a state in which the command is not offered."""
        of = type(command)
        return of is RotateKey or of in USED_BEFORE or any(of is kind for kind, _ in self.bounds)

    def offers(self, command: Command, state: State) -> bool:
        """Return whether the command is offered in this state: one that would leave the bounds is not."""
        if any(type(command) is kind and not bound(command, state) for kind, bound in self.bounds):
            return False
        if type(command) in USED_BEFORE:
            found = next(state.tables[kind].get(name) for kind, name in given(command))
            return found is None or found[-1] in NAME_REFUSED.get(type(command), ())
        if not isinstance(command, RotateKey):
            return True
        record = state.tables[Key].get(f"{command.vault}/{command.key}")
        return record is None or record[Key.position["version"]] < self.versions


def given(command: Command) -> Iterator[tuple[type[Entity], str]]:
    """Yield kind and name of what the command gives a name to."""
    for at, reference, within in command.references:
        if isinstance(reference, New):
            name = command[at] if within is None else f"{command[within]}/{command[at]}"
            yield reference.kind, name


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


# The bounds of the scope for the page What if


def field(state: State, kind: Any, name: str, field: str) -> Any:
    """Return the value of a field; None where there is no such entity."""
    record = state.tables[kind].get(name)
    return record and record[kind.position[field]]


def is_customer_managed(state: State) -> bool:
    """Return whether customer-managed keys are on, with a key or without."""
    return bool(field(state, Resource, "translator-prod", "key_source") == CUSTOMER)


def is_at_home(state: State) -> bool:
    """Return whether the resource is in the tenant that it was created in."""
    return bool(field(state, Resource, "translator-prod", "tenant") == "home")


def is_purged(state: State) -> bool:
    """Return whether the vault is gone for good."""
    return bool(field(state, Vault, "kv-prod", "state") == "purged")


def may_have_workspaces(_: Command, state: State) -> bool:
    """Allow workspaces of a resource that can have customer-managed keys."""
    return bool(field(state, Resource, "translator-prod", "tier") != "basic-tier")


def may_rotate(_: Command, state: State) -> bool:
    """Allow rotations under customer-managed keys, before the resource moves."""
    return is_customer_managed(state) and is_at_home(state)


def may_move(_: Command, state: State) -> bool:
    """Allow moves under customer-managed keys, with a key that exists and was not rotated."""
    return is_customer_managed(state) and field(state, Key, "kv-prod/cmk-2048", "version") == 1 and not is_purged(state)


def may_use(command: Any, state: State) -> bool:
    """Allow another vault where the first, which held the customer's key, is purged, and nothing has moved."""
    another = command.vault == "kv-test"
    return not another or (is_customer_managed(state) and is_at_home(state) and is_purged(state))


BOUNDS: Mapping[str, tuple[tuple[type[Command], Bound], ...]] = {
    "what-if": (
        (cmd.CreateWorkspace, may_have_workspaces),
        (cmd.RotateKey, may_rotate),
        *((kind, may_move) for kind in (cmd.MoveResource, cmd.MoveSubscription)),
        *((kind, may_use) for kind in (cmd.CreateVault, cmd.CreateKey, cmd.EnableCustomerManagedKeys)),
    )
}
"""What keeps apart, in a scope of this name, what multiplies: wrong things and work, moves and rotations."""


# The file


def load_scopes() -> Iterator[tuple[str, Scope]]:
    """Yield every scope with what it is for: `commands`, `mutants` or `pages`; raises `InvalidFile`."""
    file = read(FILE)
    parts: dict[str, Commands] = {}
    for entry in file.at(["parts"]).items():
        part = entry.read(record("a part", {"part": TEXT, "commands": CommandList(parts)}))
        parts[part["part"]] = part["commands"]
    for entry in file.at(["scopes"]).items():
        needed: dict[str, Shape] = {"scope": TEXT, "sentence": TEXT, "commands": CommandList(parts)}
        optional: dict[str, Shape] = {"for": Word(("mutants", "pages")), "after": TEXT, "versions": Whole()}
        each = entry.read(record("a scope", needed | {"states": Whole(1, LARGEST)}, optional))
        name, versions = each["scope"], each.get("versions", 2)
        bounds = BOUNDS.get(name, ())
        scope = Scope(name, each["sentence"], each.get("after"), each["commands"], versions, each["states"], bounds)
        yield each.get("for", "commands"), scope


EVERY = tuple(load_scopes())

SCOPES = tuple(scope for use, scope in EVERY if use == "commands")
"""The scopes that commands offer."""

SMALL = tuple(scope for scope in SCOPES if scope.states and scope.states <= SOON)
"""The scopes that are searched within seconds, with all theorems: those that commands take if none is named."""

TWO_OF_A_KIND = tuple(scope for use, scope in EVERY if use == "mutants")
"""Scopes in which one thing can be taken for another."""

MUTANT_SCOPES = tuple(sorted((*SMALL, *TWO_OF_A_KIND), key=lambda scope: scope.states or 0))
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
