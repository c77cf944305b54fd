"""Facts from outside the article: data files in which each cell names its source or says that nothing is known."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import yaml

from ..requirements import Register
from .markup import breakable, linked, plain, table

UNKNOWN = "unknown"
"""What a cell says where no source was found."""


class Source(NamedTuple):
    """A document, and the version of it that was read."""

    title: str
    url: str
    version: str


class Cell(NamedTuple):
    """What is known of one thing, in Markdown, and the ids of the sources that say so; without text it is unknown."""

    text: str
    sources: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        """Whether anything is known."""
        return bool(self.text)


def cell(value: Any) -> Cell:
    """A cell as a data file has it: `unknown`, a text that rests on requirements it names, or a text with sources."""
    if value == UNKNOWN:
        return Cell("")
    if isinstance(value, str):
        return Cell(value)
    sources = value["source"]
    return Cell(value["says"], (sources,) if isinstance(sources, str) else tuple(sources))


@cache
def data(name: str) -> Any:
    """The content of a data file."""
    return yaml.safe_load((resources.files(__package__) / "data" / f"{name}.yaml").read_text("utf-8"))


@cache
def sources() -> Mapping[str, Source]:
    """Every source, by id."""
    return {name: Source(**fields) for name, fields in data("sources").items()}


class Notes:
    """The sources that a page names, numbered in the order in which it names them."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._named: list[str] = []

    def told(self, of: Cell) -> str:
        """A cell as Markdown: ids of requirements are links, and sources are numbers that lead to the list of them."""
        if not of.known:
            return f"*? {UNKNOWN}*{{ .unknown }}"
        return breakable(linked(of.text, self._register)) + "".join(map(self.number, of.sources))

    def number(self, source: str) -> str:
        """The number of a source, as a link to its line in the list."""
        if source not in self._named:
            self._named.append(source)
        number = self._named.index(source) + 1
        return f'<sup class="note">[{number}](#source-{number} "{sources()[source].title}")</sup>'

    def listing(self) -> str:
        """The list of the sources named so far."""
        return table(["No.", "Source", "Version read"], map(self._line, range(1, len(self._named) + 1)))

    def _line(self, number: int) -> Sequence[str]:
        source = sources()[self._named[number - 1]]
        return f'<span id="source-{number}">{number}</span>', f"[{plain(source.title)}]({source.url})", source.version


def cells_in(value: Any, fields: Collection[str]) -> Iterator[Cell]:
    """Every cell anywhere in a data file, found under one of these fields."""
    if isinstance(value, list):
        for each in value:
            yield from cells_in(each, fields)
    elif isinstance(value, dict):
        for name, each in value.items():
            if name not in fields:
                yield from cells_in(each, fields)
            elif isinstance(each, list):
                yield from map(cell, each)
            else:
                yield cell(each)
