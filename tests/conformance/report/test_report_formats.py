"""JUnit files and Cucumber Messages say of a run what its report says."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.bdd.samples import project, run
from tests.conformance.conftest import (
    DISABLED,
    FAILS,
    FAILS_TOO,
    FAULTY,
    GRANTED,
    MODEL,
    WHOLE,
    WRONG,
    Verified,
    verify,
)
from tests.qa.page import block
from translator_cmk import features_dir
from translator_cmk.cli import main
from translator_cmk.conformance.report.by_requirement import cells, verdict
from translator_cmk.conformance.report.essentials import title_of
from translator_cmk.conformance.results import load_results
from translator_cmk.requirements import load_register
from translator_cmk.verdict import Status

CLOSED = "revocation.earlier-workspaces-closed"


def cucumber_messages_of(found: Verified) -> list[dict[str, Any]]:
    """Return the Cucumber Messages of a report, in their order."""
    lines = (found.folder / "cucumber.ndjson").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def messages_of_kind(found: Verified, kind: str, **fields: object) -> list[dict[str, Any]]:
    """Return what the messages of this kind contain that have these values in these fields."""
    contents = [message[kind] for message in cucumber_messages_of(found) if kind in message]
    for field, value in fields.items():
        contents = [content for content in contents if content[field] == value]
    return contents


def ids_in(value: object) -> Iterator[str]:
    """Yield every id that a message gives to something."""
    if isinstance(value, dict):
        if "id" in value:
            yield value["id"]
        for part in value.values():
            yield from ids_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from ids_in(part)


def step_results(found: Verified, name: str) -> list[dict[str, Any]]:
    """Return the results of a scenario's steps, as a tool finds them by the ids in the messages."""
    case = found.case(name)
    pickles = messages_of_kind(found, "pickle", uri=case["feature"])
    [pickle] = [pickle for pickle in pickles if pickle["location"]["line"] == case["line"]]
    [test] = messages_of_kind(found, "testCase", pickleId=pickle["id"])
    [attempt] = messages_of_kind(found, "testCaseStarted", testCaseId=test["id"])
    steps = messages_of_kind(found, "testStepFinished", testCaseStartedId=attempt["id"])
    return [step["testStepResult"] for step in steps]


def stopped(found: Verified, name: str, status: str) -> tuple[int, str]:
    """Return the step with this status at which a scenario stopped, and why.

    Those before it passed, and those after it were skipped.
    """
    results = step_results(found, name)
    statuses = [result["status"] for result in results]
    place = statuses.index(status)
    assert set(statuses[:place]) <= {"PASSED"}
    assert set(statuses[place + 1 :]) <= {"SKIPPED"}
    return place, results[place]["message"]


def test_cucumber_messages_are_those_of_the_official_package(wrong: Verified) -> None:
    import cucumber_messages  # type: ignore[import-untyped]  # the official package has no types
    from cucumber_messages.json_converter import JsonDataclassConverter  # type: ignore[import-untyped]  # likewise

    converter = JsonDataclassConverter(module_scope=cucumber_messages)
    written = cucumber_messages_of(wrong)
    for message in written:
        read = converter.from_dict(message, cucumber_messages.Envelope)
        assert converter.to_dict(read) == message

    kinds = [next(iter(message)) for message in written]
    scenarios = len(wrong.statuses("features"))
    assert kinds.count("pickle") == scenarios
    assert kinds.count("testCaseFinished") == scenarios
    assert kinds[0] == "meta"
    assert kinds[-1] == "testRunFinished"
    assert not written[-1]["testRunFinished"]["success"]

    ids = list(ids_in(written))
    assert len(set(ids)) == len(ids)

    known = {status.value for status in cucumber_messages.TestStepResultStatus}
    assert {status.cucumber for status in Status} <= known


def test_cucumber_messages_have_the_result_at_the_step_that_a_scenario_got_to(
    wrong: Verified, tmp_path: Path
) -> None:
    assert {result["status"] for result in step_results(wrong, WHOLE)} == {"PASSED"}

    place, why = stopped(wrong, FAILS, "FAILED")
    assert place > 0
    assert why == wrong.case(FAILS)["reason"]

    breaks = f"{FAULTY} GrantKeyAccess=unknown-field"
    broken = verify(tmp_path, "--stdio", breaks, "--lane", "features", "--case", GRANTED)
    place, why = stopped(broken, GRANTED, "UNKNOWN")
    assert place == 2
    assert "the system broke" in why


def test_cucumber_messages_have_the_time_that_each_step_took(wrong: Verified) -> None:
    for name in (WHOLE, FAILS):
        case = wrong.case(name)
        seconds = [round(seconds_of(result["duration"]), 6) for result in step_results(wrong, name)]
        played = case["step"] + 1
        assert seconds[:played] == case["durations"]
        assert set(seconds[played:]) <= {0}


def test_cucumber_messages_have_times_in_their_order(wrong: Verified) -> None:
    times = []
    for message in cucumber_messages_of(wrong)[:-1]:
        [content] = message.values()
        if "timestamp" in content:
            times.append(seconds_of(content["timestamp"]))
    assert times == sorted(times)
    assert len(set(times)) > 2


def seconds_of(time: dict[str, int]) -> float:
    """Return a time or a duration of Cucumber's in seconds."""
    return time["seconds"] + time["nanos"] / 1e9


