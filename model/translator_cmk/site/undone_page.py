"""The page on what can't be undone."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from ..requirements import Register
from .content import Content
from .deeds import deed
from .graph import graph
from .last_run import run_line
from .markup import basis, filled, in_cell, listed, table, titled
from .sourced import Notes, cell, data
from .undone import SEARCHED, Fate, fates

NEVER = "✘ nothing"


def cannot_be_undone_page(content: Content) -> str:
    """The page."""
    register = content.evidence.register
    notes = Notes(register)
    sizes = [(len(found.states), sum(map(len, found.edges))) for found in map(graph, SEARCHED)]
    return filled(
        "cannot-be-undone",
        run=run_line(content.evidence),
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
    lasting = sorted(fate.for_good)
    passing = sorted(set(fate.for_a_time) - set(fate.for_good))
    sometimes = sorted(set(fate.for_a_time) & set(fate.for_good))
    return [
        f"**{fate.thing.name}**",
        in_cell("ul", (told(each, "where nothing protects it" if each in sometimes else "") for each in lasting)),
        in_cell("ul", map(deed, sorted({*passing, *sometimes}))),
        in_cell("ul", (f"✔ {deed(each)}" for each in sorted(fate.back))) or NEVER,
        in_cell("ul", map(deed, sorted(fate.last_chance))) or "",
        in_cell("ul", (f"{titled(register[name])} {basis(register[name])}" for name in because(fate, register))),
    ]


def told(command: str, when: str) -> str:
    """A command that ends something for good, and when if not always."""
    return f"✘ {deed(command)}{f', {when}' if when else ''}"


def because(fate: Fate, register: Register) -> Iterable[str]:
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
        }
        for fate in fates()
    ]
