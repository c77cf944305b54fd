"""The page on properties and mutants says what was measured, and no more."""

import json
from pathlib import Path

import pytest

from translator_cmk.bdd.results import Item
from translator_cmk.digest import digest
from translator_cmk.site.mutation import found_by_requirement, mutant_blocks
from translator_cmk.site.strength import MeasurementError, load_mutants, property_row, reach


def mutant(kind: str, verdict: str, **found: object) -> dict[str, object]:
    written = {"place": "model/topics/keys.py:7", "was": "a and b", "now": "a", "requirements": ["keys.enable"]}
    return {"kind": kind, "verdict": verdict, **written, **found}


MEASURED = {
    "digest": digest(),
    "scenarios": 4,
    "theorems": {"it-holds": 1, "that-holds": 0},
    "scopes": [{"scope": "small", "states": 1200}, {"scope": "smaller", "states": 3}],
    "mutants": [
        mutant("row dropped", "killed", theorem="it-holds", scenario="a"),
        mutant("row dropped", "killed", scenario="b"),
        mutant("condition dropped", "survives", was="c.state"),
        mutant("condition dropped", "equivalent", was="c.key"),
        mutant("constant changed", "unseen", now="'imported'"),
    ],
}


def test_mutants_are_counted_by_kind_and_those_that_cannot_be_found_are_kept_apart() -> None:
    text = "\n".join(mutant_blocks(MEASURED))
    assert "There are 5 mutants, of which 3 can be told from the model." in text
    assert "2 theorems find 1 (33%) of these by themselves, 4 scenarios 2 (66%), and both together 2 (66%)." in text
    assert "| A row dropped | 2 | 0 | 0 | 1 (50%) | 2 (100%) | 0 |" in text
    assert "| A part of a condition dropped | 2 | 1 | 0 | 0 (0%) | 0 (0%) | 1 |" in text
    assert "| A constant made another value of its field | 1 | 0 | 1 | 0 | 0 | 0 |" in text
    assert "| **all** | 5 | 1 | 1 | 1 (33%) | 2 (66%) | 1 |" in text
    assert "Stale" not in text


def test_survivors_unseen_and_equivalent_mutants_are_listed_under_their_own_headings() -> None:
    _, survivors, unseen, equivalent = "\n".join(mutant_blocks(MEASURED)).split("\n### ")
    assert "keys.py:7 | `c.state` becomes `a` |" in survivors
    assert "`a and b` becomes `'imported'`" in unseen
    assert "small (1,200 states) and smaller (3 states)" in equivalent
    assert "`c.key` becomes `a`" in equivalent


def test_where_none_survives_it_is_said() -> None:
    found = MEASURED | {"mutants": [mutant("row dropped", "killed", theorem="it-holds")]}
    assert "Of the mutants that can be told from the model, none survives." in "\n".join(mutant_blocks(found))


def test_found_mutants_are_counted_for_each_requirement() -> None:
    assert found_by_requirement(MEASURED) == {"keys.enable": (2, 3)}


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


@pytest.mark.parametrize(
    "content", ["", "[]", '{"digest": "x"}', "\x00", json.dumps(MEASURED | {"mutants": [{"own": []}]})]
)
def test_malformed_measurement_ends_in_one_message(tmp_path: Path, content: str) -> None:
    path = tmp_path / "mutants.json"
    path.write_text(content, "utf-8")
    with pytest.raises(MeasurementError, match=r"make evidence"):
        load_mutants(path)


def test_missing_measurement_is_none(tmp_path: Path) -> None:
    assert load_mutants(tmp_path / "mutants.json") is None
