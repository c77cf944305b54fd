"""The adapter: commands and observations of the specification, as calls of Microsoft's official SDKs.

`translator-cmk verify --azure` starts it, and the environment variable `TRANSLATOR_CMK_AZURE` has its `Target`.
What the API can't do is not supported: enabling through the portal, and the end of a key vault's retention.
"""

import hashlib
import json
import os
import uuid
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit

from azure.core.exceptions import AzureError, HttpResponseError, ResourceNotFoundError
from azure.keyvault.keys import JsonWebKey, KeyClient, KeyVaultKey
from azure.mgmt.cognitiveservices.models import Account

from ..language.declaration import Declaration
from ..machine import DEFAULT_STAGE, Accepted, Command, Observation, Outcome, Refused, Stage
from ..machine.commands import (
    CreateKey,
    CreateResource,
    CreateVault,
    CreateWorkspace,
    DeleteKey,
    DeleteResource,
    DeleteVault,
    DeployModel,
    DisableIdentity,
    DisableKey,
    EnableCustomerManagedKeys,
    EnableIdentity,
    EnableKey,
    EnablePurgeProtection,
    EnableSoftDelete,
    GrantKeyAccess,
    ImportKey,
    MoveResource,
    MoveResourceGroup,
    MoveSubscription,
    PurgeKey,
    PurgeVault,
    ReadData,
    RecoverKey,
    RecoverVault,
    ReturnToMicrosoftManagedKeys,
    RevokeKeyAccess,
    RotateKey,
    TrainModel,
    TranslateWithModel,
    UndeployModel,
    UploadDocument,
)
from ..machine.entities import CUSTOMER, MICROSOFT
from ..machine.observation import SEEN
from ..system import Unsupported
from .clients import POLL, Clients, Connections, Studio, find_names_below_localhost, without_secrets
from .leftovers import Leftovers
from .options import ENVIRONMENT, Target, declaration_of, target_from
from .plan import HELD
from .refusals import NotLearned, error_in, ids_in, refusal_of

KINDS = {"Translator": "TextTranslation", "AIServices": "AIServices", "CognitiveServices": "CognitiveServices"}
PERMISSIONS = ["get", "wrapKey", "unwrapKey"]
OF_THE_CALLER = ["get", "list", "create", "import", "update", "delete", "recover", "purge", "rotate"]
PATIENCE = 1_800
LOCAL_PATIENCE = 20
"""Seconds that an operation of Custom Translator may take: an import, a training, a deployment; and on this machine."""


def from_environment() -> "AzureSystem":
    """Return the system that the environment names."""
    find_names_below_localhost()  # key vaults of an emulator that is a cloud of its own
    return AzureSystem(target_from(os.environ[ENVIRONMENT]))


