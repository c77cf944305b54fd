"""Theorems about outcomes: what is refused, what is not specified, and that all else is accepted."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from ...machine import COMMANDS, Accepted, Command, Outcome, Refused, Unspecified
from ...machine import commands as cmd
from ...machine.entities import CUSTOMER, Document
from ...machine.rows import Refuse, Silent
from .states import has_access, has_lost_its_key, home
from .theorem import (
    KIND_OF_FIELD,
    Expectation,
    Step,
    Theorem,
    Unchanged,
    collected,
    entity_name,
    look_up,
    named,
    request,
    rows_without_words,
)

EVERY = tuple(COMMANDS.values())


class Demand(NamedTuple):
    """A condition, ``broken``, under which a command must be refused; for a silence, under which it is unspecified."""

    on: type[Command]
    requirement: str
    sentence: str
    broken: Callable[[Any], Any]


def workspace(asked: Any) -> Any:
    """Return the workspace that a command on data works in."""
    return asked.workspace if hasattr(asked, "workspace") else asked.model.workspace


def without_its_key(asked: Any) -> bool:
    """Return whether the key of the data that a command works with is inaccessible."""
    return has_lost_its_key(workspace(asked).resource)


def has_upload(workspace: Any) -> bool:
    """Return whether an uploaded document is kept in the workspace."""
    documents = workspace.world.every(Document)
    return any(d.workspace.name == workspace.name for d in documents if d.state == "uploaded")


def if_named(broken: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return the test of the vault and its key, where they are named."""
    return lambda a: a.vault is not None and broken(a)


Table = Mapping[type[Command], Mapping[str, tuple[str, Any]]]


def in_full(table: Table, kind: type[Any], broken: Any, others: Iterable[Demand]) -> list[Demand]:
    """Return the demands of a table, others, and those of rows without words, which say when they are ``broken``."""
    known = [Demand(on, each, *what) for on, demands in table.items() for each, what in demands.items()]
    known += others
    rows = rows_without_words(kind, "on", {(each.on, each.requirement) for each in known})
    more = (Demand(r.on, r.requirement, f"{r.on.__name__} heeds {r.requirement}", broken(r)) for r in rows)
    return [*known, *more]


IN_OWN_WORDS: Table = {
    cmd.EnableCustomerManagedKeys: {
        "encryption.tier-refused": (
            "Customer-managed keys are refused on a pricing tier without them, and only there",
            lambda a: not a.resource.tier.supports_customer_managed_keys,
        ),
        "resource.global-refused": (
            "Customer-managed keys are refused for a global resource, and only there",
            lambda a: a.resource.location.name == "global",
        ),
        "keys.vault-only-refused": (
            "A key that is held elsewhere than in Azure Key Vault is refused",
            lambda a: a.store == "elsewhere",
        ),
        "keys.rsa-2048-refused": (
            "A key is refused exactly where it is not an RSA key of 2048 bits",
            if_named(lambda a: a.key.size != 2048 or not a.key.type.startswith("RSA")),
        ),
        "vault.same-region-refused": (
            "A regional resource is refused a key of another region",
            if_named(lambda a: a.resource.location.name not in ("global", a.vault.region.name)),
        ),
        "vault.same-tenant-refused": (
            "A key is refused exactly where its vault is in another tenant than the resource",
            if_named(lambda a: home(a.vault) != home(a.resource)),
        ),
        "vault.granted-beforehand": (
            "Through the API, and not through the portal, access must have been granted beforehand",
            if_named(
                lambda a: (
                    a.through == "api" and home(a.vault) == home(a.resource) and not has_access(a.resource, a.vault)
                )
            ),
        ),
        "vault.soft-delete-refused": (
            "A vault without soft delete is refused",
            if_named(lambda a: not a.vault.soft_delete),
        ),
        "vault.purge-protection-refused": (
            "A vault without purge protection is refused",
            if_named(lambda a: not a.vault.purge_protection),
        ),
    },
    cmd.CreateResource: {
        "resource.creation-refused": (
            "Customer-managed keys can't be asked for while the resource is created",
            lambda a: a.keys == CUSTOMER,
        ),
    },
    cmd.GrantKeyAccess: {
        "identity.needed-for-access": (
            "Access is granted to nobody without a managed identity",
            lambda a: not a.resource.identity,
        ),
        "tenant.grant-refused": (
            "Access is granted within one tenant only",
            lambda a: home(a.vault) != home(a.resource),
        ),
    },
    cmd.EnablePurgeProtection: {
        "environment.protection-order": (
            "Purge protection is refused to a vault without soft delete",
            lambda a: not a.vault.soft_delete,
        ),
    },
    cmd.PurgeVault: {
        "environment.no-vault-purge": (
            "A vault under purge protection can't be purged",
            lambda a: a.vault.purge_protection,
        ),
    },
    cmd.PurgeKey: {
        "environment.no-key-purge": (
            "A key in a vault under purge protection can't be purged",
            lambda a: a.vault.purge_protection,
        ),
    },
    cmd.ReadData: {
        "revocation.data-inaccessible": (
            "Data can't be read while the key is inaccessible, and only then",
            without_its_key,
        ),
    },
    cmd.UploadDocument: {
        "revocation.no-upload": ("Nothing is uploaded while the key is inaccessible", without_its_key),
    },
    cmd.TrainModel: {
        "revocation.features-stop": ("No model is trained while the key is inaccessible", without_its_key),
        "environment.train": (
            "Training needs an upload that is kept",
            lambda a: not has_lost_its_key(a.workspace.resource) and not has_upload(a.workspace),
        ),
    },
    cmd.DeployModel: {
        "revocation.features-stop": ("No model is deployed while the key is inaccessible", without_its_key),
    },
    cmd.TranslateWithModel: {
        "revocation.features-stop": ("No custom model translates while the key is inaccessible", without_its_key),
        "environment.translate": (
            "Translating with a custom model needs it deployed",
            lambda a: not has_lost_its_key(a.model.workspace.resource) and a.model.state != "deployed",
        ),
    },
}
"""The reasons to refuse, by command and requirement: each with its sentence, and when it is one."""

