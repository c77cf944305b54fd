"""The account whose changes are looked for, with the world before, and what a change is."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from ..machine import Command
from ..machine.commands import GrantKeyAccess, RemoveKeyRole, RevokeKeyAccess
from .estate import AFTER, BEFORE, Estate, KnownAccount, KnownVault
from .inventory import Entry
from .plan import DELETE, Plan
from .setup import Setup
from .things import Account, KeyInUse, MayBeUnknown, Vault

Commands = tuple[Command, ...]
NOTHING: Commands = ()

HSM = "keys.managed-hsm"
"""The requirement that leaves open whether a key in a managed HSM can be in use."""


@dataclass(frozen=True)
class PlannedChange:
    """One difference: its kind, which has words in `advice.yaml`, and its readings."""

    kind: str
    readings: tuple[Commands, ...]
    names: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    """The names that its words have, by what they are: `vault`, `key`."""
    silent: str = ""
    """The requirement that leaves its readings open; empty if an unknown value does."""
    verdict: str = ""
    """The verdict where the model has no command for it: nobody says what it does, or a requirement
    says that no request does this."""
    cites: str = ""
    """That requirement."""

    @property
    def is_certain(self) -> bool:
        """Return whether there is one reading."""
        return len(self.readings) == 1


def may(commands: Commands, certain: bool = False) -> tuple[Commands, ...]:
    """Return the readings of what is done for certain, or else done or not."""
    return (commands,) if certain else (commands, NOTHING)


class Context:
    """One account of a plan, and one resource of it: what its changes are read against."""

    entry: Entry

    def __init__(self, plan: Plan, estate: Estate, account: KnownAccount) -> None:
        self.plan = plan
        self.estate = estate
        self.account = account
        self.setup = Setup(estate, account)
        self.vaults = self.setup.vaults

    def at(self, entry: Entry) -> "Context":
        """Return the same for the changes of one resource."""
        here = copy(self)
        here.entry = entry
        return here

    def change(
        self,
        kind: str,
        readings: tuple[Commands, ...],
        vault: KnownVault | None = None,
        silent: str = "",
        verdict: str = "",
        cites: str = "",
        **names: str | Sequence[str],
    ) -> PlannedChange:
        """Return a change with the names that its words have."""
        key = self.account.key
        names["account"] = self.account.name
        names["key_before"] = "" if key is None else key.key
        if vault is not None:
            names["vault"] = vault.name
        return PlannedChange(kind, readings, names, silent, verdict, cites)

    def feature(self, name: str) -> Any:
        """Return a setting of the provider of the resource that is on by default, or `UNKNOWN`."""
        return self.plan.feature(self.entry.resource, name, default=True)

    def is_this_account(self, reference: MayBeUnknown) -> bool:
        """Return whether a reference is to this account."""
        return self.estate.account(reference) is self.account

    def vault(self, *references: MayBeUnknown) -> KnownVault | None:
        """Return the vault of the first reference that tells which it is; None if this account
        neither uses it nor is to use it.
        """
        for reference in references:
            vault = self.estate.vault(reference)
            if vault is not None:
                return vault if vault in self.vaults else None
        return None

    def revoke(self, vault: KnownVault) -> Commands:
        """Return the command that takes the access to a vault away."""
        if vault.uses_rbac:
            return (RemoveKeyRole(vault.name, self.account.name),)
        return (RevokeKeyAccess(vault.name, self.account.name),)

    def grant(self, vault: KnownVault) -> Commands:
        """Return the command that gives access to a vault."""
        return (GrantKeyAccess(vault.name, self.account.name),)

    def plan_does(self, action: str, known: KnownVault | KnownAccount) -> bool:
        """Return whether the plan deletes or makes a vault or an account in a change of its own, be
        it under another address; a change that is only potential does not count.
        """
        state = BEFORE if action == DELETE else AFTER
        for entry, facts in self.estate.each(Vault, Account, states=[state]):
            find = self.estate.vault if isinstance(facts, Vault) else self.estate.account
            is_done = action in entry.resource.actions and not entry.resource.is_potential
            if is_done and find(facts.id) is known:
                return True
        return False

    def other_owner_of_key(self) -> Entry | None:
        """Return the resource that goes on naming the key of the account beside its own block."""
        for entry, facts in self.estate.each(KeyInUse, states=[AFTER]):
            if self.is_this_account(facts.account):
                return entry
        return None

    def shows_no_access(self, vault: KnownVault, *but: Entry) -> bool:
        """Return whether the account uses a vault, and no access of it is visible that stays.

        The resource that changes gives none, nor those of ``but``.

        Where the vault or the account goes too, that has a finding of its own.
        """
        if (
            not self.uses(vault)
            or self.plan_does(DELETE, vault)
            or self.plan_does(DELETE, self.account)
        ):
            return False
        return not self.estate.keeps_access(
            vault, self.account, (self.entry, *but), vault.uses_rbac
        )

    def uses(self, vault: KnownVault) -> bool:
        """Return whether the account uses a key of a vault before the change."""
        return self.account.key is not None and self.account.key.vault == vault.name
