"""The reasons to refuse a command, and where its outcome is not specified, in words of their own.

These are the premises of the theorems about outcomes.  They read a command with entities for its
names, and call no row of the model.  A row for which there are no words here stands in its own.
"""

from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from ...machine import Accepted, Command, Outcome, Refused, Unspecified
from ...machine import commands as cmd
from ...machine.entities import CUSTOMER, Document, Resource
from ...machine.rows import Refuse, Silent
from .states import has_access, has_lost_its_key, has_role, home, is_granted
from .steps import KIND_OF_FIELD, MachineStep, entity_name, look_up
from .theorem import named, rows_without_words

Test = Callable[[Any], Any]
"""A test of a command with entities for its names."""


class Demand(NamedTuple):
    """A condition, ``broken``, under which a command must be refused.

    For a silence, it is the condition under which the outcome is not specified.
    """

    on: type[Command]
    requirement: str
    sentence: str
    broken: Test


# Words for what demands read


def workspace(asked: Any) -> Any:
    """Return the workspace that a command on data works in."""
    return asked.workspace if hasattr(asked, "workspace") else asked.model.workspace


def without_its_key(asked: Any) -> bool:
    """Return whether the key of the data that a command works with is inaccessible."""
    return has_lost_its_key(workspace(asked).resource)


def covered_without_its_key(asked: Any) -> bool:
    """Return whether it is, and the data is in a workspace that the key covers."""
    return without_its_key(asked) and workspace(asked).covered


def earlier_without_its_key(asked: Any) -> bool:
    """Return whether it is, and the data is in a workspace that was made before."""
    return without_its_key(asked) and not workspace(asked).covered


def has_upload(workspace: Any) -> bool:
    """Return whether an uploaded document is kept in the workspace."""
    for document in workspace.world.every(Document):
        if document.workspace.name == workspace.name and document.state == "uploaded":
            return True
    return False


def is_granted_too_late(asked: Any) -> bool:
    """Return whether access to the vault, in the resource's tenant, is missing for enabling through
    the API.
    """
    same_tenant = home(asked.vault) == home(asked.resource)
    if asked.through != "api" or not same_tenant or is_granted(asked.resource, asked.vault):
        return False
    return not has_access(asked.resource, asked.vault)


def uses(resource: Any, vault: Any) -> bool:
    """Return whether the key of the resource is in the vault."""
    return resource.key is not None and resource.key.vault.name == vault.name


def is_switched_to_roles(asked: Any) -> bool:
    """Return whether roles are to decide about a vault from now on, and a resource that uses a key
    in it has one.
    """
    if asked.permission_model != "rbac" or asked.vault.permission_model == "rbac":
        return False
    vault = asked.vault
    resources = vault.world.every(Resource)
    return any(uses(resource, vault) and has_role(resource, vault) for resource in resources)


def is_assigned_too_late(asked: Any) -> bool:
    """Return whether a role is to be assigned on a vault of which roles decide about a key in
    use.
    """
    return asked.vault.permission_model == "rbac" and uses(asked.resource, asked.vault)


def if_named(broken: Test) -> Test:
    """Return the test of the vault and its key, where they are named."""
    return lambda a: a.vault is not None and broken(a)


# Commands that give a name to something new

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


def is_named(field: str, *states: str) -> Test:
    """Return the test whether something in one of these states already has the name that a command
    gives.
    """

    def test(asked: Any) -> bool:
        entity = getattr(asked, field)
        return entity is not None and entity.state in states

    return test


def names_refused() -> Iterator[Demand]:
    """Yield where a name is refused for something new."""
    for command, field in GIVES_A_NAME.items():
        sentence = f"{command.__name__} is refused such a name"
        if field in ("key", "vault"):
            yield Demand(command, "environment.new-name", sentence, is_named(field, "deleted"))


def names_unspecified() -> Iterator[Demand]:
    """Yield where it is not specified whether a name is taken for something new."""
    for command, field in GIVES_A_NAME.items():
        gone = "purged" if field in ("key", "vault") else "deleted"
        yield Demand(
            command,
            "environment.name-used-before",
            f"The outcome of {command.__name__} with a name used before is not specified",
            is_named(field, gone),
        )
        yield Demand(
            command,
            "environment.key-name-in-use" if field == "key" else "environment.name-in-use",
            f"The outcome of {command.__name__} with a name in use is not specified",
            is_named(field, "active", "uploaded", "undeployed", "deployed"),
        )


