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


TRANSLATOR = ("translator-prod", "ws-prod", "contracts", "legal-en-de")
OTHER = ("translator-test", "ws-test", "manuals", "support-en-de")


def demanded() -> Iterator[Command]:
    """Yield right and wrong prerequisites of customer-managed keys; each wrong one is wrong in one way, some in two."""
    yield from creates_resource("translator-prod", kind=("Translator", "AIServices", "CognitiveServices"))
    yield from creates_resource("translator-prod", location=("eastus", "global"))
    yield from creates_resource("translator-prod", tier="basic-tier")
    yield from creates_resource("translator-prod", subscription="foreign")
    yield from creates_resource("translator-prod", keys="customer-managed")
    yield from creates_vault("kv-prod")
    yield from creates_vault("kv-prod", region="eastus")
    yield from creates_vault("kv-prod", subscription="security")
    yield from creates_vault("kv-prod", soft_delete=(True, False), purge_protection=False)
    yield from creates_vault("kv-prod", soft_delete=False)
    yield from creates_vault("kv-prod", permission_model="rbac")
    yield from (cmd.EnableSoftDelete("kv-prod"), cmd.EnablePurgeProtection("kv-prod"))
    yield from (cmd.CreateKey("kv-prod", "cmk-2048"), cmd.ImportKey("kv-prod", "cmk-2048"))
    yield from each(cmd.CreateKey, vault="kv-prod", key="cmk-2048", type=("RSA", "RSA-HSM"), size=3072)
    yield from each(cmd.CreateKey, vault="kv-prod", key="cmk-2048", type=("RSA-HSM", "EC"), size=2048)
    yield from switches("kv-prod", "cmk-2048")
    yield cmd.EnableIdentity("translator-prod")
    yield from access("translator-prod", "kv-prod")
    yield from each(cmd.EnableCustomerManagedKeys, resource="translator-prod", store=("managed-hsm", "elsewhere"))
    yield cmd.EnableCustomerManagedKeys("translator-prod", store="elsewhere", through="api")
    yield from key_source("translator-prod", "kv-prod", "cmk-2048")


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


RESOURCES = ("translator-prod", "translator-test")


def of_both(commands: Callable[..., Commands], *more: str) -> Commands:
    """Return the same commands for each of two resources."""
    return tuple(command for resource in RESOURCES for command in commands(resource, *more))


def two_of_each() -> Iterator[Command]:
    """Yield two resources from nothing, each with its work, on one vault and key; the second can take another key."""
    yield from (*creates_resource("translator-prod"), *creates_resource("translator-test", kind="AIServices"))
    yield from (*creates_vault("kv-prod"), *deletes_and_recovers("kv-prod"))
    yield from (cmd.CreateKey("kv-prod", "cmk-2048"), cmd.CreateKey("kv-prod", "cmk-next"))
    yield from (*of_both(identity), *of_both(access, "kv-prod"))
    yield from (*portal("translator-prod", "kv-prod", "cmk-2048"), *portal("translator-test", "kv-prod", "cmk-2048"))
    yield cmd.EnableCustomerManagedKeys("translator-test", "kv-prod", "cmk-next")
    yield from (*workspace_commands(*TRANSLATOR), *workspace_commands(*OTHER))


def two_lives() -> Iterator[Command]:
    """Yield two resources and two keys in one vault, from creation to the end."""
    yield from two_of_each()
    yield cmd.EnableCustomerManagedKeys("translator-prod", "kv-prod", "cmk-next")
    yield from (*key_life("kv-prod", "cmk-2048"), *key_life("kv-prod", "cmk-next"))
    yield from each(cmd.DeleteResource, resource=RESOURCES)


def one_vault_for_all(resources: int, keys: int) -> Iterator[Command]:
    """Yield commands on resources that share one vault and may have any of its keys, and on vault, keys and access."""
    names = numbered("cmk", keys)
    for resource in numbered("translator", resources):
        yield from (*creates_resource(resource), *identity(resource), *access(resource, "kv-prod"))
        yield from each(cmd.EnableCustomerManagedKeys, resource=resource, vault="kv-prod", key=names, through="api")
        yield cmd.ReturnToMicrosoftManagedKeys(resource)
    yield from (*creates_vault("kv-prod"), *deletes_and_recovers("kv-prod"))
    for key in names:
        yield from (cmd.CreateKey("kv-prod", key), *switches("kv-prod", key))
        yield from (cmd.DeleteKey("kv-prod", key), cmd.RecoverKey("kv-prod", key))


