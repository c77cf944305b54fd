"""Commands that lanes share: the smoke sequence, the stress fixture, and variants that make no difference."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import permutations
from typing import Any, get_args

from ..explore.scopes import (
    Commands,
    access,
    creates_resource,
    creates_vault,
    deletes_and_recovers,
    each,
    identity,
    key_life,
    switches,
)
from ..machine import Command
from ..machine import commands as c
from ..machine.stage import DEFAULT_STAGE, Stage

HOME = ("westeurope", "production", "apps")

SMOKE_SEQUENCE: tuple[Command, ...] = (
    *creates_vault("vault"),
    c.CreateKey("vault", "key"),
    *creates_resource("translator"),
    c.EnableIdentity("translator"),
    c.GrantKeyAccess("vault", "translator"),
    c.EnableCustomerManagedKeys("translator", "vault", "key", through="api"),
    *creates_resource("other-translator"),
    c.EnableCustomerManagedKeys("other-translator", "vault", "key", through="portal"),
    c.CreateWorkspace("workspace", "translator"),
    c.UploadDocument("document", "workspace"),
    c.TrainModel("model", "workspace"),
    c.DeployModel("model"),
    c.TranslateWithModel("model"),
    c.ReadData("workspace"),
    c.UndeployModel("model"),
    c.RotateKey("vault", "key"),
    c.ImportKey("vault", "other-key"),
    c.DisableKey("vault", "other-key"),
    c.EnableKey("vault", "other-key"),
    c.DeleteKey("vault", "other-key"),
    c.RecoverKey("vault", "other-key"),
    c.MoveResource("translator", "security", "apps"),
    c.MoveResourceGroup("apps", "production", "security"),
    c.MoveSubscription("production", "home"),
    c.ReturnToMicrosoftManagedKeys("translator"),
    c.RevokeKeyAccess("vault", "translator"),
    c.DisableIdentity("translator"),
    c.DeleteResource("translator"),
    c.DeleteVault("vault"),
    c.RecoverVault("vault"),
    *creates_vault("other-vault", purge_protection=False),
    c.EnableSoftDelete("other-vault"),
    c.CreateKey("other-vault", "key"),
    c.DeleteKey("other-vault", "key"),
    c.PurgeKey("other-vault", "key"),
    c.DeleteVault("other-vault"),
    c.PurgeVault("other-vault"),
    *creates_vault("third-vault", purge_protection=False),
    c.EnablePurgeProtection("third-vault"),
    c.DeleteVault("third-vault"),
    c.EndVaultRetention("third-vault"),
)


KINDS: tuple[str, ...] = get_args(c.ResourceKind)
THREE = ("", "other-", "third-")
RESOURCES = tuple(f"{word}translator" for word in THREE)
UNFIT_RESOURCES = ("basic-translator", "global-translator")
VAULTS = tuple(f"{word}vault" for word in THREE)
SPARE_VAULTS = ("fourth-vault", "fifth-vault")
"""Vaults that come later, and have no purge protection at first."""

WORKSPACES = tuple(f"{word}workspace" for word in THREE)
OTHER_WORKSPACES = ("fourth-workspace", "basic-workspace", "global-workspace")
DOCUMENTS = tuple(f"{word}document" for word in (*THREE, "fourth-", "fifth-", "sixth-"))
MODELS = tuple(f"{word}model" for word in THREE)
OTHER_MODELS = ("seventh-model", "basic-model", "second-basic-model", "global-model")
SUBSCRIPTIONS = ("production", "security", "foreign")

OFTEN = 4
"""How often there was work with the first model and workspace."""

UNFIT_KEYS = (
    c.CreateKey("other-vault", "large-key", "RSA", 3072),
    c.ImportKey("other-vault", "huge-key", "RSA", 4096),
    c.CreateKey("other-vault", "hsm-key", "RSA-HSM", 2048),
    c.ImportKey("other-vault", "huge-hsm-key", "RSA-HSM", 4096),
    c.CreateKey("other-vault", "curve-key", "EC", 256),
    c.ImportKey("other-vault", "byte-key", "oct", 256),
)
"""Keys that CMK does not support."""

KEYS = (*(command.key for command in UNFIT_KEYS), "brought-key")


def at_work(workspace: str, resource: str, *words: str) -> Iterator[Command]:
    """Yield a workspace with a document and a deployed model for each of these words."""
    yield c.CreateWorkspace(workspace, resource)
    yield from (c.UploadDocument(f"{word}-document", workspace) for word in words)
    yield from (c.TrainModel(f"{word}-model", workspace) for word in words)
    yield from (c.DeployModel(f"{word}-model") for word in words)


STRESS_START: Commands = (
    *creates_vault("vault"),
    c.CreateVault("other-vault", "eastus", "production", "apps"),
    c.CreateVault("third-vault", "westeurope", "security", "apps"),
    c.CreateVault("role-vault", "westeurope", "production", "vaults", permission_model="rbac"),
    *each(c.CreateKey, vault=VAULTS, key="key"),
    *each(c.RotateKey, vault=("vault",) * 3, key="key"),
    *creates_resource("translator"),
    c.CreateResource("other-translator", "AIServices", "eastus", "cmk-tier", "production", "apps"),
    c.CreateResource("third-translator", "CognitiveServices", "westeurope", "cmk-tier", "security", "apps"),
    c.CreateResource("basic-translator", "Translator", "westeurope", "basic-tier", "production", "apps"),
    c.CreateResource("global-translator", "Translator", "global", "cmk-tier", "production", "apps"),
    *each(c.EnableIdentity, resource=("other-translator", *UNFIT_RESOURCES)),
    *each(c.GrantKeyAccess, vault=VAULTS, resource="other-translator"),
    *UNFIT_KEYS,
    c.ImportKey("other-vault", "brought-key"),
    c.EnableCustomerManagedKeys("translator", "vault", "key"),
    c.EnableCustomerManagedKeys("third-translator", "third-vault", "key"),
    c.GrantKeyAccess("third-vault", "translator"),
    *each(c.CreateWorkspace, workspace=WORKSPACES, resource="translator"),
    *each(c.UploadDocument, document=DOCUMENTS, workspace="workspace"),
    *each(c.TrainModel, model=MODELS, workspace="workspace"),
    *each(c.DeployModel, model=MODELS),
    *at_work("fourth-workspace", "third-translator", "seventh"),
    *at_work("basic-workspace", "basic-translator", "basic", "second-basic"),
    *at_work("global-workspace", "global-translator", "global"),
    *(c.TranslateWithModel("model"), c.ReadData("workspace")) * OFTEN,
)
"""The beginning of each of its sequences: two resources have keys of their own, and the other one can get any."""

WORK: Commands = (
    *(c.ReadData("workspace"), c.TranslateWithModel("model"), c.ReadData("third-workspace")),
    *(c.TranslateWithModel("third-model"), c.TranslateWithModel("seventh-model")),
)

STRESS_SEQUENCES: tuple[Commands, ...] = tuple(
    (*STRESS_START, *more)
    for more in (
        (
            *(c.RevokeKeyAccess("vault", "translator"), *WORK, c.UndeployModel("model"), c.RotateKey("vault", "key")),
            *(c.MoveResource("translator", "security", "vaults"), *WORK),
            *(c.GrantKeyAccess("vault", "translator"), *WORK, c.TrainModel("late-model", "workspace")),
        ),
        (
            *(c.RevokeKeyAccess("vault", "translator"), c.DeleteKey("vault", "key"), c.RecoverKey("vault", "key")),
            *(*WORK, c.ReturnToMicrosoftManagedKeys("third-translator")),
            c.EnableCustomerManagedKeys("third-translator", "third-vault", "key"),
            c.CreateWorkspace("fifth-workspace", "third-translator"),
        ),
        (c.DeleteVault("vault"), *WORK, c.RecoverVault("vault"), *WORK),
        (
            *(c.EnableCustomerManagedKeys("translator", "third-vault", "key"), *WORK),
            *(c.UndeployModel("model"), c.DeployModel("model"), c.UploadDocument("late-document", "workspace")),
            *(c.TrainModel("late-model", "workspace"), c.RevokeKeyAccess("vault", "translator"), *WORK),
            *(c.RevokeKeyAccess("third-vault", "translator"), *WORK),
        ),
        (
            *(c.ReturnToMicrosoftManagedKeys("third-translator"), c.DisableKey("third-vault", "key")),
            *(c.EnableKey("third-vault", "key"), c.DeleteKey("third-vault", "key"), c.RecoverKey("third-vault", "key")),
            *(c.RotateKey("third-vault", "key"), c.RevokeKeyAccess("third-vault", "third-translator"), *WORK),
            *(c.GrantKeyAccess("third-vault", "third-translator"), c.DeleteVault("third-vault")),
            *(c.RecoverVault("third-vault"), *identity("third-translator")[::-1], *WORK),
        ),
        (
            *(c.DisableKey("vault", "key"), c.DeleteKey("vault", "key"), *deletes_and_recovers("vault")),
            *(c.RecoverKey("vault", "key"), *WORK, c.EnableKey("vault", "key"), *WORK),
        ),
        (
            *(c.DeleteVault("vault"), c.EndVaultRetention("vault"), *WORK, c.DeleteVault("third-vault")),
            *(c.MoveSubscription("security", "abroad"), c.RecoverVault("third-vault")),
        ),
        (
            *(c.DeleteVault("vault"), c.DisableIdentity("translator"), c.EnableIdentity("translator")),
            *(c.RecoverVault("vault"), *WORK),
        ),
        (c.DisableIdentity("translator"), *WORK, *each(c.DeployModel, model=MODELS)),
        (
            *(c.DeleteResource("basic-translator"), c.DisableIdentity("global-translator")),
            *(c.DisableIdentity("third-translator"), *WORK),
            *(c.DeleteVault("third-vault"), c.DeleteResource("translator")),
        ),
        (
            c.EnableCustomerManagedKeys("other-translator", "third-vault", "key"),
            *each(
                c.EnableCustomerManagedKeys,
                resource="other-translator",
                vault="other-vault",
                key=KEYS,
                through="api",
            ),
            c.EnableCustomerManagedKeys("other-translator", "other-vault", "large-key"),
            c.EnableCustomerManagedKeys("other-translator", "other-vault", "key"),
            *(c.CreateWorkspace("fifth-workspace", "other-translator"), c.ReadData("fifth-workspace")),
            *each(c.RotateKey, vault="other-vault", key=KEYS),
            *(c.RotateKey("third-vault", "key"), c.RevokeKeyAccess("other-vault", "other-translator"), *WORK),
        ),
        (
            *creates_vault("fourth-vault"),
            c.CreateKey("fourth-vault", "key"),
            *each(c.EnableIdentity, resource=RESOURCES),
            *each(c.GrantKeyAccess, vault="fourth-vault", resource=RESOURCES),
            c.RevokeKeyAccess("fourth-vault", "other-translator"),
            *(c.DeleteVault("fourth-vault"), c.RecoverVault("fourth-vault"), c.DeleteKey("fourth-vault", "key")),
            *(c.EnableSoftDelete("role-vault"), c.DeleteVault("role-vault"), c.RecoverVault("role-vault"), *WORK),
        ),
        (
            *(command for vault in SPARE_VAULTS for command in creates_vault(vault, purge_protection=False)),
            *each(c.CreateKey, vault=SPARE_VAULTS, key="key"),
            *each(c.DeleteKey, vault=(*SPARE_VAULTS, "third-vault"), key="key"),
            *(c.PurgeKey("fourth-vault", "key"), *each(c.DeleteVault, vault=("other-vault", *SPARE_VAULTS))),
            *(c.PurgeVault("fourth-vault"), c.MoveResourceGroup("apps", "production", "security")),
            *(c.EndVaultRetention("other-vault"), c.RecoverVault("fifth-vault")),
            *(*creates_vault("legacy-vault", soft_delete=False), c.DeleteVault("legacy-vault")),
        ),
        (
            *(c.MoveResource("translator", "security", "vaults"), *WORK),
            *each(c.MoveResource, resource=UNFIT_RESOURCES, subscription="security", group="apps"),
            c.DeleteVault("third-vault"),
            *(c.MoveResourceGroup("apps", "security", "foreign"), c.RecoverVault("third-vault")),
            *(c.MoveSubscription("security", "abroad"), c.DeleteVault("vault")),
            *(c.MoveSubscription("production", "abroad"), c.RecoverVault("vault")),
            *(c.MoveSubscription("foreign", "home"), *WORK),
        ),
    )
)  # fmt: skip  # rows
"""Its sequences: each loss that the article states, and commands that must not be one."""


# Sequences from nothing: the next time, the third of a kind, and both channels


ON, OFF = identity("translator")
GRANT, REVOKE = access("translator", "vault")
DELETE, RECOVER = deletes_and_recovers("vault")
DISABLE, ENABLE, ROTATE, DELETE_KEY, RECOVER_KEY, _ = key_life("vault", "key")

Ways = tuple[tuple[Commands, Commands], ...]
"""Ways to lose a key, each with what gets it back."""

LOST_ACCESS: Ways = (
    ((REVOKE,), (GRANT,)),
    ((DELETE,), (RECOVER, ROTATE, ROTATE)),
    ((OFF,), (ON, GRANT, c.GrantKeyAccess("other-vault", "translator"))),
    ((REVOKE, DELETE, RECOVER), (c.EnableCustomerManagedKeys("translator", "vault", "key"),)),
    ((REVOKE, c.MoveResource("translator", "security", "apps")), (GRANT,)),
)
LOST_KEY: Ways = (
    ((ROTATE, DISABLE), (ENABLE,)),
    ((DISABLE, REVOKE, ENABLE), (GRANT,)),
    ((DISABLE, DELETE_KEY, RECOVER_KEY), (ENABLE,)),
    ((DELETE_KEY, DELETE, RECOVER), (RECOVER_KEY,)),
)


def lost_again_and_again(ways: Ways) -> Iterator[Command]:
    """Yield a resource that loses its key in one way after another, and is at work again after each.

    It has access to a namesake of the key in another vault, and a workspace without any model.
    """
    yield from creates_vault("vault", subscription="security", group="vaults")
    yield from (*creates_vault("other-vault"), *each(c.CreateKey, vault=("vault", "other-vault"), key="key"))
    yield from (*creates_resource("translator"), *at_work("early-workspace", "translator", "early"))
    yield from (ON, GRANT, c.EnableCustomerManagedKeys("translator", "vault", "key", through="api"))
    yield from each(c.CreateWorkspace, workspace=("workspace", "third-workspace"), resource="translator")
    yield from (c.GrantKeyAccess("other-vault", "translator"), c.UploadDocument("third-document", "third-workspace"))
    for number, (lost, back) in enumerate(ways, 1):
        document, model = f"document-{number}", f"model-{number}"
        yield from (c.UploadDocument(document, "workspace"), c.TrainModel(model, "workspace"), c.DeployModel(model))
        yield from (*lost, c.ReadData("workspace"), c.UploadDocument("late-document", "workspace"))
        yield from (c.TrainModel("late-model", "workspace"), c.DeployModel(model), c.TranslateWithModel(model))
        yield from (*back, c.ReadData("workspace"), c.TranslateWithModel(model))
        yield c.UploadDocument(f"third-document-{number}", "third-workspace")
    yield from (c.ReturnToMicrosoftManagedKeys("translator"), c.EnableCustomerManagedKeys("translator", "vault", "key"))
    yield from (*at_work("last-workspace", "translator", "last"), DELETE, c.EndVaultRetention("vault"))
    yield c.ReadData("last-workspace")


def shared_by_three(*loses: Command) -> Commands:
    """Return three resources at work on one imported key, one beside them, and commands that take the key from some."""
    work = zip(WORKSPACES, RESOURCES, ("first", "second", "third"), strict=True)
    kinds = zip(RESOURCES, KINDS, strict=True)
    return (
        *(*creates_vault("vault"), *creates_vault("other-vault"), c.ImportKey("vault", "key")),
        *(command for resource, kind in kinds for command in creates_resource(resource, kind=kind)),
        *each(c.EnableCustomerManagedKeys, resource=RESOURCES, vault="vault", key="key"),
        *(command for one in work for command in at_work(*one)),
        *(*creates_resource("basic-translator"), *at_work("basic-workspace", "basic-translator", "basic")),
        *(*loses, *each(c.ReadData, workspace=(*WORKSPACES, "basic-workspace"))),
    )


PLACES = {"home": "production", "abroad": "foreign"}
WRONG_VAULTS: dict[str, dict[str, Any]] = {
    "far": {"region": "eastus"},
    "bold": {"purge_protection": False},
    "bare": {"soft_delete": False},
}
"""By name what is wrong with each."""


def enabled_wrongly(resource: str, place: str) -> Iterator[Command]:
    """Yield the enabling of a resource with each wrong vault, key and store, through both channels."""
    wrong = {"vault": tuple(f"{place}-{vault}-vault" for vault in WRONG_VAULTS), "key": "key"}
    large = {"vault": f"{place}-vault", "key": ("large-key", "huge-key")}
    for named in (wrong, large, {"store": "elsewhere"}):
        yield from each(c.EnableCustomerManagedKeys, resource=resource, **named, through=("portal", "api"))


def asked_through_both_channels() -> Iterator[Command]:
    """Yield what must not be enabled, through both channels: at first, in place of a key in use, and after a move."""
    for place, subscription in PLACES.items():
        every: dict[str, dict[str, Any]] = {"": {}} | {f"-{vault}": how for vault, how in WRONG_VAULTS.items()}
        for vault, wrong in every.items():
            yield from creates_vault(f"{place}{vault}-vault", subscription=subscription, **wrong)
            yield c.CreateKey(f"{place}{vault}-vault", "key")
        yield c.CreateKey(f"{place}-vault", "large-key", "RSA", 3072)
        yield c.ImportKey(f"{place}-vault", "huge-key", "RSA", 4096)
    at_home, abroad = ((f"{place}-vault", *(f"{place}-{vault}-vault" for vault in WRONG_VAULTS)) for place in PLACES)
    yield from creates_resource("basic-translator", tier="basic-tier")
    yield from creates_resource("global-translator", location="global")
    for resource, kind in zip(RESOURCES, KINDS, strict=True):
        yield from creates_resource(resource, kind=kind)
    for resource in (*RESOURCES, *UNFIT_RESOURCES):
        yield c.EnableIdentity(resource)
        yield from each(c.GrantKeyAccess, vault=at_home[resource == "third-translator" :], resource=resource)
        yield from enabled_wrongly(resource, "home") if resource in RESOURCES else ()
    unfit = (*UNFIT_RESOURCES, "third-translator")  # the last has access to other vaults alone
    yield from each(
        c.EnableCustomerManagedKeys, resource=unfit[:2], vault="home-vault", key="key", through=("portal", "api")
    )
    yield c.EnableCustomerManagedKeys(unfit[2], "home-vault", "key", through="api")
    yield from each(
        c.EnableCustomerManagedKeys, resource="translator", vault="abroad-vault", key="key", through=("portal", "api")
    )
    yield c.EnableCustomerManagedKeys("translator", "home-vault", "key", through="api")
    yield from enabled_wrongly("translator", "home")
    yield from each(c.MoveResource, resource=("translator", "other-translator"), subscription="foreign", group="apps")
    yield c.EnableIdentity("translator")
    yield from each(c.GrantKeyAccess, vault=abroad, resource="translator")
    yield from enabled_wrongly("translator", "abroad")


FIRST, SECOND, THIRD = RESOURCES
SEQUENCES_FROM_NOTHING: tuple[Commands, ...] = (
    tuple(lost_again_and_again(LOST_ACCESS)),
    tuple(lost_again_and_again(LOST_KEY)),
    shared_by_three(*deletes_and_recovers("vault")),
    shared_by_three(
        *(c.RevokeKeyAccess("vault", SECOND), c.GrantKeyAccess("vault", SECOND), c.RevokeKeyAccess("vault", FIRST)),
        *(c.RevokeKeyAccess("vault", THIRD), c.GrantKeyAccess("vault", FIRST), c.DisableIdentity(SECOND)),
        *(c.DeleteResource(SECOND), c.DisableIdentity(FIRST)),
    ),
    shared_by_three(*switches("vault", "key"), c.DeleteKey("vault", "key")),
    shared_by_three(
        c.MoveResourceGroup("apps", "production", "security"), c.MoveResourceGroup("apps", "security", "foreign")
    ),
    tuple(asked_through_both_channels()),
)


def stress_alphabet() -> Iterator[Command]:
    """Yield the commands of the stress fixture."""
    vaults, resources = (*VAULTS, *SPARE_VAULTS), (*RESOURCES, *UNFIT_RESOURCES)
    yield from each(c.EnableCustomerManagedKeys, resource=resources, vault=vaults, key="key", through=("api", "portal"))
    yield from each(
        c.EnableCustomerManagedKeys, resource="other-translator", vault="other-vault", key=KEYS, through="api"
    )
    yield from each(c.RotateKey, vault="other-vault", key=KEYS)
    for vault in (*vaults, "role-vault"):
        yield from (
            c.DeleteVault(vault),
            c.RecoverVault(vault),
            c.EnableSoftDelete(vault),
            c.EnablePurgeProtection(vault),
        )
        yield from (c.PurgeVault(vault), c.EndVaultRetention(vault))
    for vault in SPARE_VAULTS:
        yield from creates_vault(vault, region=("westeurope", "eastus"), purge_protection=(True, False))
        yield c.CreateKey(vault, "key")
    for vault in vaults:
        yield from key_life(vault, "key")
        yield from (command for resource in RESOURCES for command in access(resource, vault))
    for resource in resources:
        yield from (*identity(resource), c.ReturnToMicrosoftManagedKeys(resource), c.DeleteResource(resource))
    yield from each(c.MoveResource, resource=resources, subscription=SUBSCRIPTIONS, group=("apps", "vaults"))
    yield from each(c.MoveResourceGroup, group=("apps", "vaults"), subscription=SUBSCRIPTIONS, to=SUBSCRIPTIONS)
    yield from each(c.MoveSubscription, subscription=SUBSCRIPTIONS, tenant=("home", "abroad"))
    yield from each(c.ReadData, workspace=(*WORKSPACES, *OTHER_WORKSPACES))
    yield from each(c.DeployModel, model=(*MODELS, *OTHER_MODELS))
    yield from each(c.TranslateWithModel, model=(*MODELS, *OTHER_MODELS))
    yield from each(c.CreateWorkspace, workspace="fifth-workspace", resource=resources)
    yield from each(c.UploadDocument, document="late-document", workspace=("workspace", "fifth-workspace"))
    yield from each(c.TrainModel, model="late-model", workspace=("workspace", "fifth-workspace"))


FIELDS = ("kind", "location", "region", "subscription", "to")

Variant = Mapping[str, str]
"""The replacement of each kind, region and subscription."""


def variants(stage: Stage) -> tuple[Variant, ...]:
    """Return every kind in the place of every other, and what the stage offers of regions and of subscriptions at home.

    The first changes nothing.
    """
    regions = [each for each in DEFAULT_STAGE.regions if each in stage.regions]
    at_home = [each for each, tenant in DEFAULT_STAGE.subscriptions.items()
               if tenant == DEFAULT_STAGE.tenants[0] == stage.subscriptions.get(each)]  # fmt: skip
    return tuple(
        dict(zip((*KINDS, *regions, *at_home), (*KINDS[turn:], *KINDS[:turn], *places, *paying), strict=True))
        for places in permutations(regions)
        for paying in permutations(at_home)
        for turn in range(len(KINDS))
    )


def in_variant(commands: Iterable[Command], variant: Variant) -> Iterator[Command]:
    """Yield the commands with what stands in them for what."""
    for command in commands:
        values: list[Any] = list(command)
        for index, field in enumerate(command.fields):
            if field in FIELDS:
                values[index] = variant.get(values[index], values[index])
        yield tuple.__new__(type(command), values)  # the fields fit together as they did before
