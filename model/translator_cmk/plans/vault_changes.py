"""The changes of a key vault: its life, and which permission model decides."""

from collections.abc import Iterator

from ..machine.commands import (
    AssignKeyRole,
    CreateVault,
    DeleteResource,
    DeleteVault,
    EnablePurgeProtection,
    RecoverVault,
    SetPermissionModel,
)
from .access_changes import policies_given, policies_updated
from .context import HSM, NOTHING, Commands, Context, PlannedChange, may
from .estate import KnownVault, location_name
from .plan import CREATE, DELETE, UNKNOWN, Plan, PlannedResource
from .things import Group, MayBeUnknown, Vault
from .verdicts import REFUSED

RECOVERS = "key_vault.recover_soft_deleted_key_vaults"
"""The setting of azurerm by which it recovers a deleted vault that is made again."""

# Vaults


def vault_deleted(context: Context, facts: Vault) -> Iterator[PlannedChange]:
    vault = context.vault(facts.id, facts.host)
    if vault is not None:
        kind = "vault-replaced" if context.plan_does(CREATE, vault) else "vault-deleted"
        store = "managed HSM" if vault.is_hsm else "key vault"
        readings = may((DeleteVault(vault.name),), certain=not vault.is_hsm)
        yield context.change(kind, readings, vault, HSM if vault.is_hsm else "", store=store)


def vault_created(context: Context, facts: Vault) -> Iterator[PlannedChange]:
    vault = context.vault(facts.id, facts.host)
    if vault is None:
        return
    recovers = facts.recovers or context.feature(RECOVERS) is not False
    # the plan shows it before as well, so it is deleted first, and soft delete has it then
    if vault.exists_before and recovers and not is_made_elsewhere(vault):
        recover = (RecoverVault(vault.name),)
        yield context.change("vault-recovered", (recover,), vault)
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


def vault_updated(context: Context, before: Vault, after: Vault) -> Iterator[PlannedChange]:
    vault = context.vault(before.id, before.host)
    if vault is None:
        return
    if before.purge_protection is False and after.purge_protection is True:
        protect = (EnablePurgeProtection(vault.name),)
        yield context.change("vault-protected", (protect,), vault)
    if before.purge_protection is True and after.purge_protection is False:
        never = "environment.vault-protections"
        yield context.change("vault-unprotected", (NOTHING,), vault, verdict=REFUSED, cites=never)
    # The entries of its policies are of principals of the old tenant.
    if before.tenant != after.tenant and isinstance(after.tenant, str):
        readings = may(context.revoke(vault))
        yield context.change("vault-tenant", readings, vault, "tenant.vault-moved")
    if before.rbac is not True and after.rbac is not False:
        yield from switched_to_roles(context, vault, after)
    elif before.rbac is True and after.rbac is not True:
        yield from switched_to_policies(context, vault, after)
    elif before.rbac is not True:
        yield from policies_updated(context, vault, before, after)


def switched_to_roles(context: Context, vault: KnownVault, after: Vault) -> Iterator[PlannedChange]:
    """Yield that policies are ignored from here on, where a role may be there or not."""
    switch = SetPermissionModel(vault.name, "rbac")
    readings: list[Commands] = [(switch,)]
    has_role = context.estate.has_role_before(vault, context.account)
    if has_role is None:
        # A role that may be the account's: it has one in one reading, and none in the other.
        readings.append((AssignKeyRole(vault.name, context.account.name), switch))
    if after.rbac is UNKNOWN:
        readings.append(NOTHING)
    kind = "vault-to-rbac-with-role" if has_role else "vault-to-rbac"
    yield context.change(kind, tuple(readings), vault)


def switched_to_policies(
    context: Context, vault: KnownVault, after: Vault
) -> Iterator[PlannedChange]:
    """Yield that policies count from here on, which were ignored."""
    switch = SetPermissionModel(vault.name, "access-policies")
    # Without a list in the vault itself, nothing tells which policies there are then.
    is_certain = after.rbac is False and isinstance(after.policies, tuple)
    yield context.change("vault-to-policies", may((switch,), is_certain), vault)


# Groups


def group_deleted(context: Context, group: Group) -> Iterator[PlannedChange]:
    """Yield that all goes that a group holds, where the provider does not keep it."""
    keeps = keeps_what_it_holds(context.plan, context.entry.resource)
    if keeps is True:
        return
    kind = "group-deleted"
    if group.is_subscription:
        # A subscription that is cancelled is not deleted at once, nor is what it holds.
        kind = "subscription-cancelled"
        keeps = UNKNOWN
    account = context.account
    # What a group may hold of which the plan doesn't tell is not judged, but for a vault in use.
    if group.holds(account.before) is True and not context.plan_does(DELETE, account):
        delete = (DeleteResource(account.name),)
        yield context.change(kind, may(delete, keeps is False), held="account")
    for vault in context.vaults:
        is_in_it = group.holds(vault.before)
        if is_in_it is not False and vault.exists_before and not context.plan_does(DELETE, vault):
            is_certain = is_in_it is True and keeps is False
            readings = may((DeleteVault(vault.name),), is_certain)
            held = "vault" if is_in_it else "perhaps vault"
            yield context.change(kind, readings, vault, held=held)


def keeps_what_it_holds(plan: Plan, group: PlannedResource) -> MayBeUnknown:
    """Return whether the provider leaves a group alone that holds something, or `UNKNOWN`."""
    if group.type == "azurerm_subscription":
        return plan.feature(group, "subscription.prevent_cancellation_on_destroy", default=False)
    return plan.feature(group, "resource_group.prevent_deletion_if_contains_resources", True)


def is_made_elsewhere(vault: KnownVault) -> bool:
    """Return whether a vault is made again in another region, where none can be recovered: a vault
    comes back where it was.
    """
    if vault.before is None or vault.after is None:
        return False
    here, there = vault.before.location, vault.after.location
    if not isinstance(here, str) or not isinstance(there, str):
        return False
    return location_name(here) != location_name(there)
