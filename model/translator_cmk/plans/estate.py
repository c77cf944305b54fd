"""What was there before a change: the accounts, vaults and keys of a plan by all their names."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from .inventory import Entry, entries_of
from .plan import CREATE, DELETE, UNKNOWN, Plan
from .things import (
    HOSTS_OF_VAULTS,
    SERVICE_PRINCIPAL,
    Account,
    Identity,
    Key,
    KeyInUse,
    KeyReference,
    MayBeUnknown,
    Policy,
    PolicyRequest,
    Role,
    Thing,
    Vault,
    group_of,
    last_word,
    split_at_provider,
)

HOLDS = ("nothing", "documents", "models")
"""What may be in an account: nothing, uploaded documents, or a deployed model too."""

OTHERS = "others"
"""In place of a name: all accounts of which nothing is said."""


def holds_of(holds: Mapping[str, str], account: str) -> str:
    """Return what an account holds, by its name."""
    return holds.get(account, holds.get(OTHERS, "models"))


def address_in_words(address: str) -> str:
    """Return an address; an id in Azure without what all ids have: `Microsoft.X/y/z in group`."""
    _, rest = split_at_provider(address)
    if not rest or not address.startswith("/"):
        return address
    group = group_of(address)
    return f"{rest} in {group}" if isinstance(group, str) else rest


IN_A_VAULT = re.compile(r"/.*/providers/microsoft\.keyvault/(vaults|managedhsms)/[^/]+")
"""How the id begins of a vault, and of all that is in it, in lower case."""


class Names:
    """Gives each thing a name of the model that is like its own, and no other thing's."""

    def __init__(self, masked: frozenset[str]) -> None:
        self.masked = masked
        self.given: set[str] = set()

    def new(self, wanted: str, otherwise: str) -> str:
        """Return a name; ``otherwise`` is its beginning where the wanted one must not be shown."""
        base = self.shown(wanted, otherwise)
        name = base
        number = 2
        while name in self.given:
            name = f"{base}-{number}"
            number += 1
        self.given.add(name)
        return name

    def shown(self, wanted: MayBeUnknown, otherwise: str) -> str:
        """Return a text as a name of the model; what is masked or unknown is not shown."""
        if not isinstance(wanted, str):
            return otherwise
        if any(text.lower() in wanted.lower() for text in self.masked):
            return otherwise
        # The model allows 63 characters, and some of these names become parts of longer ones.
        return re.sub(r"[^A-Za-z0-9-]+", "-", wanted).strip("-")[:50].strip("-") or otherwise


T = TypeVar("T", Account, Vault, Key)

BEFORE = "before"
AFTER = "after"


@dataclass
class KnownThing(Generic[T]):
    """A thing of the plan, with what is known of it before and after."""

    name: str
    before: T | None = None
    after: T | None = None
    is_created: bool = False
    """Whether the plan makes it, be it again."""

    @property
    def exists_before(self) -> bool:
        """Return whether it is there before: what the plan does not make is."""
        return not self.is_created or self.before is not None

    @property
    def states(self) -> list[T]:
        """Return it before and after, as far as the plan shows it."""
        return [state for state in (self.before, self.after) if state is not None]

    def see(self, entry: Entry, facts: T) -> None:
        """Note what one resource says of it."""
        if entry.before is facts:
            self.before = facts
        if entry.after is facts:
            self.after = facts
            self.is_created |= CREATE in entry.resource.actions


class KnownKey(KnownThing[Key]):
    """A key of a vault."""


@dataclass
class KnownVault(KnownThing[Vault]):
    """A vault."""

    keys: dict[str, KnownKey] = field(default_factory=dict)
    """By their names in Azure, in lower case."""

    @property
    def is_hsm(self) -> bool:
        """Return whether it is a managed HSM."""
        return any(facts.is_hsm for facts in self.states)

    @property
    def uses_rbac(self) -> bool:
        """Return whether it uses Azure RBAC before, so its policies are ignored."""
        return self.before is not None and self.before.rbac is True


@dataclass(frozen=True)
class UsedKey:
    """A key that is resolved: the names of vault and key in the model."""

    vault: str
    key: str
    in_hsm: bool = False


