"""Declare the JSON files of a report once, for reading, writing and their JSON Schemas (draft
2020-12).
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ...bdd.causes import by_cause
from ...bdd.failures import format_requirement
from ...language.contract import REQUEST
from ...language.declaration import DECLARATION, LEVELS
from ...language.messages import COMMAND, PROTOCOL
from ...language.name_forms import REQUIREMENT
from ...oracle.profiles import PROFILES
from ...requirements import TOPICS
from ...shapes import (
    ANYTHING,
    COUNT,
    FLAG,
    NUMBER,
    PROSE,
    Choice,
    Either,
    Line,
    ListOf,
    MapOf,
    OneOf,
    Record,
    Reference,
    Shape,
    Simple,
    Text,
    UniqueList,
    Whole,
    fields_of,
    record,
    schemas_of,
)
from ...verdict import HAS_FAILED, OF_CASES, Status
from ..judgement.cases import FEATURES, LANES, Case, Ids, OwnFeature
from ..judgement.deviations import Deviation
from ..judgement.selection import Selection
from ..judgement.verdicts import Failure, Result, does_count

FORMAT = 1

# as large as an option may be
INTEGER = Simple("a whole number", lambda it: type(it) is int, type="integer")
ID = Line(1_000)
IDS = ListOf(REQUIREMENT)
DIGEST = Text("[0-9a-f]{64}", "a digest of 64 hexadecimal digits")
TIME = Text(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z",
    "a time such as '2026-03-04T05:06:07Z'",
)
FILE = Text("[A-Za-z0-9./-]{1,200}", "the name of a file in the folder")

FAILURE = record(
    "a failure in brief",
    {"sent": PROSE, "expected": ListOf(PROSE), "observed": ListOf(PROSE)},
    {"own_words": PROSE, "said": ListOf(PROSE), "counterexample": FILE},
)
CASE = record(
    "a case",
    {
        "id": ID,
        "lane": Choice(LANES),
        "level": Choice(LEVELS),
        "requirements": IDS,
        "scored": FLAG,
        "status": Choice(OF_CASES),
        "seconds": NUMBER,
    },
    {
        **fields_of(("name", "feature"), ID),
        **fields_of(("rests_on", "attributed_to"), IDS),
        **fields_of(("reason", "known", "shown"), PROSE),
        **fields_of(("line", "step"), COUNT),
        "durations": ListOf(NUMBER),
        "fault": Line(100),
        "attempts": ListOf(Choice(OF_CASES)),
        "failure": FAILURE,
    },
)
DONE = fields_of(("sequences", "commands", "lost_track"), COUNT)
TALLY = record("a tally", fields_of(("total", *OF_CASES), COUNT))

DEVIATION = record(
    "a deviation",
    {**fields_of(("requirement", "case", "reason", "issue"), PROSE), "expires": ID, "line": COUNT},
)

ENVELOPE = record(
    "the envelope of a report",
    {
        "format": Whole(FORMAT, FORMAT),
        "kit": Line(100),
        "released": FLAG,  # whether the kit is that of a release
        "protocol": Whole(PROTOCOL, PROTOCOL),
        "register": record("the register", {"article": Line(100), "requirements": COUNT}),
        "digest": DIGEST,
        "subject": Either(DECLARATION, None),
        "transport": Choice(("stdio", "http", "python")),
        "profile": Choice(PROFILES),
        "waived": IDS,
        "lanes": UniqueList(Choice(LANES)),
        "selection": record(
            "the selection",
            {},
            {
                "requirement": IDS,
                "topic": UniqueList(Choice(TOPICS)),
                "case": ListOf(ID),
                "exclude": ListOf(ID),
                "last_failed": ListOf(TIME),
            },
        ),
        "seed": INTEGER,
        "budgets": record(
            "the budgets",
            {},
            {
                "steps": COUNT,
                "seconds": NUMBER,
                "sequences": COUNT,
                "scopes": ListOf(ID),
            },
        ),
        "started": TIME,
        "finished": TIME,
        "complete": FLAG,
        "messages": COUNT,
        "faults": COUNT,
        "exit_code": Whole(0, 4),
        "counts": record(
            "the counts",
            {
                "scored": TALLY,
                "assumed": TALLY,
                "levels": record("the levels", {}, fields_of(LEVELS, TALLY)),
                "lanes": record("the lanes", {}, fields_of(LANES, TALLY)),
            },
        ),
        "groups": ListOf(record("a group", {"cause": PROSE, "cases": ListOf(ID)})),
        "deviations": ListOf(DEVIATION),
        "stale_deviations": ListOf(PROSE),
        "cases": ListOf(CASE),
    },
    {
        "tour": record(
            "the tour",
            DONE,
            {
                "not_reached": COUNT,
                "steps": COUNT,
            },
        ),
        "fuzz": record("the fuzzing", DONE, {"seconds": NUMBER}),
        "trouble": PROSE,
        "no_goodbye": PROSE,
        "own_features": ListOf(record("a feature of one's own", {"file": ID, "text": PROSE})),
        "files": MapOf(FILE, DIGEST),
    },
)
"""`report.json`."""

REQUESTED = Reference(REQUEST, "request")
FAULT = record("a fault", {"kind": Line(100), "text": PROSE}, {"stderr": PROSE})


def entry(
    title: str, required: Mapping[str, Shape], optional: Mapping[str, Shape] | None = None
) -> Record:
    """Return an entry of the log with these fields; the first session leaves out its number."""
    return record(
        title, {"at": NUMBER, "case": PROSE, **required}, {"session": COUNT, **(optional or {})}
    )


ENTRY = OneOf(
    {
        "world": entry("the beginning of a world", {"world": Line(100)}),
        "end": entry("the end of a case or a sequence", {"end": FLAG}),
        "answer": entry(
            "a request with its answer",
            {"request": REQUESTED, "answer": ANYTHING},
            {"fault": FAULT},
        ),
        "fault": entry("a request that broke the system", {"request": REQUESTED, "fault": FAULT}),
        "interrupted": entry(
            "a request that was interrupted", {"request": REQUESTED, "interrupted": FLAG}
        ),
    }
)
"""A line of `messages.ndjson`.  An answer that is malformed is there beside its fault."""

COUNTEREXAMPLE = record(
    "a counterexample",
    {
        "format": Whole(FORMAT, FORMAT),
        "profile": Choice(PROFILES),
        "silent": IDS,
        "requirements": IDS,
        "commands": ListOf(Reference(COMMAND, "command")),
        "expected": ListOf(PROSE),
        "seen": ListOf(PROSE),
        "always": FLAG,
        "scenario": PROSE,
    },
    {
        **fields_of(("rests_on", "without"), IDS),
        "sent": ListOf(PROSE),
        "own_words": PROSE,
        "unobserved": FLAG,
        "not_shortest": FLAG,
        "messages": record("lines of the message log", {"from": COUNT, "to": COUNT}),
    },
)
"""`counterexamples/*.json`."""

FILES: dict[str, tuple[str, Shape]] = {
    "report": ("The envelope of a report: how a run was made, and its results", ENVELOPE),
    "message-log-entry": ("A line of the message log of a report", ENTRY),
    "counterexample": ("A failure that was found, and can be replayed", COUNTEREXAMPLE),
}


def report_schemas() -> dict[str, dict[str, Any]]:
    """Return every schema by its name; the name with `.schema.json` is its file and its `$id`."""
    return schemas_of(FILES)


class Made(NamedTuple):
    """How a run was made: what it can be made again from."""

    digest: str
    transport: str
    profile: str
    revision: str
    """The date of the revision of the article; the envelope has it under `register`."""
    waived: Ids
    lanes: tuple[str, ...]
    selection: Selection
    seed: int
    budgets: Mapping[str, Any]
    deviations: tuple[Deviation, ...] = ()
    own_features: tuple[OwnFeature, ...] = ()


NOTHING_TO_SAY = ("", (), -1)
"""The values of fields that are left out."""


def case_to_json(case: Case, verdict: Result) -> dict[str, Any]:
    """Return one case with its verdict; what is empty is left out unless it is required."""
    whole = {**case._asdict(), **verdict._asdict()}
    whole["scored"] = does_count(case, verdict)
    whole["seconds"] = round(verdict.seconds, 6)
    whole["failure"] = failure_to_json(verdict.failure)
    if case.lane == FEATURES and verdict.failure is not None:
        named = (*verdict.attributed_to, *case.requirements)
        requirement = format_requirement(named, verdict.why)
        whole["shown"] = "\n".join([*requirement, "", verdict.shown])
    # only here a reader needs it, and to find it takes its time
    whole["rests_on"] = case.rests_on if verdict.status is Status.DIFFERS else ()
    kept = {}
    for name in CASE.fields:
        if name in CASE.required or whole[name] not in NOTHING_TO_SAY:
            kept[name] = whole[name]
    return kept


def failure_to_json(failure: Failure | None) -> dict[str, Any] | str:
    """Return a failure in brief; empty if there is none."""
    if failure is None:
        return ""
    fields = failure._asdict()
    given = {}
    for name in FAILURE.fields:
        if name in FAILURE.required or fields[name] not in NOTHING_TO_SAY:
            given[name] = fields[name]
    return given


def groups(cases: Iterable[Case], verdicts: Mapping[str, Result]) -> list[dict[str, Any]]:
    """Return the failures by cause: the requirement that most share, then that of the rest, and so
    on; the simplest failure of each first.

    The cause may be a capability that is declared.
    """
    failures = []
    for case in cases:
        status = verdicts[case.id].status
        if status is Status.BLOCKED or status in HAS_FAILED:
            failures.append(case)
    failures.sort(key=lambda case: simplicity(case, verdicts[case.id]))
    causes = {case.id: causes_of(verdicts[case.id]) for case in failures}
    return [{"cause": cause, "cases": names} for cause, names in by_cause(causes)]


def simplicity(case: Case, verdict: Result) -> tuple[bool, int, tuple[int, ...]]:
    """Return what the failures of a cause are ordered by; what failed says more than what it
    blocked.
    """
    return verdict.status is Status.BLOCKED, LANES.index(case.lane), verdict.size


def causes_of(verdict: Result) -> Ids:
    """Return what a failure is attributed to."""
    if verdict.attributed_to:
        return verdict.attributed_to
    if verdict.undelivered:
        return (f"the capability {verdict.undelivered}",)
    return ()
