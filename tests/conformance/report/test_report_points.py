"""Every form of a report begins with what failed: what was sent, what was demanded and what came,
how the system explains it, and the command that runs it again.
"""

import re
import shlex
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from tests.command_line import run_cli
from tests.conformance.conftest import (
    FAILS,
    FAULTY,
    GRANTING,
    GRANTING_ACCEPTED,
    WRONG,
    Verified,
    verify,
)
from translator_cmk.bdd.feature_files import read_feature
from translator_cmk.conformance.report.text import wrapped
from translator_cmk.requirements import load_register

SENT = (
    'RevokeKeyAccess: the customer revokes the access of "translator-prod" to the keys of "kv-prod"'
)
EXPECTED = 'the data of "ws-prod" is inaccessible'
OBSERVED = 'the data of "ws-prod" is accessible'


def before_numbers(text: str) -> str:
    """Return what is printed before the numbers of a run."""
    head, _, _ = text.partition("  all that counts ")
    return head


def test_text_has_the_causes_and_what_failed_before_anything_else(
    wrong_in_features: Verified,
) -> None:
    head, cause, _, title, *lines = wrong_in_features.printed.splitlines()
    words = "deviations: 1 of 3 passed (only 3 scenarios, lane features"
    assert head.startswith(f"loses nothing, profile article: {words}")
    requirement = load_register()["revocation.access-revoked"]
    assert cause == f"✘ {requirement.id}: {requirement.title} (2 failed)"
    assert title == (
        "✘ Revoked access costs all that is under the key "
        "(a deployed model under customer-managed keys)"
    )
    assert lines[:3] == [
        f"  sent         {SENT}",
        f"  expected     {EXPECTED}",
        f"  observed     {OBSERVED}",
    ]
    assert lines[3].endswith(f"--profile article --case {FAILS}")


def test_printed_command_runs_the_failure_again(wrong: Verified, tmp_path: Path) -> None:
    """Of a scenario that is `verify`, and of a sequence `replay`."""
    tour = verify(
        tmp_path, "--python", WRONG, "--lane", "tour", "--scope", "losing-the-key", "--steps", "70"
    )
    for found in (wrong, tour):
        [*commands] = re.findall(r"^  again +translator-cmk (.*)$", found.printed, re.MULTILINE)
        assert commands
        words = shlex.split(commands[0])
        if words[0] == "verify":
            words += ["--report", str(tmp_path / "again")]
        assert run_cli(*words).code == 1


def test_system_that_explains_its_answer_is_quoted_where_every_form_begins(tmp_path: Path) -> None:
    found = verify(tmp_path, "--stdio", f"{FAULTY} GrantKeyAccess=own-words", *GRANTING)
    quoted = "No more than <two> policies. (code QuotaExceeded)"
    assert f"\n  it says      {quoted}\n" in before_numbers(found.printed)
    assert f"it says      {quoted}" in (found.folder / "summary.md").read_text("utf-8")
    page = unescape((found.folder / "report.html").read_text("utf-8"))
    assert page.index(quoted) < page.index("<h2>Summary")
    root = ElementTree.parse(found.folder / "junit.xml").getroot()
    failure = root.find("testsuite[@name='features']/testcase/failure")
    assert failure is not None
    assert f"it says      {quoted}" in str(failure.text)


def test_attempts_of_the_system_are_with_the_failure_of_a_scenario_and_of_a_sequence(
    tmp_path: Path,
) -> None:
    system = "tests.systems.adapters:SaysItsAttempts"
    tour = ("--lane", "tour", "--scope", "losing-the-key", "--steps", "70")
    found = verify(tmp_path, "--python", system, *GRANTING, *tour)
    for name in (GRANTING_ACCEPTED, "tour/GrantKeyAccess"):
        case = found.case(name)
        assert case["status"] == "failed"
        assert case["failure"]["said"][0] == "0 s: 409 <Conflict>"


def test_blocked_scenario_says_what_should_be_there_and_what_is(tmp_path: Path) -> None:
    """The system accepts keys of its own, and ignores them."""
    system = "tests.systems.mistaken:OwnKeyIgnored"
    found = verify(tmp_path, "--python", system, "--lane", "features", "--topic", "workspace")
    blocked = [case for case in found.report["cases"] if case["status"] == "blocked"]
    for case in blocked:
        failure = case["failure"]
        assert '"translator-prod" uses customer-managed keys' in failure["expected"]
        assert '"translator-prod" uses Microsoft-managed keys' in failure["observed"]
    root = ElementTree.parse(found.folder / "junit.xml").getroot()
    kinds = []
    for case in root.findall("testsuite[@name='features']/testcase"):
        kinds.append(next((part.tag for part in case if part.tag != "properties"), "passed"))
    assert kinds[: kinds.count("failure")] == ["failure"] * kinds.count("failure")
    assert kinds[kinds.count("failure")] == "error"


