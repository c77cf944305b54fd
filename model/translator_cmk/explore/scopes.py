"""Scopes: bounded worlds, as data.  Each has a start, commands over a few names, and a bound on the versions of keys.

A name is given once and never again, so with that bound every scope is finite.
"""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

from ..language.sentences import format_command, format_outcome
from ..language.situations import situations
from ..machine import DEFAULT_STAGE, Accepted, Command, Machine, State, initial
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
    RevokeKeyAccess,
    RotateKey,
    TrainModel,
    TranslateWithModel,
    UndeployModel,
    UploadDocument,
)
from ..machine.entities import Key
from ..machine.values import Value

Bound = Callable[[Any, State], bool]


class StartNotReached(Exception):
    """A command that leads to the start of a scope is not accepted, so there is nothing to search."""


class Scope(Value):
    """A bounded world.

    It starts from a ``situation`` (None: from nothing but the stage).  ``alphabet``: its commands.
    ``versions``: how far a key can be rotated.  ``states``: how many a search finds, if somebody has counted them.
    ``bounds``: in which states the scope offers commands of a type.
    """

    __slots__ = ()
    name: str
    sentence: str
    situation: str | None
    alphabet: tuple[Command, ...]
    versions: int = 2
    states: int | None = None
    bounds: tuple[tuple[type[Command], Bound], ...] = ()

    @property
    def start(self) -> tuple[Command, ...]:
        """Return the commands that lead from nothing to the start of the scope."""
        return situations()[self.situation].commands if self.situation else ()

    def is_bounded(self, command: Command) -> bool:
        """Tell whether there may be a state in which the command is not offered."""
        return isinstance(command, RotateKey) or any(type(command) is kind for kind, _ in self.bounds)

    def offers(self, command: Command, state: State) -> bool:
        """Return whether the command is offered in this state: one that would leave the bounds is not."""
        if any(type(command) is kind and not bound(command, state) for kind, bound in self.bounds):
            return False
        if not isinstance(command, RotateKey):
            return True
        record = state.tables[Key].get(f"{command.vault}/{command.key}")
        return record is None or record[Key.position["version"]] < self.versions


def start_of(scope: Scope, machine: Machine) -> State:
    """Return the state in which the scope starts; raises `StartNotReached`."""
    state = initial(DEFAULT_STAGE)
    for command in scope.start:
        state, outcome = machine.step(state, command)
        if not isinstance(outcome, Accepted):
            raise StartNotReached(f"{scope.name}: {format_command(command)}: {format_outcome(outcome)}")
    return state


Commands = tuple[Command, ...]


def each(command: type[Command], **values: Any) -> Commands:
    """Return the command with these values; a tuple stands for several, each with each of the others."""
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
        *each(MoveSubscription, subscription="production", tenant=("home", "abroad")),
    )


RESOURCES = ("translator", "other-translator")


def of_both(commands: Callable[..., Commands], *more: str) -> Commands:
    """Return the same commands for each of two resources."""
    return tuple(command for resource in RESOURCES for command in commands(resource, *more))


def two_of_each() -> Iterator[Command]:
    """Yield two resources from nothing, each with its work, on one vault and key; the second can take another key."""
    yield from (*creates_resource("translator"), *creates_resource("other-translator", kind="AIServices"))
    yield from (*creates_vault("vault"), *deletes_and_recovers("vault"))
    yield from (CreateKey("vault", "key"), CreateKey("vault", "other-key"))
    yield from (*of_both(identity), *of_both(access, "vault"))
    yield from (*portal("translator", "vault", "key"), *portal("other-translator", "vault", "key"))
    yield EnableCustomerManagedKeys("other-translator", "vault", "other-key")
    yield from (*work(*TRANSLATOR), *work(*OTHER))


def two_lives() -> Iterator[Command]:
    """Yield two resources and two keys in one vault, from creation to the end."""
    yield from two_of_each()
    yield EnableCustomerManagedKeys("translator", "vault", "other-key")
    yield from (*key_life("vault", "key"), *key_life("vault", "other-key"))
    yield from each(DeleteResource, resource=RESOURCES)


def one_vault_for_all(resources: int, keys: int) -> Iterator[Command]:
    """Yield commands on resources that share one vault and may have any of its keys, and on vault, keys and access."""
    names = numbered("key", keys)
    for resource in numbered("translator", resources):
        yield from (*creates_resource(resource), *identity(resource), *access(resource, "vault"))
        yield from each(EnableCustomerManagedKeys, resource=resource, vault="vault", key=names, through="api")
        yield ReturnToMicrosoftManagedKeys(resource)
    yield from (*creates_vault("vault"), *deletes_and_recovers("vault"))
    for key in names:
        yield from (CreateKey("vault", key), *switches("vault", key), DeleteKey("vault", key), RecoverKey("vault", key))


