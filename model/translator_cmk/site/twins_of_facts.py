"""Tables of what is known from elsewhere, and of what is asked of a reader, as data."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .should_you import CHOICES
from .sourced import cell, data, sources
from .who_can import COLUMNS


def cell_data(value: Any) -> dict[str, Any]:
    """A cell with the addresses of its sources; what is unknown says nothing."""
    found = cell(value)
    return {"says": found.text, "sources": [sources()[each].url for each in found.sources]} if found.known else {}


def with_cells(entries: Iterable[Mapping[str, Any]], *fields: str) -> list[dict[str, Any]]:
    """Entries of a data file, these fields of theirs as cells."""
    return [{name: cell_data(value) if name in fields else value for name, value in each.items()} for each in entries]


def destroyers_data() -> dict[str, Any]:
    """Who can destroy it, and what nobody says."""
    found = data("destroyers")
    causes = [{"cause": each["cause"], **{name: cell_data(each[name]) for name in COLUMNS}} for each in found["causes"]]
    return {"causes": causes, "open": with_cells(found["open"], "known")}


def landing_zone_data() -> dict[str, Any]:
    """What a landing zone does to each kind of resource, and the checklist."""
    zone = data("landing_zone")
    return {
        "policy": with_cells(zone["policy"], "audit", "deny"),
        "facts": with_cells(zone["facts"], "is"),
        "checklist": [{"group": group["group"], **each} for group in data("checklist") for each in group["items"]],
    }


def should_you_data() -> dict[str, Any]:
    """The questions that decide it, the rules that answer them, the case for each side, and the cost."""
    found = data("decision")
    return {
        "choices": list(CHOICES),
        "questions": found["questions"],
        "answers": found["answers"],
        "rules": [
            {"when": {name: list(allowed) for name, allowed in rule["when"].items()}, **because(rule)}
            for rule in found["rules"]
        ],
        "customer_managed": [cell_data(each) for each in found["customer-managed"]],
        "microsoft_managed": [cell_data(each) for each in found["microsoft-managed"]],
        "cost": with_cells(found["cost"], "known"),
    }


def because(rule: Mapping[str, Any]) -> dict[str, Any]:
    """What a rule comes to, and why."""
    return {"answer": rule["answer"], "because": rule["because"]}


def controls() -> Iterator[dict[str, Any]]:
    """Every control, with the framework that it is of."""
    for framework in data("obligations")["frameworks"]:
        for each in framework["controls"]:
            named = {"framework": framework["framework"], "control": each["id"], "asks": cell_data(each["asks"])}
            yield named | {name: each[name] for name in ("reading", "why", "requirements")}


def revisions_data() -> list[dict[str, Any]]:
    """Every change of every revision."""
    return [
        {"date": each["date"], "source": sources()[each["where"]].url, **change}
        for each in data("revisions")["revisions"]
        for change in each["changes"]
    ]
