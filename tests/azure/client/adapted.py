"""The adapter to the server of these tests, and commands that make something there."""

from typing import Any

from translator_cmk.azure.client.adapter import AzureSystem
from translator_cmk.azure.client.target import Cloud, Target
from translator_cmk.machine import DEFAULT_STAGE, Accepted, Command
from translator_cmk.machine.commands import (
    CreateKey,
    CreateResource,
    CreateVault,
    CreateWorkspace,
    DeployModel,
    EnableCustomerManagedKeys,
    EnableIdentity,
    GrantKeyAccess,
    TrainModel,
    TranslateWithModel,
    UploadDocument,
)

CLOUD = Cloud(
    "the server of these tests",
    "https://management.azure.com",
    "https://login.microsoftonline.com",
    "https://management.azure.com/.default",
    "vault.azure.net",
    "cognitiveservices.azure.com",
)
"""The server under the names of Azure, to which its proxy leads."""


def a_system(**fields: Any) -> AzureSystem:
    """Return the adapter to the server that the environment leads to, with a new world."""
    system = AzureSystem(Target(CLOUD, **fields))
    system.reset(DEFAULT_STAGE)
    return system


def accept(system: AzureSystem, *commands: Command) -> None:
    """Have commands carried out, each of which has to be accepted."""
    for command in commands:
        assert system.submit(command) == Accepted(), command


def a_vault(name: str) -> CreateVault:
    return CreateVault(name, "westeurope", "production", "apps")


def a_resource(name: str) -> CreateResource:
    return CreateResource(name, "Translator", "westeurope", "cmk-tier", "production", "apps")


def enabled(salt: str) -> tuple[Command, ...]:
    """Return what makes the resource `tr-SALT` under customer-managed keys.

    Names come once in a process: Microsoft's libraries remember the tenant of a key vault by it.
    """
    resource, vault = f"tr-{salt}", f"kv-{salt}"
    return (
        a_vault(vault),
        CreateKey(vault, "cmk"),
        a_resource(resource),
        EnableIdentity(resource),
        GrantKeyAccess(vault, resource),
        EnableCustomerManagedKeys(resource, vault, "cmk", through="api"),
    )


def uploaded(salt: str) -> tuple[Command, ...]:
    """Return what makes the resource `tr-SALT` with a document."""
    resource = f"tr-{salt}"
    return a_resource(resource), CreateWorkspace("ws", resource), UploadDocument("contracts", "ws")


def made(salt: str) -> tuple[Command, ...]:
    """Return what makes a workspace, a document and a deployed model, the resource included."""
    return (
        *enabled(salt),
        CreateWorkspace("ws", f"tr-{salt}"),
        UploadDocument("contracts", "ws"),
        TrainModel("legal", "ws"),
        DeployModel("legal"),
        TranslateWithModel("legal"),
    )