# The reasons to refuse, and where nothing is specified

DEMANDS_IN_OWN_WORDS = (
    Demand(
        cmd.EnableCustomerManagedKeys,
        "encryption.tier-refused",
        "Customer-managed keys are refused on a pricing tier without them, and only there",
        lambda a: not a.resource.tier.supports_customer_managed_keys,
    ),
    Demand(
        cmd.EnableCustomerManagedKeys,
        "resource.global-refused",
        "Customer-managed keys are refused for a global resource, and only there",
        lambda a: a.resource.location.name == "global",
    ),
    Demand(
        cmd.EnableCustomerManagedKeys,
        "keys.vault-only-refused",
        "A key that is held elsewhere than in Azure Key Vault is refused",
        lambda a: a.store == "elsewhere",
    ),
    Demand(
        cmd.EnableCustomerManagedKeys,
        "keys.rsa-2048-refused",
        "A key is refused exactly where it is not an RSA key of 2048 bits",
        if_named(lambda a: a.key.size != 2048 or not a.key.type.startswith("RSA")),
    ),
    Demand(
        cmd.EnableCustomerManagedKeys,
        "vault.same-region-refused",
        "A regional resource is refused a key of another region",
        if_named(lambda a: a.resource.location.name not in ("global", a.vault.region.name)),
    ),
    Demand(
        cmd.EnableCustomerManagedKeys,
        "vault.same-tenant-refused",
        "A key is refused exactly where its vault is in another tenant than the resource",
        if_named(lambda a: home(a.vault) != home(a.resource)),
    ),
    Demand(
        cmd.EnableCustomerManagedKeys,
        "vault.granted-beforehand",
        "Through the API, and not through the portal, access must have been granted beforehand",
        if_named(is_granted_too_late),
    ),
    Demand(
        cmd.EnableCustomerManagedKeys,
        "vault.soft-delete-refused",
        "A vault without soft delete is refused",
        if_named(lambda a: not a.vault.soft_delete),
    ),
    Demand(
        cmd.EnableCustomerManagedKeys,
        "vault.purge-protection-refused",
        "A vault without purge protection is refused",
        if_named(lambda a: not a.vault.purge_protection),
    ),
    Demand(
        cmd.CreateResource,
        "resource.creation-refused",
        "Customer-managed keys can't be asked for while the resource is created",
        lambda a: a.keys == CUSTOMER,
    ),
    Demand(
        cmd.GrantKeyAccess,
        "identity.grant-refused",
        "Access is granted to nobody without a managed identity",
        lambda a: not a.resource.identity,
    ),
    Demand(
        cmd.GrantKeyAccess,
        "tenant.grant-refused",
        "Access is granted within one tenant only",
        lambda a: home(a.vault) != home(a.resource),
    ),
    Demand(
        cmd.AssignKeyRole,
        "environment.role-needs-identity",
        "A role is assigned to nobody without a managed identity in the tenant of the vault",
        lambda a: not a.resource.identity or home(a.vault) != home(a.resource),
    ),
    Demand(
        cmd.PurgeVault,
        "environment.no-vault-purge",
        "A vault under purge protection can't be purged",
        lambda a: a.vault.purge_protection,
    ),
    Demand(
        cmd.PurgeKey,
        "environment.no-key-purge",
        "A key in a vault under purge protection can't be purged",
        lambda a: a.vault.purge_protection,
    ),
    Demand(
        cmd.ReadData,
        "revocation.data-inaccessible",
        "Data can't be read while the key is inaccessible, and only then",
        without_its_key,
    ),
    Demand(
        cmd.UploadDocument,
        "revocation.no-upload",
        "Nothing is uploaded while the key is inaccessible",
        covered_without_its_key,
    ),
    Demand(
        cmd.UploadDocument,
        "revocation.earlier-workspaces-closed",
        "Nothing is uploaded in an earlier workspace while the key is inaccessible",
        earlier_without_its_key,
    ),
    Demand(
        cmd.TrainModel,
        "revocation.features-refused",
        "No model is trained while the key is inaccessible",
        covered_without_its_key,
    ),
    Demand(
        cmd.TrainModel,
        "revocation.earlier-workspaces-closed",
        "No model is trained in an earlier workspace while the key is inaccessible",
        earlier_without_its_key,
    ),
    Demand(
        cmd.TrainModel,
        "workspace.training-refused",
        "Training needs an upload that is kept",
        lambda a: not has_lost_its_key(a.workspace.resource) and not has_upload(a.workspace),
    ),
    Demand(
        cmd.DeployModel,
        "revocation.features-refused",
        "No model is deployed while the key is inaccessible",
        covered_without_its_key,
    ),
    Demand(
        cmd.DeployModel,
        "revocation.earlier-workspaces-closed",
        "No model is deployed in an earlier workspace while the key is inaccessible",
        earlier_without_its_key,
    ),
    Demand(
        cmd.TranslateWithModel,
        "revocation.features-stop",
        "No custom model translates while the key is inaccessible",
        covered_without_its_key,
    ),
    Demand(
        cmd.TranslateWithModel,
        "revocation.earlier-workspaces-closed",
        "No custom model translates in an earlier workspace while the key is inaccessible",
        earlier_without_its_key,
    ),
    Demand(
        cmd.TranslateWithModel,
        "environment.translate",
        "Translating with a custom model needs it deployed",
        lambda a: not has_lost_its_key(a.model.workspace.resource) and a.model.state != "deployed",
    ),
    *names_refused(),
)

