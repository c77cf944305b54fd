"""`pytest --system` and `verify --lane features` come to the same verdicts and report."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.bdd.samples import MODULE
from tests.command_line import each_refused
from tests.conformance.conftest import MODEL, WELL, says, verify
from translator_cmk import features_dir
from translator_cmk.bdd.feature_files import load_features
from translator_cmk.cli import main
from translator_cmk.conformance import pytest_plugin
from translator_cmk.conformance.results import load_results

WRONG = "tests.systems.mistaken:AnyRegion"
PLUGIN = ("-p", pytest_plugin.__name__, "-p", "no:hypothesispytest")
GENERATES = 'generates the key "cmk-2048" in "kv-prod"'
PERMITTED = """
from tests.systems.permitted import IDENTITY
on_at_first = IDENTITY[0].make
"""
IMPORTS = 'imports the key "cmk-2048" into "kv-prod"'


def suite(pytester: pytest.Pytester, topic: str = "vault") -> None:
    """A suite that binds the feature of a topic."""
    shutil.copy(features_dir() / f"{topic}.feature", pytester.mkdir("features"))
    pytester.makepyfile(test_features=MODULE)


def verdicts(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what came of each case, however long it took and under whatever names."""
    found = []
    for case in report["cases"]:
        kept = dict(case)
        kept.pop("seconds", None)
        kept.pop("durations", None)
        if "shown" in kept:
            kept["shown"] = re.sub("(?m)^  sent as .*$", "", kept["shown"])
        found.append(kept)
    return found


def statuses_in(folder: Path) -> list[tuple[str, str]]:
    """Return the status of each scenario, as it follows from the message log of a report."""
    return [(item.id, item.status) for item in load_results(folder).items]


def colours(folder: Path) -> list[str]:
    """Return the colours of a badge; its words say how the run was narrowed."""
    return re.findall(r'fill="(#\w+)"', (folder / "badge.svg").read_text("utf-8"))


