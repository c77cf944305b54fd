"""The changes of who has access to the keys of a vault: access policies, and roles."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..machine.commands import AssignKeyRole, RemoveKeyRole
from .causes import new_identities, root_cause, set_by, targets
from .context import Change, Context, may
from .inventory import Entry
from .plan import DELETE, UNKNOWN
from .things import NEEDED, MayBeUnknown, Policy, PolicyList, Role, Vault
from .world import KnownVault, covers


@dataclass(frozen=True)
class Rights:
    """What policies give to an account: permissions for certain, and more perhaps."""

    certain: frozenset[str]
    perhaps: Mapping[MayBeUnknown, MayBeUnknown]
    """By principal that may be the account's: the permissions that it has."""

    def may_lack_some_of(self, other: "Rights") -> bool:
        """Return whether something is no longer there that others may give."""
        for principal, permissions in other.perhaps.items():
            here = self.perhaps.get(principal, frozenset())
            if here is UNKNOWN or permissions is UNKNOWN:
                if here is not permissions:
                    return True
            elif not permissions <= here:
                return True
        return False


PERMISSION_NAMES = ("get", "wrapKey", "unwrapKey")

ROLES = "vault.permission-model"
"""The requirement that leaves open what a role gives."""

NO_RIGHTS = Rights(frozenset(), {})

NO_PLACE: Mapping[str, str] = {"set_by": ""}
"""The words where nothing tells what sets the permissions."""

TO_THE_ACCOUNT = (
    "Let the entry refer to the identity of the account (`identity[0].principal_id`). Or: "
)
"""Advice that makes a circle where the account depends on the vault."""


# Policies


def policy_deleted(context: Context, entry: Entry, policy: Policy) -> Iterator[Change]:
    vault = context.vault(policy.vault)
    if vault is None or vault.uses_rbac:
        return
    had = rights_given(context, (policy,))
    cause = root_cause(context.plan, entry.resource)
    kind = "policy-deleted"
    words: dict[str, str] = {}
    if context.goes_besides(vault):
        kind = "policy-deleted-with-more"
    elif entry.resource.forced_by == ("object_id",) and cause is not None:
        is_output = ".output" in cause.reads
        kind = "policy-replaced-by-output" if is_output else "policy-replaced"
        words = {"cause": cause.address, "target": targets([cause.address])}
    yield from rights_changed(context, vault, had, NO_RIGHTS, kind, words)


def policy_created(context: Context, policy: Policy) -> Iterator[Change]:
    vault = context.vault(policy.vault)
    if vault is None or keeps_ignoring_policies(vault):
        return
    yield from policies_given(context, vault, (policy,))


def keeps_ignoring_policies(vault: KnownVault) -> bool:
    """Return whether policies are ignored before and after the change."""
    return vault.uses_rbac and (vault.after is None or vault.after.rbac is not False)


def policy_updated(
    context: Context, entry: Entry, before: Policy, after: Policy
) -> Iterator[Change]:
    vault = context.vault(before.vault)
    if vault is None or vault.uses_rbac:
        return
    had = rights_given(context, (before,))
    has = rights_given(context, (after,))
    words = {"set_by": set_by(entry.resource, "key_permissions")}
    yield from rights_changed(context, vault, had, has, "policy-emptied", words)


def list_applied(context: Context, thing: PolicyList) -> Iterator[Change]:
    vault = context.vault(thing.vault)
    if vault is None or vault.uses_rbac:
        return
    if thing.policies is UNKNOWN:
        if thing.does != "add":
            yield policies_unknown(context, vault)
        return
    rights = rights_given(context, thing.policies)
    if thing.does == "remove":
        yield from rights_changed(context, vault, rights, NO_RIGHTS, "policy-dropped")
    elif thing.does == "replace" and vault.name in context.account.access:
        had = Rights(NEEDED, {})
        yield from rights_changed(context, vault, had, rights, "policy-dropped")
    else:
        yield from policies_given(context, vault, thing.policies)


def list_deleted(context: Context, thing: PolicyList) -> Iterator[Change]:
    vault = context.vault(thing.vault)
    if vault is None or vault.uses_rbac or thing.does != "add":
        return
    if thing.policies is UNKNOWN:
        yield policies_unknown(context, vault)
        return
    had = rights_given(context, thing.policies)
    if had.certain or (had.perhaps and context.uses(vault)):
        yield policies_unknown(context, vault)


def rights_given(context: Context, policies: Iterable[Policy]) -> Rights:
    """Return what policies give to the account, for certain and perhaps."""
    certain: frozenset[str] = frozenset()
    perhaps: dict[MayBeUnknown, MayBeUnknown] = {}
    for policy in policies:
        is_mine = context.world.is_of(policy, context.account)
        if is_mine is False or not policy.needed:
            continue
        if is_mine is True and policy.needed is not UNKNOWN:
            certain |= policy.needed
        else:
            perhaps[policy.principal] = policy.needed
    return Rights(certain, perhaps)


