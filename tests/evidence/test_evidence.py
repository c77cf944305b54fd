"""A gathering that was broken off goes on from what was kept."""

from pathlib import Path

from tests.evidence.writing import Kept


def test_run_that_was_broken_off_goes_on_from_there(tmp_path: Path) -> None:
    kept = Kept("lengths", "0" * 64, tmp_path)
    assert kept.all_of({"a": "x", "b": "xx"}, len) == [1, 2]
    kept.path.write_text(kept.path.read_text("utf-8")[:-3], "utf-8")
    again = Kept("lengths", "0" * 64, tmp_path)
    assert len(again.found) == 1
    assert again.all_of({"a": "x", "b": "xx"}, len) == [1, 2]
    assert len(Kept("lengths", "0" * 64, tmp_path).found) == 2
    again.forget()
    assert list(tmp_path.iterdir()) == []