class World:
    """What one world has in Azure: its clients, and what the adapter has to remember of what it has made."""

    def __init__(self, target: Target, connections: Connections, stage: Stage) -> None:
        self.target = target
        self.stage = stage
        tenant = str(uuid.uuid4()) if target.tenant_per_world else None
        self.clients = Clients(target.cloud, connections, tenant)
        self.leftovers = Leftovers(Path(target.leftovers))
        self.subscriptions = dict(target.subscriptions)
        self.tenants: dict[str, str] = {}
        self.here: dict[str, Account] = {}  # the resources that were seen last
        self.groups: dict[tuple[str, str], None] = {}  # (subscription, group) that may hold something of this world
        self.places: dict[str, tuple[str, str]] = {}  # where a vault or a resource was seen last
        self.names: dict[str, str] = {}  # of what Azure knows by a shorter name
        self.principals: dict[str, str] = {}  # the last one of each resource
        self.vaults: dict[str, dict[str, Any]] = {}  # what was seen of each while it was active
        self.uris: dict[str, str] = {}
        self.keys: dict[str, dict[str, Any]] = {}  # likewise
        self.versions: dict[str, str] = {}  # the current one of each key
        self.material: dict[str, tuple[str, int]] = {}  # type and size of each version
        self.studios: dict[str, Studio] = {}  # by resource
        self.workspaces: dict[str, tuple[str, str]] = {}  # the resource and the id of each
        self.projects: dict[str, str] = {}  # by workspace
        self.documents: dict[str, list[int]] = {}  # by workspace, those that were seen last
        self.models: dict[str, tuple[str, int, str]] = {}  # workspace, id and category of each
        self.find_subscriptions()

    def find_subscriptions(self) -> None:
        """Find the subscriptions and their tenants: by the ids that were given, or else by display names."""
        given = {guid: name for name, guid in self.target.subscriptions.items()}
        for tenant in self.clients.tenant_ids():
            for each in self.clients.subscriptions(tenant).subscriptions.list():
                guid = str(each.subscription_id)
                name = given.get(guid, str(each.display_name))
                if name in self.stage.subscriptions and self.subscriptions.setdefault(name, guid) == guid:
                    self.clients.tenants[guid] = tenant
                    self.tenants.setdefault(self.stage.subscriptions[name], tenant)

    def subscription(self, name: str) -> str:
        """Return the id of a subscription."""
        return self.subscriptions.get(name, str(uuid.UUID(int=0)))

    def tenant(self, guid: str | None) -> str:
        """Return the name of a tenant."""
        return next((name for name, each in self.tenants.items() if each == guid), "another")

    def location(self, name: str) -> str:
        """Return the region of Azure."""
        return self.target.regions.get(name, name)

    def region(self, location: str) -> str:
        """Return the region of the stage."""
        found = location.lower().replace(" ", "")
        return next((name for name, each in self.target.regions.items() if each == found), found)

    def group(self, subscription: str, name: str) -> str:
        """Return the resource group of Azure for one of this world; it is made unless it is there."""
        group = f"{self.target.prefix}-{name}"
        if (subscription, group) not in self.groups:
            self.note("group", group, subscription)
            groups = self.clients.groups(self.subscription(subscription)).resource_groups
            groups.create_or_update(group, {"location": self.location(self.stage.regions[0])})
            self.groups[subscription, group] = None
        return group

    def note(self, kind: str, name: str, subscription: str, **fields: Any) -> None:
        """Write down what is going to be created, before it is."""
        guid = self.subscription(subscription)
        self.leftovers.add(kind, name, subscription=guid, tenant=self.clients.tenants.get(guid, ""), **fields)

    def named(self, name: str, longest: int = 24) -> str:
        """Return the name in Azure of a vault or a resource: one that is too long gets shorter."""
        if len(name) <= longest:
            return name
        short = f"{name[: longest - 7].rstrip('-')}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"
        self.names[short] = name
        return short

    def plain(self, name: str) -> str:
        """Return the name in the specification of what Azure knows by this one."""
        return self.names.get(name, name)

    def place(self, name: str) -> tuple[str, str]:
        """Return the subscription and the group of a vault or a resource; of an unknown one, where it is not."""
        return self.places.get(name, (self.stage_subscription, f"{self.target.prefix}-none"))

    @property
    def stage_subscription(self) -> str:
        """Return the first subscription of the stage."""
        return next(iter(self.stage.subscriptions))

    # Resources

    def account(self, resource: str) -> Account:
        """Return a resource; raises `HttpResponseError`."""
        subscription, group = self.place(resource)
        accounts = self.clients.accounts(self.subscription(subscription)).accounts
        return accounts.get(group, self.named(resource, 60))

    def update(self, resource: str, **fields: Any) -> None:
        """Change a resource, and wait; raises `HttpResponseError`."""
        subscription, group = self.place(resource)
        accounts = self.clients.accounts(self.subscription(subscription)).accounts
        accounts.begin_update(group, self.named(resource, 60), Account(**fields)).result()

    def studio(self, resource: str) -> Studio:
        """Return Custom Translator for a resource; raises `HttpResponseError`."""
        if resource not in self.studios:
            account = self.account(resource)
            subscription, group = self.place(resource)
            accounts = self.clients.accounts(self.subscription(subscription)).accounts
            key = str(accounts.list_keys(group, self.named(resource, 60)).key1)
            endpoint = str(account.properties.endpoint if account.properties else "")
            self.studios[resource] = Studio(self.clients.connections, endpoint, key, str(account.location))
        return self.studios[resource]

    # Vaults

    def vault_client(self, vault: str) -> tuple[Any, str, str]:
        """Return the operations on key vaults, with the group and the name of this one."""
        subscription, group = self.place(vault)
        return self.clients.vaults(self.subscription(subscription)).vaults, group, self.named(vault)

    def key_client(self, vault: str) -> KeyClient:
        """Return the client for the keys of a vault."""
        return self.clients.keys(self.uri(vault))

    def uri(self, vault: str) -> str:
        """Return the URL of a vault."""
        return self.uris.get(vault) or f"https://{self.named(vault)}.{self.target.cloud.vault_suffix}/"


class Refusal(Exception):
    """Raised where Azure has no request for what is asked, since something in it is missing or taken."""

    def __init__(self, because: str) -> None:
        super().__init__(because)
        self.because = because


# Resources


