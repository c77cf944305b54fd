"""A report says what came out in every form it has, can be derived anew, and stays valid when a run is cut off."""

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.bdd import wrong_systems
from tests.conformance import slow_systems
from tests.conformance.verifying import FAULTY, MODEL, Verified, verify
from translator_cmk.cli import main
from translator_cmk.conformance.cases import Case, Result
from translator_cmk.conformance.deviations import Deviations
from translator_cmk.conformance.report.envelope import Made
from translator_cmk.conformance.results import ResultsError, load_results
from translator_cmk.conformance.running import Running
from translator_cmk.machine import COMMANDS
from translator_cmk.requirements import load_register

WRONG = f"{wrong_systems.__name__}:LosesNothing"
LANES = ("--lane", "features", "--lane", "tour", "--scope", "losing-the-key", "--steps", "150")
SOME = ("--requirement", "revocation.access-revoked", "--requirement", "environment.create-vault")


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Verified:
    """The report on a system that is wrong about one thing."""
    return verify(tmp_path_factory.mktemp("wrong"), "--python", WRONG, *LANES, *SOME)


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Verified:
    """The report on a system whose name is full of markup."""
    only = ("--lane", "features", "--case", "environment.create-vault/a-new-vault")
    return verify(tmp_path_factory.mktemp("marked"), "--stdio", f"{FAULTY} hello=markup", *only)


def test_failures_of_one_cause_are_one_group(wrong: Verified) -> None:
    assert [group["cause"] for group in wrong.report["groups"]] == ["revocation.access-revoked"]
    assert len(wrong.report["groups"][0]["cases"]) > 5


def test_cases_are_in_one_order_whenever_they_came_about() -> None:
    made = Made("0" * 64, "python", "full", (), ("features", "fuzz"), {}, 1, {})
    running = Running(made, load_register(), None, Deviations())
    late = [Case(f"fuzz/{name}", "fuzz", "account", ()) for name in ("reset", *reversed(COMMANDS))]
    scenarios = [Case(name, "features", "account", ("environment.exists",)) for name in ("b", "a")]
    for case in (*late, *scenarios):
        running.take(case, Result("failed", attributed_to=("environment.exists",)))
    ordered = ["b", "a", *(f"fuzz/{name}" for name in (*COMMANDS, "reset"))]
    envelope = running.envelope()
    assert [case["id"] for case in envelope["cases"]] == ordered
    assert [group["cases"] for group in envelope["groups"]] == [ordered]


def test_envelope_says_how_the_run_was_made_and_what_came_out(wrong: Verified) -> None:
    report = wrong.report
    assert report["complete"]
    assert report["lanes"] == ["features", "tour"]
    assert report["selection"] == {"requirement": ["revocation.access-revoked", "environment.create-vault"]}
    for tally in (report["counts"]["scored"], report["counts"]["assumed"], *report["counts"]["lanes"].values()):
        assert tally["total"] == sum(count for status, count in tally.items() if status != "total")
    assert report["coverage"]["rows"] <= report["coverage"]["rows_in_all"]
    assert report["register"]["requirements"] == len(load_register())


def test_cucumber_messages_are_those_of_the_official_package(wrong: Verified) -> None:
    import cucumber_messages  # type: ignore[import-untyped]  # the official package has no types
    from cucumber_messages.json_converter import JsonDataclassConverter  # type: ignore[import-untyped]  # likewise

    converter = JsonDataclassConverter(module_scope=cucumber_messages)
    told = [json.loads(line) for line in (wrong.folder / "cucumber.ndjson").read_text("utf-8").splitlines()]
    read = [converter.from_dict(each, cucumber_messages.Envelope) for each in told]
    assert [converter.to_dict(each) for each in read] == told
    kinds = [next(iter(each)) for each in told]
    scenarios = sum(case["lane"] == "features" for case in wrong.report["cases"])
    assert kinds.count("testCaseFinished") == kinds.count("pickle") == scenarios
    assert (kinds[0], kinds[-1]) == ("meta", "testRunFinished")
    results = [each["testStepFinished"]["testStepResult"]["status"] for each in told if "testStepFinished" in each]
    failed = [c for c in wrong.report["cases"] if c["status"] == "failed" and c["lane"] == "features"]
    assert results.count("FAILED") == len(failed)


