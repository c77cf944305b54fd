"""The changes of a key: that it goes, that it comes, and who uses it meanwhile."""

import re
from collections.abc import Iterator

from ..machine.commands import CreateKey, DeleteKey, DisableKey, RecoverKey
from .causes import key_put_back, put_back
from .context import NOTHING, Change, Context, may
from .inventory import Entry
from .plan import UNKNOWN
from .setup import type_and_size
from .things import Account, Key, KeyInUse
from .vault_changes import HSM
from .verdicts import NOT_SPECIFIED
from .world import KnownKey, KnownVault, UsedKey

RECOVERS = "key_vault.recover_soft_deleted_keys"
"""The setting of azurerm by which it recovers a deleted key that is made again."""


def key_deleted(context: Context, entry: Entry, key: Key) -> Iterator[Change]:
    vault = context.vault(key.vault)
    if vault is None:
        return
    known = context.world.key(vault, key.name)
    command = DeleteKey(vault.name, known.name)
    configured = key_to_move_to(context, vault, known)
    kind = "key-deleted"
    if configured:
        kind = "key-deleted-before-the-move"
    words = {
        "key": known.name,
        "use": use_of_key(context, vault, known),
        "back": put_back(entry.resource),
        "keep": keep_in_words(entry, known),
        "configured": configured,
        "again": what_comes_again(context, entry, known),
    }
    readings = may((command,), certain=not vault.is_hsm)
    yield context.change(kind, readings, vault, HSM if vault.is_hsm else "", **words)


def keep_in_words(entry: Entry, key: KnownKey) -> str:
    """Return what to do in the configuration so that a key stays."""
    instance = key_put_back(entry.resource)
    return f"Put {instance}" if instance else f"Keep {key.name} in the configuration"


def what_comes_again(context: Context, entry: Entry, key: KnownKey) -> str:
    """Return what azurerm makes of a key that the plan makes again; empty if it doesn't."""
    recovers = context.plan.feature(entry.resource, RECOVERS, True) is not False
    if not key.is_created or not recovers:
        return ""
    return f"; deleting {key.name} and making it again brings back the old key, not a new one"


def key_to_move_to(context: Context, vault: KnownVault, key: KnownKey) -> str:
    """Return the key that the configuration names in place of one that the account keeps after the
    plan; empty if it names none.
    """
    this = UsedKey(vault.name, key.name)
    after = context.key_after()
    if context.account.key != this or key.is_created or not isinstance(after, UsedKey):
        return ""
    configured = context.key_in_configuration()
    if configured is None or (after.vault, after.key) != (this.vault, this.key):
        return ""
    return "" if (configured.vault, configured.key) == (this.vault, this.key) else configured.key


def use_of_key(context: Context, vault: KnownVault, key: KnownKey) -> str:
    """Return whether the account uses a key before the plan and after it, as a clause."""
    account = context.account.name
    this = UsedKey(vault.name, key.name)
    after = context.key_after()
    if context.account.key != this:
        return f"which {account} is to use"
    if after is UNKNOWN:
        return f"which {account} uses; which key it uses after this plan is not known yet"
    if after is None:
        return f"which {account} uses"
    if (after.vault, after.key) != (this.vault, this.key):
        return f"which {account} uses until the plan changes it to {after.key} of {after.vault}"
    if key.is_created:
        return f"which {account} uses, to make it again"
    still = f"which {account} uses, and still uses after this plan"
    configured = key_to_move_to(context, vault, key)
    if configured:
        return (
            f"{still}: its configuration names the key {configured}, but the plan does not move it "
            "there (`ignore_changes`?)"
        )
    new = keys_nobody_uses(context, vault)
    return f"{still}, while no account here uses the new key {new[0]}" if new else still


def keys_nobody_uses(context: Context, vault: KnownVault) -> list[str]:
    """Return the keys of a vault that the plan makes and no account of it is to use."""
    used: set[str] = set()
    for entry in context.entries_naming_keys().values():
        if isinstance(entry.after, Account | KeyInUse):
            named = context.world.used_key(entry.after.key)
            if named is not None and named.vault == vault.name:
                used.add(named.key)
    made = [key.name for key in vault.keys.values() if key.before is None and key.is_created]
    return [name for name in made if name not in used]


def key_created(context: Context, entry: Entry, key: Key) -> Iterator[Change]:
    vault = context.vault(key.vault)
    if vault is None:
        return
    known = context.world.key(vault, key.name)
    recovers = context.plan.feature(entry.resource, RECOVERS, True)
    if known.exists_before and recovers is not False:
        recover = RecoverKey(vault.name, known.name)
        yield context.change("key-recovered", ((recover,),), vault, key=known.name)
        return
    create = CreateKey(vault.name, known.name, *type_and_size(key))
    yield context.change("key-created", ((create,),), vault, key=known.name)


# What a key can be used for, and when


def key_updated(context: Context, before: Key, after: Key) -> Iterator[Change]:
    """Yield what another use, or other dates, of the key mean to an account that uses it."""
    vault = context.vault(before.vault)
    used = context.account.key
    if vault is None or used is None or used.vault != vault.name:
        return
    name = context.world.key(vault, before.name).name
    if used.key != name:
        return
    gone = operations_gone(before, after)
    is_disabled = before.enabled is not False and after.enabled is False
    if is_disabled or gone:
        disable = (DisableKey(vault.name, name),)
        is_certain = is_disabled or len(gone) == len(OPERATIONS)
        words = {"key": name, "operations": " and ".join(gone) or "everything"}
        yield context.change("key-unusable", may(disable, is_certain), vault, **words)
    if starts_later(context, before, after):
        words = {
            "key": name,
            "date": date_in_words("a date before which it can't be used", after.starts),
        }
        yield context.change("key-dated", (NOTHING,), vault, verdict=NOT_SPECIFIED, **words)
    if after.expires not in (None, before.expires):
        kind = (
            "key-dated-by-policy"
            if after.dates_new_versions and before.expires is None
            else "key-dated"
        )
        what = "a date of expiry" if before.expires is None else "another date of expiry"
        words = {"key": name, "date": date_in_words(what, after.expires)}
        yield context.change(kind, (NOTHING,), vault, verdict=NOT_SPECIFIED, **words)


OPERATIONS = ("wrapKey", "unwrapKey")
"""What an account does with its key."""


def operations_gone(before: Key, after: Key) -> list[str]:
    """Return what an account does with its key and can't do any more."""
    if UNKNOWN in (before.operations, after.operations) or after.operations is None:
        return []
    had = before.operations
    return [
        each
        for each in OPERATIONS
        if (had is None or each.lower() in had) and each.lower() not in after.operations
    ]


def starts_later(context: Context, before: Key, after: Key) -> bool:
    """Return whether a key gets a date before which it can't be used, and which may be to come."""
    if after.starts in (None, before.starts):
        return False
    return not isinstance(after.starts, str) or after.starts > context.plan.made


def date_in_words(what: str, date: object) -> str:
    """Return which date a key gets, with the date if it is known."""
    is_known = isinstance(date, str) and DATE.match(date)
    return f"{what}, {str(date)[:10]}" if is_known else what


DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
"""How a date begins that a planning tool writes."""
