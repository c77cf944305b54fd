"""A trace: what a system was asked, what it answered and what was seen of it, as JSON objects, one on each line.

Its lines are events; a `stage` is where a world begins, as in what `translator-cmk run` reads; and the first line may
be a head.  The output of `translator-cmk run` is a trace too.
"""

from collections.abc import Collection, Mapping
from typing import Any

from ..machine import Accepted, Outcome, Refused
from ..machine.values import Value
from ..shapes import (
    ANYTHING,
    COUNT,
    FLAG,
    LARGEST,
    PROSE,
    Either,
    Line,
    Listed,
    Misfit,
    Named,
    OneOf,
    Record,
    Referred,
    Several,
    Shape,
    Tagged,
    Whole,
    Word,
    fields_of,
    record,
)
from .declaration import HIDEABLE
from .messages import A_NAME, COMMAND, COMMENT, IDS, KEY_USE, LOCAL_NAME, OBSERVATION, OBSERVED, OUTCOME, STAGE

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


LINE = Whole(1, LARGEST)

REPORTED = Tagged(
    "outcome",
    {
        "accepted": Record(
            "an acceptance",
            {**COMMENT, "by": IDS, "audit": Several(KEY_USE, lambda uses: tuple(sorted(uses)))},
            make=lambda audit=None, **_: ReportedOutcome(Accepted(audit=audit or ()), audit=audit is not None),
        ),
        "refused": Record(
            "a refusal",
            {**COMMENT, "because": IDS},
            make=lambda because=None, **_: ReportedOutcome(
                Refused(because or frozenset()), reasons=because is not None
            ),
        ),
        "unspecified": Record("what is unspecified", {"silent": IDS}, make=lambda **_: ReportedOutcome()),
        "unsupported": Record("what is unsupported", COMMENT, make=lambda **_: ReportedOutcome(known=False)),
        "error": Record("an error", COMMENT, make=lambda **_: ReportedOutcome(certain=False)),
    },
)


def in_part(tagged: Tagged) -> Tagged:
    """Return the same records, any field of which may be left out; each is read as its fields."""
    return Tagged(tagged.tag, {word: Record(word, record.fields) for word, record in tagged.records.items()})


PARTIAL_COMMAND = in_part(COMMAND)


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

UNSPECIFIED_FIELDS = Record(
    "what is unspecified",
    {kind: Named(name, Several(Word(["exists", *fields]))) for kind, (name, fields) in OBSERVED.items()},
)

PARTIAL = Several(Word(PARTS), frozenset)
PARTIAL_FIELD = record("an event", {}, {"partial": PARTIAL})

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


class EventRecord(Record):
    """An event that reports these parts in part.  It has something to judge."""

    def __init__(self, partial: Collection[str]) -> None:
        fields: dict[str, Shape] = {
            "line": LINE,
            "command": Referred(PARTIAL_COMMAND if "command" in partial else COMMAND, "partial-command"),
            "outcome": Referred(REPORTED, "trace-outcome"),
            "observation": Referred(
                PARTIAL_OBSERVATION if "observation" in partial else OBSERVATION, "partial-observation"
            ),
            "unspecified": UNSPECIFIED_FIELDS,
            "partial": PARTIAL,
        }
        super().__init__("an event", fields, make=self.build)

    def build(self, **fields: Any) -> dict[str, Any]:
        for part, of in NEEDS.items():
            if part in fields and of not in fields:
                raise Misfit(f"the event has the field {part!r} but no {of}", f"add the {of}, or leave it out")
        if not any(part in fields for part in PARTS):
            raise Misfit("the event has no command and no observation", "add one of them, or leave the line out")
        return fields

    def schema(self) -> dict[str, Any]:
        needs = {part: [of] for part, of in NEEDS.items()}
        return {**super().schema(), "anyOf": [{"required": [part]} for part in PARTS], "dependentRequired": needs}


NEEDS = {"outcome": "command", "unspecified": "observation"}
"""For a field of an event the part that it is about."""

TRACE_LINE = OneOf({"trace": HEAD, "stage": RESET}, EventRecord(PARTS))
"""A line of any trace.  The reader checks which parts may be partial."""

COUNTED = ("judged", "judgeable", "uncompared", "skipped", "worlds", "deviating", "states")
"""The counts of a verdict."""

DEMANDED = Referred(OUTCOME, "outcome")
FACT = record("a fact", {"kind": Word(OBSERVED), "name": PROSE, "field": PROSE, "value": ANYTHING})
ASKED: dict[str, Shape] = {"line": LINE, "commands": Listed(Referred(COMMAND, "command")), "requirements": IDS}
PART = OneOf({"kind": FACT, "outcome": DEMANDED})
DIFFERENCE = record("a difference", {"demanded": PART, "seen": PART, "requirements": IDS})

VERDICT = record(
    "a verdict",
    {
        "trace": PROSE,
        "profile": PROSE,
        "waived": IDS,
        "fits": FLAG,
        "complete": FLAG,
        **fields_of(COUNTED, COUNT),
        "deviations": Listed(record("a deviation", ASKED | {"differences": Listed(DIFFERENCE)}, {"allowed": DEMANDED})),
        "uncompared_from": Listed(record("a line", {"line": LINE, "entities": Listed(Listed(PROSE))})),
        "overflows": Listed(LINE),
    },
)
"""The output of check-trace with --json.  An entity is its kind and its name."""
