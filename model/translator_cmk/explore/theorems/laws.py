"""Theorems about every step: what a refusal leaves alone, a second request, and independence of other things."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...machine import Command
from ...machine.commands import (
    DeployModel,
    DisableIdentity,
    DisableKey,
    EnableCustomerManagedKeys,
    EnableIdentity,
    EnableKey,
    EnablePurgeProtection,
    EnableSoftDelete,
    GrantKeyAccess,
    MoveResourceGroup,
    ReadData,
    ReturnToMicrosoftManagedKeys,
    RevokeKeyAccess,
    TranslateWithModel,
    UndeployModel,
)
from ...machine.entities import CUSTOMER, KINDS, Entity, Resource, Vault
from .requests import EVERY
from .states import has_access
from .theorem import Change, Expectation, Step, Unchanged, change, collected, entity_name, request, stays


@request(*EVERY, by=("environment.exists",))
def what_is_refused_changes_nothing(step: Step) -> Iterator[Expectation]:
    """A request that is not accepted changes nothing."""
    if not step.accepted:
        yield Unchanged()


@request(*EVERY, by=("environment.exists",))
def what_changes_something_says_so(step: Step) -> Iterator[Expectation]:
    """A request changes something only by a requirement that its acceptance names."""
    if not step.by:
        yield Unchanged()


@request(ReadData, TranslateWithModel, by=("encryption.transparent",))
def reading_and_translating_change_nothing(_: Step) -> Iterator[Expectation]:
    """Reading data and translating with a model change nothing."""
    yield Unchanged()


ALREADY_SO: Mapping[type[Command], Callable[[Any], Any]] = {
    EnableIdentity: lambda a: a.resource.identity,
    DisableIdentity: lambda a: not a.resource.identity,
    EnableCustomerManagedKeys: lambda a: (
        a.resource.key is not None
        and a.key is not None
        and a.resource.key.name == a.key.name
        and has_access(a.resource, a.vault)
    ),
    ReturnToMicrosoftManagedKeys: lambda a: a.resource.key_source != CUSTOMER,
    EnableSoftDelete: lambda a: a.vault.soft_delete,
    EnablePurgeProtection: lambda a: a.vault.purge_protection,
    GrantKeyAccess: lambda a: has_access(a.resource, a.vault),
    RevokeKeyAccess: lambda a: not has_access(a.resource, a.vault),
    DisableKey: lambda a: not a.key.enabled,
    EnableKey: lambda a: a.key.enabled,
    DeployModel: lambda a: a.model.state == "deployed",
    UndeployModel: lambda a: a.model.state == "undeployed",
}
"""For each command that sets something: whether that is so already."""


@request(*ALREADY_SO, by=("environment.exists",))
def asking_for_what_is_so_changes_nothing(step: Step) -> Iterator[Expectation]:
    """Asking for what already is so changes nothing."""
    if step.accepted and ALREADY_SO[type(step.command)](step.asked):
        yield Unchanged()


@change(*KINDS, by=("revocation.only-that-resource",))
def a_request_changes_only_what_depends_on_what_it_names(changed: Change) -> Iterator[Expectation]:
    """A request changes nothing of what does not depend on the thing that it is about."""
    entities = [entity for entity in (changed.was, changed.now) if entity is not None]
    if not any(depends(entity, subject) for entity in entities for subject in subjects(changed.step)):
        yield from stays(changed)


def subjects(step: Step) -> set[tuple[str, str]]:
    """Return kind and name of the things that the command is about; where it puts them is no such thing."""
    command: Any = step.command
    match command:
        case MoveResourceGroup(group=group, subscription=subscription):
            things = [thing for kind in (Resource, Vault) for thing in step.before.every(kind)]
            held = [thing for thing in things if (thing.group, thing.subscription.name) == (group, subscription)]
            return {(type(thing).word, thing.name) for thing in held}
        case GrantKeyAccess() | RevokeKeyAccess() | EnableCustomerManagedKeys():
            return {("resource", command.resource)}
    field = "key" if "key" in command.fields else command.fields[0]
    return {(field, entity_name(command, field))}


def depends(entity: Entity, subject: tuple[str, str]) -> bool:
    """Return whether the entity is the subject, or leads to it."""
    if (type(entity).word, entity.name) == subject:
        return True
    linked = [getattr(entity, link) for link in type(entity).links]
    return any(depends(other, subject) for other in linked if other is not None)


THEOREMS = collected(globals())
