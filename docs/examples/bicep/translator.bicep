// A Translator resource with customer-managed keys, its key vault and its key,
// in one region and one tenant.
//
// Deploy it twice.  The first deployment makes everything, with
// Microsoft-managed keys, and puts out keyVersion; with that as a parameter the
// second enables the key.  Pass the version in use to every later deployment:
// at first that one, after a rotation the new one.  Never pass an older one,
// which would come back into use, or none: nobody says what that does to the
// key.  The policy stands in the template, so no deployment takes it away.
param translatorName string
param vaultName string
param keyVersion string = ''
param location string = resourceGroup().location

resource translator 'Microsoft.CognitiveServices/accounts@2025-09-01' = {
  name: translatorName
  location: location
  kind: 'TextTranslation'
  sku: {
    name: 'S1' // a guess: the article names no tier
  }
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    customSubDomainName: translatorName
    encryption: empty(keyVersion) ? null : {
      keySource: 'Microsoft.KeyVault'
      keyVaultProperties: {
        keyName: 'cmk'
        keyVersion: keyVersion
        keyVaultUri: 'https://${vaultName}${environment().suffixes.keyvaultDns}/'
      }
    }
  }
}

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' = {
  name: vaultName
  location: location
  properties: {
    tenantId: subscription().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: false
    enableSoftDelete: true
    enablePurgeProtection: true
    softDeleteRetentionInDays: 90
    accessPolicies: [
      {
        tenantId: translator.identity.tenantId
        objectId: translator.identity.principalId
        permissions: {
          keys: [
            'get'
            'wrapKey'
            'unwrapKey'
          ]
        }
      }
    ]
  }
}

resource key 'Microsoft.KeyVault/vaults/keys@2026-02-01' = {
  parent: vault
  name: 'cmk'
  properties: {
    kty: 'RSA'
    keySize: 2048
  }
}

resource vaultLock 'Microsoft.Authorization/locks@2020-05-01' = {
  name: 'holds-the-key'
  scope: vault
  properties: {
    level: 'CanNotDelete'
  }
}

resource translatorLock 'Microsoft.Authorization/locks@2020-05-01' = {
  name: 'holds-the-data'
  scope: translator
  properties: {
    level: 'CanNotDelete'
  }
}

output keyVersion string = last(split(key.properties.keyUriWithVersion, '/'))
