"""Microsoft Entra tenants: what cannot cross from one to another, and what a move leaves behind."""

from ..commands import GrantKeyAccess, MoveResource, MoveResourceGroup
from ..entities import CUSTOMER, Grant, Resource
from ..meanings import key_inaccessible
from ..rows import effect, means, refuse, whenever
from ..updates import (
    drops,
    gives_access,
    returns_to_microsoft_keys,
    returns_to_microsoft_keys_without_data,
    sets,
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
        when=lambda r: r.key_source == CUSTOMER and r.key is None,
    ),
)

COUNTER_ROWS = (
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
