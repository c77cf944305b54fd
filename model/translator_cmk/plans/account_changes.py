"""The changes of an account: its life, its identity, and the key that it uses."""

from collections.abc import Iterator
from typing import Any

from ..machine.commands import (
    CreateKey,
    DeleteResource,
    DisableIdentity,
    EnableCustomerManagedKeys,
    EnableIdentity,
    ReturnToMicrosoftManagedKeys,
)
from .context import NOTHING, Commands, Context, PlannedChange, may
from .plan import CREATE, UNKNOWN
from .things import Account, Identity, KeyInUse, MayBeUnknown
from .verdicts import NOT_SPECIFIED

PURGES = "cognitive_account.purge_soft_delete_on_destroy"
"""The setting of azurerm by which a deleted account is purged too; it is on unless turned off."""

# Accounts


def account_deleted(context: Context, account: Account) -> Iterator[PlannedChange]:
    """Yield that the account is deleted, to be made again perhaps."""
    if not context.is_this_account(account.id):
        return
    is_replaced = context.plan_does(CREATE, context.account)
    kind = "account-replaced" if is_replaced else "account-deleted"
    delete = (DeleteResource(context.account.name),)
    purged = str(context.feature(PURGES))  # the words are chosen by it in `advice.PHRASES`
    yield context.change(kind, (delete,), purged=purged)


def account_created(context: Context, account: Account) -> Iterator[PlannedChange]:
    if not context.is_this_account(account.id):
        return
    used = context.estate.used_key(account.key)
    options: dict[str, Any] = {}
    kind = "account-created"
    if used is not None:
        options["keys"] = "customer-managed"
        kind = "account-created-with-key"
    create = context.setup.create_resource(account, **options)
    yield context.change(kind, ((create,),))
    if account.has_identity is not False:
        enable = (EnableIdentity(context.account.name),)
        yield context.change("identity-on", may(enable, account.has_identity is True))


def account_updated(context: Context, before: Account, after: Account) -> Iterator[PlannedChange]:
    if not context.is_this_account(before.id):
        return
    name = context.account.name
    # The order counts: an identity is on before a key is put in use, and off after that.
    if before.has_identity is False and after.has_identity is not False:
        enable = (EnableIdentity(name),)
        yield context.change("identity-on", may(enable, after.has_identity is True))
    yield from key_of_account_updated(context, before, after)
    yield from user_changed(context, before.key, after.key)
    if before.identity is not False and after.identity is False:
        yield identity_off(context)
    yield from identity_detached(context, before, after)
    # If the type alone is unknown, the user-assigned identities stay.
    all_may_go = before.has_identity is True and after.assigned is UNKNOWN
    if all_may_go or (before.identity is True and after.identity is UNKNOWN):
        yield context.change("identity-unknown", may((DisableIdentity(name),)))


def identity_off(context: Context) -> PlannedChange:
    """Return that the system-assigned identity goes, by which the account uses its key or not."""
    disable = (DisableIdentity(context.account.name),)
    if context.account.user.is_system:
        return context.change("identity-off", (disable,))
    return context.change("identity-off-beside-another", may(disable))


def key_of_account_updated(
    context: Context, before: Account, after: Account
) -> Iterator[PlannedChange]:
    if before.key == after.key:
        return
    if after.key is not None:
        yield from keys_enabled(context, after.key)
    elif after.leaves_key_open:
        yield key_left_out(context)
    else:
        yield key_dropped(context)


# User-assigned identities


def identity_detached(context: Context, before: Account, after: Account) -> Iterator[PlannedChange]:
    """Yield that the account loses the user-assigned identity by which it uses its key."""
    if UNKNOWN in (before.assigned, after.assigned):
        return
    staying: set[str] = set()
    for name in after.assigned:
        staying |= context.estate.identities.get(name, {name})
    if context.account.user.may_be & (before.assigned - staying):
        yield from key_without_its_user(context, "identity-detached")


def identity_deleted(context: Context, identity: Identity) -> Iterator[PlannedChange]:
    """Yield that the user-assigned identity goes by which the account uses its key."""
    if context.account.user.may_be & {identity.id, identity.principal, f"@{context.entry.address}"}:
        yield from key_without_its_user(context, "identity-deleted")