def numbered(word: str, times: int) -> tuple[str, ...]:
    """Return names that differ in their number."""
    return tuple(f"{word}-{number}" for number in range(1, times + 1))


SCOPES = (
    Scope(
        "losing-the-key",
        "A deployed model under a customer's key, four ways to lose the key and what gets it back.",
        "a deployed model under customer-managed keys",
        (
            *identity("translator-prod"),
            *access("translator-prod", "kv-prod"),
            *deletes_and_recovers("kv-prod"),
            *switches("kv-prod", "cmk-2048"),
            *(cmd.DeployModel("legal-en-de"), cmd.ReadData("ws-prod")),
        ),
        states=14,
    ),
    Scope(
        "vaults-and-keys",
        "A key vault, with its protections and without, and its key, from creation to the end.",
        None,
        (
            *creates_vault("kv-prod", soft_delete=(True, False), purge_protection=False),
            *creates_vault("kv-prod"),
            *(cmd.EnableSoftDelete("kv-prod"), cmd.EnablePurgeProtection("kv-prod")),
            *(*deletes_and_recovers("kv-prod"), cmd.PurgeVault("kv-prod"), cmd.EndVaultRetention("kv-prod")),
            *(cmd.CreateKey("kv-prod", "cmk-2048"), cmd.ImportKey("kv-prod", "cmk-2048")),
            *key_life("kv-prod", "cmk-2048"),
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
            *(cmd.UploadDocument("contracts", "ws-prod"), cmd.TrainModel("legal-en-de", "ws-prod")),
            cmd.DeployModel("legal-en-de"),
            *moves("translator-prod", "apps", "vaults"),
            *(cmd.EnableIdentity("translator-prod"), *access("translator-prod", "kv-prod")),
            *key_source("translator-prod", "kv-prod", "cmk-2048"),
            *creates_resource("translator-test", keys="customer-managed"),
            cmd.CreateWorkspace("ws-test", "translator-prod"),
        ),
        states=2_584,
    ),
    Scope(
        "one-of-each",
        "One resource, vault, key, workspace, document and model, through all that can be done with them.",
        None,
        (
            *(*creates_resource("translator-prod"), cmd.DeleteResource("translator-prod")),
            *creates_resource("translator-test", keys=("microsoft-managed", "customer-managed")),
            *(*creates_vault("kv-prod"), *deletes_and_recovers("kv-prod")),
            *(cmd.CreateKey("kv-prod", "cmk-2048"), *key_life("kv-prod", "cmk-2048")),
            *(*identity("translator-prod"), *access("translator-prod", "kv-prod")),
            *key_source("translator-prod", "kv-prod", "cmk-2048"),
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
            *(*of_both(identity), *of_both(access, "kv-prod"), *of_both(key_source, "kv-prod", "cmk-2048")),
            *each(cmd.DeleteResource, resource=RESOURCES),
            *each(cmd.DeployModel, model=("legal-en-de", "support-en-de")),
            cmd.CreateKey("kv-prod", "cmk-next"),
            cmd.EnableCustomerManagedKeys("translator-test", "kv-prod", "cmk-next"),
            *deletes_and_recovers("kv-prod"),
        ),
        states=1_820,
    ),
    Scope(
        "two-of-each",
        "Two resources from nothing, each with its work, that share a key or have one each.",
        None,
        (
            *two_of_each(),
            *(*switches("kv-prod", "cmk-2048"), *switches("kv-prod", "cmk-next")),
            *(cmd.DeleteKey("kv-prod", "cmk-2048"), cmd.RecoverKey("kv-prod", "cmk-2048")),
            cmd.RotateKey("kv-prod", "cmk-2048"),
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

VAULTS = ("kv-prod", "kv-test")
WORKSPACES = ("ws-prod", "ws-test")
MODELS = ("legal-en-de", "support-en-de")


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
            *(*creates_vault("kv-prod"), *creates_vault("kv-test", soft_delete=False, purge_protection=False)),
            *(*vault_life("kv-prod"), *vault_life("kv-test")),
        ),
        states=36,
    ),
    Scope(
        "two-keys",
        "Keys in two key vaults, one of them without protections, from creation to the end.",
        None,
        (
            *creates_vault("kv-prod"),
            *creates_vault("kv-test", soft_delete=(True, False), purge_protection=False),
            *(cmd.CreateKey("kv-prod", "cmk-2048"), *key_life("kv-prod", "cmk-2048")),
            *(cmd.ImportKey("kv-test", "cmk-2048", "EC", 3072), *key_life("kv-test", "cmk-2048")),
        ),
        states=230,
    ),
    Scope(
        "two-choices",
        "Two resources, vaults and keys, one of each fit for customer-managed keys and the other not.",
        None,
        (
            *creates_resource("translator-prod"),
            *creates_resource("translator-test", location="eastus", tier="basic-tier", subscription="foreign"),
            *creates_resource("translator-test", location="global", subscription="foreign"),
            *creates_vault("kv-prod"),
            *creates_vault("kv-test", region="eastus", subscription="foreign"),
            *creates_vault("kv-test", soft_delete=False, purge_protection=False, permission_model="rbac"),
            *each(cmd.CreateKey, vault=VAULTS, key="cmk-2048"),
            *each(cmd.CreateKey, vault="kv-prod", key="cmk-next", type=("EC", "oct", "RSA-HSM"), size=2048),
            cmd.CreateKey("kv-prod", "cmk-next", "RSA", 1024),
            cmd.DisableKey("kv-prod", "cmk-next"),
            cmd.EnableIdentity("translator-prod"),
            cmd.GrantKeyAccess("kv-prod", "translator-prod"),
            *each(
                cmd.EnableCustomerManagedKeys,
                resource=RESOURCES,
                vault=VAULTS,
                key="cmk-2048",
                through=("portal", "api"),
            ),
            *each(cmd.EnableCustomerManagedKeys, resource=RESOURCES, vault="kv-prod", key="cmk-next", through="api"),
        ),
        states=1_260,
    ),
    Scope(
        "two-at-work",
        "Two resources at work, each with workspaces of its own, as one or both of them lose their key.",
        "two resources that share a vault and a key",
        (
            *of_both(access, "kv-prod"),
            *each(cmd.UploadDocument, document="invoices", workspace=WORKSPACES),
            *each(cmd.TrainModel, model="retail-en-de", workspace=WORKSPACES),
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
            *(*creates_vault("kv-test"), *deletes_and_recovers("kv-prod"), *deletes_and_recovers("kv-test")),
            *(cmd.CreateKey("kv-prod", "cmk-next"), *switches("kv-prod", "cmk-2048"), *switches("kv-prod", "cmk-next")),
            *(cmd.DeleteKey("kv-prod", "cmk-2048"), cmd.RecoverKey("kv-prod", "cmk-2048")),
            *(cmd.DeleteKey("kv-prod", "cmk-next"), cmd.CreateKey("kv-test", "cmk-2048")),
            *(cmd.GrantKeyAccess("kv-test", "translator-prod"), cmd.RevokeKeyAccess("kv-prod", "translator-prod")),
            *(cmd.DeleteResource("translator-prod"), cmd.ReturnToMicrosoftManagedKeys("translator-prod")),
        ),
        states=2_790,
    ),
    Scope(
        "two-keys-in-turn",
        "A resource at work that takes another key in another vault, or loses the one it has, also by moving away.",
        "a deployed model under customer-managed keys",
        (
            cmd.MoveResource("translator-prod", "foreign", "apps"),
            *creates_vault("kv-test", subscription="foreign", purge_protection=(True, False)),
            *creates_vault("kv-test", soft_delete=(True, False)),
            *(cmd.CreateKey("kv-test", "cmk-2048"), cmd.ImportKey("kv-test", "cmk-2048", size=3072)),
            *key_source("translator-prod", "kv-test", "cmk-2048"),
            *access("translator-prod", "kv-prod"),
            *(*deletes_and_recovers("kv-prod"), cmd.EndVaultRetention("kv-prod"), cmd.ReadData("ws-prod")),
        ),
        states=406,
    ),
    Scope(
        "three-resources",
        "A third resource joins two that share a vault and a key, and the first has a second workspace.",
        "two resources that share a vault and a key",
        (
            *creates_resource("translator-3", kind="CognitiveServices", subscription="security"),
            cmd.EnableCustomerManagedKeys("translator-3", "kv-prod", "cmk-2048"),
            *each(cmd.CreateWorkspace, workspace="ws-dev", resource=("translator-prod", "translator-3")),
            *(cmd.UploadDocument("invoices", "ws-dev"), cmd.TrainModel("retail-en-de", "ws-dev")),
            *(cmd.DeployModel("retail-en-de"), cmd.TranslateWithModel("retail-en-de")),
            *(cmd.ImportKey("kv-prod", "cmk-next"), *access("translator-3", "kv-prod")),
            *(*deletes_and_recovers("kv-prod"), cmd.ReturnToMicrosoftManagedKeys("translator-prod")),
        ),
        states=720,
    ),
    Scope(
        "two-moves",
        "Two resources and two vaults in groups of their own, moved between subscriptions and tenants.",
        "a vault in a resource group of its own",
        (
            *creates_resource("translator-test", subscription=("production", "foreign"), group="others"),
            *creates_vault("kv-test", subscription=("production", "foreign"), group="others"),
            *each(cmd.MoveResource, resource=RESOURCES, subscription=("production", "foreign"), group="apps"),
            *each(cmd.MoveResourceGroup, group=("apps", "others", "vaults"), subscription="production", to="foreign"),
            *each(cmd.MoveSubscription, subscription="production", tenant=("home", "abroad")),
            *each(cmd.EnableIdentity, resource=RESOURCES),
            *each(cmd.GrantKeyAccess, vault=VAULTS, resource=RESOURCES),
            cmd.RevokeKeyAccess("kv-test", "translator-prod"),
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
    return bool(field(state, Resource, "translator-prod", "key_source") == CUSTOMER)


def is_at_home(state: State) -> bool:
    """Return whether the resource is in the tenant that it was created in."""
    return bool(field(state, Resource, "translator-prod", "tenant") == "home")


def is_purged(state: State) -> bool:
    """Return whether the vault is gone for good."""
    return bool(field(state, Vault, "kv-prod", "state") == "purged")


def may_have_workspaces(_: Command, state: State) -> bool:
    """Allow workspaces of a resource that can have customer-managed keys."""
    return bool(field(state, Resource, "translator-prod", "tier") != "basic-tier")


def may_rotate(_: Command, state: State) -> bool:
    """Allow rotations under customer-managed keys, before the resource moves."""
    return is_customer_managed(state) and is_at_home(state)


def may_move(_: Command, state: State) -> bool:
    """Allow moves under customer-managed keys, with a key that exists and was not rotated."""
    return is_customer_managed(state) and field(state, Key, "kv-prod/cmk-2048", "version") == 1 and not is_purged(state)


def may_use(command: Any, state: State) -> bool:
    """Allow another vault where the first, which held the customer's key, is purged, and nothing has moved."""
    another = command.vault == "kv-test"
    return not another or (is_customer_managed(state) and is_at_home(state) and is_purged(state))


WHAT_IF = Scope(
    "what-if",
    "One of each, right or wrong, from nothing to the end, with moves to another tenant and a second vault.",
    None,
    (
        *(
            *creates_resource("translator-prod"),
            *creates_resource("translator-prod", location="global", tier="basic-tier"),
        ),
        *(*creates_resource("translator-prod", keys="customer-managed"), cmd.DeleteResource("translator-prod")),
        *(*creates_vault("kv-prod"), *creates_vault("kv-prod", region="eastus", permission_model="rbac")),
        *(*creates_vault("kv-prod", soft_delete=False, purge_protection=False), *vault_life("kv-prod")),
        *(
            cmd.CreateKey("kv-prod", "cmk-2048"),
            cmd.ImportKey("kv-prod", "cmk-2048", "RSA-HSM", 3072),
            *key_life("kv-prod", "cmk-2048"),
        ),
        *(
            *identity("translator-prod"),
            *access("translator-prod", "kv-prod"),
            *key_source("translator-prod", "kv-prod", "cmk-2048"),
        ),
        *(cmd.EnableCustomerManagedKeys("translator-prod", store="managed-hsm"), *workspace_commands(*TRANSLATOR)),
        *each(cmd.MoveResource, resource="translator-prod", subscription=("foreign", "production"), group="apps"),
        *each(cmd.MoveSubscription, subscription="production", tenant=("abroad", "home")),
        *(*creates_vault("kv-test"), cmd.CreateKey("kv-test", "cmk-2048")),
        cmd.EnableCustomerManagedKeys("translator-prod", "kv-test", "cmk-2048"),
    ),
    states=8_206,
    bounds=(
        (cmd.CreateWorkspace, may_have_workspaces),
        (cmd.RotateKey, may_rotate),
        *((kind, may_move) for kind in (cmd.MoveResource, cmd.MoveSubscription)),
        *((kind, may_use) for kind in (cmd.CreateVault, cmd.CreateKey, cmd.EnableCustomerManagedKeys)),
    ),
)
"""The scope to ask "what if" in.  Its bounds keep apart what multiplies: wrong things and work, moves and rotations."""
