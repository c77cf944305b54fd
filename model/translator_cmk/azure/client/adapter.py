"""The adapter: commands and observations of the specification, as calls of Microsoft's official
SDKs.

`translator-cmk verify --azure` starts it, and the environment variable `TRANSLATOR_CMK_AZURE` has
its `Target`. What the API can't do is not supported: enabling through the portal, and the end of a
key vault's retention.
"""

import json
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ResourceNotFoundError,
)
from azure.core.pipeline.policies import BearerTokenCredentialPolicy
from azure.core.pipeline.transport import RequestsTransport
from azure.keyvault.keys import JsonWebKey, KeyVaultKey
from azure.mgmt.cognitiveservices.models import Account
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from jwt.utils import base64url_decode

from ...machine import DEFAULT_STAGE, Accepted, Command, Observation, Outcome, Stage, commands
from ...machine.entities import CUSTOMER, MICROSOFT
from ...machine.observation import OBSERVED_KINDS
from ...system import Unsupported
from . import leftovers
from .clients import Clients, NotLearned, Studio, ids_in, refusal_of, rest, without_secrets
from .target import ENVIRONMENT, HELD, PREFIX, Cloud, Target, declaration_of

KINDS = {
    "Translator": "TextTranslation",
    "AIServices": "AIServices",
    "CognitiveServices": "CognitiveServices",
}
MOVE_TENANT = (
    "/providers/Microsoft.Subscription/changeTenantRequest/default?api-version=2024-08-01-preview"
)
ROLE_ASSIGNMENTS = "/providers/Microsoft.Authorization/roleAssignments"
ROLE_VERSION = "?api-version=2022-04-01"
ROLE = "/providers/Microsoft.Authorization/roleDefinitions/e147488a-f6f5-4113-8e2d-b22465e65bf6"
"""Key Vault Crypto Service Encryption User."""
STORES = {"managed-hsm": "https://{}.managedhsm.azure.net/", "elsewhere": "https://{}.example.com/"}
PERMISSIONS = ["get", "wrapKey", "unwrapKey"]
OF_THE_CALLER = [
    "get",
    "list",
    "create",
    "import",
    "update",
    "delete",
    "recover",
    "purge",
    "rotate",
]
CURVES = {256: "P-256", 384: "P-384", 521: "P-521"}
ON, OFF, MICROSOFTS = (
    {"type": "SystemAssigned"},
    {"type": "None"},
    {"key_source": "Microsoft.CognitiveServices"},
)
SOFT_DELETE, PURGE_PROTECTION = (
    {"properties": {name: True}} for name in ("enableSoftDelete", "enablePurgeProtection")
)

NONE = str(uuid.UUID(int=0))
"""The id of a tenant or a subscription that there is not."""


