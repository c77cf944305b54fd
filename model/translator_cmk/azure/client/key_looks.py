"""What a look at the keys of a key vault shows."""

from typing import Any

from ...machine import Observation
from .estate import Estate
from .key_calls import remember


def see_keys(estate: Estate, vault: str, seen: Observation) -> None:
    """Look at the keys of a vault with all versions, and at the deleted ones if one is missing."""
    keys = estate.keys(vault)
    for listed in keys.list_properties_of_keys():
        name = f"{vault}/{listed.name}"
        versions = list(keys.list_properties_of_key_versions(str(listed.name)))
        # not every emulator says when a version was made; then the order of the list stands
        versions.sort(key=lambda version: version.created_on or 0)
        current = current_of(versions, estate.versions.get(name))
        if str(current.id) not in estate.material:
            remember(estate, vault, keys.get_key(str(listed.name)))
        kind, size = estate.material[str(current.id)]
        fields = {
            "state": "active",
            "type": kind,
            "size": size,
            "version": len(versions),
            "enabled": bool(current.enabled),
        }
        seen["key"][name] = fields
        estate.key_fields[name] = fields
    known = {name for name in estate.key_fields if name.startswith(f"{vault}/")}
    missing = known - seen["key"].keys()
    if missing:
        see_deleted_keys(estate, vault, missing, seen)


def current_of(versions: list[Any], known: str | None) -> Any:
    """Return the version that is known as the current one, or else the youngest."""
    for version in versions:
        if version.version == known:
            return version
    return versions[-1]


def see_deleted_keys(estate: Estate, vault: str, missing: set[str], seen: Observation) -> None:
    """Look for keys among the deleted ones.

    Only the current version of a deleted key is shown; the number of versions is as it was.
    """
    for deleted in estate.keys(vault).list_deleted_keys():
        name = f"{vault}/{deleted.name}"
        if name in missing:
            now = {"state": "deleted", "enabled": bool(deleted.properties.enabled)}
            seen["key"][name] = estate.key_fields[name] | now
