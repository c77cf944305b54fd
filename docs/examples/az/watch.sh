#!/usr/bin/env bash
# Mails somebody about each event of the queries in ../kql: sends the logs of key
# vault and subscription to a workspace, and makes an alert of each query.
#
# usage: az login to the key vault's subscription, then
#        REGION=swedencentral MAIL=on-call@example.com WATCH_SUBSCRIPTION=ID \
#        watch.sh
#
# REGION is that of log and alerts.
#
# WATCH_SUBSCRIPTION is that of a team that can't change the key vault.
# Without it, log and alerts are in the key vault's own subscription, and
# Contributors of that subscription can delete both.  If the resource is in
# another subscription than its key vault, set TRANSLATOR_SUBSCRIPTION.
#
# Run it again after a change of a query.
set -euo pipefail

group=${GROUP:-rg-translator} # of the key vault
own=$(az account show --query id --output tsv)
suffix=${SUFFIX:-${own:0:8}}
vault=${VAULT:-kv-$suffix}
translator=${TRANSLATOR:-translator-$suffix}
translator_group=${TRANSLATOR_GROUP:-$group}
translator_subscription=${TRANSLATOR_SUBSCRIPTION:-$own}
watch_subscription=${WATCH_SUBSCRIPTION:-$own}
watch_group=${WATCH_GROUP:-rg-cmk-watch}
region=${REGION:?set it to the region for log and alerts}
workspace=${WORKSPACE:-cmk-log}
mail=${MAIL:?set it to the address of an on-call person}
queries=${QUERIES:-$(dirname "$0")/../kql}

az group create --name "$watch_group" --location "$region" \
    --subscription "$watch_subscription" --output none
workspace_id=$(az monitor log-analytics workspace create \
    --name "$workspace" --resource-group "$watch_group" \
    --subscription "$watch_subscription" --location "$region" \
    --retention-time 90 --query id --output tsv)

# The log of the key vault, in the table AZKVAuditLogs; without "resource
# specific" it would be in AzureDiagnostics
az monitor diagnostic-settings create --name cmk-watch \
    --workspace "$workspace_id" --export-to-resource-specific true \
    --resource "$vault" --resource-group "$group" \
    --resource-type Microsoft.KeyVault/vaults --output none \
    --logs '[{"categoryGroup": "audit", "enabled": true}]'

log_activity() { # SUBSCRIPTION: its activity log, in the table AzureActivity
    az monitor diagnostic-settings subscription create --name cmk-watch \
        --subscription "$1" --location "$region" --workspace "$workspace_id" \
        --output none --logs '[
            {"category": "Administrative", "enabled": true},
            {"category": "Security", "enabled": true}
        ]'
}

log_activity "$own"
if [[ $translator_subscription != "$own" ]]; then
    log_activity "$translator_subscription"
fi

mails=$(az monitor action-group create --name cmk-on-call \
    --short-name cmk-on-call --resource-group "$watch_group" \
    --subscription "$watch_subscription" --query id --output tsv \
    --action email on-call "$mail" usecommonalertschema)

json() { # TEXT: as the inside of a string
    local text=${1//\\/\\\\}
    text=${text//\"/\\\"}
    printf '%s' "${text//$'\n'/\\n}"
}

rules=${workspace_id%%/providers/*}/providers/Microsoft.Insights
rules=$rules/scheduledQueryRules

for file in "$queries"/*.kql; do
    name=cmk-$(basename "$file" .kql)
    query=$(<"$file")
    query=${query//\$\{vault\}/$vault}
    query=${query//\$\{vault_group\}/$group}
    query=${query//\$\{translator\}/$translator}
    query=${query//\$\{translator_group\}/$translator_group}
    query=${query//\$\{watch_group\}/$watch_group}
    says=${query%%$'\n'*}
    says=${says#// }
    az rest --method put --output none \
        --url "$rules/$name?api-version=2023-12-01" \
        --body "{
            \"location\": \"$region\",
            \"properties\": {
                \"description\": \"$(json "$says")\",
                \"enabled\": true,
                \"severity\": 1,
                \"autoMitigate\": false,
                \"skipQueryValidation\": true,
                \"scopes\": [\"$workspace_id\"],
                \"evaluationFrequency\": \"PT5M\",
                \"windowSize\": \"PT30M\",
                \"muteActionsDuration\": \"PT30M\",
                \"criteria\": {\"allOf\": [{
                    \"query\": \"$(json "$query")\",
                    \"timeAggregation\": \"Count\",
                    \"operator\": \"GreaterThan\",
                    \"threshold\": 0,
                    \"failingPeriods\": {
                        \"numberOfEvaluationPeriods\": 1,
                        \"minFailingPeriodsToAlert\": 1
                    }
                }]},
                \"actions\": {\"actionGroups\": [\"$mails\"]}
            }
        }"
    echo "$name: $says"
done
