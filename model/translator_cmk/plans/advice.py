"""What a change does in a sentence, and what to do instead: data, in `advice.yaml`."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import NamedTuple

from ..shapes import TEXT, MapOf, Text, record
from ..strict_yaml import read_yaml


class Advice(NamedTuple):
    """What one kind of change does, what to do instead, and where that is said."""

    kind: str
    does: str
    instead: str = ""
    bicep: str = ""
    """What to do instead where the plan is a what-if; empty if that is the same."""
    paste: str = ""
    """What to paste, in the language of the plan."""
    paste_bicep: str = ""
    source: str = ""
    foundry: str = ""
    """What Microsoft's Foundry pages say otherwise, of accounts of the kind AIServices."""


OF_AN_INACCESSIBLE_KEY = (
    "Data is inaccessible until the key is restored, and models that are deployed go on until "
    "their deployment is deleted."
)
"""What Microsoft's Foundry pages say of a key that is `inaccessible`."""

KIND = Text("[a-z]+(-[a-z]+)*", "the kind of a change")
FIELDS = ("instead", "bicep", "paste", "paste_bicep", "source", "foundry")
ADVICE = MapOf(KIND, record("advice", {"does": TEXT}, dict.fromkeys(FIELDS, TEXT)))


@cache
def all_advice() -> dict[str, Advice]:
    """Return the advice on every kind of change."""
    path = Path(__file__).with_name("advice.yaml")
    found: dict[str, Advice] = {}
    for kind, fields in read_yaml(path).read(ADVICE).items():
        advice = Advice(kind, **fields)
        if advice.foundry == "inaccessible":
            advice = advice._replace(foundry=OF_AN_INACCESSIBLE_KEY)
        found[kind] = advice
    return found


def advice_on(kind: str, words: Mapping[str, str], tool: str) -> Advice:
    """Return the advice on a change, with its names in it, in the language of the plan."""
    advice = all_advice()[kind]
    is_bicep = tool == "what-if"
    instead = (advice.bicep or advice.instead) if is_bicep else advice.instead
    paste = advice.paste_bicep if is_bicep else advice.paste
    is_elsewhere = is_bicep and "hashicorp" in advice.source
    has_names = all(name in words for name in names_in(paste))
    return advice._replace(
        does=advice.does.format_map(words),
        instead=instead.format_map(words),
        paste=paste.format_map(words) if has_names else "",
        source="" if is_elsewhere else advice.source,
        bicep="",
        paste_bicep="",
    )


def names_in(template: str) -> list[str]:
    """Return the names of the slots of a template."""
    return [name for _, name, _, _ in Formatter().parse(template) if name]
