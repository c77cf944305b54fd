#!/usr/bin/env bash
# Makes a new version of the key and puts it in use.  The old version stays
# enabled, since nobody says when it may go.
#
# usage: az login, then rotate.sh, with the variables of set-up.sh; each run
# makes one more version
#
# A lock of the kind ReadOnly on the resource or the key vault stops it.
set -euo pipefail

group=${GROUP:-rg-translator}
suffix=${SUFFIX:-$(az account show --query id --output tsv | cut -c1-8)}
translator=${TRANSLATOR:-translator-$suffix}
vault=${VAULT:-kv-$suffix}
key=${KEY:-cmk}
# Who rotates the key
operator=${OPERATOR:-$(az ad signed-in-user show --query id --output tsv)}
attempts=${ATTEMPTS:-20} # while the operator's rights spread
pause=${PAUSE:-30}       # seconds between them

account() { # VERB...: a command on the resource
    az cognitiveservices account "$@" --name "$translator" \
        --resource-group "$group"
}

take_back() { # the operator's rights on keys
    az keyvault delete-policy --name "$vault" --resource-group "$group" \
        --object-id "$operator" --output none
}

readable() {
    az keyvault key show --vault-name "$vault" --name "$key" --output none \
        2>/dev/null
}

trap take_back EXIT
az keyvault set-policy --name "$vault" --resource-group "$group" \
    --object-id "$operator" --key-permissions get rotate --output none
until readable; do
    if ((--attempts == 0)); then
        echo "no right to read the key $key of $vault" >&2
        exit 1
    fi
    sleep "$pause"
done
version=$(az keyvault key rotate --vault-name "$vault" --name "$key" \
    --query key.kid --output tsv)
version=${version##*/}

account update --output none --encryption "{
    \"keySource\": \"Microsoft.KeyVault\",
    \"keyVaultProperties\": {
        \"keyName\": \"$key\",
        \"keyVersion\": \"$version\",
        \"keyVaultUri\": \"https://$vault.vault.azure.net/\"
    }
}"
account show --query properties.encryption
