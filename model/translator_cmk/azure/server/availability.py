"""Whether a name is free for something new."""

import re

from ...machine.entities import Resource, Subscription, Vault
from .calls import Call
from .fixed import FIXED
from .forms import Body
from .problems import malformed


def check_vault_name(call: Call, _: Subscription) -> Body:
    """Say whether a new key vault can have a name, which a deleted one keeps."""
    name = call.asked.required("name")
    refuse_other_type(call, "Microsoft.KeyVault/vaults")
    call.asked.honoured({}, "name", "type")
    if not re.fullmatch(FIXED["names"]["vault"]["form"], name):
        message = f"The name '{name[:40]}' is not valid for a vault."
        return {"nameAvailable": False, "reason": "AccountNameInvalid", "message": message}
    for state in ("active", "deleted"):
        if call.entity(Vault, name, state) is not None:
            message = f"The vault name '{name}' is in use."
            return {"nameAvailable": False, "reason": "AlreadyExists", "message": message}
    return {"nameAvailable": True}


def check_domain_name(call: Call, _: Subscription) -> Body:
    """Say whether a new account can have a subdomain, which is its name."""
    name = call.asked.required("subdomainName")
    refuse_other_type(call, "Microsoft.CognitiveServices/accounts")
    body: Body = {
        "isSubdomainAvailable": True,
        "subdomainName": name,
        "type": call.asked.required("type"),
    }
    call.asked.honoured({}, "subdomainName", "type", "kind")
    kind = call.asked.get("kind")
    if kind is not None:
        body["kind"] = kind
    for state in ("active", "deleted"):
        if call.entity(Resource, name, state) is not None:
            body["isSubdomainAvailable"] = False
            body["reason"] = f"The subdomain '{name}' is in use."
    return body


def refuse_other_type(call: Call, expected: str) -> None:
    """Refuse to check names for anything but this type; raises `Problem`."""
    asked = call.asked.required("type")
    if asked.lower() != expected.lower():
        raise malformed(f"'{asked[:60]}' has to be {expected}.")
