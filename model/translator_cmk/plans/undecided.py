"""What data may be lost by that nobody judges: accounts, requests and resources that are not seen.

The world of an account that a plan does not show is assumed.  It uses a key of a vault that no
judged account uses, so the same walk says whether a change takes that key away.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from .estate import (
    BEFORE,
    OTHERS,
    Estate,
    KnownAccount,
    KnownKey,
    KnownVault,
    UsedKey,
    covers,
    holds_of,
    known_id,
    vault_in,
)
from .forms import AZAPI_UPDATE, FORMS, as_body
from .inventory import Entry, referred_to, thing
from .plan import CREATE, DELETE, PERHAPS, UNKNOWN, UPDATE, Attributes, Plan, PlannedResource
from .setup import type_and_size
from .things import (
    Account,
    Group,
    Key,
    KeyInUse,
    MayBeUnknown,
    Policy,
    PolicyRequest,
    Role,
    Vault,
    lower,
)
from .vault_changes import keeps_what_it_holds

IN_AZURE = ("microsoft.cognitiveservices/accounts", "microsoft.keyvault/vaults")
FOLLOWED = frozenset(kind for kind in FORMS if kind.startswith(IN_AZURE))
"""The types in Azure by which an account may lose its key."""

GROUP = "microsoft.resources/resourcegroups"
"""The type in Azure of a resource group."""

ROLE_DEFINITION = "microsoft.authorization/roledefinitions"
"""The type in Azure of a custom role."""

AZAPI_ACTION = "azapi_resource_action"

READING_METHODS = frozenset({"GET", "HEAD"})
HARMLESS_ACTIONS = frozenset({"listkeys", "regeneratekey"})
"""Actions on an account that leave its encryption alone: they are about its keys for requests."""

DECIDING = frozenset(
    {"encryption", "accessPolicies", "enableRbacAuthorization", "tenantId", "createMode"}
)
"""The properties of an account or a vault by which the account can use its key."""

SIZE = 2048
"""The bits of a key that can be put in use."""

ENOUGH = frozenset({"wrapkey", "unwrapkey"})
"""Whoever can't do both with a key has no data under it."""


class NotJudged(NamedTuple):
    """Something by which data may be lost that nobody judges."""

    kind: str
    """The kind of its reason, which has words in `advice.yaml`."""
    resource: PlannedResource
    what: str = ""
    """The name that its sentence has."""


def not_judged(plan: Plan, estate: Estate) -> Iterator[NotJudged]:
    """Yield all reasons that a plan itself gives."""
    if plan.failed:
        yield NotJudged("planning-failed", PlannedResource(plan.source, "", (), None, None))
    yield from without_contents(plan)
    yield from changes_of_keys_not_judged(estate)
    yield from deletions_of_unknown_things(estate)
    yield from roles_on_what_is_not_shown(estate)
    yield from groups_that_go(plan, estate)


# Accounts that are not judged


def accounts_not_judged(estate: Estate) -> Iterator[tuple[KnownVault, list[KnownAccount]]]:
    """Yield each vault whose keys no judged account uses, with accounts that may use one."""
    judged = vaults_judged(estate)
    for vault in estate.every_vault():
        if vault.name in judged or not vault.exists_before:
            continue
        if may_have_a_key_in_use(estate, vault):
            yield (
                vault,
                [account_on(estate, vault, key) for key in keys_to_try(estate, vault)],
            )


def vaults_judged(estate: Estate) -> set[str]:
    """Return the names of the vaults whose keys judged accounts use."""
    return {account.key.vault for account in estate.every_account() if account.key is not None}


def may_have_a_key_in_use(estate: Estate, vault: KnownVault) -> bool:
    """Return whether an account may use a key of a vault, as far as the plan shows the vault."""
    facts = vault.before
    if facts is None or not facts.lists_all:
        return True
    # A key is put in use only in a vault with purge protection.
    if facts.purge_protection is False:
        return False
    # Roles are given anywhere, so a plan need not show them.
    if facts.rbac is not False or not isinstance(facts.policies, tuple):
        return True
    # A key that can be in use is a sign of an account, and so is a policy by which one can use it.
    if usable_keys(vault):
        return True
    return any(may_be_enough(policy) for policy in estate.policies_before(vault))


def may_be_enough(policy: Policy) -> bool:
    """Return whether what a policy gives may be enough to have data under a key."""
    permissions = policy.needed
    return permissions is UNKNOWN or ENOUGH.issubset(permissions)


def usable_keys(vault: KnownVault) -> list[KnownKey]:
    """Return the keys of a vault that were there and that an account can use."""
    found: list[KnownKey] = []
    for key in vault.keys.values():
        kind, size = type_and_size(key.before)
        is_rsa = kind != "EC"
        if key.exists_before and is_rsa and size == SIZE:
            found.append(key)
    return found


