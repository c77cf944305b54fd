"""Microsoft Entra tenants: what cannot cross from one to another, and what a move leaves behind."""

from typing import Any

from ..commands import (
    EnableCustomerManagedKeys,
    GrantKeyAccess,
    MoveResource,
    MoveResourceGroup,
    MoveSubscription,
)
from ..conditions import (
    can_be_put_in_use,
    has_key_in_another_tenant,
    moves_along,
    moves_vault_of,
    was_left_behind,
)
from ..entities import CUSTOMER, Grant, Resource, Workspace
from ..meanings import key_inaccessible
from ..rows import effect, means, refuse, silent, whenever
from ..updates import (
    drops,
    gives_access,
    returns_to_microsoft_keys,
    returns_to_microsoft_keys_without_data,
    sets,
)


def leads_to_another_tenant(move: Any) -> bool:
    """Return whether a resource, a resource group or a subscription moves to another tenant."""
    asked = type(move)
    if asked is MoveResource:
        return bool(move.subscription.tenant.name != move.resource.tenant.name)
    if asked is MoveResourceGroup:
        return bool(move.to.tenant.name != move.subscription.tenant.name)
    return bool(move.tenant.name != move.subscription.tenant.name)


def moves_with_key(move: Any, resource: Resource) -> bool:
    """Return whether a resource or the key vault of its key is what moves, or is held by it."""
    return moves_along(move, resource) or moves_vault_of(move, resource)


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
    means(
        key_inaccessible,
        "tenant.vault-moved",
        when=lambda r: has_key_in_another_tenant(r),
    ),
)

OTHER_READINGS = (
    *(
        silent(
            on,
            "tenant.same-tenant-move",
            when=lambda c: not leads_to_another_tenant(c),
            each=Workspace,
            free=lambda c, w: moves_with_key(c, w.resource),
            may_refuse=False,
        )
        for on in (MoveResource, MoveResourceGroup)
    ),
    *(
        silent(
            on,
            "tenant.same-tenant-move",
            when=lambda c: not leads_to_another_tenant(c),
            each=Grant,
            free=lambda c, g: moves_along(c, g.resource),
            may_refuse=False,
        )
        for on in (MoveResource, MoveResourceGroup)
    ),
    *(
        effect(
            on,
            "tenant.same-tenant-move",
            each=Resource,
            when=lambda c, r: moves_with_key(c, r) and not leads_to_another_tenant(c),
            then=lambda c, r: sets(r, key=None),
        )
        for on in (MoveResource, MoveResourceGroup)
    ),
    *(
        effect(
            on,
            "tenant.same-tenant-move",
            each=Resource,
            when=lambda c, r: moves_with_key(c, r) and not leads_to_another_tenant(c),
            then=lambda c, r: returns_to_microsoft_keys(r),
        )
        for on in (MoveResource, MoveResourceGroup)
    ),
    *(
        silent(
            on,
            "tenant.key-left-behind",
            when=lambda c: leads_to_another_tenant(c),
            each=Workspace,
            free=lambda c, w: moves_along(c, w.resource),
            may_refuse=False,
        )
        for on in (MoveResource, MoveResourceGroup, MoveSubscription)
    ),
    silent(
        EnableCustomerManagedKeys,
        "tenant.key-left-behind",
        when=lambda c: can_be_put_in_use(c) and was_left_behind(c.resource),
        each=Workspace,
        free=lambda c, w: w.resource.name == c.resource.name,
        may_refuse=False,
    ),
    *(
        silent(
            on,
            "tenant.vault-moved",
            when=lambda c: leads_to_another_tenant(c),
            each=Grant,
            free=lambda c, g: moves_along(c, g.vault),
            may_refuse=False,
        )
        for on in (MoveResourceGroup, MoveSubscription)
    ),
    *(
        silent(
            on,
            "tenant.vault-moved",
            when=lambda c: leads_to_another_tenant(c),
            each=Workspace,
            free=lambda c, w: moves_vault_of(c, w.resource),
            may_refuse=False,
        )
        for on in (MoveResourceGroup, MoveSubscription)
    ),
)
"""A move inside the tenant, also that of a key vault alone, costs something; one to another tenant
costs only some of the data, or leaves access as it is shown, which is worth nothing.  Enabling CMK
again there costs what was left.
"""

COUNTER_ROWS = (
    *(
        refuse(
            on,
            "tenant.resource-moves",
            unless=lambda c: not leads_to_another_tenant(c),
        )
        for on in (MoveResource, MoveResourceGroup)
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
    *(
        effect(
            on,
            "tenant.same-tenant-move",
            each=Resource,
            when=lambda c, r: moves_along(c, r) and not leads_to_another_tenant(c),
            then=lambda c, r: sets(r, identity=False),
        )
        for on in (MoveResource, MoveResourceGroup)
    ),
)
