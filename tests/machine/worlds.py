"""Worlds to explore: names for entities of each kind, and random commands over them."""

from random import Random
from typing import Any

from translator_cmk.explore.scopes import NAMED, Scope
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
}
"""Values to draw for each field of a command, over a world with two of each; likelier values stand twice."""


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
"""Two resources on one key, each with a workspace, an upload and a deployed model, and a second vault."""


def values(command: type[Command], field: str) -> tuple[Any, ...]:
    """The values to draw for a field: those of its vocabulary, or those of this world."""
    return choices(command.hints[field]) or NAMES[field]


def build(command: type[Command], fields: dict[str, Any]) -> Command:
    """The command with these fields; a key that is not kept in a vault is not named."""
    if command is cmd.EnableCustomerManagedKeys and fields["store"] != "key-vault":
        fields = fields | {"vault": None, "key": None}
    return command(**fields)


SETTING_UP = (
    "CreateResource", "CreateVault", "CreateKey", "EnableCustomerManagedKeys", "CreateWorkspace", "UploadDocument",
    "TrainModel", "DeployModel",
)  # fmt: skip  # as a list of words


def random_command(random: Random) -> Command:
    """A command over the world with two of each.  Half of the draws are of those that set a world up."""
    name = random.choice(SETTING_UP) if random.random() < 0.5 else random.choice(list(COMMANDS))
    command = COMMANDS[name]
    return build(command, {field: random.choice(values(command, field)) for field in command.fields})


def shared(resources: int, keys: int = 1, states: int = 0) -> Scope:
    """Return a small scope of the family that the largest ones are of."""
    left_out = {f"translator-{each + 1}" for each in range(resources, 6)} | {
        f"cmk-{each + 1}" for each in range(keys, 2)
    }
    alphabet = [each for each in NAMED["six-resources-two-keys"].alphabet if left_out.isdisjoint(each)]
    return Scope("shared", "Resources that share a vault.", None, tuple(alphabet), states=states)
