"""The section `identity` of an account: its own identity, and those that a client assigns."""

from ...machine import commands
from ...machine.entities import Resource
from .calls import Call
from .forms import Body
from .problems import malformed
from .settings import put_settings
from .values import user_assigned

TYPE = "identity.type"
USER_ASSIGNED = "identity.userAssignedIdentities"

OWN = "systemassigned"
ASSIGNED = "userassigned"
NONE = "none"


def requested_types(call: Call) -> list[str]:
    """Return the types of identity that a request names, in lower case; raises `Problem`."""
    written = call.asked.get(TYPE, str, "")
    types = [part.strip().lower() for part in written.split(",") if part.strip()]
    for name in types:
        # `None` stands alone
        if name not in (OWN, ASSIGNED, NONE) or (name == NONE and len(types) > 1):
            raise malformed(f"'{TYPE}' is '{written[:60]}', which is no type of identity.")
    return types


def turn_on_own(call: Call, account: str) -> None:
    """Turn on the account's own identity if a request asks for it."""
    if OWN in requested_types(call):
        call.submit(commands.EnableIdentity(account))


def turn_off_own(call: Call, account: str) -> None:
    """Turn off the account's own identity if a request asks for that, or for others only."""
    types = requested_types(call)
    is_on = call.entity(Resource, account).identity
    # `None` asks to turn it off, on or not; other identities say nothing of one that is off
    if types == [NONE] or (types == [ASSIGNED] and is_on):
        call.submit(commands.DisableIdentity(account))


def keep_assigned(call: Call, account: str) -> None:
    """Keep the identities that a client assigns to an account; raises `Problem`.

    Those that a request names come to those that are there, unless it says null of one.
    """
    types = requested_types(call)
    asked = call.asked.get(USER_ASSIGNED, dict, {})
    # a type that leaves them out takes them away
    if types and ASSIGNED not in types:
        put_settings(call, "user_assigned", account, {})
        return
    identities = user_assigned(call.world, account)
    for identifier, value in asked.items():
        if value is None:
            identities.pop(identifier, None)
        else:
            identities[identifier] = identity_body(call, identifier)
    if ASSIGNED in types and not identities:
        raise malformed(f"'{USER_ASSIGNED}' has to name an identity.")
    put_settings(call, "user_assigned", account, identities)


def identity_body(call: Call, identifier: str) -> Body:
    """Return what is shown of an identity that a client assigned."""
    name = identifier.lower()
    return {
        "principalId": call.world.id_of("user-assigned principal", name),
        "clientId": call.world.id_of("user-assigned client", name),
    }


def done_by_identity(call: Call) -> list[str]:
    """Return the members of the section that need not be shown as they were asked for."""
    # an account without identities shows no section
    if requested_types(call) == [NONE]:
        return [TYPE]
    return []
