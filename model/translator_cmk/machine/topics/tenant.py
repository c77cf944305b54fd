"""Microsoft Entra tenants: what cannot cross from one to another, and what a move leaves behind."""

from typing import Any

from ..commands import (
    EnableCustomerManagedKeys,
    GrantKeyAccess,
    MoveResource,
    MoveResourceGroup,
    MoveSubscription,
)
from ..conditions import can_be_put_in_use, was_left_behind
from ..entities import CUSTOMER, Grant, Resource, Vault, Workspace
from ..meanings import key_inaccessible
from ..rows import effect, means, refuse, silent, whenever
from ..updates import (
    drops,
    gives_access,
    returns_to_microsoft_keys,
    returns_to_microsoft_keys_without_data,
    sets,
)


def is_in_group(command: Any, vault: Vault) -> bool:
    """Return whether a key vault is in the resource group that moves."""
    return bool(
        vault.group == command.group and vault.subscription.name == command.subscription.name
    )


ROWS = (
    refuse(
        GrantKeyAccess,
        "tenant.grant-refused",
        unless=lambda c: c.vault.subscription.tenant.name == c.resource.tenant.name,
    ),
    whenever(
        Resource,
        "tenant.not-transferred",
        when=lambda r: r.tenant.name != r.subscription.tenant.name,
        then=lambda r: sets(r, tenant=r.subscription.tenant, key=None),
    ),
    whenever(
        Grant,
        "tenant.not-transferred",
        when=lambda g: g.resource.tenant.name != g.resource.subscription.tenant.name,
        then=lambda g: drops(g),
    ),
    whenever(
        Resource,
        "tenant.identity-off",
        when=lambda r: r.tenant.name != r.subscription.tenant.name,
        then=lambda r: sets(r, identity=False),
    ),
    means(
        key_inaccessible,
        "tenant.key-left-behind",
        when=lambda r: was_left_behind(r),
    ),
    whenever(
        Grant,
        "tenant.vault-moved",
        when=lambda g: g.tenant.name != g.vault.subscription.tenant.name,
        then=lambda g: drops(g),
    ),
)

OTHER_READINGS = (
    silent(
        MoveResource,
        "tenant.same-tenant-move",
        when=lambda c: c.subscription.tenant.name == c.resource.tenant.name,
        may_refuse=False,
    ),
    silent(
        MoveResourceGroup,
        "tenant.same-tenant-move",
        when=lambda c: c.to.tenant.name == c.subscription.tenant.name,
        each=Resource,
        free=lambda c, r: r.group == c.group and r.subscription.name == c.subscription.name,
        may_refuse=False,
    ),
    silent(
        MoveResource,
        "tenant.key-left-behind",
        when=lambda c: c.subscription.tenant.name != c.resource.tenant.name,
        each=Workspace,
        free=lambda c, w: w.resource.name == c.resource.name,
        may_refuse=False,
    ),
    silent(
        MoveResourceGroup,
        "tenant.key-left-behind",
        when=lambda c: c.to.tenant.name != c.subscription.tenant.name,
        each=Workspace,
        free=lambda c, w: (
            w.resource.group == c.group and w.resource.subscription.name == c.subscription.name
        ),
        may_refuse=False,
    ),
    silent(
        MoveSubscription,
        "tenant.key-left-behind",
        when=lambda c: c.tenant.name != c.subscription.tenant.name,
        each=Workspace,
        free=lambda c, w: w.resource.subscription.name == c.subscription.name,
        may_refuse=False,
    ),
    silent(
        EnableCustomerManagedKeys,
        "tenant.key-left-behind",
        when=lambda c: can_be_put_in_use(c) and was_left_behind(c.resource),
        each=Workspace,
        free=lambda c, w: w.resource.name == c.resource.name,
        may_refuse=False,
    ),
    means(
        key_inaccessible,
        "tenant.vault-moved",
        when=lambda r: (
            r.key is not None
            and r.tenant.name == r.subscription.tenant.name
            and r.key.vault.subscription.tenant.name != r.tenant.name
        ),
    ),
    silent(
        MoveResourceGroup,
        "tenant.vault-moved",
        when=lambda c: c.to.tenant.name != c.subscription.tenant.name,
        each=Grant,
        free=lambda c, g: is_in_group(c, g.vault),
        may_refuse=False,
    ),
    silent(
        MoveResourceGroup,
        "tenant.vault-moved",
        when=lambda c: c.to.tenant.name != c.subscription.tenant.name,
        each=Workspace,
        free=lambda c, w: w.resource.key is not None and is_in_group(c, w.resource.key.vault),
        may_refuse=False,
    ),
    silent(
        MoveSubscription,
        "tenant.vault-moved",
        when=lambda c: c.tenant.name != c.subscription.tenant.name,
        each=Grant,
        free=lambda c, g: g.vault.subscription.name == c.subscription.name,
        may_refuse=False,
    ),
    silent(
        MoveSubscription,
        "tenant.vault-moved",
        when=lambda c: c.tenant.name != c.subscription.tenant.name,
        each=Workspace,
        free=lambda c, w: (
            w.resource.key is not None
            and w.resource.key.vault.subscription.name == c.subscription.name
        ),
        may_refuse=False,
    ),
)
"""A move inside the tenant costs something; one to another tenant costs only some of the data, or
leaves access as it is shown, which is worth nothing.  Enabling CMK again there costs what was left.
"""

COUNTER_ROWS = (
    refuse(
        MoveResource,
        "tenant.resource-moves",
        unless=lambda c: c.subscription.tenant.name == c.resource.tenant.name,
    ),
    refuse(
        MoveResourceGroup,
        "tenant.resource-moves",
        unless=lambda c: c.to.tenant.name == c.subscription.tenant.name,
    ),
    effect(
        GrantKeyAccess,
        "tenant.no-cross-tenant-access",
        when=lambda c: c.vault.subscription.tenant.name != c.resource.tenant.name,
        then=lambda c: gives_access(c.vault, c.resource),
    ),
    whenever(
        Resource,
        "tenant.stays-customer-managed",
        when=lambda r: r.key_source == CUSTOMER and r.tenant.name != r.subscription.tenant.name,
        then=lambda r: returns_to_microsoft_keys(r),
    ),
    whenever(
        Resource,
        "tenant.stays-customer-managed",
        when=lambda r: r.key_source == CUSTOMER and r.tenant.name != r.subscription.tenant.name,
        then=lambda r: returns_to_microsoft_keys_without_data(r),
    ),
    effect(
        MoveResourceGroup,
        "tenant.same-tenant-move",
        each=Resource,
        when=lambda c, r: (
            r.group == c.group
            and r.subscription.name == c.subscription.name
            and c.to.tenant.name == r.tenant.name
        ),
        then=lambda c, r: sets(r, identity=False),
    ),
    effect(
        MoveResource,
        "tenant.same-tenant-move",
        when=lambda c: c.subscription.tenant.name == c.resource.tenant.name,
        then=lambda c: sets(c.resource, identity=False),
    ),
)
