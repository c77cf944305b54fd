"""User-assigned identities: resources of their own, of which the model knows nothing."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from .calls import Call, Reply
from .forms import Body
from .identities import identity_body
from .places import requested_location
from .settings import put_settings, settings_of
from .values import Values, value
from .worlds import Group


class UserAssigned(NamedTuple):
    """An identity, by its name as it was created."""

    id: str
    name: str
    location: str


def path_of(group: Group) -> str:
    """Return the id of a resource group."""
    return f"/subscriptions/{group.subscription}/resourceGroups/{group.name}"


def identities(call: Call, group: Group) -> Mapping[str, Any]:
    return settings_of(call.world, "identities", path_of(group))


def put_identity(call: Call, group: Group) -> Reply:
    """Create an identity, or return the one that is there."""
    name = call.new_name("identity")
    location = requested_location(call)
    present = call.there("identity", group, name)
    identity = present or UserAssigned(
        f"{path_of(group)}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}",
        name,
        location,
    )
    put_settings(
        call, "identities", path_of(group), {**identities(call, group), identity.name: identity}
    )
    shown = call.asked.honoured(call.show("identity", identity))
    return Reply(200 if present else 201, shown)


@value
def who_it_is(shown: Values) -> Body:
    """The principal and the client of an identity."""
    return {"tenantId": shown.call.claims["tid"], **identity_body(shown.call, shown.entity.id)}


def delete_identity(call: Call, identity: UserAssigned) -> Reply:
    group = call.at["group"]
    left = {name: each for name, each in identities(call, group).items() if each != identity}
    put_settings(call, "identities", path_of(group), left)
    return Reply(200)
