"""What a look at Azure's key vaults shows, with who has access."""

from collections.abc import Container
from typing import Any

from ...machine import Observation
from .access_calls import roles_on
from .bodies import PERMISSIONS
from .estate import Estate, word
from .key_looks import see_keys


def see_vaults(estate: Estate, seen: Observation) -> None:
    """Look at the vaults with who has access and with their keys, and at the deleted ones if one is
    missing.
    """
    for name, vault, where in estate.in_groups("vaults"):
        fields = where | active_fields(estate, vault)
        seen["vault"][name] = fields
        estate.vault_fields[name] = fields
        see_access_policies(estate, name, vault, seen)
        see_roles(estate, name, seen)
        see_keys(estate, name, seen)
    missing = estate.vault_fields.keys() - seen["vault"].keys()
    if missing:
        see_deleted_vaults(estate, missing, seen)


def active_fields(estate: Estate, vault: Any) -> dict[str, Any]:
    properties = vault.properties
    permission_model = "rbac" if properties.enable_rbac_authorization else "access-policies"
    return {
        "state": "active",
        "region": estate.region(str(vault.location)),
        "soft_delete": bool(properties.enable_soft_delete),
        "purge_protection": bool(properties.enable_purge_protection),
        "permission_model": permission_model,
    }


def see_access_policies(estate: Estate, name: str, vault: Any, seen: Observation) -> None:
    """Look at who has access: an access policy of nobody known shows none."""
    needed = {permission.lower() for permission in PERMISSIONS}
    for policy in vault.properties.access_policies or ():
        permissions = policy.permissions.keys_property or ()
        given = {word(permission).lower() for permission in permissions}
        if not given >= needed:
            continue
        for resource in identified_by(estate, {str(policy.object_id)}, seen):
            seen["grant"][f"{name}/{resource}"] = {"vault": name, "resource": resource}


def see_roles(estate: Estate, vault: str, seen: Observation) -> None:
    """Look at the roles on a vault of identities that are on."""
    assigned = roles_on(estate, vault)
    for resource in identified_by(estate, assigned.keys(), seen):
        seen["role"][f"{vault}/{resource}"] = {"vault": vault, "resource": resource}


def identified_by(estate: Estate, principals: Container[str], seen: Observation) -> list[str]:
    """Return the resources whose identity is on and one of these."""
    found = []
    for resource, fields in seen["resource"].items():
        if fields["registered"] and estate.principals[resource] in principals:
            found.append(resource)
    return found


def see_deleted_vaults(estate: Estate, missing: set[str], seen: Observation) -> None:
    """Look for vaults among the deleted ones.

    Their list leaves out how permissions are given, which is as it was.
    """
    subscriptions = {estate.places[name][0] for name in missing}
    for subscription in subscriptions:
        for vault in estate.all("vaults", subscription).list_deleted():
            name = str(vault.name)
            if name not in missing:
                continue
            protected = bool(vault.properties.purge_protection_enabled)
            now = {"state": "deleted", "soft_delete": True, "purge_protection": protected}
            seen["vault"][name] = estate.vault_fields[name] | now
