"""JSON Schemas of the tables that the site publishes as data, each beside the file that it describes."""

from ..conformance.verdicts import STATUSES
from ..language import schemas as wire_schemas
from ..requirements import BASES
from ..requirements.report import register_schema
from .cells import MARKS
from .kept_reports import CONFIRMED, KINDS, STALE
from .measurement_schemas import MEASUREMENTS
from .obligations import READINGS
from .schema_parts import (
    COUNT,
    DIGEST,
    ID,
    OUTCOME_OF_A_RUN,
    SHARE,
    STATUS,
    TEXT,
    Schema,
    counts_by,
    record,
    several,
    words,
)
from .should_you import CHOICES

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def requirement_schema() -> Schema:
    """A requirement as the register has it, with what was run."""
    one: Schema = register_schema()["$defs"]["requirement"]
    more: dict[str, Schema] = {
        "status": STATUS,
        "scenarios": several(record({"id": TEXT, "status": STATUS})),
        "rows": several(record({"path": TEXT, "line": COUNT, "counter_row": {"type": "boolean"}})),
        "shown_by": record({"run": counts_by(TEXT)}, {"theorems": COUNT, "toured_rows": SHARE, "mutants_found": SHARE}),
    }
    return {**one, "properties": {**one["properties"], **more}, "required": [*one["required"], *more]}


CELL = record({}, {"says": TEXT, "sources": several({"type": "string", "format": "uri"})})
FACTS = several(record({"what": TEXT, "is": CELL}))
PLACE = record({"section": TEXT, "sentence": COUNT})
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
    "cascade": (
        "What breaks what, what comes back, what costs nothing, and what stops working meanwhile",
        {
            "causes": several(CAUSE),
            "harmless": several(CAUSE),
            "meanwhile": several(record({"cause": TEXT, "command": TEXT, "outcome": {"$ref": "outcome.schema.json"}})),
        },
    ),
    "conditions": (
        "What comes of enabling customer-managed keys, by condition; landing zones, and a checklist",
        {
            "conditions": several(
                record({"condition": TEXT, "value": TEXT, "outcomes": several(OUTCOME), "requirements": several(ID)})
            ),
            "policy": several(record({"kind": TEXT, "audit": CELL, "deny": CELL})),
            "facts": FACTS,
            "checklist": several(record({"group": TEXT, "id": TEXT, "says": TEXT, "see": TEXT})),
        },
    ),
    "decisions": (
        "Records of decisions, and what rests on each",
        {
            "decisions": several(
                record(
                    {
                        "file": TEXT,
                        "title": TEXT,
                        "status": TEXT,
                        "resolves": several(TEXT),
                        "requirements": several(ID),
                    }
                )
            )
        },
    ),
    "destroyers": (
        "Who can destroy it; a cell without text is unknown",
        {
            "causes": several(
                record({"cause": TEXT, "permission": CELL, "accidents": CELL, "guard": CELL, "signal": CELL})
            ),
            "open": several(record({"question": TEXT, "known": CELL, "experiment": TEXT})),
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
                        "instead": TEXT,
                    }
                )
            ),
            "facts": FACTS,
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
    "left-open": (
        "What the article leaves open, and what answers each question",
        {
            "left_open": several(ID),
            "assumed": several(ID),
            "implied": several(ID),
            "questions": several(
                record({"id": TEXT, "title": TEXT, "requirements": several(ID), "decisions": several(TEXT)})
            ),
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
    "runs": (
        "Kept runs, the one that is shown, and what differs from each to the next",
        {
            "runs": several(
                record(
                    {"subject": TEXT, "digest": DIGEST, "finished": TEXT, "counts": counts_by(OUTCOME_OF_A_RUN)},
                    {"file": TEXT},
                )
            ),
            "differences": several(
                record(
                    {
                        "before": TEXT,
                        "after": TEXT,
                        "added": several(TEXT),
                        "removed": several(TEXT),
                        "changed": several(record({"id": TEXT, "before": OUTCOME_OF_A_RUN, "after": OUTCOME_OF_A_RUN})),
                    }
                )
            ),
        },
    ),
    "scenarios": (
        "Every scenario with what came of it, and for how many mutants of the model it is named",
        {
            "subject": TEXT,
            "finished": TEXT,
            "status": STATUS,
            "scenarios": several(
                record(
                    {
                        "id": TEXT,
                        "name": TEXT,
                        "topic": TEXT,
                        "basis": words(*BASES),
                        "tags": several(ID),
                        "line": COUNT,
                        "status": STATUS,
                        "mutants": COUNT,
                    },
                    {"seconds": {"type": "number", "minimum": 0}},
                )
            ),
        },
    ),
    "should-you": (
        "Questions that decide it, the one rule that fits any answers to them, the case for each side, and the cost",
        {
            "choices": several(words(*CHOICES)),
            "questions": several(record({"id": TEXT, "title": TEXT, "asks": TEXT})),
            "answers": several(record({"id": TEXT, "title": TEXT, "next": TEXT})),
            "rules": several(
                record(
                    {
                        "when": {"type": "object", "additionalProperties": several(words(*CHOICES))},
                        "answer": TEXT,
                        "because": TEXT,
                    }
                )
            ),
            "customer_managed": several(CELL),
            "microsoft_managed": several(CELL),
            "cost": several(record({"what": TEXT, "known": CELL})),
        },
    ),
    "steps": (
        "Every sentence that a scenario may use, and the scenarios that use it",
        {
            "situations": several(
                record(
                    {
                        "name": TEXT,
                        "commands": several(record({"sentence": TEXT, "command": {"$ref": "command.schema.json"}})),
                        "establishes": several(record({"sentence": TEXT, "requirements": several(ID)})),
                        "used_by": several(TEXT),
                    }
                )
            ),
            "sentences": several(
                record({"kind": words("command", "outcome", "observation"), "pattern": TEXT, "used_by": several(TEXT)})
            ),
        },
    ),
    "traceability": (
        "Every statement of the article, by heading and sentence, and the requirements made of it",
        {
            "statements": several(record({"id": TEXT, "places": several(PLACE), "requirements": several(ID)})),
            "without_statement": several(ID),
            "informative": several(record({"section": TEXT, "sentence": COUNT, "because": TEXT})),
            "later": several(record({"date": TEXT, "changes": TEXT})),
        },
    ),
    "uncovered": (
        "Requirements that lack a kind of evidence",
        {"uncovered": several(record({"lacks": TEXT, "requirements": several(ID)}))},
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
    found |= {
        name: {"$schema": DRAFT, "$id": f"{name}.schema.json", "title": title, **schema}
        for name, (title, schema) in MEASUREMENTS.items()
    }
    return found | {name: wire_schemas()[name] for name in ("command", "outcome", "observation")}
