"""A report of an earlier release opens with every later kit: its page shows its results, and it is
plain which kit judged them.

`reports/VERSION` is what `verify` of that release wrote about a system with one fault, which takes
keys of any type and size: a few scenarios, and a little fuzzing.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import Done, run_cli
from tests.conformance.conftest import FAILS, Verified
from tests.conformance.forgeries import Forgery
from translator_cmk.conformance.report.folder import ENVELOPE, derived_files
from translator_cmk.conformance.report.reading import read
from translator_cmk.conformance.results import is_stale, load_results

REPORTS = sorted((Path(__file__).parent / "reports").iterdir())
FAILED = "keys.rsa-2048/a-rotated-key-of-another-size-is-not-put-in-use/api"


@pytest.fixture(params=REPORTS, ids=[path.name for path in REPORTS])
def report(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return Path(shutil.copytree(request.param, tmp_path / request.param.name))


def check(report: Path) -> Done:
    return run_cli("report", "check", report)


def test_it_is_stale_and_gives_no_results(report: Path) -> None:
    results = load_results(report)
    assert is_stale(results)
    assert results.kit == report.name
    assert results.items == ()


def test_its_page_says_which_kit_judged_it(report: Path) -> None:
    envelope = read(report)
    page = derived_files({name: value for name, value in envelope.items() if name != "files"})[
        "report.html"
    ]
    assert (
        f"translator-cmk {report.name} with the specification of release {report.name}, kit "
        in page
    )
    assert envelope["digest"][:12] in page
    assert FAILED in page


@pytest.fixture
def of_this_specification(wrong_in_features: Verified, tmp_path: Path) -> Forgery:
    """A report of a kit that differs from this one in its code alone."""
    forgery = Forgery(wrong_in_features.folder, tmp_path / "of this specification")
    forgery.envelope["digest"] = "0" * 64
    return forgery


def test_check_says_in_one_line_that_another_kit_judged_it_and_derives_what_it_can(
    of_this_specification: Forgery,
) -> None:
    done = check(of_this_specification.sign())
    first, derived = done.out.splitlines()
    assert first.startswith("another kit made this report: translator-cmk ")
    assert "kit 000000000000" in first
    assert " verdicts are confirmed, derived from " in derived
    assert done.code == 0


def test_check_finds_a_verdict_that_does_not_follow_from_the_log(
    of_this_specification: Forgery,
) -> None:
    [case] = [case for case in of_this_specification.envelope["cases"] if case["id"] == FAILS]
    case["status"] = "passed"
    done = check(of_this_specification.sign())
    assert done.code == 1
    assert f'✘ {FAILS}.status: was "passed", is "failed"' in done.out


def added_case(envelope: dict[str, Any]) -> None:
    """Add a passed case that no such run has."""
    passed = next(case for case in envelope["cases"] if case["status"] == "passed")
    envelope["cases"].append(passed | {"id": "fuzz/CreateVault", "lane": "fuzz"})


def counts_less(envelope: dict[str, Any]) -> None:
    """Say of a failure that it does not count."""
    [case] = [case for case in envelope["cases"] if case["id"] == FAILS]
    case["scored"] = False


def ends_well(envelope: dict[str, Any]) -> None:
    """Give another exit code than that of failures."""
    envelope["exit_code"] = 0


def has_more_that_passed(envelope: dict[str, Any]) -> None:
    """Count more cases that passed than there are."""
    envelope["counts"]["scored"]["passed"] += 1


def has_no_failures(envelope: dict[str, Any]) -> None:
    """Leave out the failures by cause, with which every page begins."""
    envelope["groups"] = []


def is_of_a_release(envelope: dict[str, Any]) -> None:
    """Name a release that has another specification."""
    envelope["release"] = "0.2.0"


@pytest.mark.parametrize(
    "edit",
    [
        added_case,
        counts_less,
        ends_well,
        has_more_that_passed,
        has_no_failures,
        is_of_a_release,
    ],
)
def test_check_confirms_nothing_that_this_kit_does_not_derive(
    of_this_specification: Forgery, edit: Callable[[dict[str, Any]], None]
) -> None:
    edit(of_this_specification.envelope)
    done = check(of_this_specification.sign())
    assert "this kit can't confirm the rest: " in done.out
    assert done.code == 4


def test_check_finds_a_file_that_was_changed(report: Path) -> None:
    (report / "summary.md").write_text("All is well.\n", "utf-8")
    done = check(report)
    assert done.code == 1
    assert "✘ summary.md is not what it was when the report was written" in done.out


@pytest.mark.parametrize("changes", [{"release": ""}, {"specification": "0" * 64}])
def test_check_derives_nothing_by_another_specification(
    report: Path, tmp_path: Path, changes: dict[str, str]
) -> None:
    forgery = Forgery(report, tmp_path / "other")
    forgery.envelope |= changes
    done = check(forgery.sign())
    assert done.code == 4
    assert "its specification is another one" in done.out
    assert (report / ENVELOPE).is_file()
