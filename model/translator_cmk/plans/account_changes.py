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
from .context import NOTHING, Change, Context, may
from .plan import UNKNOWN
from .things import Account, KeyInUse, MayBeUnknown
from .world import KnownVault, UsedKey, location_name

# Accounts


def account_deleted(context: Context, account: Account) -> Iterator[Change]:
    if context.is_mine(account.id):
        kind = "account-replaced" if context.makes_again(context.account) else "account-deleted"
        yield context.change(kind, ((DeleteResource(context.account.name),),))


def account_created(context: Context, account: Account) -> Iterator[Change]:
    if not context.is_mine(account.id):
        return
    used = judged_key(context, account.key)
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


def account_updated(context: Context, before: Account, after: Account) -> Iterator[Change]:
    if not context.is_mine(before.id):
        return
    name = context.account.name
    if before.identity is False and after.identity is not False:
        enable = (EnableIdentity(name),)
        yield context.change("identity-on", may(enable, after.identity is True))
    yield from key_of_account_updated(context, before, after)
    if before.identity is not False and after.identity is False:
        yield context.change("identity-off", ((DisableIdentity(name),),))
    if before.identity is True and after.identity is UNKNOWN:
        yield context.change("identity-unknown", may((DisableIdentity(name),)))


def key_of_account_updated(context: Context, before: Account, after: Account) -> Iterator[Change]:
    if after.key is None:
        if before.key is not None:
            yield left_out(context) if after.leaves_key_open else given_up(context)
        return
    if after.key is UNKNOWN:
        if before.key is not UNKNOWN:
            yield from unknown_key(context)
        return
    if before.key != after.key:
        yield from enabled(context, judged_key(context, after.key))


# Customer-managed keys


def judged_key(context: Context, used: MayBeUnknown) -> UsedKey | None:
    """Return a key that is used by the system-assigned identity; the article knows no other."""
    key = context.world.used_key(used)
    if key is None or key.by_user_assigned:
        return None
    return key


def key_put_in_use(context: Context, thing: KeyInUse) -> Iterator[Change]:
    if not context.is_mine(thing.account):
        return
    if thing.key is UNKNOWN or context.world.used_key(thing.key) is None:
        yield from unknown_key(context)
    else:
        yield from enabled(context, judged_key(context, thing.key))


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
    kind = "key-enabled" if before in (None, used) else "key-changed"
    vault = context.world.vault_named(used.vault)
    yield context.change(
        kind,
        ((enable,),),
        vault,
        key=used.key,
        key_facts=facts_of_key(context, vault, used.key),
        vault_facts=facts_of_vault(context, vault),
    )


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
        yield context.change("key-unknown", (NOTHING,), unsaid=True)
        return
    other = f"{used.key[:40]}-or-another"
    commands = (
        CreateKey(used.vault, other),
        EnableCustomerManagedKeys(context.account.name, used.vault, other, through="api"),
    )
    vault = context.world.vault_named(used.vault)
    yield context.change("key-unknown", may(commands), vault, key=used.key)


def key_given_up(context: Context, thing: KeyInUse) -> Iterator[Change]:
    if context.is_mine(thing.account) and judged_key(context, thing.key) is not None:
        yield given_up(context)


def given_up(context: Context) -> Change:
    gone = context.goes_besides(None)
    kind = "key-given-up-with-more" if gone else "key-given-up"
    give_up = (ReturnToMicrosoftManagedKeys(context.account.name),)
    return context.change(kind, (give_up,), gone=gone)


def left_out(context: Context) -> Change:
    """Return that a body names no key any more, which may mean that it is given up."""
    give_up = (ReturnToMicrosoftManagedKeys(context.account.name),)
    return context.change("key-left-out", may(give_up))
