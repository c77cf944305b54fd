"""Sequences of commands that are not searched for (`sequences.yaml`), and variants
of any that make no difference.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import permutations
from pathlib import Path
from typing import get_args

from ...language.situations import CommandList
from ...machine import Command
from ...machine.entities import ResourceKind
from ...machine.stage import DEFAULT_STAGE, Stage
from ...shapes import TEXT, record
from ...strict_yaml import read_yaml

Commands = tuple[Command, ...]

FILE = Path(__file__).with_name("sequences.yaml")

SMOKE = "smoke"
"""The entry that has every command once."""

REFUSALS = "refusals"
"""The entry in which every demand is broken once, and some names are wrong."""

STRESS_START = "three of each at work"
"""The entry that the sequences of the stress fixture begin with."""


@cache
def named_sequences() -> Mapping[str, Commands]:
    """Return the commands of each entry of the file, by its name; raises `InvalidFile`."""
    return sequences_in(FILE)


def sequences_in(file: Path) -> Mapping[str, Commands]:
    """Return the commands of each entry of a file, by its name; raises `InvalidFile`."""
    found: dict[str, Commands] = {}
    for entry in read_yaml(file).items():
        fields = entry.read(record("a sequence", {"sequence": TEXT, "steps": CommandList(found)}))
        found[fields["sequence"]] = fields["steps"]
    return found


@cache
def stress_sequences() -> tuple[Commands, ...]:
    """Return the sequences that are toured: all but those of the doctor, and what stands in
    others.
    """
    not_toured = {SMOKE, REFUSALS}
    for entry in read_yaml(FILE).value():
        not_toured.update(entry["steps"])
    return tuple(commands for name, commands in named_sequences().items() if name not in not_toured)


@cache
def stress_alphabet() -> Commands:
    """Return the commands of the stress fixture, each once."""
    return tuple(dict.fromkeys(command for commands in stress_sequences() for command in commands))


KINDS: tuple[str, ...] = get_args(ResourceKind)
FIELDS = ("kind", "location", "region", "subscription", "to")
Variant = Mapping[str, str]
"""The replacement of each kind, region and subscription."""


def variants(stage: Stage) -> tuple[Variant, ...]:
    """Return every kind in the place of every other, and what the stage offers of regions and of
    subscriptions at home.

    The first changes nothing.
    """
    regions = [region for region in DEFAULT_STAGE.regions if region in stage.regions]
    home = DEFAULT_STAGE.tenants[0]
    subscriptions = []
    for subscription, tenant in DEFAULT_STAGE.subscriptions.items():
        if tenant == home and stage.subscriptions.get(subscription) == home:
            subscriptions.append(subscription)

    names = (*KINDS, *regions, *subscriptions)
    found = []
    for other_regions in permutations(regions):
        for other_subscriptions in permutations(subscriptions):
            for turn in range(len(KINDS)):
                other_kinds = (*KINDS[turn:], *KINDS[:turn])
                replacements = (*other_kinds, *other_regions, *other_subscriptions)
                found.append(dict(zip(names, replacements, strict=True)))
    return tuple(found)


def in_variant(commands: Iterable[Command], variant: Variant) -> Iterator[Command]:
    """Yield the commands with what stands in them for what."""
    for command in commands:
        values = []
        for field, value in zip(command.fields, command, strict=True):
            values.append(variant.get(value, value) if field in FIELDS else value)
        yield type(command).unchecked(values)  # the fields fit together as they did before
