# What set-up.sh and rotate.sh share: names, rights on keys, and waiting.  Keep
# it in their folder.

group=${GROUP:-rg-translator}
# Names of resource and key vault are global
suffix=${SUFFIX:-$(az account show --query id --output tsv | cut -c1-8)}
translator=${TRANSLATOR:-translator-$suffix}
vault=${VAULT:-kv-$suffix}
key=${KEY:-cmk}
attempts=${ATTEMPTS:-20} # while a grant spreads
pause=${PAUSE:-30}       # seconds between them

stop() { # MESSAGE
    echo "$1" >&2
    exit 1
}

account() { # VERB...: a command on the resource
    az cognitiveservices account "$@" --name "$translator" \
        --resource-group "$group" --only-show-errors
}

vault_shows() { # QUERY
    az keyvault show --name "$vault" --resource-group "$group" \
        --query "$1" --output tsv
}

# Waiting

retry() { # WHAT PATTERN COMMAND...: while WHAT may not have spread yet, so that
    # the command fails with an error that has the pattern
    local what=$1 pattern=$2 left=$attempts error
    shift 2
    until { error=$("$@" 2>&1 >&3); } 3>&1; do
        echo "$error" >&2
        left=$((left - 1))
        if ((left == 0)) || ! grep -qE "$pattern" <<<"$error"; then
            return 1
        fi
        echo "waiting for $what; $left more attempts" >&2
        sleep "$pause"
    done
}

# Rights on keys

entry() { # OBJECT-ID: its access policy, as a query
    echo "properties.accessPolicies[?objectId=='$1' && !applicationId]"
}

set_rights() { # OBJECT-ID PERMISSION...: these, and no others, on keys
    az keyvault set-policy --name "$vault" --resource-group "$group" \
        --object-id "$1" --key-permissions "${@:2}" --output none
}

add_rights() { # OBJECT-ID PERMISSION...: to those that it has
    local has
    has=$(vault_shows "$(entry "$1").permissions.keys[]")
    set_rights "$1" $has "${@:2}"
}

lend() { # PERMISSION...: to the operator, until take_back or the script's end
    operator=${OPERATOR:-$(az ad signed-in-user show --query id --output tsv)}
    entries=$(vault_shows "length($(entry "$operator"))")
    had=$(vault_shows "$(entry "$operator").permissions.keys[]")
    trap take_back EXIT
    add_rights "$operator" "$@"
}

take_back() { # so that the operator has the rights that were there before
    trap - EXIT
    if [[ $entries == 0 ]]; then
        az keyvault delete-policy --name "$vault" --resource-group "$group" \
            --object-id "$operator" --output none
    else
        set_rights "$operator" $had
    fi
}

# The key that the resource uses

uses() { # the address of its key vault, its name and its version
    account show --output tsv --query \
        "properties.encryption.keyVaultProperties.[[keyVaultUri, keyName, keyVersion]]"
}

uses_our_key() { # fails for a key of another name or key vault
    local address name version
    read -r address name version <<<"$(uses)"
    [[ $address == "https://$vault."* && $name == "$key" ]]
}

use_version() { # VERSION: put it in use, and see whether it is
    local address name version
    retry "the access of $translator to its key" 'BadRequest|Forbidden' \
        account update --output none --encryption "{
            \"keySource\": \"Microsoft.KeyVault\",
            \"keyVaultProperties\": {
                \"keyName\": \"$key\",
                \"keyVersion\": \"$1\",
                \"keyVaultUri\": \"$(vault_shows properties.vaultUri)\"
            }
        }"
    read -r address name version <<<"$(uses)"
    if [[ $version != "$1" ]]; then
        stop "$translator does not use version $1 of the key, although Azure\
 took the request"
    fi
}
