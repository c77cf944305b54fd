"""Wrong systems: when the managed identity is on, and what goes with it."""

from typing import Any

from tests.systems.histories import accepted, once
from tests.systems.variants import (
    adding,
    also_where,
    only_where,
    without,
    wrong,
)
from translator_cmk.machine.commands import (
    DisableIdentity,
    EnableIdentity,
    GrantKeyAccess,
    ReadData,
)
from translator_cmk.machine.entities import CUSTOMER, MICROSOFT, Model, Resource
from translator_cmk.machine.meanings import registered
from translator_cmk.machine.rows import effect, means, refuse
from translator_cmk.machine.updates import sets


def has_deployed_model(command: Any) -> bool:
    """Return whether a model of the command's resource is deployed."""
    models = command.resource.world.every(Model)
    return any(
        m.state == "deployed" and m.workspace.resource.name == command.resource.name for m in models
    )


def is_in_tenant_without_identity(command: Any) -> bool:
    """Return whether access is granted inside a tenant to a resource whose identity is off."""
    resource = command.resource
    is_inside = command.vault.subscription.tenant.name == resource.tenant.name
    return bool(is_inside and not resource.identity)


WRONG = (
    wrong(
        "turns the identity on only on a tier that supports customer-managed keys",
        "the identity is taken for a part of customer-managed keys",
        ["identity.enable"],
        adding(
            refuse(
                EnableIdentity,
                "encryption.tier-refused",
                unless=lambda c: c.resource.tier.supports_customer_managed_keys,
            )
        ),
    ),
    wrong(
        "turns the identity of a regional resource on, and of no other",
        "a global resource was thought to have none",
        ["identity.enable"],
        adding(
            refuse(
                EnableIdentity,
                "resource.global-refused",
                unless=lambda c: c.resource.location.state == "regional",
            )
        ),
    ),
    wrong(
        "can't turn an identity on again",
        "the identity is made once",
        ["identity.enable"],
        system=once(accepted(DisableIdentity), without("identity.enable")),
    ),
    wrong(
        "leaves the identity off when the portal enables customer-managed keys",
        "the identity is turned on by a second request, which nobody makes",
        ["identity.enabled-with-keys"],
        only_where("identity.enabled-with-keys", lambda c: c.through == "api"),
    ),
    wrong(
        "turns on no identity for a resource of the kind AIServices",
        "one kind was forgotten",
        ["identity.enabled-with-keys", "vault.granted-with-keys"],
        only_where("identity.enabled-with-keys", lambda c: c.resource.kind != "AIServices"),
    ),
    wrong(
        "leaves an identity off that was turned off while customer-managed keys were on",
        "nothing seems to change where customer-managed keys are on already",
        ["identity.enabled-with-keys", "vault.granted-with-keys"],
        only_where("identity.enabled-with-keys", lambda c: c.resource.key_source == MICROSOFT),
    ),
    wrong(
        "registers a resource only once it has customer-managed keys",
        "the registration is taken for a part of customer-managed keys",
        ["identity.registered"],
        only_where("identity.registered", lambda r: r.key_source == CUSTOMER),
    ),
    wrong(
        "does not register a global resource",
        "a global resource was thought to have no identity",
        ["identity.registered"],
        only_where("identity.registered", lambda r: r.location.state == "regional"),
    ),
    wrong(
        "shows every resource as registered",
        "the field is a constant",
        ["environment.unregistered"],
        adding(means(registered, "environment.unregistered")),
    ),
    wrong(
        "leaves a resource with customer-managed keys registered when its identity is off",
        "two conditions are joined by *or*",
        ["environment.unregistered"],
        also_where("identity.registered", lambda r: r.key_source == CUSTOMER),
    ),
    wrong(
        "accepts that an identity is turned off while a key depends on it, and leaves it on",
        "what is in use is protected, and nobody is told",
        ["identity.disable"],
        only_where("identity.disable", lambda c: c.resource.key_source == MICROSOFT),
    ),
    wrong(
        "accepts that an identity is turned off while a model is deployed, and leaves it on",
        "what is in use is protected, and nobody is told",
        ["identity.disable"],
        only_where("identity.disable", lambda c: not has_deployed_model(c)),
    ),
    wrong(
        "turns all identities off with one",
        "the loop has no condition",
        ["identity.disable"],
        adding(
            effect(
                DisableIdentity,
                "identity.disable",
                each=Resource,
                then=lambda c, r: sets(r, identity=False),
            )
        ),
    ),
    wrong(
        "refuses to read data once the identity is off, under Microsoft-managed keys too",
        "every resource is thought to need its identity",
        ["encryption.transparent", "identity.harmless-without-keys"],
        adding(
            refuse(
                ReadData,
                "revocation.reading-refused",
                unless=lambda c: (
                    c.workspace.resource.identity or c.workspace.resource.key_source == CUSTOMER
                ),
            )
        ),
    ),
    wrong(
        "keeps the access of an identity that is off",
        "a grant is a record of its own, and nobody removes it",
        ["identity.access-removed"],
        without("identity.access-removed"),
    ),
    wrong(
        "keeps the access of an identity that is off to key vaults of other subscriptions",
        "only the resource's own subscription is searched",
        ["identity.access-removed"],
        only_where(
            "identity.access-removed",
            lambda g: g.vault.subscription.name == g.resource.subscription.name,
        ),
    ),
    wrong(
        "gives access to a resource whose identity has never been on",
        "nobody asks whether there is an identity",
        ["identity.needed-for-access", "identity.grant-refused"],
        without("identity.grant-refused"),
        also_where("vault.access-policy", is_in_tenant_without_identity),
        only_where("identity.access-removed", lambda g: g.resource.had_identity),
        only_where("identity.access-removed-elsewhere", lambda g: g.resource.had_identity),
    ),
    wrong(
        "turns the identity on when access is granted to it",
        "the missing step is made up for",
        ["identity.needed-for-access", "identity.grant-refused"],
        without("identity.grant-refused"),
        also_where("vault.access-policy", is_in_tenant_without_identity),
        adding(
            effect(
                GrantKeyAccess,
                "vault.access-policy",
                when=is_in_tenant_without_identity,
                then=lambda c: sets(c.resource, identity=True),
            )
        ),
    ),
)
