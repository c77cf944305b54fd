"""Words for theorems that nothing but this changes that."""

from collections.abc import Callable, Iterator
from typing import Any

from ...machine import Command
from ...machine.commands import EnableCustomerManagedKeys, MoveResourceGroup
from ...machine.entities import Entity, Resource, Vault
from .building import has_lost_its_key, home, stays
from .theorem import Change, Expectation, Theorem

Test = Callable[[Change], Any]


def only(about: type[Entity], name: str, requirements: str, sentence: str, happened: Test, unless: Test) -> Theorem:
    """A theorem: to an entity of this kind this does not happen, unless so."""

    def check(change: Change) -> Iterator[Expectation]:
        if happened(change) and not unless(change):
            yield from stays(change)

    return Theorem("change", (about,), name, f"{sentence}.", tuple(requirements.split()), check)


def by(*commands: type[Command]) -> Test:
    """That the step is one of these commands about the entity itself."""
    return lambda change: change.by(*commands)


def never(_: Change) -> bool:
    return False


def appears(change: Change) -> bool:
    return change.was is None


def goes(field: str, *values: Any) -> Test:
    """That a field of what was and is there turned into one of these values; into any other, where there are none."""

    def test(change: Change) -> bool:
        if change.was is None or change.now is None:
            return False
        if field != "state" and change.now.state != change.was.state:
            return False  # what is deleted in the same step is no longer looked at
        was, now = (getattr(entity, field) for entity in (change.was, change.now))
        return named(was) != named(now) and (not values or now in values)

    return test


def named(value: Any) -> Any:
    """The value, or the name of the entity that it is."""
    return value.name if isinstance(value, Entity) else value


def from_state(state: str, *to: str) -> Test:
    """That an entity in this state got into one of these; into any other, where there are none."""
    return lambda change: change.was is not None and change.was.state == state and goes("state", *to)(change)


def changed_directory(change: Change) -> bool:
    return home(change.was) != home(change.now)


def key_lost_or_resource_deleted(change: Change) -> bool:
    """Whether after the step the entity's resource has lost its key, or is deleted."""
    resource = change.now.workspace.resource
    return has_lost_its_key(resource) or resource.state == "deleted"


def access_must_go(change: Change) -> bool:
    """Whether what the access rests on is gone: the identity is off, or the vault in another directory."""
    after = change.step.after
    resource, vault = after.entity(Resource, change.was.resource.name), after.entity(Vault, change.was.vault.name)
    return not resource.identity or home(vault) != home(change.was.vault)


def about_the_grant(*commands: type[Command]) -> Test:
    """That the step is one of these commands, on the vault and the resource of the grant."""

    def test(change: Change) -> bool:
        command: Any = change.step.command
        return type(command) in commands and change.name == f"{command.vault}/{command.resource}"

    return test


def through_the_portal(change: Change) -> bool:
    command: Any = change.step.command
    return type(command) is EnableCustomerManagedKeys and command.through == "portal"


def either(*tests: Test) -> Test:
    return lambda change: any(test(change) for test in tests)


def in_the_moved_group(change: Change) -> bool:
    """Whether the step moves the resource group that the entity was in."""
    command: Any = change.step.command
    was = change.was
    return type(command) is MoveResourceGroup and (was.group, was.subscription.name) == command[:2]