SILENT_IN_OWN_WORDS: Table = {
    cmd.EnableCustomerManagedKeys: {
        "keys.managed-hsm": (
            "The outcome of enabling with a key in a managed HSM is not specified",
            lambda a: a.store == "managed-hsm",
        ),
        "keys.rsa-hsm": (
            "The outcome of enabling with an RSA key that a hardware module protects is not specified",
            if_named(lambda a: a.key.type.endswith("HSM")),
        ),
        "vault.permission-model": (
            "The outcome of enabling with a vault that does without access policies is not specified",
            if_named(lambda a: a.vault.permission_model == "rbac"),
        ),
        "environment.disabled-key": (
            "The outcome of enabling with a disabled key is not specified",
            if_named(lambda a: a.key.enabled is False),
        ),
        "keys.change": (
            "The outcome of enabling with another key than that of the data is not specified, and no other outcome is",
            if_named(lambda a: a.resource.key_source == CUSTOMER and named(a.resource.data_key) != a.key.name),
        ),
    },
    cmd.RotateKey: {
        "environment.rotate-disabled-key": (
            "The outcome of rotating a disabled key is not specified",
            lambda a: a.key.enabled is False,
        ),
    },
    cmd.CreateWorkspace: {
        "environment.workspace-without-key": (
            "The outcome of creating a workspace while the key is inaccessible is not specified",
            lambda a: has_lost_its_key(a.resource),
        ),
    },
    cmd.ReturnToMicrosoftManagedKeys: {
        "keys.return-while-inaccessible": (
            "The outcome of giving up a key that is inaccessible is not specified",
            lambda a: has_lost_its_key(a.resource),
        ),
    },
    cmd.MoveResource: {
        "environment.move-nowhere": (
            "The outcome of moving a resource to its own group and subscription is not specified",
            lambda a: (a.resource.subscription.name, a.resource.group) == (a.subscription.name, a.group),
        ),
    },
    cmd.MoveResourceGroup: {
        "environment.move-nowhere": (
            "The outcome of moving a resource group to its own subscription is not specified",
            lambda a: a.subscription.name == a.to.name,
        ),
    },
    cmd.MoveSubscription: {
        "environment.move-nowhere": (
            "The outcome of moving a subscription to its own tenant is not specified",
            lambda a: home(a) == a.tenant.name,
        ),
    },
}

GIVES_A_NAME: dict[type[Command], str] = {
    cmd.CreateResource: "resource",
    cmd.CreateVault: "vault",
    cmd.CreateKey: "key",
    cmd.ImportKey: "key",
    cmd.CreateWorkspace: "workspace",
    cmd.UploadDocument: "document",
    cmd.TrainModel: "model",
}
"""Commands that give a name to something new, and the field that does."""


def is_named(field: str, *states: str) -> Callable[[Any], bool]:
    """Return the test whether something in one of these states already has the name that a command gives."""
    return lambda a: getattr(a, field) is not None and getattr(a, field).state in states


def on_names(on: type[Command], field: str) -> Iterator[Demand]:
    """Yield when a name is refused for something new, and when the outcome is not specified."""
    key, vault = field == "key", field == "vault"
    not_specified = f"The outcome of {on.__name__} with {{}} is not specified"
    if key or vault:
        states = ("deleted",) if key else ("active", "deleted")
        yield Demand(on, "environment.new-name", f"{on.__name__} is refused such a name", is_named(field, *states))
    gone = is_named(field, "purged" if key or vault else "deleted")
    yield Demand(on, "environment.name-used-before", not_specified.format("a name used before"), gone)
    if not vault:
        requirement = "environment.key-name-in-use" if key else "environment.name-in-use"
        in_use = is_named(field, "active", "uploaded", "undeployed", "deployed")
        yield Demand(on, requirement, not_specified.format("a name in use"), in_use)


