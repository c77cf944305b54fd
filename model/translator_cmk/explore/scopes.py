"""The scopes, as data: those that are searched, those in which mutants are judged, and the one of the page What if."""

from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator
from itertools import product
from typing import Any

from ..machine import Command, State
from ..machine import commands as cmd
from ..machine.entities import CUSTOMER, Key, Resource, Vault
from .scope import Commands as Commands
from .scope import Scope as Scope

SOON = 5_000
"""Scopes of no more states are searched within seconds; larger ones are searched by sets of states."""


def each(command: type[Command], **values: Any) -> Commands:
    """Return the command with these values; a tuple stands for several, each with each of the others."""
    choices = [value if isinstance(value, tuple) else (value,) for value in values.values()]
    return tuple(command(**dict(zip(values, chosen, strict=True))) for chosen in product(*choices))


# What is done to one thing or between two, over its whole life


def creates_resource(resource: str, **other: Any) -> Commands:
    usual = {"kind": "Translator", "location": "westeurope", "tier": "cmk-tier", "subscription": "production"}
    return each(cmd.CreateResource, resource=resource, **(usual | {"group": "apps"} | other))


def creates_vault(vault: str, **other: Any) -> Commands:
    usual = {"region": "westeurope", "subscription": "production", "group": "apps"}
    return each(cmd.CreateVault, vault=vault, **(usual | other))


def identity(resource: str) -> Commands:
    return (cmd.EnableIdentity(resource), cmd.DisableIdentity(resource))


def access(resource: str, vault: str) -> Commands:
    return (cmd.GrantKeyAccess(vault, resource), cmd.RevokeKeyAccess(vault, resource))


def deletes_and_recovers(vault: str) -> Commands:
    return (cmd.DeleteVault(vault), cmd.RecoverVault(vault))


def switches(vault: str, key: str) -> Commands:
    return (cmd.DisableKey(vault, key), cmd.EnableKey(vault, key))


def key_life(vault: str, key: str) -> Commands:
    used = (*switches(vault, key), cmd.RotateKey(vault, key))
    return (*used, cmd.DeleteKey(vault, key), cmd.RecoverKey(vault, key), cmd.PurgeKey(vault, key))


def key_source(resource: str, vault: str, key: str) -> Commands:
    enables = each(cmd.EnableCustomerManagedKeys, resource=resource, vault=vault, key=key, through=("portal", "api"))
    return (*enables, cmd.ReturnToMicrosoftManagedKeys(resource))


def portal(resource: str, vault: str, key: str) -> Commands:
    return (cmd.EnableCustomerManagedKeys(resource, vault, key), cmd.ReturnToMicrosoftManagedKeys(resource))


def workspace_commands(resource: str, workspace: str, document: str, model: str) -> Commands:
    return (
        *(cmd.CreateWorkspace(workspace, resource), cmd.ReadData(workspace)),
        *(cmd.UploadDocument(document, workspace), cmd.TrainModel(model, workspace)),
        *(cmd.DeployModel(model), cmd.UndeployModel(model), cmd.TranslateWithModel(model)),
    )


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
    yield from (cmd.EnableSoftDelete("vault"), cmd.EnablePurgeProtection("vault"))
    yield from (cmd.CreateKey("vault", "key"), cmd.ImportKey("vault", "key"))
    yield from each(cmd.CreateKey, vault="vault", key="key", type=("RSA", "RSA-HSM"), size=3072)
    yield from each(cmd.CreateKey, vault="vault", key="key", type=("RSA-HSM", "EC"), size=2048)
    yield from switches("vault", "key")
    yield cmd.EnableIdentity("translator")
    yield from access("translator", "vault")
    yield from each(cmd.EnableCustomerManagedKeys, resource="translator", store=("managed-hsm", "elsewhere"))
    yield from key_source("translator", "vault", "key")


def moves(resource: str, group: str, other_group: str) -> Commands:
    groups = (group, other_group)
    return (
        *each(cmd.MoveResource, resource=resource, subscription=("production", "foreign"), group=group),
        *each(cmd.MoveResource, resource=resource, subscription="security", group=other_group),
        *each(cmd.MoveResourceGroup, group=groups, subscription="production", to=("security", "foreign")),
        *each(cmd.MoveResourceGroup, group=groups, subscription="foreign", to="production"),
        cmd.MoveResourceGroup(group, "production", "production"),
        *each(cmd.MoveSubscription, subscription="production", tenant=("home", "abroad")),
    )


RESOURCES = ("translator", "other-translator")


