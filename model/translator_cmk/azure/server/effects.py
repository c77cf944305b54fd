"""When access that was granted takes effect: `Strictness.grants_after` seconds later.

Until then the model is asked as if the access were not there.  What is taken away is away at once.
"""

from collections.abc import Iterator
from typing import NamedTuple

from ...machine import Command, State, commands
from ...machine.entities import Grant, Role, Vault
from .calls import Call
from .policies import Policy, policies_of, policy_of_grant
from .roles import Assigned, of_the_model, roles_of
from .settings import put_settings, settings_of


class PolicyChange(NamedTuple):
    """A change of a principal's access policy."""

    before: Policy
    """What was in effect until then."""
    at: float


# Access policies


def note_change(call: Call, vault: Vault, policy: Policy, before: Policy | None) -> None:
    """Note that a principal has another policy from now on."""
    if not call.strictness.grants_after or policy == before:
        return
    if before is None:
        before = Policy(policy.object_id, frozenset())
    change = PolicyChange(in_effect(call, vault, before), call.now)
    changes = settings_of(call.world, "policy_changes", vault.name)
    put_settings(call, "policy_changes", vault.name, {**changes, policy.object_id: change})


def in_effect(call: Call, vault: Vault, policy: Policy) -> Policy:
    """Return what of a policy is in effect by now."""
    change = settings_of(call.world, "policy_changes", vault.name).get(policy.object_id)
    if change is None or is_over(call, change.at):
        return policy
    either = policy.permissions | change.before.permissions
    # one of them may say `all` where the other lists some
    in_both = {name for name in either if policy.allows(name) and change.before.allows(name)}
    return Policy(policy.object_id, frozenset(in_both))


def is_over(call: Call, since: float) -> bool:
    """Return whether what was granted at a time has taken effect by now."""
    return call.now - since >= call.strictness.grants_after


def policies_in_effect(call: Call, vault: Vault) -> list[Policy]:
    return [in_effect(call, vault, policy) for policy in policies_of(call, vault)]


# Roles


def is_role_in_effect(call: Call, assigned: Assigned) -> bool:
    return is_over(call, assigned.since)


def roles_in_effect(call: Call, principal: str, vault: Vault) -> list[str]:
    """Return the roles that a principal has on a key vault by now."""
    roles = []
    for assigned in roles_of(call, principal, vault):
        if is_role_in_effect(call, assigned):
            roles.append(assigned.role)
    return roles


# The model


def state_in_effect(call: Call) -> State:
    """Return the state as if the access of accounts that has not taken effect were taken away."""
    state = call.world.state
    if not call.strictness.grants_after:
        return state
    for command in withdrawals(call):
        state, _ = call.machine.step(state, command)
    return state


def withdrawals(call: Call) -> Iterator[Command]:
    """Yield what takes away each access of an account that has not taken effect."""
    for grant in call.every(Grant):
        policy = policy_of_grant(call, grant)
        if not in_effect(call, grant.vault, policy).gives_key_access:
            yield commands.RevokeKeyAccess(grant.vault.name, grant.resource.name)
    for role in call.every(Role):
        if not is_role_in_effect(call, of_the_model(call, role)):
            yield commands.RemoveKeyRole(role.vault.name, role.resource.name)
