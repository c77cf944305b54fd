"""The changes of a key: that it goes, that it comes, and who uses it meanwhile."""

import re
from collections.abc import Iterator

from ..machine.commands import CreateKey, DeleteKey, DisableKey, RecoverKey
from .context import HSM, NOTHING, Context, PlannedChange, may
from .estate import KnownVault
from .plan import UNKNOWN
from .setup import type_and_size
from .things import Key
from .verdicts import NOT_SPECIFIED

RECOVERS = "key_vault.recover_soft_deleted_keys"
"""The setting of azurerm by which it recovers a deleted key that is made again."""


def key_deleted(context: Context, key: Key) -> Iterator[PlannedChange]:
    vault = context.vault(key.vault)
    if vault is None:
        return
    known = context.estate.key(vault, key.name)
    used = context.account.key
    is_used = used is not None and (used.vault, used.key) == (vault.name, known.name)
    words = {"key": known.name, "used": str(is_used)}
    readings = may((DeleteKey(vault.name, known.name),), certain=not vault.is_hsm)
    yield context.change("key-deleted", readings, vault, HSM if vault.is_hsm else "", **words)


def key_created(context: Context, key: Key) -> Iterator[PlannedChange]:
    vault = context.vault(key.vault)
    if vault is None:
        return
    known = context.estate.key(vault, key.name)
    # the plan shows it before as well, so it is deleted first, and soft delete has it then
    if known.exists_before and context.feature(RECOVERS) is not False:
        recover = RecoverKey(vault.name, known.name)
        yield context.change("key-recovered", ((recover,),), vault, key=known.name)
        return
    create = CreateKey(vault.name, known.name, *type_and_size(key))
    yield context.change("key-created", ((create,),), vault, key=known.name)


# What a key can be used for, and when


def key_updated(context: Context, before: Key, after: Key) -> Iterator[PlannedChange]:
    """Yield what another use, or other dates, of the key mean to an account that uses it."""
    vault = context.vault(before.vault)
    used = context.account.key
    if vault is None or used is None or used.vault != vault.name:
        return
    name = context.estate.key(vault, before.name).name
    if used.key != name:
        return
    gone = operations_gone(before, after)
    is_disabled = before.enabled is not False and after.enabled is False
    if is_disabled or gone:
        disable = (DisableKey(vault.name, name),)
        is_certain = is_disabled or len(gone) == len(OPERATIONS)
        readings = may(disable, is_certain)
        yield context.change("key-unusable", readings, vault, key=name, operations=gone)
    if starts_later(context, before, after):
        yield key_dated(context, vault, name, "start", after.starts)
    if after.expires not in (None, before.expires):
        date = "expiry" if before.expires is None else "other expiry"
        yield key_dated(context, vault, name, date, after.expires)


def key_dated(
    context: Context, vault: KnownVault, key: str, date: str, day: object
) -> PlannedChange:
    """Return that a key gets a date, with the day if it is known."""
    known = DATE.match(day) if isinstance(day, str) else None
    names = {"key": key, "date": date, "day": known[0] if known else ""}
    return context.change("key-dated", (NOTHING,), vault, verdict=NOT_SPECIFIED, **names)


OPERATIONS = ("wrapKey", "unwrapKey")
"""What an account does with its key."""


def operations_gone(before: Key, after: Key) -> list[str]:
    """Return what an account does with its key and can't do any more."""
    if UNKNOWN in (before.operations, after.operations) or after.operations is None:
        return []
    gone: list[str] = []
    for operation in OPERATIONS:
        # A key of which nothing is said can do all.
        was_there = before.operations is None or operation.lower() in before.operations
        if was_there and operation.lower() not in after.operations:
            gone.append(operation)
    return gone


def starts_later(context: Context, before: Key, after: Key) -> bool:
    """Return whether a key gets a date before which it can't be used, and which may be to come."""
    if after.starts in (None, before.starts):
        return False
    # Times such as `2026-12-02T09:00:00Z` have the order of texts.  A plan that doesn't say when it
    # was made has an empty text, which comes before all of them.
    return not isinstance(after.starts, str) or after.starts > context.plan.made


DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
"""How a date begins that a planning tool writes."""
