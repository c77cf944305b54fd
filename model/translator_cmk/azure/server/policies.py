"""Access policies of a key vault, as requests have them: who may do what.

The model has a policy only as a grant: for the identity of an account, with the key permissions
get, wrapKey and unwrapKey.  All others are kept beside the model.
"""

from typing import Any, NamedTuple

from ...escaping import GUID
from ...machine.entities import Grant, Resource, Vault
from .asked import Asked
from .calls import Call
from .fixed import FIXED
from .forms import Body
from .problems import malformed
from .settings import put_settings, settings_of
from .values import Values, value

PERMISSIONS: list[str] = FIXED["permissions"]
"""The permissions on keys that there are."""

OF_A_GRANT = frozenset({"get", "wrapKey", "unwrapKey"})
"""The key permissions that the model's grant stands for."""

ALL = "all"


class Policy(NamedTuple):
    """What one principal may do with keys."""

    object_id: str
    permissions: frozenset[str]

    @property
    def gives_key_access(self) -> bool:
        """Whether it has what the model's grant stands for."""
        return ALL in self.permissions or self.permissions >= OF_A_GRANT

    def with_more(self, other: "Policy") -> "Policy":
        """Return the policy with the permissions of another one too."""
        return self._replace(permissions=self.permissions | other.permissions)

    def with_less(self, other: "Policy") -> "Policy":
        """Return the policy without the permissions of another one."""
        return self._replace(permissions=self.permissions - other.permissions)

    def allows(self, permission: str) -> bool:
        """Whether the principal may do something with keys."""
        return ALL in self.permissions or permission in self.permissions

    def body(self) -> Body:
        """Return the permissions as they are shown, in the order in which Azure lists them."""
        return {"keys": [name for name in PERMISSIONS if name in self.permissions]}


# Reading


def requested_policies(vault: Vault, policies: list[Any]) -> list[Policy]:
    """Return the access policies of a request, one for each principal; raises `Problem`."""
    by_principal: dict[str, Policy] = {}
    for body in policies:
        policy = requested_policy(vault, body)
        if policy.object_id in by_principal:
            policy = by_principal[policy.object_id].with_more(policy)
        by_principal[policy.object_id] = policy
    return list(by_principal.values())


def requested_policy(vault: Vault, body: Any) -> Policy:
    asked = Asked(body)
    object_id = asked.required("objectId").lower()
    if not GUID.fullmatch(object_id):
        raise malformed(f"The object id '{object_id[:40]}' of an access policy is not a GUID.")
    asked.required("tenantId")
    permissions = checked_permissions(asked.get("permissions.keys", list, []))
    # no permissions but those for keys, which are done
    known = {"tenantId": vault.subscription.tenant.name, "permissions": {}}
    asked.honoured(known, "objectId", "permissions.keys")
    return Policy(object_id, permissions)


def checked_permissions(names: list[Any]) -> frozenset[str]:
    """Return permissions by their names as Azure writes them; raises `Problem`."""
    known = {name.lower(): name for name in PERMISSIONS}
    found = set()
    for name in names:
        canonical = known.get(name.lower()) if isinstance(name, str) else None
        if canonical is None:
            raise malformed(f"'{str(name)[:40]}' is no permission for keys.", "BadRequest")
        found.add(canonical)
    return frozenset(found)


# Whose they are


def account_with_identity(call: Call, principal: str) -> str | None:
    """Return the account of an identity, be it off, by its object id; None if it is of none."""
    for account in call.every(Resource):
        if call.world.principal(account) == principal:
            return str(account.name)
    return None


def policies_of(call: Call, vault: Vault) -> list[Policy]:
    """Return the access policies of a vault: those of the model's grants, then those kept beside
    the model.
    """
    policies = []
    for grant in call.every(Grant):
        if grant.vault.name == vault.name:
            policies.append(policy_of_grant(call, grant))
    policies.extend(other_policies(call, vault))
    return policies


def other_policies(call: Call, vault: Vault) -> list[Policy]:
    """Return the policies of a vault that are kept beside the model."""
    return list(settings_of(call.world, "access_policies", vault.name).values())


def policy_of_grant(call: Call, grant: Grant) -> Policy:
    """Return the policy that a grant stands for, with what a client asked for besides."""
    object_id = call.world.principal(grant.resource)
    asked_for = settings_of(call.world, "grant", grant.name).get("permissions", OF_A_GRANT)
    return Policy(object_id, asked_for)


def keep_other_policies(call: Call, vault: Vault, policies: dict[str, Policy]) -> None:
    """Keep the policies of a vault that the model does not have, by principal."""
    put_settings(call, "access_policies", vault.name, policies)


def keep_permissions_of_grant(call: Call, vault: Vault, account: str, policy: Policy) -> None:
    """Keep which permissions a client asked for where the model has a grant."""
    settings = {"permissions": policy.permissions}
    put_settings(call, "grant", f"{vault.name}/{account}", settings)


@value
def access_policies(shown: Values) -> list[Body]:
    """The access policies of a key vault."""
    vault = shown.entity
    bodies = []
    for policy in policies_of(shown.call, vault):
        body = {
            "tenantId": vault.subscription.tenant.name,
            "objectId": policy.object_id,
            "permissions": policy.body(),
        }
        bodies.append(body)
    return bodies
