"""The world of one account before a change, as commands that lead there.

What becomes of one account concerns no other, so each has a world with its own vaults alone.  What
the plan does not show is assumed to be as enabling customer-managed keys demands it.
"""

from collections.abc import Iterator
from typing import Any

from ..machine import Command, Stage
from ..machine.commands import (
    AssignKeyRole,
    CreateKey,
    CreateResource,
    CreateVault,
    CreateWorkspace,
    DeployModel,
    DisableIdentity,
    EnableCustomerManagedKeys,
    EnableIdentity,
    GrantKeyAccess,
    RevokeKeyAccess,
    SetPermissionModel,
    TrainModel,
    UploadDocument,
)
from .estate import Estate, KnownAccount, KnownVault, holds_of, location_name
from .plan import UNKNOWN
from .things import Account, Key, Vault, subscription_of

TIER = "cmk-tier"
TENANT = "home"
KEY_TYPES = {"rsa": "RSA", "rsa-hsm": "RSA-HSM", "ec": "EC", "ec-hsm": "EC"}


class Setup:
    """The world of an account before a change: its stage, and the commands that lead there."""

    def __init__(self, estate: Estate, account: KnownAccount) -> None:
        self.estate = estate
        self.account = account
        self.vaults = estate.vaults_of(account)

    def stage(self) -> Stage:
        """Return the stage: the subscriptions and regions of an account and its vaults."""
        regions = {self.account.location: None}
        subscriptions = {self.subscription(self.account.before or self.account.after): TENANT}
        for state in self.account.states:
            if isinstance(state.location, str):
                regions[location_name(state.location)] = None
        for vault in self.vaults:
            regions[self.region(vault)] = None
            subscriptions[self.subscription(vault.before or vault.after)] = TENANT
        # An account may be global, which is no region.
        regions.pop("global", None)
        return Stage(
            tenants=(TENANT,),
            subscriptions=subscriptions,
            regions=tuple(regions) or ("westeurope",),
            tiers={TIER: True},
        )

    def region(self, vault: KnownVault) -> str:
        """Return the region of a vault: that of the account if it uses a key of the vault.

        Otherwise the account could not use the key.
        """
        is_in_use = self.account.key is not None and self.account.key.vault == vault.name
        if not is_in_use:
            for facts in vault.states:
                if isinstance(facts.location, str):
                    return location_name(facts.location)
        # An account may be global, a vault is in a region.
        return self.account.location if self.account.location != "global" else "westeurope"

    def subscription(self, facts: Account | Vault | None) -> str:
        """Return the name of a subscription in the model; one that is not known is that of the
        account, or else `production`.
        """
        own = UNKNOWN
        for state in self.account.states:
            if own is UNKNOWN:
                own = subscription_of(state.id)
        subscription = subscription_of(facts.id) if facts is not None else UNKNOWN
        otherwise = self.estate.names.shown(own, "production")
        return self.estate.names.shown(subscription, otherwise)

    def group(self, facts: Account | Vault | None) -> str:
        """Return the name of a resource group in the model."""
        return self.estate.names.shown(facts.group if facts is not None else UNKNOWN, "group")

    def commands(self) -> list[Command]:
        """Return the commands that lead to the world of an account before the change."""
        commands: list[Command] = []
        for vault in self.vaults:
            if vault.exists_before:
                commands += self._setup_vault(vault)
        if self.account.exists_before:
            commands += self._setup_account()
        return commands

    def _setup_vault(self, vault: KnownVault) -> Iterator[Command]:
        """Yield the commands that make a vault; one in use is as it has to be, by assumption."""
        used = self.account.key
        key_in_use = used.key if used is not None and used.vault == vault.name else None
        is_in_use = key_in_use is not None
        protected = vault.before is None or vault.before.purge_protection is not False
        # Keys are enabled by an access policy: a vault in use gets roles after that.
        yield CreateVault(
            vault.name,
            self.region(vault),
            self.subscription(vault.before or vault.after),
            self.group(vault.before or vault.after),
            purge_protection=is_in_use or protected,
            permission_model="rbac" if vault.uses_rbac and not is_in_use else "access-policies",
        )
        for key in vault.keys.values():
            if key.exists_before:
                kind, size = type_and_size(None if key.name == key_in_use else key.before)
                yield CreateKey(vault.name, key.name, kind, size)

    def _setup_account(self) -> Iterator[Command]:
        name = self.account.name
        yield self.create_resource(self.account.before or self.account.after)
        used = self.account.key
        has_identity = self.account.before is None or self.account.before.has_identity is not False
        # Keys are enabled with an identity: if it is off now, it is turned off after that.
        if has_identity or used is not None:
            yield EnableIdentity(name)
        for vault in self.vaults:
            is_needed = used is not None and used.vault == vault.name
            if vault.name in self.account.access or is_needed:
                yield GrantKeyAccess(vault.name, name)
        if used is not None:
            yield EnableCustomerManagedKeys(name, used.vault, used.key, through="api")
        yield from self._setup_contents(name)
        for vault in self.vaults:
            if self.estate.has_role_before(vault, self.account) is True:
                yield AssignKeyRole(vault.name, name)
        if used is not None:
            yield from self._setup_access_in_use(self.estate.vault_named(used.vault))

    def _setup_access_in_use(self, vault: KnownVault) -> Iterator[Command]:
        """Yield what leads from an access policy, by which keys are enabled, to what is there."""
        if vault.uses_rbac:
            if self.estate.has_role_before(vault, self.account) is not True:
                # A role that the plan doesn't show, or the account could not use its key.
                yield AssignKeyRole(vault.name, self.account.name)
            yield SetPermissionModel(vault.name, "rbac")
            # Now policies are ignored, so this takes nothing away.
            if not self.estate.is_listed(vault, self.account):
                yield RevokeKeyAccess(vault.name, self.account.name)
        elif vault.name not in self.account.access:
            yield RevokeKeyAccess(vault.name, self.account.name)
        if self._lacks_its_identity():
            yield DisableIdentity(self.account.name)

    def works_by_role(self) -> bool:
        """Return whether the account uses its key by a role alone before."""
        if self.account.key is None:
            return False
        vault = self.estate.vault_named(self.account.key.vault)
        return vault.uses_rbac and not self.estate.is_listed(vault, self.account)

    def _lacks_its_identity(self) -> bool:
        """Return whether the identity is off before by which the account uses its key."""
        before = self.account.before
        return self.account.user.is_system and before is not None and before.identity is False

    def lost_before(self) -> str:
        """Return what an account lacked before the plan to use its key; empty if nothing."""
        used = self.account.key
        if used is None or not self.account.exists_before:
            return ""
        if used.vault not in self.account.access:
            return "access"
        if self._lacks_its_identity():
            return "identity"
        return ""

    def _setup_contents(self, account: str) -> Iterator[Command]:
        holds = holds_of(self.estate.holds, account)
        if holds == "nothing":
            return
        yield CreateWorkspace(workspace_of(account), account)
        yield UploadDocument(document_of(account), workspace_of(account))
        if holds == "models":
            yield TrainModel(model_of(account), workspace_of(account))
            yield DeployModel(model_of(account))

    def create_resource(self, facts: Account | None, **options: Any) -> CreateResource:
        """Return the command that makes an account as it is described."""
        location = self.account.location
        if facts is not None and isinstance(facts.location, str):
            location = location_name(facts.location)
        kind: Any = self.account.kind
        return CreateResource(
            self.account.name,
            kind,
            location,
            TIER,
            self.subscription(facts),
            self.group(facts),
            **options,
        )


def type_and_size(facts: Key | None) -> tuple[Any, int]:
    """Return type and size of a key; what is not known is as customer-managed keys demand it."""
    kind = "RSA"
    size = 2048
    if facts is not None and isinstance(facts.type, str):
        kind = KEY_TYPES.get(facts.type.lower(), "RSA")
    if facts is not None and isinstance(facts.size, int):
        size = facts.size
    return kind, size


def workspace_of(account: str) -> str:
    """Return the name of the workspace that stands for all of an account's."""
    return f"{account}-workspace"


def document_of(account: str) -> str:
    """Return the name of the document that stands for all of an account's."""
    return f"{account}-document"


def model_of(account: str) -> str:
    """Return the name of the model that stands for all of an account's."""
    return f"{account}-model"
