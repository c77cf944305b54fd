"""Worlds to explore: names for entities of each kind, and random commands over them."""

from random import Random
from typing import Any

from translator_cmk.machine import COMMANDS, Command
from translator_cmk.machine import commands as cmd
from translator_cmk.machine.commands import choices

NAMES: dict[str, tuple[Any, ...]] = {
    "resource": ("r1", "r2"),
    "vault": ("v1", "v2"),
    "key": ("k1", "k2"),
    "workspace": ("w1", "w2", "w3"),
    "document": ("d1", "d2", "d3"),
    "model": ("m1", "m2", "m3"),
    "subscription": ("production", "security", "foreign"),
    "to": ("production", "security", "foreign"),
    "tenant": ("home", "abroad"),
    "group": ("g1", "g2"),
    "region": ("westeurope", "eastus"),
    "location": ("westeurope", "westeurope", "eastus", "global"),
    "tier": ("cmk-tier", "cmk-tier", "basic-tier"),
    "size": (2048, 2048, 3072),
    "soft_delete": (True, True, False),
    "purge_protection": (True, True, False),
    "permission_model": ("access-policies", "access-policies", "rbac"),
}
"""Values to draw for each field of a command, over a world with two of each.

Likelier values stand twice.
"""

TWO_AT_WORK: tuple[Command, ...] = (
    cmd.CreateVault("v1", "westeurope", "security", "g2"),
    cmd.CreateKey("v1", "k1"),
    cmd.CreateVault("v2", "westeurope", "production", "g1"),
    cmd.CreateKey("v2", "k1"),
    cmd.CreateResource("r1", "Translator", "westeurope", "cmk-tier", "production", "g1"),
    cmd.CreateResource("r2", "AIServices", "westeurope", "cmk-tier", "production", "g2"),
    cmd.EnableCustomerManagedKeys("r1", "v1", "k1"),
    cmd.EnableCustomerManagedKeys("r2", "v1", "k1"),
    cmd.CreateWorkspace("w1", "r1"),
    cmd.CreateWorkspace("w2", "r2"),
    cmd.UploadDocument("d1", "w1"),
    cmd.UploadDocument("d2", "w2"),
    cmd.TrainModel("m1", "w1"),
    cmd.TrainModel("m2", "w2"),
    cmd.DeployModel("m1"),
    cmd.DeployModel("m2"),
)
"""Two resources on one key, each with workspace, upload and deployed model; and a second vault."""

SETTING_UP = (
    "CreateResource",
    "CreateVault",
    "CreateKey",
    "EnableCustomerManagedKeys",
    "CreateWorkspace",
    "UploadDocument",
    "TrainModel",
    "DeployModel",
)
"""The commands that set a world up, by name."""


def values(command: type[Command], field: str) -> tuple[Any, ...]:
    """Return the values to draw for a field: those of this world, or those of its vocabulary."""
    return NAMES.get(field) or choices(command.hints[field])


def build(command: type[Command], fields: dict[str, Any]) -> Command:
    """Return the command with these fields; a key that is not kept in a vault is not named."""
    if command is cmd.EnableCustomerManagedKeys and fields["store"] != "key-vault":
        fields = fields | {"vault": None, "key": None}
    return command(**fields)


def random_command(random: Random) -> Command:
    """Return a command over the world with two of each.

    Half of the draws are of those that set a world up.
    """
    names = SETTING_UP if random.random() < 0.5 else list(COMMANDS)
    command = COMMANDS[random.choice(names)]
    fields = {field: random.choice(values(command, field)) for field in command.fields}
    return build(command, fields)
