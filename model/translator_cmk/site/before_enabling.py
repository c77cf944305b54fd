"""The page on what has to be so before customer-managed keys are enabled: decision table, checklist, landing zone."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..machine import ROWS, Accepted, Outcome, Refused
from ..machine.commands import EnableCustomerManagedKeys
from ..machine.rows import Refuse
from ..requirements import Register
from .content import Content
from .enabling import CHANNELS, CONDITIONS, Condition, Value, enabled
from .last_run import run_line
from .markup import basis, filled, in_cell, linked, listed, requirement_path, table, titled
from .sourced import Notes, cell, data
from .topics import requirement_badge

ACCEPTED, REFUSED, UNCLEAR = "✔ accepted", "✘ refused", "? unclear"

Tried = tuple[Value, list[Outcome | None], list[str]]
"""A value, what comes of it through each channel, and the requirements behind that."""


def before_enabling_page(content: Content) -> str:
    """The page."""
    register = content.evidence.register
    notes = Notes(register)
    zone = data("landing_zone")
    demands = {row.requirement for row in ROWS if isinstance(row, Refuse) and row.on is EnableCustomerManagedKeys}
    return filled(
        "before-enabling",
        count=str(len(demands)),
        run=run_line(content.evidence),
        conditions=table(
            ["Condition", ACCEPTED, REFUSED, "Because"], (condition_line(each, register) for each in CONDITIONS)
        ),
        checklist="\n\n".join(checklist(register)),
        policy=table(
            ["Kind of resource", "Effect Audit, as the policy has it", "Effect Deny, as landing zones have it"],
            (
                [each["kind"], notes.told(cell(each["audit"])), notes.told(cell(each["deny"]))]
                for each in zone["policy"]
            ),
        ),
        facts=table(
            ["What", "What is known"], ([each["what"], notes.told(cell(each["is"]))] for each in zone["facts"])
        ),
        demands=table(
            ["Demand", "What it says", "Evidence"],
            (
                [f"{titled(each)} {basis(each)}", linked(each.wording, register), requirement_badge(each, content)]
                for name, each in register.items()
                if name in demands
            ),
        ),
        sources=notes.listing(),
    )


def condition_line(condition: Condition, register: Register) -> list[str]:
    """A line on a condition: its values by what comes of them, and the requirements behind that."""
    found = list(tried(condition))
    names = dict.fromkeys(name for _, _, of_value in found for name in of_value if name in register)
    return [
        f"**{condition.name}**",
        in_cell("ul", values(found, ACCEPTED)),
        in_cell("ul", [*values(found, REFUSED), *(f"{UNCLEAR}: {each}" for each in values(found, UNCLEAR))]),
        in_cell("ul", (f"{titled(register[name])} {basis(register[name])}" for name in names)),
    ]


def values(found: Iterable[Tried], word: str) -> Iterator[str]:
    """The values of which this comes, and through which channel if not any; a refused one leads to what refuses it."""
    for value, outcomes, names in found:
        channels = [
            channel for channel, outcome in zip(CHANNELS.values(), outcomes, strict=True) if came_to(outcome) == word
        ]
        if channels:
            told = f"[{value.says}]({requirement_path(names[0])})" if word == REFUSED else value.says
            yield told if len(channels) == len(CHANNELS) else f"{told}, {listed(channels)}"


def tried(condition: Condition) -> Iterator[Tried]:
    """Each value of a condition, what comes of it through each channel, and the requirements behind that.

    Behind the right value are those that refuse the others, or where none is refused, those that permit them.
    """
    found = [(value, [enabled(channel, value.differs) for channel in CHANNELS]) for value in condition.values]
    demanded = sorted({name for _, outcomes in found for name in because(outcomes)})
    permitted = [value.permitted_by for value in condition.values if value.permitted_by]
    for value, outcomes in found:
        own = because(outcomes) or ([value.permitted_by] if value.permitted_by else [])
        yield value, outcomes, own or demanded or sorted(set(permitted))


def because(outcomes: list[Outcome | None]) -> list[str]:
    """The demands that any of the outcomes names."""
    return sorted({name for each in outcomes if isinstance(each, Refused) for name in each.because})


def came_to(outcome: Outcome | None) -> str:
    """An outcome in a word."""
    if isinstance(outcome, Accepted):
        return ACCEPTED
    return REFUSED if isinstance(outcome, Refused) else UNCLEAR


def checklist(register: Register) -> Iterator[str]:
    """The checklist, each item with a box to tick and where it comes from."""
    for group in data("checklist"):
        items = "\n".join(checked(item, register) for item in group["items"])
        yield f'### {group["group"]}\n\n<div class="checklist" markdown="1">\n\n{items}\n\n</div>'


def checked(item: Mapping[str, Any], register: Register) -> str:
    """One item."""
    name = f"check-{item['id']}"
    see = titled(register[item["see"]]) if item["see"] in register else item["see"]
    return f'- <input type="checkbox" id="{name}" name="{item["id"]}"> <label for="{name}">{item["says"]}</label> {see}'


def conditions_data() -> list[dict[str, Any]]:
    """The decision table for other programs."""
    return [
        {
            "condition": condition.name,
            "value": value.says,
            "outcomes": [
                {"through": channel, **outcome_data(outcome)}
                for channel, outcome in zip(CHANNELS, outcomes, strict=True)
            ],
            "requirements": names,
        }
        for condition in CONDITIONS
        for value, outcomes, names in tried(condition)
    ]


def outcome_data(outcome: Outcome | None) -> dict[str, Any]:
    """An outcome as the wire has it, in short."""
    if isinstance(outcome, Refused):
        return {"outcome": "refused", "because": sorted(outcome.because)}
    return {"outcome": "accepted" if isinstance(outcome, Accepted) else "unspecified"}