@dataclass(frozen=True)
class User:
    """The principal by which an account uses its key."""

    names: frozenset[MayBeUnknown]
    """Its object ids, and the ids and addresses of what it is the identity of."""
    is_known: bool
    """Whether its object id is known, so that another id is not its."""
    is_system: bool = True
    """Whether it is the system-assigned identity of the account, the one that the article knows."""
    perhaps: frozenset[MayBeUnknown] = frozenset()
    """The same names of other identities of the account, if nothing tells which of them it is."""

    @property
    def may_be(self) -> frozenset[MayBeUnknown]:
        """Return the names of all identities that it is or may be."""
        return self.names | self.perhaps


@dataclass
class KnownAccount(KnownThing[Account]):
    """An account that is judged."""

    kind: str = "Translator"
    is_outside: bool = False
    """Whether the plan has no resource of it, so it is assumed to be there."""
    key: UsedKey | None = None
    """The key that it uses before."""
    user: User = User(frozenset(), is_known=False)
    """Who uses its key."""
    access: set[str] = field(default_factory=set)
    """The vaults to whose keys it has access before."""

    @property
    def exists_before(self) -> bool:
        """Return whether it is there before."""
        return self.before is not None or self.is_outside

    @property
    def location(self) -> str:
        for facts in self.states:
            if isinstance(facts.location, str):
                return location_name(facts.location)
        return "westeurope"


def location_name(text: str) -> str:
    """Return a location as Azure's interfaces write it: `westeurope` for `West Europe`."""
    return re.sub(r"[^a-z0-9]", "", text.lower()) or "westeurope"


