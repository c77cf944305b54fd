"""How two registers differ, requirement by requirement, as Markdown for a changelog."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ..escaping import markdown
from .frozen_registers import Entries
from .loading import REGISTERED

NOT_COMPARED = ("id", "topic", "places")
"""A requirement is found by its id, and its topic and places follow from other fields."""
FIELDS = tuple(name for name in REGISTERED.fields if name not in NOT_COMPARED)

MEANING = ("wording", "kind", "basis")
"""A change of these may change the meaning, and then increases the revision."""


class Change(NamedTuple):
    """A field of a requirement that differs."""

    requirement: str
    field: str
    before: Any
    after: Any


def differences(before: Entries, after: Entries) -> Iterator[str]:
    """Yield the differences as lines of Markdown; nothing where there are none."""
    added = [name for name in after if name not in before]
    if added:
        yield f"Added: {in_code(added)}."
        yield ""
    withdrawn = [name for name in before if name not in after]
    if withdrawn:
        yield f"Withdrawn: {in_code(withdrawn)}."
        yield ""
    changes = list(changes_between(before, after))
    if changes:
        yield "| requirement | field | was | became |"
        yield "|---|---|---|---|"
    for change in changes:
        was = format_value(change.before)
        became = format_value(change.after)
        yield f"| `{change.requirement}` | {change.field} | {was} | {became} |"
    suspects = meaning_changed_without_revision(changes)
    if suspects:
        yield ""
        remedy = "if the meaning has changed, increase it"
        yield f"The revision is the same; {remedy}: {in_code(suspects)}."


def changes_between(before: Entries, after: Entries) -> Iterator[Change]:
    """Yield each field that differs, of the requirements that both registers have."""
    for name, entry in after.items():
        if name not in before:
            continue
        earlier: Mapping[str, Any] = before[name]
        for field in FIELDS:
            if earlier.get(field) != entry.get(field):
                yield Change(name, field, earlier.get(field), entry.get(field))


def meaning_changed_without_revision(changes: list[Change]) -> list[str]:
    """Return the requirements whose meaning may have changed although their revision is the
    same."""
    revised = {change.requirement for change in changes if change.field == "revision"}
    suspects = [
        change.requirement
        for change in changes
        if change.field in MEANING and change.requirement not in revised
    ]
    return list(dict.fromkeys(suspects))


def in_code(names: list[str]) -> str:
    """Return names as code, with commas between them."""
    return ", ".join(f"`{name}`" for name in names)


def format_value(value: Any) -> str:
    """Return the value of a field for a cell of a table."""
    if value is None or value == []:
        return "nothing"
    if isinstance(value, list):
        return markdown(", ".join(map(str, value)))
    if isinstance(value, dict):
        return markdown(", ".join(map(str, value.values())))
    return markdown(str(value))
