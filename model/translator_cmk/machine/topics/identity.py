"""The system-assigned managed identity: when it is on, and what goes with it."""

from ..commands import (
    CreateResource,
    DisableIdentity,
    EnableCustomerManagedKeys,
    EnableIdentity,
    GrantKeyAccess,
)
from ..conditions import can_be_put_in_use, granted
from ..entities import CUSTOMER, MICROSOFT, Grant, Vault
from ..meanings import registered
from ..rows import effect, means, refuse, whenever
from ..updates import drops, gives_access, loses_data, sets

ROWS = (
    effect(
        EnableIdentity,
        "identity.enable",
        then=lambda c: sets(c.resource, identity=True),
    ),
    effect(
        EnableCustomerManagedKeys,
        "identity.enabled-with-keys",
        when=lambda c: can_be_put_in_use(c),
        then=lambda c: sets(c.resource, identity=True),
    ),
    means(registered, "identity.registered", when=lambda r: r.identity),
    effect(
        DisableIdentity,
        "identity.disable",
        then=lambda c: sets(c.resource, identity=False),
    ),
    whenever(
        Grant,
        "identity.access-removed",
        when=lambda g: not g.resource.identity,
        then=lambda g: drops(g),
    ),
    refuse(
        GrantKeyAccess,
        "identity.needed-for-access",
        unless=lambda c: c.resource.identity,
    ),
)

COUNTER_ROWS = (
    effect(
        EnableCustomerManagedKeys,
        "identity.unchanged-without-effect",
        when=lambda c: not can_be_put_in_use(c),
        then=lambda c: sets(c.resource, identity=True),
    ),
    effect(
        EnableCustomerManagedKeys,
        "identity.unchanged-without-effect",
        when=lambda c: c.store == "key-vault" and not can_be_put_in_use(c),
        then=lambda c: gives_access(c.vault, c.resource),
    ),
    effect(
        CreateResource,
        "identity.off-at-first",
        then=lambda c: sets(c.resource, identity=True),
    ),
    effect(
        DisableIdentity,
        "identity.harmless-without-keys",
        when=lambda c: c.resource.identity and c.resource.key_source == MICROSOFT,
        then=lambda c: loses_data(c.resource),
    ),
    effect(
        EnableIdentity,
        "identity.no-return-of-access",
        when=lambda c: c.resource.key is not None and not granted(c.resource.key.vault, c.resource),
        then=lambda c: gives_access(c.resource.key.vault, c.resource),
    ),
    effect(
        EnableCustomerManagedKeys,
        "identity.no-return-of-access",
        each=Vault,
        when=lambda c, v: (
            can_be_put_in_use(c)
            and c.resource.key_source == CUSTOMER
            and not c.resource.identity
            and v.name != c.vault.name
            and v.subscription.tenant.name == c.resource.tenant.name
        ),
        then=lambda c, v: gives_access(v, c.resource),
    ),
)
