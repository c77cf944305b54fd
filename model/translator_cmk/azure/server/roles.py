"""Roles, and requests for role assignments."""

import re
from collections.abc import Callable
from typing import Any

from ...machine import commands
from ...machine.entities import Vault
from ..names import GUID
from .assignments import (
    ROLES,
    Assigned,
    assignments_at,
    drop_assignment,
    every_assignment,
    gives_key_access,
    id_of_scope,
    is_at_or_below,
    keep_assignment,
)
from .calls import Call, Reply
from .forms import Body
from .policies import account_with_identity
from .problems import Problem, found, malformed, outside
from .values import Values, value
from .worlds import Assignment

DEFINITION = "properties.roleDefinitionId"
"""It may be written below a subscription or without one, and leads to the same role."""

PRINCIPAL = "properties.principalId"
PRINCIPAL_TYPE = "properties.principalType"

PRINCIPAL_TYPES = ("User", "Group", "ServicePrincipal", "ForeignGroup", "Device")

NOBODY = "00000000-0000-0000-0000-000000000000"

OF_ROLE_NAME = re.compile(r"roleName eq '([^']*)'", re.IGNORECASE)
OF_PRINCIPAL = re.compile(r"(?:principalId eq |assignedTo\()'([^']*)'\)?", re.IGNORECASE)
AT_SCOPE = re.compile(r"atScope\(\)", re.IGNORECASE)


# Definitions


def list_role_definitions(call: Call, _: Any) -> Body:
    """List the roles; the filter is that on the name."""
    written = call.query.get("$filter", "").strip()
    match = OF_ROLE_NAME.fullmatch(written)
    if written and match is None and not AT_SCOPE.fullmatch(written):
        raise outside(f"$filter {written}")
    definitions = []
    for identifier, role in ROLES.items():
        if match is None or match[1].lower() == role["name"].lower():
            definitions.append(call.show("role_definition", identifier))
    return call.page(definitions)


def get_role_definition(call: Call, _: Any) -> Body:
    identifier = call.at["definition"].lower()
    message = f"The specified role definition with ID '{identifier}' does not exist."
    found(ROLES.get(identifier), "RoleDefinitionDoesNotExist", message)
    return call.show("role_definition", identifier)


@value
def subscription_id(shown: Values) -> str:
    """The subscription that the path names."""
    return str(shown.call.at["subscription"].name)


@value
def role_name(shown: Values) -> str:
    return str(ROLES[shown.entity]["name"])


@value
def data_actions(shown: Values) -> list[str]:
    """The permissions of a role on keys, in the words of Azure RBAC."""
    actions = []
    for permission in ROLES[shown.entity]["keys"]:
        actions.append(DATA_ACTIONS[permission])
    return list(dict.fromkeys(actions))


DATA_ACTIONS = {
    "all": "Microsoft.KeyVault/vaults/keys/*",
    "get": "Microsoft.KeyVault/vaults/keys/read",
    "list": "Microsoft.KeyVault/vaults/keys/read",
    "update": "Microsoft.KeyVault/vaults/keys/update/action",
    "backup": "Microsoft.KeyVault/vaults/keys/backup/action",
    "encrypt": "Microsoft.KeyVault/vaults/keys/encrypt/action",
    "decrypt": "Microsoft.KeyVault/vaults/keys/decrypt/action",
    "wrapKey": "Microsoft.KeyVault/vaults/keys/wrap/action",
    "unwrapKey": "Microsoft.KeyVault/vaults/keys/unwrap/action",
    "sign": "Microsoft.KeyVault/vaults/keys/sign/action",
    "verify": "Microsoft.KeyVault/vaults/keys/verify/action",
    "release": "Microsoft.KeyVault/vaults/keys/release/action",
}


# Reading assignments


def list_roles(call: Call, scope: Any) -> Body:
    """List the assignments at a scope, above it and, unless the filter says otherwise, below it."""
    wanted = requested_filter(call, id_of_scope(scope))
    return call.page(call.show("role", each) for each in every_assignment(call) if wanted(each))


def requested_filter(call: Call, scope: str) -> Callable[[Assigned], bool]:
    """Return whether a list has an assignment; raises `Problem` for an unknown filter."""
    written = call.query.get("$filter", "").strip()
    parts = [part.strip() for part in re.split(r"\s+and\s+", written, flags=re.IGNORECASE)]
    principal = ""
    only_at_scope = False
    for part in parts:
        match = OF_PRINCIPAL.fullmatch(part)
        if match is not None:
            principal = match[1].lower()
        elif AT_SCOPE.fullmatch(part):
            only_at_scope = True
        elif part:
            raise outside(f"$filter {written}")

    def is_wanted(assigned: Assigned) -> bool:
        if principal and assigned.principal.lower() != principal:
            return False
        if is_at_or_below(scope, assigned.scope):
            return True
        return not only_at_scope and is_at_or_below(assigned.scope, scope)

    return is_wanted


