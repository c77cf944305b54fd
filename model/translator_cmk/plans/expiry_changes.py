"""A date of expiry on a key: which version gets it, and which accounts are on that version."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..words import listed
from .context import NOTHING, Change, Context
from .inventory import Entry
from .things import Account, Key, KeyInUse, KeyUsed
from .world import KnownKey, KnownVault

DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
"""How a date begins that a planning tool writes."""

AZURERM_KEY = "azurerm_key_vault_key"
"""The resource that replaces a key of which the configuration no longer has a date."""


@dataclass
class Users:
    """The accounts that use a key, by how each comes to a version of it."""

    moved: list[str] = field(default_factory=list)
    """Those that the plan moves to the newest version."""
    there: list[str] = field(default_factory=list)
    """Those that are on it already."""
    on_another: list[str] = field(default_factory=list)
    """Those that stay on an older version."""
    without: list[str] = field(default_factory=list)
    """Those whose configuration names no version."""
    by_hand: list[str] = field(default_factory=list)
    """Those that use the version that somebody wrote down."""
    reading: dict[str, str] = field(default_factory=dict)
    """Those that use the version that a resource has, with its address."""


def key_expires(context: Context, entry: Entry, before: Key, after: Key) -> Iterator[Change]:
    """Yield that the key of the account gets a date of expiry."""
    vault = context.vault(before.vault)
    if vault is None or before.expires == after.expires or after.expires is None:
        return
    known = context.world.key(vault, before.name)
    used = context.account.key
    if used is None or used.vault != vault.name or used.key != known.name:
        return
    yield context.change(
        kind_of(entry, before, after),
        (NOTHING,),
        vault,
        "",
        True,
        key=known.name,
        version=newest_in_words(context, after),
        date=date_of_expiry(before, after),
        rotation="; a policy rotates the key" if after.rotates else "",
        use=use_in_words(users_of(context, vault, known, after)),
        **remedies_of_policy(after),
    )


def remedies_of_policy(key: Key) -> dict[str, str]:
    """Return words on what else of a rotation policy has to go where the date is left out."""
    at_expiry = "time_before_expiry" in key.by_expiry
    gone = [name for name in key.by_expiry if name != "time_before_expiry"]
    rotate = "and let the policy rotate by time_after_creation"
    never = ""
    if at_expiry:
        rotate += " in place of time_before_expiry"
        never = (
            "; with `ignore_changes` from the beginning the date is never written, and nothing "
            "rotates"
        )
    return {"dated": listed(["expiration_date", *gone]), "rotate": rotate, "never": never}


def kind_of(entry: Entry, before: Key, after: Key) -> str:
    """Return the kind of the change: what helps depends on what azurerm does without the date."""
    if entry.resource.type != AZURERM_KEY:
        return "key-expires"
    if before.expires is not None:
        return "key-expires-on-another-date"
    return "key-expires-by-policy" if "expire_after" in after.by_expiry else "key-expires"


def date_of_expiry(before: Key, after: Key) -> str:
    """Return that a key gets a date of expiry, or another one, with the date if it is known."""
    kind = "a date of expiry" if before.expires is None else "another date of expiry"
    is_known = isinstance(after.expires, str) and DATE.match(after.expires)
    return f"{kind}, {after.expires[:10]}" if is_known else kind


def newest_in_words(context: Context, key: Key) -> str:
    """Return the version that gets the date, which is the newest one, as the subject."""
    shown = context.world.names.version(key.version)
    return f"Version {shown}" if shown else "The newest version"


def users_of(context: Context, vault: KnownVault, key: KnownKey, newest: Key) -> Users:
    """Return the accounts that use a key after the change."""
    users = Users()
    for account, entry in context.entries_naming_keys().items():
        facts = entry.after
        if not isinstance(facts, Account | KeyInUse) or not isinstance(facts.key, KeyUsed):
            continue
        used = context.world.used_key(facts.key)
        if used is not None and (used.vault, used.key) == (vault.name, key.name):
            add_user(users, account, entry, facts.key, newest)
    return users


def add_user(users: Users, account: str, entry: Entry, used: KeyUsed, newest: Key) -> None:
    """Note how one account comes to its version of the key."""
    source = used.vault
    reads = isinstance(source, str) and source.startswith("@")
    if used.version is None and not reads:
        users.without.append(account)
        return
    if not reads and isinstance(newest.version, str) and used.version != newest.version:
        users.on_another.append(account)
        return
    if reads:
        users.reading[account] = source[1:]
    else:
        users.by_hand.append(account)
    before = entry.before
    was = before.key if isinstance(before, Account | KeyInUse) else None
    is_there = isinstance(was, KeyUsed) and was.version in (newest.version, used.version)
    (users.there if is_there else users.moved).append(account)


def use_in_words(users: Users) -> str:
    """Return who uses the version that expires, and how a newer one comes to each account."""
    said: list[str] = []
    if users.moved:
        said.append(f"This plan moves {listed(sorted(users.moved))} to this version.")
    if users.there:
        said.append(f"On this version already: {listed(sorted(users.there))}.")
    if users.on_another:
        said.append(
            f"On an older version, which keeps its own date: {listed(sorted(users.on_another))}."
        )
    if users.without:
        said.append(f"No version is named for {listed(sorted(users.without))}.")
    for account in sorted(users.reading):
        address = users.reading[account]
        said.append(f"{account} gets a newer version at the next apply, from {address}.")
    if users.by_hand:
        gets = "get" if len(users.by_hand) > 1 else "gets"
        names = listed(sorted(users.by_hand))
        said.append(
            f"{names} {gets} a newer version only when somebody names it in the configuration."
        )
    return "".join(f" {sentence}" for sentence in said)
