"""Roles on a key vault: those that the model has, and those that are kept beside it.

The model has a role of an account's identity, if the role gives what the article asks of an access
policy.  Any other matters only where the server is strict about its callers.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from ...escaping import GUID
from ...machine import commands
from ...machine.entities import Role, Vault
from .calls import Call, Reply
from .fixed import FIXED
from .forms import Body
from .policies import ALL, OF_A_GRANT, account_with_identity
from .problems import Problem, malformed, outside
from .settings import put_settings, settings_of
from .worlds import Assignment

ROLES: dict[str, dict[str, Any]] = FIXED["roles"]
"""By id, the name of a role and the permissions on keys that it gives."""

DEFINITION = "properties.roleDefinitionId"
"""It may be written below a subscription or without one, and leads to the same role."""

PRINCIPAL = "properties.principalId"
PRINCIPAL_TYPE = "properties.principalType"

PRINCIPAL_TYPES = ("User", "Group", "ServicePrincipal", "ForeignGroup", "Device")

NOBODY = "00000000-0000-0000-0000-000000000000"


class Assigned(NamedTuple):
    """A role that somebody has on a key vault."""

    scope: str
    """The id of the key vault."""
    name: str
    role: str
    principal: str
    principal_type: str
    subscription: str
    since: float = 0.0
    in_model: Role | None = None
    """The role of the model that it stands for, if there is one."""


# Reading


def assignments_on(call: Call, vault: Vault) -> dict[str, Assigned]:
    """Return the assignments on a key vault by name: those of the model, then all others."""
    found = {}
    for role in call.every(Role):
        if role.vault.name == vault.name:
            assigned = of_the_model(call, role)
            found[assigned.name] = assigned
    found.update(settings_of(call.world, "role_assignments", vault.name))
    return found


def of_the_model(call: Call, role: Role) -> Assigned:
    """Return the assignment that a role of the model stands for."""
    named = call.world.assignment(role.name)
    return Assigned(
        scope=scope_of(role.vault),
        name=named.name,
        role=named.role,
        principal=call.world.principal(role.resource),
        principal_type="ServicePrincipal",
        subscription=role.vault.subscription.name,
        since=named.since,
        in_model=role,
    )


def scope_of(vault: Vault) -> str:
    """Return the id of a key vault."""
    group = f"/subscriptions/{vault.subscription.name}/resourceGroups/{vault.group}"
    return f"{group}/providers/Microsoft.KeyVault/vaults/{vault.name}"


def list_roles(call: Call, vault: Vault) -> Body:
    if call.query.get("$filter"):
        raise outside(f"$filter {call.query['$filter']}")
    return call.page(call.show("role", each) for each in assignments_on(call, vault).values())


def roles_of(call: Call, principal: str, vault: Vault) -> Iterator[Assigned]:
    """Yield the roles that a principal has on a key vault."""
    for assigned in assignments_on(call, vault).values():
        if assigned.principal.lower() == principal.lower():
            yield assigned


# Assigning


def put_role(call: Call, vault: Vault) -> Reply:
    """Assign a role, or return the assignment that is there; raises `Problem` if another one has
    its name.
    """
    name = requested_name(call)
    role = requested_role(call)
    principal = requested_principal(call)
    present = assignments_on(call, vault).get(name)
    if present is not None:
        if (present.role, present.principal) == (role, principal):
            return Reply(200, call.asked.honoured(call.show("role", present), DEFINITION))
        message = f"The role assignment '{name}' is of another role or principal."
        raise Problem(409, "RoleAssignmentUpdateNotPermitted", message)
    account = account_with_identity(call, principal)
    if account is not None and gives_key_access(role):
        assign_in_model(call, vault, account, Assignment(name, role, call.now))
    else:
        assign_beside_model(call, vault, name, role, principal)
    assigned = assignments_on(call, vault)[name]
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
        raise outside(f"the role '{role[:40]}'")
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


def gives_key_access(role: str) -> bool:
    """Return whether a role gives what the model's grant stands for."""
    permissions = ROLES[role]["keys"]
    return ALL in permissions or set(permissions) >= OF_A_GRANT


def assign_in_model(call: Call, vault: Vault, account: str, assignment: Assignment) -> None:
    """Assign a role to the identity of an account, under the name that the client chose."""
    call.submit(commands.AssignKeyRole(vault.name, account))
    assignments = {**call.world.assignments, f"{vault.name}/{account}": assignment}
    call.world = call.world._replace(assignments=assignments)


def assign_beside_model(call: Call, vault: Vault, name: str, role: str, principal: str) -> None:
    """Keep an assignment of which the model knows nothing; raises `Problem` if it is there under
    another name.
    """
    for other in assignments_on(call, vault).values():
        if (other.role, other.principal) == (role, principal):
            raise Problem(409, "RoleAssignmentExists", "The role assignment exists already.")
    assigned = Assigned(
        scope=scope_of(vault),
        name=name,
        role=role,
        principal=principal,
        principal_type=requested_type(call) or "ServicePrincipal",
        subscription=vault.subscription.name,
        since=call.now,
    )
    kept = settings_of(call.world, "role_assignments", vault.name)
    put_settings(call, "role_assignments", vault.name, {**kept, name: assigned})


def remove_role(call: Call, assigned: Assigned) -> Body:
    """Remove a role, and return the assignment as it was."""
    shown = call.show("role", assigned)
    role = assigned.in_model
    if role is not None:
        call.submit(commands.RemoveKeyRole(role.vault.name, role.resource.name))
        return shown
    vault = call.at["vault"].name
    kept = dict(settings_of(call.world, "role_assignments", vault))
    del kept[assigned.name]
    put_settings(call, "role_assignments", vault, kept)
    return shown
