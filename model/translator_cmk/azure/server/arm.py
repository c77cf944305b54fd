"""Azure Resource Manager: who may ask it, and what answers."""

from typing import Any, ClassVar

from ...machine import State
from ...machine.entities import Subscription
from . import (
    access,
    accounts,
    assigned_identities,
    availability,
    groups,
    keys,
    moves,
    operations,
    roles,
    subscriptions,
    vaults,
)
from .calls import Call, Collection, Handler
from .effects import state_in_effect
from .eventually import refuse_unseen
from .fixed import FIXED
from .places import COLLECTIONS
from .problems import Problem


class ManagerCall(Call):
    """A request of Azure Resource Manager."""

    collections: ClassVar[dict[str, Collection]] = {
        **COLLECTIONS,
        "identity": assigned_identities.identities,
        "key": keys.active_keys,
        "operation": operations.operations,
        "provider": subscriptions.providers,
        "role": roles.assignments_on,
    }

    handlers: ClassVar[dict[str, Handler]] = {
        "begun": operations.begun,
        "change_access": access.change_access,
        "change_tenant": subscriptions.change_tenant,
        "check_domain_name": availability.check_domain_name,
        "check_vault_name": availability.check_vault_name,
        "delete_account": accounts.delete_account,
        "delete_group": groups.delete_group,
        "delete_identity": assigned_identities.delete_identity,
        "get_operation_result": operations.get_operation_result,
        "get_operation_status": operations.get_operation_status,
        "list_account_keys": accounts.list_account_keys,
        "list_locks": subscriptions.list_locks,
        "list_permissions": subscriptions.list_permissions,
        "list_resources": subscriptions.list_resources,
        "list_roles": roles.list_roles,
        "move_resources": moves.move_resources,
        "patch_account": accounts.patch_account,
        "patch_vault": vaults.change_vault,
        "purge_account": accounts.purge_account,
        "put_account": accounts.put_account,
        "put_group": groups.put_group,
        "put_identity": assigned_identities.put_identity,
        "put_key": keys.put_key,
        "put_role": roles.put_role,
        "put_vault": vaults.put_vault,
        "remove_role": roles.remove_role,
    }

    def log_in(self) -> None:
        """Take the world of a token for Azure Resource Manager; raises `Problem`.

        Whoever has no good token is told where to get one.
        """
        try:
            self.sign_in(self.cloud.manager, *FIXED["audiences"])
            self.refuse_other_tenant()
        except Problem as problem:
            problem.headers = {"WWW-Authenticate": self.challenge(problem)}
            raise

    def find(self, word: str, above: Any, text: str) -> Any:
        """Return what a path names; raises `Problem`."""
        entity = super().find(word, above, text)
        # the handler is named after the body that it shows, so this reads the thing itself
        if word in ("account", "vault") and self.handler == word:
            refuse_unseen(self, word, entity.name)
        return entity

    def state_in_effect(self) -> State:
        return state_in_effect(self)

    def refuse_other_tenant(self) -> None:
        """Refuse a token of another tenant than the subscription's; raises `Problem`."""
        subscription = self.entity(Subscription, self.at.get("subscription", ""))
        if subscription is not None and subscription.tenant.name != self.claims["tid"]:
            message = f"The token must be of {subscription.tenant.name}."
            raise Problem(401, "InvalidAuthenticationTokenTenant", message)

    def challenge(self, problem: Problem) -> str:
        """Return what a request without a good token is answered with: where tokens are given."""
        return (
            f'Bearer authorization_uri="{self.cloud.login}/{self.tenant_of_path()}", '
            f'error="invalid_token", error_description="{problem.code}"'
        )

    def tenant_of_path(self) -> str:
        """Return the tenant of the subscription that the path names; `common` if it names none that
        there is.
        """
        name = self.at.get("subscription", "").lower()
        for world in self.worlds.latest():
            record = world.state.tables[Subscription].get(name)
            # a record is a tuple
            if record is not None:
                return str(record[Subscription.position["tenant"]])
        return "common"
