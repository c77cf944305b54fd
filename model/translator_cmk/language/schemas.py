"""JSON Schemas of protocol 1, generated from the same shapes that read the messages."""

from typing import Any

from .messages import COMMAND, OBSERVATION, OUTCOME, STAGE
from .traces import PARTIAL_COMMAND, PARTIAL_OBSERVATION, TOLD, UNSPECIFIED_FIELDS, trace_line, trace_verdict
from .verbs import ANSWERS, REQUEST, VERBS

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """The schemas by name; each has the `$id` `NAME.schema.json`, by which they refer to each other.

    What no schema can say is left to the codec: that the directories of a stage's subscriptions are among its
    directories, that `global` is none of its regions, whether an event of a trace says of what it tells in part that it
    does, and what the parts of a declaration have to do with each other.
    """
    return {
        "command": schema("command", "What a customer asks for", COMMAND.schema()),
        "outcome": schema("outcome", "What came of a command", OUTCOME.schema()),
        "observation": schema("observation", "What a customer can see: kind, name, field, value", OBSERVATION.schema()),
        "stage": schema(
            "stage", "What a world starts from; what is left out is as in the default stage", STAGE.schema()
        ),
        "run-line": schema("run-line", "What translator-cmk run prints for each command", run_line()),
        "trace-line": schema("trace-line", "What translator-cmk check-trace reads on each line", trace_line()),
        "trace-verdict": schema("trace-verdict", "What check-trace prints with --json", trace_verdict()),
        "trace-outcome": schema("trace-outcome", "What a trace tells of what came of a command", TOLD.schema()),
        "partial-command": schema(
            "partial-command", "A command, any field of which may be left out", PARTIAL_COMMAND.schema()
        ),
        "partial-observation": schema(
            "partial-observation", "Some of what was seen; `exists` is a field as well", PARTIAL_OBSERVATION.schema()
        ),
        "request": schema("request", "What the conformance kit asks a system", REQUEST.schema()),
        **{
            f"answer-to-{verb}": schema(f"answer-to-{verb}", f"What a system answers to {verb}", ANSWERS[verb].schema())
            for verb in VERBS
        },
    }


def schema(name: str, title: str, body: dict[str, Any]) -> dict[str, Any]:
    """A schema with its head."""
    return {"$schema": DRAFT, "$id": f"{name}.schema.json", "title": title, **body}


def run_line() -> dict[str, Any]:
    """The schema of a line that answers a command."""
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