# Assigning


def put_role(call: Call, scope: Any) -> Reply:
    """Assign a role, or return the assignment that is there."""
    name = requested_name(call)
    role = requested_role(call)
    principal = requested_principal(call)
    present = assignments_at(call, scope).get(name)
    if present is not None and present.role == role and present.principal == principal:
        return Reply(200, call.asked.honoured(call.show("role", present), DEFINITION))
    account = account_with_identity(call, principal)
    if account is not None and gives_key_access(role):
        assign_in_model(call, scope, account, Assignment(name, role, call.now))
    else:
        assign_beside_model(call, scope, name, role, principal)
    assigned = assignments_at(call, scope)[name]
    return Reply(201, call.asked.honoured(call.show("role", assigned), DEFINITION))


def requested_name(call: Call) -> str:
    """Return the name of a new assignment; raises `Problem`."""
    name: str = call.at["name"].lower()
    if not GUID.fullmatch(name):
        message = f"The role assignment ID '{name}' is not a GUID."
        raise malformed(message, "InvalidRoleAssignmentId")
    return name


def requested_role(call: Call) -> str:
    """Return the id of the role of a request; raises `Problem`."""
    role: str = call.asked.required(DEFINITION).lower().rpartition("/")[2]
    if role not in ROLES:
        message = f"The specified role definition with ID '{role}' does not exist."
        raise malformed(message, "RoleDefinitionDoesNotExist")
    return role


def requested_principal(call: Call) -> str:
    """Return who gets a role; raises `Problem` if there is nobody.

    Whoever says what a principal is, is believed, as Azure does for one that was just made.
    """
    principal: str = call.asked.required(PRINCIPAL).lower()
    principal_type = requested_type(call)
    if not GUID.fullmatch(principal):
        raise malformed(f"The principal ID '{principal[:40]}' is not a GUID.", "InvalidPrincipalId")
    is_known = (
        principal_type != ""
        or principal == call.claims["oid"]
        or account_with_identity(call, principal) is not None
    )
    if principal == NOBODY or not is_known:
        because = ["environment.role-needs-identity"]
        message = f"Principal {principal} does not exist in the directory."
        raise Problem(400, "PrincipalNotFound", message, because)
    return principal


def requested_type(call: Call) -> str:
    """Return what the principal is, as Azure writes it, empty where a request does not say."""
    written = call.asked.get(PRINCIPAL_TYPE, str, "")
    for known in ("", *PRINCIPAL_TYPES):
        if written.lower() == known.lower():
            return known
    raise malformed(f"'{written[:40]}' is no type of principal.", "InvalidPrincipalType")


def assign_in_model(call: Call, scope: Any, account: str, assignment: Assignment) -> None:
    """Assign a role to the identity of an account, under the name that the client chose."""
    if not isinstance(scope, Vault):
        raise outside(
            "access to keys for the identity of an account by a role on anything but a key vault"
        )
    call.submit(commands.AssignKeyRole(scope.name, account))
    assignments = {**call.world.assignments, f"{scope.name}/{account}": assignment}
    call.world = call.world._replace(assignments=assignments)


def assign_beside_model(call: Call, scope: Any, name: str, role: str, principal: str) -> None:
    """Keep an assignment of which the model knows nothing; raises `Problem` if it is there under
    another name.
    """
    for other in assignments_at(call, scope).values():
        if other.name != name and (other.role, other.principal) == (role, principal):
            raise Problem(409, "RoleAssignmentExists", "The role assignment exists already.")
        if other.name == name:
            message = f"The role assignment '{name}' is of another role or principal."
            raise Problem(409, "RoleAssignmentUpdateNotPermitted", message)
    assigned = Assigned(
        scope=id_of_scope(scope),
        name=name,
        role=role,
        principal=principal,
        principal_type=requested_type(call) or "ServicePrincipal",
        subscription=call.at["subscription"].name,
        since=call.now,
    )
    keep_assignment(call, assigned)


def remove_role(call: Call, assigned: Assigned) -> Body:
    """Remove a role, and return the assignment as it was."""
    shown = call.show("role", assigned)
    if assigned.in_model is not None:
        role = assigned.in_model
        call.submit(commands.RemoveKeyRole(role.vault.name, role.resource.name))
    else:
        drop_assignment(call, assigned)
    return shown
