"""A run can be narrowed: to what failed last, or without what is named."""

import json
import shutil
from pathlib import Path

import pytest

from tests.conformance.conftest import (
    DISABLED,
    FAILS,
    FAILS_TOO,
    MODEL,
    TOUR,
    VAULT,
    WHOLE,
    WRONG,
    Refused,
    Verified,
    says,
    verify,
)
from translator_cmk import cli
from translator_cmk.bdd.feature_files import pickles
from translator_cmk.conformance.judgement.cases import STEPS, scenarios
from translator_cmk.conformance.judgement.selection import must_exist, selected
from translator_cmk.conformance.verify import selection_of

BOTH = (*TOUR, *VAULT)
"""A tour, and the scenarios of a topic."""


def repeated(found: Verified, folder: Path, system: str, *more: str) -> Verified:
    """Run again what failed in a run."""
    return verify(folder, "--python", system, "--last-failed", str(found.folder), *more)


# What failed last


def test_last_failed_are_run_again_with_their_controls_and_nothing_else(
    tmp_path: Path, wrong_in_features: Verified
) -> None:
    again = repeated(wrong_in_features, tmp_path, WRONG)
    assert wrong_in_features.status(WHOLE) == "passed"
    statuses = again.statuses()
    assert statuses.keys() >= {FAILS, FAILS_TOO}
    assert WHOLE not in statuses
    assert again.exit_code == 1
    assert again.report["selection"] == {
        "case": [FAILS, FAILS_TOO],
        "last_failed": [wrong_in_features.report["started"]],
    }
    assert f"what failed in the run of {wrong_in_features.report['started']}" in again.printed
    assert says(0, "report", "check", again.folder)


def test_mended_system_passes_what_failed_and_then_nothing_is_left(
    tmp_path: Path, wrong_in_features: Verified
) -> None:
    again = repeated(wrong_in_features, tmp_path, MODEL)
    assert (again.exit_code, again.status(FAILS)) == (0, "passed")
    named = ("--python", MODEL, "--last-failed", str(again.folder))
    assert f"--last-failed: nothing failed in the report in {again.folder}" in says(
        2, "verify", *named
    )


def test_report_that_last_failed_reads_stays(tmp_path: Path, wrong_in_features: Verified) -> None:
    folder = tmp_path / "report"
    shutil.copytree(wrong_in_features.folder, folder)
    says(0, "verify", "--report", folder, "--python", MODEL, "--last-failed")
    assert json.loads((folder / "report.json").read_text("utf-8")) == wrong_in_features.report
    again = json.loads((tmp_path / "report-again" / "report.json").read_text("utf-8"))
    assert again["selection"]["last_failed"] == [wrong_in_features.report["started"]]


def test_lane_of_sequences_that_failed_is_run_again_as_long_as_it_was(
    tmp_path: Path, wrong: Verified
) -> None:
    again = verify(tmp_path, "--python", WRONG, "--last-failed", str(wrong.folder))
    assert "tour" in again.report["lanes"]
    for budget in ("scopes", "steps"):
        assert again.report["budgets"][budget] == wrong.report["budgets"][budget]
    assert again.statuses("tour") == wrong.statuses("tour")
    only = verify(
        tmp_path, "--python", WRONG, "--last-failed", str(wrong.folder), "--lane", "features"
    )
    assert only.report["lanes"] == ["features"]


def test_what_counted_counts_again(tmp_path: Path) -> None:
    keeps = "tests.systems.mistaken:KeepsDataOfDisabledKeys"
    first = verify(
        tmp_path / "first", "--python", keeps, "--profile", "full", "--case", DISABLED,
        "--waive", "keys.rotate", "--revision", "2025-11-18",
    )  # fmt: skip
    assert (first.exit_code, first.status(DISABLED)) == (1, "failed")
    then = ("--python", keeps, "--last-failed", str(first.folder))
    again = verify(tmp_path / "again", *then)
    assert (again.exit_code, again.status(DISABLED)) == (1, "failed")
    assert again.report["waived"] == ["keys.rotate"]
    assert again.report["register"]["article"] == "2025-11-18"
    otherwise = verify(tmp_path / "otherwise", *then, "--profile", "article")
    assert otherwise.report["profile"] == "article"
    assert otherwise.status(DISABLED) == "differs"


def test_budget_that_is_given_is_kept_also_if_it_is_the_default(
    tmp_path: Path, wrong: Verified
) -> None:
    then = ("--python", WRONG, "--last-failed", str(wrong.folder), "--lane", "tour")
    again = verify(tmp_path, *then, "--steps", str(STEPS))
    assert again.report["budgets"]["steps"] == STEPS
    assert again.report["budgets"]["scopes"] == wrong.report["budgets"]["scopes"]


def test_last_failed_of_what_is_no_report_is_refused(tmp_path: Path, refused: Refused) -> None:
    assert "--last-failed: " in refused("--python", MODEL, "--last-failed", str(tmp_path))
    selecting = ("--last-failed", str(tmp_path), "--case", WHOLE)
    assert "leave out --case" in refused("--python", MODEL, *selecting)


# What is left out


def listed(*options: str) -> set[str]:
    """Return the ids of the scenarios that would be run."""
    words = ["verify", "--stdio", "true", "--lane", "features", *options]
    selection = selection_of(cli.parse(words))
    must_exist(selection, ())
    return {scenario.case.id for scenario in selected(scenarios("article", ()), selection)}


@pytest.mark.parametrize("excluded", ["vault.same-region", "vault", WHOLE, FAILS])
def test_what_is_excluded_is_what_the_same_name_selects(excluded: str) -> None:
    every = listed()
    option = {WHOLE: "--case", FAILS: "--case", "vault": "--topic"}.get(excluded, "--requirement")
    named = {
        pickle.id
        for pickle in pickles()
        if excluded in (pickle.id, *pickle.requirements)
        or (option == "--topic" and pickle.id.startswith("vault."))
    }
    assert every - listed("--exclude", excluded) == named & every
    assert named <= listed(option, excluded)


def test_report_names_what_was_left_out_and_other_lanes_are_run(tmp_path: Path) -> None:
    exclude = ("--exclude", "vault.same-region", "--exclude", WHOLE)
    found = verify(tmp_path, "--python", MODEL, *BOTH, *exclude)
    assert found.report["selection"]["exclude"] == ["vault.same-region", WHOLE]
    assert f"scenarios except vault.same-region, {WHOLE}" in found.printed
    assert (found.folder / "summary.md").read_text("utf-8").count("scenarios except ") > 0
    assert found.statuses("tour")
    assert not [case for case in found.statuses() if case.startswith("vault.same-region/")]
    assert says(0, "report", "check", found.folder)


def test_control_that_is_left_out_leaves_its_case_open(tmp_path: Path) -> None:
    needs_one = "vault.access-policy/granted-access-is-there-and-changes-nothing-else"
    controls = listed("--case", needs_one) - {needs_one}
    options = [word for case in controls for word in ("--exclude", case)]
    found = verify(tmp_path, "--python", MODEL, "--case", needs_one, *options)
    assert set(found.statuses()) == {needs_one}


def test_unknown_name_is_refused_with_what_may_have_been_meant(refused: Refused) -> None:
    error = refused("--python", MODEL, "--exclude", "vault.same-regio")
    assert "--exclude vault.same-regio: unknown requirement, topic or case" in error
    assert "vault.same-region" in error