def numbered(word: str, times: int) -> tuple[str, ...]:
    """Return names that differ in their number."""
    return tuple(f"{word}-{number}" for number in range(1, times + 1))


SCOPES = (
    Scope(
        "losing-the-key",
        "A deployed model under a customer's key, four ways to lose the key and what gets it back.",
        "a deployed model under customer-managed keys",
        (
            *identity("translator"),
            *access("translator", "vault"),
            *deletes_and_recovers("vault"),
            *switches("vault", "key"),
            *(DeployModel("model"), ReadData("workspace")),
        ),
        states=14,
    ),
    Scope(
        "vaults-and-keys",
        "A key vault, with its protections and without, and its key, from creation to the end.",
        None,
        (
            *creates_vault("vault", soft_delete=(True, False), purge_protection=False),
            *creates_vault("vault"),
            *(EnableSoftDelete("vault"), EnablePurgeProtection("vault")),
            *(*deletes_and_recovers("vault"), PurgeVault("vault"), EndVaultRetention("vault")),
            *(CreateKey("vault", "key"), ImportKey("vault", "key"), *key_life("vault", "key")),
        ),
        versions=3,
        states=273,
    ),
    Scope(
        "demands",
        "Right and wrong resources, vaults and keys, and the enabling of customer-managed keys with each.",
        None,
        tuple(demanded()),
        states=1_982,
    ),
    Scope(
        "tenants",
        "Resource and vault move between subscriptions and tenants, alone and together.",
        "a vault in a resource group of its own",
        (
            *(UploadDocument("document", "workspace"), TrainModel("model", "workspace"), DeployModel("model")),
            *moves("translator", "apps", "vaults"),
            *(EnableIdentity("translator"), *access("translator", "vault")),
            *key_source("translator", "vault", "key"),
            *creates_resource("other-translator", keys="customer-managed"),
            CreateWorkspace("other-workspace", "translator"),
        ),
        states=2_584,
    ),
    Scope(
        "one-of-each",
        "One resource, vault, key, workspace, document and model, through all that can be done with them.",
        None,
        (
            *(*creates_resource("translator"), DeleteResource("translator")),
            *creates_resource("other-translator", keys=("microsoft-managed", "customer-managed")),
            *(*creates_vault("vault"), *deletes_and_recovers("vault")),
            *(CreateKey("vault", "key"), *key_life("vault", "key")),
            *(*identity("translator"), *access("translator", "vault"), *key_source("translator", "vault", "key")),
            *work(*TRANSLATOR),
        ),
        versions=3,
        states=2_894,
    ),
    Scope(
        "two-resources",
        "Two resources at work on one vault and key, each losing the key, deleted or going back by itself.",
        "two resources that share a vault and a key",
        (
            *(*of_both(identity), *of_both(access, "vault"), *of_both(key_source, "vault", "key")),
            *(*each(DeleteResource, resource=RESOURCES), *each(DeployModel, model=("model", "other-model"))),
            *(CreateKey("vault", "other-key"), EnableCustomerManagedKeys("other-translator", "vault", "other-key")),
            *deletes_and_recovers("vault"),
        ),
        states=1_820,
    ),
    Scope(
        "two-of-each",
        "Two resources from nothing, each with its work, that share a key or have one each.",
        None,
        (
            *two_of_each(),
            *(*switches("vault", "key"), *switches("vault", "other-key")),
            *(DeleteKey("vault", "key"), RecoverKey("vault", "key"), RotateKey("vault", "key")),
        ),
        states=144_729,
    ),
    Scope(
        "two-lives",
        "Two resources from nothing to deletion, each with its work, and two keys with all that can be done to them.",
        None,
        tuple(two_lives()),
        states=1_079_777,
    ),
    Scope(
        "six-resources",
        "Six resources that share a key vault and its key: each change of one, in every state of all the others.",
        None,
        tuple(one_vault_for_all(6, keys=1)),
        states=950_113,
    ),
    Scope(
        "six-resources-two-keys",
        "The same with a second key, which each of them may have instead.",
        None,
        tuple(one_vault_for_all(6, keys=2)),
        states=33_891_305,
    ),
    Scope(
        "eight-resources",
        "Eight resources that share a key vault and its key.",
        None,
        tuple(one_vault_for_all(8, keys=1)),
        states=46_256_041,
    ),
)