def create_resource(w: World, c: CreateResource) -> None:
    """PUT of an account; over one that is there it would be a change, so that is looked up first."""
    must_be_new(w, c.resource, lambda: w.account(c.resource))
    group, name = w.group(c.subscription, c.group), w.named(c.resource, 60)
    tier = w.target.tiers.get(c.tier, c.tier)
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
    w.clients.accounts(w.subscription(c.subscription)).accounts.begin_create(group, name, Account(**fields)).result()
    w.places[c.resource] = (c.subscription, group)


def must_be_new(w: World, name: str, get: Callable[[], object]) -> None:
    """Raise `Refusal` where this world has something of this name that is there."""
    if name in w.places:
        try:
            get()
        except ResourceNotFoundError:
            return
        raise Refusal("environment.new-name")


def encryption(w: World, vault: str, key: str) -> dict[str, Any]:
    """Return the section of an account that puts a key in use, in its current version."""
    version = w.versions.get(f"{vault}/{key}", "0" * 32)
    where = {"key_name": key, "key_version": version, "key_vault_uri": w.uri(vault)}
    return {"key_source": "Microsoft.KeyVault", "key_vault_properties": where}


def delete_resource(w: World, c: DeleteResource) -> None:
    """DELETE of an account; of one that is not there it would be accepted, so that is looked up first."""
    w.account(c.resource)
    subscription, group = w.place(c.resource)
    w.clients.accounts(w.subscription(subscription)).accounts.begin_delete(group, w.named(c.resource, 60)).result()


def move_resource(w: World, c: MoveResource) -> None:
    """POST of moveResources with one resource."""
    account = w.account(c.resource)
    subscription, group = w.place(c.resource)
    move(w, subscription, group, [str(account.id)], c.subscription, c.group)
    w.places[c.resource] = (c.subscription, w.group(c.subscription, c.group))
    w.studios.pop(c.resource, None)


def move_resource_group(w: World, c: MoveResourceGroup) -> None:
    """POST of moveResources with all that a group holds; an empty group has nothing to ask for."""
    group = w.group(c.subscription, c.group)
    resources = w.clients.groups(w.subscription(c.subscription)).resources.list_by_resource_group(group)
    if ids := {w.plain(str(each.name)): str(each.id) for each in resources}:
        move(w, c.subscription, group, list(ids.values()), c.to, c.group)
    w.places |= dict.fromkeys(ids, (c.to, group))
    w.studios.clear()


def move(w: World, subscription: str, group: str, ids: list[str], to: str, to_group: str) -> None:
    """Move things of one group into another, and wait."""
    target = f"/subscriptions/{w.subscription(to)}/resourceGroups/{w.group(to, to_group)}"
    resources = w.clients.groups(w.subscription(subscription)).resources
    resources.begin_move_resources(group, {"resources": ids, "targetResourceGroup": target}).result()


def move_subscription(w: World, c: MoveSubscription) -> None:
    """PUT of changeTenantRequest."""
    w.clients.move_to_tenant(w.subscription(c.subscription), w.tenants.get(c.tenant, str(uuid.UUID(int=0))))
    w.find_subscriptions()


def set_identity(w: World, c: EnableIdentity | DisableIdentity) -> None:
    """PATCH of an account's identity."""
    w.update(c.resource, identity={"type": "SystemAssigned" if isinstance(c, EnableIdentity) else "None"})


STORES = {"managed-hsm": "https://{}.managedhsm.azure.net/", "elsewhere": "https://{}.example.com/"}


def enable_customer_managed_keys(w: World, c: EnableCustomerManagedKeys) -> None:
    """PATCH of an account's encryption; through the portal there is no such request."""
    if c.through == "portal":
        raise Unsupported("enabling through the portal has no API")
    section = encryption(w, c.vault or w.named(c.resource), c.key or "key")
    if c.store != "key-vault":
        section["key_vault_properties"]["key_vault_uri"] = STORES[c.store].format(w.named(c.resource))
    w.update(c.resource, properties={"encryption": section})


def return_to_microsoft_managed_keys(w: World, c: ReturnToMicrosoftManagedKeys) -> None:
    """PATCH of an account's encryption."""
    w.update(c.resource, properties={"encryption": {"key_source": "Microsoft.CognitiveServices"}})


# Vaults


