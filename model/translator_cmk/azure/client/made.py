"""What a world has made, as far as Azure has accepted it."""

from collections.abc import Callable, Mapping
from typing import Any

from ...machine import Command, commands


class Made:
    """The names of what was made and not deleted, so has to be there: vaults, resources, and keys
    as `vault/key`; and what was ever made, deleted or not.
    """

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.ever: set[tuple[NameOf, str]] = set()

    def note(self, command: Command) -> None:
        """Note what an accepted command has made, brought back or deleted."""
        kind = type(command)
        if kind in MAKES:
            name_of = MAKES[kind]
            self.names.add(name_of(command))
            self.ever.add((name_of, name_of(command)))
        if kind in BRINGS_BACK:
            self.names.add(BRINGS_BACK[kind](command))
        if kind in DELETES:
            self._forget(DELETES[kind](command))

    def _forget(self, name: str) -> None:
        """Forget what was deleted; a vault takes its keys along."""
        self.names.discard(name)
        inside = {other for other in self.names if other.startswith(f"{name}/")}
        self.names -= inside

    def has_used_name_of(self, command: Command) -> bool:
        """Return whether what a command makes was made here before, under the same name."""
        name_of = MAKES.get(type(command))
        return name_of is not None and (name_of, name_of(command)) in self.ever

    def has_all(self, command: Command) -> bool:
        """Return whether everything is here that a command names, besides what it makes."""
        return named_by(command) <= self.names


def named_by(command: Command) -> set[str]:
    """Return what a command names, besides what it makes."""
    fields = command.as_dict()
    found = set()
    for field in ("resource", "vault"):
        if fields.get(field):
            found.add(str(fields[field]))
    if fields.get("vault") and fields.get("key"):
        found.add(key_of(command))
    if type(command) in MAKES:
        found.discard(MAKES[type(command)](command))
    return found


def vault_of(command: Any) -> str:
    return str(command.vault)


def resource_of(command: Any) -> str:
    return str(command.resource)


def key_of(command: Any) -> str:
    return f"{command.vault}/{command.key}"


NameOf = Callable[[Any], str]
"""Returns what a command makes, brings back or deletes."""

MAKES: Mapping[type[Command], NameOf] = {
    commands.CreateResource: resource_of,
    commands.CreateVault: vault_of,
    commands.CreateKey: key_of,
    commands.ImportKey: key_of,
}

BRINGS_BACK: Mapping[type[Command], NameOf] = {
    commands.RecoverVault: vault_of,
    commands.RecoverKey: key_of,
}

DELETES: Mapping[type[Command], NameOf] = {
    commands.DeleteResource: resource_of,
    commands.DeleteKey: key_of,
    commands.DeleteVault: vault_of,
}
