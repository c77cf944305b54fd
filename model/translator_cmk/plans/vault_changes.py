"""The changes of a key vault and its keys: their life, and which permission model decides."""

from collections.abc import Iterator

from ..machine.commands import (
    AssignKeyRole,
    CreateKey,
    CreateVault,
    DeleteKey,
    DeleteResource,
    DeleteVault,
    EnablePurgeProtection,
    RecoverKey,
    RecoverVault,
    SetPermissionModel,
)
from .access_changes import policies_given, policies_updated
from .context import NOTHING, Change, Commands, Context, may
from .inventory import Entry
from .plan import CREATE, UNKNOWN
from .setup import type_and_size
from .things import Account, Group, Key, Role, Vault
from .world import KnownVault, covers, location_name

# Keys


def key_deleted(context: Context, key: Key) -> Iterator[Change]:
    vault = context.vault(key.vault)
    if vault is None:
        return
    known = context.world.key(vault, key.name)
    command = DeleteKey(vault.name, known.name)
    gone = context.goes_besides(vault)
    kind = "key-deleted-with-more" if gone else "key-deleted"
    yield context.change(kind, ((command,),), vault, key=known.name, gone=gone)


def key_created(context: Context, entry: Entry, key: Key) -> Iterator[Change]:
    vault = context.vault(key.vault)
    if vault is None:
        return
    known = context.world.key(vault, key.name)
    recovers = context.plan.feature(entry.resource, "key_vault.recover_soft_deleted_keys", True)
    if known.exists_before and recovers is not False:
        recover = RecoverKey(vault.name, known.name)
        yield context.change("key-recovered", ((recover,),), vault, key=known.name)
        return
    create = CreateKey(vault.name, known.name, *type_and_size(key))
    yield context.change("key-created", ((create,),), vault, key=known.name)


# Vaults


def vault_deleted(context: Context, facts: Vault) -> Iterator[Change]:
    vault = context.vault(facts.id, facts.host)
    if vault is not None:
        kind = "vault-replaced" if context.makes_again(vault) else "vault-deleted"
        yield context.change(kind, ((DeleteVault(vault.name),),), vault)


def vault_created(context: Context, entry: Entry, facts: Vault) -> Iterator[Change]:
    vault = context.vault(facts.id, facts.host)
    if vault is None:
        return
    feature = "key_vault.recover_soft_deleted_key_vaults"
    recovers = facts.recovers or context.plan.feature(entry.resource, feature, True) is not False
    if vault.exists_before and recovers and not moves(vault):
        yield context.change("vault-recovered", ((RecoverVault(vault.name),),), vault)
        return
    region = context.setup.region(vault)
    if isinstance(facts.location, str):
        region = location_name(facts.location)
    create = CreateVault(
        vault.name,
        region,
        context.setup.subscription(facts),
        context.setup.group(facts),
        purge_protection=facts.purge_protection is not False,
        permission_model="rbac" if facts.rbac is True else "access-policies",
    )
    yield context.change("vault-created", ((create,),), vault)
    if isinstance(facts.policies, tuple) and facts.rbac is not True:
        yield from policies_given(context, vault, facts.policies)


def vault_updated(context: Context, before: Vault, after: Vault) -> Iterator[Change]:
    vault = context.vault(before.id, before.host)
    if vault is None:
        return
    if before.purge_protection is False and after.purge_protection is True:
        protect = (EnablePurgeProtection(vault.name),)
        yield context.change("vault-protected", (protect,), vault)
    if before.tenant != after.tenant and isinstance(after.tenant, str):
        readings = may(context.revoke(vault))
        yield context.change("vault-tenant", readings, vault, "tenant.vault-moved")
    if before.rbac is not True and after.rbac is not False and before.rbac != after.rbac:
        yield from switched_to_roles(context, vault, after)
    elif before.rbac is True and after.rbac is not True:
        yield from switched_to_policies(context, vault, after)
    elif before.rbac is not True:
        yield from policies_updated(context, vault, before, after)


def switched_to_roles(context: Context, vault: KnownVault, after: Vault) -> Iterator[Change]:
    """Yield that policies are ignored from here on, where a role may be there or not."""
    switch = SetPermissionModel(vault.name, "rbac")
    readings: list[Commands] = [(switch,)]
    if context.world.has_role_before(vault, context.account) is None:
        readings.append((AssignKeyRole(vault.name, context.account.name), switch))
    if after.rbac is UNKNOWN:
        readings.append(NOTHING)
    late = role_that_comes_late(context, vault)
    yield context.change("vault-to-rbac", tuple(readings), vault, late=late)


def role_that_comes_late(context: Context, vault: KnownVault) -> str:
    """Return that a role comes only after the switch, where the plan's dependencies say so."""
    for entry in context.world.entries:
        role = entry.after
        if not isinstance(role, Role) or CREATE not in entry.resource.actions:
            continue
        is_mine = context.world.is_of(role, context.account) is True
        if is_mine and covers(role.scope, vault, context.world) and follows(context, entry, vault):
            return f" {entry.address} gives it a role only after that, as it depends on the vault."
    return ""


def follows(context: Context, entry: Entry, vault: KnownVault) -> bool:
    """Return whether a resource depends on a vault."""
    earlier = context.plan.dependencies.get(entry.resource.name_in_configuration, frozenset())
    for other in context.world.entries:
        is_vault = isinstance(other.after, Vault) and context.world.vault(other.after.id) is vault
        if is_vault and other.resource.name_in_configuration in earlier:
            return True
    return False


def switched_to_policies(context: Context, vault: KnownVault, after: Vault) -> Iterator[Change]:
    """Yield that policies count from here on, which were ignored."""
    switch = SetPermissionModel(vault.name, "access-policies")
    is_certain = after.rbac is False and isinstance(after.policies, tuple)
    yield context.change("vault-to-policies", may((switch,), is_certain), vault)


# Groups


def group_deleted(context: Context, entry: Entry, group: Group) -> Iterator[Change]:
    """Yield that all goes that a group holds, where the provider does not keep it."""
    feature = "resource_group.prevent_deletion_if_contains_resources"
    keeps = context.plan.feature(entry.resource, feature, True)
    if keeps is True:
        return
    account = context.account
    if is_in_group(account.before, group) is True and not context.deletes(account):
        delete = (DeleteResource(account.name),)
        yield context.change("group-deleted", may(delete, keeps is False))
    for name in sorted(context.vaults):
        vault = context.world.vault_named(name)
        is_in_it = is_in_group(vault.before, group)
        if is_in_it is not False and vault.exists_before and not context.deletes(vault):
            is_certain = is_in_it is True and keeps is False
            readings = may((DeleteVault(vault.name),), is_certain)
            yield context.change("group-deleted", readings, vault)


def moves(vault: KnownVault) -> bool:
    """Return whether a vault is made again elsewhere: a deleted one is recovered where it was."""
    if vault.before is None or vault.after is None:
        return False
    here, there = vault.before.location, vault.after.location
    if not isinstance(here, str) or not isinstance(there, str):
        return False
    return location_name(here) != location_name(there)


def is_in_group(facts: Vault | Account | None, group: Group) -> bool | None:
    """Return whether a vault or an account is in a resource group; None if nothing tells."""
    if facts is None or not isinstance(facts.group, str) or not group.name:
        return None
    return facts.group == group.name
