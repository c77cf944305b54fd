"""A report says what came out in every form it has, fits its schemas, replaces no other file, and is derived again."""

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from functools import reduce
from html import unescape
from operator import getitem
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.bdd.samples import project, run
from tests.command_line import ROOT, VALID, each_refused, one_error, run_cli
from tests.conformance import forgeries
from tests.conformance.conftest import (
    FAILS,
    FAILS_TOO,
    FAULTY,
    FULL,
    GRANTED,
    MODEL,
    WHOLE,
    WRONG,
    Verified,
    messages_of,
    put_messages,
    says,
    verify,
)
from tests.conformance.forgeries import FORGERIES, Forgery, interrupted
from translator_cmk import features_dir
from translator_cmk.cli import main
from translator_cmk.conformance.cases import Case
from translator_cmk.conformance.report.by_requirement import Cell, Note, cells
from translator_cmk.conformance.report.envelope import Made
from translator_cmk.conformance.report.folder import ENVELOPE, KEYS, MESSAGES, Folder
from translator_cmk.conformance.report.page import verdict
from translator_cmk.conformance.results import load_results
from translator_cmk.conformance.running import Running
from translator_cmk.conformance.verdicts import Result
from translator_cmk.errors import CommandError
from translator_cmk.machine import COMMANDS
from translator_cmk.requirements import load_register
from translator_cmk.verdict import Status

MOVED = "environment.vault-moved"

HARMFUL = {"\x1b", "\u202e", "\x07"}
MARKUP = {
    "report.html": "<script",
    "badge.svg": "<script",
    "junit.xml": "<script",
    "summary.md": "[x](y)",
    "badge.json": "\\x1b\\x1b",
}


def test_envelope_says_how_the_run_was_made_and_what_came_out(wrong: Verified) -> None:
    report = wrong.report
    assert report["complete"]
    assert report["lanes"] == ["features", "tour", "fuzz"]
    assert report["selection"] == {"case": [FAILS, FAILS_TOO, WHOLE]}
    for tally in (report["counts"]["scored"], report["counts"]["assumed"], *report["counts"]["lanes"].values()):
        assert tally["total"] == sum(count for status, count in tally.items() if status != "total")
    assert report["register"]["requirements"] == len(load_register())
    assert [group["cause"] for group in report["groups"]] == ["revocation.access-revoked"]
    assert {FAILS, FAILS_TOO, "tour/DisableIdentity"} <= set(report["groups"][0]["cases"])


def test_cases_are_in_one_order_whenever_they_came_about() -> None:
    made = Made("0" * 64, "python", "full", (), ("features", "fuzz"), {}, 1, {})
    running = Running(made)
    late = [Case(f"fuzz/{name}", "fuzz", "account", ()) for name in ("reset", *reversed(COMMANDS))]
    scenarios = [Case(name, "features", "account", ("environment.exists",)) for name in ("b", "a")]
    for case in (*late, *scenarios):
        running.take(case, Result(Status.FAILED, attributed_to=("environment.exists",)))
    ordered = ["b", "a", *(f"fuzz/{name}" for name in (*COMMANDS, "reset"))]
    envelope = running.envelope()
    assert [case["id"] for case in envelope["cases"]] == ordered
    assert [group["cases"] for group in envelope["groups"]] == [ordered]


def cucumber_messages_of(found: Verified) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (found.folder / "cucumber.ndjson").read_text("utf-8").splitlines()]