def create_vault(w: World, c: CreateVault) -> None:
    """PUT of a vault; over one that is there it would be a change, so that is looked up first."""
    must_be_new(w, c.vault, lambda: get_vault(w, c.vault))
    group, name, subscription = w.group(c.subscription, c.group), w.named(c.vault), w.subscription(c.subscription)
    tenant, local = w.clients.tenants.get(subscription, ""), w.target.cloud.local
    properties: dict[str, Any] = {
        "tenantId": tenant,
        "sku": {"family": "A", "name": "standard"},
        "accessPolicies": [] if local else [policy_of_caller(w, subscription)],
        "enableSoftDelete": c.soft_delete,
        "enableRbacAuthorization": c.permission_model == "rbac",
        **({"softDeleteRetentionInDays": HELD} if c.soft_delete and not local else {}),  # days that its name is held
        **({"enablePurgeProtection": True} if c.purge_protection else {}),  # Azure refuses to be asked for false
    }
    w.note("vault", name, c.subscription, group=group, location=w.location(c.region), held=c.purge_protection)
    parameters: Any = {"location": w.location(c.region), "properties": properties}
    vault = w.clients.vaults(subscription).vaults.begin_create_or_update(group, name, parameters).result()
    w.places[c.vault] = (c.subscription, group)
    w.uris[c.vault] = str(vault.properties.vault_uri)


def policy_of_caller(w: World, subscription: str) -> dict[str, Any]:
    """Return the access policy with which whoever signs in can use the keys of a new vault."""
    tenant = w.clients.tenants.get(subscription, "")
    return {"tenantId": tenant, "objectId": w.clients.caller(subscription), "permissions": {"keys": OF_THE_CALLER}}


def get_vault(w: World, vault: str) -> Any:
    """Return a vault; raises `HttpResponseError`."""
    vaults, group, name = w.vault_client(vault)
    return vaults.get(group, name)


def protect_vault(w: World, c: EnableSoftDelete | EnablePurgeProtection) -> None:
    """PATCH of a vault's protection."""
    vaults, group, name = w.vault_client(c.vault)
    protection = "enableSoftDelete" if isinstance(c, EnableSoftDelete) else "enablePurgeProtection"
    vaults.update(group, name, {"properties": {protection: True}})


def delete_vault(w: World, c: DeleteVault) -> None:
    """DELETE of a vault; of one that is not there it would be accepted, so that is looked up first."""
    get_vault(w, c.vault)
    vaults, group, name = w.vault_client(c.vault)
    vaults.delete(group, name)


def recover_vault(w: World, c: RecoverVault) -> None:
    """PUT of a vault with createMode recover, once it is found among the deleted ones."""
    vaults, group, name = w.vault_client(c.vault)
    deleted = vaults.get_deleted(name, vault_location(w, c.vault))
    tenant = w.clients.tenants.get(w.subscription(w.place(c.vault)[0]), "")
    properties = {"tenantId": tenant, "sku": {"family": "A", "name": "standard"}, "createMode": "recover"}
    parameters = {"location": deleted.properties.location, "properties": properties}
    vaults.begin_create_or_update(group, name, parameters).result()


def purge_vault(w: World, c: PurgeVault) -> None:
    """POST of purge, once the vault is found among the deleted ones."""
    vaults, _, name = w.vault_client(c.vault)
    vaults.get_deleted(name, vault_location(w, c.vault))
    vaults.begin_purge_deleted(name, vault_location(w, c.vault)).result()


def vault_location(w: World, vault: str) -> str:
    """Return the region of a vault that was seen."""
    return w.location(w.vaults.get(vault, {}).get("region", w.stage.regions[0]))


def set_access(w: World, c: GrantKeyAccess | RevokeKeyAccess) -> None:
    """PUT of accessPolicies/add or remove.  Without an identity there is nobody to name in it."""
    adds = isinstance(c, GrantKeyAccess)
    vaults, group, name = w.vault_client(c.vault)
    identity = w.account(c.resource).identity
    principal = str(identity.principal_id) if identity and identity.principal_id else None
    if principal is None:
        get_vault(w, c.vault)
        if adds:
            raise Refusal("identity.needed-for-access")
        if (principal := w.principals.get(c.resource)) is None:
            return
    tenant = w.clients.tenants.get(w.subscription(w.place(c.vault)[0]), "")
    policy = {"tenantId": tenant, "objectId": principal, "permissions": {"keys": PERMISSIONS}}
    vaults.update_access_policy(group, name, "add" if adds else "remove", {"properties": {"accessPolicies": [policy]}})


# Keys


def create_key(w: World, c: CreateKey) -> None:
    """POST of a key."""
    curve = CURVES.get(c.size, "P-256") if c.type == "EC" else None
    key = w.key_client(c.vault).create_key(c.key, c.type, size=None if curve else c.size, curve=curve)
    keep(w, c.vault, key, c.size)


def import_key(w: World, c: ImportKey) -> None:
    """PUT of a key that is made here."""
    keep(w, c.vault, w.key_client(c.vault).import_key(c.key, new_material(c.type, c.size)), c.size)


