"""What a resource is: one record for each kind of thing, read from three forms.

A plan names a thing in one of three forms: the attributes of azurerm, a body of Azure (what-if), or
such a body inside an `azapi_resource`.  `FORMS` has a table for each type: the fields of the
record, and the path under which this form has each.
"""

import fnmatch
import json
from collections.abc import Callable, Mapping
from typing import Any

from .plan import UNKNOWN, Attributes
from .things import (
    PERSON,
    ROLES_FOR_OTHER_THINGS,
    USES_OF_KEYS,
    Account,
    Group,
    Identity,
    Key,
    KeyInUse,
    KeyReference,
    MayBeUnknown,
    Members,
    Policy,
    PolicyRequest,
    Role,
    RoleDefinition,
    Thing,
    Vault,
    group_of,
    host_of,
    is_hsm,
    key_in,
    last_word,
    lower,
    role_for_keys,
    split_at_provider,
    words_in,
)

Refer = Callable[[str], MayBeUnknown]
"""Returns what the expression of an attribute refers to, as `@address`, or `UNKNOWN`."""

Read = Callable[[Attributes, Refer], MayBeUnknown]
"""Reads one field of a record."""

AZAPI_RESOURCE = "azapi_resource"
AZAPI_UPDATE = "azapi_update_resource"
ACCOUNTS = "microsoft.cognitiveservices/accounts"

# How a field is read


def text(path: str) -> Read:
    return lambda body, _: body.text(path)


def word(path: str) -> Read:
    """Read a text in which case says nothing."""
    return lambda body, _: lower(body.text(path))


def value(path: str) -> Read:
    return lambda body, _: body.get(path)


def words(path: str) -> Read:
    return lambda body, _: words_in(body.get(path))


def flag(*paths: str) -> Read:
    """Read a flag that is off where it isn't set; a later path is an older name of it."""

    def read(body: Attributes, _: Refer) -> MayBeUnknown:
        for path in paths:
            shown = body.get(path)
            if shown is not None:
                return shown if isinstance(shown, bool) else UNKNOWN
        return False

    return read


def fixed(known: MayBeUnknown) -> Read:
    return lambda _, __: known


def host(path: str) -> Read:
    return lambda body, _: host_of(body.text(path))


def name(body: Attributes, _: Refer) -> str:
    """Return the name of a thing, also where only its id is there; empty if it isn't known yet."""
    for path in ("name", "id"):
        shown = body.text(path)
        if isinstance(shown, str) and shown:
            return last_word(shown)
    return ""


def key_name(body: Attributes, refer: Refer) -> str:
    return name(body, refer).lower()


def refers(path: str) -> Read:
    """Read an id; one that isn't known yet is what its expression refers to."""

    def read(body: Attributes, refer: Refer) -> MayBeUnknown:
        shown = body.text(path)
        if shown is UNKNOWN:
            return body.resource_named(path) or refer(path)
        return lower(shown) or None

    return read


def last_word_of(path: str) -> Read:
    """Read an object id, with a path before it or not."""
    return lambda body, _: last_word(str(lower(body.text(path))))


def group(body: Attributes, _: Refer) -> MayBeUnknown:
    return group_of(body.text("id"))


def parent(body: Attributes, _: Refer) -> MayBeUnknown:
    """Return the id of the resource that one is in, or `UNKNOWN`."""
    resource_id = lower(body.text("id"))
    if not isinstance(resource_id, str):
        return UNKNOWN
    return resource_id.rstrip("/").rpartition("/")[0].rpartition("/")[0]


# Accounts


def identity_is_on(body: Attributes, _: Refer) -> MayBeUnknown:
    """Return whether the system-assigned identity is on."""
    kind = body.text("identity.type")
    if kind is UNKNOWN:
        return UNKNOWN
    return "systemassigned" in str(kind).lower()


def principal_of_account(body: Attributes, refer: Refer) -> MayBeUnknown:
    """Return the object id of the system-assigned identity, as azurerm or a body of Azure names it;
    None if that is off.
    """
    is_on = identity_is_on(body, refer)
    if is_on is UNKNOWN:
        return UNKNOWN
    if not is_on:
        return None
    for path in ("identity.principal_id", "identity.principalId"):
        principal = body.text(path)
        if isinstance(principal, str) and principal:
            return principal.lower()
    return UNKNOWN


def assigned(body: Attributes, refer: Refer) -> MayBeUnknown:
    """Return the ids of the user-assigned identities of an account, `UNKNOWN` among them for one
    that is not known yet.
    """
    if body.block("identity") is UNKNOWN:
        return UNKNOWN
    ids = body.get("identity.identity_ids") or body.get("identity.userAssignedIdentities") or ()
    # If one id of the list is not known yet, a plan has None there.  A text is no list.
    if ids is UNKNOWN or isinstance(ids, str) or None in ids:
        return frozenset({refer("identity.identity_ids")})
    return frozenset(str(each).lower() for each in ids)