def ids_in(value: object) -> Iterator[str]:
    """Every id that a message gives to something."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, dict) and "id" in value:
        yield value["id"]
    for part in parts:
        yield from ids_in(part)


def step_results(found: Verified, name: str) -> list[dict[str, Any]]:
    """The results of the steps of a scenario, as a tool finds them: by the ids in the messages."""
    case = found.case(name)
    kinds = [next(iter(each.items())) for each in cucumber_messages_of(found)]
    pickles = [content for kind, content in kinds if kind == "pickle" and content["uri"] == case["feature"]]
    [pickle] = [each["id"] for each in pickles if each["location"]["line"] == case["line"]]
    [test] = [content["id"] for kind, content in kinds if kind == "testCase" and content["pickleId"] == pickle]
    starts = [content for kind, content in kinds if kind == "testCaseStarted"]
    [attempt] = [each["id"] for each in starts if each["testCaseId"] == test]
    ends = [content for kind, content in kinds if kind == "testStepFinished"]
    return [each["testStepResult"] for each in ends if each["testCaseStartedId"] == attempt]


def stopped(found: Verified, name: str, status: str) -> tuple[int, str]:
    """At which step with this status a scenario stopped, and why: those before it passed, those after were skipped."""
    results = step_results(found, name)
    words = [each["status"] for each in results]
    place = words.index(status)
    assert words == ["PASSED"] * place + [status] + ["SKIPPED"] * (len(words) - place - 1)
    return place, results[place]["message"]


def test_cucumber_messages_are_those_of_the_official_package(wrong: Verified) -> None:
    import cucumber_messages  # type: ignore[import-untyped]  # the official package has no types
    from cucumber_messages.json_converter import JsonDataclassConverter  # type: ignore[import-untyped]  # likewise

    converter = JsonDataclassConverter(module_scope=cucumber_messages)
    written = cucumber_messages_of(wrong)
    read = [converter.from_dict(each, cucumber_messages.Envelope) for each in written]
    assert [converter.to_dict(each) for each in read] == written
    kinds = [next(iter(each)) for each in written]
    assert kinds.count("testCaseFinished") == kinds.count("pickle") == len(wrong.statuses("features"))
    assert (kinds[0], kinds[-1]) == ("meta", "testRunFinished")
    assert not written[-1]["testRunFinished"]["success"]
    assert [each for each, count in Counter(ids_in(written)).items() if count > 1] == []
    known = {each.value for each in cucumber_messages.TestStepResultStatus}
    assert {status.cucumber for status in Status} - known == set()


def test_cucumber_messages_have_the_result_at_the_step_that_a_scenario_got_to(wrong: Verified, tmp_path: Path) -> None:
    assert {each["status"] for each in step_results(wrong, WHOLE)} == {"PASSED"}
    place, why = stopped(wrong, FAILS, "FAILED")
    assert (place > 0, why) == (True, wrong.case(FAILS)["reason"])
    breaks = f"{FAULTY} GrantKeyAccess=unknown-field"
    broken = verify(tmp_path, "--stdio", breaks, "--lane", "features", "--case", GRANTED)
    place, why = stopped(broken, GRANTED, "UNKNOWN")
    assert (place, "the system broke" in why) == (2, True)


def test_cucumber_messages_have_the_time_that_each_step_took(wrong: Verified) -> None:
    for name in (WHOLE, FAILS):
        case = wrong.case(name)
        found = [each["duration"] for each in step_results(wrong, name)]
        seconds = [each["seconds"] + each["nanos"] / 1e9 for each in found]
        played = case["step"] + 1
        assert [round(each, 6) for each in seconds] == case["durations"] + [0] * (len(seconds) - played)
        assert 0 < sum(seconds) <= case["seconds"]
        assert min(case["durations"]) > 0
    explained = wrong.case(FAILS)["seconds"] - sum(wrong.case(FAILS)["durations"])
    assert wrong.case(FAILS)["durations"][-1] < explained, "the time to explain a failure is no step's"
    events = [next(iter(each.values())) for each in cucumber_messages_of(wrong)]
    times = [(each["timestamp"]["seconds"], each["timestamp"]["nanos"]) for each in events[:-1] if "timestamp" in each]
    assert times == sorted(times)
    assert len(set(times)) > 2


def junit_cases(file: Path) -> dict[str, dict[str, Any]]:
    """What a JUnit file says of each scenario by its id, as a library by others reads it."""
    library = pytest.importorskip("junitparser", reason="missing tool: junitparser, of the group test")
    found = {}
    for case in (case for suite in library.JUnitXml.fromfile(str(file)) for case in suite):
        properties = [(each.name, each.value) for each in case.child(library.Properties) or ()]
        kind, message = next(((type(each).__name__, each.message) for each in case.result), ("", ""))
        if properties:
            place = {each: case._elem.get(each) for each in ("file", "line")}  # which it keeps and has no name for
            told_of = {"topic": case.classname, "name": case.name, "properties": properties}
            found[properties[0][1]] = {**place, **told_of, "kind": kind, "message": message}
    return found


@pytest.mark.slow
def test_junit_of_pytest_and_of_verify_say_the_same(pytester: pytest.Pytester, tmp_path: Path) -> None:
    environment = (features_dir() / "environment.feature").read_text("utf-8")
    project(pytester, environment=environment)
    run(pytester, "-m", MOVED, "--junitxml", "junit.xml", "--system", WRONG)
    found = junit_cases(pytester.path / "junit.xml")
    said = junit_cases(verify(tmp_path, "--python", WRONG, *FULL, "--requirement", MOVED).folder / "junit.xml")
    assert {name: said[name] for name in found} == found
    assert {each["kind"] for each in found.values()} == {"Failure", "Error"}
    assert all(("requirement", MOVED) in each["properties"] for each in found.values())
    assert {each["file"] for each in found.values()} == {"features/environment.feature"}


def test_junit_counts_what_the_envelope_counts(wrong: Verified) -> None:
    root = ElementTree.parse(wrong.folder / "junit.xml").getroot()
    *lanes, run = root
    failures = sum(int(suite.get("failures", 0)) for suite in lanes)
    assert failures == wrong.report["counts"]["scored"]["failed"] == len(root.findall(".//failure")) - 1
    assert [each.get("message") for each in run.iter("failure")] == ["exit code 1: deviations"]
    names = [case.get("name", "") for lane in lanes for case in lane.iter("testcase")]
    assert len(names) == len(wrong.report["cases"])
    assert any(name.startswith("[revocation.access-revoked] Revoked access") for name in names)


def test_badge_has_counts_and_never_a_percentage(wrong: Verified) -> None:
    badge = json.loads((wrong.folder / "badge.json").read_text("utf-8"))
    scored = wrong.report["counts"]["scored"]
    assert badge["message"].startswith(f"✘ {scored['passed']}/{scored['total']}, ")
    assert badge["isError"]
    assert "%" not in (wrong.folder / "badge.svg").read_text("utf-8")


def test_counterexample_is_a_feature_that_the_model_passes_and_the_system_fails(
    wrong: Verified, pytester: pytest.Pytester
) -> None:
    feature = next((wrong.folder / "counterexamples").glob("*.feature")).read_text("utf-8")
    project(pytester, revocation=feature)
    run(pytester).assert_outcomes(passed=1)
    run(pytester, "--system", WRONG).assert_outcomes(failed=1)
    recorded = str(next((wrong.folder / "counterexamples").glob("*.json")))
    assert main(["replay", "--in-process", "--python", WRONG, recorded]) == 1
    assert main(["replay", "--in-process", "--python", MODEL, recorded]) == 0


def test_markup_in_a_name_stays_text(tmp_path: Path) -> None:
    marked = verify(tmp_path, "--stdio", f"{FAULTY} hello=markup", "--lane", "features", "--case", WHOLE)
    assert marked.exit_code == 0
    assert r"\x1b[31m" in marked.printed
    assert HARMFUL.isdisjoint(marked.printed)
    for name, markup in MARKUP.items():
        text = (marked.folder / name).read_text("utf-8")
        assert HARMFUL.isdisjoint(text)
        lines = [line for line in text.splitlines() if not line.startswith("    ")]  # those are code
        assert markup not in "\n".join(lines if name == "summary.md" else [text])


@pytest.mark.parametrize("file", ["report.html", "summary.md"])
def test_what_was_left_out_of_a_run_is_reported_beside_what_came_out(wrong: Verified, file: str) -> None:
    assert f"case {FAILS}, {FAILS_TOO}" in (wrong.folder / file).read_text("utf-8")


def test_page_runs_and_fetches_nothing(wrong: Verified) -> None:
    page = (wrong.folder / "report.html").read_text("utf-8")
    assert "default-src 'none'" in page
    assert not [each for each in ("<script", "src=", "@import", "url(") if each in page]
    assert re.findall('https?://[^"]*', page) == [load_register().article.url]


def test_page_says_what_was_compared_claimed_run_and_not_run_and_how_to_check_it(wrong: Verified) -> None:
    page = unescape((wrong.folder / "report.html").read_text("utf-8"))
    article = load_register().article
    for each in (
        f'<a href="{article.url}">{article.title}</a>, revision of {article.revision}',
        "Not observed on Azure.",
        "<th>System</th><td>loses nothing, version unstated</td>",
        "<th>Known failures</th><td>none listed</td>",
        "<li>Narrowed: case ",
        "<li>Narrowed: tour of ",
        "<pre>translator-cmk report check FOLDER</pre>",
    ):
        assert each in page
    lines = page[page.index("<h2>Requirements") : page.index("<h2>Failures")]
    for requirement in load_register().values():
        assert lines.count(f"<summary>{requirement.title} <code>{requirement.id}</code></summary>") == 1
        assert f"<p>{requirement.wording}</p>" in lines
    failed = re.findall("failed</span>.*?<code>(.*?)</code>", lines)
    assert "revocation.access-revoked" in failed
    assert "environment.create-vault" not in failed


def test_scenario_that_did_not_get_to_its_starting_point_is_blocked_everywhere(tmp_path: Path) -> None:
    """A system that ignores keys of its own fails one requirement; a loss that needs such a key can't be tried."""
    system = "tests.systems.mistaken:OwnKeyIgnored"
    passes = "revocation.undeploys/a-model-under-microsoft-managed-keys-stays-deployed"
    found = verify(tmp_path, "--python", system, "--lane", "features", "--case", FAILS_TOO, "--case", passes)
    counts = found.report["counts"]["scored"]
    assert (found.exit_code, counts["failed"], counts["blocked"] > 0) == (1, 0, True)
    case = next(each for each in found.report["cases"] if each["status"] == "blocked")
    assert case["reason"].startswith("blocked: after it this is not so: ")
    assert "keys.enable" in case["attributed_to"]
    assert f"{counts['blocked']} blocked" in found.printed
    assert f"⊘ {case['id']}" in found.printed
    again = f"again        translator-cmk verify --python {system} --in-process --profile article --case {case['id']}\n"
    assert again in found.printed
    root = ElementTree.parse(found.folder / "junit.xml").getroot()
    assert len([*root.iter("error")]) == counts["blocked"]
    assert "exit code 1: deviations" in [each.get("message") for each in root.iter("failure")]
    assert stopped(found, case["id"], "FAILED") == (0, case["reason"])
    assert f", {counts['blocked']} blocked, " in (found.folder / "badge.svg").read_text("utf-8")
    assert "⊘ blocked</span>" in (found.folder / "report.html").read_text("utf-8")
    cell = cells(found.report, load_register())["revocation.undeploys"]
    assert (verdict(cell), {note.status for note in cell.notes}) == ("partly", {"blocked"})
    assert {item.status for item in load_results(found.folder).items} >= {"not-run"}
    assert main(["report", "check", str(found.folder)]) == 0


