"""`report diff` says what got worse or better from one report to another, and its exit code whether
anything got worse.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import VALID, run_cli
from tests.conformance.conftest import (
    FAILS,
    FAILS_TOO,
    MODEL,
    SOME,
    WHOLE,
    Verified,
    says,
    verify,
)
from tests.conformance.forgeries import Forgery
from translator_cmk import __version__
from translator_cmk.conformance.report.two_reports import direction


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> Verified:
    """The report on the model, of the scenarios of which the wrong system fails two."""
    return verify(tmp_path_factory.mktemp("right"), "--python", MODEL, *SOME)


@pytest.fixture(scope="module")
def less(tmp_path_factory: pytest.TempPathFactory) -> Verified:
    """The report on the model, of one scenario of these."""
    folder = tmp_path_factory.mktemp("less")
    return verify(folder, "--python", MODEL, "--lane", "features", "--case", WHOLE)


def compared(code: int, before: Path, after: Path) -> dict[str, Any]:
    """Return the difference as JSON, which is as its schema has it."""
    text = says(code, "report", "diff", before, after, "--format", "json")
    found: dict[str, Any] = json.loads(text)
    VALID["report-diff"].validate(found)
    return found


def by_direction(changes: list[dict[str, Any]], direction: str) -> set[str]:
    """Return the ids of the changes of one direction."""
    return {change["id"] for change in changes if change["direction"] == direction}


def test_what_failed_is_worse_and_the_other_way_round_better(
    right: Verified, wrong_in_features: Verified
) -> None:
    worse = compared(1, right.folder, wrong_in_features.folder)
    assert worse["worse"]
    assert by_direction(worse["tests"], "worse") == {FAILS, FAILS_TOO}
    assert "revocation.access-revoked" in by_direction(worse["requirements"], "worse")
    assert "environment.create-vault" not in str(worse["requirements"])
    first = worse["tests"][0]
    assert (first["was"], first["now"]) == ("passed", "failed")
    assert first["reason"].startswith("expected: ")

    better = compared(0, wrong_in_features.folder, right.folder)
    assert not better["worse"]
    assert by_direction(better["tests"], "better") == {FAILS, FAILS_TOO}


def test_text_has_what_got_worse_first_and_names_both_systems(
    right: Verified, wrong_in_features: Verified
) -> None:
    lines = says(1, "report", "diff", right.folder, wrong_in_features.folder).splitlines()
    assert lines[0].startswith("✘ requirements worse: ")
    assert lines[1].startswith("  passed -> failed: ")
    [system] = [line for line in lines if line.startswith("  system ")]
    assert f"model {__version__} -> loses nothing" in system
    assert f"  passed -> failed: {FAILS}" in lines


def test_report_does_not_differ_from_itself(right: Verified) -> None:
    found = compared(0, right.folder, right.folder)
    assert (found["requirements"], found["tests"]) == ([], [])
    assert "no requirement and no test came out otherwise\n" in says(
        0, "report", "diff", right.folder, right.folder
    )


def test_what_the_later_run_has_left_out_is_worse(right: Verified, less: Verified) -> None:
    found = compared(1, right.folder, less.folder)
    assert {FAILS, FAILS_TOO} <= by_direction(found["tests"], "worse")
    assert "revocation.undeploys" in by_direction(found["requirements"], "worse")
    more = compared(0, less.folder, right.folder)
    assert {change["was"] for change in more["tests"]} == {"absent"}


def test_report_of_another_kit_is_compared_and_its_tests_may_be_gone(
    right: Verified, less: Verified, tmp_path: Path
) -> None:
    other = Forgery(right.folder, tmp_path / "other")
    other.envelope["digest"] = "0" * 64
    found = compared(1, other.sign(), less.folder)
    gone = [change for change in found["tests"] if change["now"] == "absent"]
    assert gone
    assert {change["direction"] for change in gone} == {"otherwise"}
    [kit] = [fact for fact in found["runs"] if fact["about"] == "kit"]
    assert kit["was"].endswith("kit 000000000000")


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        ("passed", "failed", "worse"),
        ("inconclusive", "blocked", "worse"),
        ("passed", "not-run", "worse"),
        ("passed", "not-applicable", "worse"),
        ("absent", "failed", "worse"),
        ("passed", "differs", "otherwise"),
        ("absent", "passed", "otherwise"),
        ("not-run", "inconclusive", "otherwise"),
        ("failed", "known", "otherwise"),
        ("failed", "inconclusive", "better"),
        ("not-run", "passed", "better"),
    ],
)
def test_direction_of_a_change(was: str, now: str, expected: str) -> None:
    assert direction(was, now) == expected


def test_what_random_sequences_did_not_reach_is_not_worse(tmp_path: Path) -> None:
    many = verify(tmp_path / "many", "--python", MODEL, "--lane", "fuzz", "--sequences", "12")
    few = verify(tmp_path / "few", "--python", MODEL, "--lane", "fuzz", "--sequences", "1")
    found = compared(0, many.folder, few.folder)
    assert found["tests"]


def test_report_that_can_t_be_read_is_one_error(right: Verified, tmp_path: Path) -> None:
    done = run_cli("report", "diff", right.folder, tmp_path)
    assert (done.code, done.out, done.error.count("\n")) == (2, "", 1)
