"""The things in bodies of Azure Resource Manager: of what-if, and of the provider azapi."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from .azurerm import Refer
from .plan import UNKNOWN, Attributes
from .things import (
    PERSON,
    Account,
    Group,
    Key,
    KeyUsed,
    MayBeUnknown,
    Policy,
    PolicyList,
    Role,
    Thing,
    Vault,
    group_of,
    host_of,
    is_hsm,
    last_word,
    lower,
    permissions_in,
    role_for_keys,
)


def as_body(attributes: Attributes) -> tuple[str, Attributes]:
    """Return the type of an `azapi_resource`, and its body with what stands outside of it."""
    kind = str(attributes.text("type") or "").partition("@")[0]
    body = attributes.get("body")
    known: Any = body
    unknown = attributes.unknown.get("body") if isinstance(attributes.unknown, Mapping) else None
    if isinstance(body, str):  # up to version 1
        try:
            known = json.loads(body)
        except ValueError:
            known = None
    if body is UNKNOWN or not isinstance(known, Mapping):
        known = {}
    parent = attributes.text("parent_id")
    name = attributes.text("name")
    resource_id = attributes.text("id")
    if not isinstance(resource_id, str) and isinstance(parent, str) and isinstance(name, str):
        resource_id = id_under(parent, kind, name)
    outside = {
        "id": resource_id if isinstance(resource_id, str) else None,
        "name": name if isinstance(name, str) else "",
        "location": attributes.get("location"),
        "identity": attributes.known.get("identity") or known.get("identity"),
    }
    shape = dict(unknown) if isinstance(unknown, Mapping) else {}
    if not isinstance(resource_id, str):
        shape["id"] = True
    if isinstance(attributes.unknown, Mapping) and attributes.unknown.get("identity"):
        shape["identity"] = attributes.unknown["identity"]
    if body is UNKNOWN:
        shape["properties"] = True
        shape["kind"] = True
    return kind, Attributes({**known, **outside}, shape)


def id_under(parent: str, kind: str, name: str) -> str:
    """Return the id of a resource in its parent: a group, or another resource."""
    words = kind.split("/")
    if len(words) > 2:
        return f"{parent}/{words[-1]}/{name}"
    return f"{parent}/providers/{kind}/{name}"


def account(body: Attributes, refer: Refer) -> Account:  # noqa: ARG001  # as its siblings have it
    """Return a `Microsoft.CognitiveServices/accounts`."""
    identity, principal = identity_in(body)
    resource_id = lower(body.text("id"))
    return Account(
        id=resource_id,
        name=name_in(body),
        azure_kind=body.text("kind"),
        location=body.text("location"),
        group=group_of(resource_id),
        identity=identity,
        principal=principal,
        key=key_of_account(body),
    )


def name_in(body: Attributes) -> str:
    """Return the name of a resource, also where only its id is there."""
    name = body.text("name")
    if isinstance(name, str) and name:
        return last_word(name)
    resource_id = body.text("id")
    return last_word(resource_id) if isinstance(resource_id, str) else ""


def identity_in(body: Attributes) -> tuple[MayBeUnknown, MayBeUnknown]:
    """Return whether the system-assigned identity is on, and its object id."""
    block = body.block("identity")
    if block is UNKNOWN:
        return UNKNOWN, UNKNOWN
    if block is None:
        return False, None
    kind = block.text("type")
    if kind is UNKNOWN:
        return UNKNOWN, UNKNOWN
    if "systemassigned" not in str(kind).replace(" ", "").lower():
        return False, None
    for name in ("principalId", "principal_id"):
        principal = block.text(name)
        if isinstance(principal, str) and principal:
            return True, principal.lower()
    return True, UNKNOWN


def key_of_account(body: Attributes) -> MayBeUnknown:
    """Return the key in `properties.encryption`: None where Microsoft's keys are used."""
    encryption = body.at("properties", "encryption")
    if encryption is None or encryption is UNKNOWN:
        return encryption
    block = body.block("properties").block("encryption")
    if block is UNKNOWN:
        return UNKNOWN
    source = block.text("keySource")
    used = block.block("keyVaultProperties")
    if source is UNKNOWN or used is UNKNOWN:
        return UNKNOWN
    if str(source).lower() != "microsoft.keyvault":
        return None
    if used is None:
        return UNKNOWN
    host = host_of(used.text("keyVaultUri"))
    name = lower(used.text("keyName"))
    user = bool(used.text("identityClientId"))
    if host in (None, UNKNOWN) or name in (None, UNKNOWN):
        return UNKNOWN
    return KeyUsed(host, name, used.text("keyVersion"), is_hsm(host), user)