def test_requirement_of_which_anything_failed_has_failed_on_the_page() -> None:
    assert verdict(Cell(Status.PARTLY, 1, 2, {Note(Status.FAILED, "why"): ("a",)})) is Status.FAILED


def test_results_are_derived_from_the_message_log(wrong_in_features: Verified, tmp_path: Path) -> None:
    results = load_results(wrong_in_features.folder)
    assert (results.subject, results.complete) == ("loses nothing", False)  # not everything was selected
    items = {item.id: item for item in results.items}
    assert (items[FAILS].status, items[WHOLE].status) == ("failed", "passed")
    assert [next(iter(each)) for each in items[WHOLE].details] == ["step"] * len(items[WHOLE].details)
    assert items[WHOLE].details[0]["outcome"]["by"] == ["environment.create-vault"]
    edited = Path(shutil.copytree(wrong_in_features.folder, tmp_path / "edited")) / "report.json"
    edited.write_text(edited.read_text("utf-8").replace('"status": "failed"', '"status": "passed"'), "utf-8")
    item = next(each for each in load_results(edited.parent).items if each.id == FAILS)
    assert (item.status, item.reason) == ("failed", "the report says passed, and its message log shows failed")


def test_results_of_a_log_that_was_changed_are_refused(wrong_in_features: Verified, tmp_path: Path) -> None:
    edited = Path(shutil.copytree(wrong_in_features.folder, tmp_path / "edited"))
    put_messages(edited, messages_of(edited).replace('"CreateVault"', '"DeleteVault"', 1))
    with pytest.raises(CommandError, match=r"messages\.ndjson"):
        load_results(edited)
    with pytest.raises(CommandError, match="can't be read"):
        load_results(tmp_path / "nowhere")


