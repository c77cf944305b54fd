"""A report says how a run was made and what came out of it, as its log shows."""

import json
import re
import shutil
from html import unescape
from pathlib import Path

import pytest

from tests.bdd.samples import project, run
from tests.conformance.conftest import (
    FAILS,
    FAILS_TOO,
    FAULTY,
    MODEL,
    WELL,
    WHOLE,
    WRONG,
    Verified,
    messages_of,
    put_messages,
    says_here,
    verify,
)
from translator_cmk.conformance.judgement.cases import Case
from translator_cmk.conformance.judgement.verdicts import Result
from translator_cmk.conformance.report.by_requirement import Cell, Note, verdict
from translator_cmk.conformance.report.envelope import Made
from translator_cmk.conformance.results import load_results
from translator_cmk.conformance.run.running import Running
from translator_cmk.errors import CommandError
from translator_cmk.machine import COMMANDS
from translator_cmk.requirements import load_register
from translator_cmk.verdict import Status

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
    counts = report["counts"]
    for tally in (counts["scored"], counts["assumed"], *counts["lanes"].values()):
        by_status = dict(tally)
        total = by_status.pop("total")
        assert total == sum(by_status.values())
    assert report["register"]["requirements"] == len(load_register())
    assert [group["cause"] for group in report["groups"]] == ["revocation.access-revoked"]
    assert {FAILS, FAILS_TOO, "tour/DisableIdentity"} <= set(report["groups"][0]["cases"])


def test_cases_are_in_one_order_whenever_they_came_about() -> None:
    made = Made("0" * 64, "python", "full", "2025-01-28", (), ("features", "fuzz"), {}, 1, {})
    running = Running(made)
    in_order = ["b", "a"]
    in_order += [f"fuzz/{name}" for name in COMMANDS]
    in_order.append("fuzz/reset")
    for name in (*reversed(in_order[2:]), "b", "a"):
        case = Case(name, name.partition("/")[0], "account", ())
        if name in ("a", "b"):
            case = Case(name, "features", "account", ("environment.exists",))
        running.take(case, Result(Status.FAILED, attributed_to=("environment.exists",)))
    envelope = running.envelope()
    assert [case["id"] for case in envelope["cases"]] == in_order
    assert [group["cases"] for group in envelope["groups"]] == [in_order]


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
    project(pytester, found=feature)
    run(pytester).assert_outcomes(passed=1)
    run(pytester, "--system", WRONG).assert_outcomes(failed=1)
    recorded = str(next((wrong.folder / "counterexamples").glob("*.json")))
    says_here(1, "replay", "--python", WRONG, recorded)
    says_here(0, "replay", "--python", MODEL, recorded)


def test_markup_in_a_name_stays_text(tmp_path: Path) -> None:
    marked = verify(
        tmp_path, "--stdio", f"{FAULTY} hello=markup", "--lane", "features", "--case", WHOLE
    )
    assert marked.exit_code == 0
    assert r"\x1b[31m" in marked.printed
    assert HARMFUL.isdisjoint(marked.printed)
    for name, markup in MARKUP.items():
        text = (marked.folder / name).read_text("utf-8")
        assert HARMFUL.isdisjoint(text)
        lines = [
            line for line in text.splitlines() if not line.startswith("    ")
        ]  # those are code
        assert markup not in "\n".join(lines if name == "summary.md" else [text])


@pytest.mark.parametrize("file", ["report.html", "summary.md"])
def test_what_was_left_out_of_a_run_is_reported_beside_what_came_out(
    wrong: Verified, file: str
) -> None:
    assert f"case {FAILS}, {FAILS_TOO}" in (wrong.folder / file).read_text("utf-8")


def test_page_runs_and_fetches_nothing(wrong: Verified) -> None:
    page = (wrong.folder / "report.html").read_text("utf-8")
    assert "default-src 'none'" in page
    for way_to_fetch in ("<script", "src=", "@import", "url("):
        assert way_to_fetch not in page
    assert re.findall('https?://[^"]*', page) == [load_register().article.url]


