"""The adapter: commands and observations of the specification, as calls of Microsoft's official SDKs.

`translator-cmk verify --azure` starts it, and the environment variable `TRANSLATOR_CMK_AZURE` has its `Target`.
What the API can't do is not supported: enabling through the portal, and the end of a key vault's retention.
"""

import json
import os
import socket
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from azure.core.exceptions import AzureError, HttpResponseError, ResourceNotFoundError
from azure.keyvault.keys import JsonWebKey
from azure.mgmt.cognitiveservices.models import Account
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from jwt.utils import base64url_decode

from ..language.declaration import MASKED, Declaration
from ..machine import DEFAULT_STAGE, Accepted, Command, Observation, Outcome, Stage, commands
from ..machine.entities import CUSTOMER, MICROSOFT
from ..machine.observation import SEEN
from ..system import Unsupported
from .clients import Connections, Studio
from .options import ENVIRONMENT, Target, target_from
from .refusals import NotLearned, ids_in, refusal_of, without_secrets
from .world import NONE, World, word

API_VERSIONS = "accounts 2025-09-01, key vaults 2026-05-15, keys 2025-07-01"
KINDS = {"Translator": "TextTranslation", "AIServices": "AIServices", "CognitiveServices": "CognitiveServices"}
STORES = {"managed-hsm": "https://{}.managedhsm.azure.net/", "elsewhere": "https://{}.example.com/"}
PERMISSIONS = ["get", "wrapKey", "unwrapKey"]
OF_THE_CALLER = ["get", "list", "create", "import", "update", "delete", "recover", "purge", "rotate"]
CURVES = {256: "P-256", 384: "P-384", 521: "P-521"}
HELD = 7
"""Days for which the name of a deleted key vault is held: the fewest that Azure has."""


# Resources


def must_be_new(w: World, name: str, place: tuple[str, str], location: str, get: Callable[[str], Any]) -> None:
    """Raise `Unsupported` if the PUT that creates would change something, since that is there already."""
    if w.places.get(name) == place:
        try:
            found = get(name)
        except ResourceNotFoundError:
            return
        if w.region(str(found.location)) == location:
            raise Unsupported("the API has no request that only creates")


def create_resource(w: World, c: Any) -> None:
    """PUT of an account."""
    place = c.subscription, w.group(c.subscription, c.group)
    must_be_new(w, c.resource, place, c.location, w.account)
    tier, name, location = w.target.tiers.get(c.tier, c.tier), w.named(c.resource, 60), w.target.location(c.location)
    fields: dict[str, Any] = {
        "kind": KINDS[c.kind],
        "sku": {"name": "S0" if tier == "S1" and c.kind != "Translator" else tier},
        "location": location,
        "properties": {"custom_sub_domain_name": name},
    }
    if c.keys == CUSTOMER:
        vault, _, key = next(iter(w.versions), f"{name}/key").partition("/")
        fields["properties"] |= {"encryption": encryption(w, vault, key)}
        fields["identity"] = {"type": "SystemAssigned"}
    w.note("resource", name, c.subscription, group=place[1], location=location)
    w.clients.accounts(w.id_of(c.subscription)).accounts.begin_create(place[1], name, Account(**fields)).result()
    w.places[c.resource] = place


def update(w: World, resource: str, **fields: Any) -> None:
    """PATCH of an account."""
    accounts, group, name = w.account_client(resource)
    accounts.begin_update(group, name, Account(**fields)).result()


def encryption(w: World, vault: str, key: str) -> dict[str, Any]:
    """Return the section of an account that puts a key in use, in its current version."""
    version = w.versions.get(f"{vault}/{key}", "0" * 32)
    where = {"key_name": key, "key_version": version, "key_vault_uri": w.uri(vault)}
    return {"key_source": "Microsoft.KeyVault", "key_vault_properties": where}


