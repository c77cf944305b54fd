"""Role assignments on key vaults."""

from ...machine import commands
from ...machine.entities import Role, Vault
from ..names import GUID
from .calls import Call, Reply
from .forms import Body
from .policies import account_with_identity
from .problems import Problem, malformed, outside
from .worlds import FIXED, Assignment

DEFINITION = "properties.roleDefinitionId"
"""It may be written below a subscription or without one, and leads to the same role."""

PRINCIPAL = "properties.principalId"


def put_role(call: Call, vault: Vault) -> Reply:
    """Assign a role with the key permissions, or return the assignment that is there."""
    name = requested_name(call)
    role = call.asked.required(DEFINITION).lower().rpartition("/")[2]
    if role not in FIXED["roles"]:
        raise outside("a role without the key permissions get, wrapKey and unwrapKey")
    account = requested_account(call)
    present = call.there("role", vault, name)
    if present is not None and call.world.assignment(present.name).role == role:
        return Reply(200, call.asked.honoured(call.show("role", present), DEFINITION))
    assigned = assign_role(call, vault, account, Assignment(name, role))
    return Reply(201, call.asked.honoured(call.show("role", assigned), DEFINITION))


def requested_name(call: Call) -> str:
    """Return the name of a new assignment; raises `Problem`."""
    name: str = call.at["name"].lower()
    if not GUID.fullmatch(name):
        message = f"The role assignment ID '{name}' is not a GUID."
        raise malformed(message, "InvalidRoleAssignmentId")
    return name


def requested_account(call: Call) -> str:
    """Return the account whose identity gets a role; raises `Problem`."""
    principal = call.asked.required(PRINCIPAL).lower()
    account = account_with_identity(call, principal)
    if account is None:
        because = ["environment.role-needs-identity"]
        message = f"Principal {principal} does not exist in the directory."
        raise Problem(400, "PrincipalNotFound", message, because)
    return account


def assign_role(call: Call, vault: Vault, account: str, assignment: Assignment) -> Role:
    """Assign a role to an identity, under the name and the role that the client chose."""
    call.submit(commands.AssignKeyRole(vault.name, account))
    assigned = f"{vault.name}/{account}"
    assignments = {**call.world.assignments, assigned: assignment}
    call.world = call.world._replace(assignments=assignments)
    role: Role = call.entity(Role, assigned)
    return role


def remove_role(call: Call, role: Role) -> Body:
    """Remove a role, and return the assignment as it was."""
    shown = call.show("role", role)
    call.submit(commands.RemoveKeyRole(role.vault.name, role.resource.name))
    return shown
