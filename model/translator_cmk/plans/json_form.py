"""Findings as JSON, with the schema of that."""

import json
from typing import Any

from ..shapes import (
    COUNT,
    FLAG,
    PROSE,
    TEXT,
    Choice,
    ListOf,
    Shape,
    Whole,
    record,
    schemas_of,
)
from .advice import Advice, advised
from .consequences import Consequence
from .finding import Finding, Part, Report
from .verdicts import VERDICTS
from .words import (
    BECOMES,
    consequence_in_words,
    does_in_words,
    limits,
    summary,
    until_in_words,
    why_in_words,
)

NAME = "plan-findings"
TITLE = "What translator-cmk check-plan finds in a plan"

CONSEQUENCE = record(
    "a consequence",
    {
        "account": TEXT,
        "what": Choice(("account", "data", "documents", "models", "request")),
        "becomes": Choice(sorted(BECOMES)),
        "says": TEXT,
        "requirement": PROSE,
        "basis": Choice(("stated", "implied", "environment", "assumed", "")),
        "rests_on": ListOf(TEXT),
    },
)
PART = record(
    "a part",
    {
        "action": Choice(("create", "update", "delete", "perhaps", "none")),
        "does": TEXT,
        "verdict": Choice((*VERDICTS, "none")),
        "only_in_some_orders": FLAG,
        "consequences": ListOf(CONSEQUENCE),
        "foundry": PROSE,
        "instead": PROSE,
        "paste": PROSE,
        "source": PROSE,
    },
)
EXCEPTION = record(
    "an exception",
    {"reason": TEXT, "until": TEXT, "status": Choice(("known", "over", "new"))},
)
FINDING = record(
    "a finding",
    {
        "verdict": Choice(VERDICTS),
        "address": TEXT,
        "actions": ListOf(TEXT),
        "why": PROSE,
        "goes_with": PROSE,
        "until": PROSE,
        "accounts": ListOf(TEXT),
        "requirements": ListOf(TEXT),
        "article": FLAG,
        "parts": ListOf(PART),
    },
    {"file": TEXT, "line": Whole(1, 10**9), "exception": EXCEPTION},
)
REPORT: Shape = record(
    "a report",
    {
        "format": Whole(1, 1),
        "source": TEXT,
        "tool": Choice(("terraform", "what-if")),
        "profile": TEXT,
        "revision": TEXT,
        "changes": COUNT,
        "headline": TEXT,
        "red_from": Choice(VERDICTS),
        "accounts": ListOf(TEXT),
        "not_judged": ListOf(record("what is not judged", {"kind": TEXT, "count": COUNT})),
        "findings": ListOf(FINDING),
        "without_finding": ListOf(
            record(
                "a change without a finding",
                {"address": TEXT, "actions": ListOf(TEXT), "does": PROSE},
            )
        ),
        "limits": ListOf(TEXT),
    },
)


def plan_schemas() -> dict[str, dict[str, Any]]:
    """Return the schema by its name."""
    return schemas_of({NAME: (TITLE, REPORT)})


def format_json(report: Report) -> str:
    """Return the report as `plan-findings.schema.json` has it."""
    return json.dumps(to_dict(report), indent=2, ensure_ascii=False) + "\n"


def to_dict(report: Report) -> dict[str, Any]:
    """Return the report as plain values."""
    not_judged = []
    for kind, number in sorted(report.not_judged.items()):
        not_judged.append({"kind": kind, "count": number})
    return {
        "format": 1,
        **fields_of(report.plan, "source", "tool"),
        **fields_of(report, "profile", "revision", "changes", "red_from"),
        "headline": summary(report),
        "accounts": list(report.accounts),
        "not_judged": not_judged,
        "findings": [finding_to_dict(finding) for finding in report.findings],
        "without_finding": [change_to_dict(each) for each in report.quiet],
        "limits": list(limits(report)),
    }


def fields_of(record: object, *names: str) -> dict[str, Any]:
    """Return some fields of a record as they are."""
    return {name: getattr(record, name) for name in names}


def change_to_dict(change: Finding) -> dict[str, Any]:
    """Return one change of which nothing was found."""
    return {
        "address": change.address,
        "actions": list(change.resource.actions),
        "does": does_in_words(change),
    }


def finding_to_dict(finding: Finding) -> dict[str, Any]:
    """Return one finding; where it is written only if that is known."""
    found: dict[str, Any] = {
        **fields_of(finding, "verdict", "address", "goes_with", "requirements", "article"),
        "actions": list(finding.resource.actions),
        "why": why_in_words(finding),
        "until": until_in_words(finding),
        "accounts": list(finding.accounts),
        "parts": [part_to_dict(part, advice) for part, advice in advised(finding)],
    }
    if finding.place is not None:
        found |= fields_of(finding.place, "file", "line")
    if finding.exception is not None:
        found["exception"] = fields_of(finding.exception, "reason", "until", "status")
    return found


def part_to_dict(part: Part, advice: Advice) -> dict[str, Any]:
    """Return what one change does."""
    return {
        "action": part.verb or "none",
        **fields_of(advice, "does", "foundry", "instead", "paste", "source"),
        "verdict": part.verdict or "none",
        "only_in_some_orders": part.only_in_some_orders,
        "consequences": [consequence_to_dict(each) for each in part.consequences],
    }


def consequence_to_dict(consequence: Consequence) -> dict[str, Any]:
    """Return one consequence."""
    return {
        **fields_of(consequence, "account", "becomes", "requirement", "basis"),
        "what": consequence.what or "request",
        "says": consequence_in_words(consequence),
        "rests_on": list(consequence.by),
    }
