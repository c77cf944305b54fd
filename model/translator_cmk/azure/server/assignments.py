"""Role assignments: those that the model has, and those that are kept beside it.

The model has a role of an account's identity on a key vault, if the role gives what the article
asks of an access policy.  All others are kept.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from ...machine.entities import Key, Resource, Role, Subscription, Vault
from .calls import Call
from .fixed import FIXED
from .policies import ALL, OF_A_GRANT
from .settings import put_settings, settings_of
from .values import local_name
from .worlds import Group

ROLES: dict[str, dict[str, Any]] = FIXED["roles"]
"""By id, the name of a role and the permissions on keys that it gives."""


class Assigned(NamedTuple):
    """A role that somebody has at a scope."""

    scope: str
    """The id of what the role is on, such as a key vault."""
    name: str
    role: str
    principal: str
    principal_type: str
    subscription: str
    since: float = 0.0
    in_model: Role | None = None
    """The role of the model that it stands for, if there is one."""


def gives_key_access(role: str) -> bool:
    """Return whether a role gives what the model's grant stands for."""
    permissions = ROLES[role]["keys"]
    return ALL in permissions or set(permissions) >= OF_A_GRANT


# Scopes


def id_of_scope(entity: Any) -> str:
    """Return the id of what roles can be on."""
    if isinstance(entity, Subscription):
        return f"/subscriptions/{entity.name}"
    if isinstance(entity, Group):
        return f"/subscriptions/{entity.subscription}/resourceGroups/{entity.name}"
    if isinstance(entity, Key):
        return f"{id_of_scope(entity.vault)}/keys/{local_name(entity)}"
    group = f"/subscriptions/{entity.subscription.name}/resourceGroups/{entity.group}"
    if isinstance(entity, Vault):
        return f"{group}/providers/Microsoft.KeyVault/vaults/{entity.name}"
    return f"{group}/providers/Microsoft.CognitiveServices/accounts/{entity.name}"


def is_at_or_below(scope: str, above: str) -> bool:
    """Return whether a scope is another one, or within it."""
    return f"{scope}/".lower().startswith(f"{above}/".lower())


# All that there are


def every_assignment(call: Call) -> Iterator[Assigned]:
    """Yield the roles of the model, then those that are kept beside it."""
    for role in call.every(Role):
        yield of_the_model(call, role)
    for (kind, _), kept in call.world.settings.items():
        if kind == "role_assignments":
            yield from kept.values()


def of_the_model(call: Call, role: Role) -> Assigned:
    """Return the assignment that a role of the model stands for."""
    named = call.world.assignment(role.name)
    return Assigned(
        scope=id_of_scope(role.vault),
        name=named.name,
        role=named.role,
        principal=call.world.principal(role.resource),
        principal_type="ServicePrincipal",
        subscription=role.vault.subscription.name,
        since=named.since,
        in_model=role,
    )


def assignments_at(call: Call, scope: Any) -> dict[str, Assigned]:
    """Return the assignments on one thing, by name."""
    identifier = id_of_scope(scope)
    found = {}
    for assigned in every_assignment(call):
        if assigned.scope.lower() == identifier.lower():
            found[assigned.name] = assigned
    return found


# Keeping


def keep_assignment(call: Call, assigned: Assigned) -> None:
    """Keep an assignment beside the model."""
    scope = assigned.scope.lower()
    kept = settings_of(call.world, "role_assignments", scope)
    put_settings(call, "role_assignments", scope, {**kept, assigned.name: assigned})


def drop_assignment(call: Call, assigned: Assigned) -> None:
    """End an assignment that is kept beside the model."""
    scope = assigned.scope.lower()
    kept = dict(settings_of(call.world, "role_assignments", scope))
    kept.pop(assigned.name, None)
    put_settings(call, "role_assignments", scope, kept)


def drop_assignments_within(call: Call, entity: Resource | Group) -> None:
    """End the assignments on something that is new, and on what it holds.

    Those on what had its id before ended with that.
    """
    identifier = id_of_scope(entity)
    for kind, scope in list(call.world.settings):
        if kind == "role_assignments" and is_at_or_below(scope, identifier):
            put_settings(call, kind, scope, {})