def keep(w: World, vault: str, key: KeyVaultKey, size: int = 0) -> None:
    """Remember the current version of a key, which an account has to name, and the size that was asked for."""
    kind, shown = material_of(key)
    w.versions[f"{vault}/{key.name}"] = str(key.properties.version)
    w.material[str(key.id)] = kind, shown or size


CURVES = {256: "P-256", 384: "P-384", 521: "P-521"}


def material_of(key: KeyVaultKey) -> tuple[str, int]:
    """Return the type and the size in bits of a version of a key; 0 of a symmetric one, which is not shown."""
    kind, web_key = str(getattr(key.key_type, "value", key.key_type)), vars(key.key)
    if kind.startswith("EC"):
        curve = str(getattr(web_key["crv"], "value", web_key["crv"]))
        return "EC", int(curve.removeprefix("P-").removesuffix("K"))
    return kind, 8 * len((web_key.get("n") or b"").lstrip(b"\0"))


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


def rotate_key(w: World, c: RotateKey) -> None:
    """POST of rotate."""
    keep(w, c.vault, w.key_client(c.vault).rotate_key(c.key))


def set_enabled(w: World, c: DisableKey | EnableKey) -> None:
    """PATCH of the current version of a key, and of those in use: Azure disables a version, never a key."""
    keys = w.key_client(c.vault)
    keys.update_key_properties(c.key, enabled=isinstance(c, EnableKey))
    for version in sorted(versions_in_use(w, c.vault, c.key) - {w.versions.get(f"{c.vault}/{c.key}", "")}):
        keys.update_key_properties(c.key, version, enabled=isinstance(c, EnableKey))


def versions_in_use(w: World, vault: str, key: str) -> set[str]:
    """Return the versions of a key that resources were seen to use."""
    sections = (account.properties.encryption for account in w.here.values() if account.properties)
    used = (section.key_vault_properties for section in sections if section and section.key_vault_properties)
    return {
        str(each.key_version) for each in used if (vault_at(w, str(each.key_vault_uri)), each.key_name) == (vault, key)
    }


def delete_key(w: World, c: DeleteKey) -> None:
    """DELETE of a key, until it shows among the deleted ones."""
    w.key_client(c.vault).begin_delete_key(c.key, _polling_interval=1).wait()


def recover_key(w: World, c: RecoverKey) -> None:
    """POST of recover, until the key shows."""
    w.key_client(c.vault).begin_recover_deleted_key(c.key, _polling_interval=1).wait()


def purge_key(w: World, c: PurgeKey) -> None:
    """DELETE of a deleted key."""
    w.key_client(c.vault).purge_deleted_key(c.key)


# Custom Translator


def create_workspace(w: World, c: CreateWorkspace) -> None:
    """POST of a workspace, which is then looked for: the body of the answer is not documented."""
    studio = w.studio(c.resource)
    if c.workspace in w.workspaces and any(each["Name"] == c.workspace for each in workspaces_of(studio)):
        raise Refusal("environment.new-name")
    request = {"SubscriptionKey": studio.key, "BillingRegionCode": studio.billing_region()}
    studio.ask("POST", "/workspaces", json={"Name": c.workspace, "Subscription": request})
    made = wait_for(
        w, lambda: next((e for e in workspaces_of(studio) if e["Name"] == c.workspace), None), "the workspace"
    )
    w.workspaces[c.workspace] = (c.resource, str(made["Id"]))


def workspaces_of(studio: Studio) -> list[Any]:
    """Return the workspaces of a resource."""
    found: list[Any] = studio.ask("GET", "/workspaces")["Workspaces"]
    return found


def studio_of(w: World, workspace: str) -> tuple[Studio, str]:
    """Return Custom Translator for a workspace, and the id of it; raises `Refusal` where this world has no such."""
    if workspace not in w.workspaces:
        raise Refusal("environment.exists")
    resource, guid = w.workspaces[workspace]
    return w.studio(resource), guid


def documents_of(studio: Studio, guid: str) -> list[Any]:
    """Return the documents of a workspace; raises `HttpResponseError` where its data can't be read."""
    return list(studio.pages("/documents", "PaginatedDocuments/Documents", workspaceId=guid, limit=100))


def upload_document(w: World, c: UploadDocument) -> None:
    """POST of a pair of files, until the document shows."""
    studio, guid = studio_of(w, c.workspace)
    names = {code: f"{c.document}_{code}.txt" for code in ("en", "de")}
    details = [{"Name": name, "LanguageCode": code, "OverwriteIfExists": False} for code, name in names.items()]
    details_of_all = [{"DocumentName": c.document, "DocumentType": "training", "FileDetails": details}]
    files = [("Files", (name, f"A sentence in {code}.\n" * 20, "text/plain")) for code, name in names.items()]
    form = {"DocumentDetails": json.dumps(details_of_all)}
    studio.ask("POST", "/documents/import", params={"workspaceId": guid}, data=form, files=files)
    wait_for(w, lambda: any(each["Name"] == c.document for each in documents_of(studio, guid)), "the document")


