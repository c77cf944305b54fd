"""Each difference between what was there and what is planned, as commands of the model.

A difference may have several *readings*, where a value is unknown or a silence decides: each is a
list of commands, and the plan may mean any of them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..machine import Command
from ..machine.commands import (
    AssignKeyRole,
    CreateKey,
    CreateVault,
    DeleteKey,
    DeleteResource,
    DeleteVault,
    DisableIdentity,
    EnableCustomerManagedKeys,
    EnableIdentity,
    EnablePurgeProtection,
    GrantKeyAccess,
    RecoverKey,
    RecoverVault,
    RemoveKeyRole,
    ReturnToMicrosoftManagedKeys,
    RevokeKeyAccess,
    SetPermissionModel,
)
from .inventory import Entry
from .plan import CREATE, DELETE, PERHAPS, UNKNOWN, UPDATE, Plan, PlannedResource
from .things import (
    Account,
    Group,
    Key,
    KeyInUse,
    MayBeUnknown,
    Policy,
    PolicyList,
    Role,
    Thing,
    Vault,
)
from .world import KnownAccount, KnownVault, UsedKey, World, covers, location_name, type_and_size

Commands = tuple[Command, ...]
NOTHING: Commands = ()


@dataclass(frozen=True)
class Change:
    """One difference: its kind, which has words in `advice.yaml`, and its readings."""

    kind: str
    readings: tuple[Commands, ...]
    words: Mapping[str, str] = field(default_factory=dict)
    silent: str = ""
    """The requirement that leaves its readings open; empty if an unknown value does."""
    unsaid: bool = False
    """Whether nobody says what it does, so the model has no command for it."""

    @property
    def is_certain(self) -> bool:
        """Return whether there is one reading."""
        return len(self.readings) == 1


@dataclass(frozen=True)
class Operation:
    """What one request to Azure does to the world of an account: all changes in their order."""

    resource: PlannedResource
    verb: str
    """`delete`, `create`, `update` or `perhaps`."""
    place: int
    """Its place among the operations of its resource."""
    changes: tuple[Change, ...]

    @property
    def address(self) -> str:
        """Return the address of its resource."""
        return self.resource.address


def may(commands: Commands, certain: bool = False) -> tuple[Commands, ...]:
    """Return the readings of what is done for certain, or else done or not."""
    return (commands,) if certain else (commands, NOTHING)


class Changes:
    """The changes of a plan as they concern one account."""

    def __init__(self, plan: Plan, world: World, account: KnownAccount) -> None:
        self.plan = plan
        self.world = world
        self.account = account
        self.vaults = world.vaults_of(account)

    def operations(self) -> Iterator[Operation]:
        """Yield the operations that concern the account, in the order of the plan."""
        for entry in self.world.entries:
            for place, action in enumerate(entry.resource.actions):
                changes = tuple(self._changes(entry, action))
                if changes:
                    yield Operation(entry.resource, action, place, changes)

    def _changes(self, entry: Entry, action: str) -> Iterable[Change]:
        if action == DELETE and entry.before is not None:
            return self._deleted(entry, entry.before)
        if action == CREATE and entry.after is not None:
            return self._created(entry, entry.after)
        if action == UPDATE and entry.before is not None and entry.after is not None:
            return self._updated(entry.before, entry.after)
        if action == PERHAPS:
            return self._perhaps(entry)
        return ()

    # By what is done

    def _deleted(self, entry: Entry, thing: Thing) -> Iterable[Change]:
        match thing:
            case Account():
                return self._account_deleted(thing)
            case Vault():
                return self._vault_deleted(thing)
            case Key():
                return self._key_deleted(thing)
            case Policy():
                return self._policy_deleted(thing)
            case PolicyList():
                return self._list_deleted(thing)
            case KeyInUse():
                return self._key_given_up(thing)
            case Role():
                return self._role_deleted(entry, thing)
            case Group():
                return self._group_deleted(entry, thing)

    def _created(self, entry: Entry, thing: Thing) -> Iterable[Change]:
        match thing:
            case Account():
                return self._account_created(thing)
            case Vault():
                return self._vault_created(entry, thing)
            case Key():
                return self._key_created(entry, thing)
            case Policy():
                return self._policy_created(thing)
            case PolicyList():
                return self._list_applied(thing)
            case KeyInUse():
                return self._key_put_in_use(thing)
            case Role():
                return self._role_created(thing)
        return ()

    def _updated(self, before: Thing, after: Thing) -> Iterable[Change]:
        match before, after:
            case Account(), Account():
                return self._account_updated(before, after)
            case Vault(), Vault():
                return self._vault_updated(before, after)
            case Key(), Key():
                return self._key_updated(before, after)
            case Policy(), Policy():
                return self._policy_updated(before, after)
            case PolicyList(), PolicyList():
                return self._list_applied(after)
            case KeyInUse(), KeyInUse():
                return self._key_put_in_use(after)
        return ()

    def _perhaps(self, entry: Entry) -> Iterator[Change]:
        """Yield that what was not evaluated may take the key away."""
        thing = entry.before or entry.after
        name = self.account.name
        match thing:
            case Account() if self._is_mine(thing.id):
                yield self._change("not-evaluated", may((DisableIdentity(name),)))
            case Vault():
                vault = self._vault(thing.id, thing.host)
                if vault is not None:
                    yield self._change("not-evaluated", may(self._revoke(vault)), vault)
            case Key():
                vault = self._vault(thing.vault)
                if vault is not None:
                    key = self.world.key(vault, thing.name).name
                    commands = (DeleteKey(vault.name, key),)
                    yield self._change("not-evaluated", may(commands), vault, key=key)

    # What several share

    def _change(
        self,
        kind: str,
        readings: tuple[Commands, ...],
        vault: KnownVault | None = None,
        silent: str = "",
        unsaid: bool = False,
        **words: str,
    ) -> Change:
        words["account"] = self.account.name
        if vault is not None:
            words["vault"] = vault.name
        return Change(kind, readings, words, silent, unsaid)

    def _is_mine(self, reference: MayBeUnknown) -> bool:
        """Return whether a reference is to this account."""
        return self.world.account(reference) is self.account

    def _vault(self, *references: MayBeUnknown) -> KnownVault | None:
        """Return the vault that is meant, if it has to do with this account."""
        for reference in references:
            vault = self.world.vault(reference)
            if vault is not None:
                return vault if vault.name in self.vaults else None
        return None

    def _revoke(self, vault: KnownVault) -> Commands:
        return (RevokeKeyAccess(vault.name, self.account.name),)

    def _grant(self, vault: KnownVault) -> Commands:
        return (GrantKeyAccess(vault.name, self.account.name),)

    def _uses(self, vault: KnownVault) -> bool:
        """Return whether the account uses a key of a vault before the change."""
        return self.account.key is not None and self.account.key.vault == vault.name

    # Accounts

    def _account_deleted(self, account: Account) -> Iterator[Change]:
        if self._is_mine(account.id):
            yield self._change("account-deleted", ((DeleteResource(self.account.name),),))

    def _account_created(self, account: Account) -> Iterator[Change]:
        if not self._is_mine(account.id):
            return
        used = self._judged_key(account.key)
        options: dict[str, Any] = {}
        kind = "account-created"
        if used is not None:
            options["keys"] = "customer-managed"
            kind = "account-created-with-key"
        create = self.world.create_resource(self.account, account, **options)
        yield self._change(kind, ((create,),))
        if account.identity is not False:
            enable = (EnableIdentity(self.account.name),)
            yield self._change("identity-on", may(enable, account.identity is True))

    def _account_updated(self, before: Account, after: Account) -> Iterator[Change]:
        if not self._is_mine(before.id):
            return
        name = self.account.name
        if before.identity is False and after.identity is not False:
            enable = (EnableIdentity(name),)
            yield self._change("identity-on", may(enable, after.identity is True))
        yield from self._key_of_account_updated(before, after)
        if before.identity is not False and after.identity is False:
            yield self._change("identity-off", ((DisableIdentity(name),),))
        if before.identity is True and after.identity is UNKNOWN:
            yield self._change("identity-unknown", may((DisableIdentity(name),)))

    def _key_of_account_updated(self, before: Account, after: Account) -> Iterator[Change]:
        if after.key is None:
            if before.key is not None:
                yield self._given_up()
            return
        if after.key is UNKNOWN:
            if before.key is not UNKNOWN:
                yield from self._unknown_key()
            return
        if before.key != after.key:
            yield from self._enabled(self._judged_key(after.key))

    # Customer-managed keys

    def _judged_key(self, used: MayBeUnknown) -> UsedKey | None:
        """Return a key that is used by the system-assigned identity; the article knows no other."""
        key = self.world.used_key(used)
        if key is None or key.by_user_assigned:
            return None
        return key

    def _key_put_in_use(self, thing: KeyInUse) -> Iterator[Change]:
        if not self._is_mine(thing.account):
            return
        if thing.key is UNKNOWN or self.world.used_key(thing.key) is None:
            yield from self._unknown_key()
        else:
            yield from self._enabled(self._judged_key(thing.key))

    def _enabled(self, used: UsedKey | None) -> Iterator[Change]:
        """Yield that customer-managed keys are enabled, with another key perhaps."""
        if used is None:
            return
        name = self.account.name
        if used.in_hsm:
            enable = EnableCustomerManagedKeys(name, store="managed-hsm", through="api")
            yield self._change("key-in-hsm", ((enable,),))
            return
        enable = EnableCustomerManagedKeys(name, used.vault, used.key, through="api")
        before = self.account.key
        kind = "key-enabled" if before in (None, used) else "key-changed"
        vault = self.world.vault_named(used.vault)
        yield self._change(kind, ((enable,),), vault, key=used.key)

    def _unknown_key(self) -> Iterator[Change]:
        """Yield that a key is put in use of which only the apply will tell which it is."""
        used = self.account.key
        if used is None or used.in_hsm:
            yield self._change("key-unknown", (NOTHING,), unsaid=True)
            return
        other = f"{used.key[:40]}-or-another"
        commands = (
            CreateKey(used.vault, other),
            EnableCustomerManagedKeys(self.account.name, used.vault, other, through="api"),
        )
        vault = self.world.vault_named(used.vault)
        yield self._change("key-unknown", may(commands), vault, key=used.key)

    def _key_given_up(self, thing: KeyInUse) -> Iterator[Change]:
        if self._is_mine(thing.account) and self._judged_key(thing.key) is not None:
            yield self._given_up()

    def _given_up(self) -> Change:
        return self._change("key-given-up", ((ReturnToMicrosoftManagedKeys(self.account.name),),))

    # Keys

    def _key_deleted(self, key: Key) -> Iterator[Change]:
        vault = self._vault(key.vault)
        if vault is None:
            return
        known = self.world.key(vault, key.name)
        command = DeleteKey(vault.name, known.name)
        yield self._change("key-deleted", ((command,),), vault, key=known.name)

    def _key_created(self, entry: Entry, key: Key) -> Iterator[Change]:
        vault = self._vault(key.vault)
        if vault is None:
            return
        known = self.world.key(vault, key.name)
        recovers = self.plan.feature(entry.resource, "key_vault.recover_soft_deleted_keys", True)
        if known.exists_before and recovers is not False:
            recover = RecoverKey(vault.name, known.name)
            yield self._change("key-recovered", ((recover,),), vault, key=known.name)
            return
        create = CreateKey(vault.name, known.name, *type_and_size(key))
        yield self._change("key-created", ((create,),), vault, key=known.name)

    def _key_updated(self, before: Key, after: Key) -> Iterator[Change]:
        vault = self._vault(before.vault)
        if vault is None or before.expires == after.expires or after.expires is None:
            return
        known = self.world.key(vault, before.name)
        used = self.account.key
        if used is not None and used.vault == vault.name and used.key == known.name:
            yield self._change("key-expires", (NOTHING,), vault, unsaid=True, key=known.name)

    # Vaults

    def _vault_deleted(self, facts: Vault) -> Iterator[Change]:
        vault = self._vault(facts.id, facts.host)
        if vault is not None:
            yield self._change("vault-deleted", ((DeleteVault(vault.name),),), vault)

    def _vault_created(self, entry: Entry, facts: Vault) -> Iterator[Change]:
        vault = self._vault(facts.id, facts.host)
        if vault is None:
            return
        feature = "key_vault.recover_soft_deleted_key_vaults"
        recovers = facts.recovers or self.plan.feature(entry.resource, feature, True) is not False
        if vault.exists_before and recovers and not moves(vault):
            yield self._change("vault-recovered", ((RecoverVault(vault.name),),), vault)
            return
        region = self.world.region(vault, self.account)
        if isinstance(facts.location, str):
            region = location_name(facts.location)
        create = CreateVault(
            vault.name,
            region,
            self.world.subscription(facts),
            self.world.group(facts),
            purge_protection=facts.purge_protection is not False,
            permission_model="rbac" if facts.rbac is True else "access-policies",
        )
        yield self._change("vault-created", ((create,),), vault)
        if isinstance(facts.policies, tuple) and facts.rbac is not True:
            rights = self._rights(facts.policies)
            if rights.certain or rights.perhaps:
                readings = may(self._grant(vault), bool(rights.certain))
                yield self._change("policy-created", readings, vault)

    def _vault_updated(self, before: Vault, after: Vault) -> Iterator[Change]:
        vault = self._vault(before.id, before.host)
        if vault is None:
            return
        if before.purge_protection is False and after.purge_protection is True:
            protect = (EnablePurgeProtection(vault.name),)
            yield self._change("vault-protected", (protect,), vault)
        if before.tenant != after.tenant and isinstance(after.tenant, str):
            readings = may(self._revoke(vault))
            yield self._change("vault-tenant", readings, vault, "tenant.vault-moved")
        if before.rbac is not True and after.rbac is not False and before.rbac != after.rbac:
            yield from self._switched_to_roles(vault, after)
        elif before.rbac is True and after.rbac is not True:
            yield from self._switched_to_policies(vault, after)
        elif before.rbac is not True:
            yield from self._policies_updated(vault, before, after)

    def _policies_updated(self, vault: KnownVault, before: Vault, after: Vault) -> Iterator[Change]:
        """Yield what another list of policies in the vault itself gives or takes."""
        if not isinstance(before.policies, tuple) or after.policies is None:
            return
        had = self._rights(before.policies)
        if after.policies is UNKNOWN:
            if had.certain or had.perhaps:
                yield self._change("policies-unknown", may(self._revoke(vault)), vault)
            return
        has = self._rights(after.policies)
        yield from self._rights_changed(vault, had, has, "policy-dropped")

    def _switched_to_roles(self, vault: KnownVault, after: Vault) -> Iterator[Change]:
        """Yield that policies are ignored from here on, where a role may be there or not."""
        switch = SetPermissionModel(vault.name, "rbac")
        readings: list[Commands] = [(switch,)]
        if self.world.has_role_before(vault, self.account) is None:
            readings.append((AssignKeyRole(vault.name, self.account.name), switch))
        if after.rbac is UNKNOWN:
            readings.append(NOTHING)
        yield self._change("vault-to-rbac", tuple(readings), vault)

    def _switched_to_policies(self, vault: KnownVault, after: Vault) -> Iterator[Change]:
        """Yield that policies count from here on, which were ignored."""
        switch = SetPermissionModel(vault.name, "access-policies")
        is_certain = after.rbac is False and isinstance(after.policies, tuple)
        yield self._change("vault-to-policies", may((switch,), is_certain), vault)

    # Policies

    def _policy_deleted(self, policy: Policy) -> Iterator[Change]:
        vault = self._vault(policy.vault)
        if vault is None or vault.uses_rbac:
            return
        had = self._rights((policy,))
        yield from self._rights_changed(vault, had, NO_RIGHTS, "policy-deleted")

    def _policy_created(self, policy: Policy) -> Iterator[Change]:
        vault = self._vault(policy.vault)
        if vault is None:
            return
        rights = self._rights((policy,))
        if rights.certain or rights.perhaps:
            readings = may(self._grant(vault), bool(rights.certain))
            yield self._change("policy-created", readings, vault)

    def _policy_updated(self, before: Policy, after: Policy) -> Iterator[Change]:
        vault = self._vault(before.vault)
        if vault is None or vault.uses_rbac:
            return
        had = self._rights((before,))
        has = self._rights((after,))
        yield from self._rights_changed(vault, had, has, "policy-narrowed")

    def _list_applied(self, thing: PolicyList) -> Iterator[Change]:
        vault = self._vault(thing.vault)
        if vault is None or vault.uses_rbac:
            return
        if thing.policies is UNKNOWN:
            if thing.does != "add":
                yield self._change("policies-unknown", may(self._revoke(vault)), vault)
            return
        rights = self._rights(thing.policies)
        if thing.does == "remove":
            yield from self._rights_changed(vault, rights, NO_RIGHTS, "policy-dropped")
        elif thing.does == "replace" and vault.name in self.account.access:
            had = Rights(frozenset({"get", "wrapkey", "unwrapkey"}), False)
            yield from self._rights_changed(vault, had, rights, "policy-dropped")
        elif rights.certain or rights.perhaps:
            readings = may(self._grant(vault), bool(rights.certain))
            yield self._change("policy-created", readings, vault)

    def _list_deleted(self, thing: PolicyList) -> Iterator[Change]:
        vault = self._vault(thing.vault)
        if vault is None or vault.uses_rbac or thing.does != "add":
            return
        if thing.policies is UNKNOWN or self._rights(thing.policies).certain:
            yield self._change("policies-unknown", may(self._revoke(vault)), vault)

    def _rights(self, policies: Iterable[Policy]) -> "Rights":
        """Return what policies give to the account, for certain and perhaps."""
        certain: frozenset[str] = frozenset()
        perhaps = False
        for policy in policies:
            is_mine = self.world.is_of(policy, self.account)
            if is_mine is False:
                continue
            if is_mine is True and policy.needed is not UNKNOWN:
                certain |= policy.needed
            else:
                perhaps = True
        return Rights(certain, perhaps)

    def _rights_changed(
        self, vault: KnownVault, had: "Rights", has: "Rights", kind: str
    ) -> Iterator[Change]:
        """Yield what the difference between the rights before and after does."""
        if had.certain and not has.certain:
            readings = may(self._revoke(vault), not has.perhaps)
            yield self._change(kind if not has.perhaps else "policies-unknown", readings, vault)
        elif had.certain - has.certain:
            readings = may(self._revoke(vault))
            yield self._change("policy-narrowed", readings, vault, "vault.access-policy")
        elif has.certain - had.certain and not had.certain:
            yield self._change("policy-created", (self._grant(vault),), vault)
        elif had.perhaps and not has.certain and had != has and self._uses(vault):
            yield self._change("policies-unknown", may(self._revoke(vault)), vault)

    # Roles and groups

    def _role_deleted(self, entry: Entry, role: Role) -> Iterator[Change]:
        is_mine = self.world.is_of(role, self.account)
        for vault in self._vaults_with(role):
            if not self._keeps_another_role(entry, vault):
                remove = (RemoveKeyRole(vault.name, self.account.name),)
                yield self._change("role-deleted", may(remove, is_mine is True), vault)

    def _role_created(self, role: Role) -> Iterator[Change]:
        is_mine = self.world.is_of(role, self.account)
        for vault in self._vaults_with(role):
            if vault.uses_rbac and self._uses(vault):
                continue  # it has one, or it could not use its key
            assign = (AssignKeyRole(vault.name, self.account.name),)
            yield self._change("role-created", may(assign, is_mine is True), vault)

    def _vaults_with(self, role: Role) -> Iterator[KnownVault]:
        """Yield the vaults of the account whose keys a role may reach, if it may be its own."""
        if self.world.is_of(role, self.account) is False:
            return
        for name in sorted(self.vaults):
            vault = self.world.vault_named(name)
            if covers(role.scope, vault, self.world):
                yield vault

    def _keeps_another_role(self, entry: Entry, vault: KnownVault) -> bool:
        """Return whether the account has another role on a vault that stays."""
        for other in self.world.entries:
            role = other.before
            if other is entry or not isinstance(role, Role):
                continue
            is_mine = self.world.is_of(role, self.account) is True
            stays = DELETE not in other.resource.actions
            if is_mine and stays and covers(role.scope, vault, self.world):
                return True
        return False

    def _group_deleted(self, entry: Entry, group: Group) -> Iterator[Change]:
        """Yield that all goes that a group holds, where the provider does not keep it."""
        feature = "resource_group.prevent_deletion_if_contains_resources"
        keeps = self.plan.feature(entry.resource, feature, True)
        if keeps is True:
            return
        for name in sorted(self.vaults):
            vault = self.world.vault_named(name)
            is_in_it = is_in_group(vault.before, group)
            if is_in_it is not False and vault.exists_before and not self._goes_itself(vault):
                is_certain = is_in_it is True and keeps is False
                readings = may((DeleteVault(vault.name),), is_certain)
                yield self._change("group-deleted", readings, vault)

    def _goes_itself(self, vault: KnownVault) -> bool:
        """Return whether the plan deletes a vault in a change of its own."""
        for entry in self.world.entries:
            facts = entry.before
            is_deleted = DELETE in entry.resource.actions
            if is_deleted and isinstance(facts, Vault) and self.world.vault(facts.id) is vault:
                return True
        return False


@dataclass(frozen=True)
class Rights:
    """What policies give to an account: permissions for certain, and whether perhaps more."""

    certain: frozenset[str]
    perhaps: bool


NO_RIGHTS = Rights(frozenset(), False)


def moves(vault: KnownVault) -> bool:
    """Return whether a vault is made again elsewhere: a deleted one is recovered where it was."""
    if vault.before is None or vault.after is None:
        return False
    here, there = vault.before.location, vault.after.location
    if not isinstance(here, str) or not isinstance(there, str):
        return False
    return location_name(here) != location_name(there)


def is_in_group(facts: Vault | None, group: Group) -> bool | None:
    """Return whether a vault is in a resource group; None if nothing tells."""
    if facts is None or not isinstance(facts.group, str) or not group.name:
        return None
    return facts.group == group.name