SILENCES_IN_OWN_WORDS = (
    Demand(
        cmd.EnableCustomerManagedKeys,
        "keys.managed-hsm",
        "The outcome of enabling with a key in a managed HSM is not specified",
        lambda a: a.store == "managed-hsm",
    ),
    Demand(
        cmd.EnableCustomerManagedKeys,
        "keys.rsa-hsm",
        "The outcome of enabling with an RSA key that a hardware module protects is not specified",
        if_named(lambda a: a.key.type.endswith("HSM")),
    ),
    Demand(
        cmd.EnableCustomerManagedKeys,
        "vault.permission-model",
        "The outcome of enabling with a vault that does without access policies is not specified",
        if_named(lambda a: a.vault.permission_model == "rbac"),
    ),
    Demand(
        cmd.GrantKeyAccess,
        "vault.permission-model",
        "The outcome of adding to access policies that do not decide is not specified",
        lambda a: a.vault.permission_model == "rbac",
    ),
    Demand(
        cmd.SetPermissionModel,
        "vault.permission-model",
        "The outcome of a switch to Azure RBAC is not specified where a role would be all that a "
        "key in use is left with",
        is_switched_to_roles,
    ),
    Demand(
        cmd.AssignKeyRole,
        "vault.permission-model",
        "The outcome of assigning a role is not specified where roles decide about a key in use",
        is_assigned_too_late,
    ),
    Demand(
        cmd.AssignKeyRole,
        "environment.role-again",
        "The outcome of assigning a role that is there is not specified",
        lambda a: has_role(a.resource, a.vault),
    ),
    Demand(
        cmd.EnableCustomerManagedKeys,
        "environment.disabled-key",
        "The outcome of enabling with a disabled key is not specified",
        if_named(lambda a: a.key.enabled is False),
    ),
    Demand(
        cmd.EnableCustomerManagedKeys,
        "keys.change",
        "The outcome of enabling with another key than that of the data is not specified, and no "
        "other outcome is",
        if_named(
            lambda a: a.resource.key_source == CUSTOMER and named(a.resource.data_key) != a.key.name
        ),
    ),
    Demand(
        cmd.RotateKey,
        "environment.rotate-disabled-key",
        "The outcome of rotating a disabled key is not specified",
        lambda a: a.key.enabled is False,
    ),
    Demand(
        cmd.CreateWorkspace,
        "environment.workspace-without-key",
        "The outcome of creating a workspace while the key is inaccessible is not specified",
        lambda a: has_lost_its_key(a.resource),
    ),
    Demand(
        cmd.EnablePurgeProtection,
        "environment.protection-order",
        "The outcome of turning purge protection on without soft delete is not specified",
        lambda a: not a.vault.soft_delete,
    ),
    Demand(
        cmd.DeleteResource,
        "environment.delete-missing",
        "The outcome of deleting a resource that is not there is not specified",
        lambda a: a.resource is None or a.resource.state != "active",
    ),
    Demand(
        cmd.DeleteVault,
        "environment.delete-missing",
        "The outcome of deleting a vault that is not there is not specified",
        lambda a: a.vault is None or a.vault.state != "active",
    ),
    Demand(
        cmd.ReturnToMicrosoftManagedKeys,
        "keys.return-while-inaccessible",
        "The outcome of giving up a key that is inaccessible is not specified",
        lambda a: has_lost_its_key(a.resource),
    ),
    Demand(
        cmd.MoveResource,
        "environment.move-nowhere",
        "The outcome of moving a resource to its own group and subscription is not specified",
        lambda a: (
            (a.resource.subscription.name, a.resource.group) == (a.subscription.name, a.group)
        ),
    ),
    Demand(
        cmd.MoveResourceGroup,
        "environment.move-nowhere",
        "The outcome of moving a resource group to its own subscription is not specified",
        lambda a: a.subscription.name == a.to.name,
    ),
    Demand(
        cmd.MoveSubscription,
        "environment.move-nowhere",
        "The outcome of moving a subscription to its own tenant is not specified",
        lambda a: home(a) == a.tenant.name,
    ),
    *names_unspecified(),
)


