"""The page *Enable* shows what the tests saw of its commands, and nothing that another version of them saw."""

from pathlib import Path

import pytest

from translator_cmk.errors import InvalidFile
from translator_cmk.site import commands
from translator_cmk.site.commands import LOSSES, OUTSIDE, RAN, last_run, record_run


def test_record_grows_with_each_test_that_saw_something(tmp_path: Path) -> None:
    record_run("2.91.0", {"vault": RAN}, tmp_path / "run.json")
    record_run("2.91.0", {LOSSES: RAN}, tmp_path / "run.json")
    found = last_run(tmp_path / "run.json")
    assert found is not None
    assert (found.version, found.outcomes) == ("2.91.0", {"vault": RAN, LOSSES: RAN})


def test_what_another_version_has_seen_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record_run("2.91.0", {"vault": RAN}, tmp_path / "run.json")
    record_run("2.92.0", {"locks": OUTSIDE}, tmp_path / "run.json")
    found = last_run(tmp_path / "run.json")
    assert found is not None
    assert found.outcomes == {"locks": OUTSIDE}
    monkeypatch.setattr(commands, "digest", lambda: "0" * 64)
    assert last_run(tmp_path / "run.json") is None


def test_no_record_is_nothing_seen_and_a_damaged_one_is_refused(tmp_path: Path) -> None:
    assert last_run(tmp_path / "run.json") is None
    (tmp_path / "run.json").write_text("[]", "utf-8")
    with pytest.raises(InvalidFile, match=r"run\.json: not a record of make azure-cli; run it again"):
        last_run(tmp_path / "run.json")
