// A part of watch.bicep: the workspace for the logs, an alert for each query,
// and whom it mails.
param mail string
param location string
param vaultName string
param vaultGroup string
param translatorName string
param translatorGroup string

var queries = [
  {
    name: 'guard-removed'
    text: loadTextContent('../kql/guard-removed.kql')
  }
  {
    name: 'key-deleted'
    text: loadTextContent('../kql/key-deleted.kql')
  }
  {
    name: 'key-expires'
    text: loadTextContent('../kql/key-expires.kql')
  }
  {
    name: 'key-refused'
    text: loadTextContent('../kql/key-refused.kql')
  }
  {
    name: 'key-updated'
    text: loadTextContent('../kql/key-updated.kql')
  }
  {
    name: 'rbac-switched'
    text: loadTextContent('../kql/rbac-switched.kql')
  }
  {
    name: 'resource-changed'
    text: loadTextContent('../kql/resource-changed.kql')
  }
  {
    name: 'resource-deleted'
    text: loadTextContent('../kql/resource-deleted.kql')
  }
  {
    name: 'role-changed'
    text: loadTextContent('../kql/role-changed.kql')
  }
  {
    name: 'subscription-lost'
    text: loadTextContent('../kql/subscription-lost.kql')
  }
  {
    name: 'vault-changed'
    text: loadTextContent('../kql/vault-changed.kql')
  }
  {
    name: 'vault-deleted'
    text: loadTextContent('../kql/vault-deleted.kql')
  }
]

var ofVault = [for query in queries: replace(replace(query.text, '\${vault}', vaultName), '\${vault_group}', vaultGroup)]
var ofBoth = [for text in ofVault: replace(replace(text, '\${translator}', translatorName), '\${translator_group}', translatorGroup)]
var texts = [for text in ofBoth: replace(text, '\${watch_group}', resourceGroup().name)]

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: 'cmk-log'
  location: location
  properties: {
    retentionInDays: 90
    sku: {
      name: 'PerGB2018'
    }
  }
}

resource onCall 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'cmk-on-call'
  location: 'global'
  properties: {
    enabled: true
    groupShortName: 'cmk-on-call'
    emailReceivers: [
      {
        name: 'on-call'
        emailAddress: mail
        useCommonAlertSchema: true
      }
    ]
  }
}

resource alerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for (query, at) in queries: {
  name: 'cmk-${query.name}'
  location: location
  properties: {
    description: substring(split(query.text, '\n')[0], 3)
    enabled: true
    severity: 1
    autoMitigate: false
    skipQueryValidation: true
    scopes: [
      workspace.id
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT30M'
    muteActionsDuration: 'PT30M'
    criteria: {
      allOf: [
        {
          query: texts[at]
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        onCall.id
      ]
    }
  }
}]

output workspaceId string = workspace.id
