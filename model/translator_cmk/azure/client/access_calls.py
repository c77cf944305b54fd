"""Azure's requests for the commands that give and take access to keys."""

import uuid
from typing import Any

from ...machine import commands
from ...system import Unsupported
from .bodies import PERMISSIONS
from .estate import NOBODY, Estate
from .vault_calls import access_policy

ROLE_ASSIGNMENTS = "/providers/Microsoft.Authorization/roleAssignments"
ROLE_VERSION = "?api-version=2022-04-01"
ROLE = "/providers/Microsoft.Authorization/roleDefinitions/e147488a-f6f5-4113-8e2d-b22465e65bf6"
"""Key Vault Crypto Service Encryption User."""


# Access policies


def grant_access(estate: Estate, command: commands.GrantKeyAccess) -> None:
    principal = current_principal(estate, command.resource)
    if not principal:
        # a vault that is not there is a refusal, whoever asks
        estate.ask("vaults", command.vault, "get")
        raise Unsupported("an access policy needs the id of an identity")
    update_policy(estate, command.vault, "add", principal)


def revoke_access(estate: Estate, command: commands.RevokeKeyAccess) -> None:
    """Take away the policy of the identity that a resource has, or had last; there may be none."""
    principal = current_principal(estate, command.resource)
    if not principal:
        # a vault that is not there is a refusal, even if there is nothing to revoke
        estate.ask("vaults", command.vault, "get")
        principal = estate.principals.get(command.resource, "")
    if principal:
        update_policy(estate, command.vault, "remove", principal)


def update_policy(estate: Estate, vault: str, change: str, principal: str) -> None:
    subscription, _ = estate.place(vault)
    policy = access_policy(estate, subscription, principal, PERMISSIONS)
    body = {"properties": {"accessPolicies": [policy]}}
    estate.ask("vaults", vault, "update_access_policy", change, body)


def current_principal(estate: Estate, resource: str) -> str:
    """Return the object id of the identity that a resource has; empty where it has none."""
    identity = estate.ask("accounts", resource, "get").identity
    if identity and identity.principal_id:
        return str(identity.principal_id)
    return ""


# Roles


def assign_role(estate: Estate, command: commands.AssignKeyRole) -> None:
    place, _ = estate.place(command.vault)
    properties = {
        "roleDefinitionId": f"/subscriptions/{estate.id_of(place)}{ROLE}",
        "principalId": last_principal(estate, command.resource),
        "principalType": "ServicePrincipal",
    }
    name = f"/{uuid.uuid4()}"
    ask_for_roles(estate, command.vault, "PUT", name, json={"properties": properties})


def remove_role(estate: Estate, command: commands.RemoveKeyRole) -> None:
    """Remove the role of the identity that a resource has, or had last; there may be none."""
    principal = last_principal(estate, command.resource)
    assigned = roles_on(estate, command.vault)
    if principal in assigned:
        ask_for_roles(estate, command.vault, "DELETE", f"/{assigned[principal]}")


def last_principal(estate: Estate, resource: str) -> str:
    """Return the object id of the identity that a resource has, or had last, or that nobody has."""
    current = current_principal(estate, resource)
    return current or estate.principals.get(resource, NOBODY)


def ask_for_roles(estate: Estate, vault: str, method: str, name: str = "", **content: Any) -> Any:
    """Ask about the role assignments on a vault, which none of the SDKs here has; raises
    `HttpResponseError`.
    """
    place, _ = estate.place(vault)
    scope = str(estate.ask("vaults", vault, "get").id)
    path = f"{scope}{ROLE_ASSIGNMENTS}{name}{ROLE_VERSION}"
    return estate.ask_manager(estate.id_of(place), method, path, **content)


def roles_on(estate: Estate, vault: str) -> dict[str, str]:
    """Return the names of the assignments of the role on a vault, by the identities that have
    it.
    """
    found: dict[str, str] = {}
    for assignment in ask_for_roles(estate, vault, "GET")["value"]:
        properties = assignment["properties"]
        if str(properties["roleDefinitionId"]).endswith(ROLE):
            found[str(properties["principalId"])] = str(assignment["name"])
    return found