ON_NAMES = [demand for on, field in GIVES_A_NAME.items() for demand in on_names(on, field)]
REFUSED = "environment.new-name"
DEMANDS = in_full(
    IN_OWN_WORDS,
    Refuse,
    lambda row: lambda a: row.when(a) and not row.unless(a),
    [each for each in ON_NAMES if each.requirement == REFUSED],
)
SILENCES = in_full(
    SILENT_IN_OWN_WORDS, Silent, lambda row: row.when, [each for each in ON_NAMES if each.requirement != REFUSED]
)

NEEDS_DELETED: dict[type[Command], str] = {
    **dict.fromkeys((cmd.RecoverVault, cmd.PurgeVault, cmd.EndVaultRetention), "vault"),
    **dict.fromkeys((cmd.RecoverKey, cmd.PurgeKey), "key"),
}
"""Commands on what is deleted but not gone for good, and the field that names it."""


def lacks_something(step: Step) -> bool:
    """Return whether the command names what does not exist."""
    command = step.command
    for field, value in command.as_dict().items():
        if value is None or field not in KIND_OF_FIELD or GIVES_A_NAME.get(type(command)) == field:
            continue
        entity = look_up(step.before, KIND_OF_FIELD[field], entity_name(command, field))
        needs_deleted = NEEDS_DELETED.get(type(command)) == field
        if entity is None or entity.state == "purged" or (entity.state == "deleted") != needs_deleted:
            return True
    return False


@lru_cache(maxsize=1)  # most theorems about a step ask for it
def due(step: Step) -> Outcome:
    """Return the outcome that the request must have by the demands and silences alone."""
    if lacks_something(step):
        return Refused(frozenset({"environment.exists"}))
    a, on = step.asked, type(step.command)
    if because := [each.requirement for each in DEMANDS if each.on is on and each.broken(a)]:
        return Refused(frozenset(because))
    silent = [each.requirement for each in SILENCES if each.on is on and each.broken(a)]
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


@request(*EVERY, by="environment.exists")
def every_request_is_answered(step: Step) -> Iterator[Expectation]:
    """Every request is answered: no two rows contradict each other, and none reads what is not there."""
    yield due(step) if step.outcome is None else step.outcome


@request(*EVERY, by="environment.exists")
def nothing_is_done_to_what_is_not_there(step: Step) -> Iterator[Expectation]:
    """A command on something that does not exist, or is deleted, is refused for that reason alone."""
    must = due(step)
    if "environment.exists" in reasons(must) | step.because:
        yield must


@request(*EVERY, by="encryption.transparent keys.any-origin resource.kinds vault.other-subscription")
def what_breaks_no_demand_is_accepted(step: Step) -> Iterator[Expectation]:
    """Nothing is refused but for a demand: not for the key source, the kind of resource or the origin of the key."""
    if isinstance(must := due(step), Accepted):
        yield must


@request(*EVERY, by="environment.exists")
def what_is_refused_changes_nothing(step: Step) -> Iterator[Expectation]:
    """A request that is not accepted changes nothing."""
    if not step.accepted:
        yield Unchanged()


@request(*EVERY, by="environment.exists")
def what_changes_something_says_so(step: Step) -> Iterator[Expectation]:
    """A request changes something only by a requirement that its acceptance names."""
    if not step.by:
        yield Unchanged()


@request(cmd.ReadData, cmd.TranslateWithModel, by="encryption.transparent")
def reading_and_translating_change_nothing(_: Step) -> Iterator[Expectation]:
    """Reading data and translating with a model change nothing."""
    yield Unchanged()


ALREADY_SO: Mapping[type[Command], Callable[[Any], Any]] = {
    cmd.EnableIdentity: lambda a: a.resource.identity,
    cmd.DisableIdentity: lambda a: not a.resource.identity,
    cmd.EnableCustomerManagedKeys: lambda a: (
        a.resource.key is not None
        and a.key is not None
        and a.resource.key.name == a.key.name
        and has_access(a.resource, a.vault)
    ),
    cmd.ReturnToMicrosoftManagedKeys: lambda a: a.resource.key_source != CUSTOMER,
    cmd.EnableSoftDelete: lambda a: a.vault.soft_delete,
    cmd.EnablePurgeProtection: lambda a: a.vault.purge_protection,
    cmd.GrantKeyAccess: lambda a: has_access(a.resource, a.vault),
    cmd.RevokeKeyAccess: lambda a: not has_access(a.resource, a.vault),
    cmd.DisableKey: lambda a: not a.key.enabled,
    cmd.EnableKey: lambda a: a.key.enabled,
    cmd.DeployModel: lambda a: a.model.state == "deployed",
    cmd.UndeployModel: lambda a: a.model.state == "undeployed",
}
"""For each command that sets something: whether that is so already."""


@request(*ALREADY_SO, by="environment.exists")
def asking_for_what_is_so_changes_nothing(step: Step) -> Iterator[Expectation]:
    """Asking for what already is so changes nothing."""
    if step.accepted and ALREADY_SO[type(step.command)](step.asked):
        yield Unchanged()


THEOREMS = (
    *collected(globals()),
    *(demand_theorem(demand, "refused") for demand in DEMANDS),
    *(demand_theorem(silence, "unspecified") for silence in SILENCES),
)
