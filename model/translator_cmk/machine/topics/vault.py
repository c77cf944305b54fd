"""The vault: the demands on it, and the ways to give the identity access to its keys."""

from ..commands import (
    AssignKeyRole,
    EnableCustomerManagedKeys,
    GrantKeyAccess,
    MoveResourceGroup,
    RevokeKeyAccess,
    SetPermissionModel,
)
from ..conditions import (
    can_be_granted,
    can_be_put_in_use,
    has_asked_for_key,
    has_role_in_force,
    is_in_policies,
    is_used_by_a_role,
    moves_along,
    uses_vault,
)
from ..entities import CUSTOMER, Vault
from ..meanings import key_inaccessible
from ..rows import effect, means, refuse, silent
from ..updates import gives_access, gives_access_in_force, puts_key_in_use, sets

ROWS = (
    refuse(
        EnableCustomerManagedKeys,
        "vault.same-region-refused",
        when=lambda c: c.store == "key-vault" and c.resource.location.state == "regional",
        unless=lambda c: c.vault.region.name == c.resource.location.name,
    ),
    refuse(
        EnableCustomerManagedKeys,
        "vault.same-tenant-refused",
        when=lambda c: c.store == "key-vault",
        unless=lambda c: c.vault.subscription.tenant.name == c.resource.tenant.name,
    ),
    refuse(
        EnableCustomerManagedKeys,
        "vault.granted-beforehand",
        when=lambda c: (
            c.store == "key-vault"
            and c.through == "api"
            and c.vault.subscription.tenant.name == c.resource.tenant.name
        ),
        unless=lambda c: (
            is_in_policies(c.vault, c.resource) or has_role_in_force(c.vault, c.resource)
        ),
    ),
    effect(
        GrantKeyAccess,
        "vault.access-policy",
        when=lambda c: can_be_granted(c) and c.vault.permission_model == "access-policies",
        then=lambda c: gives_access(c.vault, c.resource),
    ),
    effect(
        EnableCustomerManagedKeys,
        "vault.granted-with-keys",
        when=lambda c: can_be_put_in_use(c),
        then=lambda c: gives_access_in_force(c.vault, c.resource),
    ),
    refuse(
        EnableCustomerManagedKeys,
        "vault.soft-delete-refused",
        when=lambda c: c.store == "key-vault",
        unless=lambda c: c.vault.soft_delete,
    ),
    refuse(
        EnableCustomerManagedKeys,
        "vault.purge-protection-refused",
        when=lambda c: c.store == "key-vault",
        unless=lambda c: c.vault.purge_protection,
    ),
    silent(
        EnableCustomerManagedKeys,
        "vault.permission-model",
        when=lambda c: c.store == "key-vault" and c.vault.permission_model == "rbac",
        free=lambda c: can_be_put_in_use(c),
    ),
    silent(
        GrantKeyAccess,
        "vault.permission-model",
        when=lambda c: c.vault.permission_model == "rbac",
        free=lambda c: False,
    ),
    silent(
        SetPermissionModel,
        "vault.permission-model",
        when=lambda c: (
            c.permission_model == "rbac"
            and c.vault.permission_model != "rbac"
            and is_used_by_a_role(c.vault)
        ),
        free=lambda c: False,
    ),
    silent(
        AssignKeyRole,
        "vault.permission-model",
        when=lambda c: c.vault.permission_model == "rbac" and uses_vault(c.resource, c.vault),
        free=lambda c: False,
    ),
)

OTHER_READINGS = (
    effect(
        GrantKeyAccess,
        "vault.permission-model",
        when=lambda c: can_be_granted(c) and c.vault.permission_model == "rbac",
        then=lambda c: gives_access(c.vault, c.resource),
    ),
    silent(
        EnableCustomerManagedKeys,
        "vault.granted-beforehand",
        when=lambda c: (
            c.store == "key-vault"
            and c.through == "api"
            and not is_in_policies(c.vault, c.resource)
        ),
        free=lambda c: can_be_put_in_use(c),
    ),
    effect(
        GrantKeyAccess,
        "vault.granted-beforehand",
        when=lambda c: can_be_granted(c) and has_asked_for_key(c.resource, c.vault),
        then=lambda c: sets(c.resource, key_source=CUSTOMER, key=c.resource.data_key),
    ),
    means(
        key_inaccessible,
        "vault.permission-model",
        when=lambda r: r.key is not None and has_role_in_force(r.key.vault, r),
    ),
    refuse(
        RevokeKeyAccess,
        "vault.permission-model",
        unless=lambda c: c.vault.permission_model == "access-policies",
    ),
)
"""Access policies that are ignored can be added to; enabling without access is accepted, and waits
until access is granted; a role is worth nothing; no access is revoked where access policies give
none.
"""

COUNTER_ROWS = (
    effect(
        EnableCustomerManagedKeys,
        "vault.same-region",
        when=lambda c: c.store == "key-vault" and c.vault.region.name != c.resource.location.name,
        then=lambda c: puts_key_in_use(c),
    ),
    effect(
        EnableCustomerManagedKeys,
        "vault.same-tenant",
        when=lambda c: (
            c.store == "key-vault" and c.vault.subscription.tenant.name != c.resource.tenant.name
        ),
        then=lambda c: puts_key_in_use(c),
    ),
    effect(
        EnableCustomerManagedKeys,
        "vault.soft-delete",
        when=lambda c: c.store == "key-vault" and not c.vault.soft_delete,
        then=lambda c: puts_key_in_use(c),
    ),
    effect(
        EnableCustomerManagedKeys,
        "vault.purge-protection",
        when=lambda c: c.store == "key-vault" and not c.vault.purge_protection,
        then=lambda c: puts_key_in_use(c),
    ),
    refuse(
        EnableCustomerManagedKeys,
        "vault.other-subscription",
        when=lambda c: c.store == "key-vault",
        unless=lambda c: c.vault.subscription.name == c.resource.subscription.name,
    ),
    effect(
        MoveResourceGroup,
        "vault.deleted-stays-behind",
        each=Vault,
        when=lambda c, v: v.state == "deleted" and moves_along(c, v),
        then=lambda c, v: sets(v, subscription=c.to),
    ),
)