def identities(body: Attributes, _: Refer) -> tuple[Identity, ...]:
    """Return the user-assigned identities of an account of which a body of Azure says more."""
    found: list[Identity] = []
    listed = body.block("identity.userAssignedIdentities")
    if not isinstance(listed, Attributes):
        return ()
    for name, facts in listed.known.items():
        if isinstance(facts, Mapping):
            its = Attributes(facts)
            principal, client = lower(its.text("principalId")), lower(its.text("clientId"))
            found.append(Identity(name.lower(), principal, client))
    return tuple(found)


IN_BLOCK = "customer_managed_key"


def key_of(*paths: str, client_at: str) -> Read:
    """Read the key that azurerm puts in use; the path of its id differs by type and version."""

    def read(body: Attributes, refer: Refer) -> MayBeUnknown:
        client = refers(client_at)(body, refer)
        if body.block(IN_BLOCK) is UNKNOWN:
            return UNKNOWN
        for path in paths:
            key_id = body.text(path)
            if key_id is UNKNOWN:
                # The resource of the key is known before its id, which has vault and name.
                at = refer(path)
                return UNKNOWN if at is UNKNOWN else KeyReference(at, at, client=client)
            if key_id:
                return key_in(key_id, client)
        # A block without an id that is read here puts some key in use.
        return None if body.block(IN_BLOCK) is None else UNKNOWN

    return read


key_in_block = key_of(
    f"{IN_BLOCK}.key_vault_key_id",
    f"{IN_BLOCK}.managed_hsm_key_id",
    client_at=f"{IN_BLOCK}.identity_client_id",
)


def key_in_body(body: Attributes, refer: Refer) -> MayBeUnknown:
    """Return the key in `properties.encryption`: None where Microsoft's keys are used."""
    encryption = body.get("properties.encryption")
    source = body.text("properties.encryption.keySource")
    if UNKNOWN in (encryption, source):
        return UNKNOWN
    if str(source).lower() != "microsoft.keyvault":
        return None
    used = "properties.encryption.keyVaultProperties"
    uri = f"{used}.keyVaultUri"
    at = body.resource_named(uri) or host_of(body.text(uri))
    key = lower(body.text(f"{used}.keyName"))
    if not isinstance(at, str) or not isinstance(key, str):
        return UNKNOWN
    client = refers(f"{used}.identityClientId")(body, refer)
    return KeyReference(at, key, body.text(f"{used}.keyVersion"), is_hsm(at), client)


def key_merged(attributes: Attributes, refer: Refer) -> KeyInUse | None:
    """Return the key that an `azapi_update_resource` puts in use; None if it names none.

    What it has merged stays where it goes.
    """
    kind, body = as_body(attributes)
    key = key_in_body(body, refer)
    if kind.lower() != ACCOUNTS or not isinstance(key, KeyReference):
        return None
    return KeyInUse(refers("resource_id")(attributes, refer), key, stays=True)


# Who may use a key


def entries(path: str, principal: str, application: str, permissions: str) -> Read:
    """Read the list of access policies; an application acts for somebody, and is no account."""

    def read(body: Attributes, refer: Refer) -> MayBeUnknown:
        blocks = body.blocks(path)
        if blocks is UNKNOWN:
            # A list that is not known yet names one principal in its expression: it is written to
            # give that one access.
            meant = refer(f"{path}.{principal}")
            return UNKNOWN if meant is UNKNOWN else (Policy(None, meant, frozenset({"all"})),)
        found: list[Policy] = []
        for block in blocks:
            # Where no application acts, none is named: so one that is not known yet is one.
            if block.text(application) in (None, ""):
                who = refers(principal)(block, lambda _: refer(f"{path}.{principal}"))
                rights = words_in(block.get(permissions)) or frozenset()
                found.append(Policy(None, who, rights))
        return tuple(found)

    return read


entries_in_body = entries(
    "properties.accessPolicies", "objectId", "applicationId", "permissions.keys"
)


def entries_of_vault(body: Attributes, refer: Refer) -> MayBeUnknown:
    """Return the list of access policies; None for a vault that is recovered with those it had."""
    is_recovery = lower(body.text("properties.createMode")) == "recover"
    return None if is_recovery else entries_in_body(body, refer)


def policy(body: Attributes, refer: Refer) -> Policy | None:
    """Return an access policy of its own; None for one of an application."""
    if body.text("application_id") not in (None, ""):
        return None
    return Policy(
        refers("key_vault_id")(body, refer),
        refers("object_id")(body, refer),
        words_in(body.get("key_permissions")) or frozenset(),
    )