def enable_customer_managed_keys(w: World, c: Any) -> None:
    """PATCH of an account's encryption; through the portal there is no such request."""
    if c.through == "portal":
        raise Unsupported("enabling through the portal has no API")
    section = encryption(w, c.vault or w.named(c.resource), c.key or "key")
    if c.store != "key-vault":
        section["key_vault_properties"]["key_vault_uri"] = STORES[c.store].format(w.named(c.resource))
    update(w, c.resource, properties={"encryption": section})


def delete_resource(w: World, c: Any) -> None:
    """DELETE of an account; of one that is not there it would be accepted, so that is looked up first."""
    w.account(c.resource)
    accounts, group, name = w.account_client(c.resource)
    accounts.begin_delete(group, name).result()


def move_resource(w: World, c: Any) -> None:
    """POST of moveResources with one resource."""
    move(w, *w.place(c.resource), {c.resource: str(w.account(c.resource).id)}, c.subscription, c.group)


def move_resource_group(w: World, c: Any) -> None:
    """POST of moveResources with all that a group holds; an empty group has nothing to ask for."""
    group = w.group(c.subscription, c.group)
    resources = w.clients.groups(w.id_of(c.subscription)).resources.list_by_resource_group(group)
    if ids := {w.plain(str(each.name)): str(each.id) for each in resources}:
        move(w, c.subscription, group, ids, c.to, c.group)


def move(w: World, subscription: str, group: str, ids: Mapping[str, str], to: str, to_group: str) -> None:
    """Move things of one group into another, and wait; ``ids``: by name."""
    place = to, w.group(to, to_group)
    target = f"/subscriptions/{w.id_of(to)}/resourceGroups/{place[1]}"
    moved = {"resources": list(ids.values()), "targetResourceGroup": target}
    w.clients.groups(w.id_of(subscription)).resources.begin_move_resources(group, moved).result()
    w.places |= dict.fromkeys(ids, place)
    w.studios.clear()


def move_subscription(w: World, c: Any) -> None:
    """PUT of changeTenantRequest; a subscription that was named is left where it is, since later worlds need it."""
    if w.target.subscriptions:
        raise Unsupported("a subscription that was named would stay in the other tenant")
    w.clients.move_to_tenant(w.id_of(c.subscription), w.tenants.get(c.tenant, NONE))
    w.find_subscriptions()


# Vaults


def create_vault(w: World, c: Any) -> None:
    """PUT of a vault."""
    place = c.subscription, w.group(c.subscription, c.group)
    must_be_new(w, c.vault, place, c.region, w.vault)
    guid, location, name = w.id_of(c.subscription), w.target.location(c.region), w.named(c.vault)
    properties = {
        **new_vault(w, c.subscription),
        "accessPolicies": [] if w.local else [policy(w, c.subscription, w.clients.caller(guid), OF_THE_CALLER)],
        "enableSoftDelete": c.soft_delete,
        "enableRbacAuthorization": c.permission_model == "rbac",
        **({"softDeleteRetentionInDays": HELD} if c.soft_delete and not w.local else {}),
        **({"enablePurgeProtection": True} if c.purge_protection else {}),  # Azure refuses to be asked for false
    }
    w.note("vault", name, c.subscription, group=place[1], location=location, held=c.purge_protection)
    body = {"location": location, "properties": properties}
    made = w.clients.vaults(guid).vaults.begin_create_or_update(place[1], name, body).result()
    w.places[c.vault], w.uris[c.vault] = place, str(made.properties.vault_uri)


def new_vault(w: World, subscription: str) -> dict[str, Any]:
    """Return what every PUT of a vault has to say."""
    return {"tenantId": w.tenant_of(subscription), "sku": {"family": "A", "name": "standard"}}


def policy(w: World, subscription: str, principal: str, keys: list[str]) -> dict[str, Any]:
    """Return an access policy."""
    return {"tenantId": w.tenant_of(subscription), "objectId": principal, "permissions": {"keys": keys}}


