"""A world with a workspace, a document and a deployed model, for the tests of Custom Translator."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from translator_cmk.azure.client.adapter import AzureSystem
from translator_cmk.azure.client.target import CLOUDS, Target
from translator_cmk.azure.server.calls import Reply
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


def enabled(salt: str) -> tuple[Command, ...]:
    """Return what makes the resource `tr-SALT` under customer-managed keys.

    Names come once in a process: Microsoft's libraries remember the tenant of a key vault by it.
    """
    resource, vault = f"tr-{salt}", f"kv-{salt}"
    return (
        CreateVault(vault, "westeurope", "production", "apps"),
        CreateKey(vault, "cmk"),
        CreateResource(resource, "Translator", "westeurope", "cmk-tier", "production", "apps"),
        EnableIdentity(resource),
        GrantKeyAccess(vault, resource),
        EnableCustomerManagedKeys(resource, vault, "cmk", through="api"),
    )


def made(salt: str) -> tuple[Command, ...]:
    """Return what makes the world, its resource included."""
    return (
        *enabled(salt),
        CreateWorkspace("ws", f"tr-{salt}"),
        UploadDocument("contracts", "ws"),
        TrainModel("legal", "ws"),
        DeployModel("legal"),
        TranslateWithModel("legal"),
    )


Answer = Callable[[str, str, Mapping[str, str], bytes], Reply]
"""How a server answers."""


def a_system(folder: Path, **fields: Any) -> AzureSystem:
    """Return the adapter to the server that the environment leads to, with a new world."""
    cloud = CLOUDS["AzureCloud"]._replace(local=True)
    system = AzureSystem(Target(cloud, leftovers=str(folder / "leftovers.json"), **fields))
    system.reset(DEFAULT_STAGE)
    return system


def accept(system: AzureSystem, *commands: Command) -> None:
    """Have commands carried out, each of which has to be accepted."""
    for command in commands:
        assert system.submit(command) == Accepted(), command


def is_custom_translator(target: str) -> bool:
    """Return whether a request is of Custom Translator."""
    return target.startswith("/translator/customtranslator/")
