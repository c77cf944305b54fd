"""Plans in the full shape that Terraform writes, from a line a resource.

plan = TerraformPlan()
plan.vault("v", policies=[ACCOUNT])
plan.update(plan.vault("v"), policies=[])
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg"
TENANT = "00000000-0000-0000-0000-00000000aaaa"
PRINCIPAL = "11111111-1111-1111-1111-111111111111"
OTHER = "22222222-2222-2222-2222-222222222222"
PERMISSIONS = ["Get", "WrapKey", "UnwrapKey"]

UNKNOWN = object()
"""A value that is known only after the change is applied."""

Values = dict[str, Any]


def account_id(name: str = "translator-prod") -> str:
    return f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/{name}"


def vault_id(name: str = "kv-apps") -> str:
    return f"{GROUP}/providers/Microsoft.KeyVault/vaults/{name}"


def key_id(vault: str = "kv-apps", key: str = "cmk", version: str = "v1") -> str:
    return f"https://{vault}.vault.azure.net/keys/{key}/{version}"


# What a resource is: its attributes as azurerm has them


def account(name: str = "translator-prod", **values: Any) -> Values:
    """Return an account of kind TextTranslation with an identity; `key` puts one in use."""
    key = values.pop("key", None)
    principal = values.pop("principal", PRINCIPAL)
    block = {"key_vault_key_id": key, "identity_client_id": None}
    identity = {
        "type": "SystemAssigned",
        "identity_ids": None,
        "principal_id": principal,
        "tenant_id": TENANT,
    }
    return {
        "id": account_id(name),
        "name": name,
        "location": "westeurope",
        "resource_group_name": "rg",
        "kind": "TextTranslation",
        "sku_name": "S1",
        "custom_subdomain_name": name,
        "endpoint": f"https://{name}.cognitiveservices.azure.com/",
        "primary_access_key": "SECRET-OF-THE-ACCOUNT",
        "public_network_access_enabled": True,
        "identity": [identity] if principal else [],
        "customer_managed_key": [block] if key else [],
        "tags": {},
        **values,
    }


def policy_entry(object_id: Any = PRINCIPAL, permissions: Any = None) -> Values:
    """Return an entry of the list in a vault."""
    return {
        "object_id": object_id,
        "tenant_id": TENANT,
        "application_id": "",
        "key_permissions": list(PERMISSIONS if permissions is None else permissions),
        "secret_permissions": [],
        "certificate_permissions": [],
        "storage_permissions": [],
    }


def vault(name: str = "kv-apps", **values: Any) -> Values:
    """Return a vault with purge protection; `policies` is its list of access policies."""
    return {
        "id": vault_id(name),
        "name": name,
        "location": "westeurope",
        "resource_group_name": "rg",
        "tenant_id": TENANT,
        "sku_name": "standard",
        "vault_uri": f"https://{name}.vault.azure.net/",
        "access_policy": values.pop("policies", []),
        "rbac_authorization_enabled": False,
        "purge_protection_enabled": True,
        "soft_delete_retention_days": 90,
        "tags": {},
        **values,
    }


def policy(object_id: Any = PRINCIPAL, name: str = "kv-apps", **values: Any) -> Values:
    """Return an access policy as a resource of its own."""
    return {
        "id": f"{vault_id(name)}/objectId/{object_id}",
        "key_vault_id": vault_id(name),
        "tenant_id": TENANT,
        "object_id": object_id,
        "application_id": "",
        "key_permissions": list(PERMISSIONS),
        "secret_permissions": [],
        **values,
    }


def key(name: str = "cmk", in_vault: str = "kv-apps", **values: Any) -> Values:
    """Return an RSA key of 2048 bits."""
    return {
        "id": key_id(in_vault, name),
        "versionless_id": f"https://{in_vault}.vault.azure.net/keys/{name}",
        "version": "v1",
        "name": name,
        "key_vault_id": vault_id(in_vault),
        "key_type": "RSA",
        "key_size": 2048,
        "key_opts": ["wrapKey", "unwrapKey"],
        "expiration_date": None,
        "tags": {},
        **values,
    }


def cmk(account_name: str = "translator-prod", **values: Any) -> Values:
    """Return the resource that puts a key in use for an account."""
    return {
        "id": account_id(account_name),
        "cognitive_account_id": account_id(account_name),
        "key_vault_key_id": key_id(),
        "identity_client_id": None,
        **values,
    }


def role(principal: Any = PRINCIPAL, scope: Any = None, **values: Any) -> Values:
    """Return the assignment of the role that may wrap and unwrap with keys."""
    return {
        "id": f"{vault_id()}/providers/Microsoft.Authorization/roleAssignments/r1",
        "scope": vault_id() if scope is None else scope,
        "role_definition_name": "Key Vault Crypto Service Encryption User",
        "principal_id": principal,
        "principal_type": "ServicePrincipal",
        **values,
    }


# The plan


class TerraformPlan:
    """The JSON of one plan, built a line a resource."""

    def __init__(self, **top: Any) -> None:
        self.changes: list[Values] = []
        self.configured: dict[str, list[Values]] = {"": []}
        self.state: list[Values] = []
        self.drift: list[Values] = []
        self.features: Values = {}
        self.top = top

    def keep(self, address: str, values: Values, **options: Any) -> None:
        """Add a resource that stays as it is."""
        self.change(address, ["no-op"], values, values, **options)

    def create(self, address: str, values: Values, **options: Any) -> None:
        """Add a resource that is made."""
        self.change(address, ["create"], None, values, **options)

    def update(self, address: str, before: Values, after: Values, **options: Any) -> None:
        """Add a resource that is changed in place."""
        self.change(address, ["update"], before, after, **options)

    def delete(self, address: str, values: Values, **options: Any) -> None:
        """Add a resource that is destroyed."""
        self.change(address, ["delete"], values, None, **options)

    def replace(self, address: str, before: Values, after: Values, **options: Any) -> None:
        """Add a resource that is destroyed and then made again."""
        self.change(address, ["delete", "create"], before, after, **options)

    def change(
        self,
        address: str,
        actions: list[str],
        before: Values | None,
        after: Values | None,
        refers: Mapping[str, str] | None = None,
        depends: tuple[str, ...] = (),
        masked: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> None:
        """Add a resource; `refers` has by attribute what its expression refers to."""
        module, own = split(address)
        kind, name = own.partition("[")[0].removeprefix("data.").split(".")
        known, unknown = without_unknown(after)
        entry = {
            "address": address,
            "mode": "data" if own.startswith("data.") else "managed",
            "type": kind,
            "name": name,
            "provider_name": f"registry.terraform.io/hashicorp/{kind.partition('_')[0]}",
            "change": {
                "actions": actions,
                "before": before,
                "after": known,
                "after_unknown": unknown,
                "before_sensitive": masked or {},
                "after_sensitive": masked or {},
            },
            **more,
        }
        if module:
            entry["module_address"] = module
        self.changes.append(entry)
        if before is not None:
            self.state.append(self._in_state(entry, before, depends))
        if after is not None:
            self._configure(module, own, kind, name, refers or {}, depends)

    def drifted(self, address: str, before: Values | None, after: Values | None) -> None:
        """Add what was changed outside before this plan."""
        actions = ["delete"] if after is None else ["update"]
        change = {"actions": actions, "before": before, "after": after, "after_unknown": {}}
        kind, name = address.split(".")
        self.drift.append(
            {"address": address, "mode": "managed", "type": kind, "name": name, "change": change}
        )

    def _in_state(self, entry: Values, before: Values, depends: tuple[str, ...]) -> Values:
        return {
            "address": entry["address"],
            "mode": entry["mode"],
            "type": entry["type"],
            "name": entry["name"],
            "provider_name": entry["provider_name"],
            "schema_version": 0,
            "values": before,
            "sensitive_values": {},
            "depends_on": list(depends),
        }

    def _configure(
        self,
        module: str,
        own: str,
        kind: str,
        name: str,
        refers: Mapping[str, str],
        depends: tuple[str, ...],
    ) -> None:
        expressions: Values = {}
        for path, reference in refers.items():
            inner: Any = {"references": forms_of(reference)}
            first, *rest = path.split(".")
            for step in reversed(rest):
                inner = [{step: inner}]
            expressions[first] = inner
        resource = {
            "address": own.partition("[")[0],
            "mode": "managed",
            "type": kind,
            "name": name,
            "provider_config_key": kind.partition("_")[0],
            "schema_version": 0,
            "expressions": expressions,
        }
        if depends:
            resource["depends_on"] = list(depends)
        # the instances of a module are configured once
        resources = self.configured.setdefault(module.partition("[")[0], [])
        others = [
            each for each in resources if not module or each["address"] != resource["address"]
        ]
        resources[:] = [*others, resource]

    def as_dict(self) -> Values:
        """Return the plan as `terraform show -json` writes it."""
        root: Values = {"resources": self.configured[""]}
        for module, resources in self.configured.items():
            if module:
                calls = root.setdefault("module_calls", {})
                calls[module.removeprefix("module.")] = {
                    "source": f"./{module}",
                    "module": {"resources": resources},
                }
        features = {
            block: [{name: {"constant_value": value} for name, value in settings.items()}]
            for block, settings in self.features.items()
        }
        provider = {
            "name": "azurerm",
            "full_name": "registry.terraform.io/hashicorp/azurerm",
            "expressions": {"features": [features]},
        }
        plan = {
            "format_version": "1.2",
            "terraform_version": "1.13.4",
            "planned_values": {"root_module": {}},
            "resource_drift": self.drift,
            "resource_changes": self.changes,
            "prior_state": {
                "format_version": "1.0",
                "terraform_version": "1.13.4",
                "values": {"root_module": {"resources": self.state}},
            },
            "configuration": {"provider_config": {"azurerm": provider}, "root_module": root},
            "timestamp": "2026-11-29T12:00:00Z",
            "applyable": True,
            "complete": True,
            "errored": False,
            **self.top,
        }
        return {name: value for name, value in plan.items() if value != []}

    def as_json(self) -> bytes:
        return json.dumps(self.as_dict()).encode()


def split(address: str) -> tuple[str, str]:
    """Return the module of an address, and the address in it."""
    if not address.startswith("module."):
        return "", address
    _, module, own = address.split(".", 2)
    return f"module.{module}", own


def without_unknown(values: Any) -> tuple[Any, Any]:
    """Return the known part of values, and the shape in which true stands for what is unknown."""
    if values is UNKNOWN:
        return None, True
    if isinstance(values, dict):
        known = {}
        unknown = {}
        for name, value in values.items():
            if value is UNKNOWN:
                unknown[name] = True
                continue
            known[name], its_unknown = without_unknown(value)
            if its_unknown:
                unknown[name] = its_unknown
        return known, unknown
    if isinstance(values, list):
        pairs = [without_unknown(value) for value in values]
        shape = [unknown or {} for _, unknown in pairs]
        return [known for known, _ in pairs], shape
    return values, False


def forms_of(reference: str) -> list[str]:
    """Return a reference with its shorter forms, as Terraform lists them."""
    forms = [reference]
    words = reference.split(".")
    shortest = 3 if words[0] == "data" else 2
    if words[0] in ("var", "local", "each"):
        return forms
    while len(words) > shortest:
        words.pop()
        forms.append(".".join(words))
    return forms


# What-if


def what_if(*changes: Values, potential: Sequence[Values] | None = None) -> Values:
    """Return a result of what-if as the CLI prints it."""
    return {
        "changes": list(changes),
        "diagnostics": None,
        "error": None,
        "potentialChanges": potential,
        "status": "Succeeded",
    }


def arm_change(change_type: str, before: Values | None, after: Values | None) -> Values:
    """Return one change of a result of what-if."""
    body = before or after or {}
    return {
        "after": after,
        "before": before,
        "changeType": change_type,
        "delta": None,
        "resourceId": body["id"],
        "unsupportedReason": None,
    }


def arm_account(name: str = "translator-prod", key: str | None = None, **values: Any) -> Values:
    """Return an account as Azure Resource Manager has it."""
    properties: Values = {"customSubDomainName": name}
    if key:
        properties["encryption"] = {
            "keySource": "Microsoft.KeyVault",
            "keyVaultProperties": {
                "keyName": key,
                "keyVersion": "v1",
                "keyVaultUri": "https://kv-apps.vault.azure.net/",
            },
        }
    return {
        "id": account_id(name),
        "name": name,
        "type": "Microsoft.CognitiveServices/accounts",
        "apiVersion": "2025-06-01",
        "location": "westeurope",
        "kind": "TextTranslation",
        "sku": {"name": "S1"},
        "identity": {"type": "SystemAssigned", "principalId": PRINCIPAL, "tenantId": TENANT},
        "properties": properties,
        **values,
    }


def arm_vault(name: str = "kv-apps", policies: Any = (), **properties: Any) -> Values:
    """Return a vault as Azure Resource Manager has it; `policies` are object ids."""
    entries = [
        {
            "objectId": object_id,
            "tenantId": TENANT,
            "permissions": {"keys": ["get", "wrapKey", "unwrapKey"]},
        }
        for object_id in policies
    ]
    return {
        "id": vault_id(name),
        "name": name,
        "type": "Microsoft.KeyVault/vaults",
        "apiVersion": "2024-11-01",
        "location": "westeurope",
        "properties": {
            "accessPolicies": entries,
            "enablePurgeProtection": True,
            "enableRbacAuthorization": False,
            "tenantId": TENANT,
            "vaultUri": f"https://{name}.vault.azure.net/",
            **properties,
        },
    }