def junit_cases(file: Path) -> dict[str, dict[str, Any]]:
    """Return what a JUnit file says of each scenario by its id, as a library by others reads it."""
    library = pytest.importorskip(
        "junitparser", reason="missing tool: junitparser, of the group test"
    )
    found = {}
    for suite in library.JUnitXml.fromfile(str(file)):
        for case in suite:
            properties = [(prop.name, prop.value) for prop in case.child(library.Properties) or ()]
            if not properties:
                continue
            _, scenario = properties[0]
            results = [(type(result).__name__, result.message) for result in case.result]
            found[scenario] = {
                "file": case._elem.get(
                    "file"
                ),  # the library keeps both attributes, and has no name for them
                "line": case._elem.get("line"),
                "topic": case.classname,
                "name": case.name,
                "properties": properties,
                "results": results[:1],
            }
    return found


@pytest.mark.slow
def test_junit_of_pytest_and_of_verify_say_the_same(
    pytester: pytest.Pytester, tmp_path: Path
) -> None:
    revocation = (features_dir() / "revocation.feature").read_text("utf-8")
    project(pytester, revocation=revocation)
    run(pytester, "-m", CLOSED, "--junitxml", "junit.xml", "--system", WRONG)
    found = junit_cases(pytester.path / "junit.xml")
    said = junit_cases(
        verify(tmp_path, "--python", WRONG, "--lane", "features", "--requirement", CLOSED).folder
        / "junit.xml"
    )
    assert {name: said[name] for name in found} == found
    results = [case["results"] for case in found.values()]
    assert {result[0][0] for result in results if result} == {"Failure", "Error"}
    for case in found.values():
        assert ("requirement", CLOSED) in case["properties"]
        assert case["file"] == "features/revocation.feature"


def test_a_test_that_passed_and_does_not_count_is_told_so_without_a_reason(tmp_path: Path) -> None:
    found = verify(tmp_path, "--python", MODEL, "--lane", "features", "--case", DISABLED)
    assert found.case(DISABLED)["status"] == "passed"
    assert ">does not count<" in (found.folder / "report.html").read_text("utf-8")


def test_junit_counts_what_the_envelope_counts(wrong: Verified) -> None:
    root = ElementTree.parse(wrong.folder / "junit.xml").getroot()
    *lanes, run = root
    failed = wrong.report["counts"]["scored"]["failed"]
    assert sum(int(lane.get("failures", 0)) for lane in lanes) == failed

    of_the_run = list(run.iter("failure"))
    assert [failure.get("message") for failure in of_the_run] == ["exit code 1: deviations"]
    assert len(root.findall(".//failure")) == failed + len(of_the_run)

    names = []
    for lane in lanes:
        names += [case.get("name", "") for case in lane.iter("testcase")]
    assert len(names) == len(wrong.report["cases"])
    assert any(name.startswith("[revocation.access-revoked] Revoked access") for name in names)


def test_scenario_that_did_not_get_to_its_starting_point_is_blocked_everywhere(
    tmp_path: Path,
) -> None:
    """A system that ignores keys of its own fails one requirement.

    A loss that needs such a key can't be tried.
    """
    system = "tests.systems.mistaken:OwnKeyIgnored"
    passes = "revocation.undeploys/a-model-under-microsoft-managed-keys-stays-deployed"
    found = verify(
        tmp_path, "--python", system, "--lane", "features", "--case", FAILS_TOO, "--case", passes
    )
    counts = found.report["counts"]["scored"]
    assert found.exit_code == 1
    assert counts["failed"] == 0
    assert counts["blocked"] > 0

    case = next(case for case in found.report["cases"] if case["status"] == "blocked")
    assert case["reason"].startswith("blocked: after it this is not so: ")
    assert "keys.enable" in case["attributed_to"]

    assert f"{counts['blocked']} blocked" in found.printed
    simplest = found.case(found.report["groups"][0]["cases"][0])
    assert f"⊘ {title_of(simplest)}\n" in found.printed
    again = (
        f"again        translator-cmk verify --python {system} --profile article "
        f"--case {simplest['id']}\n"
    )
    assert again in found.printed

    root = ElementTree.parse(found.folder / "junit.xml").getroot()
    assert len(list(root.iter("error"))) == counts["blocked"]
    assert "exit code 1: deviations" in [failure.get("message") for failure in root.iter("failure")]
    assert stopped(found, case["id"], "FAILED") == (0, case["reason"])
    assert f", {counts['blocked']} blocked, " in (found.folder / "badge.svg").read_text("utf-8")
    assert "⊘ blocked</span>" in (found.folder / "report.html").read_text("utf-8")

    cell = cells(found.report, load_register())["revocation.undeploys"]
    assert verdict(cell) == "partly"
    assert {note.status for note in cell.notes} == {"blocked"}
    assert {item.status for item in load_results(found.folder).items} >= {"not-run"}
    assert main(["report", "check", str(found.folder)]) == 0


def test_junit_file_gets_the_keys_of_tests_and_requirements(
    wrong_in_features: Verified, tmp_path: Path
) -> None:
    file = tmp_path / "junit.xml"
    shutil.copy(wrong_in_features.folder / "junit.xml", file)
    page: dict[str, Any] = {}
    exec(block("python", "def add_keys"), page)
    page["add_keys"](
        str(file),
        {"revocation.undeploys": "CMK-7", "workspace.covered": "CMK-9"},
        {FAILS: "CMK-70"},
    )
    found = {}
    for case in ElementTree.parse(file).iter("testcase"):
        properties = {prop.get("name"): prop.get("value", "") for prop in case.iter("property")}
        found[properties.get("scenario")] = properties
    assert (found[FAILS]["test_key"], found[FAILS]["requirements"]) == ("CMK-70", "CMK-7,CMK-9")
    assert "test_key" not in found[FAILS_TOO]
    assert "requirements" not in found[WHOLE]
