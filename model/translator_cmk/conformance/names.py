"""Fresh names: what a command names gets a salt, so that two worlds of one run, or of two runs, never meet.

A reset therefore need not empty anything.  What an observation shows of other worlds is left out of it.
"""

from collections.abc import Mapping
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


OTHERWISE = "x"


@cache
def salted_positions(command: type[Command]) -> tuple[int, ...]:
    """Where a command of this type has a name to be salted."""
    made = {index for index, reference, _ in command.references if reference.kind in MADE}
    return tuple(sorted(made | {index for index, field in enumerate(command.fields) if field == "group"}))


class Names:
    """The names of one world.

    Where the salt is odd it stands in front, and the first word of a name at its end: then some names begin like
    others, as they end like others where the salt is even.  A system that compares but a part of them is found out.
    With `OTHERWISE` at its end it is the other way round.
    """

    def __init__(self, salt: str) -> None:
        self.salt = salt
        self.in_front = (salt.removesuffix(OTHERWISE)[-1:] in tuple("13579")) != salt.endswith(OTHERWISE)

    def salted(self, command: Command) -> Command:
        """The command as the system is told it."""
        values: list[Any] = list(command)
        for index in salted_positions(type(command)):
            if values[index] is not None:
                values[index] = self.told(values[index])
        return tuple.__new__(type(command), values)  # the fields fit together as they did before

    def unsalted(self, command: Command) -> Command:
        """The command as the kit tells it."""
        values: list[Any] = list(command)
        for index in salted_positions(type(command)):
            if values[index] is not None:
                values[index] = self.plain(values[index])
        return tuple.__new__(type(command), values)

    def told(self, name: str) -> str:
        """The name with its salt."""
        if not self.in_front:
            return f"{name}-{self.salt}"
        first, dash, others = name.partition("-")
        return f"{self.salt}-{others}{dash}{first}"

    def plain(self, name: str) -> str:
        """The name without its salt; two names are two."""
        return "/".join(map(self._plain, name.split("/")))

    def _plain(self, part: str) -> str:
        if not self.in_front:
            return part.removesuffix(f"-{self.salt}")
        if not part.startswith(f"{self.salt}-"):
            return part
        others, dash, first = part.removeprefix(f"{self.salt}-").rpartition("-")
        return f"{first}{dash}{others}"

    def ours(self, kind: str, name: str, fields: Mapping[str, Any]) -> bool:
        """Whether it is seen: what is of this world, is named after what is, or belongs to it."""
        if kind not in SALTED_FIELDS or self._has_salt(name):
            return True
        return any(self._has_salt(str(fields.get(field, ""))) for field in SALTED_FIELDS[kind])

    def _has_salt(self, text: str) -> bool:
        return self.salt in text and self.salt in text.replace("/", "-").split("-")

    def seen(self, observation: Observation) -> Observation:
        """What an observation shows of this world, under its own names."""
        return {
            kind: {
                self.plain(name): self._fields(kind, fields)
                for name, fields in entities.items()
                if self.ours(kind, name, fields)
            }
            for kind, entities in observation.items()
        }

    def _fields(self, kind: str, fields: dict[str, Any]) -> dict[str, Any]:
        found = dict(fields)
        for field in SALTED_FIELDS.get(kind, ()):
            if isinstance(found.get(field), str):
                found[field] = self.plain(found[field])
        return found