class World(Clients):
    """The clients of one world, and what the adapter has to remember of what it has made and
    seen.
    """

    def __init__(self, target: Target, connections: Any, stage: Stage) -> None:
        super().__init__(
            target.cloud, connections, None if target.subscriptions else str(uuid.uuid4())
        )
        self.target, self.stage, self.local = target, stage, target.cloud.local
        self.subscriptions = dict(target.subscriptions)
        self.tenant_ids: dict[str, str] = {}  # by the name in the stage
        self.here: dict[str, Any] = {}  # the accounts that were seen last
        self.groups: dict[
            tuple[str, str], None
        ] = {}  # (subscription, group) that may hold something of this world
        self.places: dict[str, tuple[str, str]] = {}  # where a vault or a resource was seen last
        self.principals: dict[str, str] = {}  # the last one of each resource
        self.vault_fields: dict[
            str, dict[str, Any]
        ] = {}  # what was seen of each while it was active
        self.key_fields: dict[str, dict[str, Any]] = {}  # likewise
        self.versions: dict[str, str] = {}  # the current one of each key
        self.material: dict[str, tuple[str, int]] = {}  # type and size of each version
        self.studios: dict[str, Studio] = {}  # by resource
        self.find_subscriptions()

    def find_subscriptions(self) -> None:
        """Find the subscriptions and their tenants: by the ids that were given, or else by display
        names.
        """
        given = {guid: name for name, guid in self.target.subscriptions.items()}
        for tenant in (str(each.tenant_id) for each in self.of("tenants").list()):
            with suppress(
                ClientAuthenticationError
            ):  # of a tenant in which whoever signs in is but a guest
                for each in self.of("subscriptions", tenant=tenant).list():
                    guid = str(each.subscription_id)
                    name = given.get(guid, "") if given else str(each.display_name)
                    if name in self.stage.subscriptions:
                        self.subscriptions[name], self.tenants[guid] = guid, tenant
                        self.tenant_ids.setdefault(self.stage.subscriptions[name], tenant)

    def id_of(self, subscription: str) -> str:
        return self.subscriptions.get(subscription, NONE)

    def tenant_of(self, subscription: str) -> str:
        return self.tenants.get(self.id_of(subscription), NONE)

    def region(self, location: str) -> str:
        """Return the name in the stage of a region of Azure."""
        found = location.lower().replace(" ", "")
        return next((name for name, each in self.target.regions.items() if each == found), found)

    def place(self, name: str) -> tuple[str, str]:
        """Return the subscription and the group of a vault or a resource; of an unknown one, where
        it is not.
        """
        return self.places.get(name, (next(iter(self.stage.subscriptions)), f"{PREFIX}-none"))

    def group(self, subscription: str, name: str) -> str:
        """Return the resource group of Azure for one of this world; it is made unless it is
        there.
        """
        group = f"{PREFIX}-{name}"
        if (subscription, group) not in self.groups:
            self.note("group", group, subscription)
            made = {"location": self.target.location(self.stage.regions[0])}
            self.all("resource_groups", subscription).create_or_update(group, made)
            self.groups[subscription, group] = None
        return group

    def note(self, kind: str, name: str, subscription: str, **fields: Any) -> None:
        """Write down what is going to be created, before it is; nothing is where there is no such
        subscription.
        """
        if subscription in self.subscriptions:
            where = {
                "subscription": self.id_of(subscription),
                "tenant": self.tenant_of(subscription),
            }
            leftovers.note(Path(self.target.leftovers), kind=kind, name=name, **where, **fields)

    def all(self, kind: str, subscription: str) -> Any:
        """Return the operations on all of a kind in a subscription."""
        return self.of(kind, self.id_of(subscription))

    def ask(self, kind: str, name: str, operation: str, *arguments: Any) -> Any:
        """Carry out an operation on one account or key vault."""
        subscription, group = self.place(name)
        return getattr(self.all(kind, subscription), operation)(group, name, *arguments)

    def keep(self, vault: str, key: KeyVaultKey, size: int = 0) -> None:
        """Remember the current version of a key, with its type and its size, or the size that was
        asked for.
        """
        kind, web_key = word(key.key_type), vars(key.key)
        size = (
            8 * len((web_key.get("n") or b"").lstrip(b"\0")) or size
        )  # in bits; of a symmetric key it is not shown
        if kind.startswith("EC"):
            kind, size = "EC", int(word(web_key["crv"]).removeprefix("P-").removesuffix("K"))
        self.versions[f"{vault}/{key.name}"] = str(key.properties.version)
        self.material[str(key.id)] = kind, size

    def studio(self, resource: str) -> Studio:
        """Return Custom Translator for a resource; raises `HttpResponseError`."""
        if resource not in self.studios:
            found, keys = (self.ask("accounts", resource, each) for each in ("get", "list_keys"))
            self.studios[resource] = Studio(
                self, str(found.properties.endpoint), str(keys.key1), str(found.location)
            )
        return self.studios[resource]

    def studio_of(self, workspace: str = "", model: str = "") -> Studio:
        """Return Custom Translator with a workspace or a model; raises `Unsupported` if this world
        has made no such.
        """
        for studio in self.studios.values():
            if workspace in studio.ids or model in studio.models:
                return studio
        raise Unsupported(
            "Custom Translator knows workspaces and models by number, and this has none"
        )


def word(value: Any) -> str:
    """Return a value of Microsoft's enumerations as text."""
    return str(getattr(value, "value", value))


# Resources


