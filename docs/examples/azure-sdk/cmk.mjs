// Enables customer-managed keys for a Translator resource with Microsoft's libraries for Node, then revokes access.
//
// Run it as `node cmk.mjs SUBSCRIPTION GROUP REGION SUFFIX` after `npm ci`, signed in in any way that
// DefaultAzureCredential knows.  It creates a resource, a key vault and a key, leaves them behind, and prints a line of
// JSON for each step.
import { CognitiveServicesManagementClient } from "@azure/arm-cognitiveservices";
import { KeyVaultManagementClient } from "@azure/arm-keyvault";
import { ResourceManagementClient } from "@azure/arm-resources";
import { DefaultAzureCredential } from "@azure/identity";
import { KeyClient } from "@azure/keyvault-keys";

const [subscription, group, region, suffix] = process.argv.slice(2);
if (!suffix) {
  console.error("usage: node cmk.mjs SUBSCRIPTION GROUP REGION SUFFIX");
  process.exit(2);
}

const show = (step, found = {}) => console.log(JSON.stringify({ step, ...found }));
const credential = new DefaultAzureCredential();
const { accounts } = new CognitiveServicesManagementClient(credential, subscription);
const { vaults } = new KeyVaultManagementClient(credential, subscription);
const { resourceGroups } = new ResourceManagementClient(credential, subscription);
const translator = `translator-${suffix}`;
const vault = `kv-${suffix}`;

await resourceGroups.createOrUpdate(group, { location: region });
const created = await accounts.beginCreateAndWait(group, translator, {
  kind: "TextTranslation",
  sku: { name: "S1" },
  location: region,
  properties: { customSubDomainName: translator },
});
show("created", { keySource: created.properties.encryption?.keySource ?? null });

const { identity } = await accounts.beginUpdateAndWait(group, translator, { identity: { type: "SystemAssigned" } });
show("identity", { type: identity.type });

const { properties: made } = await vaults.createOrUpdate(group, vault, {
  location: region,
  properties: {
    tenantId: identity.tenantId,
    sku: { family: "A", name: "standard" },
    accessPolicies: [],
    enableRbacAuthorization: false,
    enablePurgeProtection: true,
  },
});
show("vault", { softDelete: made.enableSoftDelete, purgeProtection: made.enablePurgeProtection });

const key = await new KeyClient(made.vaultUri, credential).createRsaKey("cmk", { keySize: 2048 });
show("key", { type: key.keyType, enabled: key.properties.enabled });

const wish = {
  properties: {
    encryption: {
      keySource: "Microsoft.KeyVault",
      keyVaultProperties: { keyName: key.name, keyVersion: key.properties.version, keyVaultUri: made.vaultUri },
    },
  },
};
try {
  await accounts.beginUpdateAndWait(group, translator, wish);
  show("without access", { refused: false });
} catch (refusal) {
  show("without access", { refused: true, status: refusal.statusCode });
}

const policy = {
  properties: {
    accessPolicies: [
      {
        tenantId: identity.tenantId,
        objectId: identity.principalId,
        permissions: { keys: ["get", "wrapKey", "unwrapKey"] },
      },
    ],
  },
};
await vaults.updateAccessPolicy(group, vault, "add", policy);
const { properties: enabled } = await accounts.beginUpdateAndWait(group, translator, wish);
show("enabled", { keySource: enabled.encryption.keySource, key: enabled.encryption.keyVaultProperties.keyName });

await vaults.updateAccessPolicy(group, vault, "remove", policy);
const { properties: revoked } = await vaults.get(group, vault);
show("revoked", { policies: revoked.accessPolicies.length });