def test_junit_has_what_failed_first_and_each_failure_begins_with_it(wrong: Verified) -> None:
    root = ElementTree.parse(wrong.folder / "junit.xml").getroot()
    for suite in root.findall("testsuite"):
        failing = [case.find("failure") is not None for case in suite.findall("testcase")]
        assert failing == sorted(failing, reverse=True)
    first = root.find("testsuite[@name='features']/testcase/failure")
    assert first is not None
    title, *lines = str(first.text).splitlines()
    assert title.startswith("Revoked access costs all that is under the key")
    assert lines[:3] == [
        f"sent         {SENT}",
        f"expected     {EXPECTED}",
        f"observed     {OBSERVED}",
    ]
    assert lines[3] == f"again        translator-cmk verify OPTIONS --case {FAILS}"


def test_page_begins_with_the_block_of_each_cause_and_has_every_failure_once(
    wrong: Verified,
) -> None:
    page = unescape((wrong.folder / "report.html").read_text("utf-8"))
    assert page.index("<h2>What failed") < page.index("<h2>Summary") < page.index("<h2>Require")
    failed = [name for group in wrong.report["groups"] for name in group["cases"]]
    assert failed
    for name in failed:
        assert page.count(f'id="case-{name}"') == 1
    for number in range(1, len(wrong.report["groups"]) + 1):
        assert f'<h3 id="cause-{number}">' in page
    first = page[page.index("<h2>What failed") :]
    assert first.index(SENT) < first.index("<details")
    assert first.index(SENT) < first.index(EXPECTED) < first.index(f"--case {FAILS}")


def test_assumptions_that_differ_are_one_line_and_the_files_name_each(tmp_path: Path) -> None:
    system = "tests.systems.mistaken:KeepsDataOfDisabledKeys"
    asked = ("--python", system, "--lane", "features", "--requirement", "revocation.key-disabled")
    found = verify(tmp_path, *asked)
    assert found.exit_code != 1
    differing = [name for name, status in found.statuses().items() if status == "differs"]
    assert len(differing) > 1
    line = f"≠ different from our assumptions, which does not count: {len(differing)} cases"
    assert f"\n{line}\n" in found.printed
    for name in differing:
        assert f"≠ {name}" not in found.printed
    for file in ("summary.md", "report.html"):
        text = (found.folder / file).read_text("utf-8")
        for name in differing:
            assert name in text
            assert text.index("<summary>Diff") < text.rindex(name)


def test_headline_of_a_narrowed_run_is_short_and_the_selection_stands_below(
    wrong_in_features: Verified,
) -> None:
    head, *lines = wrong_in_features.printed.splitlines()
    assert FAILS not in head
    assert len(head) < 120
    [only] = [line for line in lines if line.startswith("  only") and "case " in line]
    assert FAILS in only


def test_lines_fit_a_terminal_and_a_command_stays_whole() -> None:
    command = f"  again        translator-cmk verify --stdio x --case {FAILS}"
    assert wrapped(command, 80) == command
    text = f"  expected     {'some words of a sentence ' * 8}".rstrip()
    first, *others = wrapped(text, 80).splitlines()
    assert first.startswith("  expected     some words")
    for line in (first, *others):
        assert len(line) <= 80
    for line in others:
        assert re.match(r" {15}\S", line)
    assert " ".join(wrapped(text, 80).split()) == " ".join(text.split())


def test_failures_of_one_cause_are_counted_and_a_few_of_them_named(tmp_path: Path) -> None:
    found = verify(
        tmp_path,
        "--python",
        WRONG,
        "--lane",
        "features",
        "--requirement",
        "revocation.access-revoked",
    )
    [group] = [each for each in found.report["groups"] if len(each["cases"]) > 7]
    others = len(group["cases"]) - 1
    assert f"\n  for the same cause: {others} more\n" in found.printed
    assert f"\n  and {others - 5} more, which report.html and junit.xml have\n" in found.printed


def test_simplest_failed_scenario_is_shown_first_in_every_form(tmp_path: Path) -> None:
    """Scenarios that are blocked stand before it in the features."""
    system = "tests.systems.mistaken:OwnKeyIgnored"
    found = verify(tmp_path, "--python", system, "--lane", "features", "--topic", "encryption")
    [group, *_] = found.report["groups"]
    first = found.case(group["cases"][0])
    assert first["status"] == "failed"
    in_features = [case["id"] for case in found.report["cases"] if case["id"] in group["cases"]]
    assert in_features[0] != first["id"]

    again = f"--case {first['id']}"
    page = unescape((found.folder / "report.html").read_text("utf-8"))
    junit = (found.folder / "junit.xml").read_text("utf-8")
    for text in (found.printed, page, junit):
        assert re.findall(r"--case [^\s<]+", text)[0] == again


