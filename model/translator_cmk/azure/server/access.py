"""Access policies of key vaults."""

from typing import Any

from ...machine import commands
from ...machine.entities import Grant, Resource, Vault
from .asked import Asked
from .calls import Call
from .forms import FORMS, Body
from .problems import malformed, outside

PERMISSIONS = FORMS["access_policy"]["permissions"]["keys"]
"""The key permissions that the model's grant stands for."""

POLICIES = "properties.accessPolicies"


def change_access(call: Call, vault: Vault) -> Body:
    """Add, remove or replace access policies."""
    change = call.at["change"].lower()
    policies = call.asked.get(POLICIES, list)
    call.asked.honoured({}, POLICIES)
    if policies is None or change not in ("add", "remove", "replace"):
        raise malformed(
            f"'{change}' has to be add, remove or replace, with access policies.", "BadRequest"
        )
    if change == "add":
        add_access(call, vault, policies)
    elif change == "remove":
        remove_access(call, vault, policies)
    else:
        set_access(call, vault, policies)
    return call.show("access", call.again(vault), change=change)


def add_access(call: Call, vault: Vault, policies: list[Any]) -> None:
    for account in accounts_named(call, vault, policies):
        call.submit(commands.GrantKeyAccess(vault.name, account))


def remove_access(call: Call, vault: Vault, policies: list[Any]) -> None:
    for account in accounts_named(call, vault, policies):
        call.submit(commands.RevokeKeyAccess(vault.name, account))


def set_access(call: Call, vault: Vault, policies: list[Any]) -> None:
    """Grant and revoke until the access policies are these."""
    wanted = accounts_named(call, vault, policies)
    present = accounts_with_access(call, vault)
    for account in present:
        if account not in wanted:
            call.submit(commands.RevokeKeyAccess(vault.name, account))
    for account in wanted:
        if account not in present:
            call.submit(commands.GrantKeyAccess(vault.name, account))


def accounts_with_access(call: Call, vault: Vault) -> list[str]:
    names = []
    for grant in call.every(Grant):
        if grant.vault.name == vault.name:
            names.append(grant.resource.name)
    return names


def accounts_named(call: Call, vault: Vault, policies: list[Any]) -> list[str]:
    """Return the accounts to whose identities access policies are; raises `Problem`."""
    return [account_named(call, vault, policy) for policy in policies]


def account_named(call: Call, vault: Vault, policy: Any) -> str:
    """Return the account whose identity an access policy gives the key permissions of the model's
    grant; raises `Problem`.
    """
    asked = Asked(policy)
    principal = asked.required("objectId").lower()
    asked.required("tenantId")
    asked.required("permissions.keys", list)
    known = {"tenantId": vault.subscription.tenant.name, "permissions": {"keys": PERMISSIONS}}
    asked.honoured(known, "objectId")
    account = account_with_identity(call, principal)
    if account is None:
        raise outside("an access policy for an identity that is not that of an account")
    return account


def account_with_identity(call: Call, principal: str) -> str | None:
    """Return the account of an identity, be it off, by its object id; None if it is of none."""
    for account in call.every(Resource):
        if call.world.principal(account) == principal:
            return str(account.name)
    return None