def role(
    body: Attributes,
    refer: Refer,
    scope: MayBeUnknown,
    names: tuple[str, ...],
    principal: str,
    principal_type: str,
) -> Role | None:
    """Return a role that may use keys; None for one that may not, and for one of a person.

    ``names``: the paths at which the role is named, that of its id last.
    """
    if body.text(principal_type) == PERSON:
        return None
    shown = [body.text(path) for path in names]
    known = [last_word(each) for each in shown if isinstance(each, str)]
    name_for_keys = next(filter(None, map(role_for_keys, known)), "")
    if not name_for_keys and any(each.lower() in ROLES_FOR_OTHER_THINGS for each in known):
        return None
    # by this it is found which custom role of the plan it is
    definition = known[0].lower() if known else refers(names[-1])(body, refer)
    who = refers(principal)(body, refer)
    return Role(scope, who, name_for_keys, definition, body.text(principal_type))


def role_assignment(body: Attributes, refer: Refer) -> Role | None:
    names = ("role_definition_name", "role_definition_id")
    scope = refers("scope")(body, refer)
    return role(body, refer, scope, names, "principal_id", "principal_type")


def role_in_body(body: Attributes, refer: Refer) -> Role | None:
    resource_id = lower(body.text("id"))
    scope = split_at_provider(resource_id)[0] if isinstance(resource_id, str) else UNKNOWN
    of = "properties"
    names = (f"{of}.roleDefinitionId",)
    return role(body, refer, scope, names, f"{of}.principalId", f"{of}.principalType")


def uses_keys(blocks: str, granted: str, denied: str) -> Read:
    """Read whether a custom role lets somebody wrap and unwrap with a key."""

    def read(body: Attributes, _: Refer) -> MayBeUnknown:
        permissions = body.blocks(blocks)
        if permissions is UNKNOWN:
            return UNKNOWN
        given: set[str] = set()
        for block in permissions:
            actions, taken = words_in(block.get(granted)), words_in(block.get(denied))
            if UNKNOWN in (actions, taken):
                return UNKNOWN
            given |= matching(actions) - matching(taken)
        return given >= USES_OF_KEYS

    return read


def matching(patterns: frozenset[str] | None) -> set[str]:
    """Return the uses of keys that data actions name, some with `*` for the rest."""
    return {use for pattern in patterns or () for use in fnmatch.filter(USES_OF_KEYS, pattern)}


# The tables

Form = Callable[[Attributes, Refer], Thing | None]


def record(make: Callable[..., Thing], **fields: Read) -> Form:
    """Return what reads a record by the table of its fields."""

    def read(body: Attributes, refer: Refer) -> Thing:
        return make(**{field: its(body, refer) for field, its in fields.items()})

    return read


def account(kind: Read, key: Read, group: Read) -> Form:
    return record(
        Account,
        id=word("id"),
        name=name,
        azure_kind=kind,
        location=text("location"),
        group=group,
        identity=identity_is_on,
        principal=principal_of_account,
        assigned=assigned,
        identities=identities,
        key=key,
    )


def vault(host_at: str, tenant: str, purge_protection: str, **more: Read) -> Form:
    return record(
        Vault,
        id=word("id"),
        name=name,
        host=host(host_at),
        location=text("location"),
        tenant=word(tenant),
        purge_protection=flag(purge_protection),
        **more,
    )


def key_of_azurerm(vault_at: str) -> Form:
    return record(
        Key,
        vault=refers(vault_at),
        name=key_name,
        type=text("key_type"),
        size=value("key_size"),
        operations=words("key_opts"),
        starts=text("not_before_date"),
        expires=text("expiration_date"),
    )


GROUP_NAME = word("resource_group_name")
CLIENT = "identity_client_id"
AN_HSM = {"rbac": fixed(False), "policies": fixed(None), "is_hsm": fixed(True)}

