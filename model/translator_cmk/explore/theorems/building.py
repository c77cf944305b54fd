"""What theorems are written with: a decorator for each form, and a few words."""

from collections.abc import Callable, Iterator
from typing import Any

from ...language.facts import ABSENT, Fact
from ...machine import Command
from ...machine.entities import CUSTOMER, Entity, Resource
from .theorem import VIEWS, Change, Expectation, Form, Theorem, Unchanged, look_up

Check = Callable[..., Any]


def always(about: type[Entity], *requirements: str) -> Callable[[Check], Theorem]:
    """A theorem about every entity of a kind in every state; the function yields the facts that must hold."""
    return lambda check: told("always", (about,), requirements, check)


def request(*on: type[Command], by: tuple[str, ...]) -> Callable[[Check], Theorem]:
    """A theorem about every step with one of these commands; the function yields what must have come of it."""
    return lambda check: told("request", on, by, check)


def change(*about: type[Entity], by: tuple[str, ...]) -> Callable[[Check], Theorem]:
    """A theorem about every entity of these kinds that a step changed; the function yields what must hold even so."""
    return lambda check: told("change", about, by, check)


def sometimes(about: type[Entity], *requirements: str, within: tuple[str, ...]) -> Callable[[Check], Theorem]:
    """A theorem that an entity is reached of which the function is true, in each of the scopes of these names."""
    return lambda check: told("sometimes", (about,), requirements, check, within)


def told(
    form: Form, about: tuple[type[Any], ...], requirements: tuple[str, ...], check: Check, within: tuple[str, ...] = ()
) -> Theorem:
    """The theorem of a function: its name is the theorem's, and its docstring the sentence."""
    sentence = " ".join(str(check.__doc__).split())
    return Theorem(form, about, check.__name__.replace("_", "-"), sentence, requirements, check, within)


def collected(module: dict[str, Any]) -> tuple[Theorem, ...]:
    """All theorems among the names of a module."""
    return tuple(value for value in module.values() if isinstance(value, Theorem))


def fact(entity: Entity, field: str, value: Any) -> Fact:
    """That this field of the entity is seen to have this value."""
    return Fact(type(entity).word, entity.name, field, value)


def stays(change: Change) -> Iterator[Expectation]:
    """That all that a customer sees of the changed entity is as it was."""
    kind, shows, view = VIEWS[type(change.was or change.now).word]
    was_there = change.was is not None and shows(change.was)
    is_there = change.now is not None and shows(change.now)
    if was_there != is_there:
        yield Fact(kind.word, change.name, "exists", was_there)
        return
    before, after = (view(entity) if was_there else {} for entity in (change.was, change.now))
    differing = [field for field in before if before[field] != after[field]]
    for field in differing:
        yield Fact(kind.word, change.name, field, ABSENT if before[field] is None else before[field])
    if not differing:
        yield Unchanged()  # something that no customer sees


def has_access(resource: Resource, vault: Any) -> bool:
    """Whether there is a grant of the resource's identity on the vault."""
    kind = VIEWS["grant"][0]
    return look_up(resource.world, kind, f"{vault.name}/{resource.name}") is not None


CAUSES: tuple[tuple[str, str, str, Callable[[Any], bool]], ...] = (
    (
        "revoked",
        "its access to the key vault is gone",
        "revocation.access-revoked",
        lambda r: r.key is not None and not has_access(r, r.key.vault),
    ),
    (
        "vault-deleted",
        "the key vault is deleted",
        "revocation.vault-deleted",
        lambda r: r.key is not None and r.key.vault.state in ("deleted", "purged"),
    ),
    (
        "key-deleted",
        "the key is deleted",
        "revocation.key-deleted",
        lambda r: r.key is not None and r.key.state in ("deleted", "purged"),
    ),
    (
        "key-disabled",
        "the key is disabled",
        "revocation.key-disabled",
        lambda r: r.key is not None and r.key.enabled is False,
    ),
    (
        "left-behind",
        "the key was left behind in a move",
        "directory.key-left-behind",
        lambda r: r.key_source == CUSTOMER and r.key is None,
    ),
)
"""Everything that takes a resource's key out of reach, in words of its own: a name, a clause, a requirement, a test."""


def has_lost_its_key(resource: Any) -> bool:
    """Whether the resource's customer-managed key is out of reach, for whichever cause."""
    return any(holds(resource) for *_, holds in CAUSES)


def home(thing: Any) -> str:
    """The directory that the thing is in, by way of its subscription."""
    return str(thing.subscription.directory.name)
