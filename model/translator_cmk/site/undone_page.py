"""The page on what can't be undone."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ..requirements import Register
from .content import Content
from .deeds import deed
from .graph import graph
from .last_run import run_line
from .markup import basis, filled, in_cell, listed, requirement_path, table, titled
from .sourced import Notes, cell, data
from .undone import SEARCHED, Fate, fates

NEVER = "✘ nothing"

Ways = Mapping[str, frozenset[str]]
"""Commands, each with the requirements that it rests on."""


def cannot_be_undone_page(content: Content) -> str:
    """The page."""
    register = content.evidence.register
    notes = Notes(register)
    sizes = [(len(found.states), sum(map(len, found.edges))) for found in map(graph, SEARCHED)]
    return filled(
        "cannot-be-undone",
        run=run_line(content.evidence),
        never=listed([lower(fate.thing.name) for fate in fates() if not fate.back], "or"),
        sizes=listed([f"{steps:,} steps between {states} states" for states, steps in sizes]),
        fates=table(
            [
                "What",
                "Lost for good when the customer",
                "Lost for a time",
                "Brought back by",
                "Last chance gone",
                "Because",
            ],
            (line(fate, register) for fate in fates()),
        ),
        instead=table(
            ["What is lost for good", "What you can do instead"],
            ([f"**{fate.thing.name}**", fate.thing.instead] for fate in fates()),
        ),
        facts=table(
            ["What", "What is known"],
            ([each["what"], notes.told(cell(each["is"]))] for each in data("undone")["facts"]),
        ),
        sources=notes.listing(),
    )


def line(fate: Fate, register: Register) -> list[str]:
    """A line on one thing."""
    usual = because(fate, register)
    sometimes = fate.for_a_time.keys() & fate.for_good.keys()
    lasting = (told(each, fate.for_good[each], usual, register, each in sometimes) for each in sorted(fate.for_good))
    return [
        f"**{fate.thing.name}**",
        in_cell("ul", lasting),
        in_cell("ul", deeds(fate.for_a_time, "", usual, register)),
        in_cell("ul", deeds(fate.back, "✔ ", usual, register)) or NEVER,
        in_cell("ul", deeds(fate.last_chance, "", usual, register)),
        in_cell("ul", (f"{titled(register[name])} {basis(register[name])}" for name in usual)),
    ]


def lower(name: str) -> str:
    """A name in the middle of a sentence."""
    return name[0].lower() + name[1:]


def told(command: str, by: frozenset[str], usual: Collection[str], register: Register, sometimes: bool) -> str:
    """A command that ends something for good, and when if not always."""
    return link(f"✘ {deed(command)}", by, usual, register) + (", where nothing protects it" if sometimes else "")


def deeds(ways: Ways, mark: str, usual: Collection[str], register: Register) -> Iterator[str]:
    """Commands, each after a mark."""
    for command in sorted(ways):
        yield link(f"{mark}{deed(command)}", ways[command], usual, register)


def link(words: str, by: frozenset[str], usual: Collection[str], register: Register) -> str:
    """The words as a link to what makes this command do so: to a requirement of its own rather than to a usual one."""
    known = [name for name in register if name in by]
    first = next((name for name in known if name not in usual), next(iter(known), ""))
    return f"[{words}]({requirement_path(first)})" if first else words


def because(fate: Fate, register: Register) -> list[str]:
    """The requirements behind most ways to lose something, or behind all of them where no two have one in common."""
    ways = [*fate.for_good.values(), *fate.for_a_time.values()]
    usual = Counter(name for way in ways for name in way)
    common = {name for name, count in usual.items() if count > len(ways) / 2}
    return [name for name in register if name in (common or usual)]


def fates_data() -> list[dict[str, Any]]:
    """The table for other programs."""
    return [
        {
            "what": fate.thing.name,
            "for_good": sorted(fate.for_good),
            "for_a_time": sorted(fate.for_a_time),
            "back": sorted(fate.back),
            "last_chance": sorted(fate.last_chance),
            "instead": fate.thing.instead,
        }
        for fate in fates()
    ]
