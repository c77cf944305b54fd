"""Theorems about outcomes: what is refused, what is not specified, and that all else is accepted."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from ...machine import COMMANDS, Accepted, Command, Outcome, Refused, Unspecified
from ...machine.commands import (
    CreateKey,
    CreateResource,
    CreateVault,
    CreateWorkspace,
    DeployModel,
    EnableCustomerManagedKeys,
    EnablePurgeProtection,
    EndVaultRetention,
    GrantKeyAccess,
    ImportKey,
    MoveResource,
    MoveResourceGroup,
    MoveSubscription,
    PurgeKey,
    PurgeVault,
    ReadData,
    RecoverKey,
    RecoverVault,
    ReturnToMicrosoftManagedKeys,
    TrainModel,
    TranslateWithModel,
    UploadDocument,
)
from ...machine.entities import CUSTOMER, Document
from ...machine.rows import Refuse, Silent
from .states import has_access, has_lost_its_key, home
from .theorem import (
    KIND_OF_FIELD,
    Expectation,
    Step,
    Theorem,
    collected,
    entity_name,
    look_up,
    request,
    rows_without_words,
)

EVERY = tuple(COMMANDS.values())


class Demand(NamedTuple):
    """A reason to refuse a command (or, for a silence, to specify nothing), and when it is one."""

    on: type[Command]
    requirement: str
    sentence: str
    broken: Callable[[Any], Any]


def enabling(requirement: str, sentence: str, broken: Callable[[Any], Any]) -> Demand:
    """Return a demand of enabling customer-managed keys on the vault and its key, where they are named."""
    return Demand(EnableCustomerManagedKeys, requirement, sentence, lambda a: a.vault is not None and broken(a))


def works_with(on: type[Command], requirement: str, sentence: str) -> Demand:
    """Return the demand that the key of the data that a command works with is in reach."""
    return Demand(on, requirement, sentence, lambda a: has_lost_its_key(workspace(a).resource))


def workspace(asked: Any) -> Any:
    """Return the workspace that a command on data works in."""
    return asked.workspace if hasattr(asked, "workspace") else asked.model.workspace


def has_upload(workspace: Any) -> bool:
    """Return whether an uploaded document is kept in the workspace."""
    documents = workspace.world.every(Document)
    return any(d.workspace.name == workspace.name for d in documents if d.state == "uploaded")


def articles(
    kind: type[Any], known: tuple[Demand, ...], broken: Callable[[Any], Callable[[Any], Any]]
) -> Iterator[Demand]:
    """Yield the demands of the article's rows that are not written in words of their own here."""
    for row in rows_without_words(kind, "on", {(each.on, each.requirement) for each in known}):
        yield Demand(row.on, row.requirement, f"{row.on.__name__} heeds {row.requirement}", broken(row))