def protect_vault(w: World, c: Any) -> None:
    """PATCH of a vault's protection."""
    vaults, group, name = w.vault_client(c.vault)
    protection = "enableSoftDelete" if isinstance(c, commands.EnableSoftDelete) else "enablePurgeProtection"
    vaults.update(group, name, {"properties": {protection: True}})


def delete_vault(w: World, c: Any) -> None:
    """DELETE of a vault; of one that is not there it would be accepted, so that is looked up first."""
    w.vault(c.vault)
    vaults, group, name = w.vault_client(c.vault)
    vaults.delete(group, name)


def deleted_location(w: World, vault: str) -> str:
    """Return where a vault is among the deleted ones; raises `HttpResponseError`."""
    vaults, _, name = w.vault_client(vault)
    region = w.vaults.get(vault, {}).get("region", w.stage.regions[0])
    return str(vaults.get_deleted(name, w.target.location(region)).properties.location)


def recover_vault(w: World, c: Any) -> None:
    """PUT of a vault with createMode recover, once it is found among the deleted ones."""
    vaults, group, name = w.vault_client(c.vault)
    properties = {**new_vault(w, w.place(c.vault)[0]), "createMode": "recover"}
    body = {"location": deleted_location(w, c.vault), "properties": properties}
    vaults.begin_create_or_update(group, name, body).result()


def purge_vault(w: World, c: Any) -> None:
    """POST of purge, once the vault is found among the deleted ones."""
    vaults, _, name = w.vault_client(c.vault)
    vaults.begin_purge_deleted(name, deleted_location(w, c.vault)).result()


def set_access(w: World, c: Any) -> None:
    """PUT of accessPolicies/add or remove; raises `Unsupported` for access by a resource without managed identity."""
    adds = isinstance(c, commands.GrantKeyAccess)
    vaults, group, name = w.vault_client(c.vault)
    identity = w.account(c.resource).identity
    principal = str(identity.principal_id) if identity and identity.principal_id else ""
    if not principal:
        w.vault(c.vault)
        if adds:
            raise Unsupported("an access policy needs the id of an identity")
        principal = w.principals.get(c.resource, "")
    if principal:
        body = {"properties": {"accessPolicies": [policy(w, w.place(c.vault)[0], principal, PERMISSIONS)]}}
        vaults.update_access_policy(group, name, "add" if adds else "remove", body)


# Keys


def create_key(w: World, c: Any) -> None:
    """POST of a key."""
    shape = {"curve": CURVES.get(c.size, "P-256")} if c.type == "EC" else {"size": c.size}
    w.keep(c.vault, w.key_client(c.vault).create_key(c.key, c.type, **shape), c.size)


def import_key(w: World, c: Any) -> None:
    """PUT of a key that was made here."""
    w.keep(c.vault, w.key_client(c.vault).import_key(c.key, new_material(c.type, c.size)), c.size)


@cache
def new_material(kind: str, size: int) -> JsonWebKey:
    """Return a new private key of a type and a size in bits, one of each for all imports."""
    if kind == "oct":
        return JsonWebKey(kty=kind, k=b"\x01" + os.urandom(size // 8 - 1))
    if kind == "EC":
        curves = {256: ec.SECP256R1(), 384: ec.SECP384R1(), 521: ec.SECP521R1()}
        shown = ECAlgorithm.to_jwk(ec.generate_private_key(curves.get(size, ec.SECP256R1())), as_dict=True)
    else:
        shown = RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, size), as_dict=True)
    numbers = {name: base64url_decode(each) for name, each in shown.items() if name not in ("kty", "crv", "key_ops")}
    return JsonWebKey(kty=kind, crv=shown.get("crv"), **numbers)