def vault(body: Attributes, refer: Refer) -> Vault:
    """Return a `Microsoft.KeyVault/vaults`."""
    resource_id = lower(body.text("id"))
    properties = body.block("properties")
    if properties is None or properties is UNKNOWN:
        properties = Attributes({}, properties is UNKNOWN)
    host = host_of(properties.text("vaultUri"))
    create_mode = str(lower(properties.text("createMode")))
    return Vault(
        id=resource_id,
        name=name_in(body),
        host=UNKNOWN if host is None else host,
        location=body.text("location"),
        group=group_of(resource_id),
        tenant=lower(properties.text("tenantId")),
        purge_protection=properties.flag("enablePurgeProtection", False),
        rbac=properties.flag("enableRbacAuthorization", False),
        policies=None if create_mode == "recover" else entries(properties, refer),
        recovers=create_mode == "recover",
    )


def entries(properties: Attributes, refer: Refer) -> MayBeUnknown:
    """Return the entries of `accessPolicies`."""
    blocks = properties.blocks("accessPolicies")
    if blocks is UNKNOWN:
        return UNKNOWN
    found: list[Policy] = []
    for block in blocks:
        if block.text("applicationId") not in (None, ""):
            continue
        principal = lower(block.text("objectId"))
        if principal is UNKNOWN:
            principal = refer("body")
        found.append(Policy(None, principal, permissions_in(block.at("permissions", "keys"))))
    return tuple(found)


def access_policies(body: Attributes, refer: Refer) -> PolicyList:
    """Return a `Microsoft.KeyVault/vaults/accessPolicies`, whose name is what it does."""
    properties = body.block("properties")
    if properties is None or properties is UNKNOWN:
        properties = Attributes({}, properties is UNKNOWN)
    return PolicyList(
        vault=parent_of(body),
        policies=entries(properties, refer),
        does=name_in(body).lower(),
    )


def parent_of(body: Attributes) -> MayBeUnknown:
    """Return the id of the resource that one is in, or `UNKNOWN`."""
    resource_id = lower(body.text("id"))
    if not isinstance(resource_id, str):
        return UNKNOWN
    return resource_id.rstrip("/").rpartition("/")[0].rpartition("/")[0]


def key(body: Attributes, refer: Refer) -> Key:  # noqa: ARG001  # as its siblings have it
    """Return a `Microsoft.KeyVault/vaults/keys`."""
    return Key(
        vault=parent_of(body),
        name=name_in(body).lower(),
        type=body.at("properties", "kty"),
        size=body.at("properties", "keySize"),
        expires=body.at("properties", "attributes", "exp"),
        rotates=bool(body.at("properties", "rotationPolicy")),
    )


def role(body: Attributes, refer: Refer) -> Role | None:
    """Return a `Microsoft.Authorization/roleAssignments` of a role that may use keys; None for one
    that a person has.
    """
    if body.at("properties", "principalType") == PERSON:
        return None
    definition = body.at("properties", "roleDefinitionId")
    name = role_for_keys(last_word(str(definition)))
    if isinstance(definition, str) and not name:
        return None
    resource_id = lower(body.text("id"))
    scope: MayBeUnknown = UNKNOWN
    if isinstance(resource_id, str):
        scope = resource_id.partition("/providers/microsoft.authorization/")[0]
    principal = lower(body.at("properties", "principalId"))
    return Role(scope, refer("body") if principal is UNKNOWN else principal, name)


def group(body: Attributes, refer: Refer) -> Group:  # noqa: ARG001  # as its siblings have it
    """Return a `Microsoft.Resources/resourceGroups`."""
    return Group(lower(body.text("id")), name_in(body).lower())


READERS: Mapping[str, Callable[[Attributes, Refer], Thing | None]] = {
    "microsoft.cognitiveservices/accounts": account,
    "microsoft.keyvault/vaults": vault,
    "microsoft.keyvault/vaults/accesspolicies": access_policies,
    "microsoft.keyvault/vaults/keys": key,
    "microsoft.authorization/roleassignments": role,
    "microsoft.resources/resourcegroups": group,
}
"""By type in lower case: the function that reads a body."""