class Estate:
    """The things of a plan by all names that they have there, and what was there before."""

    def __init__(self, plan: Plan, holds: Mapping[str, str]) -> None:
        self.plan = plan
        self.entries = tuple(entries_of(plan))
        self.holds = holds  # what is in each account, by its name
        self.names = Names(plan.masked_texts)
        self.by_address = {entry.address: entry for entry in self.entries}
        # the object ids of which it is known whose they are
        self.principals = set(principals_in(plan))
        self.accounts: dict[str, KnownAccount] = {}
        self.vaults: dict[str, KnownVault] = {}
        # the kind of each account that is not, by its id and by its address
        self.not_judged: dict[str, str] = {}
        # by each name of a user-assigned identity: all that it has
        self.identities: dict[str, set[str]] = {}
        self.policies: dict[str, list[Policy]] = {}  # before the change, by the name of the vault
        # the names of the accounts of which nothing tells the key before
        self.with_key_not_judged: set[str] = set()
        # each reads what those before it have found
        self._find_vaults()
        self._find_keys()
        self._find_accounts()
        self._find_identities()
        self._find_keys_in_use()
        self._find_users()
        self._find_policies()
        self._find_access()

    def each(
        self, *kinds: type, states: Iterable[str] = (BEFORE, AFTER)
    ) -> Iterator[tuple[Entry, Any]]:
        """Yield all things of some kinds, each with its entry."""
        for entry in self.entries:
            for state in states:
                facts = getattr(entry, state)
                if isinstance(facts, kinds):
                    yield entry, facts

    # Which vaults, keys and accounts there are

    def _find_vaults(self) -> None:
        for entry, facts in self.each(Vault):
            names = list(names_of_vault(facts))
            known = next((self.vaults[name] for name in names if name in self.vaults), None)
            if known is None:
                known = KnownVault(self.names.new(facts.name, "vault"))
            known.see(entry, facts)
            # Where a resource refers to this address, it means what is there after the change.
            if entry.after is facts:
                names.append(f"@{entry.address}")
            self.vaults.update(dict.fromkeys(names, known))
        for _, listed in self.each(Policy, PolicyRequest):
            self.vault(listed.vault)  # it may have no resource here
        for _, role in self.each(Role):
            self.vault(vault_in(role.scope))

    def vault(self, reference: MayBeUnknown) -> KnownVault | None:
        """Return the vault of an id, a host or an address; None if nothing tells which it is.

        One that is named by id or host alone is added: the plan may have no resource of it.
        """
        if not isinstance(reference, str):
            return None
        known = self.vaults.get(reference)
        # an address names a resource of the plan, and those of vaults are all known
        if known is not None or reference.startswith("@"):
            return known
        if reference.startswith("/"):
            # The host of a vault is its name in one of the clouds.
            name = last_word(reference)
            aliases = [reference, *(f"{name}.{suffix}" for suffix in HOSTS_OF_VAULTS)]
            known = next((self.vaults[each] for each in aliases if each in self.vaults), None)
        else:
            name = reference.partition(".")[0]
            aliases = [reference]
        if known is None:
            known = KnownVault(self.names.new(name, "vault"))
        self.vaults.update(dict.fromkeys(aliases, known))
        return known

    def _find_keys(self) -> None:
        for entry, facts in self.each(Key):
            vault = self.vault(facts.vault)
            if vault is not None:
                self.key(vault, facts.name).see(entry, facts)

    def key(self, vault: KnownVault, name: str) -> KnownKey:
        """Return the key of this name in a vault."""
        if name not in vault.keys:
            # Keys of different vaults may have the same name.
            shown = self.names.shown(name, "key")
            while any(key.name == shown for key in vault.keys.values()):
                shown = f"{shown}-2"
            vault.keys[name] = KnownKey(shown)
        return vault.keys[name]

    def used_key(self, used: MayBeUnknown) -> UsedKey | None:
        """Return the key that is meant; None if nothing tells which it is."""
        if not isinstance(used, KeyReference):
            return None
        name = used.name
        reference = used.vault
        if isinstance(reference, str) and reference.startswith("@"):
            # The id of the key isn't known yet, so this is the address of the key's resource.
            entry = self.by_address.get(reference[1:])
            facts = None if entry is None else entry.after
            if not isinstance(facts, Key):
                return None
            name, reference = facts.name, facts.vault
        vault = self.vault(reference)
        if vault is None or not isinstance(name, str):
            return None
        in_hsm = used.in_hsm or vault.is_hsm
        return UsedKey(vault.name, self.key(vault, name).name, in_hsm)

    def _find_accounts(self) -> None:
        for entry, facts in self.each(Account):
            if facts.kind is None and facts.azure_kind is not UNKNOWN:
                kind = str(facts.azure_kind or "none")
                self.not_judged[str(facts.id)] = kind
                self.not_judged[f"@{entry.address}"] = kind
                continue
            known = self.accounts.get(str(facts.id))
            if known is None:
                name = self.names.new(facts.name, "account")
                known = KnownAccount(name, kind=facts.kind or "Translator")
            known.see(entry, facts)
            # Where a resource refers to this address, it means what is there after the change.
            if entry.after is facts:
                self.accounts[f"@{entry.address}"] = known
            self.accounts[str(facts.id)] = known

    def account(self, reference: MayBeUnknown) -> KnownAccount | None:
        """Return the account of an id or an address, if it is judged."""
        return self.accounts.get(reference) if isinstance(reference, str) else None

    def every_account(self) -> list[KnownAccount]:
        """Return all accounts that are judged, each once."""
        return list({account.name: account for account in self.accounts.values()}.values())

    def every_vault(self) -> list[KnownVault]:
        """Return all vaults, each once."""
        return list({vault.name: vault for vault in self.vaults.values()}.values())

    def vault_named(self, name: str) -> KnownVault:
        """Return the vault of this name in the model."""
        return next(vault for vault in self.every_vault() if vault.name == name)

    # What was there before

    def _find_keys_in_use(self) -> None:
        """Note the key of each account before; if a resource beside it names one, that counts."""
        for account in self.every_account():
            if account.before is not None:
                self._uses_before(account, account.before.key)
        for _, facts in self.each(KeyInUse):
            self._add_outside(facts)
        for _, facts in self.each(KeyInUse, states=[BEFORE]):
            owner = self.account(facts.account)
            if owner is not None:
                self._uses_before(owner, facts.key)

    def _uses_before(self, account: KnownAccount, use: MayBeUnknown) -> None:
        """Note the key that an account uses before."""
        used = self.used_key(use)
        if used is not None:
            account.key = used
        elif use is not None:
            self.with_key_not_judged.add(account.name)

    # Who uses a key

    def _find_identities(self) -> None:
        """Note all names of each user-assigned identity, before and after."""
        for entry, facts in self.each(Identity):
            self._add_identity(facts, f"@{entry.address}")
        for _, account in self.each(Account):
            for identity in account.identities:
                self._add_identity(identity)

    def _add_identity(self, facts: Identity, *names: str) -> None:
        mine = {name for name in (*names, facts.id, facts.principal, facts.client) if is_name(name)}
        for name in tuple(mine):
            mine |= self.identities.get(name, set())
        self.identities.update(dict.fromkeys(mine, mine))
        if is_name(facts.principal):
            self.principals.add(facts.principal)

    def _find_users(self) -> None:
        """Note who uses the key of each account: before the change, or else after it."""
        # without a key: which identity it would be if no client id is named
        for account in self.every_account():
            account.user = self.user_of(account, account.before or account.after, None)
        # with a key, by its client id; what is before comes last, and replaces what is after
        for state in (AFTER, BEFORE):
            for _, facts in self.each(Account, KeyInUse, states=[state]):
                owner = self.account(facts.id if isinstance(facts, Account) else facts.account)
                if owner is not None and isinstance(facts.key, KeyReference):
                    owner.user = self.user_of(owner, getattr(owner, state), facts.key)

    def user_of(self, account: KnownAccount, facts: Account | None, use: MayBeUnknown) -> User:
        """Return the principal by which an account uses a key.

        Without a client id it is the system-assigned identity, or else the only one that there is.
        """
        client = use.client if isinstance(use, KeyReference) else None
        assigned = facts.assigned if facts is not None else UNKNOWN
        has_system_identity = facts is None or facts.identity is not False
        if client is None and (has_system_identity or not assigned):
            # A new identity gets an id that nobody has yet, so no id that is known is its.
            is_new = account.before is None and not account.is_outside
            is_known = account.before is not None and account.before.principal is not UNKNOWN
            own = frozenset(state.principal for state in account.states if is_name(state.principal))
            return User(own, is_known or is_new)
        return self._assigned_user(client, assigned)

    def _assigned_user(self, client: MayBeUnknown, assigned: MayBeUnknown) -> User:
        """Return the user-assigned identity with a client id, or else those that it may be."""
        candidates = assigned if isinstance(assigned, frozenset) else frozenset[MayBeUnknown]()
        if client in self.identities:
            candidates = frozenset({client})
        names: set[MayBeUnknown] = {client} if is_name(client) else set()
        perhaps: set[MayBeUnknown] = set()
        for name in filter(is_name, candidates):
            its_names = {name} | self.identities.get(name, set())
            if len(candidates) == 1:
                names |= its_names
            else:
                perhaps |= its_names
        is_known = not names.isdisjoint(self.principals)
        return User(frozenset(names), is_known, is_system=False, perhaps=frozenset(perhaps))

    def _add_outside(self, facts: KeyInUse) -> None:
        """Add the account that a key is put in use for, if the plan has no resource of it."""
        reference = facts.account
        is_known = reference in self.accounts or reference in self.not_judged
        # What has an address is a resource of the plan.
        if not isinstance(reference, str) or is_known or reference.startswith("@"):
            return
        account = KnownAccount(self.names.new(last_word(reference), "account"))
        account.is_outside = True
        self.accounts[reference] = account

    def vaults_of(self, account: KnownAccount) -> list[KnownVault]:
        """Return the vaults whose keys an account uses before the change or is to use, by name."""
        found: set[str] = set()
        if account.key is not None:
            found.add(account.key.vault)
        uses: list[MayBeUnknown] = []
        if account.after is not None:
            uses.append(account.after.key)
        for _, facts in self.each(KeyInUse, states=[AFTER]):
            if self.account(facts.account) is account:
                uses.append(facts.key)
        for use in uses:
            used = self.used_key(use)
            if used is not None:
                found.add(used.vault)
        return [self.vault_named(name) for name in sorted(found)]

    def _find_access(self) -> None:
        for account in self.every_account():
            if not account.exists_before:
                continue
            for vault in self.every_vault():
                has_access = self.access_before(vault, account)
                uses_it = account.key is not None and account.key.vault == vault.name
                # Whoever uses a key has access to it, unless the plan shows that it has none.
                if has_access or (has_access is None and uses_it):
                    account.access.add(vault.name)

    def access_before(self, vault: KnownVault, account: KnownAccount) -> bool | None:
        """Return whether a policy gives access before the change; None if nothing tells."""
        # Its policies are ignored, so they tell nothing.
        if vault.uses_rbac:
            return None
        mine = [self.is_of(policy, account) for policy in self.policies_before(vault)]
        if any(mine):
            return True
        shows_every_policy = (
            vault.before is not None
            and vault.before.lists_all
            and isinstance(vault.before.policies, tuple)
        )
        # Without the id of the user, another identity's policy may still be for it.
        if shows_every_policy and account.user.is_known and None not in mine:
            return False
        return None

    def policies_before(self, vault: KnownVault) -> list[Policy]:
        """Return the policies that let somebody use keys of a vault before the change."""
        return self.policies.get(vault.name, [])

    def _find_policies(self) -> None:
        for entry in self.entries:
            for vault, policy in self.policies_in(entry.before):
                if policy.needed:
                    self.policies.setdefault(vault.name, []).append(policy)

    def policies_in(self, thing: Thing | None) -> Iterator[tuple[KnownVault, Policy]]:
        """Yield the policies that are there by one thing, each after its vault."""
        policies: MayBeUnknown = None
        reference: MayBeUnknown = None
        if isinstance(thing, Policy):
            reference, policies = thing.vault, (thing,)
        elif isinstance(thing, PolicyRequest) and thing.does != "remove":
            reference, policies = thing.vault, thing.policies
        elif isinstance(thing, Vault):
            reference, policies = thing.id, thing.policies
        vault = self.vault(reference)
        if vault is not None and isinstance(policies, tuple):
            for policy in policies:
                yield vault, policy

    def is_of(self, facts: Policy | Role, account: KnownAccount) -> bool | None:
        """Return whether a policy or a role is for the identity by which an account uses its key.

        It is None if nothing tells: an object id that no resource here has may be that of a group.
        """
        principal = facts.principal
        if not isinstance(principal, str):
            return None if principal is UNKNOWN else False
        user = account.user
        owner = self.accounts.get(principal)
        if owner is not None:
            return owner is account and user.is_system
        if principal in user.names:
            return True
        if principal in user.perhaps:
            return None
        if principal.startswith("@"):
            # The addresses of accounts and of the user were compared above.
            return False if principal[1:] in self.by_address else None
        if principal in self.principals or principal in self.identities:
            return False
        is_no_group = isinstance(facts, Role) and facts.principal_type == SERVICE_PRINCIPAL
        return False if is_no_group and user.is_known else None

    def may_be_an_entra_group(self, facts: Policy | Role, account: KnownAccount) -> bool:
        """Return whether somebody's object id may be that of a group with the account's identity.

        If the id of either is not known, it may just as well be the identity itself.
        """
        is_id = isinstance(facts.principal, str) and not facts.principal.startswith("@")
        return is_id and account.user.is_known

    def lets_in(self, vault: KnownVault, principal: MayBeUnknown) -> bool:
        """Return whether a policy or a role of a principal on a vault is there before."""
        found: list[Role | Policy] = [*self.roles_before(vault), *self.policies_before(vault)]
        return any(each.principal == principal for each in found)

    def roles_before(self, vault: KnownVault) -> Iterator[Role]:
        """Yield the roles that may let somebody use keys of a vault before the change."""
        for _, role in self.each(Role, states=[BEFORE]):
            if covers(role.scope, vault, self):
                yield role

    def has_role_before(self, vault: KnownVault, account: KnownAccount) -> bool | None:
        """Return whether the account has a role on a vault before; None if one may be for it."""
        mine = [self.is_of(role, account) for role in self.roles_before(vault)]
        if True in mine:
            return True
        return None if None in mine else False

    def is_listed(self, vault: KnownVault, account: KnownAccount) -> bool:
        """Return whether a policy is there for the account, or comes with the same request that
        makes policies count again.
        """
        policies = [*self.policies_before(vault)]
        if vault.after is not None and isinstance(vault.after.policies, tuple):
            policies += vault.after.policies
        return any(self.is_of(policy, account) is True and policy.needed for policy in policies)

    def keeps_access(
        self, vault: KnownVault, account: KnownAccount, but: Collection[Entry], by_role: bool
    ) -> bool | None:
        """Return whether a role, or else a policy, of an account on a vault is visible that stays;
        None if those that are visible may stay or go.

        What the plan adds does not stay: it was not there before.
        """
        answer: bool | None = False
        for entry in self.entries:
            if entry in but or not self._gives(entry.before, vault, account, by_role):
                continue
            resource = entry.resource
            if DELETE not in resource.actions and self._gives(entry.after, vault, account, by_role):
                return True
            if resource.may_stay:
                answer = None
        return answer

    def _gives(
        self, thing: Thing | None, vault: KnownVault, account: KnownAccount, by_role: bool
    ) -> bool:
        """Return whether a thing gives an account access to a vault: by a role, or by a policy."""
        found: list[Policy | Role] = []
        if by_role:
            if isinstance(thing, Role) and covers(thing.scope, vault, self):
                found.append(thing)
        else:
            for its_vault, policy in self.policies_in(thing):
                if its_vault is vault and policy.needed:
                    found.append(policy)
        return any(self.is_of(each, account) is True for each in found)