def reported(pytester: pytest.Pytester, *options: str) -> tuple[pytest.RunResult, dict[str, Any]]:
    """Run the suite, and return how it ended and its report."""
    ran = pytester.runpytest_inprocess(*PLUGIN, "--results", "report", *options)
    return ran, json.loads((pytester.path / "report" / "report.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("system", "topic", "options"),
    [
        (MODEL, "identity", ["--profile", "full"]),
        ("tests.systems.mistaken:OwnKeyIgnored", "workspace", ["--revision", "2025-11-18"]),
        ("permitted:on_at_first", "identity", []),
    ],
)
def test_both_doors_lead_to_the_same_results_and_report(
    tmp_path: Path, pytester: pytest.Pytester, system: str, topic: str, options: list[str]
) -> None:
    suite(pytester, topic)
    pytester.makepyfile(permitted=PERMITTED)
    pytester.syspathinsert()
    ran, report = reported(pytester, "--system", system, *options)
    folder = pytester.path / "report"
    named = ("--python", system, *options)
    found = verify(tmp_path, *named, "--lane", "features", "--topic", topic)

    assert verdicts(report) == verdicts(found.report)
    for name in (
        "subject",
        "counts",
        "groups",
        "lanes",
        "profile",
        "complete",
        "exit_code",
        "digest",
    ):
        assert report[name] == found.report[name]
    assert {file.name for file in folder.iterdir()} == {
        file.name for file in found.folder.iterdir()
    }
    assert colours(folder) == colours(found.folder)
    assert (ran.ret == 0) == (report["exit_code"] == 0)
    assert f"all {len(report['cases'])} verdicts are confirmed" in says(
        0, "report", "check", str(folder)
    )
    assert statuses_in(folder) == statuses_in(found.folder)


def test_what_was_not_run_leaves_a_report_that_is_not_conformant(pytester: pytest.Pytester) -> None:
    suite(pytester)
    ran, report = reported(pytester, "-k", "in_another_region_is_refused")
    [feature] = [
        feature for feature in load_features(features_dir()) if feature.path.name == "vault.feature"
    ]
    left_out = len(list(feature.pickles)) - 4
    assert ran.parseoutcomes() == {"passed": 4, "deselected": left_out}
    assert ran.ret == 1  # what shows that the request is ever accepted was left out
    assert report["exit_code"] == 4
    assert report["counts"]["scored"]["not-run"] == 3
    assert main(["report", "check", str(pytester.path / "report")]) == 0


def test_run_that_stops_before_its_end_leaves_a_report_marked_incomplete(
    pytester: pytest.Pytester,
) -> None:
    suite(pytester)
    _, report = reported(pytester, "--system", WRONG, "-x")
    assert (report["complete"], report["exit_code"], report["trouble"]) == (
        False,
        4,
        "stopped before its end",
    )
    assert main(["report", "check", str(pytester.path / "report")]) == 4


def test_features_of_ones_own_have_no_such_report(pytester: pytest.Pytester) -> None:
    suite(pytester)
    file = pytester.path / "features" / "vault.feature"
    file.write_text(file.read_text("utf-8").replace(GENERATES, IMPORTS, 1), "utf-8")
    ran = pytester.runpytest_inprocess(*PLUGIN, "--results", "report")
    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    ran.stderr.fnmatch_lines(
        ["ERROR: --results: vault.* is no scenario of the specification, and nobody could *"]
    )


def test_system_of_the_suite_itself_is_not_reported_on(pytester: pytest.Pytester) -> None:
    suite(pytester, "workspace")
    pytester.makeconftest(
        """
        import pytest
        from translator_cmk.system import ModelSystem
        @pytest.fixture
        def system():
            return ModelSystem()
        """
    )
    ran, report = reported(pytester)
    assert ran.ret == 1
    assert report["trouble"].endswith("remove the fixture called system")
    assert {case["status"] for case in report["cases"]} == {"not-run"}


def test_other_tests_are_in_no_result(pytester: pytest.Pytester) -> None:
    suite(pytester, "workspace")
    pytester.makepyfile(
        test_laws="""
        def test_it_holds(): pass
        def test_it_does_not(): assert False, "it was seen not to hold"
        """
    )
    ran, _ = reported(pytester)
    assert ran.ret == 1
    assert {item.kind for item in load_results(pytester.path / "report").items} == {"scenario"}
    assert main(["report", "check", str(pytester.path / "report")]) == 0


@pytest.mark.parametrize(("phase", "status"), [("setup", "not-run"), ("teardown", "passed")])
def test_run_in_which_something_fails_beside_a_scenario_is_incomplete(
    pytester: pytest.Pytester, phase: str, status: str
) -> None:
    suite(pytester)
    pytester.makeconftest(
        f"""
        import pytest
        @pytest.fixture(autouse=True)
        def fails():
            if {phase!r} == "setup":
                raise OSError("in use")
            yield
            raise OSError("in use")
        """
    )
    ran, report = reported(pytester, "-k", "in_the_resources_region_is_accepted")
    assert ran.ret == pytest.ExitCode.TESTS_FAILED
    assert {case["status"] for case in report["cases"]} == {status}
    assert (report["complete"], report["exit_code"]) == (False, 4)
    assert report["trouble"].startswith(
        f"OSError in {phase}: in use, of vault.same-region-refused/"
    )
    assert main(["report", "check", str(pytester.path / "report")]) == 4


def test_run_that_is_interrupted_leaves_a_report_marked_incomplete(
    pytester: pytest.Pytester,
) -> None:
    suite(pytester, "workspace")
    system = "tests.systems.odd:IsInterrupted"
    with pytest.raises(KeyboardInterrupt):
        pytester.runpytest_inprocess(*PLUGIN, "--results", "report", "--system", system)
    report = json.loads((pytester.path / "report" / "report.json").read_text("utf-8"))
    assert (report["complete"], report["trouble"]) == (False, "interrupted")
    assert {case["status"] for case in report["cases"]} == {"not-run"}


ENDS_THE_PROCESS = """
import os
from translator_cmk import ModelSystem

PLACE = os.environ["PLACE"]

if PLACE == "import":
    os._exit(0)

class Ends(ModelSystem):
    declaration = {"product": "ends", "version": "1"}

    def submit(self, command):
        if PLACE == "middle" and type(command).__name__ == "EnableCustomerManagedKeys":
            os._exit(0)
        return super().submit(command)
"""


@pytest.mark.parametrize(
    ("place", "code", "said"),
    [
        ("import", 2, "the run broke off before it wrote one"),
        ("middle", 4, "the run was not complete: it was broken off"),
    ],
)
def test_process_that_ends_under_the_run_leaves_no_green_report(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, place: str, code: int, said: str
) -> None:
    suite(pytester)
    pytester.makepyfile(ends=ENDS_THE_PROCESS)
    earlier = verify(pytester.path, "--python", MODEL, *WELL)
    assert earlier.exit_code == 0
    report = earlier.folder
    options = (*PLUGIN, "--results", report, "--system", "ends:Ends", "-k", "resources_region")

    monkeypatch.setenv("PLACE", place)
    assert pytester.runpytest_subprocess(*options).ret == 0
    # pytest can't tell, and the folder does
    assert said in says(code, "report", "check", report)


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
    ran = pytester.runpytest_inprocess(
        *PLUGIN, "--results", "report", "--system", "pretends:Pretends"
    )
    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    assert "it declares the product 'model', as only the model does" in ran.stderr.str()


NO_STEPS = "def pytest_bdd_before_scenario(scenario): scenario.steps.clear()"
NO_CALL = "def pytest_pyfunc_call(): return True"
NO_ERROR = """
import pytest
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call():
    try:
        yield
    except Exception:
        pass
"""
EXPECTED_TO_FAIL = """
import pytest
def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.xfail)
"""


@pytest.mark.parametrize("results", [(), ("--results", "report")], ids=["", "with a report"])
@pytest.mark.parametrize(
    ("conftest", "code"),
    [(NO_STEPS, 3), (NO_CALL, 3), (NO_ERROR, 3), (EXPECTED_TO_FAIL, 1)],
    ids=["no steps", "no call", "no error", "expected to fail"],
)
def test_what_the_runner_says_is_no_verdict(
    pytester: pytest.Pytester, conftest: str, code: int, results: tuple[str, ...]
) -> None:
    suite(pytester)
    pytester.makeconftest(conftest)
    few = ("-k", "in_another_region_is_refused")
    ran = pytester.runpytest_inprocess(*PLUGIN, *few, "--system", WRONG, *results)
    assert ran.ret == code
    disagrees = "the test runner says passed, and the record of the scenario doesn't"
    assert ran.stdout.str().count(disagrees) == (4 if code == 3 else 0)
    if results:
        assert main(["report", "check", str(pytester.path / "report")]) in (0, 4)
        report = json.loads((pytester.path / "report" / "report.json").read_text("utf-8"))
        assert report["exit_code"] in (1, 4)


@pytest.mark.parametrize("option", ["--co", "--fixtures", "--setup-plan", "--help", "--markers"])
def test_option_that_runs_nothing_leaves_the_earlier_report(
    pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    suite(pytester)
    folder = pytester.mkdir("report")
    (folder / "report.json").write_text("earlier", "utf-8")
    assert pytest.main([*PLUGIN, "--results", "report", option]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    [line] = said.err.splitlines()
    assert line.startswith("ERROR: --results report: no report is written with --")
    assert (folder / "report.json").read_text("utf-8") == "earlier"


NEVER_ANSWERS = """
from translator_cmk import ModelSystem

class Never(ModelSystem):
    declaration = {"product": "never", "version": "1"}

    def reset(self, stage):
        raise OSError("no network")
"""


OF_THE_SUITE = """
import pytest
from never import Never

@pytest.fixture
def system():
    return Never()
"""
NEVER = ("--system", "never:Never")


@pytest.mark.parametrize(
    "options",
    [NEVER, (*NEVER, "--results", "report"), (*NEVER, "-n", "1"), ("-p", "of_the_suite")],
)
def test_five_broken_answers_in_a_row_end_the_run_with_one_block(
    pytester: pytest.Pytester, options: tuple[str, ...]
) -> None:
    suite(pytester)
    pytester.makepyfile(never=NEVER_ANSWERS, of_the_suite=OF_THE_SUITE)
    pytester.syspathinsert()
    ran = pytester.runpytest_inprocess(*PLUGIN, *options)
    assert ran.ret == pytest.ExitCode.INTERNAL_ERROR
    assert ran.parseoutcomes()["errors"] == 5
    said = ran.stdout.str()
    assert "given up: the system broke in 5 cases in a row" in said
    assert said.count("raise OSError") == 1
    assert len(said.splitlines()) < 60


def test_difference_where_nothing_is_demanded_is_said_and_not_red(
    pytester: pytest.Pytester,
) -> None:
    suite(pytester, "identity")
    pytester.makepyfile(permitted=PERMITTED)
    few = ("-k", "new_resource", "-rs", "--system", "permitted:on_at_first")
    ran = pytester.runpytest_inprocess(*PLUGIN, *few)
    assert ran.parseoutcomes().keys() == {"skipped", "deselected"}
    ran.stdout.fnmatch_lines(["SKIPPED * differs from our assumption (identity.off-at-first*"])
    ran = pytester.runpytest_inprocess(*PLUGIN, *few, "--profile", "full")
    assert ran.parseoutcomes()["failed"] == 1