def keys_to_try(estate: Estate, vault: KnownVault) -> list[KnownKey]:
    """Return each key of a vault that the plan takes away, or else one that stands for all."""
    usable = usable_keys(vault)
    # A key that exists and is created is replaced.
    going = [key for key in usable if key.after is None or key.is_created]
    if going:
        return going
    return usable[:1] or [estate.key(vault, "any-key")]


def account_on(estate: Estate, vault: KnownVault, key: KnownKey) -> KnownAccount:
    """Return an account that the plan does not show and that uses a key of a vault."""
    account = KnownAccount(estate.names.new(f"account-on-{vault.name}", "account"))
    account.is_outside = True
    account.key = UsedKey(vault.name, key.name)
    account.access.add(vault.name)
    return account


def roles_on_what_is_not_shown(estate: Estate) -> Iterator[NotJudged]:
    """Yield which roles go that may use keys in a scope of which no vault is looked at."""
    looked_at = vaults_looked_at(estate)
    for entry, role in estate.each(Role, states=[BEFORE]):
        if DELETE not in entry.resource.actions:
            continue
        is_on_a_vault = vault_in(role.scope) is not None
        if is_on_a_vault or any(covers(role.scope, vault, estate) for vault in looked_at):
            continue
        # A role of a judged account is judged with it.
        if not any(estate.is_of(role, account) for account in estate.every_account()):
            yield NotJudged("role-on-what-is-not-shown", entry.resource)


def vaults_looked_at(estate: Estate) -> list[KnownVault]:
    """Return the vaults with an id that are there before, and whose keys accounts use, or may use
    where none is judged.
    """
    judged = vaults_judged(estate)
    found: list[KnownVault] = []
    for vault in estate.every_vault():
        # without an id, every role would seem to cover it
        if not vault.exists_before or known_id(vault) is None:
            continue
        if vault.name in judged or may_have_a_key_in_use(estate, vault):
            found.append(vault)
    return found


def groups_that_go(plan: Plan, estate: Estate) -> Iterator[NotJudged]:
    """Yield which groups go with all that they hold, of which a plan need not show anything."""
    if holds_of(estate.holds, OTHERS) == "nothing":
        return
    for resource in plan.changes():
        if DELETE not in resource.actions or not is_a_group(plan, resource):
            continue
        if keeps_what_it_holds(plan, resource) is not True:
            yield NotJudged("group-with-all", resource)


def is_a_group(plan: Plan, resource: PlannedResource) -> bool:
    """Return whether a resource that goes is a resource group or a subscription."""
    # What-if may show the id of a group alone.
    if resource.before is None:
        return resource.type.lower() == GROUP
    return isinstance(thing(plan, resource, resource.before), Group)


def changes_of_keys_not_judged(estate: Estate) -> Iterator[NotJudged]:
    """Yield what changes the key or the identity of an account whose key is not judged."""
    for entry in estate.entries:
        facts = entry.before or entry.after
        if not isinstance(facts, Account | KeyInUse):
            continue
        reference = facts.id if isinstance(facts, Account) else facts.account
        account = estate.account(reference)
        if account is None or account.name not in estate.with_key_not_judged:
            continue
        if changes_the_key(estate, entry):
            yield NotJudged("key-not-judged", entry.resource, account.name)


def changes_the_key(estate: Estate, entry: Entry) -> bool:
    """Return whether a change is about the key of an account, or about the identity that uses it.

    An account that goes has a finding.
    """
    before, after = entry.before, entry.after
    if isinstance(before, KeyInUse) and isinstance(after, KeyInUse):
        return is_another_key(estate, before.key, after.key)
    if isinstance(before, KeyInUse):
        return DELETE in entry.resource.actions
    if isinstance(after, KeyInUse):
        return True
    if not isinstance(before, Account) or not isinstance(after, Account):
        return False
    if UPDATE not in entry.resource.actions:
        return False
    old, new = entry.resource.before, entry.resource.after
    if old is not None and new is not None and old.differs(new, "identity"):
        return True
    return is_another_key(estate, before.key, after.key)


def is_another_key(estate: Estate, one: MayBeUnknown, other: MayBeUnknown) -> bool:
    """Return whether two keys differ, or may do so, in more than their version."""
    before = estate.used_key(one) or one
    after = estate.used_key(other) or other
    return bool(before != after)


