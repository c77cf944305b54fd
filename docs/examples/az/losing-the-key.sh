#!/usr/bin/env bash
# Enables customer-managed keys for a Translator resource, loses the key in each
# of the article's three ways, and shows what restoring the key brings back.
# Each line that it prints is a step and what was seen.
#
# usage: losing-the-key.sh GROUP REGION SUFFIX
#
# It signs in if AZURE_CLIENT_ID names an application, creates the resource
# group, and leaves it behind: delete it, and purge its resource, when you have
# seen enough.  Purge protection keeps the name of the key vault for 90 days.
# WAIT=600 waits that many seconds after each change, and OPERATOR, your object
# id, gives you the right to create the key.  Azure demands both.  This script
# was run on the simulation, never on Azure, where a translation model can be
# deployed only after hours of training.
set -euo pipefail

[[ $# -eq 3 ]] || { echo "usage: losing-the-key.sh GROUP REGION SUFFIX" >&2; exit 2; }
group=$1 region=$2 translator=translator-$3 vault=kv-$3
api=https://$translator.cognitiveservices.azure.com/translator/customtranslator/api/texttranslator/v1.0
translate=https://$translator.cognitiveservices.azure.com/translator/text/v3.0/translate
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

show() { printf '%s: %s\n' "$1" "$2"; }

attempt() { # STEP COMMAND...: carry out the command and show whether it was accepted
    local step=$1
    shift
    if "$@" >/dev/null 2>"$scratch/error"; then
        show "$step" accepted
    else
        show "$step" "refused, $(sed -nE 's/^ERROR: \(?([A-Za-z ]+).*/\1/p' "$scratch/error" | head -1)"
    fi
}

change() { # COMMAND...: carry out a command that has to succeed
    az "$@" --output none --only-show-errors
    sleep "${WAIT:-0}"
}

account() { # VERB...: a command on the resource
    az cognitiveservices account "$@" --name "$translator" --resource-group "$group" --only-show-errors
}

enable() {
    account update --encryption "{\"keySource\": \"Microsoft.KeyVault\", \"keyVaultProperties\": {
        \"keyName\": \"cmk\", \"keyVersion\": \"$version\", \"keyVaultUri\": \"https://$vault.vault.azure.net/\"}}"
}

create() { # ARGUMENT...: create the resource; S1 is a guess, the article names no tier
    account create --location "$region" --kind TextTranslation --sku S1 --custom-domain "$translator" --yes "$@"
}

custom() { # METHOD PATH ARGUMENT...: a request to Custom Translator, for which az has no command
    local method=$1 path=$2
    shift 2
    az rest --method "$method" --url "$path" --skip-authorization-header --headers "@$scratch/headers" --only-show-errors "$@"
}

grant() {
    principal=$(account identity assign --query principalId --output tsv)
    change keyvault set-policy --name "$vault" --object-id "$principal" --key-permissions get wrapKey unwrapKey
}

upload() {
    printf '\r\n--form\r\nContent-Disposition: form-data; name="DocumentDetails"\r\n\r\n%s\r\n' \
        "[{\"DocumentName\": \"$1\", \"DocumentType\": \"Training\", \"FileDetails\": [{\"Name\": \"$1.txt\"}]}]" >"$scratch/form"
    printf -- '--form\r\nContent-Disposition: form-data; name="Files"; filename="%s"\r\n\r\nA text.\r\n--form--\r\n' \
        "$1.txt" >>"$scratch/form"
    az rest --method post --url "$api/documents/import?workspaceId=$workspace" --skip-authorization-header \
        --headers "@$scratch/form-headers" --body "@$scratch/form" --only-show-errors
}

documents() { custom get "$api/documents?workspaceId=$workspace&pageIndex=0" "$@"; }

number_of_documents() { documents --query 'length(paginatedDocuments.documents)'; }

deployed() { custom get "$api/models/$model" --query 'modelRegionStatuses[0].isDeployed'; }

deploy() { custom post "$api/models/$model/deployment" --body '[{"Region": 2, "IsDeployed": true}]'; } # 2 is Europe

use() { custom post "$translate?api-version=3.0&to=de&category=$category&allowFallback=false" --body '[{"Text": "Hello"}]'; }

fill() { # NAME: a workspace of this name with a document and a deployed model
    custom post "$api/workspaces" --body \
        "{\"Name\": \"$1\", \"Subscription\": {\"SubscriptionKey\": \"$secret\", \"BillingRegionCode\": \"${region^^}\"}}"
    workspace=$(custom get "$api/workspaces" --query "workspaces[?name=='$1'].id | [0]" --output tsv)
    custom post "$api/projects?workspaceId=$workspace" --body \
        '{"Name": "contracts", "Label": "", "Description": "", "LanguagePairId": 1, "CategoryId": 1, "CategoryDescriptor": ""}'
    project=$(custom get "$api/projects?workspaceId=$workspace&pageIndex=0" --query 'projects[0].id' --output tsv)
    upload "document-$1" >/dev/null
    document=$(documents --query 'paginatedDocuments.documents[0].id')
    custom post "$api/models" --body \
        "{\"Name\": \"model-$1\", \"ProjectId\": \"$project\", \"DocumentIds\": [$document], \"IsAutoTrain\": true}"
    models=$(custom get "$api/projects/$project/models?pageIndex=0" --query 'models[0].[id, modelIdentifier]' --output tsv)
    model=$(sed -n 1p <<<"$models") category=$(sed -n 2p <<<"$models")
    deploy
}

before() { # CAUSE: what is there while the key is there
    show "before $1, documents" "$(number_of_documents)"
    show "before $1, model deployed" "$(deployed)"
    attempt "before $1, translating with the model" use
}

losses() { # CAUSE: what is seen while the key is lost
    attempt "$1, reading documents" documents
    show "$1, model deployed" "$(deployed)"
    attempt "$1, translating with the model" use
    attempt "$1, uploading" upload "late-$model"
}

remains() { # CAUSE: what restoring the key has brought back
    attempt "$1, restored, reading documents" documents
    show "$1, restored, documents" "$(number_of_documents)"
    show "$1, restored, model deployed" "$(deployed)"
    attempt "$1, restored, translating with the model" use
    attempt "$1, restored, deploying the model again" deploy
}

# Sign in, and create a key vault that the article accepts

if [[ -n ${AZURE_CLIENT_ID-} ]]; then
    change login --service-principal --username "$AZURE_CLIENT_ID" --password "$AZURE_CLIENT_SECRET" --tenant "$AZURE_TENANT_ID"
fi
change group create --name "$group" --location "$region"
change keyvault create --name "$vault" --resource-group "$group" --location "$region" --no-self-perms true \
    --enable-rbac-authorization false --enable-purge-protection true
if [[ -n ${OPERATOR-} ]]; then
    change keyvault set-policy --name "$vault" --object-id "$OPERATOR" --key-permissions create get
fi
version=$(az keyvault key create --vault-name "$vault" --name cmk --kty RSA --size 2048 --query key.kid --output tsv)
version=${version##*/}

# Enable customer-managed keys

attempt "creation with customer-managed keys" create --encryption "{\"keySource\": \"Microsoft.KeyVault\",
    \"keyVaultProperties\": {\"keyName\": \"cmk\", \"keyVersion\": \"$version\", \"keyVaultUri\": \"https://$vault.vault.azure.net/\"}}"
attempt "creation" create
attempt "enabling without identity and access" enable
grant
attempt "enabling" enable
show "key source" "$(account show --query properties.encryption.keySource --output tsv)"

secret=$(account keys list --query key1 --output tsv)
(umask 077 && printf '{"Ocp-Apim-Subscription-Key": "%s", "Content-Type": "%s"}' \
    "$secret" "application/json" >"$scratch/headers")
(umask 077 && printf '{"Ocp-Apim-Subscription-Key": "%s", "Content-Type": "%s"}' \
    "$secret" "multipart/form-data; boundary=form" >"$scratch/form-headers")

# Lose the key in three ways, and restore it

fill revoked
before "access revoked"
change keyvault delete-policy --name "$vault" --object-id "$principal"
losses "access revoked"
grant
remains "access revoked"

fill deleted
before "key vault deleted"
change keyvault delete --name "$vault"
losses "key vault deleted"
change keyvault recover --name "$vault"
remains "key vault deleted"

fill disabled
before "identity disabled"
change cognitiveservices account identity remove --name "$translator" --resource-group "$group"
losses "identity disabled"
grant
remains "identity disabled"
