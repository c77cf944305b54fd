// Mails somebody at each event that can lose the key: logs of key vault and
// subscription, and an alert for each query in ../kql.
//
// Deploy it to the subscription of the key vault:
// az deployment sub create --location swedencentral --template-file watch.bicep
//
// Log and alerts are in that subscription too, and its Contributors can delete
// both.  If the resource is in another subscription, that one needs a setting
// activityLog of its own.
targetScope = 'subscription'

param vaultGroup string
param vaultName string
param translatorName string
param translatorGroup string = vaultGroup
param mail string
// For log and alerts, in the same subscription
param watchGroup string = 'rg-cmk-watch'
param location string = deployment().location

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: watchGroup
  location: location
}

module alerts 'alerts.bicep' = {
  scope: group
  params: {
    mail: mail
    location: location
    vaultName: vaultName
    vaultGroup: vaultGroup
    translatorName: translatorName
    translatorGroup: translatorGroup
  }
}

module vaultLog 'vault-log.bicep' = {
  scope: resourceGroup(vaultGroup)
  params: {
    vaultName: vaultName
    workspaceId: alerts.outputs.workspaceId
  }
}

// In the table AzureActivity
resource activityLog 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'cmk-watch'
  properties: {
    workspaceId: alerts.outputs.workspaceId
    logs: [
      {
        category: 'Administrative'
        enabled: true
      }
      {
        category: 'Security'
        enabled: true
      }
    ]
  }
}
