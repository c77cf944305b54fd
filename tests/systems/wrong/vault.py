"""Wrong systems: the demands on a key vault, and the ways to give access to its keys."""

from typing import Any

from tests.systems.histories import accepted, once, remembering
from tests.systems.variants import accepting, adding, only_where, without, wrong
from translator_cmk.machine import Command, Refused
from translator_cmk.machine.commands import (
    EnableCustomerManagedKeys,
    GrantKeyAccess,
    RecoverVault,
    RevokeKeyAccess,
)
from translator_cmk.machine.conditions import can_be_put_in_use
from translator_cmk.machine.entities import Grant, Key, Resource, Vault
from translator_cmk.machine.rows import effect, refuse
from translator_cmk.machine.state import Changes
from translator_cmk.machine.updates import drops, gives_access, sets
from translator_cmk.machine.world import World


def holds_a_key(command: Any) -> bool:
    """Return whether there is a key in the command's key vault."""
    return any(key.vault.name == command.vault.name for key in command.vault.world.every(Key))


def is_used_by_another(command: Any) -> bool:
    """Return whether another resource uses a key of the command's key vault."""
    return any(
        other.name != command.resource.name
        and other.key is not None
        and other.key.vault.name == command.vault.name
        for other in command.resource.world.every(Resource)
    )


def remember_keys(command: Command, before: World, memory: dict[Any, Any]) -> None:
    """Remember which keys there are when access is granted."""
    if isinstance(command, GrantKeyAccess):
        memory[command.vault, command.resource] = {key.name for key in before.every(Key)}


def refuse_later_keys(command: Command, _: World, memory: dict[Any, Any]) -> Changes | Refused:
    """Refuse a key that was made after the access was granted."""
    if not isinstance(command, EnableCustomerManagedKeys) or command.through != "api":
        return {}
    covered = memory.get((command.vault, command.resource))
    if covered is None or f"{command.vault}/{command.key}" in covered:
        return {}
    return Refused(frozenset({"vault.granted-beforehand"}))


def has_a_protection(command: Any) -> bool:
    """Return whether the command's key vault has one of the two protections at least."""
    return bool(command.vault.soft_delete or command.vault.purge_protection)


REGION_AND_TENANT = (
    wrong(
        "accepts a key vault of any region",
        "the region is not looked at",
        ["vault.same-region", "vault.same-region-refused"],
        accepting("vault.same-region-refused"),
    ),
    wrong(
        "looks at the region of the key vault through the API alone",
        "the portal's list of key vaults is thought to be filtered",
        ["vault.same-region", "vault.same-region-refused"],
        accepting("vault.same-region-refused", lambda c: c.through == "portal"),
    ),
    wrong(
        "accepts a key vault of any region for a resource in eastus",
        "one region is the default, and never compared",
        ["vault.same-region", "vault.same-region-refused"],
        accepting("vault.same-region-refused", lambda c: c.resource.location.name == "eastus"),
    ),
    wrong(
        "compares regions only inside one subscription",
        "key vaults of other subscriptions are looked up without their regions",
        ["vault.same-region", "vault.same-region-refused", "vault.other-subscription"],
        accepting(
            "vault.same-region-refused",
            lambda c: c.vault.subscription.name != c.resource.subscription.name,
        ),
    ),
    wrong(
        "does not compare the region of a key vault that another resource uses",
        "a key vault is checked once",
        ["vault.same-region", "vault.same-region-refused"],
        accepting("vault.same-region-refused", is_used_by_another),
    ),
    wrong(
        "accepts a key vault of any tenant",
        "the tenant is not looked at",
        ["vault.same-tenant", "vault.same-tenant-refused"],
        accepting("vault.same-tenant-refused"),
    ),
    wrong(
        "accepts a key vault of another tenant in the portal",
        "whoever can see a key vault in the portal is thought to be in its tenant",
        ["vault.same-tenant", "vault.same-tenant-refused"],
        accepting("vault.same-tenant-refused", lambda c: c.through == "portal"),
    ),
    wrong(
        "demands a key vault in the subscription of the resource",
        "the subscription is taken for the tenant",
        ["vault.other-subscription"],
        adding(
            refuse(
                EnableCustomerManagedKeys,
                "vault.same-tenant-refused",
                when=lambda c: c.store == "key-vault",
                unless=lambda c: c.vault.subscription.name == c.resource.subscription.name,
            )
        ),
    ),
    wrong(
        "grants no access across subscriptions",
        "the subscription is taken for the tenant",
        ["vault.other-subscription", "vault.access-policy"],
        adding(
            refuse(
                GrantKeyAccess,
                "tenant.grant-refused",
                unless=lambda c: c.vault.subscription.name == c.resource.subscription.name,
            )
        ),
    ),
)