def test_report_is_confirmed_by_asking_again(wrong: Verified) -> None:
    assert f"say the same: translator-cmk report check {wrong.folder}" in says(
        0, "report", "reproduce", str(wrong.folder), "--in-process", "--python", WRONG
    )
    out = says(1, "report", "reproduce", str(wrong.folder), "--in-process", "--python", MODEL)
    assert f'{FAILS}.status: was "failed", is "passed"' in out
    assert 'tour/DisableIdentity.status: was "failed", is "passed"' in out
    assert 'subject.product: was "loses nothing", is "model"' in out


PAGE = (ROOT / "docs" / "qa.md").read_text("utf-8")
"""What docs/qa.md says other tools do with a report, they do: Jira's keys in JUnit, and Cucumber's own page."""


def block(language: str, part: str) -> str:
    """The block of the page in this language that has this part."""
    [found] = (each for each in re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL) if part in each)
    return str(found)


def test_junit_file_gets_the_keys_of_tests_and_requirements(wrong_in_features: Verified, tmp_path: Path) -> None:
    file = tmp_path / "junit.xml"
    shutil.copy(wrong_in_features.folder / "junit.xml", file)
    page: dict[str, Any] = {}
    exec(block("python", "def add_keys"), page)
    page["add_keys"](str(file), {"revocation.undeploys": "CMK-7", "workspace.covered": "CMK-9"}, {FAILS: "CMK-70"})
    found = {}
    for case in ElementTree.parse(file).iter("testcase"):
        properties = [(each.get("name"), each.get("value", "")) for each in case.iter("property")]
        found[dict(properties).get("scenario")] = dict(properties)
    assert (found[FAILS]["test_key"], found[FAILS]["requirements"]) == ("CMK-70", "CMK-7,CMK-9")
    assert "test_key" not in found[FAILS_TOO]
    assert "requirements" not in found[WHOLE]


