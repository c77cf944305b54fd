"""JSON Schemas of protocol 1, generated from the same shapes that read the messages."""

from typing import Any

from .messages import COMMAND, OBSERVATION, OBSERVED, OUTCOME, STAGE
from .shapes import Named, Several, Shape, Word

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """The schemas by name; each has the `$id` `NAME.schema.json`, by which they refer to each other.

    What no schema can say is left to the codec: that the directories of a stage's subscriptions are among its
    directories, and that `global` is none of its regions.
    """
    return {
        "command": schema("command", "What a customer asks for", COMMAND.schema()),
        "outcome": schema("outcome", "What came of a command", OUTCOME.schema()),
        "observation": schema("observation", "What a customer can see: kind, name, field, value", OBSERVATION.schema()),
        "stage": schema(
            "stage", "What a world starts from; what is left out is as in the default stage", STAGE.schema()
        ),
        "run-line": schema("run-line", "What translator-cmk run prints for each command", run_line()),
    }


def schema(name: str, title: str, body: dict[str, Any]) -> dict[str, Any]:
    """A schema with its head."""
    return {"$schema": DRAFT, "$id": f"{name}.schema.json", "title": title, **body}


def run_line() -> dict[str, Any]:
    """The schema of a line that answers a command."""
    unspecified: dict[str, Shape] = {
        kind: Named(name, Several(Word(["exists", *fields]))) for kind, (name, fields) in OBSERVED.items()
    }
    return {
        "type": "object",
        "properties": {
            "line": {"type": "integer", "minimum": 1},
            "command": {"$ref": "command.schema.json"},
            "outcome": {"$ref": "outcome.schema.json"},
            "observation": {"$ref": "observation.schema.json"},
            "unspecified": {
                "description": "The fields that may have any value, which the observation leaves out",
                "type": "object",
                "properties": {kind: shape.schema() for kind, shape in unspecified.items()},
                "additionalProperties": False,
            },
        },
        "required": ["line", "command", "outcome"],
        "additionalProperties": False,
    }
