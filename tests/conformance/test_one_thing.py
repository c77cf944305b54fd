"""`pytest --system` and `verify --lane features` are one thing: of both come the same verdicts and report."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.bdd.samples import MODULE
from tests.command_line import each_refused
from tests.conformance.conftest import MODEL, says, verify
from translator_cmk import features_dir
from translator_cmk.bdd.feature_files import load_features
from translator_cmk.cli import main
from translator_cmk.conformance import pytest_report
from translator_cmk.conformance.results import EXPECTED, load_results

WRONG = "tests.systems.mistaken:AnyRegion"
PLUGIN = ("-p", pytest_report.__name__, "-p", "no:hypothesispytest")
GENERATES, IMPORTS = 'generates the key "cmk-2048" in "kv-prod"', 'imports the key "cmk-2048" into "kv-prod"'


def suite(pytester: pytest.Pytester, topic: str = "vault") -> None:
    """A suite that binds the feature of a topic."""
    shutil.copy(features_dir() / f"{topic}.feature", pytester.mkdir("features"))
    pytester.makepyfile(test_features=MODULE)


def verdicts(report: dict[str, Any]) -> list[dict[str, Any]]:
    """What came of each case, whichever names its world had, and however long it took."""
    times = {"seconds", "durations"}
    return [{name: value for name, value in case.items() if name not in times} for case in report["cases"]]


def colours(folder: Path) -> list[str]:
    """The colours of a badge; its words say by how many scenarios or which topic the run was narrowed."""
    return re.findall(r'fill="(#\w+)"', (folder / "badge.svg").read_text("utf-8"))


def reported(pytester: pytest.Pytester, *options: str) -> tuple[pytest.RunResult, dict[str, Any]]:
    """Run the suite, and return how it ended and its report."""
    ran = pytester.runpytest_inprocess(*PLUGIN, "--results", "report", *options)
    return ran, json.loads((pytester.path / "report" / "report.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("system", "topic"),
    [(MODEL, "workspace"), (WRONG, "vault"), ("tests.systems.limited:Bare", "encryption")],
)
def test_both_doors_lead_to_the_same_results_and_report(
    tmp_path: Path, pytester: pytest.Pytester, system: str, topic: str
) -> None:
    suite(pytester, topic)
    ran, report = reported(pytester, "--system", system)
    folder = pytester.path / "report"
    found = verify(tmp_path, "--python", system, "--lane", "features", "--topic", topic, "--profile", "full")
    assert verdicts(report) == verdicts(found.report)
    same = ("subject", "counts", "groups", "lanes", "profile", "complete", "exit_code", "digest")
    assert {name: report[name] for name in same} == {name: found.report[name] for name in same}
    assert {file.name for file in folder.iterdir()} == {file.name for file in found.folder.iterdir()}
    assert colours(folder) == colours(found.folder)
    assert (ran.ret == 0) == (report["exit_code"] == 0)
    assert f"all {len(report['cases'])} verdicts are confirmed" in says(0, "report", "check", str(folder))
    by_pytest, by_verify = load_results(folder), load_results(found.folder)
    assert [(each.id, each.status) for each in by_pytest.items] == [(each.id, each.status) for each in by_verify.items]


def test_what_was_not_run_leaves_a_report_that_is_not_conformant(pytester: pytest.Pytester) -> None:
    suite(pytester)
    ran, report = reported(pytester, "-k", "in_another_region_is_refused")
    outcomes = ran.parseoutcomes()
    (feature,) = (each for each in load_features(features_dir()) if each.path.name == "vault.feature")
    assert (outcomes.pop("passed"), outcomes.pop("deselected")) == (4, len(list(feature.pickles)) - 4)
    assert not outcomes
    assert ran.ret == 1  # what shows that the request is ever accepted was left out
    assert (report["exit_code"], report["counts"]["scored"]["not-run"]) == (4, 3)
    assert main(["report", "check", str(pytester.path / "report")]) == 0


def test_run_that_stops_before_its_end_leaves_a_report_marked_incomplete(pytester: pytest.Pytester) -> None:
    suite(pytester)
    _, report = reported(pytester, "--system", WRONG, "-x")
    assert (report["complete"], report["exit_code"], report["trouble"]) == (False, 4, "stopped before its end")
    assert main(["report", "check", str(pytester.path / "report")]) == 4


def test_features_of_ones_own_have_no_such_report(pytester: pytest.Pytester) -> None:
    suite(pytester)
    file = pytester.path / "features" / "vault.feature"
    file.write_text(file.read_text("utf-8").replace(GENERATES, IMPORTS, 1), "utf-8")
    ran = pytester.runpytest_inprocess(*PLUGIN, "--results", "report")
    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    ran.stderr.fnmatch_lines(["ERROR: --results: vault.* is no scenario of the specification, and nobody could *"])


def test_system_of_the_suite_itself_is_not_reported_on(pytester: pytest.Pytester) -> None:
    suite(pytester, "workspace")
    pytester.makeconftest(
        "import pytest\nfrom translator_cmk.system import ModelSystem\n"
        "@pytest.fixture\ndef system(): return ModelSystem()\n"
    )
    ran, report = reported(pytester)
    assert ran.ret == 1
    assert {case["status"] for case in report["cases"]} == {"inconclusive"}


def test_other_tests_are_recorded_as_properties(pytester: pytest.Pytester) -> None:
    suite(pytester, "workspace")
    pytester.makepyfile(
        test_laws="""
        import pytest
        @pytest.mark.evidence("it-holds", "keys.enable")
        def test_it_holds(): pass
        @pytest.mark.evidence("it-does-not")
        def test_it_does_not(): assert False, "it was seen not to hold"
        """
    )
    assert reported(pytester)[0].ret == 1
    found = {item.id: item for item in load_results(pytester.path / "report").items if item.kind == "property"}
    holds, fails = found.pop("it-holds"), found.pop("it-does-not")
    assert {(name, item.status) for name, item in found.items()} == {(name, "not-run") for name in EXPECTED}
    assert (holds.id, holds.status, holds.requirements) == ("it-holds", "passed", ("keys.enable",))
    assert (fails.status, (fails.reason or "").partition("\n")[0]) == ("failed", "it was seen not to hold")
    assert main(["report", "check", str(pytester.path / "report")]) == 0


@pytest.mark.parametrize(("phase", "status"), [("setup", "not-run"), ("teardown", "passed")])
def test_run_in_which_something_fails_beside_a_scenario_is_incomplete(
    pytester: pytest.Pytester, phase: str, status: str
) -> None:
    suite(pytester)
    steps = ["raise OSError('in use')", "yield"] if phase == "setup" else ["yield", "raise OSError('in use')"]
    pytester.makeconftest(f"import pytest\n@pytest.fixture(autouse=True)\ndef leaves():\n    {'; '.join(steps)}\n")
    ran, report = reported(pytester, "-k", "in_the_resources_region_is_accepted")
    assert ran.ret == pytest.ExitCode.TESTS_FAILED
    assert {case["status"] for case in report["cases"]} == {status}
    assert (report["complete"], report["exit_code"]) == (False, 4)
    assert report["trouble"].startswith(f"OSError in {phase}: in use, of vault.same-region-refused/")
    assert main(["report", "check", str(pytester.path / "report")]) == 4


def test_run_that_is_interrupted_leaves_a_report_marked_incomplete(pytester: pytest.Pytester) -> None:
    suite(pytester, "workspace")
    system = "tests.systems.odd:IsInterrupted"
    with pytest.raises(KeyboardInterrupt):
        pytester.runpytest_inprocess(*PLUGIN, "--results", "report", "--system", system)
    report = json.loads((pytester.path / "report" / "report.json").read_text("utf-8"))
    assert (report["complete"], report["trouble"]) == (False, "interrupted")
    assert {case["status"] for case in report["cases"]} == {"not-run"}


@each_refused("results")
def test_report_that_can_not_be_written_is_wrong_usage(
    pytester: pytest.Pytester, options: list[str], says: str
) -> None:
    suite(pytester)
    ran = pytester.runpytest_inprocess(*PLUGIN, *options)
    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    assert says in ran.stderr.str()


def test_run_without_scenarios_writes_no_report(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_passes(): pass")
    ran = pytester.runpytest_inprocess(*PLUGIN, "--results", "report")
    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    assert "report: no scenario was collected" in ran.stdout.str()
    assert not (pytester.path / "report").exists()


def test_only_the_model_is_called_the_model(pytester: pytest.Pytester) -> None:
    suite(pytester, "workspace")
    pytester.makepyfile(
        pretends="""
        class Pretends:
            declaration = {"product": "model", "version": "1"}
            def reset(self, stage): pass
            def submit(self, command): pass
            def observe(self): return {}
        """
    )
    ran = pytester.runpytest_inprocess(*PLUGIN, "--results", "report", "--system", "pretends:Pretends")
    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    assert "it declares the product 'model', as only the model does" in ran.stderr.str()
