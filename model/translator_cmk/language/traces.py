"""The lines of a trace: what a system was asked, what it answered and what was seen of it, as JSON
objects.

Its lines are events; a `stage` is where a world begins, as in what `translator-cmk run` reads; and
the first line may be a head.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from ..machine import COMMANDS, Accepted, Command, KeyUse, Outcome, Refused
from ..shapes import (
    FLAG,
    Choice,
    Either,
    Inconsistent,
    Line,
    Malformed,
    MapOf,
    OneOf,
    Record,
    Reference,
    Shape,
    Tagged,
    Text,
    UniqueList,
    Whole,
)
from .declaration import hideable_parts
from .messages import AUDIT, COMMAND, COMMENT, IDS, OBSERVATION, OBSERVED, STAGE
from .name_forms import A_NAME, LOCAL_NAME

OBSERVATION_IN_PART = "observation"

FIELDS = tuple(sorted({name for command in COMMANDS.values() for name in command.fields}))
"""The fields of commands."""

PARTS = (OBSERVATION_IN_PART, *FIELDS)
"""What an event may give in part: its observation, and commands without these fields.  A field that
is left out may have had any value."""

NAMED = ("resource", "vault", "key", "workspace", "document", "model", "group")
"""What the head may name, a key by its name in its vault: the fields of commands that have names
which somebody chose."""


# Outcomes


class ReportedOutcome(NamedTuple):
    """An outcome as a trace reports it.

    ``outcome`` is None if it does not say whether the command was accepted; if it is ``idle``, an
    error hides whether it was carried out.  ``reasons`` and ``audit`` say whether it reports the
    reasons for a refusal, and the uses of keys.  ``code`` and ``message`` are the system's own
    words for it.
    """

    outcome: Outcome | None = None
    reasons: bool = False
    audit: bool = False
    idle: bool = False
    code: str | None = None
    message: str | None = None


NOT_REPORTED = ReportedOutcome()


def reported_acceptance(audit: tuple[KeyUse, ...] | None = None, **_: Any) -> ReportedOutcome:
    return ReportedOutcome(Accepted(audit=audit or ()), audit=audit is not None)


def reported_refusal(
    because: frozenset[str] | None = None, code: str | None = None, message: str | None = None
) -> ReportedOutcome:
    outcome = Refused(because or frozenset())
    return ReportedOutcome(outcome, because is not None, code=code, message=message)


def reported_error(code: str | None = None, **_: Any) -> ReportedOutcome:
    return ReportedOutcome(idle=True, code=code)


REPORTED = Tagged(
    "outcome",
    {
        "accepted": Record(
            "an acceptance", {**COMMENT, "by": IDS, "audit": AUDIT}, make=reported_acceptance
        ),
        "refused": Record("a refusal", {**COMMENT, "because": IDS}, make=reported_refusal),
        "error": Record("an error", COMMENT, make=reported_error),
    },
)


# Commands and observations of which a log gives only a part


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
        shapes: dict[str, Shape] = {"exists": FLAG}
        for field, shape in fields.items():
            shapes[field] = Either(shape, "absent") if shape is LOCAL_NAME else shape
        super().__init__(title, shapes)

    def build(self, fields: dict[str, Any]) -> dict[str, Any]:
        if fields.get("exists") is False and len(fields) > 1:
            raise Inconsistent(
                "'exists' is false, and the entity has other fields", "leave out one or the other"
            )
        return fields

    def schema(self) -> dict[str, Any]:
        absent = {"properties": {"exists": {"const": False}}, "required": ["exists"]}
        return {**super().schema(), "if": absent, "then": {"maxProperties": 1}}


PARTIAL_OBSERVATION = Record(
    "an observation",
    {
        kind: MapOf(name, EntityInPart(f"a {kind}", fields))
        for kind, (name, fields) in OBSERVED.items()
    },
)


# Lines


class Time(Text):
    """A time with its offset from UTC."""

    def __init__(self) -> None:
        date = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
        time = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?"
        offset = r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
        super().__init__(f"{date}T{time}{offset}", "a time such as 2026-12-02T10:03:11Z")

    def read(self, value: Any) -> datetime:
        text = super().read(value)
        try:
            return datetime.fromisoformat(text)
        except ValueError as error:  # a day that its month does not have
            raise Malformed(f"is no time: {error}", "write an existing one") from None


AT: dict[str, Shape] = {"at": Time()}

PARTIAL = UniqueList(Choice(PARTS), frozenset)

HEAD = Record(
    "the head of a trace",
    {
        "trace": Whole(1, 1),
        "subject": Line(200),
        "hidden": UniqueList(Choice(hideable_parts()), frozenset),
        "partial": PARTIAL,
        "late": FLAG,
        "names": Record("the names", {kind: UniqueList(A_NAME) for kind in NAMED}),
    },
    ("trace",),
)

RESET = Record("a stage", {"stage": Reference(STAGE, "stage"), **AT}, ("stage",))


class EventRecord(Record):
    """An event, which may give its command or its observation in part.  It has one of the two, so
    there is something to judge."""

    def __init__(self, command: Shape, observation: Shape) -> None:
        fields: dict[str, Shape] = {
            "command": Reference(command, "partial-command"),
            "outcome": Reference(REPORTED, "trace-outcome"),
            "observation": Reference(observation, "partial-observation"),
            "partial": PARTIAL,
            **AT,
        }
        super().__init__("an event", fields)

    def build(self, fields: dict[str, Any]) -> dict[str, Any]:
        if "outcome" in fields and "command" not in fields:
            what = "the event has the field 'outcome' but no command"
            raise Inconsistent(what, "add the command, or leave it out")
        if "command" not in fields and "observation" not in fields:
            what = "the event has no command and no observation"
            raise Inconsistent(what, "add one of them, or leave the line out")
        return fields

    def schema(self) -> dict[str, Any]:
        schema = super().schema()
        schema["anyOf"] = [{"required": ["command"]}, {"required": ["observation"]}]
        schema["dependentRequired"] = {"outcome": ["command"]}
        return schema


EVENTS: Mapping[tuple[bool, bool], EventRecord] = {
    (command_in_part, observation_in_part): EventRecord(
        PARTIAL_COMMAND if command_in_part else COMMAND,
        PARTIAL_OBSERVATION if observation_in_part else OBSERVATION,
    )
    for command_in_part in (False, True)
    for observation_in_part in (False, True)
}
"""Events by whether they give their command in part, and their observation."""

TRACE_LINE = OneOf({"trace": HEAD, "stage": RESET}, EVENTS[True, True])
"""A line of any trace.  The reader checks which of its parts may be partial."""
