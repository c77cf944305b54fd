"""The page on what has to be so before customer-managed keys are enabled: decision table, checklist, landing zone."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..machine import ROWS, Accepted, Outcome, Refused
from ..machine.commands import EnableCustomerManagedKeys
from ..machine.rows import Refuse
from ..requirements import Register
from .content import Content
from .enabling import CHANNELS, CONDITIONS, Condition, Value, enabled
from .last_run import run_line
from .markup import basis, filled, in_cell, linked, table, titled
from .sourced import Notes, cell, data
from .topics import requirement_badge


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
        conditions=table(["Condition", "If it is", *CHANNELS.values(), "Because"], condition_lines(register)),
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


def condition_lines(register: Register) -> Iterator[list[str]]:
    """A line for each value of each condition."""
    for condition in CONDITIONS:
        for number, (value, outcomes, names) in enumerate(tried(condition)):
            told = in_cell(
                "ul", (f"{titled(register[name])} {basis(register[name])}" for name in names if name in register)
            )
            yield [condition.name if number else f"**{condition.name}**", value.says, *map(came_to, outcomes), told]


def tried(condition: Condition) -> Iterator[tuple[Value, list[Outcome | None], list[str]]]:
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
        return "✔ accepted"
    return "✘ refused" if isinstance(outcome, Refused) else "? unclear"


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