def set_enabled(w: World, c: Any) -> None:
    """PATCH of the current version of a key, and of those in use: Azure disables a version, never a key."""
    keys, enabled = w.key_client(c.vault), isinstance(c, commands.EnableKey)
    keys.update_key_properties(c.key, enabled=enabled)
    for account in w.here.values():
        used = account.properties.encryption and account.properties.encryption.key_vault_properties
        current = used and used.key_version == w.versions.get(f"{c.vault}/{c.key}")
        if used and not current and (vault_at(w, used), used.key_name) == (c.vault, c.key):
            keys.update_key_properties(c.key, used.key_version, enabled=enabled)


def vault_at(w: World, used: Any) -> str:
    """Return the vault whose key an account says it uses."""
    return w.plain((urlsplit(str(used.key_vault_uri)).hostname or "").partition(".")[0])


def delete_key(w: World, c: Any) -> None:
    """DELETE of a key, until it shows among the deleted ones."""
    w.key_client(c.vault).begin_delete_key(c.key, _polling_interval=w.clients.poll).wait()


def recover_key(w: World, c: Any) -> None:
    """POST of recover, until the key shows among the others."""
    w.key_client(c.vault).begin_recover_deleted_key(c.key, _polling_interval=w.clients.poll).wait()


# Custom Translator


def create_workspace(w: World, c: Any) -> None:
    """POST of a workspace, which is then looked for: the body of the answer is not documented."""
    studio = w.studio(c.resource)

    def found() -> Any:
        return next((each for each in studio.workspaces() if each["Name"] == c.workspace), None)

    if c.workspace in w.workspaces and found():
        raise Unsupported("Custom Translator knows workspaces by number, not by name")
    request = {"SubscriptionKey": studio.key, "BillingRegionCode": studio.billing_region()}
    studio.ask("POST", "/workspaces", json={"Name": c.workspace, "Subscription": request})
    w.workspaces[c.workspace] = (c.resource, str(w.wait_for(found, "the workspace")["Id"]))


def documents_seen(studio: Studio, workspace: str) -> list[Any] | None:
    """Return the documents of a workspace; None where its data can't be read."""
    try:
        return studio.documents(workspace)
    except HttpResponseError as error:
        refusal_of(error)
        return None


def upload_document(w: World, c: Any) -> None:
    """POST of a pair of files, until the document shows."""
    studio, guid = w.studio_of(c.workspace)
    names = {code: f"{c.document}_{code}.txt" for code in ("en", "de")}
    details = [{"Name": name, "LanguageCode": code, "OverwriteIfExists": False} for code, name in names.items()]
    document = {"DocumentName": c.document, "DocumentType": "training", "FileDetails": details}
    files = [("Files", (name, f"A sentence in {code}.\n" * 20, "text/plain")) for code, name in names.items()]
    form = {"DocumentDetails": json.dumps([document])}
    studio.ask("POST", "/documents/import", params={"workspaceId": guid}, data=form, files=files)
    w.wait_for(lambda: any(each["Name"] == c.document for each in studio.documents(guid)), "the document")


def project_of(w: World, workspace: str) -> str:
    """Return the project of a workspace, which is made unless it is there."""
    studio, guid = w.studio_of(workspace)
    if workspace not in w.projects:
        pairs = studio.ask("GET", "/languages/supportedlanguagepairs")
        sides = ("SourceLanguage", "TargetLanguage")
        ids = {tuple(each[side]["LanguageCode"] for side in sides): each["Id"] for each in pairs}
        project = {"Name": workspace, "LanguagePairId": ids["en", "de"], "CategoryId": 1}
        studio.ask("POST", "/projects", params={"workspaceId": guid}, json=project)
        found = studio.pages("/projects", "Projects", workspaceId=guid)
        w.projects[workspace] = next(str(each["Id"]) for each in found if each["Name"] == workspace)
    return w.projects[workspace]