def key_without_its_user(context: Context, kind: str) -> Iterator[PlannedChange]:
    """Yield that nobody may be left who can use the key."""
    used = context.account.key
    if used is not None:
        vault = context.estate.vault_named(used.vault)
        yield context.change(kind, may(context.revoke(vault)), vault)


def user_changed(
    context: Context, before: MayBeUnknown, after: MayBeUnknown
) -> Iterator[PlannedChange]:
    """Yield that another identity than before is to use the same key."""
    estate, account = context.estate, context.account
    if estate.used_key(before) is None or estate.used_key(before) != estate.used_key(after):
        return
    old = estate.user_of(account, account.before, before)
    new = estate.user_of(account, account.after or account.before, after)
    was_on = account.before is not None and account.before.identity is not False
    is_off = account.after is not None and account.after.identity is False
    if old.is_system and was_on and is_off:
        # The words of `identity-off` say this too.
        return
    if not old.names & new.names and before.client != after.client:
        yield context.change("key-used-by-another", (NOTHING,), verdict=NOT_SPECIFIED)


# Customer-managed keys


def key_put_in_use(
    context: Context, thing: KeyInUse, before: MayBeUnknown = None
) -> Iterator[PlannedChange]:
    """Yield that a resource beside the account puts a key in use: ``before``, the key that it named
    until then.
    """
    if not context.is_this_account(thing.account):
        return
    yield from user_changed(context, before, thing.key)
    yield from keys_enabled(context, thing.key)


def keys_enabled(context: Context, key: MayBeUnknown) -> Iterator[PlannedChange]:
    """Yield that customer-managed keys are enabled, with another key perhaps."""
    used = context.estate.used_key(key)
    if used is None:
        yield from unknown_key(context)
        return
    name = context.account.name
    if used.in_hsm:
        enable = EnableCustomerManagedKeys(name, store="managed-hsm", through="api")
        yield context.change("key-in-hsm", ((enable,),))
        return
    enable = EnableCustomerManagedKeys(name, used.vault, used.key, through="api")
    before = context.account.key
    kind = "key-enabled" if before is None else "key-changed"
    commands: Commands = (enable,)
    if before == used:
        kind = "key-version"
        if context.setup.works_by_role():
            # The service has taken a key of this vault already, whatever a role is worth.
            commands = NOTHING
    vault = context.estate.vault_named(used.vault)
    yield context.change(kind, (commands,), vault, key=used.key)


def unknown_key(context: Context) -> Iterator[PlannedChange]:
    """Yield that a key is put in use of which only the apply will tell which it is."""
    used = context.account.key
    if used is None or used.in_hsm:
        yield context.change("key-unknown", (NOTHING,), verdict=NOT_SPECIFIED)
        return
    # if it is not the key in use, another one of the same vault stands for it
    other = f"not-{used.key}"
    commands = (
        CreateKey(used.vault, other),
        EnableCustomerManagedKeys(context.account.name, used.vault, other, through="api"),
    )
    yield context.change("key-unknown", may(commands), context.estate.vault_named(used.vault))


def key_given_up(context: Context, thing: KeyInUse) -> Iterator[PlannedChange]:
    # A key that nothing tells is not judged, as its account has none in the world before.
    is_judged = context.estate.used_key(thing.key) is not None
    if is_judged and not thing.stays and context.is_this_account(thing.account):
        give_up = (ReturnToMicrosoftManagedKeys(context.account.name),)
        yield context.change("key-given-up", (give_up,))


def key_dropped(context: Context) -> PlannedChange:
    """Return that the block of the account names no key, which a resource beside it may name."""
    give_up = (ReturnToMicrosoftManagedKeys(context.account.name),)
    owner = context.other_owner_of_key()
    if owner is None:
        return context.change("key-given-up", (give_up,))
    return context.change("key-given-up-beside", (give_up,), owner=owner.address)


def key_left_out(context: Context) -> PlannedChange:
    """Return that the body of the account leaves the key open, which may mean that it goes."""
    readings = may((ReturnToMicrosoftManagedKeys(context.account.name),))
    owner = context.other_owner_of_key()
    if owner is None:
        return context.change("key-left-out", readings)
    return context.change("key-left-out-beside", readings, owner=owner.address)
