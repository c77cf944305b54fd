"""The page of a report says what was tested, done and seen, when, and what that settles; and it
gives nobody away.
"""

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.command_line import run_cli
from tests.conformance.conftest import (
    FAILS,
    FAILS_TOO,
    GRANTING,
    MODEL,
    SOME,
    TOUR,
    WHOLE,
    Verified,
    messages_of,
    put_messages,
    says,
    verify,
)
from tests.conformance.forgeries import Forgery
from translator_cmk.conformance.report.losses_seen import losses_seen
from translator_cmk.conformance.report.reading import read
from translator_cmk.conformance.report.redaction import redacted
from translator_cmk.conformance.report.timeline import words_of, worlds_of
from translator_cmk.requirements import load_register

SECTIONS = (
    "## What was tested",
    "## What Microsoft says",
    "## What we did",
    "## What we saw, and when",
    "## What that settles",
    "## What it leaves open",
    "## How to repeat it",
)
REVOKED = 'the customer revokes the access of "translator-prod" to the keys of "kv-prod"'


def page_of(report: Path, *options: str) -> str:
    """Return the page of a report."""
    return says(0, "report", "page", report, *options)


def test_page_has_each_part_once_and_in_its_order(wrong: Verified) -> None:
    lines = page_of(wrong.folder).splitlines()
    assert [line for line in lines if line.startswith("## ")] == list(SECTIONS)


def test_page_says_what_was_tested_what_failed_and_how_to_repeat_it(wrong: Verified) -> None:
    page = page_of(wrong.folder)
    register = load_register()
    requirement = register["revocation.access-revoked"]
    assert "**Not observed on Azure.**" in page
    assert f"revision {register.revision}" in page
    assert f"### ✘ {requirement.title}" in page
    for number in requirement.statements:
        for place in register.statements[number].places:
            assert f"[{number}: {place}]({register.article.url}#" in page
    assert f"`{FAILS}`" in page
    assert f"--case {FAILS} --case {FAILS_TOO} --case {WHOLE} --seed 1" in page
    assert f"{REVOKED}: accepted" in page
    assert "- No planned sequences were run" not in page


def test_command_that_repeats_the_run_asks_for_the_same_run(
    wrong_in_features: Verified, tmp_path: Path
) -> None:
    page = page_of(wrong_in_features.folder)
    [line] = re.findall(
        r"^translator-cmk verify --stdio 'COMMAND' (.*--seed.*)$", page, re.MULTILINE
    )
    again = verify(tmp_path, "--python", "tests.systems.mistaken:LosesNothing", *line.split())
    assert again.statuses() == wrong_in_features.statuses()
    assert again.report["selection"] == wrong_in_features.report["selection"]


def test_time_line_has_the_commands_under_plain_names_and_says_what_was_lost(
    tmp_path: Path,
) -> None:
    found = verify(tmp_path, "--python", MODEL, *SOME)
    page = page_of(found.folder)
    salts = set(re.findall(r'"world":"([a-z0-9]{6})"', messages_of(found.folder)))
    assert len(salts) == 3
    for salt in salts:
        assert f"-{salt}" not in page
    assert "**An example, not an observation.**" in page
    lost = {line.split(" | ")[0] for line in page.splitlines() if "`RevokeKeyAccess`" in line}
    assert lost == {
        "| Data is inaccessible",
        "| Deployed models are undeployed",
        "| Uploaded documents are deleted",
    }


def test_product_whose_name_begins_as_the_model_s_is_a_system_like_others(
    wrong_in_features: Verified, tmp_path: Path
) -> None:
    forgery = Forgery(wrong_in_features.folder, tmp_path / "report")
    forgery.envelope["subject"] |= {"product": "model railway", "version": "1"}
    page = page_of(forgery.sign())
    assert "**Not observed on Azure.**" in page
    assert "An example, not an observation" not in page


def test_sequence_of_a_scenario_that_was_taken_out_is_shown_under_its_id(
    wrong_in_features: Verified, tmp_path: Path
) -> None:
    forgery = Forgery(wrong_in_features.folder, tmp_path / "report")
    cases = forgery.envelope["cases"]
    forgery.envelope["cases"] = [case for case in cases if case["id"] != WHOLE]
    assert f": {WHOLE}\n" in page_of(forgery.sign())


def test_system_that_loses_nothing_is_seen_to_lose_nothing(wrong_in_features: Verified) -> None:
    assert "Nothing was seen to be lost." in page_of(wrong_in_features.folder)


def test_delay_lies_between_the_look_without_and_the_look_with_the_loss(tmp_path: Path) -> None:
    """The system loses all a tenth of a second after access was revoked."""
    found = verify(tmp_path, "--python", "tests.systems.slow:LosesLater", *SOME[:4])
    worlds = worlds_of(found.folder, read(found.folder))
    seen = [each for each in losses_seen(worlds) if each.loss == "documents"]
    assert seen
    for each in seen:
        assert each.change.not_yet is not None
        assert each.change.not_yet < 0.1 <= each.change.seen
    assert re.search(r"is deleted.* \(after 0\.\d\d s, within 0\.\d\d s\)", page_of(found.folder))


def test_documents_that_can_t_be_seen_are_not_said_to_be_deleted(tmp_path: Path) -> None:
    system = "tests.systems.limited:ShowsNoDocumentWhileInaccessible"
    found = verify(tmp_path, "--python", system, *SOME[:4])
    page = page_of(found.folder)
    assert 'the document "contracts" can\'t be seen' in page
    for line in page.splitlines():
        if line.startswith("| Uploaded documents are deleted"):
            assert line.startswith(
                "| Uploaded documents are deleted, which could not be seen before"
            )
            assert "RevokeKeyAccess" not in line
    assert "documents could not be told from inaccessible ones" in page