def breaks(row: Any) -> Test:
    """Return the test that a command breaks the demand of a refusing row."""
    return lambda a: row.when(a) and not row.unless(a)


def demands_of_rows(known: Collection[Demand]) -> Iterator[Demand]:
    """Yield a demand for each refusing row that has no words of its own."""
    for row in rows_without_words(
        Refuse, "on", {(demand.on, demand.requirement) for demand in known}
    ):
        yield Demand(
            row.on, row.requirement, f"{row.on.__name__} heeds {row.requirement}", breaks(row)
        )


def silences_of_rows(known: Collection[Demand]) -> Iterator[Demand]:
    """Yield a silence for each silent row that has no words of its own."""
    for row in rows_without_words(
        Silent, "on", {(demand.on, demand.requirement) for demand in known}
    ):
        yield Demand(
            row.on, row.requirement, f"{row.on.__name__} heeds {row.requirement}", row.when
        )


DEMANDS = (*DEMANDS_IN_OWN_WORDS, *demands_of_rows(DEMANDS_IN_OWN_WORDS))
SILENCES = (*SILENCES_IN_OWN_WORDS, *silences_of_rows(SILENCES_IN_OWN_WORDS))


# The outcome that is due

NEEDS_DELETED: dict[type[Command], str] = {
    cmd.RecoverVault: "vault",
    cmd.PurgeVault: "vault",
    cmd.EndVaultRetention: "vault",
    cmd.RecoverKey: "key",
    cmd.PurgeKey: "key",
}
"""Commands on what is deleted but not gone for good, and the field that names it."""


DELETES: dict[type[Command], str] = {cmd.DeleteResource: "resource", cmd.DeleteVault: "vault"}
"""Commands on what may be missing, and the field that names it."""


def lacks_something(step: MachineStep) -> bool:
    """Return whether the command names what does not exist, and has to."""
    command = step.command
    if type(command) in DELETES:
        return False
    for field, value in command.as_dict().items():
        if value is None or field not in KIND_OF_FIELD or GIVES_A_NAME.get(type(command)) == field:
            continue
        entity = look_up(step.before, KIND_OF_FIELD[field], entity_name(command, field))
        if entity is None or entity.state == "purged":
            return True
        needs_deleted = NEEDS_DELETED.get(type(command)) == field
        if (entity.state == "deleted") != needs_deleted:
            return True
    return False


@lru_cache(maxsize=1)  # most theorems about a step ask for it
def due(step: MachineStep) -> Outcome:
    """Return the outcome that the request must have by the demands and silences alone."""
    if lacks_something(step):
        return Refused(frozenset({"environment.exists"}))
    broken = [demand.requirement for demand in DEMANDS if applies(demand, step)]
    if broken:
        return Refused(frozenset(broken))
    silent = [silence.requirement for silence in SILENCES if applies(silence, step)]
    if silent:
        return Unspecified(frozenset(silent))
    return Accepted()


def applies(demand: Demand, step: MachineStep) -> bool:
    """Return whether a demand is broken by the step, or a silence is about it."""
    return demand.on is type(step.command) and bool(demand.broken(step.asked))
