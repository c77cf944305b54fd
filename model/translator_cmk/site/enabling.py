"""What has to be so before customer-managed keys are enabled: each value of each condition, tried out on the model."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ..machine import DEFAULT_STAGE, Command, Outcome, RowsContradict, initial
from ..machine.commands import (
    CreateKey,
    CreateResource,
    CreateVault,
    DisableKey,
    EnableCustomerManagedKeys,
    EnableIdentity,
    GrantKeyAccess,
    ImportKey,
)
from .cascade import model

CHANNELS = {"portal": "through the portal", "api": "through the API"}


class Value(NamedTuple):
    """One value of a condition: how it differs from what is right, and what permits it where it is right too."""

    says: str
    differs: Mapping[str, Any] = {}
    permitted_by: str | None = None


class Condition(NamedTuple):
    """Something that can be right or wrong; its first value is what all other conditions are tried with."""

    name: str
    values: tuple[Value, ...]


CONDITIONS = (
    Condition(
        "Kind of the resource",
        (
            Value("Translator"),
            Value("AIServices", {"kind": "AIServices"}, "resource.kinds"),
            Value("CognitiveServices", {"kind": "CognitiveServices"}, "resource.kinds"),
        ),
    ),
    Condition(
        "Pricing tier",
        (Value("supports customer-managed keys"), Value("does not support them", {"tier": "basic-tier"})),
    ),
    Condition(
        "Location of the resource",
        (
            Value("the region of the key vault"),
            Value("another region", {"location": "eastus"}),
            Value("global", {"location": "global"}),
        ),
    ),
    Condition(
        "Directory of the key vault",
        (Value("that of the resource"), Value("another", {"vault_subscription": "foreign"})),
    ),
    Condition(
        "Subscription of the key vault",
        (
            Value("that of the resource"),
            Value("another of the same directory", {"vault_subscription": "security"}, "vault.other-subscription"),
        ),
    ),
    Condition(
        "Protections of the key vault",
        (
            Value("soft delete and purge protection"),
            Value("soft delete alone", {"purge_protection": False}),
            Value("neither", {"soft_delete": False, "purge_protection": False}),
        ),
    ),
    Condition(
        "Permission model of the key vault",
        (Value("access policies"), Value("Azure RBAC", {"permission_model": "rbac"})),
    ),
    Condition(
        "Where the key is held",
        (
            Value("in Azure Key Vault"),
            Value("in Managed HSM", {"store": "managed-hsm"}),
            Value("elsewhere", {"store": "elsewhere"}),
        ),
    ),
    Condition(
        "Type and size of the key",
        (
            Value("RSA, 2048 bits"),
            Value("RSA, 3072 bits", {"size": 3072}),
            Value("RSA, 4096 bits", {"size": 4096}),
            Value("RSA-HSM, 2048 bits", {"type": "RSA-HSM"}),
            Value("elliptic curve", {"type": "EC", "size": 256}),
        ),
    ),
    Condition("Origin of the key", (Value("generated"), Value("imported", {"makes": ImportKey}, "keys.any-origin"))),
    Condition("State of the key", (Value("enabled"), Value("disabled", {"disabled": True}))),
    Condition(
        "Identity and access beforehand",
        (Value("on, and granted"), Value("on, not granted", {"granted": False}), Value("off", {"identity": False})),
    ),
)

RIGHT: dict[str, Any] = {
    "kind": "Translator",
    "location": "westeurope",
    "tier": "cmk-tier",
    "vault_subscription": "production",
    "soft_delete": True,
    "purge_protection": True,
    "permission_model": "access-policies",
    "store": "key-vault",
    "type": "RSA",
    "size": 2048,
    "makes": CreateKey,
    "disabled": False,
    "identity": True,
    "granted": True,
}


def enabled(channel: str, differs: Mapping[str, Any]) -> Outcome | None:
    """What comes of enabling customer-managed keys where all is right but these values; None from a broken model."""
    state = initial(DEFAULT_STAGE)
    try:
        for command in beforehand(RIGHT | dict(differs)):
            state, _ = model().step(state, command)
        return model().step(state, request(channel, (RIGHT | dict(differs))["store"]))[1]
    except RowsContradict:
        return None


def beforehand(values: Mapping[str, Any]) -> Iterator[Command]:
    """The commands that bring these values about."""
    yield CreateResource("translator", values["kind"], values["location"], values["tier"], "production", "apps")
    protections = (values["soft_delete"], values["purge_protection"], values["permission_model"])
    yield CreateVault("vault", "westeurope", values["vault_subscription"], "apps", *protections)
    yield values["makes"]("vault", "key", values["type"], values["size"])
    if values["disabled"]:
        yield DisableKey("vault", "key")
    if values["identity"]:
        yield EnableIdentity("translator")
        if values["granted"]:
            yield GrantKeyAccess("vault", "translator")


def request(channel: str, store: str) -> Command:
    """The request itself."""
    if store == "key-vault":
        return EnableCustomerManagedKeys("translator", "vault", "key", through=channel)  # type: ignore[arg-type]  # one of CHANNELS
    return EnableCustomerManagedKeys("translator", store=store, through=channel)  # type: ignore[arg-type]  # likewise