def create(w: World, c: Any, operations: str, name: str, region: str, **fields: Any) -> None:
    """PUT of an account or a vault; raises `Unsupported` if that would change something, since it
    is there already.
    """
    group, vaults = w.group(c.subscription, c.group), operations == "vaults"
    place = c.subscription, group
    if w.places.get(name) == place:
        with suppress(ResourceNotFoundError):
            if w.region(str(w.ask(operations, name, "get").location)) == region:
                raise Unsupported("the API has no request that only creates")
    body = {"location": w.target.location(region), **fields}
    w.note(
        "vault" if vaults else "resource",
        name,
        c.subscription,
        group=group,
        location=body["location"],
    )
    there = w.all(operations, c.subscription)
    put = there.begin_create_or_update if vaults else there.begin_create
    put(group, name, body if vaults else Account(**body)).result()
    w.places[name] = place


def create_resource(w: World, c: Any) -> None:
    tier = w.target.tiers.get(c.tier, c.tier)
    fields: dict[str, Any] = {
        "kind": KINDS[c.kind],
        "sku": {"name": "S0" if tier == "S1" and c.kind != "Translator" else tier},
        "properties": {"custom_sub_domain_name": c.resource},
    }
    if c.keys == CUSTOMER:
        vault, _, key = next(iter(w.versions), f"{c.resource}/key").partition("/")
        fields["properties"] |= {"encryption": encryption(w, vault, key)}
        fields["identity"] = ON
    create(w, c, "accounts", c.resource, c.location, **fields)


def update(w: World, resource: str, **fields: Any) -> None:
    """PATCH of an account."""
    w.ask("accounts", resource, "begin_update", Account(**fields)).result()


def delete(w: World, kind: str, name: str, operation: str) -> Any:
    """Delete an account or a vault that is there, since to delete any other would be accepted."""
    w.ask(kind, name, "get")
    w.studios.pop(name, None)  # with an account go its keys, which Custom Translator is asked with
    return w.ask(kind, name, operation)


def encryption(w: World, vault: str, key: str) -> dict[str, Any]:
    """Return the section of an account that puts a key in use, in its current version."""
    version = w.versions.get(f"{vault}/{key}", "0" * 32)
    where = {"key_name": key, "key_version": version, "key_vault_uri": w.uri(vault)}
    return {"key_source": "Microsoft.KeyVault", "key_vault_properties": where}


def enable_customer_managed_keys(w: World, c: Any) -> None:
    if c.through == "portal":
        raise Unsupported("enabling through the portal has no API")
    section = encryption(w, c.vault or c.resource, c.key or "key")
    if c.store != "key-vault":
        section["key_vault_properties"]["key_vault_uri"] = STORES[c.store].format(c.resource)
    update(w, c.resource, properties={"encryption": section})


def move(w: World, c: Any) -> None:
    """Move a resource, or all that a group holds, into another group, and wait."""
    if isinstance(c, commands.MoveResource):
        (subscription, group), to, found = (
            w.place(c.resource),
            c.subscription,
            [w.ask("accounts", c.resource, "get")],
        )
    else:
        subscription, group, to = c.subscription, w.group(c.subscription, c.group), c.to
        found = list(w.all("resources", subscription).list_by_resource_group(group))
    if found:
        place = to, w.group(to, c.group)
        target = f"/subscriptions/{w.id_of(to)}/resourceGroups/{place[1]}"
        moved = {"resources": [each.id for each in found], "targetResourceGroup": target}
        w.all("resources", subscription).begin_move_resources(group, moved).result()
        w.places |= {str(each.name): place for each in found}


def move_subscription(w: World, c: Any) -> None:
    guid = w.id_of(c.subscription)
    wanted = {
        "destinationTenantId": w.tenant_ids.get(c.tenant, NONE),
        "destinationOwnerId": w.caller(guid),
    }
    signed = BearerTokenCredentialPolicy(w.in_tenant(w.tenants.get(guid)), w.cloud.scope)
    url = f"{w.cloud.resource_manager}/subscriptions/{guid}{MOVE_TENANT}"
    rest(w.connections, signed, "PUT", url, json={"properties": wanted})
    w.find_subscriptions()


# Vaults


def create_vault(w: World, c: Any) -> None:
    caller = w.caller(w.id_of(c.subscription))
    properties = {
        **new_vault(w, c.subscription),
        "accessPolicies": [] if w.local else [policy(w, c.subscription, caller, OF_THE_CALLER)],
        "enableSoftDelete": c.soft_delete,
        "enableRbacAuthorization": c.permission_model == "rbac",
        **({"softDeleteRetentionInDays": HELD} if c.soft_delete and not w.local else {}),
        **(
            {"enablePurgeProtection": True} if c.purge_protection else {}
        ),  # Azure refuses to be asked for false
    }
    create(w, c, "vaults", c.vault, c.region, properties=properties)


