"""Fresh names: what a command names gets a salt, so that two worlds of one run, or of two runs, never meet.

A reset therefore need not empty anything.  What an observation shows of other worlds is left out of it.
"""

from functools import cache
from typing import Any

from ..machine import Command, Observation
from ..machine.entities import Document, Key, Model, Resource, Vault, Workspace

MADE = (Vault, Key, Resource, Workspace, Document, Model)
"""What commands make and name.  Things of the stage are not made, and keep their names."""

SALTED_FIELDS = {
    "resource": ("group", "key"),
    "vault": ("group",),
    "key": (),
    "grant": ("vault", "resource"),
    "workspace": ("resource",),
    "document": ("workspace",),
    "model": ("workspace",),
}
"""For each kind that is made: its fields that hold the name of something made, or of a resource group."""

LOCAL = ("key", "grant")
"""Kinds named by two names with a slash between them."""


@cache
def salted_positions(command: type[Command]) -> tuple[int, ...]:
    """Where a command of this type has a name to be salted."""
    made = {index for index, reference, _ in command.references if reference.kind in MADE}
    return tuple(sorted(made | {index for index, field in enumerate(command.fields) if field == "group"}))


class Names:
    """The names of one world."""

    def __init__(self, salt: str) -> None:
        self.suffix = f"-{salt}"

    def salted(self, command: Command) -> Command:
        """The command as the system is told it."""
        values: list[Any] = list(command)
        for index in salted_positions(type(command)):
            if values[index] is not None:
                values[index] += self.suffix
        return tuple.__new__(type(command), values)  # the fields fit together as they did before

    def unsalted(self, command: Command) -> Command:
        """The command as the kit tells it."""
        values: list[Any] = list(command)
        for index in salted_positions(type(command)):
            if values[index] is not None:
                values[index] = self.plain(values[index])
        return tuple.__new__(type(command), values)

    def plain(self, name: str) -> str:
        """The name without its salt; two names are two."""
        return "/".join(part.removesuffix(self.suffix) for part in name.split("/"))

    def ours(self, kind: str, name: str) -> bool:
        """Whether the name belongs to this world."""
        return all(part.endswith(self.suffix) for part in name.split("/")) or kind not in SALTED_FIELDS

    def seen(self, observation: Observation) -> Observation:
        """What an observation shows of this world, under its own names."""
        return {
            kind: {
                self.plain(name): self._fields(kind, fields)
                for name, fields in entities.items()
                if self.ours(kind, name)
            }
            for kind, entities in observation.items()
        }

    def _fields(self, kind: str, fields: dict[str, Any]) -> dict[str, Any]:
        found = dict(fields)
        for field in SALTED_FIELDS.get(kind, ()):
            if isinstance(found.get(field), str):
                found[field] = self.plain(found[field])
        return found
