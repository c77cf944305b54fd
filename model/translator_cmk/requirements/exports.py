"""The register as JSON, as `translator-cmk register --json` prints it."""

from typing import Any

from .article import Place
from .loading import REGISTERED
from .register import Register, Requirement, Source


def register_to_json(register: Register) -> list[dict[str, Any]]:
    """Return the requirements in order as JSON values, without the fields that one does not
    have."""
    return [requirement_to_json(requirement) for requirement in register.values()]


def requirement_to_json(requirement: Requirement) -> dict[str, Any]:
    """Return one requirement as JSON values, without the fields that it does not have."""
    values = {name: getattr(requirement, name) for name in REGISTERED.fields}
    return {name: field_to_json(value) for name, value in values.items() if value is not None}


def field_to_json(value: Any) -> Any:
    """Return the value of a field as JSON has it."""
    if isinstance(value, tuple):
        return [field_to_json(item) for item in value]
    if isinstance(value, Place):
        return {"section": value.section, "sentence": value.sentence}
    if isinstance(value, Source):
        return vars(value)
    return value
