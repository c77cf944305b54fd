"""The names of one world: each has a salt, since a system may keep what earlier worlds have made.

`old-kv-prod` becomes `old-kv-prod-salt`, which ends as `kv-prod-salt` does, and `kv-prod-2` becomes
`kv-prod-salt-2`, which begins like it.  So a system that compares only a part of a name is found.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from ..machine import Command, Observation

SALTED_FIELDS = {
    "resource": ("group", "key"),
    "vault": ("group",),
    "key": (),
    "grant": ("vault", "resource"),
    "workspace": ("resource",),
    "document": ("workspace",),
    "model": ("workspace",),
}
"""For each kind that is made, its fields that name something made, or a resource group.

Entities of the stage are not made, and keep their names.
"""


@cache
def salted_positions(command: type[Command]) -> frozenset[int]:
    """Return the positions of a command's fields that get a salt."""
    positions = set()
    for index, kind, _, _ in command.references:
        if kind.word in SALTED_FIELDS:
            positions.add(index)
    for index, field in enumerate(command.fields):
        if field == "group":
            positions.add(index)
    return frozenset(positions)


class SaltedNames:
    """The names of one world."""

    def __init__(self, salt: str) -> None:
        self.salt = salt

    def salted(self, command: Command) -> Command:
        """Return the command under the names of this world."""
        values = list(command)
        for index in salted_positions(type(command)):
            if values[index] is not None:
                values[index] = self.salted_name(values[index])
        # made without a check, since the fields fit together as they did before
        return tuple.__new__(type(command), values)

    def salted_name(self, name: str) -> str:
        """Return the name with its salt."""
        first, _, last = name.rpartition("-")
        if first and last.isdecimal():
            return f"{first}-{self.salt}-{last}"
        return f"{name}-{self.salt}"

    def plain(self, name: str) -> str:
        """Return the name without its salt.  Different names stay different."""
        return "/".join(self._plain_part(part) for part in name.split("/"))

    def _plain_part(self, part: str) -> str:
        before, _, after = part.partition(f"-{self.salt}")
        found = before + after
        if self.salted_name(found) != part:
            return part
        return found

    def ours(self, kind: str, name: str, fields: Mapping[str, Any]) -> bool:
        """Return whether an entity is of this world, is named after what is, or belongs to it."""
        if kind not in SALTED_FIELDS or self._has_salt(name):
            return True
        return any(self._has_salt(str(fields.get(field, ""))) for field in SALTED_FIELDS[kind])

    def _has_salt(self, text: str) -> bool:
        return self.salt in text and self.salt in text.replace("/", "-").split("-")

    def seen(self, observation: Observation) -> Observation:
        """Return the part of an observation that belongs to this world, under plain names."""
        found: Observation = {}
        for kind, entities in observation.items():
            found[kind] = {}
            for name, fields in entities.items():
                if self.ours(kind, name, fields):
                    found[kind][self.plain(name)] = self._plain_fields(kind, fields)
        return found

    def _plain_fields(self, kind: str, fields: dict[str, Any]) -> dict[str, Any]:
        found = dict(fields)
        for field in SALTED_FIELDS.get(kind, ()):
            if isinstance(found.get(field), str):
                found[field] = self.plain(found[field])
        return found
