"""Each difference between what was there and what is planned, as commands of the model.

A difference may have several *readings*, where a value is unknown or a silence decides: each is a
list of commands, and the plan may mean any of them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ..machine.commands import DisableIdentity
from . import access_changes, account_changes, key_changes, vault_changes
from .context import NOTHING, Context, PlannedChange
from .plan import CREATE, DELETE, PERHAPS, UPDATE, PlannedResource
from .things import (
    Account,
    Group,
    Identity,
    Key,
    KeyInUse,
    Members,
    Policy,
    PolicyRequest,
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
    changes: tuple[PlannedChange, ...]

    @property
    def address(self) -> str:
        return self.resource.address


def operations_of(context: Context) -> Iterator[Operation]:
    """Yield the operations that concern the account, in the order of the plan."""
    for entry in context.estate.entries:
        here = context.at(entry)
        for place, action in enumerate(entry.resource.actions):
            changes = changes_of(here, entry.before, entry.after, action)
            if entry.resource.may_stay:
                changes = map(perhaps, changes)
            found = tuple(changes)
            if found:
                yield Operation(entry.resource, action, place, found)


def changes_of(
    context: Context, before: Thing | None, after: Thing | None, action: str
) -> Iterable[PlannedChange]:
    """Return what one action does to the world of the account."""
    if action == DELETE and type(before) in DELETED:
        return DELETED[type(before)](context, before)
    if action == CREATE and type(after) in CREATED:
        return CREATED[type(after)](context, after)
    if action == UPDATE and type(before) is type(after) and type(after) in UPDATED:
        return UPDATED[type(after)](context, before, after)
    if action == UPDATE and before is None and isinstance(after, KeyInUse):
        # A request that named no key until then.
        return account_changes.key_put_in_use(context, after)
    return not_evaluated(context, before, after) if action == PERHAPS else ()


FindChanges = Callable[..., Iterable[PlannedChange]]
"""Returns what it does to the world of an account that a thing is deleted, made or changed."""

DELETED: Mapping[type, FindChanges] = {
    Account: account_changes.account_deleted,
    Vault: vault_changes.vault_deleted,
    Key: key_changes.key_deleted,
    Policy: access_changes.policy_deleted,
    PolicyRequest: access_changes.policy_request_deleted,
    KeyInUse: account_changes.key_given_up,
    Role: access_changes.role_deleted,
    Group: vault_changes.group_deleted,
    Identity: account_changes.identity_deleted,
    Members: access_changes.members_leave,
    RoleDefinition: access_changes.custom_role_narrowed,
}
CREATED: Mapping[type, FindChanges] = {
    Account: account_changes.account_created,
    Vault: vault_changes.vault_created,
    Key: key_changes.key_created,
    Policy: access_changes.policy_created,
    PolicyRequest: access_changes.policy_request_sent,
    KeyInUse: account_changes.key_put_in_use,
    Role: access_changes.role_created,
}
UPDATED: Mapping[type, FindChanges] = {
    Account: account_changes.account_updated,
    Vault: vault_changes.vault_updated,
    Key: key_changes.key_updated,
    Policy: access_changes.policy_updated,
    PolicyRequest: lambda context, _, after: access_changes.policy_request_sent(context, after),
    KeyInUse: lambda context, before, after: account_changes.key_put_in_use(
        context, after, before.key
    ),
    Members: access_changes.members_leave,
    RoleDefinition: access_changes.custom_role_narrowed,
}


def not_evaluated(
    context: Context, before: Thing | None, after: Thing | None
) -> Iterator[PlannedChange]:
    """Yield that something may take the key away of which what-if doesn't say what is done to it.

    One command that takes the key away stands for all that may be done.
    """
    thing = before or after
    match thing:
        case Account():
            if context.is_this_account(thing.id):
                disable = (DisableIdentity(context.account.name),)
                yield context.change("not-evaluated", (disable,))
        case Vault() | PolicyRequest():
            # What only adds entries takes none away.
            only_adds = isinstance(thing, PolicyRequest) and thing.does == "add"
            vault = context.vault(thing.id if isinstance(thing, Vault) else thing.vault)
            if vault is not None and not only_adds:
                yield context.change("not-evaluated", (context.revoke(vault),), vault)
        case _:
            # What is shown only as it will be is new and takes nothing away; a key may be there.
            gone = thing if isinstance(thing, Key) else before
            for change in changes_of(context, gone, None, DELETE):
                yield replace(change, kind="not-evaluated")


def perhaps(change: PlannedChange) -> PlannedChange:
    """Return a change that is made or not."""
    return replace(change, readings=tuple(dict.fromkeys((*change.readings, NOTHING))))
