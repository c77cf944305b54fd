"""Lines of a trace are read as the schema has them, and a field left out differs from an absent one."""

from typing import Any

import pytest

from tests.language.test_messages import VALID, mutants
from tests.language.test_verbs import accepts
from translator_cmk.language.traces import PARTS, REPORTED, TRACE_LINE, EventRecord, ReportedOutcome
from translator_cmk.machine import Accepted, KeyUse, Refused

KEYS_ON = {"command": "EnableCustomerManagedKeys", "resource": "r", "vault": "v", "key": "k"}
HEADS = [
    {"trace": 1, "subject": "s", "hidden": ["model"], "partial": ["command"], "names": {"vault": ["v"], "key": []}}
]
EVENTS: list[dict[str, Any]] = [
    {"line": 1, "command": KEYS_ON, "outcome": {"outcome": "accepted", "by": ["keys.enable"]}, "partial": []},
    {"command": {"command": "DeleteKey"}, "outcome": {"outcome": "error", "code": "500", "message": "no"}},
    {"observation": {"resource": {"r": {"exists": True, "key": "absent"}}, "model": {"m": {"exists": False}}}},
    {"observation": {"vault": {"v": {"state": "active"}}}, "unspecified": {"vault": {"v": ["group", "exists"]}}},
]
OUTCOMES: list[dict[str, Any]] = [
    {"outcome": "accepted", "audit": [{"key": "v/k", "resource": "r"}], "by": ["keys.enable"]},
    {"outcome": "refused", "because": ["vault.same-region-refused"], "code": "x", "message": "y"},
    {"outcome": "unspecified", "silent": ["keys.rotate"]},
    {"outcome": "unsupported", "code": "x"},
    {"outcome": "error"},
]


@pytest.mark.parametrize("sample", [*HEADS, {"stage": {"tenants": ["home"], "subscriptions": {}}}, *EVENTS])
def test_codec_and_schema_accept_the_same_lines(sample: dict[str, Any]) -> None:
    agreed = {True: 0, False: 0}
    for message in (sample, *mutants(sample)):
        accepted = accepts(TRACE_LINE.read, message)
        if accepted != VALID["trace-line"].is_valid(message):
            assert not accepted, message
            assert "stage" in message, message  # what the schema of a stage cannot say
        agreed[accepted] += 1
    assert min(agreed.values()) >= 3


@pytest.mark.parametrize("sample", OUTCOMES)
def test_codec_and_schema_accept_the_same_outcomes(sample: dict[str, Any]) -> None:
    for message in (sample, *mutants(sample)):
        assert accepts(REPORTED.read, message) == VALID["trace-outcome"].is_valid(message)


@pytest.mark.parametrize("sample", EVENTS)
def test_a_whole_report_is_also_a_partial_one(sample: dict[str, Any]) -> None:
    """One schema is enough for traces of any head."""
    for message in (sample, *mutants(sample)):
        if accepts(EventRecord(()).read, message):
            assert accepts(EventRecord(PARTS).read, message), message


def reported(**fields: Any) -> ReportedOutcome:
    found: ReportedOutcome = REPORTED.read(fields)
    return found


def test_a_field_left_out_of_an_outcome_is_not_reported() -> None:
    assert reported(outcome="accepted") == ReportedOutcome(Accepted())
    assert reported(outcome="accepted", audit=[]) == ReportedOutcome(Accepted(), audit=True)
    audit = [{"key": "v/k", "resource": "r"}]
    assert reported(outcome="accepted", audit=audit) == ReportedOutcome(
        Accepted(audit=(KeyUse("v/k", "r"),)), audit=True
    )
    assert reported(outcome="refused") == ReportedOutcome(Refused())
    assert reported(outcome="refused", because=[]) == ReportedOutcome(Refused(), reasons=True)
    assert reported(outcome="unspecified") == ReportedOutcome()
    assert reported(outcome="unsupported") == ReportedOutcome(known=False)
    assert reported(outcome="error", code="500") == ReportedOutcome(certain=False)
