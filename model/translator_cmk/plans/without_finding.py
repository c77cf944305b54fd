"""The changes that were judged and of which nothing was found, each in a few words."""

from collections.abc import Collection
from dataclasses import dataclass

from .causes import how_changed
from .inventory import Entry
from .plan import DELETE, NO_CHANGE, READ, Plan
from .things import (
    Account,
    Group,
    Identity,
    Key,
    KeyInUse,
    KeyUsed,
    MayBeUnknown,
    Policy,
    PolicyList,
    Role,
    RoleDefinition,
    Thing,
    Vault,
)
from .world import UsedKey, World, covers


@dataclass(frozen=True)
class WithoutFinding:
    """One change of which nothing was found."""

    address: str
    actions: tuple[str, ...]
    does: str = ""
    """What it does, where its actions say too little."""


def changes_without_finding(world: World, found: Collection[str]) -> tuple[WithoutFinding, ...]:
    """Return the judged changes of which nothing was found, those first that say what they do.

    ``found`` has the addresses that have a finding.
    """
    telling: list[WithoutFinding] = []
    others: list[WithoutFinding] = []
    for entry in world.entries:
        resource = entry.resource
        is_changed = not set(resource.actions) <= {NO_CHANGE, READ}
        if not is_changed or entry.address in found or not concerns_an_account(world, entry):
            continue
        does = told(world, entry)
        if does:
            telling.append(WithoutFinding(entry.address, resource.actions, does))
        else:
            does = how_changed(resource)
            others.append(WithoutFinding(entry.address, resource.actions, does))
    return (*telling, *others)


def changes_of_others(
    plan: Plan, found: Collection[str], judged: Collection[WithoutFinding]
) -> tuple[WithoutFinding, ...]:
    """Return the changes that concern no account that is judged."""
    named = {*found, *(change.address for change in judged)}
    others: list[WithoutFinding] = []
    for resource in plan.changes():
        if resource.address not in named:
            does = how_changed(resource)
            others.append(WithoutFinding(resource.address, resource.actions, does))
    return tuple(others)


def concerns_an_account(world: World, entry: Entry) -> bool:
    """Return whether a resource has to do with an account that is judged."""
    for thing in (entry.before, entry.after):
        if thing is not None and is_about_an_account(world, thing):
            return True
    return False


def is_about_an_account(world: World, thing: Thing) -> bool:
    """Return whether a thing is an account that is judged, or something that it uses."""
    match thing:
        case Account():
            return world.account(thing.id) is not None
        case KeyInUse():
            return world.account(thing.account) is not None
        case Vault():
            return is_used(world, thing.id)
        case Key() | Policy() | PolicyList():
            return is_used(world, thing.vault)
        case Group():
            return holds_something_used(world, thing)
        case Identity():
            users = [account.user.names for account in world.every_account()]
            return any(thing.id in names or thing.principal in names for names in users)
        case RoleDefinition():
            return False
        case Role():
            reached = [vault for vault in world.every_vault() if covers(thing.scope, vault, world)]
            return any(vault.name in world.used_vaults() for vault in reached)


def holds_something_used(world: World, group: Group) -> bool:
    """Return whether a group holds a judged account, or a vault that one uses."""
    for account in world.every_account():
        if group.holds(account.before) or group.holds(account.after):
            return True
    for name in world.used_vaults():
        vault = world.vault_named(name)
        if group.holds(vault.before) or group.holds(vault.after):
            return True
    return False


def is_used(world: World, reference: MayBeUnknown) -> bool:
    """Return whether a reference is to a vault that an account has to do with."""
    vault = world.vault(reference)
    return vault is not None and vault.name in world.used_vaults()


def told(world: World, entry: Entry) -> str:
    """Return what a change does if it is about the version of a key; else nothing."""
    keys = keys_of(entry)
    if keys is None:
        return ""
    before, after = keys
    used = world.used_key(before)
    if used is None or used != world.used_key(after) or before == after or goes(world, used):
        return ""
    if after.version is None and is_known(after):
        return f"names no version of the key {used.key} any more"
    return f"another version of the key {used.key}; data is assumed to be kept"


def goes(world: World, used: UsedKey) -> bool:
    """Return whether the plan deletes a key."""
    for entry in world.entries:
        key = entry.before
        if isinstance(key, Key) and DELETE in entry.resource.actions:
            vault = world.vault(key.vault)
            if vault is not None and UsedKey(vault.name, world.key(vault, key.name).name) == used:
                return True
    return False


def keys_of(entry: Entry) -> tuple[KeyUsed, KeyUsed] | None:
    """Return the key that an entry uses before and after, if it uses one both times."""
    before, after = entry.before, entry.after
    if not isinstance(before, Account | KeyInUse) or not isinstance(after, Account | KeyInUse):
        return None
    if not isinstance(before.key, KeyUsed) or not isinstance(after.key, KeyUsed):
        return None
    return before.key, after.key


def is_known(key: KeyUsed) -> bool:
    """Return whether the id of a key is known, and not only which resource has it."""
    return isinstance(key.vault, str) and not key.vault.startswith("@")