PROTECTIONS = (
    wrong(
        "does not demand soft delete",
        "every key vault is thought to have it",
        ["vault.soft-delete", "vault.soft-delete-refused"],
        accepting("vault.soft-delete-refused"),
    ),
    wrong(
        "does not demand soft delete through the API",
        "the check is in the user interface",
        ["vault.soft-delete", "vault.soft-delete-refused"],
        accepting("vault.soft-delete-refused", lambda c: c.through == "api"),
    ),
    wrong(
        "does not demand purge protection",
        "soft delete is taken for both",
        ["vault.purge-protection", "vault.purge-protection-refused"],
        accepting("vault.purge-protection-refused"),
    ),
    wrong(
        "does not demand purge protection of the key vault of a multi-service resource",
        "one kind was forgotten",
        ["vault.purge-protection", "vault.purge-protection-refused"],
        accepting("vault.purge-protection-refused", lambda c: c.resource.kind != "Translator"),
    ),
    wrong(
        "is content with one of the two protections",
        "two conditions are joined by *or*",
        [
            "vault.soft-delete",
            "vault.soft-delete-refused",
            "vault.purge-protection",
            "vault.purge-protection-refused",
        ],
        accepting("vault.soft-delete-refused", has_a_protection),
        accepting("vault.purge-protection-refused", has_a_protection),
    ),
    wrong(
        "turns purge protection on where it is missing, and accepts the key vault",
        "the missing step is made up for",
        ["vault.purge-protection", "vault.purge-protection-refused"],
        accepting("vault.purge-protection-refused", lambda c: c.through == "portal"),
        adding(
            effect(
                EnableCustomerManagedKeys,
                "vault.purge-protection",
                when=lambda c: (
                    c.store == "key-vault" and c.through == "portal" and c.vault.soft_delete
                ),
                then=lambda c: sets(c.vault, purge_protection=True),
            )
        ),
    ),
    wrong(
        "does not demand purge protection of a key vault that was recovered",
        "the protection is taken for proven",
        ["vault.purge-protection", "vault.purge-protection-refused"],
        system=once(accepted(RecoverVault), accepting("vault.purge-protection-refused")),
    ),
)

ACCESS = (
    wrong(
        "accepts a grant, and records none",
        "the request is answered, and never carried out",
        ["vault.access-policy"],
        without("vault.access-policy"),
    ),
    wrong(
        "records no grant while the key vault holds no key",
        "access is written to the keys that are there",
        ["vault.access-policy"],
        only_where("vault.access-policy", holds_a_key),
    ),
    wrong(
        "has access cover the keys alone that there are when it is granted",
        "the policy is written as a list of keys",
        ["vault.access-policy"],
        system=remembering(remember_keys, refuse_later_keys),
    ),
    wrong(
        "records no grant to a resource whose access was revoked once",
        "a revoked access is marked for good",
        ["vault.access-policy"],
        system=once(accepted(RevokeKeyAccess), without("vault.access-policy")),
    ),
    wrong(
        "takes the access to a key vault from all others when it is granted to one",
        "the access policy is replaced, where it has to be extended",
        ["vault.access-policy"],
        adding(
            effect(
                GrantKeyAccess,
                "vault.access-policy",
                each=Grant,
                when=lambda c, g: (
                    g.vault.name == c.vault.name and g.resource.name != c.resource.name
                ),
                then=lambda c, g: drops(g),
            )
        ),
    ),
    wrong(
        "gives a resource access to one key vault at most",
        "a second grant is written over the first",
        ["vault.access-policy"],
        adding(
            effect(
                GrantKeyAccess,
                "vault.access-policy",
                each=Grant,
                when=lambda c, g: (
                    g.resource.name == c.resource.name and g.vault.name != c.vault.name
                ),
                then=lambda c, g: drops(g),
            )
        ),
    ),
    wrong(
        "grants access to every key vault in the resource group of the one that is named",
        "key vaults are looked up by their resource group",
        ["vault.access-policy"],
        adding(
            effect(
                GrantKeyAccess,
                "vault.access-policy",
                each=Vault,
                when=lambda c, v: (
                    v.group == c.vault.group and v.subscription.name == c.vault.subscription.name
                ),
                then=lambda c, v: gives_access(v, c.resource),
            )
        ),
    ),
    wrong(
        "gives no access in the portal",
        "the access is left to the customer, as through the API",
        ["vault.granted-with-keys"],
        without("vault.granted-with-keys"),
    ),
    wrong(
        "gives access in the portal only to a key vault of the resource's own subscription",
        "only the resource's own subscription is searched",
        ["vault.granted-with-keys", "vault.other-subscription"],
        only_where(
            "vault.granted-with-keys",
            lambda c: c.vault.subscription.name == c.resource.subscription.name,
        ),
    ),
    wrong(
        "gives access to every key vault when customer-managed keys are enabled",
        "the loop has no condition",
        ["vault.granted-with-keys"],
        adding(
            effect(
                EnableCustomerManagedKeys,
                "vault.granted-with-keys",
                each=Vault,
                when=lambda c, v: can_be_put_in_use(c),
                then=lambda c, v: gives_access(v, c.resource),
            )
        ),
    ),
)


WRONG = (*REGION_AND_TENANT, *PROTECTIONS, *ACCESS)
