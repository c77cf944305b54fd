"""What a change does in a sentence, and what to do instead: data, in `advice.yaml`."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from ..shapes import TEXT, MapOf, Text, record
from ..strict_yaml import read_yaml
from .context import Change


class Advice(NamedTuple):
    """What one kind of change does, what to do instead, and where that is said."""

    kind: str
    does: str
    instead: str = ""
    source: str = ""
    foundry: str = ""
    """What Microsoft's Foundry pages say otherwise, of accounts of the kind AIServices."""


KIND = Text("[a-z]+(-[a-z]+)*", "the kind of a change")
ADVICE = MapOf(
    KIND, record("advice", {"does": TEXT}, {"instead": TEXT, "source": TEXT, "foundry": TEXT})
)


@cache
def all_advice() -> dict[str, Advice]:
    """Return the advice on every kind of change."""
    path = Path(__file__).with_name("advice.yaml")
    found: dict[str, Advice] = {}
    for kind, fields in read_yaml(path).read(ADVICE).items():
        found[kind] = Advice(kind, **fields)
    return found


def advice_on(change: Change) -> Advice:
    """Return the advice on a change, with its names in it."""
    advice = all_advice()[change.kind]
    return advice._replace(
        does=advice.does.format_map(change.words),
        instead=advice.instead.format_map(change.words),
    )