@pytest.mark.npm
@pytest.mark.slow
def test_cucumbers_formatter_makes_a_page_of_the_messages(wrong_in_features: Verified, tmp_path: Path) -> None:
    if not shutil.which("npm") or not shutil.which("node"):
        pytest.skip("missing tool: npm and Node, for Cucumber's HTML formatter")
    (tmp_path / "report").symlink_to(wrong_in_features.folder)
    subprocess.run(["/bin/sh", "-ec", block("sh", "html-formatter")], cwd=tmp_path, check=True, timeout=300)
    page = (tmp_path / "cucumber.html").read_text("utf-8")
    assert "Every deployed model is undeployed" in page
    assert '"status":"FAILED"' in page
    assert "</html>" in page[-100:]


# Every JSON file of a report is as its published schema has it, and is compared with it when the report is read


def complaints(name: str, value: object) -> list[str]:
    """What the schema of that name has against a value."""
    return [error.message for error in VALID[name].iter_errors(value)]


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Verified:
    """The report on that system if this is known, and something waived."""
    folder = tmp_path_factory.mktemp("known")
    deviations = folder / "known.yaml"
    deviations.write_text(
        "[{requirement: revocation.undeploys, reason: later, issue: 'https://example.com/1', expires: 2999-01-01},"
        f" {{case: {FAILS}, reason: later, issue: 'https://example.com/1', expires: 2999-01-01}}]"
    )
    listed = ("--deviations", str(deviations), "--waive", "revocation.key-disabled")
    found = verify(folder, "--python", WRONG, "--lane", "features", "--case", FAILS, "--case", WHOLE, *listed)
    assert found.status(FAILS) == "known"
    return found


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Verified:
    """The report on a system that breaks, and answers with what is no answer."""
    faults = "CreateVault=crash GrantKeyAccess=unknown-field"
    chosen = ("--requirement", "vault.access-policy", "--requirement", "environment.create-vault")
    return verify(tmp_path_factory.mktemp("broken"), "--stdio", f"{FAULTY} {faults}", "--lane", "features", *chosen)


@pytest.mark.parametrize("report", ["wrong", "known", "broken"])
def test_what_a_run_writes_is_as_its_schemas_have_it(report: str, request: pytest.FixtureRequest) -> None:
    folder = request.getfixturevalue(report).folder
    assert complaints("report", json.loads((folder / "report.json").read_text("utf-8"))) == []
    for file in (folder / "counterexamples").glob("*.json"):
        assert complaints("counterexample", json.loads(file.read_text("utf-8"))) == []
    entries = [json.loads(line) for line in messages_of(folder).splitlines()]
    kinds = {tuple(sorted(entry.keys() - {"at", "case"})): entry for entry in entries}
    assert {next(iter(kind)) for kind in kinds} >= {"answer", "end", "world"}
    for entry in kinds.values():
        assert complaints("message-log-entry", entry) == []


