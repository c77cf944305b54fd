"""What Microsoft's pages on other services say of customer-managed keys, from `data/siblings.yaml`.

The article on Translator is one of a family: pages on other services make the same kinds of
statement about their own service.  A page on another service is evidence about that service, so
nothing here changes the basis of a requirement.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from .sourced import Cell, data

VERDICTS: Mapping[str, tuple[str, str]] = {
    "same": ("=", "the same as Translator's article"),
    "differs": ("≠", "differs from it"),
    "more": ("+", "says more, where the article is silent"),
    "silent": ("○", "silent"),
}
"""How a page stands to the article on one statement: a sign, and what it means."""

RELATIONS: Mapping[str, str] = {
    "says-so": "say so",
    "accepts": "accept it",
    "near": "say something near",
    "denies": "say otherwise",
}
"""How pages stand to a requirement that we assume or leave open, in words."""

GROUPS = ("ai", "azure")


class Statement(NamedTuple):
    """A kind of statement, and what the article on Translator says there."""

    id: str
    what: str
    article: str


class Said(NamedTuple):
    """What the page of a service says of a statement."""

    verdict: str
    says: Cell
    """Its text is empty where the verdict says it all."""
    requirements: Mapping[str, Sequence[str]]
    """The requirements that it bears on, by relation."""


class Sibling(NamedTuple):
    """A service, or several that share a text, with what is said of each statement."""

    id: str
    names: Sequence[str]
    cells: Mapping[str, Said]


class Bearing(NamedTuple):
    """That the page of a service bears on a requirement."""

    sibling: Sibling
    sources: Sequence[str]
    anchor: str
    """Where the page on other services has it."""


@cache
def load_statements() -> list[Statement]:
    """Return every statement, in the order of the tables."""
    return [Statement(**each) for each in data("siblings")["statements"]]


@cache
def load_siblings(group: str) -> list[Sibling]:
    """Return the services of a group, in the order of its table."""
    found = []
    for each in data("siblings")[group]:
        cells = {statement: read_said(fields) for statement, fields in each["cells"].items()}
        found.append(Sibling(each["id"], tuple(each["names"]), cells))
    return found


def read_said(fields: Mapping[str, Any]) -> Said:
    """Read a cell of the data file."""
    sources = fields["source"]
    if isinstance(sources, str):
        sources = [sources]
    requirements = {name: tuple(fields[name]) for name in RELATIONS if name in fields}
    return Said(fields["verdict"], Cell(fields.get("says", ""), tuple(sources)), requirements)


def service_count() -> int:
    """Return how many services besides Translator have a page that was read."""
    return sum(len(each.names) for group in GROUPS for each in load_siblings(group))


def statements_of(group: str) -> list[Statement]:
    """Return the statements of which the services of a group have cells."""
    first = load_siblings(group)[0]
    return [each for each in load_statements() if each.id in first.cells]


def bearings() -> Mapping[str, Mapping[str, list[Bearing]]]:
    """Return by requirement, and then by relation, the pages that bear on it."""
    found: dict[str, dict[str, list[Bearing]]] = defaultdict(dict)
    for relation in RELATIONS:
        for group in GROUPS:
            for sibling in load_siblings(group):
                for statement, said in sibling.cells.items():
                    # the table of AI services has an anchor for each statement, the other has one
                    anchor = statement if group == "ai" else group
                    bearing = Bearing(sibling, said.says.sources, anchor)
                    for name in said.requirements.get(relation, ()):
                        found[name].setdefault(relation, []).append(bearing)
    return found