IN_OWN_WORDS = (
    Demand(
        EnableCustomerManagedKeys,
        "encryption.tier",
        "Customer-managed keys are refused on a pricing tier without them, and only there",
        lambda a: not a.resource.tier.supports_customer_managed_keys,
    ),
    Demand(
        EnableCustomerManagedKeys,
        "resource.regional",
        "Customer-managed keys are refused for a global resource, and only there",
        lambda a: a.resource.location.name == "global",
    ),
    Demand(
        EnableCustomerManagedKeys,
        "keys.vault-only",
        "A key that is held elsewhere than in Azure Key Vault is refused",
        lambda a: a.store == "elsewhere",
    ),
    enabling(
        "keys.rsa-2048",
        "A key is refused exactly where it is not an RSA key of 2048 bits",
        lambda a: a.key.size != 2048 or not a.key.type.startswith("RSA"),
    ),
    enabling(
        "environment.enabled-key",
        "A disabled key is refused until it is enabled again",
        lambda a: a.key.enabled is False,
    ),
    enabling(
        "vault.same-region",
        "A regional resource is refused a key of another region",
        lambda a: a.resource.location.name not in ("global", a.vault.region.name),
    ),
    enabling(
        "vault.same-tenant",
        "A key is refused exactly where its vault is in another tenant than the resource",
        lambda a: home(a.vault) != home(a.resource),
    ),
    enabling(
        "vault.access-policy",
        "Through the API, and not through the portal, access must have been granted beforehand",
        lambda a: a.through == "api" and home(a.vault) == home(a.resource) and not has_access(a.resource, a.vault),
    ),
    enabling("vault.soft-delete", "A vault without soft delete is refused", lambda a: not a.vault.soft_delete),
    enabling(
        "vault.purge-protection",
        "A vault without purge protection is refused",
        lambda a: not a.vault.purge_protection,
    ),
    Demand(
        CreateResource,
        "resource.not-at-creation",
        "Customer-managed keys can't be asked for while the resource is created",
        lambda a: a.keys == CUSTOMER,
    ),
    Demand(
        GrantKeyAccess,
        "identity.needed-for-access",
        "Access is granted to nobody without a managed identity",
        lambda a: not a.resource.identity,
    ),
    Demand(
        GrantKeyAccess,
        "tenant.no-cross-tenant-access",
        "Access is granted within one tenant only",
        lambda a: home(a.vault) != home(a.resource),
    ),
    Demand(
        EnablePurgeProtection,
        "environment.protection-order",
        "Purge protection is refused to a vault without soft delete",
        lambda a: not a.vault.soft_delete,
    ),
    Demand(
        PurgeVault,
        "environment.no-vault-purge",
        "A vault under purge protection can't be purged",
        lambda a: a.vault.purge_protection,
    ),
    Demand(
        PurgeKey,
        "environment.no-key-purge",
        "A key in a vault under purge protection can't be purged",
        lambda a: a.vault.purge_protection,
    ),
    works_with(
        ReadData, "revocation.data-inaccessible", "Data can't be read while the key is inaccessible, and only then"
    ),
    works_with(UploadDocument, "revocation.no-upload", "Nothing is uploaded while the key is inaccessible"),
    works_with(TrainModel, "revocation.features-stop", "No model is trained while the key is inaccessible"),
    works_with(DeployModel, "revocation.features-stop", "No model is deployed while the key is inaccessible"),
    works_with(
        TranslateWithModel, "revocation.features-stop", "No custom model translates while the key is inaccessible"
    ),
    Demand(
        TrainModel,
        "environment.train",
        "Training needs an upload that is kept",
        lambda a: not has_lost_its_key(a.workspace.resource) and not has_upload(a.workspace),
    ),
    Demand(
        TranslateWithModel,
        "environment.translate",
        "Translating with a custom model needs it deployed",
        lambda a: not has_lost_its_key(a.model.workspace.resource) and a.model.state != "deployed",
    ),
)

SILENT_IN_OWN_WORDS = (
    Demand(
        EnableCustomerManagedKeys,
        "keys.managed-hsm",
        "The outcome of enabling with a key in a managed HSM is not specified",
        lambda a: a.store == "managed-hsm",
    ),
    enabling(
        "keys.rsa-hsm",
        "The outcome of enabling with an RSA key that a hardware module protects is not specified",
        lambda a: a.key.type.endswith("HSM"),
    ),
    enabling(
        "vault.permission-model",
        "The outcome of enabling with a vault that does without access policies is not specified",
        lambda a: a.vault.permission_model == "rbac",
    ),
    enabling(
        "keys.change",
        "The outcome of asking for another key than the one in use is not specified, and no other outcome is",
        lambda a: a.resource.key is not None and a.resource.key.name != a.key.name,
    ),
    Demand(
        ReturnToMicrosoftManagedKeys,
        "keys.return-out-of-reach",
        "The outcome of giving up a key that is inaccessible is not specified",
        lambda a: has_lost_its_key(a.resource),
    ),
    Demand(
        MoveResource,
        "environment.move-nowhere",
        "The outcome of moving a resource to its own group and subscription is not specified",
        lambda a: (a.resource.subscription.name, a.resource.group) == (a.subscription.name, a.group),
    ),
    Demand(
        MoveResourceGroup,
        "environment.move-nowhere",
        "The outcome of moving a resource group to its own subscription is not specified",
        lambda a: a.subscription.name == a.to.name,
    ),
    Demand(
        MoveSubscription,
        "environment.move-nowhere",
        "The outcome of moving a subscription to its own tenant is not specified",
        lambda a: home(a) == a.tenant.name,
    ),
)

DEMANDS = IN_OWN_WORDS + tuple(articles(Refuse, IN_OWN_WORDS, lambda row: lambda a: row.when(a) and not row.unless(a)))
SILENCES = SILENT_IN_OWN_WORDS + tuple(articles(Silent, SILENT_IN_OWN_WORDS, lambda row: row.when))