def is_name(value: MayBeUnknown) -> bool:
    """Return whether a value is known and names something."""
    return isinstance(value, str) and value != ""


def principals_in(plan: Plan) -> Iterator[str]:
    """Yield each object id of which the plan shows whose it is, and that is no group's."""
    for resource in plan.resources:
        if resource.type in NOT_AN_OWNER:
            continue
        for attributes in resource.states:
            for path in PATHS_OF_PRINCIPALS:
                principal = attributes.get(path)
                if isinstance(principal, str) and principal:
                    yield principal.lower()


PATHS_OF_PRINCIPALS = (
    "object_id",
    "principal_id",
    "identity.principal_id",
    "identity.principalId",
    "properties.principalId",
)
NOT_AN_OWNER = frozenset(
    {
        "azuread_group",
        "azurerm_key_vault_access_policy",
        "azurerm_role_assignment",
        "Microsoft.Authorization/roleAssignments",
    }
)
"""Types that name an object id that is a group's, or somebody else's."""


def names_of_vault(facts: Vault) -> Iterator[str]:
    """Yield what may refer to a vault: its id and its host, in each cloud if it is not known."""
    if isinstance(facts.id, str):
        yield facts.id
    if isinstance(facts.host, str):
        yield facts.host
    elif facts.name:
        for suffix in HOSTS_OF_VAULTS:
            yield f"{facts.name.lower()}.{suffix}"


