"""For each command the calls to Azure that do it, as adapters to a real subscription make them.

From the published REST specifications of Microsoft.CognitiveServices, Microsoft.KeyVault and Microsoft.Resources, the
Key Vault data plane, and Microsoft's samples for Custom Translator.
"""

from collections.abc import Mapping

ARM = "https://management.azure.com"
GROUP = "/subscriptions/{subscription}/resourceGroups/{group}"
ACCOUNT = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/{{resource}}"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/{{vault}}"
DELETED_VAULT = "/subscriptions/{subscription}/providers/Microsoft.KeyVault/locations/{region}/deletedVaults/{vault}"
KEYS = "https://{vault}.vault.azure.net"
TRANSLATOR = "https://{resource}.cognitiveservices.azure.com/translator/customtranslator/api/texttranslator/v1.0"

CALLS: Mapping[str, tuple[str, ...]] = {
    "CreateResource": (
        f"PUT {ARM}{ACCOUNT}",
        '{"kind": "TextTranslation" for Translator, "location": ..., "sku": {"name": tier},',
        ' "properties": {"encryption": {"keySource": "Microsoft.KeyVault", ...}} where keys is customer-managed}',
    ),
    "DeleteResource": (f"DELETE {ARM}{ACCOUNT}",),
    "MoveResource": (
        f"POST {ARM}/subscriptions/.../resourceGroups/.../moveResources",
        '{"resources": [id of the account], "targetResourceGroup": id of the group in the subscription}',
    ),
    "MoveResourceGroup": (
        f"POST {ARM}/subscriptions/{{subscription}}/resourceGroups/{{group}}/moveResources",
        '{"resources": [ids of all that it holds], "targetResourceGroup": id of the group in the subscription {to}}',
    ),
    "MoveSubscription": ("Subscriptions, Change directory in the portal: there is no call that anybody may make",),
    "EnableIdentity": (f"PATCH {ARM}{ACCOUNT}", '{"identity": {"type": "SystemAssigned"}}'),
    "DisableIdentity": (f"PATCH {ARM}{ACCOUNT}", '{"identity": {"type": "None"}}'),
    "EnableCustomerManagedKeys": (
        f"PATCH {ARM}{ACCOUNT}",
        '{"properties": {"encryption": {"keySource": "Microsoft.KeyVault", "keyVaultProperties":',
        ' {"keyName": key, "keyVersion": ..., "keyVaultUri": "https://{vault}.vault.azure.net"}}}}',
    ),
    "ReturnToMicrosoftManagedKeys": (
        f"PATCH {ARM}{ACCOUNT}",
        '{"properties": {"encryption": {"keySource": "Microsoft.CognitiveServices"}}}',
    ),
    "CreateVault": (
        f"PUT {ARM}{VAULT}",
        '{"location": region, "properties": {"tenantId": ..., "sku": {"family": "A", "name": "standard"},',
        ' "enableSoftDelete": soft_delete, "enablePurgeProtection": true or left out, "accessPolicies": [],',
        ' "enableRbacAuthorization": permission_model is rbac}}',
    ),
    "EnableSoftDelete": (f"PATCH {ARM}{VAULT}", '{"properties": {"enableSoftDelete": true}}'),
    "EnablePurgeProtection": (f"PATCH {ARM}{VAULT}", '{"properties": {"enablePurgeProtection": true}}'),
    "DeleteVault": (f"DELETE {ARM}{VAULT}",),
    "RecoverVault": (f"PUT {ARM}{VAULT}", '{"location": region, "properties": {"createMode": "recover", ...}}'),
    "PurgeVault": (f"POST {ARM}{DELETED_VAULT}/purge",),
    "EndVaultRetention": ("Wait for 7 to 90 days; without the capability clock nobody asks for it",),
    "GrantKeyAccess": (
        f"PUT {ARM}{VAULT}/accessPolicies/add",
        '{"properties": {"accessPolicies": [{"tenantId": ..., "objectId": identity.principalId of the resource,',
        ' "permissions": {"keys": ["get", "wrapKey", "unwrapKey"]}}]}}',
    ),
    "RevokeKeyAccess": (f"PUT {ARM}{VAULT}/accessPolicies/remove", "the same body as for add"),
    "CreateKey": (f"POST {KEYS}/keys/{{key}}/create", '{"kty": type, "key_size": size, or "crv" for EC}'),
    "ImportKey": (f"PUT {KEYS}/keys/{{key}}", '{"key": the key as a JSON Web Key}'),
    "RotateKey": (f"POST {KEYS}/keys/{{key}}/rotate",),
    "DisableKey": (f"PATCH {KEYS}/keys/{{key}}/{{version}}", '{"attributes": {"enabled": false}}'),
    "EnableKey": (f"PATCH {KEYS}/keys/{{key}}/{{version}}", '{"attributes": {"enabled": true}}'),
    "DeleteKey": (f"DELETE {KEYS}/keys/{{key}}",),
    "RecoverKey": (f"POST {KEYS}/deletedkeys/{{key}}/recover",),
    "PurgeKey": (f"DELETE {KEYS}/deletedkeys/{{key}}",),
    "CreateWorkspace": (
        f"POST {TRANSLATOR}/workspaces",
        '{"Name": workspace, "Subscription": {"SubscriptionKey": ..., "BillingRegionCode": ...}}',
    ),
    "UploadDocument": (f"POST {TRANSLATOR}/documents/import?workspaceId=...", "a multipart form with the files"),
    "TrainModel": (f"POST {TRANSLATOR}/models", f"then POST {TRANSLATOR}/models/{{id}}/train; it takes hours"),
    "DeployModel": (f"POST {TRANSLATOR}/models/{{id}}/deployment", '[{"Region": 1, "IsDeployed": true}]'),
    "UndeployModel": (f"POST {TRANSLATOR}/models/{{id}}/deployment", '[{"Region": 1, "IsDeployed": false}]'),
    "TranslateWithModel": (
        "POST https://api.cognitive.microsofttranslator.com/translate?api-version=3.0&to=de&category=...",
        "with allowFallback=false: otherwise the general model answers",
    ),
    "ReadData": (f"GET {TRANSLATOR}/documents?workspaceId=...",),
}
