"""What a system shows: an adapter can't always see everything."""

from ..machine.values import Value

Name = tuple[str, str]
"""An entity, by the word for its kind and its name."""

Address = tuple[Name, str]
"""One field of an entity; the field `exists` stands for the entity."""


class Shown(Value):
    """The parts of its state and answers that a system shows.

    ``reasons``: a refusal names requirements, though perhaps not all.
    ``audit``: an acceptance lists the uses of keys.
    ``hidden``: what its observations leave out, each a `kind` or a `kind.field`.
    ``only``: the single fields that an observation has, where it has no others.
    ``omitted``: the single fields that it does not have.
    """

    reasons: bool = True
    audit: bool = True
    hidden: frozenset[str] = frozenset()
    only: frozenset[Address] | None = None
    omitted: frozenset[Address] = frozenset()

    def shows(self, name: Name, field: str) -> bool:
        """Return whether it shows this field of this entity."""
        address = (name, field)
        if address in self.omitted:
            return False
        if self.only is not None and address not in self.only:
            return False
        kind, _ = name
        return kind not in self.hidden and f"{kind}.{field}" not in self.hidden
