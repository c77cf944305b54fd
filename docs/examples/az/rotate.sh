#!/usr/bin/env bash
# Makes a new version of the key and puts it in use.  The old version stays
# enabled, since nobody says when it may go.
#
# usage: az login, then [OPERATOR=OBJECT-ID] rotate.sh, with the variables of
#        set-up.sh
#
# Run it again if it stops: a version that is not in use yet is put in use, and
# no other is made.  A lock of the kind ReadOnly on the resource or the key vault
# stops it.
set -euo pipefail
. "$(dirname "$0")/common.sh"

uses_our_key || stop "$translator doesn't use the key $key of $vault: run\
 set-up.sh, or set TRANSLATOR, VAULT and KEY"
read -r _ _ in_use <<<"$(uses)"

lend get rotate
newest=$(retry "your rights on keys of $vault" Forbidden \
    az keyvault key show --vault-name "$vault" --name "$key" \
    --query "[[key.kid, to_string(attributes.enabled)]]" --output tsv)
read -r id enabled <<<"$newest"
if [[ ${id##*/} == "$in_use" ]]; then
    id=$(az keyvault key rotate --vault-name "$vault" --name "$key" \
        --query key.kid --output tsv)
elif [[ $enabled != true ]]; then
    stop "The newest version of the key is disabled: $id"
fi
take_back

use_version "${id##*/}"
account show --query properties.encryption
