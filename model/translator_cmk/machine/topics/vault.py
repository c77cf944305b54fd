"""The vault: the demands on it, and the ways to give the identity access to its keys."""

from ..commands import EnableCustomerManagedKeys, GrantKeyAccess
from ..rows import can_be_customer_managed, effect, gives_access, granted, refuse, silent

ROWS = (
    refuse(
        EnableCustomerManagedKeys,
        "vault.same-region",
        when=lambda c: c.store == "key-vault" and c.resource.location.state == "regional",
        unless=lambda c: c.vault.region.name == c.resource.location.name,
    ),
    refuse(
        EnableCustomerManagedKeys,
        "vault.same-tenant",
        when=lambda c: c.store == "key-vault",
        unless=lambda c: c.vault.subscription.tenant.name == c.resource.tenant.name,
    ),
    refuse(
        EnableCustomerManagedKeys,
        "vault.granted-beforehand",
        when=lambda c: (
            c.store == "key-vault" and c.through == "api" and c.vault.subscription.tenant.name == c.resource.tenant.name
        ),
        unless=lambda c: granted(c.vault, c.resource),
    ),
    effect(
        GrantKeyAccess,
        "vault.access-policy",
        when=lambda c: c.vault.subscription.tenant.name == c.resource.tenant.name,
        then=lambda c: gives_access(c.vault, c.resource),
    ),
    effect(
        EnableCustomerManagedKeys,
        "vault.granted-with-keys",
        when=lambda c: c.store == "key-vault" and can_be_customer_managed(c.resource),
        then=lambda c: gives_access(c.vault, c.resource),
    ),
    refuse(
        EnableCustomerManagedKeys,
        "vault.soft-delete",
        when=lambda c: c.store == "key-vault",
        unless=lambda c: c.vault.soft_delete,
    ),
    refuse(
        EnableCustomerManagedKeys,
        "vault.purge-protection",
        when=lambda c: c.store == "key-vault",
        unless=lambda c: c.vault.purge_protection,
    ),
    silent(
        EnableCustomerManagedKeys,
        "vault.permission-model",
        when=lambda c: c.store == "key-vault" and c.vault.permission_model == "rbac",
    ),
)

COUNTER_ROWS = (
    refuse(
        EnableCustomerManagedKeys,
        "vault.other-subscription",
        when=lambda c: c.store == "key-vault",
        unless=lambda c: c.vault.subscription.name == c.resource.subscription.name,
    ),
)
