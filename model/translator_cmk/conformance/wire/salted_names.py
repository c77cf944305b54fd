"""The names of one world: each has a salt, since a system may keep what earlier worlds have made.

`old-kv-prod` becomes `old-kv-prod-a1b2c3`, which ends as `kv-prod-a1b2c3` does, and `kv-prod-2`
becomes `kv-prod-a1b2c3-2`, which begins like `kv-prod-a1b2c3`.  So a system that compares only a
part of a name is found.

Every salt is as long as any other, so that no name outgrows what Azure allows, however many worlds
there are.

Others may use the same backend.  What they have made is of no world: it has neither a name with the
salt, nor is it in anything that has.
"""

import random
import string
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from ...machine import Command, Observation

SALTED_FIELDS = {
    "resource": ("group", "key"),
    "vault": ("group",),
    "key": (),
    "grant": ("vault", "resource"),
    "role": ("vault", "resource"),
    "workspace": ("resource",),
    "document": ("workspace",),
    "model": ("workspace",),
}
"""For each kind that is made, its fields that name something made, or a resource group.

Entities of the stage are not made, and keep their names.
"""

IN_STAGE = "subscription"
"""The kind that is observed, and belongs to the stage."""

CHARACTERS = string.digits + string.ascii_lowercase

SALT_LENGTH = 6

SALTS = len(CHARACTERS) ** SALT_LENGTH


def first_salt(seed: int) -> int:
    """Return the number of the salt of a session's world 0."""
    return random.Random(seed).randrange(SALTS)


def salt_of(number: int) -> str:
    """Return the salt with this number; the next number has another one."""
    rest = number % SALTS
    characters = ""
    for _ in range(SALT_LENGTH):
        rest, position = divmod(rest, len(CHARACTERS))
        characters = CHARACTERS[position] + characters
    return characters


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
    """The names of one world.  ``subscriptions``: those of its stage.

    As in Azure, the case of a name makes no difference: a system may show another than was given.
    """

    def __init__(self, salt: str, subscriptions: Collection[str] = ()) -> None:
        self.salt = salt
        self.subscriptions = subscriptions
        self.given: dict[str, str] = {}
        """Every name that was given so far, by its salted form in lower case."""

    @property
    def sent(self) -> list[str]:
        """Return the names that were given so far, in their salted form."""
        return [self._salted(name) for name in self.given.values()]

    def salted(self, command: Command) -> Command:
        """Return the command under the names of this world."""
        values = list(command)
        for index in salted_positions(type(command)):
            if values[index] is not None:
                values[index] = self.salted_name(values[index])
        # made without a check, since the fields fit together as they did before
        return tuple.__new__(type(command), values)

    def salted_name(self, name: str) -> str:
        """Return the name with its salt, which is now given."""
        salted = self._salted(name)
        self.given[salted.lower()] = name
        return salted

    def _salted(self, name: str) -> str:
        first, _, last = name.rpartition("-")
        if first and last.isdecimal():
            return f"{first}-{self.salt}-{last}"
        return f"{name}-{self.salt}"

    def plain(self, name: str) -> str:
        """Return the name without its salt; one that was not given stays as it is."""
        parts = [self.given.get(part.lower(), part) for part in name.split("/")]
        return "/".join(parts)

    # What belongs to this world

    def ours(self, kind: str, name: str, fields: Mapping[str, Any]) -> bool:
        """Return whether an entity is of this world, is named after what is, or belongs to it.

        A grant or a role is if its vault and its resource are.
        """
        if kind == IN_STAGE:
            return name in self.subscriptions
        if kind in ("grant", "role"):
            return all(self._has_salt(part) for part in name.split("/"))
        if self._has_salt(name):
            return True
        return any(self._has_salt(str(fields.get(field, ""))) for field in SALTED_FIELDS[kind])

    def _has_salt(self, text: str) -> bool:
        lower = text.lower()
        return self.salt in lower and self.salt in lower.replace("/", "-").split("-")

    def without_others(self, observation: Any) -> Any:
        """Return an observation as it is on the wire without what is of no concern here.

        What others have made may look like nothing that the protocol knows.
        """
        if not isinstance(observation, dict):
            return observation
        kept: dict[str, Any] = {}
        for kind, entities in observation.items():
            kept[kind] = entities
            if isinstance(entities, dict) and (kind in SALTED_FIELDS or kind == IN_STAGE):
                kept[kind] = self._ours_of(kind, entities)
        return kept

    def _ours_of(self, kind: str, entities: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, fields in entities.items():
            known = fields if isinstance(fields, dict) else {}
            if self.ours(kind, name, known):
                found[name] = fields
        return found

    def seen(self, observation: Observation) -> Observation:
        """Return the part of an observation that belongs to this world, under plain names."""
        found: Observation = {}
        for kind, entities in observation.items():
            found[kind] = {}
            for name, fields in self._ours_of(kind, entities).items():
                plain = self.plain(name)
                if plain in found[kind]:  # it shows both cases of a name
                    plain = name
                found[kind][plain] = self._plain_fields(kind, fields)
        return found

    def _plain_fields(self, kind: str, fields: dict[str, Any]) -> dict[str, Any]:
        found = dict(fields)
        for field in SALTED_FIELDS.get(kind, ()):
            if isinstance(found.get(field), str):
                found[field] = self.plain(found[field])
        return found