def vault_in(scope: MayBeUnknown) -> str | None:
    """Return the id of the vault in which a scope is; None if it is in none, or wider."""
    if not isinstance(scope, str):
        return None
    found = IN_A_VAULT.match(scope)
    return found[0] if found else None


def covers(scope: MayBeUnknown, vault: KnownVault, estate: Estate) -> bool:
    """Return whether a role in this scope may reach the keys of a vault."""
    if not isinstance(scope, str):
        return True
    if scope.startswith("@"):
        # The address of a vault, of a key, or else of what may have the vault in it: a group.
        if estate.vault(scope) is not None:
            return estate.vault(scope) is vault
        entry = estate.by_address.get(scope[1:])
        thing = entry.after if entry is not None else None
        if isinstance(thing, Key):
            return estate.vault(thing.vault) is vault
        return not isinstance(thing, Account)
    own = known_id(vault)
    if own is None:
        return True
    # The vault is in the scope, or the scope is a key in the vault.
    return f"{own}/".startswith(f"{scope.rstrip('/')}/") or scope.startswith(f"{own}/")


def known_id(vault: KnownVault) -> str | None:
    """Return the id of a vault in Azure, if the plan shows a vault that has one."""
    for facts in vault.states:
        if isinstance(facts.id, str) and not facts.id.startswith("@"):
            return facts.id
    return None
