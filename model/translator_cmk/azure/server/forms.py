"""The forms of bodies, from bodies.yaml, and how one is filled."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...strict_yaml import read_yaml

Body = dict[str, Any]

FORMS: dict[str, Any] = read_yaml(Path(__file__).with_name("bodies.yaml")).value()

WHOLE = re.compile(r"\{([^{}:]+)\}")
"""A text that is one brace: its value stays what it is, instead of becoming part of a text."""


def filled(form: Any, values: Mapping[str, Any]) -> Any:
    """Return a form with values in place of its braces, and without the members that have none."""
    if isinstance(form, dict):
        return filled_members(form, values)
    if isinstance(form, list):
        return [filled(item, values) for item in form]
    if not isinstance(form, str):
        return form
    whole = WHOLE.fullmatch(form)
    if whole is None:
        return form.format_map(values)
    name, *fields = whole[1].split(".")
    value = values[name]
    for field in fields:
        value = getattr(value, field)
    return value


def filled_members(form: Mapping[str, Any], values: Mapping[str, Any]) -> Body:
    """Return the members that have a value."""
    members: Body = {}
    for name, inner in form.items():
        value = filled(inner, values)
        if value is not None:
            members[name] = value
    return members
