"""The corpus: a fixed set of command sequences, by whose answers a specification is known.

It holds the commands of every scenario, and beside them every command at each of a few starting
points.  There, two of each kind exist that differ in whatever two of a kind can differ in, so a
rule that reads the wrong one of them gives another answer.  The scenarios show what each
requirement says; the starting points show how rules meet.

Nothing is random, and nothing depends on the order of rows, files or classes.
"""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from ..bdd.feature_files import pickles
from ..bdd.vocabulary import commands_of
from ..machine import COMMANDS, Command
from ..machine import commands as cmd
from ..machine.commands import choices

Sequence = tuple[Command, ...]

NAMES: Mapping[str, tuple[str, str]] = {
    "resource": ("one", "two"),
    "vault": ("first", "second"),
    "key": ("upper", "lower"),
    "workspace": ("early", "late"),
    "document": ("letter", "manual"),
    "model": ("plain", "legal"),
}
"""The two names of each kind, by the field of a command."""

VALUES: Mapping[str, tuple[Any, ...]] = {
    "subscription": ("production", "security", "foreign"),
    "to": ("foreign", "production", "security"),
    "tenant": ("abroad", "home"),
    "group": ("apps", "data"),
    "region": ("westeurope", "eastus"),
    "location": ("westeurope", "eastus", "global"),
    "tier": ("cmk-tier", "basic-tier"),
    "size": (2048, 3072),
    "soft_delete": (True, False),
    "purge_protection": (True, False),
}
"""The values of other fields whose words are not listed in the command; the usual one first."""

TWO_RESOURCES: Sequence = (
    cmd.CreateVault("first", "westeurope", "production", "apps"),
    cmd.CreateKey("first", "upper"),
    cmd.RotateKey("first", "upper"),
    cmd.ImportKey("first", "lower", "EC"),
    cmd.CreateVault("second", "eastus", "foreign", "data", False, False, "rbac"),
    cmd.CreateKey("second", "upper", "RSA", 1024),
    cmd.CreateKey("second", "lower", "RSA-HSM"),
    cmd.DisableKey("second", "upper"),
    cmd.CreateResource("one", "Translator", "westeurope", "cmk-tier", "production", "apps"),
    cmd.CreateWorkspace("early", "one"),
    cmd.CreateResource("two", "AIServices", "global", "basic-tier", "foreign", "data"),
    cmd.EnableIdentity("two"),
)

TWO_DELETED_KEYS: Sequence = (
    cmd.CreateVault("first", "westeurope", "production", "apps"),
    cmd.CreateKey("first", "upper"),
    cmd.CreateKey("first", "lower"),
    cmd.CreateVault("second", "westeurope", "security", "data", True, False),
    cmd.CreateKey("second", "upper"),
    cmd.DeleteKey("first", "upper"),
    cmd.DeleteKey("second", "upper"),
)

BOTH_AT_WORK: Sequence = (
    cmd.CreateVault("first", "westeurope", "production", "apps"),
    cmd.CreateKey("first", "upper"),
    cmd.CreateKey("first", "lower", "RSA-HSM"),
    cmd.CreateVault("second", "westeurope", "security", "data"),
    cmd.CreateKey("second", "upper"),
    cmd.CreateResource("one", "Translator", "westeurope", "cmk-tier", "production", "apps"),
    cmd.CreateWorkspace("early", "one"),
    cmd.UploadDocument("letter", "early"),
    cmd.EnableCustomerManagedKeys("one", "first", "upper"),
    cmd.CreateResource("two", "AIServices", "westeurope", "cmk-tier", "security", "data"),
    cmd.EnableCustomerManagedKeys("two", "second", "upper"),
    cmd.CreateWorkspace("late", "two"),
    cmd.UploadDocument("manual", "late"),
    cmd.TrainModel("plain", "early"),
    cmd.TrainModel("legal", "late"),
    cmd.DeployModel("plain"),
    cmd.DeployModel("legal"),
)

ENDS: Mapping[str, Sequence] = {
    "one has no key": (cmd.ReturnToMicrosoftManagedKeys("two"),),
    "the vault is deleted": (cmd.DeleteVault("first"),),
    "the resource is deleted": (cmd.DeleteResource("one"),),
    "the tenant is another": (cmd.MoveSubscription("production", "abroad"),),
}
"""What may happen to one of two resources at work."""


def starting_points() -> Iterator[Sequence]:
    """Yield the commands that lead to each starting point."""
    yield TWO_RESOURCES
    yield TWO_DELETED_KEYS
    yield (*TWO_DELETED_KEYS, cmd.DeleteVault("first"), cmd.DeleteVault("second"))
    for end in ENDS.values():
        yield (*BOTH_AT_WORK, *end)


def of_scenarios() -> Iterator[Sequence]:
    """Yield the commands of each scenario."""
    for pickle in pickles():
        yield tuple(commands_of(pickle))


def of_starting_points() -> Iterator[Sequence]:
    """Yield each starting point with each command after it."""
    commands = list(every_command())
    for start in starting_points():
        for command in commands:
            yield (*start, command)


def every_command() -> Iterator[Command]:
    """Yield every command for all names; its other fields have their usual values, but for one at a
    time."""
    for name in sorted(COMMANDS):
        command = COMMANDS[name]
        named = [field for field in command.fields if field in NAMES]
        usual = {field: values_of(command, field)[0] for field in command.fields}
        for names in product(*(NAMES[field] for field in named)):
            yield build(command, {**usual, **dict(zip(named, names, strict=True))})
        for field in command.fields:
            for value in values_of(command, field)[1:]:
                if field not in NAMES:
                    yield build(command, {**usual, field: value})


def values_of(command: type[Command], field: str) -> tuple[Any, ...]:
    """Return the values that a field of a command can have here."""
    return NAMES.get(field) or VALUES.get(field) or choices(command.hints[field])


def build(command: type[Command], fields: dict[str, Any]) -> Command:
    """Return the command with these fields, without those that mean nothing with the others."""
    for field, (other, value) in command.named_where.items():
        if fields[other] != value:
            fields[field] = None
    return command(**fields)
