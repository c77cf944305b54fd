#!/usr/bin/env bash
# Sets up a Translator resource whose data is encrypted with your own key:
# resource, key vault, key, access, locks.
#
# usage: az login, then REGION=westeurope set-up.sh
#
# Run it again if it stops: what is there is left alone, and the key is never
# rotated.  You hold rights on the key only while it is created.  Purge
# protection can't be undone, and keeps the name of the key vault for 90 days.
set -euo pipefail

group=${GROUP:-rg-translator}
region=${REGION:-westeurope} # not global
tier=${TIER:-S1}             # a guess: the article names no tier
# Names of resource and key vault are global
suffix=${SUFFIX:-$(az account show --query id --output tsv | cut -c1-8)}
translator=${TRANSLATOR:-translator-$suffix}
vault=${VAULT:-kv-$suffix}
key=${KEY:-cmk}
# Who creates the key
operator=${OPERATOR:-$(az ad signed-in-user show --query id --output tsv)}
attempts=${ATTEMPTS:-20} # while a grant spreads
pause=${PAUSE:-30}       # seconds between them

account() { # VERB...: a command on the resource
    az cognitiveservices account "$@" --name "$translator" \
        --resource-group "$group" --only-show-errors
}

retry() { # COMMAND...: until it succeeds
    local left
    for ((left = attempts; left > 1; left--)); do
        if "$@" 2>/dev/null; then
            return
        fi
        sleep "$pause"
    done
    "$@"
}

take_back() { # the operator's rights on keys
    az keyvault delete-policy --name "$vault" --resource-group "$group" \
        --object-id "$operator" --output none
}

show() { # the key that the resource uses, and who has rights on keys
    account show --query properties.encryption
    local rights='{objectId: objectId, keys: permissions.keys}'
    az keyvault show --name "$vault" \
        --query "properties.accessPolicies[].$rights"
}

az group create --name "$group" --location "$region" --output none

# The resource, which begins with Microsoft-managed keys
there=$(az cognitiveservices account list --resource-group "$group" \
    --query "length([?name=='$translator'])")
if [[ $there == 0 ]]; then
    account create --location "$region" --kind TextTranslation --sku "$tier" \
        --custom-domain "$translator" --yes --output none
fi
key_source=$(account show --query properties.encryption.keySource --output tsv)
if [[ $key_source == Microsoft.KeyVault ]]; then
    echo "$translator uses a key of yours already; nothing was changed" >&2
    show
    exit
fi

# The key vault, in the same region and tenant, with access policies and both
# protections
there=$(az keyvault list --resource-group "$group" \
    --query "length([?name=='$vault'])")
if [[ $there == 0 ]]; then
    az keyvault create --name "$vault" --resource-group "$group" \
        --location "$region" --enable-rbac-authorization false \
        --enable-purge-protection true --retention-days 90 \
        --no-self-perms true --output none
fi

# The key, by an operator who gives the rights back at once, even if this fails
trap take_back EXIT
az keyvault set-policy --name "$vault" --resource-group "$group" \
    --object-id "$operator" --key-permissions create get list --output none
there=$(retry az keyvault key list --vault-name "$vault" \
    --query "length([?name=='$key'])")
if [[ $there == 0 ]]; then
    az keyvault key create --vault-name "$vault" --name "$key" \
        --kty RSA --size 2048 --output none
fi
version=$(az keyvault key show --vault-name "$vault" --name "$key" \
    --query key.kid --output tsv)
version=${version##*/}
take_back
trap - EXIT

# The identity of the resource, and the access that pages on other services
# name: the article names none
principal=$(account identity assign --query principalId --output tsv)
az keyvault set-policy --name "$vault" --resource-group "$group" \
    --object-id "$principal" --key-permissions get wrapKey unwrapKey \
    --output none

# Your key in place of Microsoft's
retry account update --output none --encryption "{
    \"keySource\": \"Microsoft.KeyVault\",
    \"keyVaultProperties\": {
        \"keyName\": \"$key\",
        \"keyVersion\": \"$version\",
        \"keyVaultUri\": \"https://$vault.vault.azure.net/\"
    }
}"

# Against deletion; changes still pass
az lock create --name holds-the-key --lock-type CanNotDelete \
    --resource-group "$group" --resource "$vault" \
    --resource-type Microsoft.KeyVault/vaults --output none
az lock create --name holds-the-data --lock-type CanNotDelete \
    --resource-group "$group" --resource "$translator" \
    --resource-type Microsoft.CognitiveServices/accounts --output none

in_use=$(account show --output tsv \
    --query properties.encryption.keyVaultProperties.keyVersion)
if [[ $in_use != "$version" ]]; then
    echo "$translator does not use version $version of the key," \
        "although Azure took the request" >&2
    exit 1
fi
show
