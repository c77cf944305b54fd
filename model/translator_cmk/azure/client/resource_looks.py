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
        if is_settled(account):
            fields |= keys_of(account)
        seen["resource"][name] = where | fields


def is_settled(account: Any) -> bool:
    """Return whether an account shows what is in force; one without a state isn't being changed."""
    state = account.properties.provisioning_state
    return not state or word(state) == "Succeeded"


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