def test_junit_counts_what_the_envelope_counts(wrong: Verified) -> None:
    root = ElementTree.parse(wrong.folder / "junit.xml").getroot()
    *lanes, run = root
    failures = sum(int(suite.get("failures", 0)) for suite in lanes)
    assert failures == wrong.report["counts"]["scored"]["failed"] == len(root.findall(".//failure")) - 1
    assert [each.get("message") for each in run.iter("failure")] == ["exit code 1: deviations"]
    names = [case.get("name", "") for lane in lanes for case in lane.iter("testcase")]
    assert len(names) == len(wrong.report["cases"])
    assert any(name.startswith("[revocation.access-revoked] Revoked access") for name in names)


def test_junit_skips_what_is_not_decided_and_does_not_count(tmp_path: Path) -> None:
    case = "restoration.data-readable/the-key-is-back-and-the-data-can-be-read/the-access-to-the-key-has-been-revoked"
    counted = ("--case", "environment.create-vault/a-new-vault")
    made = f"{slow_systems.__name__}:TooSlow"
    found = verify(tmp_path, "--python", made, "--lane", "features", "--case", case, *counted)
    assert (found.status(case), found.exit_code) == ("inconclusive", 0)
    root = ElementTree.parse(found.folder / "junit.xml").getroot()
    assert not [*root.iter("failure"), *root.iter("error")]
    assert len([*root.iter("skipped")]) == 1


def test_results_are_derived_from_the_message_log(wrong: Verified, tmp_path: Path) -> None:
    results = load_results(wrong.folder)
    assert (results.subject, results.complete) == ("loses nothing", False)  # not everything was selected
    items = {item.id: item for item in results.items}
    assert items["revocation.access-revoked/revoked-access"].status == "failed"
    granted = items["environment.create-vault/a-new-vault"]
    assert granted.status == "passed"
    assert [next(iter(each)) for each in granted.details] == ["step"] * len(granted.details)
    assert granted.details[0]["outcome"]["by"] == ["environment.create-vault"]
    edited = Path(shutil.copytree(wrong.folder, tmp_path / "edited")) / "report.json"
    edited.write_text(edited.read_text("utf-8").replace('"status": "failed"', '"status": "passed"'), "utf-8")
    item = next(each for each in load_results(edited.parent).items if each.id.startswith("revocation.access"))
    assert (item.status, item.reason) == ("failed", "the report says passed, and its message log shows failed")


def test_results_of_a_log_that_was_changed_are_refused(wrong: Verified, tmp_path: Path) -> None:
    log = Path(shutil.copytree(wrong.folder, tmp_path / "edited")) / "messages.ndjson"
    log.write_text(log.read_text("utf-8").replace('"CreateVault"', '"DeleteVault"', 1), "utf-8")
    with pytest.raises(ResultsError, match=r"messages\.ndjson"):
        load_results(log.parent)
    with pytest.raises(ResultsError, match="can't be read"):
        load_results(tmp_path / "nowhere")


def test_badge_has_counts_and_never_a_percentage(wrong: Verified) -> None:
    badge = json.loads((wrong.folder / "badge.json").read_text("utf-8"))
    scored = wrong.report["counts"]["scored"]
    assert badge["message"] == f"✘ {scored['passed']}/{scored['total']}, unreleased kit"
    assert badge["isError"]
    assert "%" not in (wrong.folder / "badge.svg").read_text("utf-8")