def test_what_the_system_says_of_its_attempts_stands_beside_its_answer(tmp_path: Path) -> None:
    system = "tests.systems.adapters:SaysItsAttempts"
    page = page_of(verify(tmp_path, "--python", system, *GRANTING).folder)
    [line] = [line for line in page.splitlines() if 'grants "translator-prod"' in line][:1]
    assert "It says: 0 s: 409 " in line


def test_one_attempt_that_was_accepted_is_not_worth_a_word() -> None:
    accepted = {"answer": "accepted", "said": ["0.0 s: accepted"]}
    assert list(words_of(accepted)) == []
    again = {"answer": "accepted", "said": ["0.0 s: 409 Conflict", "8.0 s: accepted"]}
    assert list(words_of(again)) == again["said"]
    refused = {"answer": "refused", "code": "Forbidden", "said": ["0.0 s: 403"]}
    assert list(words_of(refused)) == ["(code Forbidden)", "0.0 s: 403"]


def test_tour_is_shown_as_sequences(tmp_path: Path) -> None:
    found = verify(tmp_path, "--python", MODEL, *TOUR)
    page = page_of(found.folder)
    assert "### Sequence 1: planned" in page
    assert "How long it took until something was back" in page


def test_what_identifies_somebody_or_may_be_a_secret_is_not_on_the_page(
    wrong_in_features: Verified, tmp_path: Path
) -> None:
    secrets = (
        "72f988bf-86f1-41af-91ab-2d7cd011db47",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        "0123456789abcdef0123456789abcdef",
        "someone@contoso.com",
        "contoso.onmicrosoft.com",
        "203.0.113.7",
    )
    message = f"refused for /subscriptions/production-1/x: {', '.join(secrets)}; sig=Zm9vYmFyYmF6"
    edited = Path(shutil.copytree(wrong_in_features.folder, tmp_path / "edited"))
    text = messages_of(edited).replace(
        '"answer":"accepted"', f'"answer":"accepted","message":{json.dumps(message)}'
    )
    put_messages(edited, text)
    for options in ((), ("--html",)):
        page = page_of(edited, *options)
        assert "refused for /subscriptions/" in page
        for secret in (*secrets, "production-1", "Zm9vYmFyYmF6"):
            assert secret not in page


@pytest.mark.parametrize(
    "harmless",
    [
        "Code: AuthorizationFailed, kit 9f4fdac03200, revision 2025-01-28",
        FAILS,
        REVOKED,
        "api-version 2026-02-01, 10,000 sentences, 0.01 s",
    ],
)
def test_what_gives_nobody_away_stays_as_it_is(harmless: str) -> None:
    assert redacted(harmless) == harmless


def test_report_of_another_kit_is_laid_out_and_checked_by_that_kit_alone(
    wrong_in_features: Verified, tmp_path: Path
) -> None:
    forgery = Forgery(wrong_in_features.folder, tmp_path / "other")
    forgery.envelope["digest"] = "0" * 64
    other = forgery.sign()
    assert "**Judged by another kit.** The verdicts are those of translator-cmk" in page_of(other)
    done = run_cli("report", "check", other)
    assert done.code == 4
    assert "another kit made this report: translator-cmk " in done.error
    assert done.error.endswith("kit 000000000000; to check it, install that kit\n")


def test_run_on_azure_is_repeated_there_and_named_with_all_that_its_version_says(
    wrong_in_features: Verified, tmp_path: Path
) -> None:
    edited = Path(shutil.copytree(wrong_in_features.folder, tmp_path / "edited"))
    report = json.loads((edited / "report.json").read_text("utf-8"))
    report["subject"]["product"] = "Azure: AzureCloud"
    report["subject"]["version"] = f"api-versions: {', '.join(['accounts 2025-09-01'] * 4)}; end"
    (edited / "report.json").write_text(json.dumps(report), "utf-8")
    page = page_of(edited)
    assert page.startswith("# Azure: AzureCloud: deviations: ")
    assert "; end |\n" in page
    assert "**Observed on Azure, as whoever ran it says.**" in page
    assert f"translator-cmk verify --azure --subscription SUBSCRIPTION --case {FAILS}" in page
    assert "reproduce" not in page


def test_html_is_one_file_that_runs_and_fetches_nothing(wrong: Verified, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    assert page_of(wrong.folder, "--html", "--output", str(file)) == ""
    page = file.read_text("utf-8")
    assert "default-src 'none'" in page
    for way_to_fetch in ("<script", "src=", "@import", "url("):
        assert way_to_fetch not in page


def test_log_that_can_t_be_read_is_one_error_and_nothing_is_written(
    wrong_in_features: Verified, tmp_path: Path
) -> None:
    edited = Path(shutil.copytree(wrong_in_features.folder, tmp_path / "edited"))
    put_messages(edited, messages_of(edited).replace('"verb":"submit"', '"verb":"beg"', 1))
    file = tmp_path / "page.md"
    done = run_cli("report", "page", edited, "--output", file)
    assert (done.code, done.out, done.error.count("\n")) == (2, "", 1)
    assert not file.exists()
    nowhere = run_cli("report", "page", wrong_in_features.folder, "--output", tmp_path / "no" / "x")
    assert (nowhere.code, nowhere.error.count("\n")) == (2, 1)
