"""What a world has made and not deleted, as far as Azure has accepted it."""

from collections.abc import Callable, Mapping
from typing import Any

from ...machine import Command, commands


class Made:
    """The names of what has to be there: vaults, resources, and keys as `vault/key`."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def note(self, command: Command) -> None:
        """Note what an accepted command has made or deleted."""
        change = CHANGES.get(type(command))
        if change is not None:
            change(self.names, command)

    def has_all(self, command: Command) -> bool:
        """Return whether everything is here that a command names, besides what it makes."""
        return named_by(command) <= self.names


def named_by(command: Command) -> set[str]:
    """Return what a command names, in the names of what is made."""
    fields = command.as_dict()
    found = set()
    for field in ("resource", "vault"):
        if fields.get(field):
            found.add(str(fields[field]))
    if fields.get("vault") and fields.get("key"):
        found.add(f"{fields['vault']}/{fields['key']}")
    return found - {MAKES.get(type(command), lambda _: "")(command)}


def vault_of(command: Any) -> str:
    return str(command.vault)


def resource_of(command: Any) -> str:
    return str(command.resource)


def key_of(command: Any) -> str:
    return f"{command.vault}/{command.key}"


MAKES: Mapping[type[Command], Callable[[Any], str]] = {
    commands.CreateResource: resource_of,
    commands.CreateVault: vault_of,
    commands.CreateKey: key_of,
    commands.ImportKey: key_of,
}


def delete_vault(names: set[str], command: Any) -> None:
    """A vault takes its keys along."""
    names -= {name for name in names if name.startswith(f"{command.vault}/")}
    names.discard(command.vault)


CHANGES: Mapping[type[Command], Callable[[set[str], Any], None]] = {
    commands.CreateResource: lambda names, command: names.add(resource_of(command)),
    commands.CreateVault: lambda names, command: names.add(vault_of(command)),
    commands.CreateKey: lambda names, command: names.add(key_of(command)),
    commands.ImportKey: lambda names, command: names.add(key_of(command)),
    commands.RecoverVault: lambda names, command: names.add(vault_of(command)),
    commands.RecoverKey: lambda names, command: names.add(key_of(command)),
    commands.DeleteResource: lambda names, command: names.discard(resource_of(command)),
    commands.DeleteKey: lambda names, command: names.discard(key_of(command)),
    commands.DeleteVault: delete_vault,
}
"""What each command makes or deletes."""