def test_page_says_what_was_compared_claimed_run_and_not_run_and_how_to_check_it(
    wrong: Verified,
) -> None:
    page = unescape((wrong.folder / "report.html").read_text("utf-8"))
    article = load_register().article
    for words in (
        f'<a href="{article.url}">{article.title}</a>, revision of {article.revision}',
        "Not observed on Azure.",
        "<th>System</th><td>loses nothing, version unstated</td>",
        "<th>Known failures</th><td>none listed</td>",
        "<li>Narrowed: case ",
        "<li>Narrowed: tour of ",
        "<pre>translator-cmk report check FOLDER</pre>",
    ):
        assert words in page
    lines = page[page.index("<h2>Requirements") : page.index("<h2>How to check")]
    for requirement in load_register().values():
        assert (
            lines.count(f" {requirement.title} <code>{requirement.id}</code> {requirement.basis}")
            == 1
        )
        assert f"<p>{requirement.wording}</p>" in lines
    failed = re.findall("failed</span>.*?<code>(.*?)</code>", lines)
    assert "revocation.access-revoked" in failed
    assert "environment.create-vault" not in failed


def test_requirement_of_which_anything_failed_has_failed_on_the_page() -> None:
    assert verdict(Cell(Status.PARTLY, 1, 2, {Note(Status.FAILED, "why"): ("a",)})) is Status.FAILED


def test_results_are_derived_from_the_message_log(
    wrong_in_features: Verified, tmp_path: Path
) -> None:
    results = load_results(wrong_in_features.folder)
    assert (results.subject, results.complete) == (
        "loses nothing",
        False,
    )  # not everything was selected
    items = {item.id: item for item in results.items}
    assert (items[FAILS].status, items[WHOLE].status) == ("failed", "passed")
    for detail in items[WHOLE].details:
        assert next(iter(detail)) == "step"
    assert items[WHOLE].details[0]["outcome"]["by"] == ["environment.create-vault"]
    edited = Path(shutil.copytree(wrong_in_features.folder, tmp_path / "edited")) / "report.json"
    edited.write_text(
        edited.read_text("utf-8").replace('"status": "failed"', '"status": "passed"'), "utf-8"
    )
    [item] = [item for item in load_results(edited.parent).items if item.id == FAILS]
    assert (item.status, item.reason) == (
        "failed",
        "the report says passed, and its message log shows failed",
    )


def test_results_of_a_log_that_was_changed_are_refused(
    wrong_in_features: Verified, tmp_path: Path
) -> None:
    edited = Path(shutil.copytree(wrong_in_features.folder, tmp_path / "edited"))
    put_messages(edited, messages_of(edited).replace('"CreateVault"', '"DeleteVault"', 1))
    with pytest.raises(CommandError, match=r"messages\.ndjson"):
        load_results(edited)
    with pytest.raises(CommandError, match="can't be read"):
        load_results(tmp_path / "nowhere")


def test_report_is_confirmed_by_asking_again(wrong: Verified) -> None:
    assert f"say the same: translator-cmk report check {wrong.folder}" in says_here(
        0, "report", "reproduce", str(wrong.folder), "--python", WRONG
    )
    out = says_here(1, "report", "reproduce", str(wrong.folder), "--python", MODEL)
    assert f'{FAILS}.status: was "failed", is "passed"' in out
    assert 'tour/DisableIdentity.status: was "failed", is "passed"' in out
    assert 'subject.product: was "loses nothing", is "model"' in out


def test_details_of_a_step_have_what_the_system_says_of_its_attempts(tmp_path: Path) -> None:
    system = "tests.systems.adapters:SaysItsAttempts"
    found = verify(tmp_path, "--python", system, *WELL)
    items = {item.id: item for item in load_results(found.folder).items}
    first, *_, last = items[WHOLE].details
    assert first["said"][0] == "0 s: 409 <Conflict>"
    assert "said" not in last, "a look was said to take attempts"
