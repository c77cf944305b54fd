"""The same commands for another kind of resource and in another region: the specification treats them alike."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import permutations
from typing import Any, get_args

from ..machine import Command
from ..machine.commands import ResourceKind
from ..machine.stage import DEFAULT_STAGE, Stage

KINDS: tuple[str, ...] = get_args(ResourceKind)
FIELDS = ("kind", "location", "region")

Variant = Mapping[str, str]
"""What stands for which kind, and for which region."""


def variants(stage: Stage) -> tuple[Variant, ...]:
    """Every kind in the place of every other, and every region that the stage offers; the first changes nothing."""
    regions = [each for each in DEFAULT_STAGE.regions if each in stage.regions]
    return tuple(
        {**dict(zip(KINDS, KINDS[turn:] + KINDS[:turn], strict=True)), **dict(zip(regions, order, strict=True))}
        for order in permutations(regions)
        for turn in range(len(KINDS))
    )


def in_variant(commands: Iterable[Command], variant: Variant) -> Iterator[Command]:
    """The commands with what stands for each kind and region."""
    for command in commands:
        values: list[Any] = list(command)
        for index, field in enumerate(command.fields):
            if field in FIELDS:
                values[index] = variant.get(values[index], values[index])
        yield tuple.__new__(type(command), values)  # the fields fit together as they did before
