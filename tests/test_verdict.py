"""Each row of the tables of verdicts decides."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.command_line import ROOT
from translator_cmk.errors import DEVIATIONS, HARNESS, INCOMPLETE, OK
from translator_cmk.verdict import (
    BADGE,
    EXIT_CODE,
    ITEMS,
    MARK,
    NOT_PASSED,
    OF_BADGES,
    OF_CASES,
    OF_REQUIREMENTS,
    REQUIREMENT,
    WEIGHING,
    CaseAsRun,
    RunAsWhole,
    RunShown,
    Status,
    Verdict,
    badge_of_run,
    decide,
    exit_code,
    mark_of_run,
    of_attempts,
    of_items,
    of_requirement,
    otherwise,
    weigh,
    with_failures_first,
)

# A case

REFUSED = {"status": Status.PASSED, "controls": {"a": Status.FAILED, "b": Status.BLOCKED}}
ASSUMED = {"status": Status.FAILED, "reason": "why", "counts": False}

CASES: Sequence[tuple[CaseAsRun, Status, str]] = [
    (
        CaseAsRun(Status.PASSED, is_masked=True, controls={"a": Status.FAILED, "b": Status.PASSED}),
        Status.PASSED,
        "seen once the key was back: b",
    ),
    (
        CaseAsRun(Status.PASSED, is_masked=True),
        Status.NOT_APPLICABLE,
        "no scenario looks once the key is back",
    ),
    (
        CaseAsRun(Status.PASSED, is_masked=True, controls={"a": Status.NOT_APPLICABLE}),
        Status.INCONCLUSIVE,
        "nothing shows yet that it was",
    ),
    (
        CaseAsRun(Status.PASSED, controls={"a": Status.NOT_APPLICABLE, "b": Status.NOT_APPLICABLE}),
        Status.NOT_APPLICABLE,
        "its positive control is not applicable: a",
    ),
    (
        CaseAsRun(**REFUSED, controls_known_to_fail=("b",)),  # type: ignore[arg-type]  # fields by name
        Status.NOT_APPLICABLE,
        "its positive control is known to fail: b",
    ),
    (
        CaseAsRun(
            Status.PASSED,
            controls={"a": Status.FAILED, "b": Status.NOT_APPLICABLE},
            controls_not_demanded=("a",),
        ),
        Status.NOT_APPLICABLE,
        "what would show an effect is not demanded: a",
    ),
    (
        CaseAsRun(**REFUSED),  # type: ignore[arg-type]  # fields by name
        Status.INCONCLUSIVE,
        "nothing shows yet that it is ever accepted: a",
    ),
    (
        CaseAsRun(Status.NOT_RUN, behind=("a", "b"), behind_known_to_fail=("a", "b")),
        Status.NOT_APPLICABLE,
        "what leads to it is known to fail: a",
    ),
    (
        CaseAsRun(**ASSUMED, lacks_capability=True),  # type: ignore[arg-type]  # fields by name
        Status.NOT_RUN,
        "why",
    ),
    (
        CaseAsRun(**ASSUMED, is_listed=True, describe_assumptions=lambda: "otherwise"),  # type: ignore[arg-type]  # fields by name
        Status.DIFFERS,
        "otherwise: why",
    ),
    (
        CaseAsRun(
            Status.PASSED,
            counts=False,
            is_left_open=True,
            describe_assumptions=lambda: "our assumption",
        ),
        Status.NOT_APPLICABLE,
        "which does otherwise before: our assumption",
    ),
    (
        CaseAsRun(Status.BLOCKED, "why", is_listed=True),
        Status.KNOWN,
        "why",
    ),
]
"""For each row of the table a case that it decides, with the verdict and how its reason ends."""

AS_THEY_WERE_RUN = [
    CaseAsRun(Status.PASSED),
    CaseAsRun(Status.PASSED, counts=False, is_listed=True),
    CaseAsRun(Status.PASSED, controls={"a": Status.FAILED, "b": Status.PASSED}),
    CaseAsRun(Status.FAILED, "why"),
    CaseAsRun(Status.FAILED, "why", is_masked=True, controls={"a": Status.PASSED}),
    CaseAsRun(Status.BLOCKED, "why", lacks_capability=True),
    CaseAsRun(Status.INCONCLUSIVE, "why", counts=False, is_listed=True),
    CaseAsRun(Status.NOT_APPLICABLE, "why", counts=False),
    CaseAsRun(Status.NOT_RUN, "why", behind=("a", "b"), behind_known_to_fail=("a",)),
    CaseAsRun(Status.NOT_RUN, "why"),
]


@pytest.mark.parametrize(
    ("case", "status", "reason"), CASES, ids=[row[0].__name__ for row in WEIGHING]
)
def test_case_gets_the_verdict_of_the_first_row_that_applies(
    case: CaseAsRun, status: Status, reason: str
) -> None:
    found = weigh(case)
    assert found.status is status
    assert reason in found.reason


@pytest.mark.parametrize("number", range(len(WEIGHING)), ids=[row[0].__name__ for row in WEIGHING])
def test_no_row_for_cases_could_be_left_out(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    case, _, _ = CASES[number]
    with_it = weigh(case)
    monkeypatch.setattr(
        "translator_cmk.verdict.WEIGHING", WEIGHING[:number] + WEIGHING[number + 1 :]
    )
    assert weigh(case) != with_it


@pytest.mark.parametrize("case", AS_THEY_WERE_RUN)
def test_case_that_no_row_is_about_is_as_it_was_run(case: CaseAsRun) -> None:
    assert weigh(case) == Verdict(case.status, case.reason)


# A requirement, a badge and a run

PASSED, FAILED, KNOWN, BLOCKED = Status.PASSED, Status.FAILED, Status.KNOWN, Status.BLOCKED
DIFFERS, INCONCLUSIVE, NOT_RUN = Status.DIFFERS, Status.INCONCLUSIVE, Status.NOT_RUN
NOT_APPLICABLE, FLAKY = Status.NOT_APPLICABLE, Status.FLAKY
NOTHING_LEARNED = Status.NOTHING_LEARNED

RUN = {
    "broke": False,
    "finished": True,
    "idle": False,
    "stale": False,
    "found": {PASSED, DIFFERS, KNOWN},
}
WHOLE = {"exit_code": OK, "found": {PASSED}, "complete": True, "whole": True, "released": True}


def run(**changes: Any) -> RunAsWhole:
    """A run in which all is in order, with changes."""
    return RunAsWhole(**{**RUN, **changes})


def shown(**changes: Any) -> RunShown:
    """A whole run by a released kit in which all is in order, with changes."""
    return RunShown(**{**WHOLE, **changes})


Table = Sequence[tuple[Callable[[Any], bool], Any]]

DECISIONS: Mapping[str, tuple[Table, Callable[[Any], Any], Sequence[tuple[Any, Any]]]] = {
    "a requirement": (
        REQUIREMENT,
        of_requirement,
        [
            ({PASSED, INCONCLUSIVE}, Status.PARTLY),
            ({PASSED, DIFFERS, NOT_APPLICABLE}, DIFFERS),
            ({PASSED, NOT_APPLICABLE}, PASSED),
            ({KNOWN, FLAKY, DIFFERS, BLOCKED, NOT_RUN}, FAILED),
            ({FLAKY, DIFFERS, BLOCKED, NOT_RUN}, FLAKY),
            ({DIFFERS, BLOCKED}, DIFFERS),
            ({BLOCKED, INCONCLUSIVE}, BLOCKED),
            ({INCONCLUSIVE, NOTHING_LEARNED}, INCONCLUSIVE),
            ({NOTHING_LEARNED, NOT_RUN}, NOTHING_LEARNED),
            ({NOT_RUN, NOT_APPLICABLE}, NOT_RUN),
            ({NOT_APPLICABLE}, NOT_APPLICABLE),
            (set(), NOT_RUN),
        ],
    ),
    "a badge": (
        ITEMS,
        of_items,
        [
            ({FAILED, FLAKY, INCONCLUSIVE, NOT_RUN, PASSED}, FAILED),
            ({FLAKY, INCONCLUSIVE, NOT_RUN, PASSED}, FLAKY),
            ({INCONCLUSIVE, NOT_RUN, PASSED}, INCONCLUSIVE),
            ({NOT_RUN, PASSED}, NOT_RUN),
            ({PASSED, NOT_APPLICABLE}, PASSED),
            ({NOT_APPLICABLE}, NOT_APPLICABLE),
            (set(), NOT_RUN),
        ],
    ),
    "an exit code": (
        EXIT_CODE,
        exit_code,
        [
            (run(broke=True, finished=False, found={FAILED}), HARNESS),
            (run(finished=False, found={FAILED}), INCOMPLETE),
            (run(idle=True, found={FAILED}), INCOMPLETE),
            (run(found={BLOCKED, INCONCLUSIVE}), DEVIATIONS),
            (run(stale=True, found={NOT_RUN}), DEVIATIONS),
            (run(found={PASSED, NOT_RUN}), INCOMPLETE),
            (run(), OK),
        ],
    ),
    "the badge of a run": (
        BADGE,
        badge_of_run,
        [
            (shown(found={PASSED, KNOWN}), FAILED),
            (shown(), PASSED),
            (shown(whole=False), Status.LIMITED),
            (shown(exit_code=HARNESS), INCONCLUSIVE),
            (shown(exit_code=HARNESS, complete=False), NOT_RUN),
        ],
    ),
    "the mark of a run": (
        MARK,
        mark_of_run,
        [
            (shown(released=False), PASSED),
            (shown(found={PASSED, KNOWN}), Status.PARTLY),
            (shown(exit_code=DEVIATIONS), FAILED),
            (shown(exit_code=INCOMPLETE), INCONCLUSIVE),
        ],
    ),
}
"""For each table a question for each of its rows, which that row answers."""


@pytest.mark.parametrize("name", DECISIONS)
def test_each_row_decides_and_none_could_be_left_out(name: str) -> None:
    table, answer, questions = DECISIONS[name]
    assert len(questions) == len(table)
    for number, (inputs, decision) in enumerate(questions):
        assert answer(inputs) == decision
        without = [*table[:number], *table[number + 1 :]]
        if table[number][0] is otherwise:
            with pytest.raises(LookupError):
                decide(without, inputs)
        else:
            assert decide(without, inputs) != decision


@pytest.mark.parametrize(
    "changes",
    [
        {"whole": False},
        {"released": False},
        {"exit_code": INCOMPLETE},
        {"found": {KNOWN}},
        {"found": {PASSED, FLAKY}},
    ],
    ids=["a part", "unreleased", "incomplete", "known to fail", "flaky"],
)
def test_only_a_whole_run_of_a_released_kit_without_failures_is_green(
    changes: dict[str, Any],
) -> None:
    assert badge_of_run(shown(**changes)) is not Status.PASSED


def test_any_failure_outweighs_what_passed_on_the_page_of_one_system() -> None:
    assert with_failures_first(Status.PARTLY, {KNOWN, FLAKY}) is FAILED
    assert with_failures_first(Status.PARTLY, {FLAKY, INCONCLUSIVE}) is FLAKY
    assert with_failures_first(Status.PARTLY, {INCONCLUSIVE}) is Status.PARTLY


# Attempts

SOME = st.lists(st.sampled_from(OF_CASES), min_size=1, max_size=4)


@given(SOME, SOME)
def test_no_further_attempt_turns_a_case_green(
    attempts: list[Status], further: list[Status]
) -> None:
    if of_attempts(attempts) is not PASSED:
        assert of_attempts([*attempts, *further]) is not PASSED


@given(SOME)
def test_case_that_failed_and_passed_is_flaky_and_such_a_run_has_deviations(
    attempts: list[Status],
) -> None:
    assert of_attempts([*attempts, FAILED, *attempts, PASSED]) is FLAKY
    assert exit_code(run(found={PASSED, FLAKY})) == DEVIATIONS


# Words


def test_no_failure_looks_like_a_success_to_another_program() -> None:
    for status in Status:
        good = status in (Status.PASSED, Status.LIMITED)
        assert (status.cucumber == "PASSED") == (status.junit == "") == good


def test_every_status_is_found_by_its_word_in_json_and_can_be_told_apart_without_colour() -> None:
    assert [Status(status.value) for status in Status] == list(Status)
    assert len({status.word for status in Status}) == len(Status)
    listed = {Status.KNOWN}  # it has failed, and its word says that this is known
    assert len({status.glyph for status in Status if status not in listed}) == len(Status) - len(
        listed
    )


def test_a_case_that_did_not_pass_is_counted_unless_it_differs_from_an_assumption() -> None:
    assert {PASSED, DIFFERS}.isdisjoint(NOT_PASSED)
    assert {PASSED, DIFFERS, *NOT_PASSED} == set(OF_CASES)


@pytest.mark.parametrize("page", ["reading.md", "your-system.md"])
def test_pages_that_people_write_show_the_same_glyphs(page: str) -> None:
    text = (ROOT / "docs" / page).read_text("utf-8")
    by_glyph = {status.glyph: status for status in (*OF_REQUIREMENTS, *OF_BADGES)}
    shown = re.findall(r"^\| (\S) (?:\| )?([a-z ]+?) \|", text, flags=re.MULTILINE)
    assert shown
    for glyph, word in shown:
        assert by_glyph[glyph].word == word
