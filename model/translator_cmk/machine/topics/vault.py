"""The vault: the demands on it, and the ways to give the identity access to its keys."""

from ..commands import EnableCustomerManagedKeys, GrantKeyAccess
from ..conditions import can_be_put_in_use, granted
from ..rows import effect, refuse, silent
from ..updates import gives_access, puts_key_in_use

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
        unless=lambda c: granted(c.vault, c.resource),
    ),
    effect(
        GrantKeyAccess,
        "vault.access-policy",
        when=lambda c: (
            c.resource.identity and c.vault.subscription.tenant.name == c.resource.tenant.name
        ),
        then=lambda c: gives_access(c.vault, c.resource),
    ),
    effect(
        EnableCustomerManagedKeys,
        "vault.granted-with-keys",
        when=lambda c: can_be_put_in_use(c),
        then=lambda c: gives_access(c.vault, c.resource),
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
)

OTHER_READINGS = (
    silent(
        EnableCustomerManagedKeys,
        "vault.granted-beforehand",
        when=lambda c: (
            c.store == "key-vault" and c.through == "api" and not granted(c.vault, c.resource)
        ),
        free=lambda c: can_be_put_in_use(c),
    ),
)
"""Enabling without access is accepted, and waits until access is granted."""

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
)
