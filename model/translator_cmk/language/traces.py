"""A trace: what a system was asked, what it answered and what was seen of it, as JSON objects, one on each line.

Its lines are events; a `stage` is where a world begins, as in what `translator-cmk run` reads; and the first line may
be a head.  The output of `translator-cmk run` is a trace too.
"""

from collections.abc import Collection, Mapping
from typing import Any

from ..machine import Accepted, Outcome, Refused
from ..machine.values import Value
from .declaration import HIDEABLE
from .messages import COMMAND, IDS, KEY_USE, OBSERVATION, OBSERVED, STAGE
from .shapes import (
    A_NAME,
    CODE,
    LOCAL_NAME,
    Flag,
    Line,
    Misfit,
    Named,
    Place,
    Record,
    Referred,
    Several,
    Shape,
    Tagged,
    Whole,
    Word,
)

PARTS = ("command", "observation")
"""Parts that an event may report in part.  A field that it leaves out of such a part may have had any value."""

NAMED_KINDS = ("resource", "vault", "key", "workspace", "document", "model", "group")
"""Kinds whose names the head may list; a key by its name in its vault."""


class ReportedOutcome(Value):
    """An outcome as a trace reports it.

    ``outcome`` is None if it does not say whether the command was carried out.  ``reasons`` and ``audit`` say
    whether it reports the reasons for a refusal, and the uses of keys.  ``known`` is false if the system
    has no such command, and ``certain`` is false if an error hides whether the command was carried out.
    """

    __slots__ = ()
    outcome: Outcome | None = None
    reasons: bool = False
    audit: bool = False
    known: bool = True
    certain: bool = True


COMMENTED: dict[str, Shape] = {"code": CODE, "message": Line(2000)}

TOLD = Tagged(
    "outcome",
    {
        "accepted": Record(
            "an acceptance",
            {**COMMENTED, "by": IDS, "audit": Several(KEY_USE, lambda uses: tuple(sorted(uses)))},
            make=lambda audit=None, **_: ReportedOutcome(Accepted(audit=audit or ()), audit=audit is not None),
        ),
        "refused": Record(
            "a refusal",
            {**COMMENTED, "because": IDS},
            make=lambda because=None, **_: ReportedOutcome(
                Refused(because or frozenset()), reasons=because is not None
            ),
        ),
        "unspecified": Record("what is unspecified", {"silent": IDS}, make=lambda **_: ReportedOutcome()),
        "unsupported": Record("what is unsupported", COMMENTED, make=lambda **_: ReportedOutcome(known=False)),
        "error": Record("an error", COMMENTED, make=lambda **_: ReportedOutcome(certain=False)),
    },
)


def in_part(tagged: Tagged) -> Tagged:
    """Return the same records, any field of which may be left out; each is read as its fields."""
    return Tagged(tagged.tag, {word: Record(word, record.fields) for word, record in tagged.records.items()})


PARTIAL_COMMAND = in_part(COMMAND)


