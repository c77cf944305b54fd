"""JSON Schemas of the tables that the site publishes as data, each beside the file that it describes."""

from collections.abc import Mapping
from typing import Any

from ..conformance.verdicts import STATUSES
from ..requirements import BASES
from ..requirements.report import register_schema
from ..wire import schemas as wire_schemas
from .badges import Status
from .cells import MARKS
from .kept_reports import CONFIRMED, KINDS, STALE
from .obligations import READINGS

DRAFT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}
ID: Schema = {"type": "string", "pattern": r"^[a-z]+\.[a-z0-9-]+$"}
DIGEST: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
STATUS: Schema = {"enum": [each.value for each in Status]}


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


def requirement_schema() -> Schema:
    """A requirement as the register has it, with what was run."""
    one: Schema = register_schema()["$defs"]["requirement"]
    more: dict[str, Schema] = {
        "status": STATUS,
        "scenarios": several(record({"id": TEXT, "status": STATUS})),
        "rows": several(record({"path": TEXT, "line": COUNT, "counter_row": {"type": "boolean"}})),
    }
    return {**one, "properties": {**one["properties"], **more}, "required": [*one["required"], *more]}


CELL = record({}, {"says": TEXT, "sources": several({"type": "string", "format": "uri"})})
FINDING = record(
    {"what": TEXT, "after": words("intact", "lost", "deleted"), "requirements": several(ID)}, {"basis": words(*BASES)}
)
CAUSE = record(
    {
        "cause": TEXT,
        "commands": several(TEXT),
        "remedies": several(TEXT),
        "lost": several(FINDING),
        "back": several(FINDING),
    }
)
OUTCOME = record(
    {"through": words("portal", "api"), "outcome": words("accepted", "refused", "unspecified")},
    {"because": several(ID)},
)
NOTE = record({"status": words(*STATUSES), "reason": TEXT, "cases": several(TEXT)}, {"known": TEXT})
IMPLEMENTATION = record(
    {
        "name": TEXT,
        "kind": words(*KINDS),
        "standing": words(CONFIRMED, STALE),
        "product": TEXT,
        "version": TEXT,
        "capabilities": several(TEXT),
        "levels": several(TEXT),
        "profile": TEXT,
        "lanes": several(TEXT),
        "partial": several(TEXT),
        "started": TEXT,
        "finished": TEXT,
        "complete": {"type": "boolean"},
        "exit_code": COUNT,
        "kit": TEXT,
        "protocol": COUNT,
        "digest": DIGEST,
        "counts": record({"total": COUNT, **dict.fromkeys(STATUSES, COUNT)}),
        "requirements": several(
            record(
                {"id": ID, "word": words(*MARKS), "passed": COUNT, "applicable": COUNT, "notes": several(NOTE)},
            )
        ),
    }
)

TABLES: dict[str, tuple[str, dict[str, Schema]]] = {
    "cascade": ("What breaks what, and what comes back", {"causes": several(CAUSE), "harmless": several(CAUSE)}),
    "conditions": (
        "What comes of enabling customer-managed keys, by condition",
        {"conditions": several(record({"condition": TEXT, "value": TEXT, "outcomes": several(OUTCOME)}))},
    ),
    "destroyers": (
        "Who can destroy it; a cell without text is unknown",
        {
            "causes": several(
                record({"cause": TEXT, "permission": CELL, "accidents": CELL, "guard": CELL, "signal": CELL})
            )
        },
    ),
    "fates": (
        "What ends each thing for good or for a time, and what brings it back, as names of commands",
        {
            "fates": several(
                record(
                    {
                        "what": TEXT,
                        "for_good": several(TEXT),
                        "for_a_time": several(TEXT),
                        "back": several(TEXT),
                        "last_chance": several(TEXT),
                    }
                )
            )
        },
    ),
    "graph": (
        "Small scopes as graphs.  An edge is [state, command, next state, outcome], each a place in its list, from 0",
        {
            "scopes": several(
                record(
                    {
                        "scope": TEXT,
                        "sentence": TEXT,
                        "start": several({"$ref": "command.schema.json"}),
                        "commands": several({"$ref": "command.schema.json"}),
                        "outcomes": several({"$ref": "outcome.schema.json"}),
                        "states": several({"$ref": "observation.schema.json"}),
                        "edges": several({"type": "array", "items": COUNT, "minItems": 4, "maxItems": 4}),
                    }
                )
            )
        },
    ),
    "implementations": (
        "What kept reports say of each requirement; counts are of scenarios that count, and of those that apply",
        {
            "implementations": several(IMPLEMENTATION),
            "refused": several(record({"name": TEXT, "problems": several(TEXT)})),
        },
    ),
    "lives": (
        "Large states of a key vault, a key and a model, and what leads from one to another",
        {
            "lives": several(
                record(
                    {
                        "life": TEXT,
                        "passages": several(
                            record(
                                {
                                    "before": TEXT,
                                    "after": TEXT,
                                    "by": several(record({"command": TEXT, "requirements": several(ID)})),
                                }
                            )
                        ),
                    }
                )
            )
        },
    ),
    "obligations": (
        "A reading of controls of common frameworks, not scored",
        {
            "controls": several(
                record(
                    {
                        "framework": TEXT,
                        "control": TEXT,
                        "asks": CELL,
                        "reading": words(*READINGS),
                        "why": TEXT,
                        "requirements": several(ID),
                    }
                )
            )
        },
    ),
    "other-sources": (
        "Where other public sources say otherwise than the article",
        {"disagreements": several(record({"id": TEXT, "article": TEXT, "other": CELL, "here": TEXT, "so": TEXT}))},
    ),
    "requirements": (
        "Every requirement with its evidence in the last run",
        {
            "article": record({"title": TEXT, "revision": TEXT, "url": TEXT}),
            "subject": TEXT,
            "finished": TEXT,
            "status": STATUS,
            "requirements": several(requirement_schema()),
        },
    ),
    "revisions": (
        "Revisions of the article, and the requirements that each change touches",
        {"revisions": several(record({"date": TEXT, "says": TEXT, "source": TEXT, "touches": several(ID)}))},
    ),
}
"""Each table by the name of its file: what it is, and its own fields beside those that all have."""

SHARED: dict[str, Schema] = {"format": {"const": 1}, "register": DIGEST, "observed_on_azure": {"const": "never"}}
"""What every table has: the version of its format, the register that it rests on, and what was seen on Azure."""


def site_schemas() -> dict[str, Schema]:
    """Every schema, by the name of the table."""
    found = {
        name: {"$schema": DRAFT, "$id": f"{name}.schema.json", "title": title, **record({**SHARED, **fields})}
        for name, (title, fields) in TABLES.items()
    }
    return found | {name: wire_schemas()[name] for name in ("command", "outcome", "observation")}
