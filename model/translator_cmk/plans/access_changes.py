"""The changes of who has access to the keys of a vault: access policies, and roles."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..machine.commands import AssignKeyRole, RemoveKeyRole
from .causes import new_identities, root_cause
from .context import Context, PlannedChange, may
from .estate import AFTER, BEFORE, KnownVault, covers
from .inventory import Entry
from .plan import CREATE, DELETE, UNKNOWN
from .things import (
    NEEDED,
    MayBeUnknown,
    Members,
    Policy,
    PolicyRequest,
    Role,
    RoleDefinition,
    Thing,
    Vault,
    last_word,
)


@dataclass(frozen=True)
class Rights:
    """What policies give to an account: permissions for certain, and more perhaps."""

    certain: frozenset[str]
    perhaps: Mapping[MayBeUnknown, MayBeUnknown]
    """By principal: permissions of which it is not known whose or which they are."""
    by_others: Mapping[MayBeUnknown, MayBeUnknown]
    """By principal of which nothing tells whose it is, and that may be a group."""


def somebody_lost_rights(had: Mapping[Any, Any], has: Mapping[Any, Any]) -> bool:
    """Return whether somebody lacks a permission that they had, or may lack it."""
    for principal, old in had.items():
        new = has.get(principal, frozenset())
        if UNKNOWN in (old, new) or not old <= new:
            return True
    return False


POLICY = "policy"
"""In place of the name of a role."""

PERMISSION_NAMES = ("get", "wrapKey", "unwrapKey")

ROLES = "vault.permission-model"
"""The requirement that leaves open what a role gives."""

NO_RIGHTS = Rights(frozenset(), {}, {})
ALL_RIGHTS = Rights(NEEDED, {}, {})

# Policies


def policy_deleted(context: Context, policy: Policy) -> Iterator[PlannedChange]:
    vault = context.vault(policy.vault)
    if vault is None or vault.uses_rbac:
        return
    kind, words = how_it_goes(context, policy, POLICY)
    had = rights_given(context, (policy,))
    yield from rights_changed(context, vault, had, NO_RIGHTS, kind, **words)


def how_it_goes(context: Context, thing: Policy | Role, access: str) -> tuple[str, dict[str, str]]:
    """Return the kind of change by which a policy or a role of the account goes, with its names."""
    resource = context.entry.resource
    words = {"access": access}
    cause = root_cause(context.plan, resource)
    if resource.forced_by in OF_A_PRINCIPAL and cause is not None:
        words["cause"] = cause.address
        is_replaced = DELETE in cause.actions
        return "access-replaced-with-its-identity" if is_replaced else "access-replaced", words
    # Under another address the same access is still one entry in Azure: the deletion takes it.
    for other in context.estate.entries:
        is_made = other.resource.actions == (CREATE,) and other.resource.type == resource.type
        if is_made and is_the_same(context, other.after, thing):
            return "access-moved", {**words, "new": other.address}
    return "access-deleted", words


OF_A_PRINCIPAL = (("object_id",), ("principal_id",))
"""What forces a replacement where a policy or a role is of another identity than before."""


def is_the_same(context: Context, made: Thing | None, gone: Policy | Role) -> bool:
    """Return whether what the plan makes gives the account the same access as what goes."""
    estate = context.estate
    if context.account.user.is_known and not estate.is_of(gone, context.account):
        # It is of somebody else, such as a group.
        return False
    match made, gone:
        case Policy(), Policy():
            is_same = estate.vault(made.vault) is estate.vault(gone.vault)
        case Role(), Role():
            is_same = (made.scope, made.definition) == (gone.scope, gone.definition)
        case _:
            return False
    return is_same and estate.is_of(made, context.account) is True


def policy_created(context: Context, policy: Policy) -> Iterator[PlannedChange]:
    vault = context.vault(policy.vault)
    if vault is None or keeps_ignoring_policies(vault):
        return
    yield from policies_given(context, vault, (policy,))


def keeps_ignoring_policies(vault: KnownVault) -> bool:
    """Return whether policies are ignored before and after the change."""
    return vault.uses_rbac and (vault.after is None or vault.after.rbac is not False)


def policy_updated(context: Context, before: Policy, after: Policy) -> Iterator[PlannedChange]:
    vault = context.vault(before.vault)
    if vault is None or vault.uses_rbac:
        return
    had = rights_given(context, (before,))
    has = rights_given(context, (after,))
    yield from rights_changed(context, vault, had, has, "policy-emptied")


def policy_request_sent(context: Context, thing: PolicyRequest) -> Iterator[PlannedChange]:
    vault = context.vault(thing.vault)
    if vault is None or vault.uses_rbac:
        return
    if thing.policies is UNKNOWN:
        # What only adds entries takes none away.
        if thing.does != "add":
            yield policies_unknown(context, vault)
        return
    rights = rights_given(context, thing.policies)
    # The request doesn't show what is there: an account that has access has all rights.
    if thing.does == "remove" and rights.certain:
        left = Rights(NEEDED - rights.certain, {}, {})
        yield from rights_changed(context, vault, ALL_RIGHTS, left, "policy-dropped")
    elif thing.does == "remove":
        yield from rights_changed(context, vault, rights, NO_RIGHTS, "policy-dropped")
    elif thing.does == "replace" and vault.name in context.account.access:
        yield from rights_changed(context, vault, ALL_RIGHTS, rights, "policy-dropped")
    else:
        yield from policies_given(context, vault, thing.policies)


def policy_request_deleted(context: Context, thing: PolicyRequest) -> Iterator[PlannedChange]:
    vault = context.vault(thing.vault)
    if vault is None or vault.uses_rbac or thing.does == "remove":
        return
    if thing.policies is UNKNOWN:
        yield policies_unknown(context, vault)
        return
    had = rights_given(context, thing.policies)
    # Azure documents no request that takes such a request back, so the entries may go or stay.  One
    # that is only perhaps the account's costs nothing before the account uses a key.
    if had.certain or (had.perhaps and context.uses(vault)):
        yield policies_unknown(context, vault)
    elif had.by_others:
        yield from access_of_others_gone(context, vault)


def rights_given(context: Context, policies: Iterable[Policy]) -> Rights:
    """Return what policies give to the account, for certain and perhaps."""
    certain: frozenset[str] = frozenset()
    perhaps: dict[MayBeUnknown, MayBeUnknown] = {}
    by_others: dict[MayBeUnknown, MayBeUnknown] = {}
    for policy in policies:
        is_mine = context.estate.is_of(policy, context.account)
        if is_mine is False or not policy.needed:
            continue
        if is_mine is True and policy.needed is not UNKNOWN:
            certain |= policy.needed
        elif is_mine is None and context.estate.may_be_an_entra_group(policy, context.account):
            by_others[policy.principal] = policy.needed
        else:
            perhaps[policy.principal] = policy.needed
    return Rights(certain, perhaps, by_others)


def rights_changed(
    context: Context,
    vault: KnownVault,
    had: Rights,
    has: Rights,
    kind: str,
    **words: str,
) -> Iterator[PlannedChange]:
    """Yield what the difference between the rights before and after does.

    ``kind`` is that of a change which takes all of them.
    """
    gone = had.certain - has.certain
    if had.certain and not has.certain:
        if has.perhaps:
            yield policies_unknown(context, vault)
        else:
            yield context.change(kind, (context.revoke(vault),), vault, **words)
    elif gone:
        # Nobody says which permissions are needed, so one of them may be enough or not.
        readings = may(context.revoke(vault))
        named = [name for name in PERMISSION_NAMES if name.lower() in gone]
        yield context.change("policy-narrowed", readings, vault, permissions=named, **words)
    elif has.certain and not had.certain:
        yield context.change("policy-created", (context.grant(vault),), vault)
    elif not has.certain and context.uses(vault):
        # No entry is the account's for certain, so it uses its key by one that may be.
        if somebody_lost_rights(had.perhaps, has.perhaps):
            yield policies_unknown(context, vault)
        elif somebody_lost_rights(had.by_others, has.by_others):
            yield from access_of_others_gone(context, vault)


def access_of_others_gone(context: Context, vault: KnownVault) -> Iterator[PlannedChange]:
    """Yield that access goes by which the account may use its key: no other is visible."""
    if context.shows_no_access(vault):
        yield context.change("access-of-others-gone", may(context.revoke(vault)), vault)


def policies_unknown(context: Context, vault: KnownVault) -> PlannedChange:
    """Return that only the apply will tell whether the account keeps its access."""
    readings = may(context.revoke(vault))
    causes = new_identities(context.plan)
    return context.change("policies-unknown", readings, vault, causes=causes)


def policies_given(
    context: Context, vault: KnownVault, policies: Iterable[Policy]
) -> Iterator[PlannedChange]:
    """Yield that policies give the account access, for certain or perhaps."""
    rights = rights_given(context, policies)
    if rights.certain or rights.perhaps:
        readings = may(context.grant(vault), bool(rights.certain))
        yield context.change("policy-created", readings, vault)


def policies_updated(
    context: Context, vault: KnownVault, before: Vault, after: Vault
) -> Iterator[PlannedChange]:
    """Yield what another list of policies in the vault itself gives or takes."""
    # A vault without a list leaves its policies to others.
    if not isinstance(before.policies, tuple) or after.policies is None:
        return
    had = rights_given(context, before.policies)
    if after.policies is UNKNOWN:
        may_rely_on_others = had.by_others and context.shows_no_access(vault)
        if had.certain or had.perhaps or may_rely_on_others:
            yield policies_unknown(context, vault)
        return
    has = rights_given(context, after.policies)
    yield from rights_changed(context, vault, had, has, "policy-dropped")


# Roles and groups


def role_deleted(context: Context, role: Role) -> Iterator[PlannedChange]:
    """Yield that a role goes by which the account may have access to a vault."""
    is_mine = context.estate.is_of(role, context.account)
    kind, words = how_it_goes(context, role, role.name)
    if is_mine is None and context.estate.may_be_an_entra_group(role, context.account):
        kind = "access-of-others-gone"
    for vault in vaults_with(context, role):
        keeps = context.estate.keeps_access(vault, context.account, [context.entry], by_role=True)
        if keeps or not vault.exists_before:
            continue
        if vault.before is None:
            # Whether roles or policies decide there is not shown.
            from_unseen = "role-deleted-from-a-vault-not-shown"
            yield context.change(from_unseen, may(context.revoke(vault)), vault, ROLES, **words)
            continue
        if not vault.uses_rbac and not is_mine:
            # It gives no access now, and the account need not have it.
            continue
        others = list(other_new_roles(context, vault, role))
        if context.entry in others and context.entry.resource.actions == (CREATE, DELETE):
            # What replaces it is there before it goes.
            continue
        remove = (RemoveKeyRole(vault.name, context.account.name),)
        # A role without a name that is known may be one that gives no access to keys.
        is_certain = is_mine is True and bool(role.name) and not others and keeps is False
        readings = may(remove, is_certain)
        yield context.change(kind, readings, vault, **words)


def other_new_roles(context: Context, vault: KnownVault, gone: Role) -> Iterator[Entry]:
    """Yield the entries of the roles on a vault that the plan gives to the account.

    The same role of the same principal is no other one: the deletion takes it too.
    """
    for entry, role in context.estate.each(Role, states=[AFTER]):
        if CREATE not in entry.resource.actions or is_the_same(context, role, gone):
            continue
        is_mine = context.estate.is_of(role, context.account) is True
        if is_mine and covers(role.scope, vault, context.estate):
            yield entry


def role_created(context: Context, role: Role) -> Iterator[PlannedChange]:
    is_mine = context.estate.is_of(role, context.account)
    if is_mine is None and context.estate.may_be_an_entra_group(role, context.account):
        return
    for vault in vaults_with(context, role):
        if vault.uses_rbac and context.uses(vault) and not loses_a_role(context, vault):
            # It has a role already, or it could not use its key, so this one changes nothing.
            continue
        assign = (AssignKeyRole(vault.name, context.account.name),)
        readings = may(assign, is_mine is True)
        yield context.change("role-created", readings, vault, access=role.name)


def loses_a_role(context: Context, vault: KnownVault) -> bool:
    """Return whether a role on a vault goes that may be the account's, perhaps before this one."""
    for entry, role in context.estate.each(Role, states=[BEFORE]):
        goes_after = entry is context.entry and entry.resource.actions == (CREATE, DELETE)
        goes = DELETE in entry.resource.actions and not goes_after
        if goes and vault in vaults_with(context, role):
            return True
    return False


