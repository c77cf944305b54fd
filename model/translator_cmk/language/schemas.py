"""JSON Schemas of protocol 2 and of traces, generated from the shapes that read the messages."""

from typing import Any

from ..shapes import Choice, MapOf, Record, Reference, Shape, UniqueList, Whole, record, schemas_of
from .contract import ANSWERS, REQUEST
from .messages import COMMAND, OBSERVATION, OBSERVED, OUTCOME, STAGE
from .traces import PARTIAL_COMMAND, PARTIAL_OBSERVATION, REPORTED, TRACE_LINE

UNSPECIFIED_FIELDS = Record(
    "what is unspecified",
    {
        kind: MapOf(name, UniqueList(Choice(["exists", *fields])))
        for kind, (name, fields) in OBSERVED.items()
    },
)

RUN_LINE = record(
    "a line",
    {
        "line": Whole(1, 10**12),
        "command": Reference(COMMAND, "command"),
        "outcome": Reference(OUTCOME, "outcome"),
    },
    {"observation": Reference(OBSERVATION, "observation"), "unspecified": UNSPECIFIED_FIELDS},
)
"""An answer of `run`.  Unspecified fields may have any value, and the observation leaves them
out."""

FILES: dict[str, tuple[str, Shape]] = {
    "command": ("A command of a customer", COMMAND),
    "outcome": ("The outcome of a command", OUTCOME),
    "observation": ("Everything that a customer can see: kind, name, field, value", OBSERVATION),
    "stage": (
        "The stage that a world starts from; a field that is left out is as in the default stage",
        STAGE,
    ),
    "run-line": ("A line of the output of translator-cmk run", RUN_LINE),
    "trace-line": ("A line of a trace, as translator-cmk check-trace reads it", TRACE_LINE),
    "trace-outcome": ("The outcome of a command, as a trace reports it", REPORTED),
    "partial-command": ("A command, any field of which may be left out", PARTIAL_COMMAND),
    "partial-observation": (
        "Some of what was seen; `exists` is a field as well",
        PARTIAL_OBSERVATION,
    ),
    "request": ("A request of the conformance kit to a system", REQUEST),
    **{
        f"answer-to-{verb}": (f"The answer of a system to {verb}", shape)
        for verb, shape in ANSWERS.items()
    },
}
"""The title and the shape of each schema, by its name."""


def schemas() -> dict[str, dict[str, Any]]:
    """Return the schemas by name; each has the `$id` `NAME.schema.json`, by which they refer to
    each other.

    The readers check what no schema can say: that the tenants of a stage's subscriptions are among
    its tenants, that none of its regions is `global`, whether an event of a trace declares the
    parts that it gives in part, and what the parts of a declaration have to do with each other.
    """
    return schemas_of(FILES)
