"""JSON Schemas of protocol 1, generated from the same shapes that read the messages."""

from typing import Any

from .messages import COMMAND, OBSERVATION, OUTCOME, STAGE
from .traces import PARTIAL_COMMAND, PARTIAL_OBSERVATION, TOLD, UNSPECIFIED_FIELDS, trace_line, trace_verdict
from .verbs import ANSWERS, REQUEST, VERBS

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """Return the schemas by name; each has the `$id` `NAME.schema.json`, by which they refer to each other.

    The readers check what no schema can say: that the tenants of a stage's subscriptions are among its
    tenants, that `global` is none of its regions, whether an event of a trace declares the parts that it
    reports in part, and what the parts of a declaration have to do with each other.
    """
    return {
        "command": schema("command", "A command of a customer", COMMAND.schema()),
        "outcome": schema("outcome", "The outcome of a command", OUTCOME.schema()),
        "observation": schema(
            "observation", "Everything that a customer can see: kind, name, field, value", OBSERVATION.schema()
        ),
        "stage": schema(
            "stage",
            "The stage that a world starts from; a field that is left out is as in the default stage",
            STAGE.schema(),
        ),
        "run-line": schema("run-line", "A line of the output of translator-cmk run", run_line()),
        "trace-line": schema("trace-line", "A line of a trace, as translator-cmk check-trace reads it", trace_line()),
        "trace-verdict": schema("trace-verdict", "The output of check-trace --json", trace_verdict()),
        "trace-outcome": schema("trace-outcome", "The outcome of a command, as a trace reports it", TOLD.schema()),
        "partial-command": schema(
            "partial-command", "A command, any field of which may be left out", PARTIAL_COMMAND.schema()
        ),
        "partial-observation": schema(
            "partial-observation", "Some of what was seen; `exists` is a field as well", PARTIAL_OBSERVATION.schema()
        ),
        "request": schema("request", "A request of the conformance kit to a system", REQUEST.schema()),
        **{
            f"answer-to-{verb}": schema(
                f"answer-to-{verb}", f"The answer of a system to {verb}", ANSWERS[verb].schema()
            )
            for verb in VERBS
        },
    }


def schema(name: str, title: str, body: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with its head."""
    return {"$schema": DRAFT, "$id": f"{name}.schema.json", "title": title, **body}


def run_line() -> dict[str, Any]:
    """Return the schema of a line that answers a command."""
    return {
        "type": "object",
        "properties": {
            "line": {"type": "integer", "minimum": 1},
            "command": {"$ref": "command.schema.json"},
            "outcome": {"$ref": "outcome.schema.json"},
            "observation": {"$ref": "observation.schema.json"},
            "unspecified": {
                "description": "The fields that may have any value, which the observation leaves out",
                **UNSPECIFIED_FIELDS.schema(),
            },
        },
        "required": ["line", "command", "outcome"],
        "additionalProperties": False,
    }
