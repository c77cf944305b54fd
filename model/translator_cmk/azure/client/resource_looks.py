"""What a look at Azure's resources shows."""

from typing import Any

from ...machine import Observation
from ...machine.entities import CUSTOMER, MICROSOFT
from .estate import Estate, word
from .resource_calls import KINDS, key_in_use


def see_resources(estate: Estate, seen: Observation) -> None:
    """Look at the accounts."""
    estate.accounts = {}
    for name, account, where in estate.in_groups("accounts"):
        estate.accounts[name] = account
        identity = account.identity
        if identity and identity.principal_id:
            estate.principals[name] = str(identity.principal_id)
        fields = {
            "kind": kind_of(account),
            "location": estate.region(str(account.location)),
            "key_source": key_source_of(account),
            "identity": bool(identity and "SystemAssigned" in word(identity.type)),
            "registered": bool(identity and identity.principal_id),
        }
        key, _ = key_in_use(account)
        if key:
            fields["key"] = key
        seen["resource"][name] = where | fields


def kind_of(account: Any) -> str:
    for kind, kind_of_azure in KINDS.items():
        if kind_of_azure == account.kind:
            return kind
    return "another"


def key_source_of(account: Any) -> str:
    section = account.properties.encryption
    if section and word(section.key_source) == "Microsoft.KeyVault":
        return CUSTOMER
    return MICROSOFT
