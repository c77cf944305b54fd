"""A trace: what a system was asked, what it answered and what was seen of it, as JSON objects, one on each line.

Its lines are events; a `stage` is where a world begins, as in what `translator-cmk run` reads; and the first line may
be a head.
"""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, NamedTuple

from ..machine import COMMANDS, Accepted, Command, Outcome, Refused
from ..shapes import FLAG, Either, Line, Misfit, Named, OneOf, Record, Referred, Several, Shape, Tagged, Whole, Word
from .contract import HIDEABLE
from .messages import A_NAME, AUDIT, COMMAND, COMMENT, IDS, LOCAL_NAME, OBSERVATION, OBSERVED, STAGE

PARTS: tuple[str, ...] = ("command", "observation")
"""Parts that an event may give in part.  A field that it leaves out of such a part may have had any value."""

NAMED = ("resource", "vault", "key", "workspace", "document", "model", "group")
"""What the head may name; a key by its name in its vault."""


class ReportedOutcome(NamedTuple):
    """An outcome as a trace reports it.

    ``outcome`` is None if it does not say whether the command was accepted; if it is ``idle``, an error hides whether
    it was carried out.  ``reasons`` and ``audit`` say whether it reports the reasons for a refusal, and the uses of
    keys.
    """

    outcome: Outcome | None = None
    reasons: bool = False
    audit: bool = False
    idle: bool = False


NOT_REPORTED = ReportedOutcome()

REPORTED = Tagged(
    "outcome",
    {
        "accepted": Record(
            "an acceptance",
            {**COMMENT, "by": IDS, "audit": AUDIT},
            make=lambda audit=None, **_: ReportedOutcome(Accepted(audit=audit or ()), audit=audit is not None),
        ),
        "refused": Record(
            "a refusal",
            {**COMMENT, "because": IDS},
            make=lambda because=None, **_: ReportedOutcome(
                Refused(because or frozenset()), reasons=because is not None
            ),
        ),
        "error": Record("an error", COMMENT, make=lambda **_: ReportedOutcome(idle=True)),
    },
)


class CommandInPart:
    """A command of which a log gives some fields."""

    def __init__(self, command: type[Command], **given: Any) -> None:
        self.command = command
        self.given = given


PARTIAL_COMMAND = Tagged(
    COMMAND.tag,
    {
        name: Record(name, record.fields, make=partial(CommandInPart, COMMANDS[name]))
        for name, record in COMMAND.records.items()
    },
)


class EntityInPart(Record):
    """An entity as it was seen; it may be absent."""

    def __init__(self, title: str, fields: Mapping[str, Shape]) -> None:
        absent = {field: Either(each, "absent") if each is LOCAL_NAME else each for field, each in fields.items()}
        super().__init__(title, {"exists": FLAG, **absent}, make=self.build)

    def build(self, **fields: Any) -> dict[str, Any]:
        if fields.get("exists") is False and len(fields) > 1:
            raise Misfit("'exists' is false, and the entity has other fields", "leave out one or the other")
        return fields

    def schema(self) -> dict[str, Any]:
        gone = {"properties": {"exists": {"const": False}}, "required": ["exists"]}
        return {**super().schema(), "if": gone, "then": {"maxProperties": 1}}


PARTIAL_OBSERVATION = Record(
    "an observation",
    {kind: Named(name, EntityInPart(f"a {kind}", fields)) for kind, (name, fields) in OBSERVED.items()},
)

PARTIAL = Several(Word(PARTS))

HEAD = Record(
    "the head of a trace",
    {
        "trace": Whole(1, 1),
        "subject": Line(200),
        "hidden": Several(Word(HIDEABLE), frozenset),
        "partial": PARTIAL,
        "names": Record("the names", {kind: Several(A_NAME) for kind in NAMED}),
    },
    ("trace",),
)

RESET = Record("a stage", {"stage": Referred(STAGE, "stage")}, ("stage",))


class EventRecord(Record):
    """An event that gives these parts in part.  It has something to judge."""

    def __init__(self, partial: Collection[str]) -> None:
        command = PARTIAL_COMMAND if "command" in partial else COMMAND
        observation = PARTIAL_OBSERVATION if "observation" in partial else OBSERVATION
        fields: dict[str, Shape] = {
            "command": Referred(command, "partial-command"),
            "outcome": Referred(REPORTED, "trace-outcome"),
            "observation": Referred(observation, "partial-observation"),
            "partial": PARTIAL,
        }
        super().__init__("an event", fields, make=self.build)

    def build(self, **fields: Any) -> dict[str, Any]:
        if "outcome" in fields and "command" not in fields:
            raise Misfit("the event has the field 'outcome' but no command", "add the command, or leave it out")
        if not fields.keys() & {"command", "observation"}:
            raise Misfit("the event has no command and no observation", "add one of them, or leave the line out")
        return fields

    def schema(self) -> dict[str, Any]:
        some = {"anyOf": [{"required": ["command"]}, {"required": ["observation"]}]}
        return {**super().schema(), **some, "dependentRequired": {"outcome": ["command"]}}


EVENTS = {parts: EventRecord(parts) for parts in ((), PARTS[:1], PARTS[1:], PARTS)}
"""Events by the parts that they give in part."""

TRACE_LINE = OneOf({"trace": HEAD, "stage": RESET}, EVENTS[PARTS])
"""A line of any trace.  The reader checks which of its parts may be partial."""
