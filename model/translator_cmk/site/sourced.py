"""Facts from outside the article: data files in which each cell names its source or says that
nothing is known.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ..strict_yaml import read_yaml

DATA = Path(__file__).with_name("data")

UNKNOWN = "unknown"
"""The text of a cell for which no source was found."""


class Source(NamedTuple):
    """A document, the day on which it was read, and which of its versions that was."""

    title: str
    url: str
    read: str
    dated: str = ""
    """The day that the document bears."""
    version: str = ""


class Cell(NamedTuple):
    """A fact in Markdown, and the ids of the sources that say so; without text it is unknown."""

    text: str
    sources: tuple[str, ...] = ()


def cell(value: Any) -> Cell:
    """Read a cell of a data file: `unknown`, a text that rests on requirements it names, or a text
    with sources.
    """
    if value == UNKNOWN:
        return Cell("")
    if isinstance(value, str):
        return Cell(value)
    sources = value["source"]
    return Cell(value["says"], (sources,) if isinstance(sources, str) else tuple(sources))


@cache
def data(name: str) -> Any:
    """Return the content of a data file; raises `InvalidFile`."""
    return read_yaml(DATA / f"{name}.yaml").value()


@cache
def sources() -> Mapping[str, Source]:
    """Return every source, by id."""
    return {name: Source(**fields) for name, fields in data("sources")["sources"].items()}


# What was seen of real Azure


class Seen(NamedTuple):
    """Something that somebody saw of Azure: the grade of the evidence, when, of which service, and
    its source.
    """

    id: str
    grade: str
    date: str
    of: str
    says: Cell
    supports: Sequence[str] = ()
    contradicts: Sequence[str] = ()
    near: Sequence[str] = ()
    """Requirements that it comes near without showing them; it doesn't agree with them."""
    right: str = ""
    """Who is right where it contradicts a requirement, and why."""
    trace: str = ""
    """The lines of a log that shows it."""


@cache
def load_seen() -> list[Seen]:
    """Return everything that was seen of Azure."""
    return [
        Seen(
            says=cell(each),
            **{name: value for name, value in each.items() if name not in ("says", "source")},
        )
        for each in data("seen")["observations"]
    ]


def by_requirement(observations: Iterable[Seen]) -> Mapping[str, list[Seen]]:
    """Return what was seen about each requirement, contradictions first."""
    found: dict[str, list[Seen]] = defaultdict(list)
    for each in sorted(observations, key=lambda each: not each.contradicts):
        for name in (*each.contradicts, *each.supports):
            found[name].append(each)
    return found


def against(observations: Iterable[Seen]) -> Mapping[str, list[Seen]]:
    """Return what contradicts each requirement that something contradicts."""
    found: dict[str, list[Seen]] = defaultdict(list)
    for each in observations:
        for name in each.contradicts:
            found[name].append(each)
    return found


def near(observations: Iterable[Seen]) -> Mapping[str, list[Seen]]:
    """Return what comes near each requirement without showing it."""
    found: dict[str, list[Seen]] = defaultdict(list)
    for each in observations:
        for name in each.near:
            found[name].append(each)
    return found
