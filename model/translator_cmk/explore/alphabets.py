"""Ground commands over a few names, from which the alphabets of scopes are put together."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

from ..machine import Command
from ..machine.commands import (
    CreateKey,
    CreateResource,
    CreateVault,
    CreateWorkspace,
    DeleteKey,
    DeleteResource,
    DeleteVault,
    DeployModel,
    DisableIdentity,
    DisableKey,
    EnableCustomerManagedKeys,
    EnableIdentity,
    EnableKey,
    EnablePurgeProtection,
    EnableSoftDelete,
    GrantKeyAccess,
    ImportKey,
    MoveResource,
    MoveResourceGroup,
    MoveSubscription,
    PurgeKey,
    ReadData,
    RecoverKey,
    RecoverVault,
    ReturnToMicrosoftManagedKeys,
    RevokeKeyAccess,
    RotateKey,
    TrainModel,
    TranslateWithModel,
    UndeployModel,
    UploadDocument,
)

Commands = tuple[Command, ...]


def each(command: type[Command], **values: Any) -> Commands:
    """The command with these values; a tuple stands for several, each with each of the others."""
    choices = [value if isinstance(value, tuple) else (value,) for value in values.values()]
    return tuple(command(**dict(zip(values, chosen, strict=True))) for chosen in product(*choices))


# What is done to one thing or between two, over its whole life


def creates_resource(resource: str, **other: Any) -> Commands:
    usual = {"kind": "Translator", "location": "westeurope", "tier": "cmk-tier", "subscription": "production"}
    return each(CreateResource, resource=resource, **(usual | {"group": "apps"} | other))


def creates_vault(vault: str, **other: Any) -> Commands:
    usual = {"region": "westeurope", "subscription": "production", "group": "apps"}
    return each(CreateVault, vault=vault, **(usual | other))


def identity(resource: str) -> Commands:
    return (EnableIdentity(resource), DisableIdentity(resource))


def access(resource: str, vault: str) -> Commands:
    return (GrantKeyAccess(vault, resource), RevokeKeyAccess(vault, resource))


def deletes_and_recovers(vault: str) -> Commands:
    return (DeleteVault(vault), RecoverVault(vault))


def switches(vault: str, key: str) -> Commands:
    return (DisableKey(vault, key), EnableKey(vault, key))


def key_life(vault: str, key: str) -> Commands:
    used = (*switches(vault, key), RotateKey(vault, key))
    return (*used, DeleteKey(vault, key), RecoverKey(vault, key), PurgeKey(vault, key))


def key_source(resource: str, vault: str, key: str) -> Commands:
    enables = each(EnableCustomerManagedKeys, resource=resource, vault=vault, key=key, through=("portal", "api"))
    return (*enables, ReturnToMicrosoftManagedKeys(resource))


def portal(resource: str, vault: str, key: str) -> Commands:
    return (EnableCustomerManagedKeys(resource, vault, key), ReturnToMicrosoftManagedKeys(resource))


def work(resource: str, workspace: str, document: str, model: str) -> Commands:
    makes = (CreateWorkspace(workspace, resource), UploadDocument(document, workspace), TrainModel(model, workspace))
    return (*makes, ReadData(workspace), DeployModel(model), UndeployModel(model), TranslateWithModel(model))


TRANSLATOR = ("translator", "workspace", "document", "model")
OTHER = ("other-translator", "other-workspace", "other-document", "other-model")


def demanded() -> Iterator[Command]:
    """Yield right and wrong prerequisites of customer-managed keys; each wrong one is wrong in one way, some in two."""
    yield from creates_resource("translator", kind=("Translator", "AIServices", "CognitiveServices"))
    yield from creates_resource("translator", location=("eastus", "global"))
    yield from creates_resource("translator", tier="basic-tier")
    yield from creates_resource("translator", subscription="foreign")
    yield from creates_resource("translator", keys="customer-managed")
    yield from creates_vault("vault")
    yield from creates_vault("vault", region="eastus")
    yield from creates_vault("vault", subscription="security")
    yield from creates_vault("vault", soft_delete=(True, False), purge_protection=False)
    yield from creates_vault("vault", soft_delete=False)
    yield from creates_vault("vault", permission_model="rbac")
    yield from (EnableSoftDelete("vault"), EnablePurgeProtection("vault"))
    yield from (CreateKey("vault", "key"), ImportKey("vault", "key"))
    yield from each(CreateKey, vault="vault", key="key", type=("RSA", "RSA-HSM"), size=3072)
    yield from each(CreateKey, vault="vault", key="key", type=("RSA-HSM", "EC"), size=2048)
    yield from switches("vault", "key")
    yield EnableIdentity("translator")
    yield from access("translator", "vault")
    yield from each(EnableCustomerManagedKeys, resource="translator", store=("managed-hsm", "elsewhere"))
    yield from key_source("translator", "vault", "key")


def moves(resource: str, group: str, other_group: str) -> Commands:
    groups = (group, other_group)
    return (
        *each(MoveResource, resource=resource, subscription=("production", "foreign"), group=group),
        *each(MoveResource, resource=resource, subscription="security", group=other_group),
        *each(MoveResourceGroup, group=groups, subscription="production", to=("security", "foreign")),
        *each(MoveResourceGroup, group=groups, subscription="foreign", to="production"),
        MoveResourceGroup(group, "production", "production"),
        *each(MoveSubscription, subscription="production", directory=("home", "abroad")),
    )


RESOURCES = ("translator", "other-translator")


def of_both(commands: Callable[..., Commands], *more: str) -> Commands:
    """The same commands for each of two resources."""
    return tuple(command for resource in RESOURCES for command in commands(resource, *more))


def two_of_each() -> Iterator[Command]:
    """Two resources from nothing, each with its work, on one vault and key; the second can take another key."""
    yield from (*creates_resource("translator"), *creates_resource("other-translator", kind="AIServices"))
    yield from (*creates_vault("vault"), *deletes_and_recovers("vault"))
    yield from (CreateKey("vault", "key"), CreateKey("vault", "other-key"))
    yield from (*of_both(identity), *of_both(access, "vault"))
    yield from (*portal("translator", "vault", "key"), *portal("other-translator", "vault", "key"))
    yield EnableCustomerManagedKeys("other-translator", "vault", "other-key")
    yield from (*work(*TRANSLATOR), *work(*OTHER))


def two_lives() -> Iterator[Command]:
    """Two resources and two keys in one vault, from creation to the end."""
    yield from two_of_each()
    yield EnableCustomerManagedKeys("translator", "vault", "other-key")
    yield from (*key_life("vault", "key"), *key_life("vault", "other-key"))
    yield from each(DeleteResource, resource=RESOURCES)


def one_vault_for_all(resources: int, keys: int) -> Iterator[Command]:
    """Resources that share one vault, and may have any of its keys; all that can be done to vault, keys and access."""
    names = numbered("key", keys)
    for resource in numbered("translator", resources):
        yield from (*creates_resource(resource), *identity(resource), *access(resource, "vault"))
        yield from each(EnableCustomerManagedKeys, resource=resource, vault="vault", key=names, through="api")
        yield ReturnToMicrosoftManagedKeys(resource)
    yield from (*creates_vault("vault"), *deletes_and_recovers("vault"))
    for key in names:
        yield from (CreateKey("vault", key), *switches("vault", key), DeleteKey("vault", key), RecoverKey("vault", key))


def numbered(word: str, times: int) -> tuple[str, ...]:
    """Names that differ in their number."""
    return tuple(f"{word}-{number}" for number in range(1, times + 1))
