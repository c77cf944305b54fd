"""Findings as SARIF 2.1.0, for the places where code is reviewed."""

import hashlib
import json
from typing import Any
from urllib.parse import quote

from ..escaping import plain
from .finding import Finding, Report
from .sources import Place
from .verdicts import BY_NAME, TABLE
from .words import finding_in_words, limits

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def format_sarif(report: Report, version: str) -> str:
    """Return the report as a log with one run."""
    rules = []
    for verdict in TABLE:
        rule = {
            "id": verdict.name,
            "name": verdict.rule,
            "shortDescription": {"text": verdict.description},
            "defaultConfiguration": {"level": verdict.level},
        }
        rules.append(rule)
    notifications = []
    for limit in limits(report):
        notifications.append({"level": "note", "message": {"text": plain(limit)}})
    run = {
        "tool": {"driver": {"name": "translator-cmk", "semanticVersion": version, "rules": rules}},
        "invocations": [
            {
                "executionSuccessful": not report.undecided,
                "toolExecutionNotifications": notifications,
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": [result_of(report, finding) for finding in report.findings],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def result_of(report: Report, finding: Finding) -> dict[str, Any]:
    """Return one finding as a result."""
    identity = hashlib.sha256(f"{finding.verdict} {finding.address}".encode()).hexdigest()
    result: dict[str, Any] = {
        "ruleId": finding.verdict,
        "level": BY_NAME[finding.verdict].level,
        "message": {"text": "\n".join(plain(line) for line in finding_in_words(finding))},
        "locations": [location_of(report, finding)],
        "partialFingerprints": {"verdictAndAddress/v1": identity},
        "properties": {
            "requirements": finding.requirements,
            "article": finding.article,
            "accounts": list(finding.accounts),
        },
    }
    if finding.known:
        justification = plain(f"{finding.known.reason} (until {finding.known.until})")
        result["suppressions"] = [{"kind": "external", "justification": justification}]
    return result


def location_of(report: Report, finding: Finding) -> dict[str, Any]:
    """Return the address, and where it is written: else the plan itself.

    Code scanning refuses a whole file in which one result has no place in a file.
    """
    # Standard input has no file, so the plan gets a likely name.
    place = finding.place or Place(report.plan.source.replace("standard input", "plan.json"), 1)
    return {
        "logicalLocations": [{"fullyQualifiedName": plain(finding.address), "kind": "resource"}],
        "physicalLocation": {
            "artifactLocation": {"uri": quote(place.file)},
            "region": {"startLine": place.line},
        },
    }
