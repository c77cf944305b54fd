"""Azure Resource Manager: who may ask it, and what answers."""

from typing import ClassVar

from ...machine.entities import Subscription
from . import access, accounts, groups, moves, operations, roles, subscriptions, vaults
from .calls import Call, Handler
from .places import COLLECTIONS
from .problems import Problem
from .worlds import FIXED


class ManagerCall(Call):
    """A request of Azure Resource Manager."""

    collections = COLLECTIONS

    handlers: ClassVar[dict[str, Handler]] = {
        "begun": operations.begun,
        "change_access": access.change_access,
        "change_tenant": subscriptions.change_tenant,
        "delete_group": groups.delete_group,
        "list_account_keys": accounts.list_account_keys,
        "list_locations": subscriptions.list_locations,
        "list_resources": subscriptions.list_resources,
        "list_skus": accounts.list_skus,
        "move_resources": moves.move_resources,
        "patch_account": accounts.patch_account,
        "patch_vault": vaults.patch_vault,
        "put_account": accounts.put_account,
        "put_group": groups.put_group,
        "put_role": roles.put_role,
        "put_vault": vaults.put_vault,
        "remove_role": roles.remove_role,
    }

    def log_in(self) -> None:
        """Take the world of a token for Azure Resource Manager; raises `Problem`."""
        self.sign_in(self.cloud.manager, *FIXED["audiences"])
        subscription = self.entity(Subscription, self.at.get("subscription", ""))
        if subscription is not None and subscription.tenant.name != self.claims["tid"]:
            message = f"The token must be of {subscription.tenant.name}."
            raise Problem(401, "InvalidAuthenticationTokenTenant", message)
