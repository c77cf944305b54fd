"""What the data plane of Key Vault demands of a caller, if the server is strict."""

from ...machine.entities import Vault
from .calls import Call
from .effects import policies_in_effect, roles_in_effect
from .policies import ALL
from .problems import Problem
from .roles import ROLES

NEEDED = {
    "list key": "list",
    "import_key": "import",
    "create_key": "create",
    "key": "get",
    "list_versions": "list",
    "update_key": "update",
    "RotateKey key": "rotate",
    "DeleteKey deleted_key": "delete",
    "list deleted_key": "list",
    "deleted_key": "get",
    "RecoverKey key": "recover",
    "PurgeKey 204": "purge",
}
"""For each handler of routes.yaml, the permission on keys that a caller needs."""


def refuse_caller(call: Call, vault: Vault) -> None:
    """Refuse a caller who may not do what the request asks for; raises `Problem`."""
    permission = NEEDED[call.handler]
    caller = str(call.claims["oid"])
    if vault.permission_model == "rbac":
        refuse_without_role(call, vault, caller, permission)
    else:
        refuse_without_policy(call, vault, caller, permission)


def refuse_without_role(call: Call, vault: Vault, caller: str, permission: str) -> None:
    for role in roles_in_effect(call, caller, vault):
        permissions = ROLES[role]["keys"]
        if permission in permissions or ALL in permissions:
            return
    raise forbidden(
        f"No role lets the caller '{caller}' do '{permission}' with keys of '{vault.name}'. A role "
        "that was assigned a moment ago may need some time.",
        "ForbiddenByRbac",
    )


def refuse_without_policy(call: Call, vault: Vault, caller: str, permission: str) -> None:
    for policy in policies_in_effect(call, vault):
        if policy.object_id != caller.lower():
            continue
        if policy.allows(permission):
            return
        raise forbidden(
            f"The access policy of the caller '{caller}' does not let it do '{permission}' with "
            f"keys of '{vault.name}'.",
            "ForbiddenByPolicy",
        )
    raise forbidden(
        f"No access policy of '{vault.name}' is for the caller '{caller}'.", "AccessDenied"
    )


def forbidden(message: str, inner: str) -> Problem:
    return Problem(403, "Forbidden", message, inner=inner)