GIVES_A_NAME: dict[type[Command], str] = {
    CreateResource: "resource", CreateVault: "vault", CreateKey: "key", ImportKey: "key", CreateWorkspace: "workspace",
    UploadDocument: "document", TrainModel: "model",
}  # fmt: skip  # as a list of pairs
"""Commands that give a name to something new, and the field that does."""

NEEDS_DELETED: dict[type[Command], str] = {
    RecoverVault: "vault", PurgeVault: "vault", EndVaultRetention: "vault", RecoverKey: "key", PurgeKey: "key",
}  # fmt: skip  # likewise
"""Commands on what is deleted but not gone for good, and the field that names it."""


def name_reasons(step: Step) -> set[str]:
    """Return what is wrong with the names in the command: reasons, any of which alone refuses it."""
    command = step.command
    found = set()
    for field, value in command.as_dict().items():
        if value is None or field not in KIND_OF_FIELD:
            continue
        entity = look_up(step.before, KIND_OF_FIELD[field], entity_name(command, field))
        if GIVES_A_NAME.get(type(command)) == field:
            if entity is not None:
                found.add("environment.new-name")
        else:
            needs_deleted = NEEDS_DELETED.get(type(command)) == field
            if entity is None or entity.state == "purged" or (entity.state == "deleted") != needs_deleted:
                found.add("environment.exists")
    return found


@lru_cache(maxsize=1)  # most theorems about a step ask for it
def due(step: Step) -> Outcome:
    """Return the outcome that the request must have by the demands and silences alone."""
    if wrong := name_reasons(step):
        # either may be given first
        return Refused(step.because if len(wrong) == 2 and step.because <= wrong else frozenset(sorted(wrong)[:1]))
    a = step.asked
    if because := [d.requirement for d in DEMANDS if d.on is type(step.command) and d.broken(a)]:
        return Refused(frozenset(because))
    silent = [s.requirement for s in SILENCES if s.on is type(step.command) and s.broken(a)]
    return Unspecified(frozenset(silent)) if silent else Accepted()


def reasons(outcome: Outcome | None) -> frozenset[str]:
    """Return the ids that the outcome gives, of demands or of silences."""
    match outcome:
        case Refused(because=because):
            return because
        case Unspecified(silent=silent):
            return silent
    return frozenset()


def exactly_where(requirement: str) -> Callable[[Step], Iterator[Expectation]]:
    """Return the check that the outcome gives this reason exactly where it is one."""

    def check(step: Step) -> Iterator[Expectation]:
        must = due(step)
        given, owed = requirement in reasons(step.outcome), requirement in reasons(must)
        if given != owed:
            yield must
        elif given and step.outcome is not None:
            yield step.outcome  # given where it is owed, with or without other reasons

    return check


def demand_theorem(demand: Demand, word: str) -> Theorem:
    """Return the theorem that a demand, or a silence, is given as a reason exactly where it is one."""
    name = f"{word}-{demand.on.__name__}-{demand.requirement}"
    check = exactly_where(demand.requirement)
    return Theorem("request", (demand.on,), name, f"{demand.sentence}.", (demand.requirement,), check)


@request(*EVERY, by=("environment.exists",))
def every_request_is_answered(step: Step) -> Iterator[Expectation]:
    """Every request is answered: no two rows contradict each other, and none reads what is not there."""
    yield due(step) if step.outcome is None else step.outcome


@request(*EVERY, by=("environment.exists",))
def nothing_is_done_to_what_is_not_there(step: Step) -> Iterator[Expectation]:
    """A command on something that does not exist, or is deleted, is refused for that reason alone."""
    if "environment.exists" in name_reasons(step) | step.because:
        yield due(step)


@request(*GIVES_A_NAME, by=("environment.new-name",))
def a_name_is_given_once(step: Step) -> Iterator[Expectation]:
    """A name that was ever given is refused for something new."""
    if "environment.new-name" in name_reasons(step) | step.because:
        yield due(step)


@request(*EVERY, by=("encryption.transparent", "keys.any-origin", "resource.kinds", "vault.other-subscription"))
def what_breaks_no_demand_is_accepted(step: Step) -> Iterator[Expectation]:
    """Nothing is refused but for a demand: not for the key source, the kind of resource or the origin of the key."""
    if isinstance(must := due(step), Accepted):
        yield must


THEOREMS = (
    *collected(globals()),
    *(demand_theorem(demand, "refused") for demand in DEMANDS),
    *(demand_theorem(silence, "unspecified") for silence in SILENCES),
)
