"""A report that was edited, with all that follows from the edit made to fit, is found out.

`make evidence` makes every edit of `forgeries.py`; here is one of each kind.
"""

import json
import os
from pathlib import Path

import pytest

from tests.conformance import forgeries
from tests.conformance.forgeries import FORGERIES, Forgery, interrupted
from tests.conformance.verifying import FAILS, Verified, says, verify
from translator_cmk.cli import main

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


def test_wait_whose_last_looks_were_taken_out_is_found_out(tmp_path: Path) -> None:
    case = "vault.access-policy/granted-access-is-there-and-changes-nothing-else"
    found = verify(tmp_path, "--python", "tests.wrong_systems:ChangesLate", "--lane", "features", "--case", case)
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
