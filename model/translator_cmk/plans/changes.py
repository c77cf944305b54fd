"""Each difference between what was there and what is planned, as commands of the model.

A difference may have several *readings*, where a value is unknown or a silence decides: each is a
list of commands, and the plan may mean any of them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..machine.commands import DeleteKey, DisableIdentity
from . import access_changes, account_changes, key_changes, vault_changes
from .context import Change, Context, may
from .inventory import Entry
from .plan import CREATE, DELETE, PERHAPS, UNKNOWN, UPDATE, PlannedResource
from .things import (
    Account,
    Group,
    Identity,
    Key,
    KeyInUse,
    Members,
    Policy,
    PolicyList,
    Role,
    RoleDefinition,
    Thing,
    Vault,
)


@dataclass(frozen=True)
class Operation:
    """What one request to Azure does to the world of an account: all changes in their order."""

    resource: PlannedResource
    verb: str
    """`delete`, `create`, `update` or `perhaps`."""
    place: int
    """Its place among the operations of its resource."""
    changes: tuple[Change, ...]

    @property
    def address(self) -> str:
        """Return the address of its resource."""
        return self.resource.address


def operations_of(context: Context) -> Iterator[Operation]:
    """Yield the operations that concern the account, in the order of the plan."""
    for entry in context.world.entries:
        for place, action in enumerate(entry.resource.actions):
            changes = tuple(changes_of(context, entry, action))
            if changes:
                yield Operation(entry.resource, action, place, changes)


def changes_of(context: Context, entry: Entry, action: str) -> Iterable[Change]:
    """Return what one action does to the world of the account."""
    if action == DELETE and entry.before is not None:
        return deleted(context, entry, entry.before)
    if action == CREATE and entry.after is not None:
        return created(context, entry, entry.after)
    if action == UPDATE and entry.before is not None and entry.after is not None:
        return updated(context, entry, entry.before, entry.after)
    if action == PERHAPS:
        return perhaps(context, entry)
    return ()


def deleted(context: Context, entry: Entry, thing: Thing) -> Iterable[Change]:
    """Return what it does that a thing is deleted."""
    match thing:
        case Account():
            return account_changes.account_deleted(context, entry, thing)
        case Vault():
            return vault_changes.vault_deleted(context, thing)
        case Key():
            return key_changes.key_deleted(context, thing)
        case Policy():
            return access_changes.policy_deleted(context, entry, thing)
        case PolicyList():
            return access_changes.list_deleted(context, entry, thing)
        case KeyInUse():
            return account_changes.key_given_up(context, thing)
        case Role():
            return access_changes.role_deleted(context, entry, thing)
        case Group():
            return vault_changes.group_deleted(context, entry, thing)
        case Identity():
            return account_changes.identity_deleted(context, entry, thing)
        case Members():
            return access_changes.members_leave(context, entry, thing, thing.members)
        case RoleDefinition():
            return access_changes.custom_role_narrowed(context, entry, thing, None)


def created(context: Context, entry: Entry, thing: Thing) -> Iterable[Change]:
    """Return what it does that a thing is made."""
    match thing:
        case Account():
            return account_changes.account_created(context, thing)
        case Vault():
            return vault_changes.vault_created(context, entry, thing)
        case Key():
            return key_changes.key_created(context, entry, thing)
        case Policy():
            return access_changes.policy_created(context, thing)
        case PolicyList():
            return access_changes.list_applied(context, entry, thing)
        case KeyInUse():
            return account_changes.key_put_in_use(context, thing, None)
        case Role():
            return access_changes.role_created(context, thing)
    return ()


def updated(context: Context, entry: Entry, before: Thing, after: Thing) -> Iterable[Change]:
    """Return what it does that a thing is changed in place."""
    match before, after:
        case Account(), Account():
            return account_changes.account_updated(context, before, after)
        case Vault(), Vault():
            return vault_changes.vault_updated(context, entry, before, after)
        case Key(), Key():
            return key_changes.key_updated(context, before, after)
        case Policy(), Policy():
            return access_changes.policy_updated(context, entry, before, after)
        case PolicyList(), PolicyList():
            return access_changes.list_applied(context, entry, after)
        case Members(), Members() if UNKNOWN not in (before.members, after.members):
            gone = (before.members or frozenset()) - (after.members or frozenset())
            return access_changes.members_leave(context, entry, before, gone)
        case RoleDefinition(), RoleDefinition():
            return access_changes.custom_role_narrowed(context, entry, before, after)
        case KeyInUse(), KeyInUse():
            return account_changes.key_put_in_use(context, after, before.key)
    return ()


def perhaps(context: Context, entry: Entry) -> Iterator[Change]:
    """Yield that what was not evaluated may take the key away."""
    thing = entry.before or entry.after
    name = context.account.name
    match thing:
        case Account() if context.is_mine(thing.id):
            yield context.change("not-evaluated", may((DisableIdentity(name),)))
        case Vault() | PolicyList():
            is_added = isinstance(thing, PolicyList) and thing.does == "add"
            vault = context.vault(thing.id if isinstance(thing, Vault) else thing.vault)
            if vault is not None and not is_added:
                yield context.change("not-evaluated", may(context.revoke(vault)), vault)
        case Key():
            vault = context.vault(thing.vault)
            if vault is not None:
                key = context.world.key(vault, thing.name).name
                commands = (DeleteKey(vault.name, key),)
                yield context.change("not-evaluated", may(commands), vault, key=key)