def of_both(commands: Callable[..., Commands], *more: str) -> Commands:
    """Return the same commands for each of two resources."""
    return tuple(command for resource in RESOURCES for command in commands(resource, *more))


def two_of_each() -> Iterator[Command]:
    """Yield two resources from nothing, each with its work, on one vault and key; the second can take another key."""
    yield from (*creates_resource("translator"), *creates_resource("other-translator", kind="AIServices"))
    yield from (*creates_vault("vault"), *deletes_and_recovers("vault"))
    yield from (cmd.CreateKey("vault", "key"), cmd.CreateKey("vault", "other-key"))
    yield from (*of_both(identity), *of_both(access, "vault"))
    yield from (*portal("translator", "vault", "key"), *portal("other-translator", "vault", "key"))
    yield cmd.EnableCustomerManagedKeys("other-translator", "vault", "other-key")
    yield from (*workspace_commands(*TRANSLATOR), *workspace_commands(*OTHER))


def two_lives() -> Iterator[Command]:
    """Yield two resources and two keys in one vault, from creation to the end."""
    yield from two_of_each()
    yield cmd.EnableCustomerManagedKeys("translator", "vault", "other-key")
    yield from (*key_life("vault", "key"), *key_life("vault", "other-key"))
    yield from each(cmd.DeleteResource, resource=RESOURCES)


