"""JSON Schemas of protocol 2 and of traces, generated from the shapes that read the messages."""

from typing import Any, get_args

from ..machine.entities import ResourceKind
from ..shapes import (
    ANYTHING,
    FLAG,
    TEXT,
    Choice,
    Line,
    ListOf,
    MapOf,
    Record,
    Reference,
    Shape,
    UniqueList,
    Whole,
    record,
    schemas_of,
)
from .contract import ANSWERS, REQUEST
from .declaration import CAPABILITIES
from .messages import COMMAND, OBSERVATION, OBSERVED, OUTCOME, STAGE
from .name_forms import REQUIREMENT
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

CASE_ANSWERS = ("done", "accepted", "refused", "observed")
"""The answers that a case allows."""


class CasesRecord(Record):
    """The output of `cases`, whose schema says what its parts mean."""

    def schema(self) -> dict[str, Any]:
        return {"description": CASES_MEAN, **super().schema()}


CASES_MEAN = (
    "Each case is a scenario as requests, to be sent in this order, each with the session of "
    "the hello, to a system that has the capabilities and kinds of resources that the case "
    "`needs`. `answers` has the answers that are allowed; the case goes on from the first. "
    "`starts_from` is what the last command starts from. If a system answers or shows "
    "something else before that, it may be right, or another case says what is wrong with it: "
    "nothing more of this case is compared. `demanded` has the facts that are demanded of the "
    "last observation: `exists` says whether something is there, `absent` is the value of a "
    "field that it lacks, and a fact with `if_shown` is compared only if the thing is shown. "
    "They are those that the scenario states and that are demanded whatever else a system "
    "shows. A scenario without any is left out. All other facts are not compared, nor are "
    "reasons of refusals and uses of keys. So cases are weaker than verify, which follows "
    "each answer. `rests_on` has those of the `requirements` that a wrong fact speaks "
    "against; a wrong answer does against all. A case that has `controls` counts as passed "
    "once one of these has passed. Names come again in each case, and a system is expected to "
    "show all that there is."
)

FACT = record(
    "a fact",
    {
        "kind": Choice(OBSERVED),
        "name": TEXT,
        "field": TEXT,
        "value": ANYTHING,
        "rests_on": UniqueList(REQUIREMENT),
    },
    {"if_shown": FLAG},
)

MESSAGE = record(
    "a message",
    {"request": Reference(REQUEST, "request"), "answers": UniqueList(Choice(CASE_ANSWERS))},
    {
        "starts_from": Reference(OBSERVATION, "observation"),
        "demanded": ListOf(FACT),
    },
)

CASE = record(
    "a case",
    {
        "id": TEXT,
        "name": TEXT,
        "requirements": UniqueList(REQUIREMENT),
        "needs": UniqueList(Choice([*CAPABILITIES, *get_args(ResourceKind)])),
        "controls": UniqueList(TEXT),
        "messages": ListOf(MESSAGE),
    },
)

CASES = CasesRecord(
    "the cases",
    {"kit": Line(200), "profile": TEXT, "revision": TEXT, "cases": ListOf(CASE)},
    ("kit", "profile", "revision", "cases"),
)

FILES: dict[str, tuple[str, Shape]] = {
    "command": ("A command of a customer", COMMAND),
    "outcome": ("The outcome of a command", OUTCOME),
    "observation": ("Everything that a customer can see: kind, name, field, value", OBSERVATION),
    "stage": (
        "The stage that a world starts from; a field that is left out is as in the default stage",
        STAGE,
    ),
    "run-line": ("A line of the output of translator-cmk run", RUN_LINE),
    "cases": ("The output of translator-cmk cases", CASES),
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
