"""The changes of a key: that it goes, that it comes, and who uses it meanwhile."""

from collections.abc import Iterator

from ..machine.commands import CreateKey, DeleteKey, RecoverKey
from .causes import key_put_back, put_back
from .context import Change, Context
from .inventory import Entry
from .plan import UNKNOWN
from .setup import type_and_size
from .things import Account, Key, KeyInUse
from .world import KnownKey, KnownVault, UsedKey

RECOVERS = "key_vault.recover_soft_deleted_keys"
"""The setting of azurerm by which it recovers a deleted key that is made again."""


def key_deleted(context: Context, entry: Entry, key: Key) -> Iterator[Change]:
    vault = context.vault(key.vault)
    if vault is None:
        return
    known = context.world.key(vault, key.name)
    command = DeleteKey(vault.name, known.name)
    gone = context.goes_besides(vault)
    configured = key_to_move_to(context, vault, known)
    kind = "key-deleted"
    if gone:
        kind = "key-deleted-with-more"
    elif configured:
        kind = "key-deleted-before-the-move"
    words = {
        "key": known.name,
        "gone": gone,
        "use": use_of_key(context, vault, known),
        "back": put_back(entry.resource),
        "keep": keep_in_words(entry, known),
        "configured": configured,
        "again": what_comes_again(context, entry, known),
    }
    yield context.change(kind, ((command,),), vault, "", False, **words)


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