def vaults_with(context: Context, role: Role) -> Iterator[KnownVault]:
    """Yield the vaults of the account whose keys a role may reach, if it may be the account's."""
    if context.estate.is_of(role, context.account) is False:
        return
    for vault in context.vaults:
        if covers(role.scope, vault, context.estate):
            yield vault


def members_leave(
    context: Context, before: Members, after: Members | None = None
) -> Iterator[PlannedChange]:
    """Yield that members leave a group by which the account may have its access."""
    gone = before.members
    # If the members after the change are not known yet, anyone may have left.
    if after is not None and UNKNOWN not in (gone, after.members):
        gone = (gone or frozenset()) - (after.members or frozenset())
    user = context.account.user
    if isinstance(gone, frozenset) and user.is_known and not gone & user.may_be:
        return
    for vault in context.vaults:
        if context.estate.lets_in(vault, before.group) and context.shows_no_access(vault):
            yield context.change("group-left", may(context.revoke(vault)), vault)


def custom_role_narrowed(
    context: Context, before: RoleDefinition, after: RoleDefinition | None = None
) -> Iterator[PlannedChange]:
    """Yield that a custom role goes or loses the use of keys, by which the account may use its."""
    if before.uses_keys is False or (after is not None and after.uses_keys is True):
        return
    # a role has its definition by address, by name or by id
    names = (f"@{context.entry.address}", before.name.lower(), last_word(str(before.id)))
    roles = context.estate.each(Role, states=[BEFORE])
    given = [entry for entry, role in roles if role.definition in names]
    for vault in context.vaults:
        if vault.uses_rbac and context.shows_no_access(vault, *given):
            yield context.change("custom-role-narrowed", may(context.revoke(vault)), vault)
