"""What a look at Azure's resources shows."""

from typing import Any

from ...machine import Observation
from ...machine.entities import CUSTOMER, MICROSOFT
from .bodies import key_in_use
from .estate import Estate, word
from .resource_calls import KINDS


def see_resources(estate: Estate, seen: Observation) -> None:
    """Look at the accounts.

    While one is being changed, or if a change failed, it may show what was asked for and is not in
    force: whose key it uses is left out then.
    """
    estate.accounts = {}
    estate.is_changing = False
    for name, account, where in estate.in_groups("accounts"):
        estate.accounts[name] = account
        identity = account.identity
        if identity and identity.principal_id:
            estate.principals[name] = str(identity.principal_id)
        fields = {
            "kind": kind_of(account),
            "location": estate.region(str(account.location)),
            "identity": bool(identity and "SystemAssigned" in word(identity.type)),
            "registered": bool(identity and identity.principal_id),
        }
        state = provisioning_state_of(account)
        if state == SUCCEEDED:
            fields |= keys_of(account)
        elif state not in FINAL:
            estate.is_changing = True
        seen["resource"][name] = where | fields


SUCCEEDED = "Succeeded"
FINAL = ("Canceled", "Failed", SUCCEEDED)
"""The states in which nothing is changed any more.

https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations
"""


def provisioning_state_of(account: Any) -> str:
    """Return the state of an account; one that shows none is not being changed."""
    state = account.properties.provisioning_state
    return word(state) if state else SUCCEEDED


def keys_of(account: Any) -> dict[str, str]:
    """Return the fields that say whose key an account uses."""
    fields = {"key_source": key_source_of(account)}
    key, _ = key_in_use(account)
    if key:
        fields["key"] = key
    return fields


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