def project_of(w: World, workspace: str) -> str:
    """Return the project of a workspace, which is made unless it is there."""
    studio, guid = studio_of(w, workspace)
    if workspace not in w.projects:
        pairs = studio.ask("GET", "/languages/supportedlanguagepairs")
        codes = {
            tuple(each[side]["LanguageCode"] for side in ("SourceLanguage", "TargetLanguage")): each for each in pairs
        }
        project = {"Name": workspace, "LanguagePairId": codes["en", "de"]["Id"], "CategoryId": 1}
        studio.ask("POST", "/projects", params={"workspaceId": guid}, json=project)
        found = studio.pages("/projects", "Projects", workspaceId=guid)
        w.projects[workspace] = next(str(each["Id"]) for each in found if each["Name"] == workspace)
    return w.projects[workspace]


def models_of(studio: Studio, project: str) -> list[Any]:
    """Return the models of a project."""
    return list(studio.pages(f"/projects/{project}/models", "Models"))


def train_model(w: World, c: TrainModel) -> None:
    """POST of a model on all documents of the workspace that were seen last, until it is trained."""
    studio, _ = studio_of(w, c.workspace)
    documents, project = w.documents.get(c.workspace, []), project_of(w, c.workspace)
    request = {"Name": c.model, "ProjectId": project, "DocumentIds": documents, "IsAutoTrain": True}
    studio.ask("POST", "/models", json=request | {"IsTuningAuto": True, "IsTestingAuto": True, "IsAutoDeploy": False})
    done = wait_for(
        w,
        lambda: next((e for e in models_of(studio, project) if e["Name"] == c.model and is_trained(e)), None),
        "the model",
    )
    w.models[c.model] = (c.workspace, int(done["Id"]), str(done.get("ModelIdentifier") or ""))


def is_trained(model: Any) -> bool:
    """Return whether the training of a model is over: it has an end, or never had a beginning."""
    return bool(model.get("CompletionDate")) or "StartDate" not in model


def model_of(w: World, model: str) -> tuple[Studio, int]:
    """Return Custom Translator for a model, and the id of it; raises `Refusal` where this world has no such."""
    if model not in w.models:
        raise Refusal("environment.exists")
    workspace, number, _ = w.models[model]
    return studio_of(w, workspace)[0], number


def set_deployed(w: World, c: DeployModel | UndeployModel) -> None:
    """POST of deployment in every region that is offered, until it shows."""
    studio, number = model_of(w, c.model)
    wanted = isinstance(c, DeployModel)
    regions = [{"Region": each["Id"], "IsDeployed": wanted} for each in studio.ask("GET", "/regions")[:1]]
    studio.ask("POST", f"/models/{number}/deployment", json=regions)
    found = wait_for(w, lambda: shown_as(studio.ask("GET", f"/models/{number}"), wanted), "the deployment")
    workspace, _, category = w.models[c.model]
    w.models[c.model] = (workspace, number, str(found.get("ModelIdentifier") or category))


def shown_as(model: Any, deployed: bool) -> Any:
    """Return the model if it shows so, otherwise None."""
    return model if is_deployed(model) == deployed else None


def is_deployed(model: Any) -> bool:
    """Return whether a model is deployed in any region."""
    return any(each["IsDeployed"] for each in model.get("ModelRegionStatuses") or ())


def translate_with_model(w: World, c: TranslateWithModel) -> None:
    """POST of a translation with the category of a model, without fallback."""
    studio, number = model_of(w, c.model)
    studio.translate(w.models[c.model][2] or str(number))


def read_data(w: World, c: ReadData) -> None:
    """GET of the documents of a workspace."""
    documents_of(*studio_of(w, c.workspace))


def wait_for(w: World, look: Callable[[], Any], what: str) -> Any:
    """Return what a look finds, once it finds something; raises `NotLearned` where it does not come about."""
    patience = LOCAL_PATIENCE if w.target.cloud.local else PATIENCE
    until = monotonic() + patience
    while not (found := look()):
        if monotonic() > until:
            raise NotLearned(f"{what} did not show within {patience} seconds")
        sleep(POLL)
    return found


