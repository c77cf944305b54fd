"""The scopes (`scopes.yaml`): those that are searched, those in which mutants are judged, and those of the pages."""

from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ..language.sentences import UnknownSentence, read_commands
from ..machine import Command, State
from ..machine import commands as cmd
from ..machine.entities import CUSTOMER, Key, Resource, Vault
from ..yaml_files import Entry, read
from .scope import Bound
from .scope import Commands as Commands
from .scope import Scope as Scope

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
    sections = read(FILE).fields(("parts", "scopes"))
    parts: dict[str, Commands] = {}
    for entry in sections["parts"].items():
        fields = entry.fields(("part", "commands"))
        parts[fields["part"].text()] = commands_in(fields["commands"], parts)
    for entry in sections["scopes"].items():
        fields = entry.fields(("scope", "sentence", "states", "commands"), ("for", "after", "versions"))
        scope = Scope(
            fields["scope"].text(),
            fields["sentence"].text(),
            fields["after"].text() if "after" in fields else None,
            commands_in(fields["commands"], parts),
            fields["versions"].number() if "versions" in fields else 2,
            fields["states"].number(),
            BOUNDS.get(fields["scope"].text(), ()),
        )
        yield fields["for"].one_of(("mutants", "pages"), "use") if "for" in fields else "commands", scope


def commands_in(entries: Entry, parts: Mapping[str, Commands]) -> Commands:
    """Return the commands of sentences and of parts; raises `InvalidFile`."""
    found: list[Command] = []
    for entry in entries.items():
        try:
            found += parts.get(entry.text()) or read_commands(entry.text())
        except UnknownSentence as unknown:
            raise entry.error(f"{str(unknown)!r} is neither a part above nor the sentence of a command") from None
    return tuple(found)


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
