"""The data plane of Key Vault: who may ask it, and what answers."""

from typing import Any, ClassVar
from uuid import UUID

from ...machine.entities import Vault
from . import keys
from .callers import refuse_caller
from .calls import Call, Collection, Handler
from .problems import Problem, found


class VaultCall(Call):
    """A request of the data plane of a key vault."""

    collections: ClassVar[dict[str, Collection]] = {
        "key": keys.active_keys,
        "deleted_key": keys.deleted_keys,
    }

    handlers: ClassVar[dict[str, Handler]] = {
        "create_key": keys.create_key,
        "import_key": keys.import_key,
        "list_versions": keys.list_versions,
        "update_key": keys.update_key,
    }

    def log_in(self) -> Any:
        """Return the vault whose host is addressed, for a token of its tenant; others are told that
        tenant.
        """
        resource = f"https://{self.cloud.vaults}"
        try:
            self.sign_in(resource)
            vault = self.entity(Vault, self.host_name)
            if vault and vault.subscription.tenant.name != self.claims["tid"]:
                raise Problem(401, "Unauthorized", "AKV10032: Invalid issuer.")
        except Problem as problem:
            challenge = (
                f'Bearer authorization="{self.cloud.login}/{self.tenant_of_host()}", '
                f'resource="{resource}"'
            )
            headers = {"WWW-Authenticate": challenge}
            raise Problem(401, "Unauthorized", problem.message, headers=headers) from None
        vault = found(vault, "VaultNotFound", f"There is no vault '{self.host_name}'.")
        if self.strictness.strict:
            refuse_caller(self, vault)
        return vault

    def tenant_of_host(self) -> str:
        """Return the tenant of the vault whose host is addressed; where there is none, one that
        does not exist.
        """
        for vault in self.everywhere(Vault):
            return str(vault.subscription.tenant.name)
        return str(UUID(int=0))