CALLS: Mapping[type[Command], Callable[[World, Any], None]] = {
    CreateResource: create_resource,
    DeleteResource: delete_resource,
    MoveResource: move_resource,
    MoveResourceGroup: move_resource_group,
    MoveSubscription: move_subscription,
    EnableIdentity: set_identity,
    DisableIdentity: set_identity,
    EnableCustomerManagedKeys: enable_customer_managed_keys,
    ReturnToMicrosoftManagedKeys: return_to_microsoft_managed_keys,
    CreateVault: create_vault,
    EnableSoftDelete: protect_vault,
    EnablePurgeProtection: protect_vault,
    DeleteVault: delete_vault,
    RecoverVault: recover_vault,
    PurgeVault: purge_vault,
    GrantKeyAccess: set_access,
    RevokeKeyAccess: set_access,
    CreateKey: create_key,
    ImportKey: import_key,
    RotateKey: rotate_key,
    DisableKey: set_enabled,
    EnableKey: set_enabled,
    DeleteKey: delete_key,
    RecoverKey: recover_key,
    PurgeKey: purge_key,
    CreateWorkspace: create_workspace,
    UploadDocument: upload_document,
    TrainModel: train_model,
    DeployModel: set_deployed,
    UndeployModel: set_deployed,
    TranslateWithModel: translate_with_model,
    ReadData: read_data,
}
"""The calls of each command.  The end of a vault's retention has none."""


# Observation


def observe(w: World) -> Observation:
    """Return everything that the API shows of this world."""
    seen: Observation = {kind.word: {} for kind, *_ in SEEN}
    seen["subscription"] = {
        name: {"tenant": w.tenant(w.clients.tenants.get(w.subscription(name)))} for name in w.stage.subscriptions
    }
    vaults = dict(see_vaults(w, seen))
    see_resources(w, seen)
    see_access(w, seen, vaults)
    for name in vaults:
        see_keys(w, name, seen)
    for resource in {home for home, _ in w.workspaces.values()} & w.here.keys():
        see_workspaces(w, resource, seen)
    return seen


def see_resources(w: World, seen: Observation) -> None:
    """Look at the accounts in every resource group of this world."""
    w.here = {}
    for subscription, group in list(w.groups):
        accounts = w.clients.accounts(w.subscription(subscription)).accounts
        for account in present(lambda: accounts.list_by_resource_group(group)):  # noqa: B023  # it is called at once
            name = w.plain(str(account.name))
            w.places[name] = (subscription, group)
            encryption = account.properties.encryption
            identity = account.identity
            on = bool(identity and "SystemAssigned" in str(getattr(identity.type, "value", identity.type)))
            if on and identity.principal_id:
                w.principals[name] = str(identity.principal_id)
            w.here[name] = account
            fields: dict[str, Any] = {
                "kind": next((kind for kind, its in KINDS.items() if its == account.kind), "another"),
                "location": w.region(str(account.location)),
                "subscription": subscription,
                "group": group.removeprefix(f"{w.target.prefix}-"),
                "key_source": key_source(encryption),
                "identity": on,
                "registered": bool(identity and identity.principal_id),
            }
            used = encryption.key_vault_properties if encryption else None
            if used and used.key_name:
                fields["key"] = f"{vault_at(w, str(used.key_vault_uri))}/{used.key_name}"
            seen["resource"][name] = fields


def key_source(encryption: Any) -> str:
    """Return the key source that an account shows; without the section it is Microsoft's."""
    source = getattr(encryption, "key_source", None)
    return CUSTOMER if str(getattr(source, "value", source)) == "Microsoft.KeyVault" else MICROSOFT


def vault_at(w: World, uri: str) -> str:
    """Return the vault with this URL."""
    return w.plain((urlsplit(uri).hostname or uri).partition(".")[0])


def see_vaults(w: World, seen: Observation) -> Iterator[tuple[str, Any]]:
    """Look at the vaults in every resource group of this world, and at the deleted ones if one is missing."""
    for subscription, group in list(w.groups):
        vaults = w.clients.vaults(w.subscription(subscription)).vaults
        for vault in present(lambda: vaults.list_by_resource_group(group)):  # noqa: B023  # it is called at once
            name, properties = w.plain(str(vault.name)), vault.properties
            w.places[name] = (subscription, group)
            w.uris[name] = str(properties.vault_uri)
            seen["vault"][name] = w.vaults[name] = {
                "state": "active",
                "region": w.region(str(vault.location)),
                "subscription": subscription,
                "group": group.removeprefix(f"{w.target.prefix}-"),
                "soft_delete": bool(properties.enable_soft_delete),
                "purge_protection": bool(properties.enable_purge_protection),
                "permission_model": "rbac" if properties.enable_rbac_authorization else "access-policies",
            }
            yield name, vault
    missing = w.vaults.keys() - seen["vault"].keys()
    for subscription in {w.places[name][0] for name in missing}:
        for vault in w.clients.vaults(w.subscription(subscription)).vaults.list_deleted():
            name = w.plain(str(vault.name))
            if name in missing:
                # the list leaves out how permissions are given, which is as it was
                seen["vault"][name] = w.vaults[name] | {"state": "deleted", "soft_delete": True}
                seen["vault"][name]["purge_protection"] = bool(
                    vault.properties and vault.properties.purge_protection_enabled
                )


