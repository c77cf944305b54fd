"""The changes of an account: its life, its identity, and the key that it uses."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..machine.commands import (
    CreateKey,
    DeleteResource,
    DisableIdentity,
    EnableCustomerManagedKeys,
    EnableIdentity,
    ReturnToMicrosoftManagedKeys,
)
from .causes import MOST_NAMED, prevention, put_back, set_back, targets
from .context import NOTHING, Change, Context, may
from .inventory import Entry
from .plan import CREATE, NO_CHANGE, UNKNOWN, without_keys
from .things import Account, Identity, Key, KeyInUse, KeyUsed, MayBeUnknown, Policy, Vault
from .verdicts import NOT_SPECIFIED
from .world import KnownVault, UsedKey, location_name

PURGES = "cognitive_account.purge_soft_delete_on_destroy"
"""The setting of azurerm by which a deleted account is purged too; it is on unless turned off."""

# Accounts


def account_deleted(context: Context, entry: Entry, account: Account) -> Iterator[Change]:
    if context.is_mine(account.id):
        kind = "account-replaced" if context.makes_again(context.account) else "account-deleted"
        delete = (DeleteResource(context.account.name),)
        words = {
            "recovery": recovery_of(context, entry),
            "back": set_back(context.plan, entry.resource),
            "kept": put_back(entry.resource),
            "prevent": prevention(context.plan, entry.resource),
        }
        yield context.change(kind, (delete,), None, **words)


def recovery_of(context: Context, entry: Entry) -> str:
    """Return whether a deleted account is kept for a while, as the provider deletes it."""
    purges = purges_it(context, entry)
    if purges is True:
        return (
            "azurerm purges it at once, so it can't be recovered; with `features { "
            "cognitive_account { purge_soft_delete_on_destroy = false } }` in the provider, Azure "
            "keeps it for 48 hours."
        )
    if purges is False:
        return "Azure keeps it for 48 hours, in which it can be recovered."
    return "Whether azurerm purges it at once, so that it can't be recovered, is not known."


def purges_it(context: Context, entry: Entry) -> Any:
    """Return whether the provider purges an account that it deletes, or `UNKNOWN`."""
    return context.plan.feature(entry.resource, PURGES, True)


def account_created(context: Context, account: Account) -> Iterator[Change]:
    if not context.is_mine(account.id):
        return
    used = context.world.used_key(account.key)
    options: dict[str, Any] = {}
    kind = "account-created"
    if used is not None:
        options["keys"] = "customer-managed"
        kind = "account-created-with-key"
    create = context.setup.create_resource(account, **options)
    yield context.change(kind, ((create,),))
    if account.identity is not False:
        enable = (EnableIdentity(context.account.name),)
        yield context.change("identity-on", may(enable, account.identity is True))


def account_updated(
    context: Context, entry: Entry, before: Account, after: Account
) -> Iterator[Change]:
    if not context.is_mine(before.id):
        return
    name = context.account.name
    if before.identity is False and after.identity is not False:
        enable = (EnableIdentity(name),)
        yield context.change("identity-on", may(enable, after.identity is True))
    yield from key_of_account_updated(context, entry, before, after)
    yield from user_changed(context, before.key, after.key)
    if before.identity is not False and after.identity is False:
        yield identity_off(context)
    yield from identity_detached(context, before, after)
    if before.identity is True and after.identity is UNKNOWN:
        yield context.change("identity-unknown", may((DisableIdentity(name),)))


def identity_off(context: Context) -> Change:
    """Return that the system-assigned identity goes, for a user-assigned one perhaps."""
    readings = ((DisableIdentity(context.account.name),),)
    if not context.account.user.is_system:
        return context.change("identity-off-beside-another", may(readings[0]))
    if not context.is_used_by_another_identity():
        return context.change("identity-off", readings)
    given = policies_for_others(context)
    access = f", with access by {given[0]}" if given else ""
    return context.change("identity-switched", readings, access=access)


def policies_for_others(context: Context) -> list[str]:
    """Return the addresses of new policies for other identities on the vaults of the account."""
    found: list[str] = []
    for entry in context.world.entries:
        policy = entry.after
        if not isinstance(policy, Policy) or CREATE not in entry.resource.actions:
            continue
        is_mine = context.world.is_of(policy, context.account)
        if is_mine is not True and context.vault(policy.vault) is not None:
            found.append(entry.address)
    return found


def key_of_account_updated(
    context: Context, entry: Entry, before: Account, after: Account
) -> Iterator[Change]:
    if after.key is None:
        if before.key is not None:
            yield left_out(context, entry) if after.leaves_key_open else given_up(context)
        return
    if after.key is UNKNOWN:
        if before.key is not UNKNOWN:
            yield from unknown_key(context)
        return
    if before.key != after.key:
        yield from enabled(context, context.world.used_key(after.key))


# User-assigned identities


def identity_detached(context: Context, before: Account, after: Account) -> Iterator[Change]:
    """Yield that the account loses the user-assigned identity by which it uses its key."""
    if UNKNOWN in (before.assigned, after.assigned):
        return
    if context.account.user.names & (before.assigned - after.assigned):
        yield from key_without_its_user(context, "identity-detached")


def identity_deleted(context: Context, entry: Entry, identity: Identity) -> Iterator[Change]:
    """Yield that the user-assigned identity goes by which the account uses its key."""
    if context.account.user.names & {identity.id, identity.principal, f"@{entry.address}"}:
        yield from key_without_its_user(context, "identity-deleted")


def key_without_its_user(context: Context, kind: str) -> Iterator[Change]:
    """Yield that nobody may be left who can use the key."""
    used = context.account.key
    if used is not None and not context.account.user.is_system:
        vault = context.world.vault_named(used.vault)
        yield context.change(kind, may(context.revoke(vault)), vault)


def user_changed(context: Context, before: MayBeUnknown, after: MayBeUnknown) -> Iterator[Change]:
    """Yield that another identity than before is to use the same key."""
    world, account = context.world, context.account
    if world.used_key(before) is None or world.used_key(before) != world.used_key(after):
        return
    old = world.user_of(account, account.before, before)
    new = world.user_of(account, account.after or account.before, after)
    is_off = account.before is not None and account.before.identity is not False
    is_off = is_off and account.after is not None and account.after.identity is False
    if not is_off and not old.names & new.names and before.client != after.client:
        yield context.change("key-used-by-another", (NOTHING,), verdict=NOT_SPECIFIED)


# Customer-managed keys


def key_put_in_use(context: Context, thing: KeyInUse, before: MayBeUnknown) -> Iterator[Change]:
    if not context.is_mine(thing.account):
        return
    yield from user_changed(context, before, thing.key)
    if thing.key is UNKNOWN or context.world.used_key(thing.key) is None:
        yield from unknown_key(context)
    else:
        yield from enabled(context, context.world.used_key(thing.key))


def enabled(context: Context, used: UsedKey | None) -> Iterator[Change]:
    """Yield that customer-managed keys are enabled, with another key perhaps."""
    if used is None:
        return
    name = context.account.name
    if used.in_hsm:
        enable = EnableCustomerManagedKeys(name, store="managed-hsm", through="api")
        yield context.change("key-in-hsm", ((enable,),))
        return
    enable = EnableCustomerManagedKeys(name, used.vault, used.key, through="api")
    before = context.account.key
    kind = "key-enabled" if before is None else "key-changed"
    if before == used:
        kind = "key-version"
    vault = context.world.vault_named(used.vault)
    yield context.change(
        kind,
        ((enable,),),
        vault,
        key=used.key,
        key_facts=facts_of_key(context, vault, used.key),
        vault_facts=facts_of_vault(context, vault),
        key_address=address_of_new_key(context, used),
        vault_address=address_of_vault(context, vault),
        new_key=f"the key {used.key}" if is_new_key(vault, used) else "",
        new_vault="" if vault.exists_before else f"the vault {vault.name}",
    )


def is_new_key(vault: KnownVault, used: UsedKey) -> bool:
    """Return whether the plan makes a key that was not there."""
    return any(not key.exists_before for key in vault.keys.values() if key.name == used.key)


def address_of_new_key(context: Context, used: UsedKey) -> str:
    """Return the address of the resource of azurerm that makes a key; empty if none does."""
    for entry in context.world.entries:
        key = entry.after
        if not isinstance(key, Key) or entry.resource.actions != (CREATE,):
            continue
        vault = context.world.vault(key.vault)
        if vault is None or not entry.resource.type.startswith("azurerm_"):
            continue
        if UsedKey(vault.name, context.world.key(vault, key.name).name) == used:
            return entry.address
    return ""


def address_of_vault(context: Context, vault: KnownVault) -> str:
    """Return the address of the resource of azurerm that has a vault; empty if none does."""
    for entry in context.world.entries:
        is_it = isinstance(entry.after, Vault) and context.world.vault(entry.after.id) is vault
        is_data = entry.resource.is_data
        if is_it and entry.resource.type.startswith("azurerm_") and not is_data:
            return entry.address
    return ""


def facts_of_key(context: Context, vault: KnownVault, name: str) -> str:
    """Return type and size of a key as far as the plan shows them, in parentheses."""
    [known] = [key for key in vault.keys.values() if key.name == name]
    shown = known.after or known.before
    facts: list[str] = []
    if shown is not None and isinstance(shown.type, str):
        facts.append(context.world.names.shown(shown.type, "another type"))
    if shown is not None and isinstance(shown.size, int):
        facts.append(f"{shown.size} bits")
    return in_parentheses(facts)


def facts_of_vault(context: Context, vault: KnownVault) -> str:
    """Return region and protection of a vault as far as the plan shows them, in parentheses."""
    shown = vault.after or vault.before
    facts: list[str] = []
    if shown is not None and isinstance(shown.location, str):
        facts.append(context.world.names.shown(location_name(shown.location), "another region"))
    if shown is not None and isinstance(shown.purge_protection, bool):
        facts.append(f"purge protection {'on' if shown.purge_protection else 'off'}")
    return in_parentheses(facts)


def in_parentheses(facts: list[str]) -> str:
    """Return facts for a sentence, with a blank before; empty if there are none."""
    return f" ({', '.join(facts)})" if facts else ""


def unknown_key(context: Context) -> Iterator[Change]:
    """Yield that a key is put in use of which only the apply will tell which it is."""
    used = context.account.key
    if used is None or used.in_hsm:
        words = words_on_new_keys(context, None)
        yield context.change(
            "key-unknown", (NOTHING,), verdict=NOT_SPECIFIED, new=words.new, first=words.first
        )
        return
    other = f"{used.key[:40]}-or-another"
    commands = (
        CreateKey(used.vault, other),
        EnableCustomerManagedKeys(context.account.name, used.vault, other, through="api"),
    )
    vault = context.world.vault_named(used.vault)
    words = words_on_new_keys(context, vault)
    yield context.change(
        "key-unknown", may(commands), vault, key=used.key, new=words.new, first=words.first
    )


class WordsOnNewKeys(NamedTuple):
    """Words on the keys that a plan makes."""

    new: str
    """A sentence that names them; empty if there are none."""
    first: str
    """What to apply first."""


def words_on_new_keys(context: Context, vault: KnownVault | None) -> WordsOnNewKeys:
    """Return words on the keys that the plan makes, in one vault if it is known."""
    names: list[str] = []
    addresses: list[str] = []
    for entry in context.world.entries:
        key = entry.after
        if not isinstance(key, Key) or CREATE not in entry.resource.actions:
            continue
        known = context.world.vault(key.vault)
        if known is not None and vault in (None, known):
            names.append(f"{context.world.key(known, key.name).name} of {known.name}")
            addresses.append(entry.address)
    if not names:
        return WordsOnNewKeys("", "what makes the key unknown")
    return WordsOnNewKeys(
        f" The plan makes the key {', '.join(names[:MOST_NAMED])}.",
        f"the key ({targets(addresses[:MOST_NAMED])})",
    )


def key_given_up(context: Context, thing: KeyInUse) -> Iterator[Change]:
    if context.is_mine(thing.account) and context.world.used_key(thing.key) is not None:
        yield given_up(context)


def given_up(context: Context) -> Change:
    give_up = (ReturnToMicrosoftManagedKeys(context.account.name),)
    owner = context.other_owner_of_key()
    kind = "key-given-up-beside" if owner else "key-given-up"
    unchanged = unchanged_in_words(owner)
    return context.change(kind, (give_up,), owner=address_of(owner), unchanged=unchanged)


def left_out(context: Context, entry: Entry) -> Change:
    """Return that a body names no key any more, which may mean that it is given up."""
    give_up = (ReturnToMicrosoftManagedKeys(context.account.name),)
    owner = context.other_owner_of_key()
    kind = "key-left-out-beside" if owner else "key-left-out"
    body = f"The body of {context.account.name} named the key until now, and no longer does"
    write = "Put `properties.encryption` back into the body as it was"
    if is_of_another_type_before(entry):
        body = (
            f"This plan moves {entry.resource.moved_from} to {entry.address}; the new body leaves "
            f"out the encryption that the account has{key_in_words(context, entry)}"
        )
        write = "Write `properties.encryption` with the key in use into the new body"
    return context.change(
        kind,
        may(give_up),
        owner=address_of(owner),
        unchanged=unchanged_in_words(owner),
        body=body,
        write=write,
    )


def address_of(owner: Entry | None) -> str:
    """Return the address of what names a key; empty if nothing does."""
    return "" if owner is None else owner.address


def unchanged_in_words(owner: Entry | None) -> str:
    """Return that what names the key sets nothing back, as the plan leaves it alone."""
    if owner is None or owner.resource.actions != (NO_CHANGE,):
        return ""
    return ", is unchanged in this plan and sets nothing back (plan again afterwards)"


def is_of_another_type_before(entry: Entry) -> bool:
    """Return whether a plan moves a resource to one of another type."""
    before = without_keys(entry.resource.moved_from)
    return bool(before) and f".{entry.resource.type}." not in f".{before}"


def key_in_words(context: Context, entry: Entry) -> str:
    """Return the key that an account names before the plan, in parentheses."""
    used = context.account.key
    if used is None or not isinstance(entry.before, Account):
        return ""
    facts = [f"key {used.key}"]
    named = entry.before.key
    version = context.world.names.version(named.version) if isinstance(named, KeyUsed) else ""
    if version:
        facts.append(f"version {version}")
    return in_parentheses(facts)