class OrAbsent:
    """A shape, or the word for a field that has no value."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape

    def read(self, value: Any, at: Place) -> Any:
        return value if value == "absent" else self.shape.read(value, at)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [self.shape.schema(), {"const": "absent"}]}


class EntityInPart(Record):
    """An entity as it was seen; it may be absent."""

    def __init__(self, title: str, fields: Mapping[str, Shape]) -> None:
        absent = {field: OrAbsent(each) if each is LOCAL_NAME else each for field, each in fields.items()}
        super().__init__(title, {"exists": Flag(), **absent}, make=self.build)

    def build(self, **fields: Any) -> dict[str, Any]:
        if fields.get("exists") is False and len(fields) > 1:
            raise Misfit("an entity has fields, and does not exist", "leave out one or the other")
        return fields

    def schema(self) -> dict[str, Any]:
        gone = {"properties": {"exists": {"const": False}}, "required": ["exists"]}
        return {**super().schema(), "if": gone, "then": {"maxProperties": 1}}


PARTIAL_OBSERVATION = Record(
    "an observation",
    {kind: Named(name, EntityInPart(f"a {kind}", fields)) for kind, (name, fields) in OBSERVED.items()},
)

UNSPECIFIED_FIELDS = Record(
    "what is unspecified",
    {kind: Named(name, Several(Word(["exists", *fields]))) for kind, (name, fields) in OBSERVED.items()},
)

PARTIAL = Several(Word(PARTS), frozenset)

HEAD = Record(
    "the head of a trace",
    {
        "trace": Whole(1, 1),
        "subject": Line(200),
        "hidden": Several(Word(HIDEABLE), frozenset),
        "partial": PARTIAL,
        "names": Record("the names", {kind: Several(A_NAME) for kind in NAMED_KINDS}),
    },
    ("trace",),
)

RESET = Record("a stage", {"stage": Referred(STAGE, "stage")}, ("stage",))

JUDGED = ("command", "observation")


def event(**fields: Any) -> dict[str, Any]:
    """Return an event; raises `Misfit` if it has nothing to judge."""
    for part, of in (("outcome", "command"), ("unspecified", "observation")):
        if part in fields and of not in fields:
            raise Misfit(f"the event has the field {part!r} and no {of}", f"add the {of}, or leave it out")
    if not any(part in fields for part in JUDGED):
        raise Misfit("the event has no command and no observation", "add one of them, or leave the line out")
    return fields


def event_shape(partial: Collection[str]) -> Record:
    """Return the shape of an event that reports these parts in part."""
    return Record(
        "an event",
        {
            "line": Whole(1, 10**12),
            "command": Referred(PARTIAL_COMMAND if "command" in partial else COMMAND, "partial-command"),
            "outcome": Referred(TOLD, "trace-outcome"),
            "observation": Referred(
                PARTIAL_OBSERVATION if "observation" in partial else OBSERVATION, "partial-observation"
            ),
            "unspecified": UNSPECIFIED_FIELDS,
            "partial": PARTIAL,
        },
        make=event,
    )


def trace_line() -> dict[str, Any]:
    """Return the schema of a line of a trace.  The reader checks which parts may be partial."""
    either = event_shape(PARTS).schema()
    either["anyOf"] = [{"required": [part]} for part in JUDGED]
    either["dependentRequired"] = {"outcome": ["command"], "unspecified": ["observation"]}
    return {"oneOf": [HEAD.schema(), RESET.schema(), either]}


COUNTED = ("judged", "told", "uncompared", "skipped", "worlds", "deviating", "states")
"""The counts of a verdict."""

ENTITY = {"type": "array", "prefixItems": [{"enum": list(OBSERVED)}, {"type": "string"}], "items": False, "minItems": 2}


def trace_verdict() -> dict[str, Any]:
    """Return the schema of what check-trace prints with --json."""
    ids = IDS.schema()
    line = {"type": "integer", "minimum": 1}
    fact = exactly(kind={"enum": list(OBSERVED)}, name={"type": "string"}, field={"type": "string"}, value={})
    part = {"anyOf": [fact, {"$ref": "outcome.schema.json"}]}
    deviation = exactly(
        line=line,
        commands=listed({"$ref": "command.schema.json"}),
        differences=listed(exactly(demanded=part, seen=part, requirements=ids)),
        requirements=ids,
        allowed={"$ref": "outcome.schema.json"},
    )
    deviation["required"].remove("allowed")  # where nothing was asked
    return exactly(
        trace={"type": "string"},
        profile={"type": "string"},
        waived=ids,
        fits={"type": "boolean"},
        complete={"description": "Whether there was anything to judge, and all of it was", "type": "boolean"},
        **{count: {"type": "integer", "minimum": 0} for count in COUNTED},
        deviations=listed(deviation),
        uncompared_from=listed(exactly(line=line, entities=listed(ENTITY))),
        overflows=listed(line),
    )


def exactly(**properties: Any) -> dict[str, Any]:
    """Return the schema of an object that has these properties and no others."""
    required = list(properties)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def listed(items: Any) -> dict[str, Any]:
    """Return the schema of a list."""
    return {"type": "array", "items": items}
