#!/usr/bin/env bash
# Mails somebody at each event that can lose the key: logs of key vault and subscription, and an alert for each query in ../kql.
#
# usage: az login, then MAIL=on-call@example.com watch.sh
#
# Run it again after a change of a query.
set -euo pipefail

group=${GROUP:-rg-translator} # of the key vault
suffix=${SUFFIX:-$(az account show --query id --output tsv | cut -c1-8)}
vault=${VAULT:-kv-$suffix}
watch_group=${WATCH_GROUP:-rg-cmk-watch} # of a team that can't change the key vault
region=${REGION:-westeurope}
workspace=${WORKSPACE:-cmk-log}
mail=${MAIL:?set it to the address of an on-call person}
queries=${QUERIES:-$(dirname "$0")/../kql}

az group create --name "$watch_group" --location "$region" --output none
workspace_id=$(az monitor log-analytics workspace create --name "$workspace" --resource-group "$watch_group" \
    --location "$region" --retention-time 90 --query id --output tsv)

# The log of the key vault, in the table AZKVAuditLogs; without "resource specific" it would be in AzureDiagnostics
az monitor diagnostic-settings create --name cmk-watch --workspace "$workspace_id" --export-to-resource-specific true \
    --resource "$vault" --resource-group "$group" --resource-type Microsoft.KeyVault/vaults \
    --logs '[{"categoryGroup": "audit", "enabled": true}]' --output none

# The activity log of the subscription, in the table AzureActivity
az monitor diagnostic-settings subscription create --name cmk-watch --location "$region" --workspace "$workspace_id" \
    --logs '[{"category": "Administrative", "enabled": true}, {"category": "Security", "enabled": true}]' --output none

mails=$(az monitor action-group create --name cmk-on-call --short-name cmk-on-call --resource-group "$watch_group" \
    --action email on-call "$mail" usecommonalertschema --query id --output tsv)

json() { # TEXT: as the inside of a string
    local text=${1//\\/\\\\}
    text=${text//\"/\\\"}
    printf '%s' "${text//$'\n'/\\n}"
}

for file in "$queries"/*.kql; do
    query=$(<"$file")
    says=${query%%$'\n'*}
    az rest --method put --output none \
        --url "${workspace_id%%/providers/*}/providers/Microsoft.Insights/scheduledQueryRules/cmk-$(basename "$file" .kql)?api-version=2023-12-01" \
        --body "{
            \"location\": \"$region\",
            \"properties\": {
                \"description\": \"$(json "${says#// }")\",
                \"enabled\": true, \"severity\": 1, \"autoMitigate\": false, \"skipQueryValidation\": true,
                \"scopes\": [\"$workspace_id\"],
                \"evaluationFrequency\": \"PT5M\", \"windowSize\": \"PT30M\",
                \"criteria\": {\"allOf\": [{
                    \"query\": \"$(json "$query")\",
                    \"timeAggregation\": \"Count\", \"operator\": \"GreaterThan\", \"threshold\": 0,
                    \"failingPeriods\": {\"numberOfEvaluationPeriods\": 1, \"minFailingPeriodsToAlert\": 1}
                }]},
                \"actions\": {\"actionGroups\": [\"$mails\"]}
            }
        }"
    echo "cmk-$(basename "$file" .kql): ${says#// }"
done