@each_refused("envelope")
def test_envelope_that_is_none_is_reported_with_its_place(
    wrong: Verified, tmp_path: Path, path: list[str | int], value: object, says: str
) -> None:
    report = json.loads(json.dumps(wrong.report))
    inside = reduce(getitem, path[:-1], report)
    inside[path[-1]] = value
    if value == "LEFT OUT":
        del inside[path[-1]]
    assert complaints("report", report)
    file = tmp_path / "report.json"
    file.write_text(json.dumps(report), "utf-8")
    assert one_error(run_cli("report", "check", tmp_path)).startswith(f"{file}: {says}")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": 2}', "\x00", '{"format": 1, "cases": 3}'])
def test_what_is_no_report_is_reported_in_one_line(tmp_path: Path, content: str) -> None:
    (tmp_path / "report.json").write_text(content)
    assert says(2, "report", "check", str(tmp_path)).count("\n") == 1


@each_refused("log")
def test_message_log_that_is_none_is_reported_with_its_line(
    broken: Verified, tmp_path: Path, line: object, says: str
) -> None:
    assert complaints("message-log-entry", line)
    (tmp_path / "report.json").write_bytes((broken.folder / "report.json").read_bytes())
    log = messages_of(broken.folder).splitlines(keepends=True)
    put_messages(tmp_path, "".join([*log[:2], json.dumps(line) + "\n", *log[3:]]))
    error = one_error(run_cli("report", "check", tmp_path))
    assert f"messages.ndjson.gz:3: {says}" in error.replace("the beginning of a world ", "")


def test_counterexample_that_is_none_is_reported_with_its_place(wrong: Verified, tmp_path: Path) -> None:
    kept = next((wrong.folder / "counterexamples").glob("*.json"))
    content = json.loads(kept.read_text("utf-8"))
    content["commands"][0]["command"] = "Destroy"
    file = tmp_path / "one.json"
    file.write_text(json.dumps(content), "utf-8")
    assert f"{file}: commands[0].command is 'Destroy', which does not exist" in says(
        2, "replay", "--in-process", "--python", WRONG, str(file)
    )


# A new report takes the place of an earlier one and of nothing else

ONE = ("--lane", "features", "--case", WHOLE)
OURS = json.dumps(dict.fromkeys(KEYS, 1))
LINK = "-> "


