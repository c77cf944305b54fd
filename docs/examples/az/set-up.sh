#!/usr/bin/env bash
# Sets up a Translator resource whose data is encrypted with your own key:
# resource, key vault, key, access, locks.
#
# usage: az login, then REGION=swedencentral [OPERATOR=OBJECT-ID] set-up.sh
#
# OPERATOR is whoever creates the key: you, unless you signed in as a service
# principal, whose object id (not client id) it then has to be.  Other names are
# variables in common.sh, which has to be in the same folder.
#
# Run it again if it stops: what is there is left alone, and the key is never
# rotated.  You hold rights on the key only while it is created.  Locks need an
# Owner or a User Access Administrator: if you are neither, let one run it
# again.  Purge protection can't be undone, and keeps the name of the key vault
# for 90 days.
set -euo pipefail
. "$(dirname "$0")/common.sh"

region=${REGION:?set it to the region of resource and key vault, not global}
tier=${TIER:-S1} # a guess: the article names no tier
unlocked=

check_resource() { # that there is none yet, or one that fits
    local found location identity key_source
    found=$(az cognitiveservices account list --resource-group "$group" \
        --output tsv --query "[?name=='$translator'].[location, identity.type,
            properties.encryption.keySource]")
    there_is_a_resource=$found
    if [[ -z $found ]]; then
        return
    fi
    IFS=$'\t' read -r location identity key_source <<<"$found"
    if [[ $location != "$region" ]]; then
        stop "$translator is in $location: set REGION to that"
    fi
    if [[ $identity == UserAssigned ]]; then
        stop "$translator has user-assigned identities, which a command for the\
 other kind would take away: turn the system-assigned one on in the portal"
    fi
    has_a_key=
    if [[ $key_source == Microsoft.KeyVault ]]; then
        has_a_key=yes
        uses_our_key || stop "$translator uses another key already: $(uses)"
    fi
}

check_vault() { # that there is none yet, or one that the article accepts
    local found rbac soft_delete purge_protection location
    found=$(az keyvault list --resource-group "$group" --output tsv --query \
        "[?name=='$vault'].properties.[
            to_string(enableRbacAuthorization), to_string(enableSoftDelete),
            to_string(enablePurgeProtection)]")
    there_is_a_vault=$found
    if [[ -z $found ]]; then
        return
    fi
    read -r rbac soft_delete purge_protection <<<"$found"
    location=$(vault_shows location)
    if [[ $location != "$region" ]]; then
        stop "$vault is in $location, and has to be in $region: set VAULT to\
 another name"
    fi
    if [[ $rbac == true ]]; then
        stop "$vault uses Azure RBAC: set VAULT to another name, since a switch\
 would take access away from whoever uses it"
    fi
    if [[ $soft_delete != true || $purge_protection != true ]]; then
        stop "$vault lacks soft delete or purge protection: turn them on with\
 az keyvault update, or set VAULT to another name"
    fi
}

lock() { # NAME TYPE RESOURCE: against deletion; changes still pass
    local there
    there=$(az lock list --resource-group "$group" --resource "$3" \
        --resource-type "$2" --query "length([?name=='$1'])")
    if [[ $there != 0 ]]; then
        return
    fi
    az lock create --name "$1" --lock-type CanNotDelete \
        --resource-group "$group" --resource "$3" --resource-type "$2" \
        --output none || unlocked="$unlocked $3"
}

make_key() { # unless it is there; its newest version
    local there id
    lend create get list
    there=$(retry "your rights on keys of $vault" Forbidden \
        az keyvault key list --vault-name "$vault" \
        --query "length([?name=='$key'])")
    if [[ $there == 0 ]]; then
        az keyvault key create --vault-name "$vault" --name "$key" \
            --kty RSA --size 2048 --output none
    fi
    id=$(az keyvault key show --vault-name "$vault" --name "$key" \
        --query key.kid --output tsv)
    version=${id##*/}
    take_back
}

give_access() { # to the identity of the resource, by the permissions that
    # pages on other services name: the article names none
    local identity principal
    identity=$(account show --query identity.type --output tsv)
    if [[ $identity != *SystemAssigned* ]]; then
        account identity assign --output none
    fi
    principal=$(account show --query identity.principalId --output tsv)
    add_rights "$principal" get wrapKey unwrapKey
}

# What is there has to fit before anything is made
if [[ $(az group exists --name "$group") == false ]]; then
    az group create --name "$group" --location "$region" --output none
fi
check_resource
check_vault

# The resource, which begins with Microsoft-managed keys
if [[ -z $there_is_a_resource ]]; then
    account create --location "$region" --kind TextTranslation --sku "$tier" \
        --custom-domain "$translator" --yes --output none
fi

# The key vault, in the same region and tenant, with access policies and both
# protections
if [[ -z $there_is_a_vault ]]; then
    az keyvault create --name "$vault" --resource-group "$group" \
        --location "$region" --enable-rbac-authorization false \
        --enable-purge-protection true --retention-days 90 \
        --no-self-perms true --output none
fi

lock holds-the-key Microsoft.KeyVault/vaults "$vault"
lock holds-the-data Microsoft.CognitiveServices/accounts "$translator"

# Your key in place of Microsoft's
if [[ -n ${has_a_key-} ]]; then
    echo "$translator uses your key already, which was left alone" >&2
else
    make_key
    give_access
    use_version "$version"
fi

# The key that the resource uses, and who has rights on keys
account show --query properties.encryption
az keyvault show --name "$vault" --resource-group "$group" --query \
    "properties.accessPolicies[].{objectId: objectId, keys: permissions.keys}"

if [[ -n $unlocked ]]; then
    stop "Not locked:$unlocked.  Let an Owner or a User Access Administrator\
 run this again"
fi
