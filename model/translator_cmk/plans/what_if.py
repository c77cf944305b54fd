"""Reads the result of a what-if: as the Azure CLI prints it, as REST answers, or of a stack."""

import re
from collections.abc import Mapping
from typing import Any

from ..errors import CommandError
from .fields import Fields
from .plan import (
    CREATE,
    DELETE,
    FORGET,
    NO_CHANGE,
    PERHAPS,
    UPDATE,
    Attributes,
    NamedResource,
    Plan,
    PlannedResource,
)
from .things import split_at_provider

CHANGE_TYPES: Mapping[str, tuple[str, ...]] = {
    "create": (CREATE,),
    "delete": (DELETE,),
    "detach": (FORGET,),
    "ignore": (NO_CHANGE,),
    "nochange": (NO_CHANGE,),
    "noeffect": (NO_CHANGE,),
    "modify": (UPDATE,),
    "deploy": (PERHAPS,),
    "unsupported": (PERHAPS,),
}
"""The actions of each type of change, its name in lower case."""

POTENTIAL = "potential"
"""The certainty of a change of a deployment stack that is made or not; a deployment has a list of
such changes instead."""

LENGTH_OF_A_GROUP = 5
"""So many parts has the id of a resource group, which names no provider:
`/subscriptions/S/resourceGroups/G`."""


def is_what_if(value: Any) -> bool:
    """Return whether a JSON value is a result of what-if."""
    if not isinstance(value, Mapping):
        return False
    if isinstance(value.get("changes"), list):
        return True
    properties = value.get("properties")
    if isinstance(properties, Mapping):
        return "changes" in properties
    # That of a deployment stack has an object in place of the list.
    return "changes" in value and "status" in value


def read_what_if(source: str, value: Any) -> Plan:
    """Return the plan; raises `CommandError` where it is not as what-if writes it."""
    content = Fields(source, "", value)
    check_status(content)
    if "changes" not in content.value:
        content = content.record("properties")
    resources = list(map(read_change, change_entries(content)))
    resources += [read_change(each, POTENTIAL) for each in content.records("potentialChanges")]
    return Plan(source, "what-if", tuple(filter(None, resources)), ordered=False)


def check_status(content: Fields) -> None:
    """Raise `CommandError` unless the what-if succeeded."""
    status = content.value.get("status")
    if content.value.get("error"):
        raise CommandError(f"{content.source}: what-if failed; mend what it says and run it again")
    if isinstance(status, str) and status.lower() != "succeeded":
        raise CommandError(
            f"{content.source}: what-if has not succeeded; mend what it says and run it again"
        )


def change_entries(content: Fields) -> list[Fields]:
    """Return the changes of a deployment, or of a stack."""
    changes = content.value.get("changes")
    if isinstance(changes, Mapping):
        return content.record("changes").records("resourceChanges")
    return content.records("changes")


def read_change(entry: Fields, certainty: str = "") -> PlannedResource | None:
    """Return one change; None for no resource of Azure."""
    address = entry.text("resourceId", "") or entry.text("id", "")
    if not address:
        return None
    word = entry.text("changeType").lower()
    actions = CHANGE_TYPES.get(word)
    if actions is None:
        known = ", ".join(CHANGE_TYPES)
        raise CommandError(
            f"{entry.source}: {entry.place('changeType')} is no type of change that is known; "
            f"those are {known}, so upgrade translator-cmk"
        )
    bodies = entry
    if "resourceConfigurationChanges" in entry.value:
        bodies = entry.record("resourceConfigurationChanges")
    before = body(bodies, "before", address)
    after = body(bodies, "after", address)
    if actions == (NO_CHANGE,) and after is None:
        # What-if shows what it ignores only as it is before.
        after = before
    certainty = certainty or entry.text("changeCertainty", "").lower()
    return PlannedResource(
        address=address,
        type=type_in(address),
        actions=actions,
        before=before,
        after=after,
        # Of what was not evaluated all is open already.
        is_potential=certainty == POTENTIAL and actions != (PERHAPS,),
    )


def body(entry: Fields, name: str, address: str) -> Attributes | None:
    """Return a body of ARM as attributes; what what-if did not resolve is unknown."""
    if entry.value.get(name) is None:
        return None
    known, unknown = known_and_unknown({"id": address, **entry.mapping(name)})
    return Attributes(known, unknown)


def known_and_unknown(value: Any) -> tuple[Any, Any]:
    """Return a value without what is unknown in it, and where that stands: expressions such as
    `[reference(...)]`, and secrets, which are shown as `*******`.
    """
    if isinstance(value, str):
        # ARM writes a text that begins with a bracket as `[[`.
        if value.startswith("[") and value.endswith("]") and not value.startswith("[["):
            return None, resource_named_in(value)
        is_hidden = bool(value) and not value.strip("*")
        return (None, True) if is_hidden else (value, False)
    if isinstance(value, Mapping):
        known: dict[str, Any] = {}
        unknown: dict[str, Any] = {}
        for name, item in value.items():
            known[name], unknown[name] = known_and_unknown(item)
        return known, unknown
    if isinstance(value, list):
        pairs = [known_and_unknown(item) for item in value]
        return [item for item, _ in pairs], [where for _, where in pairs]
    return value, False


def resource_named_in(expression: str) -> Any:
    """Return the one resource that an expression names by its id, or true for what is unknown.

    What-if never resolves such an expression: it is how Bicep writes the identity of an account.
    """
    ids = {found.lower() for found in re.findall("'(/subscriptions/[^']+)'", expression)}
    return NamedResource(ids.pop()) if len(ids) == 1 else True


def type_in(resource_id: str) -> str:
    """Return the type in the id of a resource: `Microsoft.KeyVault/vaults/keys`."""
    scope, rest = split_at_provider(resource_id)
    parts = scope.split("/")
    if not rest and len(parts) == LENGTH_OF_A_GROUP and parts[3].lower() == "resourcegroups":
        return "Microsoft.Resources/resourceGroups"
    words = rest.split("/")
    return "/".join([words[0], *words[1::2]])