FORMS: Mapping[str, Form] = {
    "azurerm_cognitive_account": account(text("kind"), key_in_block, GROUP_NAME),
    "azurerm_ai_services": account(fixed("AIServices"), key_in_block, GROUP_NAME),
    ACCOUNTS: account(text("kind"), key_in_body, group),
    "azurerm_cognitive_account_customer_managed_key": record(
        KeyInUse,
        account=refers("cognitive_account_id"),
        key=key_of("key_vault_key_id", client_at=CLIENT),
    ),
    AZAPI_UPDATE: key_merged,
    "azurerm_key_vault": vault(
        "vault_uri",
        "tenant_id",
        "purge_protection_enabled",
        group=GROUP_NAME,
        rbac=flag("rbac_authorization_enabled", "enable_rbac_authorization"),
        policies=entries("access_policy", "object_id", "application_id", "key_permissions"),
    ),
    "azurerm_key_vault_managed_hardware_security_module": vault(
        "hsm_uri", "tenant_id", "purge_protection_enabled", group=GROUP_NAME, **AN_HSM
    ),
    "microsoft.keyvault/vaults": vault(
        "properties.vaultUri",
        "properties.tenantId",
        "properties.enablePurgeProtection",
        group=group,
        rbac=flag("properties.enableRbacAuthorization"),
        policies=entries_of_vault,
        recovers=lambda body, _: lower(body.text("properties.createMode")) == "recover",
    ),
    "microsoft.keyvault/managedhsms": vault(
        "properties.hsmUri",
        "properties.tenantId",
        "properties.enablePurgeProtection",
        group=group,
        **AN_HSM,
    ),
    "azurerm_key_vault_key": key_of_azurerm("key_vault_id"),
    "azurerm_key_vault_managed_hardware_security_module_key": key_of_azurerm("managed_hsm_id"),
    "microsoft.keyvault/vaults/keys": record(
        Key,
        vault=parent,
        name=key_name,
        type=value("properties.kty"),
        size=value("properties.keySize"),
        operations=words("properties.keyOps"),
        enabled=value("properties.attributes.enabled"),
        starts=value("properties.attributes.nbf"),
        expires=value("properties.attributes.exp"),
    ),
    "azurerm_key_vault_access_policy": policy,
    "microsoft.keyvault/vaults/accesspolicies": record(
        PolicyRequest, vault=parent, policies=entries_in_body, does=key_name
    ),
    "azurerm_role_assignment": role_assignment,
    "microsoft.authorization/roleassignments": role_in_body,
    "azurerm_role_definition": record(
        RoleDefinition,
        id=word("role_definition_resource_id"),
        name=name,
        uses_keys=uses_keys("permissions", "data_actions", "not_data_actions"),
    ),
    "microsoft.authorization/roledefinitions": record(
        RoleDefinition,
        id=word("id"),
        name=name,
        uses_keys=uses_keys("properties.permissions", "dataActions", "notDataActions"),
    ),
    "azurerm_user_assigned_identity": record(
        Identity, id=word("id"), principal=word("principal_id"), client=word("client_id")
    ),
    "microsoft.managedidentity/userassignedidentities": record(
        Identity,
        id=word("id"),
        principal=word("properties.principalId"),
        client=word("properties.clientId"),
    ),
    "azuread_group": record(Members, group=word("object_id"), members=words("members")),
    "azuread_group_member": record(
        Members,
        group=last_word_of("group_object_id"),
        members=lambda body, _: frozenset({lower(body.text("member_object_id"))}),
    ),
    "azurerm_resource_group": record(Group, name=key_name),
    "microsoft.resources/resourcegroups": record(Group, name=key_name),
    "azurerm_subscription": record(Group, name=fixed(""), subscription=word("subscription_id")),
}
"""By type, those of Azure in lower case: what reads a resource."""


# Bodies in resources of azapi


def as_body(attributes: Attributes) -> tuple[str, Attributes]:
    """Return the type of an `azapi_resource`, and its body with what stands outside of it."""
    kind = str(attributes.text("type") or "").partition("@")[0]
    body = attributes.get("body")
    known: Any = body
    # Up to version 1 of azapi the body is JSON in a text.
    if isinstance(body, str):
        try:
            known = json.loads(body)
        except ValueError:
            known = None
    if not isinstance(known, Mapping):
        known = {}
    outer_unknown = attributes.unknown if isinstance(attributes.unknown, Mapping) else {}
    inner_unknown = outer_unknown.get("body")
    unknown = dict(inner_unknown) if isinstance(inner_unknown, Mapping) else {}
    # If the whole body is unknown, all that is read in it is.
    if body is UNKNOWN:
        unknown.update(properties=True, kind=True)
    if outer_unknown.get("identity"):
        unknown["identity"] = outer_unknown["identity"]
    resource_id = id_of_azapi(attributes, kind)
    if resource_id is None:
        unknown["id"] = True
    name = attributes.text("name")
    outside = {
        "id": resource_id,
        "name": name if isinstance(name, str) else "",
        "location": attributes.get("location"),
        "identity": attributes.known.get("identity") or known.get("identity"),
    }
    return kind, Attributes({**known, **outside}, unknown)


def id_of_azapi(attributes: Attributes, kind: str) -> str | None:
    """Return the id of an `azapi_resource`: before it is made, it follows from parent and name."""
    resource_id = attributes.text("id")
    if isinstance(resource_id, str):
        return resource_id
    parent = attributes.text("parent_id")
    name = attributes.text("name")
    if not isinstance(parent, str) or not isinstance(name, str):
        return None
    words = kind.split("/")
    # The parent of `Microsoft.KeyVault/vaults/keys` is a vault, whose id names the provider.
    if len(words) > 2:
        return f"{parent}/{words[-1]}/{name}"
    return f"{parent}/providers/{kind}/{name}"
