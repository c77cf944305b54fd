"""A world with a workspace, a document and a deployed model, for the tests of Custom Translator."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from translator_cmk.azure.client.adapter import AzureSystem
from translator_cmk.azure.client.target import CLOUDS, Target
from translator_cmk.azure.server.calls import Reply
from translator_cmk.machine import DEFAULT_STAGE, Accepted, Command
from translator_cmk.machine.commands import (
    CreateResource,
    CreateWorkspace,
    DeployModel,
    TrainModel,
    TranslateWithModel,
    UploadDocument,
)

MADE: tuple[Command, ...] = (
    CreateResource("tr", "Translator", "westeurope", "cmk-tier", "production", "apps"),
    CreateWorkspace("ws", "tr"),
    UploadDocument("contracts", "ws"),
    TrainModel("legal", "ws"),
    DeployModel("legal"),
    TranslateWithModel("legal"),
)
"""What makes the world."""

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