def train_model(w: World, c: Any) -> None:
    """POST of a model on all documents of the workspace that can be seen, until it is trained."""
    studio, guid = w.studio_of(c.workspace)
    documents, project = documents_seen(studio, guid) or [], project_of(w, c.workspace)
    request = {"Name": c.model, "ProjectId": project, "DocumentIds": [each["Id"] for each in documents]}
    choices = {"IsAutoTrain": True, "IsTuningAuto": True, "IsTestingAuto": True, "IsAutoDeploy": False}
    studio.ask("POST", "/models", json=request | choices)
    done = w.wait_for(lambda: studio.models(project).get(c.model), "the model")
    w.models[c.model] = (c.workspace, int(done["Id"]), str(done.get("ModelIdentifier") or ""))


def model_of(w: World, model: str) -> tuple[Studio, int]:
    """Return Custom Translator for a model, and the id of it; raises `Unsupported` if this world has no such."""
    workspace, number, _ = w.models.get(model, ("", 0, ""))
    return w.studio_of(workspace)[0], number


def set_deployed(w: World, c: Any) -> None:
    """POST of deployment in the first region that is offered, until it shows."""
    studio, number = model_of(w, c.model)
    path, wanted = f"/models/{number}", isinstance(c, commands.DeployModel)
    regions = [{"Region": each["Id"], "IsDeployed": wanted} for each in studio.ask("GET", "/regions")[:1]]
    studio.ask("POST", f"{path}/deployment", json=regions)

    def shown() -> Any:
        found = studio.ask("GET", path)
        return found if is_deployed(found) == wanted else None

    found, (workspace, _, category) = w.wait_for(shown, "the deployment"), w.models[c.model]
    w.models[c.model] = (workspace, number, str(found.get("ModelIdentifier") or category))


def is_deployed(model: Any) -> bool:
    """Return whether a model is deployed in any region."""
    return any(each["IsDeployed"] for each in model.get("ModelRegionStatuses") or ())


def translate_with_model(w: World, c: Any) -> None:
    """POST of a translation with the category of a model, without fallback."""
    studio, number = model_of(w, c.model)
    studio.translate(w.models[c.model][2] or str(number))


def read_data(w: World, c: Any) -> None:
    """GET of the documents."""
    studio, guid = w.studio_of(c.workspace)
    studio.documents(guid)


class Row(NamedTuple):
    """The calls of a command, and what a plan and a declaration say of them.

    ``requests``: where nothing has to be waited for; ``minutes``: an estimate of the time until it shows; ``window``:
    seconds that its effects may take to show in a cloud, a guess on the safe side; ``makes``: the kind of object.
    """

    calls: Callable[[World, Any], object]
    requests: int
    minutes: float
    window: int = 0
    makes: str = ""


SOON, LATE = 600, 3_600
AT_ONCE = 0.1
ON, OFF, MICROSOFTS = {"type": "SystemAssigned"}, {"type": "None"}, {"key_source": "Microsoft.CognitiveServices"}

