"""The system-assigned managed identity: when it is on, and what goes with it."""

from ..commands import (
    CreateResource,
    DisableIdentity,
    EnableCustomerManagedKeys,
    EnableIdentity,
    GrantKeyAccess,
)
from ..conditions import (
    can_be_put_in_use,
    is_in_policies,
    is_to_vault_in_use,
    lacks_the_identity_it_had,
)
from ..entities import MICROSOFT, Grant, Vault, Workspace
from ..meanings import registered
from ..rows import effect, means, refuse, silent, whenever
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
        when=lambda g: not g.resource.identity and is_to_vault_in_use(g),
        then=lambda g: drops(g),
    ),
    whenever(
        Grant,
        "identity.access-removed-elsewhere",
        when=lambda g: not g.resource.identity and not is_to_vault_in_use(g),
        then=lambda g: drops(g),
    ),
    refuse(
        GrantKeyAccess,
        "identity.grant-refused",
        unless=lambda c: c.resource.identity,
    ),
)

MEMORY = (
    effect(
        DisableIdentity,
        "identity.disable",
        when=lambda c: c.resource.identity,
        then=lambda c: sets(c.resource, had_identity=True),
    ),
    effect(
        EnableIdentity,
        "identity.enable",
        then=lambda c: sets(c.resource, had_identity=False),
    ),
    effect(
        EnableCustomerManagedKeys,
        "identity.enabled-with-keys",
        when=lambda c: can_be_put_in_use(c),
        then=lambda c: sets(c.resource, had_identity=False),
    ),
)

OTHER_READINGS = (
    silent(
        DisableIdentity,
        "identity.harmless-without-keys",
        when=lambda c: c.resource.key_source == MICROSOFT,
        each=Workspace,
        free=lambda c, w: w.resource.name == c.resource.name,
        may_refuse=False,
    ),
    silent(
        EnableCustomerManagedKeys,
        "identity.unchanged-without-effect",
        when=lambda c: not can_be_put_in_use(c),
        each=Grant,
        free=lambda c, g: g.resource.name == c.resource.name,
        may_refuse=False,
    ),
)
"""Disabling the identity costs anything else; a request without effect takes access away."""

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
        GrantKeyAccess,
        "identity.needed-for-access",
        when=lambda c: not c.resource.identity,
        then=lambda c: gives_access(c.vault, c.resource),
    ),
    effect(
        GrantKeyAccess,
        "identity.needed-for-access",
        when=lambda c: not c.resource.identity,
        then=lambda c: sets(c.resource, identity=True),
    ),
    effect(
        EnableIdentity,
        "identity.no-return-of-access",
        each=Vault,
        when=lambda c, v: (
            lacks_the_identity_it_had(c.resource)
            and v.subscription.tenant.name == c.resource.tenant.name
            and not is_in_policies(v, c.resource)
        ),
        then=lambda c, v: gives_access(v, c.resource),
    ),
    effect(
        EnableCustomerManagedKeys,
        "identity.no-return-of-access",
        each=Vault,
        when=lambda c, v: (
            can_be_put_in_use(c)
            and lacks_the_identity_it_had(c.resource)
            and v.name != c.vault.name
            and v.subscription.tenant.name == c.resource.tenant.name
        ),
        then=lambda c, v: gives_access(v, c.resource),
    ),
)