def rights_changed(
    context: Context,
    vault: KnownVault,
    had: Rights,
    has: Rights,
    kind: str,
    words: Mapping[str, str] = NO_PLACE,
) -> Iterator[Change]:
    """Yield what the difference between the rights before and after does."""
    if had.certain and has.perhaps and not has.certain:
        yield policies_unknown(context, vault)
    elif had.certain and not has.certain:
        gone = context.goes_besides(vault)
        yield context.change(kind, (context.revoke(vault),), vault, "", False, gone=gone, **words)
    elif had.certain - has.certain:
        readings = may(context.revoke(vault))
        gone = names_of(had.certain - has.certain)
        yield context.change(
            "policy-narrowed", readings, vault, "", False, permissions=gone, **words
        )
    elif has.certain - had.certain and not had.certain:
        yield context.change("policy-created", (context.grant(vault),), vault)
    elif not has.certain and has.may_lack_some_of(had) and context.uses(vault):
        yield policies_unknown(context, vault)


def policies_unknown(context: Context, vault: KnownVault, today: str = "") -> Change:
    """Return that only the apply will tell whether the account keeps its access.

    ``today`` says what is in the list before.
    """
    identities = new_identities(context.plan)
    words = {
        "today": today,
        "cause": "",
        "first": "Apply what makes the list unknown first, then plan again.",
        "refer": "",
    }
    if identities:
        names = ", ".join(identities)
        words["cause"] = f" The new list may depend on {names}."
        words["first"] = (
            f"Apply what makes the list unknown first, perhaps {names} ({targets(identities)}), "
            "then plan again."
        )
    if not context.depends_on(vault):
        words["refer"] = TO_THE_ACCOUNT
    return context.change("policies-unknown", may(context.revoke(vault)), vault, "", False, **words)


def names_of(permissions: frozenset[str]) -> str:
    """Return permissions as Azure writes them."""
    return " and ".join(name for name in PERMISSION_NAMES if name.lower() in permissions)


def policies_given(
    context: Context, vault: KnownVault, policies: Iterable[Policy]
) -> Iterator[Change]:
    """Yield that policies give the account access, for certain or perhaps."""
    rights = rights_given(context, policies)
    if rights.certain or rights.perhaps:
        readings = may(context.grant(vault), bool(rights.certain))
        yield context.change("policy-created", readings, vault)


def policies_updated(
    context: Context, entry: Entry, vault: KnownVault, before: Vault, after: Vault
) -> Iterator[Change]:
    """Yield what another list of policies in the vault itself gives or takes."""
    if not isinstance(before.policies, tuple) or after.policies is None:
        return
    had = rights_given(context, before.policies)
    if after.policies is UNKNOWN:
        if had.certain or had.perhaps:
            yield policies_unknown(context, vault, entries_in_words(context, before, had))
        return
    has = rights_given(context, after.policies)
    words = {"set_by": set_by(entry.resource, "access_policy.key_permissions")}
    yield from rights_changed(context, vault, had, has, "policy-dropped", words)


def entries_in_words(context: Context, vault: Vault, had: Rights) -> str:
    """Return how many entries a list has before, where the account's is among them."""
    if not had.certain or not vault.entries:
        return ""
    account = context.account.name
    if vault.entries == 1:
        return f" Today the list has one entry, that of {account}."
    return f" Today the list has {vault.entries} entries, that of {account} among them."


# Roles and groups


def role_deleted(context: Context, entry: Entry, role: Role) -> Iterator[Change]:
    is_mine = context.world.is_of(role, context.account)
    words = {"role_name": role.in_words}
    for vault in vaults_with(context, role):
        if keeps_another_role(context, entry, vault):
            continue
        if vault.before is None and vault.exists_before:
            kind = "role-deleted-from-a-vault-not-shown"
            yield context.change(kind, may(context.revoke(vault)), vault, ROLES, False, **words)
            continue
        remove = (RemoveKeyRole(vault.name, context.account.name),)
        readings = may(remove, is_mine is True)
        yield context.change("role-deleted", readings, vault, "", False, **words)


def role_created(context: Context, role: Role) -> Iterator[Change]:
    is_mine = context.world.is_of(role, context.account)
    for vault in vaults_with(context, role):
        if vault.uses_rbac and context.uses(vault):
            continue  # it has one, or it could not use its key
        assign = (AssignKeyRole(vault.name, context.account.name),)
        readings = may(assign, is_mine is True)
        yield context.change("role-created", readings, vault, role_name=role.in_words)


def vaults_with(context: Context, role: Role) -> Iterator[KnownVault]:
    """Yield the vaults of the account whose keys a role may reach, if it may be its own."""
    if context.world.is_of(role, context.account) is False:
        return
    for name in sorted(context.vaults):
        vault = context.world.vault_named(name)
        if covers(role.scope, vault, context.world):
            yield vault


def keeps_another_role(context: Context, entry: Entry, vault: KnownVault) -> bool:
    """Return whether the account has another role on a vault that stays."""
    for other in context.world.entries:
        role = other.before
        if other is entry or not isinstance(role, Role):
            continue
        is_mine = context.world.is_of(role, context.account) is True
        stays = DELETE not in other.resource.actions
        if is_mine and stays and covers(role.scope, vault, context.world):
            return True
    return False