def test_failures_of_a_cause_are_in_the_order_of_what_changes(tmp_path: Path) -> None:
    system = "tests.systems.mistaken:LosesOnlySight"
    asked = ("--python", system, "--lane", "features", "--requirement", "revocation.vault-deleted")
    found = verify(tmp_path, *asked)
    ids = list(found.statuses())
    moved = 0
    for group in found.report["groups"]:
        failed = [name for name in group["cases"] if found.status(name) == "failed"]
        changes = [changes_in(found.case(name)) for name in failed]
        assert changes == sorted(changes)
        moved += failed != sorted(failed, key=ids.index)
    assert moved, "no group tells this order from that of the features"


def changes_in(case: dict[str, Any]) -> int:
    """Return how many facts a failure shows as changed."""
    return len(re.findall(r"^ +(?:changed +)?\+ ", case["shown"], re.MULTILINE))


def test_blocked_scenarios_are_counted_apart_from_those_that_failed(tmp_path: Path) -> None:
    system = "tests.systems.mistaken:OwnKeyIgnored"
    found = verify(tmp_path, "--python", system, "--lane", "features", "--topic", "workspace")
    page = unescape((found.folder / "report.html").read_text("utf-8"))
    [group, *_] = found.report["groups"]
    statuses = [found.case(name)["status"] for name in group["cases"]]
    failed = statuses.count("failed")
    blocked = statuses.count("blocked")
    assert failed
    assert blocked
    count = f"({failed + blocked}: {failed} failed, {blocked} blocked)"
    title = load_register()[group["cause"]].title
    for text in (found.printed, page):
        assert f"{group['cause']}: {title} {count}" in text


def test_failure_of_a_sequence_is_titled_by_what_happened_and_its_test_case_is_not(
    wrong: Verified,
) -> None:
    root = ElementTree.parse(wrong.folder / "junit.xml").getroot()
    titles = {}
    for case in root.findall("testsuite[@name='tour']/testcase"):
        name = str(case.get("name"))
        assert re.fullmatch("tour: [A-Za-z]+", name)
        failure = case.find("failure")
        if failure is not None:
            titles[name.removeprefix("tour: ")] = str(failure.text).splitlines()[0]
    assert titles
    for command, title in titles.items():
        observed = wrong.case(f"tour/{command}")["failure"]["observed"][0]
        shows = f"tour: {command} answered as demanded, but shows {observed}"
        assert title in (f"tour: {command}: {observed}", shows)


def test_message_of_a_failure_in_junit_says_what_was_sent_too(wrong: Verified) -> None:
    root = ElementTree.parse(wrong.folder / "junit.xml").getroot()
    for lane in ("features", "tour"):
        failure = root.find(f"testsuite[@name='{lane}']/testcase/failure")
        assert failure is not None
        message = str(failure.get("message"))
        assert re.match("sent: [A-Z][A-Za-z]+: the customer .*; expected: .*; observed: ", message)


def test_words_of_commands_that_stand_for_others_are_explained_above_them(wrong: Verified) -> None:
    for name in ("summary.md", "report.html", "junit.xml"):
        text = (wrong.folder / name).read_text("utf-8")
        assert text.index("OPTIONS are ") < text.index("verify OPTIONS --case ")
        assert "verify ..." not in text
    junit = (wrong.folder / "junit.xml").read_text("utf-8")
    assert junit.index("FOLDER is ") < junit.index("replay OPTIONS FOLDER/")


def test_report_names_no_file_that_only_the_kit_has(wrong: Verified) -> None:
    for name in ("summary.md", "report.html", "junit.xml"):
        assert "model/translator_cmk" not in (wrong.folder / name).read_text("utf-8")


def test_feature_of_a_counterexample_has_the_command_that_replays_it(wrong: Verified) -> None:
    features = list((wrong.folder / "counterexamples").glob("*.feature"))
    assert features
    for file in features:
        command = f"# translator-cmk replay OPTIONS FOLDER/counterexamples/{file.stem}.json"
        assert command in file.read_text("utf-8").splitlines()
        assert file.with_suffix(".json").exists()
        assert list(read_feature(file).pickles)
    assert run_cli("report", "check", wrong.folder).code == 0