def one_vault_for_all(resources: int, keys: int) -> Iterator[Command]:
    """Yield commands on resources that share one vault and may have any of its keys, and on vault, keys and access."""
    names = numbered("key", keys)
    for resource in numbered("translator", resources):
        yield from (*creates_resource(resource), *identity(resource), *access(resource, "vault"))
        yield from each(cmd.EnableCustomerManagedKeys, resource=resource, vault="vault", key=names, through="api")
        yield cmd.ReturnToMicrosoftManagedKeys(resource)
    yield from (*creates_vault("vault"), *deletes_and_recovers("vault"))
    for key in names:
        yield from (cmd.CreateKey("vault", key), *switches("vault", key))
        yield from (cmd.DeleteKey("vault", key), cmd.RecoverKey("vault", key))


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
            *(cmd.DeployModel("model"), cmd.ReadData("workspace")),
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
            *(cmd.EnableSoftDelete("vault"), cmd.EnablePurgeProtection("vault")),
            *(*deletes_and_recovers("vault"), cmd.PurgeVault("vault"), cmd.EndVaultRetention("vault")),
            *(cmd.CreateKey("vault", "key"), cmd.ImportKey("vault", "key"), *key_life("vault", "key")),
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
            *(
                cmd.UploadDocument("document", "workspace"),
                cmd.TrainModel("model", "workspace"),
                cmd.DeployModel("model"),
            ),
            *moves("translator", "apps", "vaults"),
            *(cmd.EnableIdentity("translator"), *access("translator", "vault")),
            *key_source("translator", "vault", "key"),
            *creates_resource("other-translator", keys="customer-managed"),
            cmd.CreateWorkspace("other-workspace", "translator"),
        ),
        states=2_584,
    ),
    Scope(
        "one-of-each",
        "One resource, vault, key, workspace, document and model, through all that can be done with them.",
        None,
        (
            *(*creates_resource("translator"), cmd.DeleteResource("translator")),
            *creates_resource("other-translator", keys=("microsoft-managed", "customer-managed")),
            *(*creates_vault("vault"), *deletes_and_recovers("vault")),
            *(cmd.CreateKey("vault", "key"), *key_life("vault", "key")),
            *(*identity("translator"), *access("translator", "vault"), *key_source("translator", "vault", "key")),
            *workspace_commands(*TRANSLATOR),
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
            *(*each(cmd.DeleteResource, resource=RESOURCES), *each(cmd.DeployModel, model=("model", "other-model"))),
            *(
                cmd.CreateKey("vault", "other-key"),
                cmd.EnableCustomerManagedKeys("other-translator", "vault", "other-key"),
            ),
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
            *(cmd.DeleteKey("vault", "key"), cmd.RecoverKey("vault", "key"), cmd.RotateKey("vault", "key")),
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


# Scopes in which one thing can be taken for another

VAULTS = ("vault", "other-vault")
WORKSPACES = ("workspace", "other-workspace")
MODELS = ("model", "other-model")


def vault_life(vault: str) -> Commands:
    """Return a vault from creation to the end."""
    ends = (cmd.PurgeVault(vault), cmd.EndVaultRetention(vault))
    return (cmd.EnableSoftDelete(vault), cmd.EnablePurgeProtection(vault), *deletes_and_recovers(vault), *ends)


TWO_OF_A_KIND = (
    Scope(
        "two-vaults",
        "Two key vaults, each with other protections, from creation to the end.",
        None,
        (
            *(*creates_vault("vault"), *creates_vault("other-vault", soft_delete=False, purge_protection=False)),
            *(*vault_life("vault"), *vault_life("other-vault")),
        ),
        states=36,
    ),
    Scope(
        "two-keys",
        "Keys in two key vaults, one of them without protections, from creation to the end.",
        None,
        (
            *(
                *creates_vault("vault"),
                *creates_vault("other-vault", soft_delete=(True, False), purge_protection=False),
            ),
            *(cmd.CreateKey("vault", "key"), *key_life("vault", "key")),
            *(cmd.ImportKey("other-vault", "key", "EC", 3072), *key_life("other-vault", "key")),
        ),
        states=230,
    ),
    Scope(
        "two-choices",
        "Two resources, vaults and keys, one of each fit for customer-managed keys and the other not.",
        None,
        (
            *creates_resource("translator"),
            *creates_resource("other-translator", location="eastus", tier="basic-tier", subscription="foreign"),
            *creates_resource("other-translator", location="global", subscription="foreign"),
            *creates_vault("vault"),
            *creates_vault("other-vault", region="eastus", subscription="foreign"),
            *creates_vault("other-vault", soft_delete=False, purge_protection=False, permission_model="rbac"),
            *each(cmd.CreateKey, vault=VAULTS, key="key"),
            *each(cmd.CreateKey, vault="vault", key="other-key", type=("EC", "oct", "RSA-HSM"), size=2048),
            cmd.CreateKey("vault", "other-key", "RSA", 1024),
            cmd.DisableKey("vault", "other-key"),
            cmd.EnableIdentity("translator"),
            cmd.GrantKeyAccess("vault", "translator"),
            *each(
                cmd.EnableCustomerManagedKeys, resource=RESOURCES, vault=VAULTS, key="key", through=("portal", "api")
            ),
            *each(cmd.EnableCustomerManagedKeys, resource=RESOURCES, vault="vault", key="other-key", through="api"),
        ),
        states=1_260,
    ),
    Scope(
        "two-at-work",
        "Two resources at work, each with workspaces of its own, as one or both of them lose their key.",
        "two resources that share a vault and a key",
        (
            *of_both(access, "vault"),
            *each(cmd.UploadDocument, document="third-document", workspace=WORKSPACES),
            *each(cmd.TrainModel, model="third-model", workspace=WORKSPACES),
            *(*each(cmd.ReadData, workspace=WORKSPACES), *each(cmd.TranslateWithModel, model=MODELS)),
            *(*each(cmd.DeployModel, model=MODELS), *each(cmd.UndeployModel, model=MODELS)),
        ),
        states=285,
    ),
    Scope(
        "two-losses",
        "Two resources at work on one of two vaults and one of two keys, as the one or the other vault or key is lost.",
        "two resources that share a vault and a key",
        (
            *(*creates_vault("other-vault"), *deletes_and_recovers("vault"), *deletes_and_recovers("other-vault")),
            *(cmd.CreateKey("vault", "other-key"), *switches("vault", "key"), *switches("vault", "other-key")),
            *(cmd.DeleteKey("vault", "key"), cmd.RecoverKey("vault", "key"), cmd.DeleteKey("vault", "other-key")),
            cmd.CreateKey("other-vault", "key"),
            *(cmd.GrantKeyAccess("other-vault", "translator"), cmd.RevokeKeyAccess("vault", "translator")),
            *(cmd.DeleteResource("translator"), cmd.ReturnToMicrosoftManagedKeys("translator")),
        ),
        states=2_790,
    ),
    Scope(
        "two-moves",
        "Two resources and two vaults in groups of their own, moved between subscriptions and tenants.",
        "a vault in a resource group of its own",
        (
            *creates_resource("other-translator", subscription=("production", "foreign"), group="others"),
            *creates_vault("other-vault", subscription=("production", "foreign"), group="others"),
            *each(cmd.MoveResource, resource=RESOURCES, subscription=("production", "foreign"), group="apps"),
            *each(cmd.MoveResourceGroup, group=("apps", "others", "vaults"), subscription="production", to="foreign"),
            *each(cmd.MoveSubscription, subscription="production", tenant=("home", "abroad")),
            *each(cmd.EnableIdentity, resource=RESOURCES),
            *each(cmd.GrantKeyAccess, vault=VAULTS, resource=RESOURCES),
            cmd.RevokeKeyAccess("other-vault", "translator"),
        ),
        states=1_578,
    ),
)


SMALL = tuple(scope for scope in SCOPES if scope.states and scope.states <= SOON)
"""The scopes that are searched within seconds, with all theorems: those that commands take if none is named."""

MUTANT_SCOPES = tuple(sorted((*SMALL, *TWO_OF_A_KIND), key=lambda scope: scope.states or 0))
"""The scopes in which mutants are judged: the smallest first, since a difference is found soonest there."""


NAMED = {scope.name: scope for scope in SCOPES}


def chosen(name: str | None) -> tuple[Scope, ...]:
    """Return the scope of that name, or all that are searched within seconds."""
    return SMALL if name is None else (NAMED[name],)


def add_scope(parser: ArgumentParser, text: str, scopes: Iterable[Scope], more: str = "") -> None:
    """Add the option `--scope`; its help lists the scopes after the text."""
    listed = ", ".join(f"{scope.name} ({scope.states:,} states)" for scope in scopes)
    names = [scope.name for scope in scopes]
    parser.add_argument("--scope", choices=names, metavar="SCOPE", help=f"{text}: {listed}" + (more and f". {more}"))


# What if


def field(state: State, kind: Any, name: str, field: str) -> Any:
    """Return the value of a field; None where there is no such entity."""
    record = state.tables[kind].get(name)
    return record and record[kind.position[field]]


def is_customer_managed(state: State) -> bool:
    """Return whether customer-managed keys are on, with a key or without."""
    return bool(field(state, Resource, "translator", "key_source") == CUSTOMER)


def is_at_home(state: State) -> bool:
    """Return whether the resource is in the tenant that it was created in."""
    return bool(field(state, Resource, "translator", "tenant") == "home")


def is_purged(state: State) -> bool:
    """Return whether the vault is gone for good."""
    return bool(field(state, Vault, "vault", "state") == "purged")


def may_have_workspaces(_: Command, state: State) -> bool:
    """Allow workspaces of a resource that can have customer-managed keys."""
    return bool(field(state, Resource, "translator", "tier") != "basic-tier")


def may_rotate(_: Command, state: State) -> bool:
    """Allow rotations under customer-managed keys, before the resource moves."""
    return is_customer_managed(state) and is_at_home(state)


def may_move(_: Command, state: State) -> bool:
    """Allow moves under customer-managed keys, with a key that exists and was not rotated."""
    return is_customer_managed(state) and field(state, Key, "vault/key", "version") == 1 and not is_purged(state)


def may_use(command: Any, state: State) -> bool:
    """Allow another vault where the first, which held the customer's key, is purged, and nothing has moved."""
    another = command.vault == "other-vault"
    return not another or (is_customer_managed(state) and is_at_home(state) and is_purged(state))


WHAT_IF = Scope(
    "what-if",
    "One of each, right or wrong, from nothing to the end, with moves to another tenant and a second vault.",
    None,
    (
        *(*creates_resource("translator"), *creates_resource("translator", location="global", tier="basic-tier")),
        *(*creates_resource("translator", keys="customer-managed"), cmd.DeleteResource("translator")),
        *(*creates_vault("vault"), *creates_vault("vault", region="eastus", permission_model="rbac")),
        *(*creates_vault("vault", soft_delete=False, purge_protection=False), *vault_life("vault")),
        *(cmd.CreateKey("vault", "key"), cmd.ImportKey("vault", "key", "RSA-HSM", 3072), *key_life("vault", "key")),
        *(*identity("translator"), *access("translator", "vault"), *key_source("translator", "vault", "key")),
        *(cmd.EnableCustomerManagedKeys("translator", store="managed-hsm"), *workspace_commands(*TRANSLATOR)),
        *each(cmd.MoveResource, resource="translator", subscription=("foreign", "production"), group="apps"),
        *each(cmd.MoveSubscription, subscription="production", tenant=("abroad", "home")),
        *(*creates_vault("other-vault"), cmd.CreateKey("other-vault", "key")),
        cmd.EnableCustomerManagedKeys("translator", "other-vault", "key"),
    ),
    states=8_902,
    bounds=(
        (cmd.CreateWorkspace, may_have_workspaces),
        (cmd.RotateKey, may_rotate),
        *((kind, may_move) for kind in (cmd.MoveResource, cmd.MoveSubscription)),
        *((kind, may_use) for kind in (cmd.CreateVault, cmd.CreateKey, cmd.EnableCustomerManagedKeys)),
    ),
)
"""The scope to ask "what if" in.  Its bounds keep apart what multiplies: wrong things and work, moves and rotations."""
