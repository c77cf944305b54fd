"""Wrong systems: what can't cross from one tenant to another, and what a move leaves behind."""

from typing import Any

from tests.systems.histories import accepted, once, refuses_and_does
from tests.systems.variants import (
    Edit,
    adding,
    doing,
    met_also_where,
    only_where,
    without,
    writing,
    wrong,
)
from translator_cmk.machine.commands import (
    GrantKeyAccess,
    MoveResource,
    MoveResourceGroup,
    MoveSubscription,
)
from translator_cmk.machine.entities import Grant, Resource
from translator_cmk.machine.rows import effect
from translator_cmk.machine.state import Changes
from translator_cmk.machine.updates import gives_access, sets


def gives_access_across_tenants() -> Edit:
    """Let a grant give access, whichever the tenants."""
    return adding(
        effect(
            GrantKeyAccess,
            "tenant.no-cross-tenant-access",
            when=lambda c: c.vault.subscription.tenant.name != c.resource.tenant.name,
            then=lambda c: gives_access(c.vault, c.resource),
        )
    )


def has_access_already(command: Any) -> bool:
    """Return whether any resource has access to the command's key vault."""
    return any(grant.vault.name == command.vault.name for grant in command.vault.world.every(Grant))


def back_with_its_key(resource: Any) -> Changes:
    """Write that a resource is in its new tenant, with the key of its data if that is there too."""
    tenant = resource.subscription.tenant
    key = resource.data_key
    if key is not None and key.vault.subscription.tenant.name != tenant.name:
        key = None
    return sets(resource, tenant=tenant, key=key)


WRONG = (
    wrong(
        "gives access across tenants",
        "the tenant is not looked at",
        ["tenant.no-cross-tenant-access", "tenant.grant-refused"],
        without("tenant.grant-refused"),
        gives_access_across_tenants(),
    ),
    wrong(
        "refuses a grant across tenants, and gives the access all the same",
        "the check comes after the effect, and nothing is undone",
        ["tenant.no-cross-tenant-access"],
        system=refuses_and_does(without("tenant.grant-refused"), gives_access_across_tenants()),
    ),
    wrong(
        "gives access across tenants to a key vault to which a resource has access already",
        "a key vault is checked once",
        ["tenant.no-cross-tenant-access", "tenant.grant-refused"],
        met_also_where("tenant.grant-refused", has_access_already),
        gives_access_across_tenants(),
    ),
    wrong(
        "takes the key along to another tenant",
        "only the identity is thought to be of a tenant",
        ["tenant.not-transferred", "tenant.key-left-behind"],
        doing("tenant.not-transferred", lambda r: sets(r, tenant=r.subscription.tenant), Resource),
    ),
    wrong(
        "takes identity and access along to another tenant",
        "nothing is done with a resource whose tenant changes",
        ["tenant.not-transferred", "tenant.identity-off"],
        without("tenant.not-transferred"),
        without("tenant.identity-off"),
    ),
    wrong(
        "takes identity and access along to another tenant, and leaves the key alone behind",
        "the key is the only thing that is looked at",
        ["tenant.not-transferred", "tenant.identity-off"],
        without("tenant.not-transferred", Grant),
        without("tenant.identity-off"),
    ),
    wrong(
        "takes key, identity and access of a multi-service resource along to another tenant",
        "only resources of the kind Translator were thought of",
        ["tenant.not-transferred", "tenant.identity-off"],
        only_where("tenant.not-transferred", lambda r: r.kind == "Translator", Resource),
        only_where("tenant.not-transferred", lambda g: g.resource.kind == "Translator", Grant),
        only_where("tenant.identity-off", lambda r: r.kind == "Translator"),
    ),
    wrong(
        "takes the identity and access of a resource under Microsoft-managed keys along to another "
        "tenant",
        "only customer-managed keys are thought to be of a tenant",
        ["tenant.not-transferred", "tenant.identity-off"],
        only_where("tenant.not-transferred", lambda r: r.key is not None, Resource),
        only_where("tenant.not-transferred", lambda g: g.resource.key is not None, Grant),
        only_where("tenant.identity-off", lambda r: r.key is not None),
    ),
    wrong(
        "takes everything along with a second move to another tenant",
        "a move was tried once",
        ["tenant.not-transferred", "tenant.identity-off"],
        system=once(
            accepted(MoveSubscription),
            without("tenant.not-transferred"),
            without("tenant.identity-off"),
        ),
    ),
    wrong(
        "takes everything along when a resource moves by itself to another tenant",
        "only moves of subscriptions were thought to change the tenant",
        ["tenant.not-transferred", "tenant.identity-off"],
        writing(
            "environment.move",
            lambda c: sets(c.resource, tenant=c.subscription.tenant),
            MoveResource,
        ),
    ),
    wrong(
        "takes everything along when a resource group moves to another tenant",
        "only moves of subscriptions and resources were thought to change the tenant",
        ["tenant.not-transferred", "tenant.identity-off"],
        writing(
            "environment.move",
            lambda c, r: sets(r, tenant=c.to.tenant),
            MoveResourceGroup,
            Resource,
        ),
    ),
    wrong(
        "has the key again in the tenant that it came from",
        "the key is only hidden by a move",
        ["tenant.not-transferred", "tenant.key-left-behind"],
        doing("tenant.not-transferred", back_with_its_key, Resource),
    ),
)
