"""`pytest --system` and `verify --lane features` are one thing: of both come the same verdicts and report."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.bdd import wrong_systems
from tests.bdd.samples import MODULE
from tests.conformance import limited_systems
from tests.conformance.verifying import MODEL, verify
from translator_cmk import features_dir
from translator_cmk.bdd.results import load_results
from translator_cmk.cli import main
from translator_cmk.conformance import pytest_report

WRONG = f"{wrong_systems.__name__}:AnyRegion"
PLUGIN = ("-p", pytest_report.__name__, "-p", "no:hypothesispytest")
GENERATES, IMPORTS = 'generates the key "key" in "vault"', 'imports the key "key" into "vault"'
COMPARED = ("id", "status", "reason", "blamed", "known", "scored", "requirements", "level", "shown", "step", "line")


def suite(pytester: pytest.Pytester, features: str = "vault.feature") -> None:
    """A suite that binds these features of the specification."""
    folder = pytester.mkdir("features")
    shutil.copy(features_dir() / features, folder)
    pytester.makepyfile(test_features=MODULE)


def verdicts(report: dict[str, Any]) -> list[dict[str, Any]]:
    """What came of each case, whichever names its world had."""
    return [{name: case[name] for name in COMPARED if name in case} for case in report["cases"]]


@pytest.mark.parametrize("system", [MODEL, WRONG, f"{limited_systems.__name__}:Bare"])
def test_both_doors_lead_to_the_same_results_and_report(
    tmp_path: Path, pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str], system: str
) -> None:
    suite(pytester)
    ran = pytester.runpytest_inprocess(*PLUGIN, "--system", system, "--report", "report", "--results", "results.json")
    folder = pytester.path / "report"
    by_pytest = json.loads((folder / "report.json").read_text("utf-8"))
    found = verify(tmp_path, "--python", system, "--lane", "features", "--topic", "vault", "--profile", "full")
    assert verdicts(by_pytest) == verdicts(found.report)
    same = ("subject", "counts", "coverage", "groups", "lanes", "profile", "complete", "exit_code", "digest")
    assert {name: by_pytest[name] for name in same} == {name: found.report[name] for name in same}
    assert {file.name for file in folder.iterdir()} == {file.name for file in found.folder.iterdir()}
    assert (folder / "badge.svg").read_bytes() == (found.folder / "badge.svg").read_bytes()
    assert (ran.ret == 0) == (by_pytest["exit_code"] == 0)
    assert main(["report", "check", str(folder)]) == 0
    assert f"all {len(by_pytest['cases'])} verdicts are confirmed" in capsys.readouterr().out
    by_id = {item.id: item.status for item in load_results(pytester.path / "results.json").items}
    assert by_id == {item.id: item.status for item in load_results(folder / "results.json").items}


def test_what_was_not_run_leaves_a_report_that_is_not_conformant(pytester: pytest.Pytester) -> None:
    suite(pytester)
    ran = pytester.runpytest_inprocess(*PLUGIN, "--report", "report", "-k", "two_regions")
    ran.assert_outcomes(passed=2, deselected=20)
    assert ran.ret == 1  # what shows that the request is ever accepted was left out
    report = json.loads((pytester.path / "report" / "report.json").read_text("utf-8"))
    assert (report["exit_code"], report["counts"]["scored"]["not-run"]) == (4, 2)
    assert main(["report", "check", str(pytester.path / "report")]) == 0


def test_run_that_stops_before_its_end_leaves_a_report_marked_incomplete(
    pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str]
) -> None:
    suite(pytester)
    pytester.runpytest_inprocess(*PLUGIN, "--system", WRONG, "--report", "report", "-x")
    report = json.loads((pytester.path / "report" / "report.json").read_text("utf-8"))
    assert (report["complete"], report["exit_code"], report["trouble"]) == (False, 4, "stopped before its end")
    assert main(["report", "check", str(pytester.path / "report")]) == 4
    assert "verdicts are confirmed" in capsys.readouterr().out


def test_features_of_ones_own_have_no_such_report(pytester: pytest.Pytester) -> None:
    suite(pytester)
    file = pytester.path / "features" / "vault.feature"
    file.write_text(file.read_text("utf-8").replace(GENERATES, IMPORTS, 1), "utf-8")
    ran = pytester.runpytest_inprocess(*PLUGIN, "--report", "report")
    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    ran.stderr.fnmatch_lines(["ERROR: --report: vault.* is no scenario of the specification, so that nobody could *"])


def test_system_of_the_suite_itself_is_not_reported_on(pytester: pytest.Pytester) -> None:
    suite(pytester)
    pytester.makeconftest(
        "import pytest\nfrom translator_cmk.system import ModelSystem\n"
        "@pytest.fixture\ndef system(): return ModelSystem()\n"
    )
    assert pytester.runpytest_inprocess(*PLUGIN, "--report", "report").ret == 1
    report = json.loads((pytester.path / "report" / "report.json").read_text("utf-8"))
    assert {case["status"] for case in report["cases"]} == {"inconclusive"}