def test_counterexample_is_a_feature_that_the_model_passes_and_the_system_fails(
    wrong: Verified, pytester: pytest.Pytester
) -> None:
    feature = next((wrong.folder / "counterexamples").glob("*.feature")).read_text("utf-8")
    folder = pytester.mkdir("features")
    (folder / "revocation.feature").write_text(feature, "utf-8")
    pytester.makepyfile(test_features="from pytest_bdd import scenarios\nscenarios('features')\n")
    arguments = ("-p", "translator_cmk.bdd", "-p", "no:hypothesispytest")
    pytester.runpytest_inprocess(*arguments).assert_outcomes(passed=1)
    pytester.runpytest_inprocess(*arguments, "--system", WRONG).assert_outcomes(failed=1)
    recorded = str(next((wrong.folder / "counterexamples").glob("*.json")))
    assert main(["replay", "--python", WRONG, recorded]) == 1
    assert main(["replay", "--python", MODEL, recorded]) == 0


@pytest.mark.parametrize("file", ["report.html", "badge.svg", "junit.xml", "summary.md", "badge.json"])
def test_markup_in_a_name_stays_text(marked: Verified, file: str) -> None:
    text = (marked.folder / file).read_text("utf-8")
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\x07" not in text
    unescaped = {"summary.md": "[x](y)", "badge.json": "\\x1b\\x1b"}.get(file, "<script")
    assert unescaped not in text


@pytest.mark.parametrize("file", ["report.html", "summary.md"])
def test_what_was_left_out_of_a_run_is_told_beside_what_came_out(wrong: Verified, file: str) -> None:
    text = (wrong.folder / file).read_text("utf-8").replace("\\", "")
    assert "of the scenarios only requirement revocation.access-revoked, environment.create-vault" in text


def test_page_runs_and_fetches_nothing(wrong: Verified) -> None:
    page = (wrong.folder / "report.html").read_text("utf-8")
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page


def test_report_is_confirmed_by_its_message_log(wrong: Verified, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "check", str(wrong.folder)]) == 0
    assert f"all {len(wrong.report['cases'])} verdicts are confirmed" in capsys.readouterr().out


def test_report_is_confirmed_by_asking_again(wrong: Verified, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "reproduce", str(wrong.folder), "--python", WRONG]) == 0
    assert f"say the same: translator-cmk report check {wrong.folder}" in capsys.readouterr().out
    assert main(["report", "reproduce", str(wrong.folder), "--python", MODEL]) == 1
    out = capsys.readouterr().out
    assert "revocation.access-revoked/revoked-access: was failed, is passed" in out
    assert 'declares something else than it did then: product was "loses nothing", and is ' in out


@pytest.mark.parametrize(
    ("file", "was", "is_", "told"),
    [
        ("report.json", '"status": "failed"', '"status": "passed"', ": was passed, is failed"),
        ("report.json", '"features/revo', '"features/../revo', "its feature was 'features/../revocation.feature'"),
        ("report.json", '"total": ', '"total": 1', "counts in report.json is not what follows"),
        ("report.json", '"complete": true', '"complete": false', "exit_code in report.json is not what follows"),
        ("messages.ndjson", '"readable":true', '"readable":false', "messages.ndjson is not what it was"),
        ("messages.ndjson", '"soft_delete":true', '"soft_delete":false', "the log has"),
        ("messages.ndjson", '"CreateVault"', '"DeleteVault"', ":5: request.command has no field 'region'"),
        ("badge.svg", "✘", "✔", "badge.svg is not what it was"),
    ],
)
def test_edited_report_is_found_out(
    wrong: Verified, tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, was: str, is_: str, told: str
) -> None:
    folder = tmp_path / "edited"
    folder.mkdir()
    for each in wrong.folder.iterdir():
        if each.is_file():
            (folder / each.name).write_bytes(each.read_bytes())
    text = (folder / file).read_text("utf-8")
    assert was in text
    (folder / file).write_text(text.replace(was, is_, 1), "utf-8", newline="\n")
    assert main(["report", "check", str(folder)]) in (1, 2)
    output = capsys.readouterr()
    assert told in output.out + output.err


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": 2}', "\x00", '{"format": 1, "cases": 3}'])
def test_what_is_no_report_is_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    (tmp_path / "report.json").write_text(content)
    assert main(["report", "check", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
