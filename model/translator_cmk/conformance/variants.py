"""The same commands for other kinds of resources, in other regions and subscriptions: they are treated alike."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import permutations
from typing import Any, get_args

from ..machine import Command
from ..machine.commands import ResourceKind
from ..machine.stage import DEFAULT_STAGE, Stage

KINDS: tuple[str, ...] = get_args(ResourceKind)
FIELDS = ("kind", "location", "region", "subscription", "to")

Variant = Mapping[str, str]
"""What stands for which kind, region and subscription."""


def variants(stage: Stage) -> tuple[Variant, ...]:
    """Every kind in the place of every other, and what the stage offers of regions and of subscriptions at home.

    The first changes nothing.
    """
    regions = [each for each in DEFAULT_STAGE.regions if each in stage.regions]
    at_home = [each for each, directory in DEFAULT_STAGE.subscriptions.items()
               if directory == DEFAULT_STAGE.directories[0] == stage.subscriptions.get(each)]  # fmt: skip
    return tuple(
        dict(zip((*KINDS, *regions, *at_home), (*KINDS[turn:], *KINDS[:turn], *places, *paying), strict=True))
        for places in permutations(regions)
        for paying in permutations(at_home)
        for turn in range(len(KINDS))
    )


def in_variant(commands: Iterable[Command], variant: Variant) -> Iterator[Command]:
    """The commands with what stands in them for what."""
    for command in commands:
        values: list[Any] = list(command)
        for index, field in enumerate(command.fields):
            if field in FIELDS:
                values[index] = variant.get(values[index], values[index])
        yield tuple.__new__(type(command), values)  # the fields fit together as they did before