def holds(folder: Path) -> dict[str, str]:
    """Every file in a folder, and what is in it."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_text("utf-8", "replace") for file in files}


def put(folder: Path, *names: str, **texts: str) -> None:
    """Put files into a folder, those of ``texts`` with a text or a link, and an envelope of ours if none is named."""
    for name, text in {ENVELOPE: OURS, **{name: f"mine: {name}" for name in names}, **texts}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if text.startswith(LINK):
            (folder / name).symlink_to(text.removeprefix(LINK))
        elif text:
            (folder / name).write_text(text, "utf-8")


@each_refused("folder")
def test_nothing_is_deleted_where_anything_is_not_of_a_report(tmp_path: Path, files: dict[str, str], says: str) -> None:
    put(tmp_path / "precious", MESSAGES, "01-tour-CreateVault.json")
    put(tmp_path / "report", **{name: text.replace("DEEP", "[" * 100_000) for name, text in files.items()})
    before = holds(tmp_path)
    with pytest.raises(CommandError, match=r"name another folder.*; nothing was deleted") as caught:
        Folder(tmp_path / "report").begin()
    assert says in str(caught.value)
    assert holds(tmp_path) == before


def test_somebodys_own_report_is_reported_with_exit_code_2(tmp_path: Path) -> None:
    put(tmp_path, "thesis.txt", **{ENVELOPE: "{}"})
    assert says(2, "verify", "--in-process", "--python", MODEL, "--report", str(tmp_path), *ONE).count("\n") == 1
    assert holds(tmp_path) == {"report.json": "{}", "thesis.txt": "mine: thesis.txt"}


def test_earlier_report_goes_as_a_whole(tmp_path: Path) -> None:
    put(tmp_path / "report", "counterexamples/01-tour-CreateVault.json", ".junit.xml.draft")
    put(tmp_path / "report", "counterexamples/.12-fuzz-EndVaultRetention.feature.draft", ".report.json.draft")
    assert verify(tmp_path, "--python", MODEL, *ONE).exit_code == 0
    written = holds(tmp_path / "report")
    assert not [name for name, text in written.items() if text.startswith("mine") or "/" in name]
    assert verify(tmp_path, "--python", MODEL, *ONE).exit_code == 0
    assert holds(tmp_path / "report").keys() == written.keys()


@pytest.mark.parametrize("left", [(MESSAGES,), (MESSAGES, ".report.json.draft"), ()])
def test_folder_of_a_run_that_was_killed_at_once_can_be_used_again(tmp_path: Path, left: tuple[str, ...]) -> None:
    for name in left:
        (tmp_path / name).write_text("{" if name != MESSAGES else "")
    Folder(tmp_path).begin().close()
    assert holds(tmp_path).keys() == {MESSAGES}
    Folder(tmp_path).begin().close()


def test_link_to_the_folder_of_a_report_is_as_good_as_the_folder(tmp_path: Path) -> None:
    put(tmp_path / "there")
    (tmp_path / "report").symlink_to("there")
    Folder(tmp_path / "report").begin().close()
    assert holds(tmp_path / "there").keys() == {MESSAGES}


def test_deviations_in_the_folder_of_the_report_are_refused(tmp_path: Path) -> None:
    put(tmp_path / "report", "mine")
    (tmp_path / "link").symlink_to("report")
    mine = str(tmp_path / "link" / "mine")
    arguments = ["--python", MODEL, "--report", str(tmp_path / "report"), "--deviations", mine]
    assert f"--deviations {mine}: it is in the folder of the report" in says(2, "verify", *arguments)
    assert holds(tmp_path / "report")["mine"] == "mine: mine"


# A report that was edited, with all that follows from the edit made to fit, is found out: here by one edit of each kind

KINDS = {
    *("scenarios", "hello", "messages", "known", "digests", "page", "file", "product", "step", "what is shown", "seed"),
    *("status", "place", "count", "complete", "answer", "request", "badge", "command"),
    *("failures of the tour", "counterexample", "commands of the tour"),
    *("no scope", "times", "waiver", "twice known"),
}


@pytest.mark.parametrize(("report", "code", "name"), [each for each in FORGERIES if each[2] in KINDS])
def test_forged_report_is_found_out(
    request: pytest.FixtureRequest, tmp_path: Path, report: str, code: int, name: str
) -> None:
    assert forgeries.check(request.getfixturevalue(report).folder, tmp_path / "forged", name) == (code, True)


def test_report_is_confirmed_as_long_as_nobody_edits_it(wrong: Verified, tmp_path: Path) -> None:
    assert wrong.status("tour/DisableIdentity") == wrong.status(FAILS) == "failed"
    assert main(["report", "check", str(Forgery(wrong.folder, tmp_path / "copy").derive())]) == 0
    assert main(["report", "check", str(interrupted(Forgery(wrong.folder, tmp_path / "other")).derive())]) == 4


def test_so_many_sequences_may_have_taken_longer_than_fuzzing_does_by_default(wrong: Verified, tmp_path: Path) -> None:
    slow = Forgery(wrong.folder, tmp_path / "slow")
    slow.envelope["fuzz"]["seconds"] = 999.0
    assert main(["report", "check", str(slow.summarise())]) == 0


def test_wait_whose_last_looks_were_taken_out_is_found_out(tmp_path: Path) -> None:
    case = "vault.access-policy/granted-access-is-there-and-changes-nothing-else"
    found = verify(tmp_path, "--python", "tests.systems.slow:ChangesLate", "--lane", "features", "--case", case)
    assert found.status(case) == "failed"
    forgery = Forgery(found.folder, tmp_path / "forged")
    late = [
        verb == "observe" and '"purge_protection": false' in json.dumps(entry)
        for verb, entry in zip(forgery.verbs(), forgery.log, strict=True)
    ]
    forgery.log = [entry for entry, gone in zip(forgery.log, late, strict=True) if not gone]
    assert "where observe would be" in says(1, "report", "check", str(forgery.derive()))


@pytest.mark.parametrize("name", ["report.json", "messages.ndjson.gz", "cucumber.ndjson"])
def test_file_that_would_be_waited_for_is_refused(wrong_in_features: Verified, tmp_path: Path, name: str) -> None:
    forgery = Forgery(wrong_in_features.folder, tmp_path / "forged")
    (forgery.folder / name).unlink()
    os.mkfifo(forgery.folder / name)
    assert main(["report", "check", str(forgery.folder)]) in (1, 2)
