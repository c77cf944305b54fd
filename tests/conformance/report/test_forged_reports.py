"""A report that was edited, with all that follows from the edit made to fit, is found out."""

import json
import os
from pathlib import Path

import pytest

from tests.conformance import forgeries
from tests.conformance.conftest import (
    FAILS,
    MODEL,
    Verified,
    says,
    verify,
)
from tests.conformance.forgeries import FORGERIES, Forgery, interrupted
from translator_cmk.cli import main


@pytest.mark.parametrize(("report", "code", "name"), FORGERIES)
def test_forged_report_is_found_out(
    request: pytest.FixtureRequest, tmp_path: Path, report: str, code: int, name: str
) -> None:
    assert forgeries.check(request.getfixturevalue(report).folder, tmp_path / "forged", name) == (
        code,
        True,
    )


def test_report_is_confirmed_as_long_as_nobody_edits_it(wrong: Verified, tmp_path: Path) -> None:
    assert wrong.status("tour/DisableIdentity") == wrong.status(FAILS) == "failed"
    assert main(["report", "check", str(Forgery(wrong.folder, tmp_path / "copy").derive())]) == 0
    assert (
        main(
            [
                "report",
                "check",
                str(interrupted(Forgery(wrong.folder, tmp_path / "other")).derive()),
            ]
        )
        == 4
    )


def test_so_many_sequences_may_have_taken_longer_than_fuzzing_does_by_default(
    wrong: Verified, tmp_path: Path
) -> None:
    slow = Forgery(wrong.folder, tmp_path / "slow")
    slow.envelope["fuzz"]["seconds"] = 999.0
    assert main(["report", "check", str(slow.summarise())]) == 0


def test_wait_whose_last_looks_were_taken_out_is_found_out(tmp_path: Path) -> None:
    case = "vault.access-policy/granted-access-is-there-and-changes-nothing-else"
    found = verify(
        tmp_path, "--python", "tests.systems.slow:ChangesLate", "--lane", "features", "--case", case
    )
    assert found.status(case) == "failed"
    forgery = Forgery(found.folder, tmp_path / "forged")
    kept = []
    for verb, entry in zip(forgery.verbs(), forgery.log, strict=True):
        if verb != "observe" or '"purge_protection": false' not in json.dumps(entry):
            kept.append(entry)
    forgery.log = kept
    assert "where observe would be" in says(1, "report", "check", str(forgery.derive()))


@pytest.mark.parametrize("name", ["report.json", "messages.ndjson.gz", "cucumber.ndjson"])
def test_file_that_would_be_waited_for_is_refused(
    wrong_in_features: Verified, tmp_path: Path, name: str
) -> None:
    forgery = Forgery(wrong_in_features.folder, tmp_path / "forged")
    (forgery.folder / name).unlink()
    os.mkfifo(forgery.folder / name)
    assert main(["report", "check", str(forgery.folder)]) in (1, 2)


def test_report_of_a_revision_that_nobody_knows_is_refused_in_one_line(
    wrong_in_features: Verified, tmp_path: Path
) -> None:
    forgery = Forgery(wrong_in_features.folder, tmp_path / "forged")
    forgery.envelope["register"]["article"] = "2031-01-01"
    (forgery.folder / "report.json").write_text(json.dumps(forgery.envelope), "utf-8")
    error = says(2, "report", "check", str(forgery.folder))
    assert "report.json: the article has no revision '2031-01-01' that is known here" in error


def test_verdicts_are_derived_by_the_revision_that_the_report_names(tmp_path: Path) -> None:
    kind = "resource.cognitive-services"
    system = ("--python", "tests.systems.limited:ClaimsCognitiveServices")
    found = verify(tmp_path, *system, "--requirement", kind, "--revision", "2025-11-18")
    says(0, "report", "check", str(found.folder))

    forgery = Forgery(found.folder, tmp_path / "forged")
    forgery.envelope["register"]["article"] = "2025-01-28"
    (forgery.folder / "report.json").write_text(json.dumps(forgery.envelope), "utf-8")
    assert f"{kind}/" in says(1, "report", "check", str(forgery.folder))


def test_report_that_is_called_the_models_is_confirmed_with_the_models_answers_alone(
    tmp_path: Path,
) -> None:
    case = "keys.change/another-key-may-be-accepted-or-refused-in-place-of-the-one-in-use/portal"
    found = verify(tmp_path, "--python", MODEL, "--lane", "features", "--case", case)
    says(0, "report", "check", str(found.folder))

    forgery = Forgery(found.folder, tmp_path / "forged")
    answers = [entry["answer"] for entry in forgery.log if "answer" in entry]
    last_refusal = [answer for answer in answers if answer["answer"] == "refused"][-1]
    last_refusal["answer"] = "accepted"
    said = says(1, "report", "check", str(forgery.derive()))
    assert "the model answers otherwise" in said
