"""Pieces that the schemas of the site's tables are put together from."""

from collections.abc import Mapping
from typing import Any

from .badges import Status
from .evidence import WORDS

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}
ID: Schema = {"type": "string", "pattern": r"^[a-z]+\.[a-z0-9-]+$"}
DIGEST: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
STATUS: Schema = {"enum": [each.value for each in Status]}
OUTCOME_OF_A_RUN: Schema = {"enum": list(WORDS)}


def words(*allowed: str) -> Schema:
    """One of some words."""
    return {"enum": list(allowed)}


def several(of: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": of}


def record(needed: Mapping[str, Schema], may: Mapping[str, Schema] | None = None) -> Schema:
    """An object with these fields, and perhaps those."""
    fields = {**needed, **(may or {})}
    return {"type": "object", "properties": fields, "required": list(needed), "additionalProperties": False}


def counts_by(names: Schema) -> Schema:
    """How many there are of each, by these names."""
    return {"type": "object", "propertyNames": names, "additionalProperties": COUNT}


SHARE = record({"count": COUNT, "of": COUNT})
"""How many, and of how many."""