def deletions_of_unknown_things(estate: Estate) -> Iterator[NotJudged]:
    """Yield what deletes a vault, a key, a policy or an account of which nothing tells which."""
    for entry in estate.entries:
        if DELETE not in entry.resource.actions:
            continue
        match entry.before:
            case Vault() | Account() as gone:
                is_known = isinstance(gone.id, str)
            case Key() | Policy() | PolicyRequest() as gone:
                is_known = estate.vault(gone.vault) is not None
            case KeyInUse() as gone:
                is_known = isinstance(gone.account, str)
            case _:
                is_known = True
        if not is_known:
            yield NotJudged("deletion-not-read", entry.resource)


# Requests that are not followed


def not_followed(plan: Plan, estate: Estate) -> list[PlannedResource]:
    """Return what may change a vault or an account and is not followed."""
    found: list[PlannedResource] = []
    for resource in plan.changes():
        is_request = resource.type in (AZAPI_UPDATE, AZAPI_ACTION)
        is_read = puts_a_key_in_use(estate, resource)
        if is_request and kind_of(resource).startswith(IN_AZURE) and not is_read:
            found.append(resource)
    return found


def puts_a_key_in_use(estate: Estate, resource: PlannedResource) -> bool:
    """Return whether a request only puts a key in use, which is judged."""
    entry = estate.by_address.get(resource.address)
    if entry is None or not isinstance(entry.after, KeyInUse) or resource.after is None:
        return False
    return as_body(resource.after)[1].get("identity") is None


def kind_of(resource: PlannedResource) -> str:
    """Return the type in Azure that a resource of azapi is about, in lower case."""
    attributes = resource.after or resource.before
    if attributes is None:
        return ""
    return str(attributes.text("type") or "").partition("@")[0].lower()


def may_take_a_key(plan: Plan, estate: Estate, resource: PlannedResource) -> bool:
    """Return whether a request that is not followed may take the key of an account away."""
    attributes = resource.after or resource.before
    if attributes is None or kind_of(resource) not in FOLLOWED:
        return False
    target = lower(attributes.text("resource_id"))
    if target is UNKNOWN:
        target = referred_to(plan, resource, "resource_id")
    if target in estate.not_judged or is_made(estate, target):
        return False
    if resource.type == AZAPI_ACTION:
        return is_sent(resource, attributes) and not is_harmless(attributes)
    # What it has merged stays where it goes.
    if resource.actions == (DELETE,):
        return False
    return decides(attributes)


def is_made(estate: Estate, reference: MayBeUnknown) -> bool:
    """Return whether the plan makes what a reference means, so nothing was in it."""
    if not isinstance(reference, str):
        return False
    entry = estate.by_address.get(reference.removeprefix("@"))
    return entry is not None and entry.resource.actions == (CREATE,)


def is_sent(resource: PlannedResource, attributes: Attributes) -> bool:
    """Return whether the plan sends the request of an action: when it is made, or destroyed."""
    if attributes.text("when") == "destroy":
        return DELETE in resource.actions
    return resource.actions != (DELETE,)


def is_harmless(attributes: Attributes) -> bool:
    """Return whether an action only reads, or leaves the encryption alone."""
    action = str(attributes.text("action") or "").lower()
    return attributes.text("method") in READING_METHODS or action in HARMLESS_ACTIONS


def decides(attributes: Attributes) -> bool:
    """Return whether a body that is merged has something by which an account can use its key."""
    kind, body = as_body(attributes)
    # What is in an account or a vault, such as a key, decides as a whole.
    if kind.lower() not in IN_AZURE or body.get("identity") is not None:
        return True
    properties = body.block("properties")
    if properties is None:
        return False
    if properties is UNKNOWN:
        return True
    return not DECIDING.isdisjoint(names_in(properties))


def names_in(attributes: Attributes) -> set[str]:
    """Return the names of all attributes, those too that are unknown."""
    unknown: Any = attributes.unknown if isinstance(attributes.unknown, Mapping) else {}
    return {*attributes.known, *unknown}


# Resources of which nothing is shown


def without_contents(plan: Plan) -> Iterator[NotJudged]:
    """Yield which accounts, vaults, keys, policies and custom roles change without a word on what
    they are, and which roles and identities go so.
    """
    # A group that goes has a reason of its own.
    deletable = FORMS.keys() - {GROUP}
    # A role and an identity keep their principal when they are deployed.
    deployable = FOLLOWED | {ROLE_DEFINITION}
    for resource in plan.changes():
        # What only adds entries takes none away.
        only_adds = resource.address.lower().endswith("/accesspolicies/add")
        judged = deletable if DELETE in resource.actions else deployable
        if resource.states or only_adds or resource.type.lower() not in judged:
            continue
        if not {UPDATE, DELETE, PERHAPS}.isdisjoint(resource.actions):
            yield NotJudged("nothing-shown", resource)