def new_vault(w: World, subscription: str) -> dict[str, Any]:
    """Return what every PUT of a vault has to say."""
    return {"tenantId": w.tenant_of(subscription), "sku": {"family": "A", "name": "standard"}}


def policy(w: World, subscription: str, principal: str, keys: list[str]) -> dict[str, Any]:
    """Return an access policy."""
    return {
        "tenantId": w.tenant_of(subscription),
        "objectId": principal,
        "permissions": {"keys": keys},
    }


def bring_back_or_purge(w: World, c: Any) -> None:
    """Recover or purge a deleted vault."""
    subscription, _ = w.place(c.vault)
    vaults, region = (
        w.all("vaults", subscription),
        w.vault_fields.get(c.vault, {}).get("region", w.stage.regions[0]),
    )
    location = str(vaults.get_deleted(c.vault, w.target.location(region)).properties.location)
    if isinstance(c, commands.PurgeVault):
        vaults.begin_purge_deleted(c.vault, location).result()
    else:
        properties = {**new_vault(w, subscription), "createMode": "recover"}
        w.ask(
            "vaults",
            c.vault,
            "begin_create_or_update",
            {"location": location, "properties": properties},
        ).result()


def set_access(w: World, c: Any) -> None:
    adds, identity = (
        isinstance(c, commands.GrantKeyAccess),
        w.ask("accounts", c.resource, "get").identity,
    )
    if identity and identity.principal_id:
        principal = str(identity.principal_id)
    else:
        w.ask("vaults", c.vault, "get")
        principal = w.principals.get(c.resource, "")
        if adds:
            raise Unsupported("an access policy needs the id of an identity")
    if principal:
        policies = [policy(w, w.place(c.vault)[0], principal, PERMISSIONS)]
        change, body = "add" if adds else "remove", {"properties": {"accessPolicies": policies}}
        w.ask("vaults", c.vault, "update_access_policy", change, body)


def set_permission_model(w: World, c: Any) -> None:
    properties = {"enableRbacAuthorization": c.permission_model == "rbac"}
    w.ask("vaults", c.vault, "update", {"properties": properties})


def ask_for_roles(w: World, vault: str, method: str, name: str = "", **content: Any) -> Any:
    """Ask about the role assignments on a vault, which none of the SDKs here has; raises
    `HttpResponseError`.
    """
    subscription = w.id_of(w.place(vault)[0])
    signed = BearerTokenCredentialPolicy(w.in_tenant(w.tenants.get(subscription)), w.cloud.scope)
    scope = str(w.ask("vaults", vault, "get").id)
    path = f"{scope}{ROLE_ASSIGNMENTS}{name}{ROLE_VERSION}"
    return rest(w.connections, signed, method, f"{w.cloud.resource_manager}{path}", **content)


def roles_on(w: World, vault: str) -> dict[str, str]:
    """Return the names of the assignments of the role on a vault, by the identities that have
    it.
    """
    found: dict[str, str] = {}
    for each in ask_for_roles(w, vault, "GET")["value"]:
        properties = each["properties"]
        if str(properties["roleDefinitionId"]).endswith(ROLE):
            found[str(properties["principalId"])] = str(each["name"])
    return found


def principal_of(w: World, resource: str) -> str:
    """Return the object id of the identity that a resource has, or had last, or that nobody has."""
    identity = w.ask("accounts", resource, "get").identity
    if identity and identity.principal_id:
        return str(identity.principal_id)
    return w.principals.get(resource, NONE)


def assign_role(w: World, c: Any) -> None:
    subscription = w.id_of(w.place(c.vault)[0])
    properties = {
        "roleDefinitionId": f"/subscriptions/{subscription}{ROLE}",
        "principalId": principal_of(w, c.resource),
        "principalType": "ServicePrincipal",
    }
    name = f"/{uuid.uuid4()}"
    ask_for_roles(w, c.vault, "PUT", name, json={"properties": properties})


