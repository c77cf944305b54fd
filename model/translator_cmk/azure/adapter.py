"""The adapter: commands and observations of the specification, as calls of Microsoft's official SDKs.

`translator-cmk verify --azure` starts it, and the environment variable `TRANSLATOR_CMK_AZURE` has its `Target`.
What the API can't do is not supported: enabling through the portal, and the end of a key vault's retention.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit

from azure.core.exceptions import AzureError, HttpResponseError, ResourceNotFoundError
from azure.keyvault.keys import JsonWebKey
from azure.mgmt.cognitiveservices.models import Account

from ..language.declaration import Declaration
from ..machine import DEFAULT_STAGE, Accepted, Command, Observation, Outcome, Stage, commands
from ..machine.entities import CUSTOMER, MICROSOFT
from ..machine.observation import SEEN
from ..system import Unsupported
from .clients import Connections, Studio, resolve_localhost_subdomains, without_secrets
from .options import ENVIRONMENT, Target, declaration_of, target_from
from .plan import HELD
from .refusals import NotLearned, error_in, ids_in, refusal_of
from .world import NONE, World, word

KINDS = {"Translator": "TextTranslation", "AIServices": "AIServices", "CognitiveServices": "CognitiveServices"}
STORES = {"managed-hsm": "https://{}.managedhsm.azure.net/", "elsewhere": "https://{}.example.com/"}
PERMISSIONS = ["get", "wrapKey", "unwrapKey"]
OF_THE_CALLER = ["get", "list", "create", "import", "update", "delete", "recover", "purge", "rotate"]
CURVES = {256: "P-256", 384: "P-384", 521: "P-521"}
PATIENCE = 1_800
LOCAL_PATIENCE = 20
"""Seconds that an operation of Custom Translator may take: an import, a training, a deployment; and on this machine."""


def from_environment() -> "AzureSystem":
    """Return the system that the environment names; raises `NotLearned` where it names none."""
    if ENVIRONMENT not in os.environ:
        raise NotLearned(f"{ENVIRONMENT} is not set; `verify --azure` says how where something fails")
    resolve_localhost_subdomains()  # key vaults of an emulator that is a cloud of its own
    return AzureSystem(target_from(os.environ[ENVIRONMENT]))


# Resources


def must_be_new(w: World, name: str, get: Callable[[str], object]) -> None:
    """Raise `Unsupported` if this world has something of this name: the same PUT would change it."""
    if name in w.places:
        try:
            get(name)
        except ResourceNotFoundError:
            return
        raise Unsupported("the API has no request that only creates")


def create_resource(w: World, c: Any) -> None:
    """PUT of an account; over one that is there it would be a change, so that is looked up first."""
    must_be_new(w, c.resource, w.account)
    group, tier = w.group(c.subscription, c.group), w.target.tiers.get(c.tier, c.tier)
    w.places[c.resource] = (c.subscription, group)
    accounts, _, name = w.account_client(c.resource)
    fields: dict[str, Any] = {
        "kind": KINDS[c.kind],
        "sku": {"name": "S0" if tier == "S1" and c.kind != "Translator" else tier},
        "location": w.location(c.location),
        "properties": {"custom_sub_domain_name": name},
    }
    if c.keys == CUSTOMER:
        vault, _, key = next(iter(w.versions), f"{name}/key").partition("/")
        fields["properties"] |= {"encryption": encryption(w, vault, key)}
        fields["identity"] = {"type": "SystemAssigned"}
    w.note("resource", name, c.subscription, group=group, location=w.location(c.location))
    accounts.begin_create(group, name, Account(**fields)).result()


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
    moved = {
        "resources": list(ids.values()),
        "targetResourceGroup": f"/subscriptions/{w.id_of(to)}/resourceGroups/{place[1]}",
    }
    w.clients.groups(w.id_of(subscription)).resources.begin_move_resources(group, moved).result()
    w.places |= dict.fromkeys(ids, place)
    w.studios.clear()


def move_subscription(w: World, c: Any) -> None:
    """PUT of changeTenantRequest."""
    w.clients.move_to_tenant(w.id_of(c.subscription), w.tenants.get(c.tenant, NONE))
    w.find_subscriptions()


# Vaults


def create_vault(w: World, c: Any) -> None:
    """PUT of a vault; over one that is there it would be a change, so that is looked up first."""
    must_be_new(w, c.vault, w.vault)
    group, location = w.group(c.subscription, c.group), w.location(c.region)
    w.places[c.vault] = (c.subscription, group)
    vaults, _, name = w.vault_client(c.vault)
    properties = {
        **new_vault(w, c.subscription),
        "accessPolicies": [] if w.local else [policy(w, c.subscription, w.clients.caller(w.id_of(c.subscription)))],
        "enableSoftDelete": c.soft_delete,
        "enableRbacAuthorization": c.permission_model == "rbac",
        **({"softDeleteRetentionInDays": HELD} if c.soft_delete and not w.local else {}),  # for which its name is held
        **({"enablePurgeProtection": True} if c.purge_protection else {}),  # Azure refuses to be asked for false
    }
    w.note("vault", name, c.subscription, group=group, location=location, held=c.purge_protection)
    made = vaults.begin_create_or_update(group, name, {"location": location, "properties": properties}).result()
    w.uris[c.vault] = str(made.properties.vault_uri)


def new_vault(w: World, subscription: str) -> dict[str, Any]:
    """Return what every PUT of a vault has to say."""
    return {"tenantId": w.tenant_of(subscription), "sku": {"family": "A", "name": "standard"}}


def policy(w: World, subscription: str, principal: str, keys: list[str] = OF_THE_CALLER) -> dict[str, Any]:
    """Return an access policy; by default with the permissions of whoever signs in, who has to make and use keys."""
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


def deleted_vault(w: World, vault: str) -> Any:
    """Return a vault among the deleted ones; raises `HttpResponseError`."""
    vaults, _, name = w.vault_client(vault)
    return vaults.get_deleted(name, w.location(w.vaults.get(vault, {}).get("region", w.stage.regions[0])))


def recover_vault(w: World, c: Any) -> None:
    """PUT of a vault with createMode recover, once it is found among the deleted ones."""
    vaults, group, name = w.vault_client(c.vault)
    properties = {**new_vault(w, w.place(c.vault)[0]), "createMode": "recover"}
    parameters = {"location": deleted_vault(w, c.vault).properties.location, "properties": properties}
    vaults.begin_create_or_update(group, name, parameters).result()


def purge_vault(w: World, c: Any) -> None:
    """POST of purge, once the vault is found among the deleted ones."""
    vaults, _, name = w.vault_client(c.vault)
    vaults.begin_purge_deleted(name, deleted_vault(w, c.vault).properties.location).result()


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
        entry = policy(w, w.place(c.vault)[0], principal, PERMISSIONS)
        vaults.update_access_policy(
            group, name, "add" if adds else "remove", {"properties": {"accessPolicies": [entry]}}
        )


# Keys


def create_key(w: World, c: Any) -> None:
    """POST of a key."""
    shape = {"curve": CURVES.get(c.size, "P-256")} if c.type == "EC" else {"size": c.size}
    w.keep(c.vault, w.key_client(c.vault).create_key(c.key, c.type, **shape), c.size)


@cache
def new_material(kind: str, size: int) -> JsonWebKey:
    """Return a new private key of a type and a size in bits, one of each for all imports."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    if kind in ("RSA", "RSA-HSM"):
        key = rsa.generate_private_key(public_exponent=65537, key_size=size).private_numbers()
        public = key.public_numbers
        numbers = {"n": public.n, "e": public.e, "d": key.d, "p": key.p, "q": key.q}
        numbers |= {"dp": key.dmp1, "dq": key.dmq1, "qi": key.iqmp}
        return JsonWebKey(kty=kind, **as_bytes(numbers))
    if kind == "EC":
        curves = {256: ec.SECP256R1(), 384: ec.SECP384R1(), 521: ec.SECP521R1()}
        pair = ec.generate_private_key(curves.get(size, ec.SECP256R1())).private_numbers()
        numbers = {"x": pair.public_numbers.x, "y": pair.public_numbers.y, "d": pair.private_value}
        return JsonWebKey(kty=kind, crv=CURVES.get(size, "P-256"), **as_bytes(numbers))
    return JsonWebKey(kty=kind, k=os.urandom(size // 8))


def as_bytes(numbers: Mapping[str, int]) -> dict[str, bytes]:
    """Return each number in as few bytes as it needs."""
    return {name: number.to_bytes((number.bit_length() + 7) // 8, "big") for name, number in numbers.items()}


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


# Custom Translator


def create_workspace(w: World, c: Any) -> None:
    """POST of a workspace, which is then looked for: the body of the answer is not documented."""
    studio = w.studio(c.resource)
    if c.workspace in w.workspaces and workspace_in(studio, c.workspace):
        raise Unsupported("Custom Translator knows workspaces by number, not by name")
    request = {"SubscriptionKey": studio.key, "BillingRegionCode": studio.billing_region()}
    studio.ask("POST", "/workspaces", json={"Name": c.workspace, "Subscription": request})
    made = wait_for(w, lambda: workspace_in(studio, c.workspace), "the workspace")
    w.workspaces[c.workspace] = (c.resource, str(made["Id"]))


def workspace_in(studio: Studio, name: str) -> Any:
    """Return the workspace of this name, or None."""
    return next((each for each in studio.ask("GET", "/workspaces")["Workspaces"] if each["Name"] == name), None)


def studio_of(w: World, workspace: str) -> tuple[Studio, str]:
    """Return Custom Translator for a workspace, and the id of it; raises `Unsupported` if this world has no such."""
    if workspace not in w.workspaces:
        raise Unsupported("Custom Translator knows workspaces and models by number, and this has none")
    resource, guid = w.workspaces[workspace]
    return w.studio(resource), guid


def documents_of(studio: Studio, guid: str) -> list[Any]:
    """Return the documents of a workspace; raises `HttpResponseError` where its data can't be read."""
    return list(studio.pages("/documents", "PaginatedDocuments/Documents", workspaceId=guid, limit=100))


def documents_seen(studio: Studio, guid: str) -> list[Any] | None:
    """Return the documents of a workspace; None where its data can't be read."""
    try:
        return documents_of(studio, guid)
    except HttpResponseError as error:
        refusal_of(error)
        return None


def upload_document(w: World, c: Any) -> None:
    """POST of a pair of files, until the document shows."""
    studio, guid = studio_of(w, c.workspace)
    names = {code: f"{c.document}_{code}.txt" for code in ("en", "de")}
    details = [{"Name": name, "LanguageCode": code, "OverwriteIfExists": False} for code, name in names.items()]
    form = {
        "DocumentDetails": json.dumps(
            [{"DocumentName": c.document, "DocumentType": "training", "FileDetails": details}]
        )
    }
    files = [("Files", (name, f"A sentence in {code}.\n" * 20, "text/plain")) for code, name in names.items()]
    studio.ask("POST", "/documents/import", params={"workspaceId": guid}, data=form, files=files)
    wait_for(w, lambda: any(each["Name"] == c.document for each in documents_of(studio, guid)), "the document")


def project_of(w: World, workspace: str) -> str:
    """Return the project of a workspace, which is made unless it is there."""
    studio, guid = studio_of(w, workspace)
    if workspace not in w.projects:
        pairs = studio.ask("GET", "/languages/supportedlanguagepairs")
        sides = ("SourceLanguage", "TargetLanguage")
        ids = {tuple(each[side]["LanguageCode"] for side in sides): each["Id"] for each in pairs}
        project = {"Name": workspace, "LanguagePairId": ids["en", "de"], "CategoryId": 1}
        studio.ask("POST", "/projects", params={"workspaceId": guid}, json=project)
        found = studio.pages("/projects", "Projects", workspaceId=guid)
        w.projects[workspace] = next(str(each["Id"]) for each in found if each["Name"] == workspace)
    return w.projects[workspace]


def models_of(studio: Studio, project: str) -> dict[str, Any]:
    """Return the models of a project that are trained, by name: training is over, or never had a beginning."""
    found = studio.pages(f"/projects/{project}/models", "Models")
    return {str(each["Name"]): each for each in found if each.get("CompletionDate") or "StartDate" not in each}


def train_model(w: World, c: Any) -> None:
    """POST of a model on all documents of the workspace that can be seen, until it is trained."""
    studio, guid = studio_of(w, c.workspace)
    documents, project = documents_seen(studio, guid) or [], project_of(w, c.workspace)
    request = {"Name": c.model, "ProjectId": project, "DocumentIds": [each["Id"] for each in documents]}
    choices = {"IsAutoTrain": True, "IsTuningAuto": True, "IsTestingAuto": True, "IsAutoDeploy": False}
    studio.ask("POST", "/models", json=request | choices)
    done = wait_for(w, lambda: models_of(studio, project).get(c.model), "the model")
    w.models[c.model] = (c.workspace, int(done["Id"]), str(done.get("ModelIdentifier") or ""))


def model_of(w: World, model: str) -> tuple[Studio, int]:
    """Return Custom Translator for a model, and the id of it; raises `Unsupported` if this world has no such."""
    if model not in w.models:
        raise Unsupported("Custom Translator knows workspaces and models by number, and this has none")
    workspace, number, _ = w.models[model]
    return studio_of(w, workspace)[0], number


def set_deployed(w: World, c: Any) -> None:
    """POST of deployment in the first region that is offered, until it shows."""
    studio, number = model_of(w, c.model)
    wanted = isinstance(c, commands.DeployModel)
    regions = [{"Region": each["Id"], "IsDeployed": wanted} for each in studio.ask("GET", "/regions")[:1]]
    studio.ask("POST", f"/models/{number}/deployment", json=regions)
    path = f"/models/{number}"
    found = wait_for(w, lambda: shown_as(studio.ask("GET", path), wanted), "the deployment")
    workspace, _, category = w.models[c.model]
    w.models[c.model] = (workspace, number, str(found.get("ModelIdentifier") or category))


def shown_as(model: Any, deployed: bool) -> Any:
    """Return the model if it shows so, otherwise None."""
    return model if is_deployed(model) == deployed else None


def is_deployed(model: Any) -> bool:
    """Return whether a model is deployed in any region."""
    return any(each["IsDeployed"] for each in model.get("ModelRegionStatuses") or ())


def translate_with_model(w: World, c: Any) -> None:
    """POST of a translation with the category of a model, without fallback."""
    studio, number = model_of(w, c.model)
    studio.translate(w.models[c.model][2] or str(number))


def wait_for(w: World, look: Callable[[], Any], what: str) -> Any:
    """Return what a look finds, once it finds something; raises `NotLearned` where it does not happen."""
    patience = LOCAL_PATIENCE if w.local else PATIENCE
    until = monotonic() + patience
    while not (found := look()):
        if monotonic() > until:
            raise NotLearned(f"{what} did not show within {patience} seconds")
        sleep(max(w.clients.poll, 0.5))
    return found


CALLS: Mapping[type[Command], Callable[[World, Any], object]] = {
    commands.CreateResource: create_resource,
    commands.DeleteResource: delete_resource,
    commands.MoveResource: move_resource,
    commands.MoveResourceGroup: move_resource_group,
    commands.MoveSubscription: move_subscription,
    commands.EnableIdentity: lambda w, c: update(w, c.resource, identity={"type": "SystemAssigned"}),
    commands.DisableIdentity: lambda w, c: update(w, c.resource, identity={"type": "None"}),
    commands.EnableCustomerManagedKeys: enable_customer_managed_keys,
    commands.ReturnToMicrosoftManagedKeys: lambda w, c: update(
        w, c.resource, properties={"encryption": {"key_source": "Microsoft.CognitiveServices"}}
    ),
    commands.CreateVault: create_vault,
    commands.EnableSoftDelete: protect_vault,
    commands.EnablePurgeProtection: protect_vault,
    commands.DeleteVault: delete_vault,
    commands.RecoverVault: recover_vault,
    commands.PurgeVault: purge_vault,
    commands.GrantKeyAccess: set_access,
    commands.RevokeKeyAccess: set_access,
    commands.CreateKey: create_key,
    commands.ImportKey: lambda w, c: w.keep(
        c.vault, w.key_client(c.vault).import_key(c.key, new_material(c.type, c.size)), c.size
    ),
    commands.RotateKey: lambda w, c: w.keep(c.vault, w.key_client(c.vault).rotate_key(c.key)),
    commands.DisableKey: set_enabled,
    commands.EnableKey: set_enabled,
    # until the key shows among the deleted ones, or the others
    commands.DeleteKey: lambda w, c: w.key_client(c.vault).begin_delete_key(c.key, _polling_interval=1).wait(),
    commands.RecoverKey: lambda w, c: (
        w.key_client(c.vault).begin_recover_deleted_key(c.key, _polling_interval=1).wait()
    ),
    commands.PurgeKey: lambda w, c: w.key_client(c.vault).purge_deleted_key(c.key),
    commands.CreateWorkspace: create_workspace,
    commands.UploadDocument: upload_document,
    commands.TrainModel: train_model,
    commands.DeployModel: set_deployed,
    commands.UndeployModel: set_deployed,
    commands.TranslateWithModel: translate_with_model,
    commands.ReadData: lambda w, c: documents_of(*studio_of(w, c.workspace)),
}
"""The calls of each command.  The end of a vault's retention has none."""


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
    for subscription, group in list(w.groups):
        try:
            found = list(kind(w.id_of(subscription)).list_by_resource_group(group))
        except ResourceNotFoundError:  # the group is gone
            continue
        for each in found:
            name = w.plain(str(each.name))
            w.places[name] = (subscription, group)
            yield name, each, {"subscription": subscription, "group": group.removeprefix(f"{w.target.prefix}-")}


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
    """Look at the vaults, and at the deleted ones if one is missing."""
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
    for shown in studio.ask("GET", "/workspaces")["Workspaces"]:
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
        for model, each in models_of(studio, w.projects[name]).items() if name in w.projects else ():
            seen["model"][model] = {"workspace": name, "state": "deployed" if is_deployed(each) else "undeployed"}


class AzureSystem:
    """Azure, or what speaks its API, as a system."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.connections = Connections(target.cloud.local)
        self.world: World = guarded(lambda: World(target, self.connections, DEFAULT_STAGE))
        self.declaration: Declaration = guarded(self.declared)

    def declared(self) -> Declaration:
        """Return the declaration, with the subscriptions that were found."""
        found = self.world.clients.tenants
        subscriptions = [name for name, guid in self.world.subscriptions.items() if guid in found]
        return declaration_of(self.target, subscriptions, self.gives_reasons())

    def gives_reasons(self) -> bool:
        """Return whether a refusal names requirements: that of a request for a resource that is not there."""
        try:
            self.world.account("none")
        except HttpResponseError as error:
            return bool(ids_in(error_in(error).get("details")))
        return False

    def reset(self, stage: Stage) -> None:
        """Begin a world of fresh names; with a tenant for each world, sign in to a new one."""
        self.world = guarded(lambda: World(self.target, self.connections, stage))

    def submit(self, command: Command) -> Outcome:
        """Carry out a command or refuse it; raises `Unsupported`, and `NotLearned` where the answer says nothing."""
        calls = CALLS.get(type(command))
        if calls is None:
            raise Unsupported("the API has no request for this")
        outcome: Outcome = guarded(lambda: carried_out(self.world, command, calls))
        return outcome

    def observe(self) -> Observation:
        """Show everything."""
        seen: Observation = guarded(lambda: observe(self.world))
        return seen

    def settle(self, seconds: int) -> bool:  # noqa: ARG002  # nothing in Azure says when an effect has spread
        """Return whether all effects have happened: on this machine they have."""
        return self.target.cloud.local


def carried_out(w: World, command: Command, calls: Callable[[World, Any], object]) -> Outcome:
    """Return the outcome of the calls of a command."""
    try:
        calls(w, command)
    except HttpResponseError as error:
        return refusal_of(error)
    return Accepted()


def guarded(action: Callable[[], Any]) -> Any:
    """Return what an action returns; what it raises loses credentials and identifiers."""
    try:
        return action()
    except (NotLearned, Unsupported):
        raise
    except AzureError as error:
        raise NotLearned(without_secrets(f"{type(error).__name__}: {error}")[:1_000]) from None
    except Exception as error:  # noqa: BLE001  # its text may repeat a request, with what signs it
        raise NotLearned(without_secrets(f"the adapter failed: {type(error).__name__}: {error}")[:1_000]) from None