def see_access(w: World, seen: Observation, vaults: Mapping[str, Any]) -> None:
    """Read who has access from the access policies: only identities that there are."""
    principals = {
        str(account.identity.principal_id): name
        for name, account in w.here.items()
        if account.identity and account.identity.principal_id
    }
    for name, vault in vaults.items():
        for policy in vault.properties.access_policies or ():
            resource = principals.get(str(policy.object_id))
            can = {str(getattr(each, "value", each)).lower() for each in policy.permissions.keys_property or ()}
            if resource and can >= {each.lower() for each in PERMISSIONS}:
                seen["grant"][f"{name}/{resource}"] = {"vault": name, "resource": resource}


def see_keys(w: World, vault: str, seen: Observation) -> None:
    """Look at the keys of a vault with all versions, and at the deleted ones if one is missing."""
    keys = w.key_client(vault)
    for each in keys.list_properties_of_keys():
        name = f"{vault}/{each.name}"
        versions = sorted(keys.list_properties_of_key_versions(str(each.name)), key=lambda v: v.created_on or 0)
        current = next((v for v in versions if v.version == w.versions.get(name)), versions[-1])
        if str(current.id) not in w.material:
            keep(w, vault, keys.get_key(str(each.name)))
        kind, size = w.material[str(current.id)]
        fields = {"type": kind, "size": size, "version": len(versions), "enabled": bool(current.enabled)}
        seen["key"][name] = w.keys[name] = {"state": "active", **fields}
    missing = {name for name in w.keys if name.startswith(f"{vault}/")} - seen["key"].keys()
    if missing:
        for deleted in keys.list_deleted_keys():
            name = f"{vault}/{deleted.name}"
            if name in missing:
                # of a deleted key only the current version is shown; the number of versions is as it was
                seen["key"][name] = w.keys[name] | {"state": "deleted", "enabled": bool(deleted.properties.enabled)}


def see_workspaces(w: World, resource: str, seen: Observation) -> None:
    """Look at the workspaces of a resource that this world has made, and at their documents and models."""
    studio = w.studio(resource)
    for shown in workspaces_of(studio):
        name, subscription = str(shown["Name"]), shown["Subscription"]
        if name in w.workspaces:
            source = CUSTOMER if subscription["IsCMKEnabled"] else MICROSOFT
            seen["workspace"][name] = {"resource": w.plain(str(subscription["Name"])), "key_source": source}
            see_data(w, studio, name, seen)


def see_data(w: World, studio: Studio, workspace: str, seen: Observation) -> None:
    """Look at the documents and models of a workspace.

    While its data can't be read, whether a document is deleted can't be told from its being inaccessible: none shows.
    """
    try:
        documents, readable = documents_of(studio, w.workspaces[workspace][1]), True
    except HttpResponseError as error:
        refusal_of(error)
        documents, readable = [], False
    seen["workspace"][workspace]["readable"] = readable
    seen["document"] |= {str(each["Name"]): {"workspace": workspace} for each in documents}
    w.documents[workspace] = [int(each["Id"]) for each in documents]
    for model in models_of(studio, w.projects[workspace]) if workspace in w.projects else ():
        if is_trained(model):
            state = "deployed" if is_deployed(model) else "undeployed"
            seen["model"][str(model["Name"])] = {"workspace": workspace, "state": state}


def present(read: Callable[[], Iterator[Any]]) -> list[Any]:
    """Return what a list has; nothing where the resource group is gone."""
    try:
        return list(read())
    except ResourceNotFoundError:
        return []


class AzureSystem:
    """Azure, or what speaks its API, as a system."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.connections = Connections(target.cloud.local)
        self.world = World(target, self.connections, DEFAULT_STAGE)
        self.declaration = self.declared()

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
        """Return whether all effects have come about: on this machine they have."""
        return self.target.cloud.local


def carried_out(w: World, command: Command, calls: Callable[[World, Any], None]) -> Outcome:
    """Return the outcome of the calls of a command."""
    try:
        calls(w, command)
    except Refusal as refusal:
        return Refused(frozenset({refusal.because}))
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