def remove_role(w: World, c: Any) -> None:
    """Remove the role of the identity that a resource has, or had last; there may be none."""
    principal = principal_of(w, c.resource)
    assigned = roles_on(w, c.vault)
    if principal in assigned:
        ask_for_roles(w, c.vault, "DELETE", f"/{assigned[principal]}")


# Keys


def create_key(w: World, c: Any) -> None:
    shape = {"curve": CURVES.get(c.size, "P-256")} if c.type == "EC" else {"size": c.size}
    w.keep(c.vault, w.keys(c.vault).create_key(c.key, c.type, **shape), c.size)


def import_key(w: World, c: Any) -> None:
    w.keep(c.vault, w.keys(c.vault).import_key(c.key, new_material(c.type, c.size)), c.size)


@cache
def new_material(kind: str, size: int) -> JsonWebKey:
    """Return a new private key, EC or RSA, of a size in bits: one of each for all imports."""
    if kind == "EC":
        curve = getattr(ec, f"SECP{size}R1", ec.SECP256R1)()
        shown = ECAlgorithm.to_jwk(ec.generate_private_key(curve), as_dict=True)
    else:
        shown = RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, size), as_dict=True)
    numbers = {
        name: base64url_decode(each)
        for name, each in shown.items()
        if name not in ("kty", "crv", "key_ops")
    }
    return JsonWebKey(kty=kind, crv=shown.get("crv"), **numbers)


def set_enabled(w: World, c: Any) -> None:
    """PATCH of the current version of a key, and of those in use: Azure disables a version, never a
    key.
    """
    keys, enabled = w.keys(c.vault), isinstance(c, commands.EnableKey)
    keys.update_key_properties(c.key, enabled=enabled)
    for path, version in map(key_in_use, w.here.values()):
        if path == f"{c.vault}/{c.key}" and version != w.versions.get(path):
            keys.update_key_properties(c.key, version, enabled=enabled)


def key_in_use(account: Any) -> tuple[str, str]:
    """Return the key that an account says it uses, as `vault/key`, and its version; empty where
    there is none.
    """
    section = account.properties.encryption
    used = section.key_vault_properties if section else None
    if used is None or not used.key_name:
        return "", ""
    return (
        f"{(urlsplit(str(used.key_vault_uri)).hostname or '').partition('.')[0]}/{used.key_name}",
        used.key_version,
    )


CALLS: dict[type[Command], Callable[[World, Any], object]] = {
    commands.CreateResource: create_resource,
    commands.DeleteResource: lambda w, c: delete(
        w, "accounts", c.resource, "begin_delete"
    ).result(),
    commands.MoveResource: move,
    commands.MoveResourceGroup: move,
    commands.MoveSubscription: move_subscription,
    commands.EnableIdentity: lambda w, c: update(w, c.resource, identity=ON),
    commands.DisableIdentity: lambda w, c: update(w, c.resource, identity=OFF),
    commands.EnableCustomerManagedKeys: enable_customer_managed_keys,
    commands.ReturnToMicrosoftManagedKeys: lambda w, c: update(
        w, c.resource, properties={"encryption": MICROSOFTS}
    ),
    commands.CreateVault: create_vault,
    commands.EnableSoftDelete: lambda w, c: w.ask("vaults", c.vault, "update", SOFT_DELETE),
    commands.EnablePurgeProtection: lambda w, c: w.ask(
        "vaults", c.vault, "update", PURGE_PROTECTION
    ),
    commands.DeleteVault: lambda w, c: delete(w, "vaults", c.vault, "delete"),
    commands.RecoverVault: bring_back_or_purge,
    commands.PurgeVault: bring_back_or_purge,
    commands.GrantKeyAccess: set_access,
    commands.RevokeKeyAccess: set_access,
    commands.SetPermissionModel: set_permission_model,
    commands.AssignKeyRole: assign_role,
    commands.RemoveKeyRole: remove_role,
    commands.CreateKey: create_key,
    commands.ImportKey: import_key,
    commands.RotateKey: lambda w, c: w.keep(c.vault, w.keys(c.vault).rotate_key(c.key)),
    commands.DisableKey: set_enabled,
    commands.EnableKey: set_enabled,
    commands.DeleteKey: lambda w, c: (
        w.keys(c.vault).begin_delete_key(c.key, _polling_interval=w.poll).wait()
    ),
    commands.RecoverKey: lambda w, c: (
        w.keys(c.vault).begin_recover_deleted_key(c.key, _polling_interval=w.poll).wait()
    ),
    commands.PurgeKey: lambda w, c: w.keys(c.vault).purge_deleted_key(c.key),
    commands.CreateWorkspace: lambda w, c: w.studio(c.resource).create_workspace(c.workspace),
    commands.UploadDocument: lambda w, c: w.studio_of(c.workspace).upload(c.document, c.workspace),
    commands.TrainModel: lambda w, c: w.studio_of(c.workspace).train(c.model, c.workspace),
    commands.DeployModel: lambda w, c: w.studio_of(model=c.model).deploy(c.model, True),
    commands.UndeployModel: lambda w, c: w.studio_of(model=c.model).deploy(c.model, False),
    commands.TranslateWithModel: lambda w, c: w.studio_of(model=c.model).translate(c.model),
    commands.ReadData: lambda w, c: w.studio_of(c.workspace).documents(c.workspace),
}
"""The calls of each command that the API has."""


