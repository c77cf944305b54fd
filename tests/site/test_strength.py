"""The page on properties and mutants says what was measured, and no more."""

from pathlib import Path

import pytest

from translator_cmk.digest import digest
from translator_cmk.gherkin.results import Item
from translator_cmk.site.strength import MeasurementError, load_mutants, mutant_blocks, property_row, reach

MEASURED = {
    "digest": digest(),
    "scenarios": 4,
    "mutants": [{"own": ["a"]}, {"own": []}, {"own": ["b", "c"]}],
    "survivors": {"drop:this": "nothing shows it"},
}


def test_mutants_found_are_counted_and_survivors_named_with_their_reason() -> None:
    text = "\n".join(mutant_blocks(MEASURED))
    assert "2 of 3 mutants were found by 4 scenarios." in text
    assert "| `drop:this` | nothing shows it |" in text
    assert "Stale" not in text


def test_measurement_of_another_specification_is_stale() -> None:
    assert "**Stale:**" in "\n".join(mutant_blocks(MEASURED | {"digest": "0" * 64}))


def test_what_was_not_measured_is_said_so() -> None:
    assert "`make evidence` does it" in "\n".join(mutant_blocks(None))
    assert list(reach([])) == ["It was not run."]


def test_reach_of_hypothesis_is_told_with_what_it_missed() -> None:
    item = Item("x", "property", (), "passed", details=({"reached": ["a.b"], "not_reached": ["c.d"]},))
    text = "\n".join(reach([item]))
    assert "1 of 2 requirements" in text
    assert "[`c.d`]" in text


def test_failed_property_is_shown_as_failed() -> None:
    row = property_row(Item("it-holds", "property", ("keys.enable",), "failed", 0.5, "it did not"))
    assert row[0] == "It holds"
    assert "failed" in row[1]


@pytest.mark.parametrize("content", ["", "[]", '{"digest": "x"}', "\x00"])
def test_malformed_measurement_ends_in_one_message(tmp_path: Path, content: str) -> None:
    path = tmp_path / "mutants.json"
    path.write_text(content, "utf-8")
    with pytest.raises(MeasurementError, match=r"make evidence"):
        load_mutants(path)


def test_missing_measurement_is_none(tmp_path: Path) -> None:
    assert load_mutants(tmp_path / "mutants.json") is None
