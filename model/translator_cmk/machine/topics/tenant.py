"""Microsoft Entra tenants: what cannot cross from one to another, and what a move leaves behind."""

from ..commands import GrantKeyAccess, MoveResource
from ..entities import CUSTOMER, Resource
from ..rows import effect, gives_access, key_inaccessible, means, refuse, sets, whenever

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
        then=lambda r: sets(r, tenant=r.subscription.tenant, identity=False, key=None),
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
    effect(
        MoveResource,
        "tenant.same-tenant-move",
        when=lambda c: c.subscription.tenant.name == c.resource.tenant.name,
        then=lambda c: sets(c.resource, identity=False),
    ),
)