# Observation


def in_groups(w: World, kind: str) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Yield all of a kind in the resource groups of this world: name, body, and the fields that say
    where it is.
    """
    for subscription, group in w.groups:
        with suppress(ResourceNotFoundError):  # where the group is gone
            for each in list(w.all(kind, subscription).list_by_resource_group(group)):
                w.places[str(each.name)] = (subscription, group)
                yield (
                    str(each.name),
                    each,
                    {"subscription": subscription, "group": group.removeprefix(f"{PREFIX}-")},
                )


def see_resources(w: World, seen: Observation) -> None:
    """Look at the accounts."""
    w.here = {}
    for name, account, where in in_groups(w, "accounts"):
        w.here[name] = account
        identity, section, (key, _) = (
            account.identity,
            account.properties.encryption,
            key_in_use(account),
        )
        if identity and identity.principal_id:
            w.principals[name] = str(identity.principal_id)
        seen["resource"][name] = where | {
            "kind": next((kind for kind, its in KINDS.items() if its == account.kind), "another"),
            "location": w.region(str(account.location)),
            "key_source": CUSTOMER
            if section and word(section.key_source) == "Microsoft.KeyVault"
            else MICROSOFT,
            **({"key": key} if key else {}),
            "identity": bool(identity and "SystemAssigned" in word(identity.type)),
            "registered": bool(identity and identity.principal_id),
        }


def see_vaults(w: World, seen: Observation) -> None:
    """Look at the vaults with who has access and with their keys, and at the deleted ones if one is
    missing.

    An access policy of an identity that is off, or of nobody known, shows no access.
    """
    for name, vault, where in in_groups(w, "vaults"):
        properties = vault.properties
        seen["vault"][name] = w.vault_fields[name] = where | {
            "state": "active",
            "region": w.region(str(vault.location)),
            "soft_delete": bool(properties.enable_soft_delete),
            "purge_protection": bool(properties.enable_purge_protection),
            "permission_model": "rbac"
            if properties.enable_rbac_authorization
            else "access-policies",
        }
        for each in properties.access_policies or ():
            can = {word(permission).lower() for permission in each.permissions.keys_property or ()}
            for resource in (
                seen["resource"] if can >= {need.lower() for need in PERMISSIONS} else ()
            ):
                if seen["resource"][resource]["registered"] and w.principals[resource] == str(
                    each.object_id
                ):
                    seen["grant"][f"{name}/{resource}"] = {"vault": name, "resource": resource}
        if w.local:  # elsewhere roles are not declared, and nobody asks for them
            see_roles(w, name, seen)
        see_keys(w, name, seen)
    missing = w.vault_fields.keys() - seen["vault"].keys()
    for subscription in {w.places[name][0] for name in missing}:
        for vault in w.all("vaults", subscription).list_deleted():
            if (name := str(vault.name)) in missing:
                # the list leaves out how permissions are given, which is as it was
                protected = bool(vault.properties.purge_protection_enabled)
                now = {"state": "deleted", "soft_delete": True, "purge_protection": protected}
                seen["vault"][name] = w.vault_fields[name] | now


def see_roles(w: World, vault: str, seen: Observation) -> None:
    """Look at the roles on a vault of identities that are on."""
    assigned = roles_on(w, vault)
    for resource, fields in seen["resource"].items():
        if fields["registered"] and w.principals[resource] in assigned:
            seen["role"][f"{vault}/{resource}"] = {"vault": vault, "resource": resource}


def see_keys(w: World, vault: str, seen: Observation) -> None:
    """Look at the keys of a vault with all versions, and at the deleted ones if one is missing."""
    keys = w.keys(vault)
    for each in keys.list_properties_of_keys():
        name = f"{vault}/{each.name}"
        versions = sorted(
            keys.list_properties_of_key_versions(str(each.name)), key=lambda v: v.created_on or 0
        )
        current = next((v for v in versions if v.version == w.versions.get(name)), versions[-1])
        if str(current.id) not in w.material:
            w.keep(vault, keys.get_key(str(each.name)))
        kind, size = w.material[str(current.id)]
        fields = {
            "type": kind,
            "size": size,
            "version": len(versions),
            "enabled": bool(current.enabled),
        }
        seen["key"][name] = w.key_fields[name] = {"state": "active", **fields}
    if (
        missing := {name for name in w.key_fields if name.startswith(f"{vault}/")}
        - seen["key"].keys()
    ):
        for gone in keys.list_deleted_keys():
            if (name := f"{vault}/{gone.name}") in missing:
                # of a deleted key only the current version is shown; the number of versions is as
                # it was
                now = {"state": "deleted", "enabled": bool(gone.properties.enabled)}
                seen["key"][name] = w.key_fields[name] | now


# The system


class AzureSystem:
    """Azure, or what speaks its API, as a system."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.connections = RequestsTransport()  # which all clients share
        with guarded():
            self.world = World(target, self.connections, DEFAULT_STAGE)
            names = [
                name
                for name, guid in self.world.subscriptions.items()
                if guid in self.world.tenants
            ]
            # unless the refusal of a request for a resource that is not there names a requirement
            reasons = False
            try:
                self.world.ask("accounts", "none", "get")
            except HttpResponseError as error:
                reasons = bool(ids_in(error))
            self.declaration = declaration_of(target, names, reasons)

    def reset(self, stage: Stage) -> None:
        """Begin a world of fresh names, in a tenant of its own unless subscriptions were named."""
        with guarded():
            self.world = World(self.target, self.connections, stage)

    def submit(self, command: Command) -> Outcome:
        """Carry out a command or refuse it; raises `Unsupported`, and `NotLearned` where the answer
        says nothing.
        """
        if type(command) not in CALLS:
            raise Unsupported("the API has no request for this")
        with guarded():
            try:
                CALLS[type(command)](self.world, command)
            except HttpResponseError as error:
                return refusal_of(error)
        return Accepted()

    def observe(self) -> Observation:
        """Return everything that the API shows of this world."""
        w, seen = self.world, Observation({kind.word: {} for kind, *_ in OBSERVED_KINDS})
        names = {guid: name for name, guid in w.tenant_ids.items()}
        for each in w.stage.subscriptions:
            seen["subscription"][each] = {"tenant": names.get(w.tenant_of(each), "another")}
        with guarded():
            see_resources(w, seen)
            see_vaults(w, seen)
            for resource, studio in w.studios.items():
                if resource in w.here and studio.ids:
                    studio.see(seen)
        return seen

    def settle(self, seconds: int) -> bool:  # noqa: ARG002  # nothing in Azure says when an effect has spread
        """Return whether all effects have happened: on this machine they have."""
        return self.target.cloud.local


@contextmanager
def guarded() -> Iterator[None]:
    """Take credentials and identifiers out of what is raised here: its text may repeat a
    request.
    """
    try:
        yield
    except (NotLearned, Unsupported):
        raise
    except Exception as error:  # noqa: BLE001  # nothing else may leave
        failed = "" if isinstance(error, AzureError) else "the adapter failed: "
        raise NotLearned(
            without_secrets(f"{failed}{type(error).__name__}: {error}")[:1_000]
        ) from None


def from_environment() -> AzureSystem:
    """Return the system that the environment names; raises `NotLearned` where it names none."""
    if ENVIRONMENT not in os.environ:
        raise NotLearned(
            f"{ENVIRONMENT} is not set; `verify --azure` says how where something fails"
        )
    cloud, *names = json.loads(os.environ[ENVIRONMENT])
    return AzureSystem(Target(Cloud(*cloud), *names))