TABLE: Mapping[type[Command], Row] = {
    commands.CreateResource: Row(create_resource, 1, 1, makes="resource"),
    commands.DeleteResource: Row(delete_resource, 2, AT_ONCE),
    commands.MoveResource: Row(move_resource, 3, 10, LATE),
    commands.MoveResourceGroup: Row(move_resource_group, 4, 15, LATE),
    commands.MoveSubscription: Row(move_subscription, 6, AT_ONCE),
    commands.EnableIdentity: Row(lambda w, c: update(w, c.resource, identity=ON), 3, 1, SOON),
    commands.DisableIdentity: Row(lambda w, c: update(w, c.resource, identity=OFF), 3, 15, LATE),
    commands.EnableCustomerManagedKeys: Row(enable_customer_managed_keys, 3, 5, SOON),
    commands.ReturnToMicrosoftManagedKeys: Row(
        lambda w, c: update(w, c.resource, properties={"encryption": MICROSOFTS}), 3, 5, SOON
    ),
    commands.CreateVault: Row(create_vault, 3, 1, makes="vault"),
    commands.EnableSoftDelete: Row(protect_vault, 1, AT_ONCE),
    commands.EnablePurgeProtection: Row(protect_vault, 1, AT_ONCE),
    commands.DeleteVault: Row(delete_vault, 2, 15, LATE),
    commands.RecoverVault: Row(recover_vault, 2, 15, LATE),
    commands.PurgeVault: Row(purge_vault, 3, 2, SOON),
    commands.GrantKeyAccess: Row(set_access, 2, 5, SOON),
    commands.RevokeKeyAccess: Row(set_access, 2, 15, LATE),
    commands.CreateKey: Row(create_key, 1, AT_ONCE, makes="key"),
    commands.ImportKey: Row(import_key, 1, AT_ONCE, makes="key"),
    commands.RotateKey: Row(lambda w, c: w.keep(c.vault, w.key_client(c.vault).rotate_key(c.key)), 1, AT_ONCE),
    commands.DisableKey: Row(set_enabled, 2, 15, LATE),
    commands.EnableKey: Row(set_enabled, 2, 15, LATE),
    commands.DeleteKey: Row(delete_key, 2, 15, LATE),
    commands.RecoverKey: Row(recover_key, 2, 15, LATE),
    commands.PurgeKey: Row(lambda w, c: w.key_client(c.vault).purge_deleted_key(c.key), 1, AT_ONCE),
    commands.CreateWorkspace: Row(create_workspace, 5, AT_ONCE, makes="workspace"),
    commands.UploadDocument: Row(upload_document, 2, 5, makes="document"),
    commands.TrainModel: Row(train_model, 6, 180, makes="model"),
    commands.DeployModel: Row(set_deployed, 3, 30),
    commands.UndeployModel: Row(set_deployed, 3, 5),
    commands.TranslateWithModel: Row(translate_with_model, 1, AT_ONCE),
    commands.ReadData: Row(read_data, 1, AT_ONCE),
}
"""All commands that the API has.  The end of a vault's retention is none."""


# Observation


def observe(w: World) -> Observation:
    """Return everything that the API shows of this world."""
    seen: Observation = {kind.word: {} for kind, *_ in SEEN}
    seen["subscription"] = {name: {"tenant": w.tenant_name(name)} for name in w.stage.subscriptions}
    vaults = dict(see_vaults(w, seen))
    see_resources(w, seen)
    see_access(w, seen, vaults)
    for name in vaults:
        see_keys(w, name, seen)
    for resource in {home for home, _ in w.workspaces.values()} & w.here.keys():
        see_workspaces(w, resource, seen)
    return seen


