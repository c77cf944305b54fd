"""Changes of the access policies of a key vault."""

from typing import Any

from ...machine import commands
from ...machine.entities import Grant, Vault
from .calls import Call
from .effects import note_change
from .forms import Body
from .policies import (
    Policy,
    account_with_identity,
    keep_other_policies,
    keep_permissions_of_grant,
    other_policies,
    policies_of,
    requested_policies,
)
from .problems import malformed

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
    """Give each principal the permissions of a request besides those that it has."""
    present = by_principal(policies_of(call, vault))
    for policy in requested_policies(vault, policies):
        before = present.get(policy.object_id)
        merged = policy if before is None else before.with_more(policy)
        account = account_with_identity(call, policy.object_id)
        # also if the grant is there: the model answers a repeat
        if account is not None and merged.gives_key_access:
            call.submit(commands.GrantKeyAccess(vault.name, account))
        keep_policy(call, vault, account, merged, before)


def remove_access(call: Call, vault: Vault, policies: list[Any]) -> None:
    """Take the permissions of a request from each principal."""
    present = by_principal(policies_of(call, vault))
    for policy in requested_policies(vault, policies):
        before = present.get(policy.object_id)
        left = (before or policy).with_less(policy)
        account = account_with_identity(call, policy.object_id)
        takes_grant = has_grant(call, vault, account) and not left.gives_key_access
        # to take all that a grant gives is to revoke it, there or not: the model answers a repeat
        if account is not None and (takes_grant or policy.gives_key_access):
            call.submit(commands.RevokeKeyAccess(vault.name, account))
        keep_policy(call, vault, account, left, before)


def set_access(call: Call, vault: Vault, policies: list[Any]) -> None:
    """Change the access policies until they are these."""
    present = by_principal(policies_of(call, vault))
    wanted = by_principal(requested_policies(vault, policies))
    for object_id, policy in present.items():
        if object_id not in wanted:
            nothing_left = policy.with_less(policy)
            set_policy(call, vault, nothing_left, policy)
    for object_id, policy in wanted.items():
        set_policy(call, vault, policy, present.get(object_id))


def set_policy(call: Call, vault: Vault, policy: Policy, before: Policy | None) -> None:
    """Let a principal have these permissions, and no others."""
    account = account_with_identity(call, policy.object_id)
    if account is not None:
        # who sets all policies says again what is there, which is no request
        is_granted = has_grant(call, vault, account)
        if policy.gives_key_access and not is_granted:
            call.submit(commands.GrantKeyAccess(vault.name, account))
        elif is_granted and not policy.gives_key_access:
            call.submit(commands.RevokeKeyAccess(vault.name, account))
    keep_policy(call, vault, account, policy, before)


def by_principal(policies: list[Policy]) -> dict[str, Policy]:
    return {policy.object_id: policy for policy in policies}


def has_grant(call: Call, vault: Vault, account: str | None) -> bool:
    return call.entity(Grant, f"{vault.name}/{account}") is not None


def keep_policy(
    call: Call, vault: Vault, account: str | None, policy: Policy, before: Policy | None
) -> None:
    """Keep what a policy has beside the model, and since when."""
    note_change(call, vault, policy, before)
    others = by_principal(other_policies(call, vault))
    others.pop(policy.object_id, None)
    # this one the model has, as a grant
    if account is not None and policy.gives_key_access:
        keep_permissions_of_grant(call, vault, account, policy)
    elif policy.permissions:
        others[policy.object_id] = policy
    keep_other_policies(call, vault, others)
