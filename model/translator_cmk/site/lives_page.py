"""The page on the lives of a vault, a key and a model: a picture of each, and the same as a table."""

from typing import Any

from ..bdd.features import slug
from ..requirements import Register
from .content import Content
from .deeds import deed
from .drawing import Arrow, box, svg
from .graph import graph
from .last_run import run_line
from .lives import LIVES, Life, Passage, passages
from .markup import filled, in_cell, table, titled

FEW = 3
"""As many reasons are shown; more are folded."""


def lives_page(content: Content) -> str:
    """The page."""
    register = content.evidence.register
    return filled("lives", run=run_line(content.evidence), lives="\n\n".join(told(life, register) for life in LIVES))


def told(life: Life, register: Register) -> str:
    """One life."""
    found = passages(life)
    name = slug(life.title)
    searched = graph(life.scope)
    steps = sum(map(len, searched.edges))
    label = f"{life.title}: picture"
    picture = f'<div class="figure" tabindex="0" role="group" aria-label="{label}">\n{drawn(life, found)}\n</div>'
    rows = table(
        ["No.", "From", "When the customer", "To", "Because"],
        (line(number, each, register) for number, each in enumerate(found, 1)),
    )
    size = f"Found in {steps:,} steps between {len(searched.states)} states of the model."
    return f"## {life.title} {{ #{name} }}\n\n{picture}\n\n{rows}\n\n{size}"


def drawn(life: Life, found: tuple[Passage, ...]) -> str:
    """The picture."""
    states = dict.fromkeys([*life.places, *(state for each in found for state in (each.before, each.after))])
    boxes = {state: box(state, *life.places.get(state, (number, 3, False))) for number, state in enumerate(states)}
    arrows = [Arrow(each.before, each.after, number) for number, each in enumerate(found, 1)]
    title = f"{life.title}: {len(boxes)} states and {len(arrows)} ways between them, as in the table"
    return svg(slug(life.title), title, boxes, arrows)


def line(number: int, passage: Passage, register: Register) -> list[str]:
    """A line of the table."""
    because = dict.fromkeys(name for name in register for by in passage.by.values() if name in by)
    return [
        str(number),
        passage.before,
        in_cell("ul", map(deed, passage.by)),
        f"**{passage.after}**",
        folded([titled(register[name]) for name in because]),
    ]


def folded(items: list[str]) -> str:
    """A list as the content of a cell, folded where it is long."""
    told = in_cell("ul", items)
    return told if len(items) <= FEW else f"<details><summary>{len(items)} requirements</summary>{told}</details>"


def lives_data() -> list[dict[str, Any]]:
    """The tables for other programs."""
    return [
        {
            "life": life.title,
            "passages": [
                {
                    "before": each.before,
                    "after": each.after,
                    "by": [{"command": name, "requirements": sorted(by)} for name, by in each.by.items()],
                }
                for each in passages(life)
            ],
        }
        for life in LIVES
    ]