def in_groups(w: World, kind: Callable[[str], Any]) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Yield all of a kind in the resource groups of this world: name, body, and the fields that say where it is."""
    for subscription, group in w.groups:
        try:
            found = list(kind(w.id_of(subscription)).list_by_resource_group(group))
        except ResourceNotFoundError:  # the group is gone
            continue
        for each in found:
            name = w.plain(str(each.name))
            w.places[name] = (subscription, group)
            yield name, each, {"subscription": subscription, "group": group.removeprefix(w.in_azure(""))}


def see_resources(w: World, seen: Observation) -> None:
    """Look at the accounts."""
    w.here = {}
    for name, account, where in in_groups(w, lambda guid: w.clients.accounts(guid).accounts):
        w.here[name] = account
        identity, section = account.identity, account.properties.encryption
        if identity and identity.principal_id:
            w.principals[name] = str(identity.principal_id)
        seen["resource"][name] = where | {
            "kind": next((kind for kind, its in KINDS.items() if its == account.kind), "another"),
            "location": w.region(str(account.location)),
            "key_source": CUSTOMER if section and word(section.key_source) == "Microsoft.KeyVault" else MICROSOFT,
            "identity": bool(identity and "SystemAssigned" in word(identity.type)),
            "registered": bool(identity and identity.principal_id),
        }
        if (used := section.key_vault_properties if section else None) and used.key_name:
            seen["resource"][name]["key"] = f"{vault_at(w, used)}/{used.key_name}"


def see_vaults(w: World, seen: Observation) -> Iterator[tuple[str, Any]]:
    """Look at the vaults, and at the deleted ones if one is missing; yield those that are active."""
    for name, vault, where in in_groups(w, lambda guid: w.clients.vaults(guid).vaults):
        properties = vault.properties
        w.uris[name] = str(properties.vault_uri)
        seen["vault"][name] = w.vaults[name] = where | {
            "state": "active",
            "region": w.region(str(vault.location)),
            "soft_delete": bool(properties.enable_soft_delete),
            "purge_protection": bool(properties.enable_purge_protection),
            "permission_model": "rbac" if properties.enable_rbac_authorization else "access-policies",
        }
        yield name, vault
    missing = w.vaults.keys() - seen["vault"].keys()
    for subscription in {w.places[name][0] for name in missing}:
        for vault in w.clients.vaults(w.id_of(subscription)).vaults.list_deleted():
            if (name := w.plain(str(vault.name))) in missing:
                # the list leaves out how permissions are given, which is as it was
                protected = bool(vault.properties.purge_protection_enabled)
                now = {"state": "deleted", "soft_delete": True, "purge_protection": protected}
                seen["vault"][name] = w.vaults[name] | now


def see_access(w: World, seen: Observation, vaults: Mapping[str, Any]) -> None:
    """Read who has access from the access policies: only identities that there are."""
    identities = {name: each.identity for name, each in w.here.items()}
    here = {str(each.principal_id): name for name, each in identities.items() if each and each.principal_id}
    for name, vault in vaults.items():
        for each in vault.properties.access_policies or ():
            can = {word(permission).lower() for permission in each.permissions.keys_property or ()}
            if (resource := here.get(str(each.object_id))) and can >= {need.lower() for need in PERMISSIONS}:
                seen["grant"][f"{name}/{resource}"] = {"vault": name, "resource": resource}


def see_keys(w: World, vault: str, seen: Observation) -> None:
    """Look at the keys of a vault with all versions, and at the deleted ones if one is missing."""
    keys = w.key_client(vault)
    for each in keys.list_properties_of_keys():
        name = f"{vault}/{each.name}"
        versions = sorted(keys.list_properties_of_key_versions(str(each.name)), key=lambda v: v.created_on or 0)
        current = next((v for v in versions if v.version == w.versions.get(name)), versions[-1])
        if str(current.id) not in w.material:
            w.keep(vault, keys.get_key(str(each.name)))
        kind, size = w.material[str(current.id)]
        fields = {"type": kind, "size": size, "version": len(versions), "enabled": bool(current.enabled)}
        seen["key"][name] = w.keys[name] = {"state": "active", **fields}
    if missing := {name for name in w.keys if name.startswith(f"{vault}/")} - seen["key"].keys():
        for deleted in keys.list_deleted_keys():
            if (name := f"{vault}/{deleted.name}") in missing:
                # of a deleted key only the current version is shown; the number of versions is as it was
                seen["key"][name] = w.keys[name] | {"state": "deleted", "enabled": bool(deleted.properties.enabled)}


def see_workspaces(w: World, resource: str, seen: Observation) -> None:
    """Look at the workspaces of a resource that this world has made, and at their documents and models.

    While data can't be read, whether a document is deleted or inaccessible can't be distinguished: it is not shown.
    """
    studio = w.studio(resource)
    for shown in studio.workspaces():
        name, subscription = str(shown["Name"]), shown["Subscription"]
        if name not in w.workspaces:
            continue
        documents = documents_seen(studio, w.workspaces[name][1])
        seen["workspace"][name] = {
            "resource": w.plain(str(subscription["Name"])),
            "key_source": CUSTOMER if subscription["IsCMKEnabled"] else MICROSOFT,
            "readable": documents is not None,
        }
        seen["document"] |= {str(each["Name"]): {"workspace": name} for each in documents or ()}
        for model, each in studio.models(w.projects[name]).items() if name in w.projects else ():
            seen["model"][model] = {"workspace": name, "state": "deployed" if is_deployed(each) else "undeployed"}


# The system


def declaration_of(target: Target, subscriptions: Collection[str], reasons: bool) -> Declaration:
    """Return what an adapter to this target declares, with these subscriptions of the stage.

    Enabling through the portal and the end of a retention have no API, and Azure makes no vault without soft delete.
    """
    local, (tenants, mapped, names, tiers) = target.cloud.local, DEFAULT_STAGE
    there = {name: mapped[name] for name in mapped if name in subscriptions}
    several = len(set(there.values())) > 1
    moves = {"several-tenants", "legacy-vaults"} if local and several else set()
    regions = ", ".join(map(target.location, names))
    return Declaration(
        target.cloud.product,
        f"api-versions: {API_VERSIONS}; regions: {regions}; tiers: {', '.join(target.tiers.values())}"[:200],
        frozenset({"parallel"} | moves | ({"reasons"} if reasons else set())),
        hidden=frozenset({MASKED}),
        stage=Stage(tenants if several else tenants[:1], there, names, tiers),
        windows={kind.__name__: row.window for kind, row in TABLE.items() if row.window and not local},
    )


class AzureSystem:
    """Azure, or what speaks its API, as a system."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.connections = Connections(target.cloud.local)
        self.reset(DEFAULT_STAGE)
        with guarded():
            subscriptions, found = self.world.subscriptions.items(), self.world.clients.tenants
            names = [name for name, guid in subscriptions if guid in found]
            self.declaration = declaration_of(target, names, self.gives_reasons())

    def gives_reasons(self) -> bool:
        """Return whether a refusal names requirements: that of a request for a resource that is not there."""
        try:
            self.world.account("none")
        except HttpResponseError as error:
            return bool(ids_in(error))
        return False

    def reset(self, stage: Stage) -> None:
        """Begin a world of fresh names; with a tenant for each world, sign in to a new one."""
        with guarded():
            self.world = World(self.target, self.connections, stage)

    def submit(self, command: Command) -> Outcome:
        """Carry out a command or refuse it; raises `Unsupported`, and `NotLearned` where the answer says nothing."""
        if type(command) not in TABLE:
            raise Unsupported("the API has no request for this")
        with guarded():
            try:
                TABLE[type(command)].calls(self.world, command)
            except HttpResponseError as error:
                return refusal_of(error)
        return Accepted()

    def observe(self) -> Observation:
        """Show everything."""
        with guarded():
            return observe(self.world)

    def settle(self, seconds: int) -> bool:  # noqa: ARG002  # nothing in Azure says when an effect has spread
        """Return whether all effects have happened: on this machine they have."""
        return self.target.cloud.local


@contextmanager
def guarded() -> Iterator[None]:
    """Take credentials and identifiers out of what is raised here: its text may repeat a request."""
    try:
        yield
    except (NotLearned, Unsupported):
        raise
    except Exception as error:  # noqa: BLE001  # nothing else may leave
        failed = "" if isinstance(error, AzureError) else "the adapter failed: "
        raise NotLearned(without_secrets(f"{failed}{type(error).__name__}: {error}")[:1_000]) from None


def from_environment() -> AzureSystem:
    """Return the system that the environment names; raises `NotLearned` where it names none."""
    if ENVIRONMENT not in os.environ:
        raise NotLearned(f"{ENVIRONMENT} is not set; `verify --azure` says how where something fails")
    resolve_localhost_subdomains()  # key vaults of an emulator that is a cloud of its own
    return AzureSystem(target_from(os.environ[ENVIRONMENT]))


def resolve_localhost_subdomains() -> None:
    """Resolve every name that ends in `.localhost` to this machine, as RFC 6761 asks; not every resolver does."""
    ask = socket.getaddrinfo

    def getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        below = isinstance(host, str) and host.lower().endswith(".localhost")
        return ask("localhost" if below else host, *arguments, **options)

    socket.getaddrinfo = getaddrinfo
