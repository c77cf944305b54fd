"""Findings as SARIF 2.1.0, for the places where code is reviewed."""

import hashlib
import json
from typing import Any
from urllib.parse import quote

from ..escaping import plain
from .finding import Finding
from .findings import Report
from .verdicts import BY_NAME, TABLE
from .wording import actions_in_words, finding_in_words, limits

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
        "results": [result_of(finding) for finding in report.findings],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def result_of(finding: Finding) -> dict[str, Any]:
    """Return one finding as a result."""
    head = f"{plain(finding.address)} is {actions_in_words(finding)}."
    text = " ".join([head, *finding_in_words(finding)])
    identity = hashlib.sha256(f"{finding.verdict} {finding.address}".encode()).hexdigest()
    return {
        "ruleId": finding.verdict,
        "level": BY_NAME[finding.verdict].level,
        "message": {"text": text},
        "locations": [location_of(finding)],
        "partialFingerprints": {"verdictAndAddress/v1": identity},
        "properties": {
            "requirements": list(finding.requirements),
            "article": finding.article,
            "accounts": list(finding.accounts),
        },
    }


def location_of(finding: Finding) -> dict[str, Any]:
    """Return the address, and the line in which the resource is written if that is known."""
    name = {"fullyQualifiedName": plain(finding.address), "kind": "resource"}
    location: dict[str, Any] = {"logicalLocations": [name]}
    if finding.place is not None:
        location["physicalLocation"] = {
            "artifactLocation": {"uri": quote(finding.place.file)},
            "region": {"startLine": finding.place.line},
        }
    return location
