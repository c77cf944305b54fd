"""The default tour that is kept is the one that would be planned."""

import json
from pathlib import Path
from typing import Any

import pytest

from translator_cmk.conformance.cases import SCOPES, STEPS
from translator_cmk.conformance.lanes.kept_tours import FILE, kept_sequences, text_of
from translator_cmk.conformance.lanes.sequences import stress_sequences
from translator_cmk.conformance.lanes.tour import sequences_of
from translator_cmk.conformance.lanes.tour_planning import suites
from translator_cmk.explore import scopes as explored

WRITE_IT = "python -m translator_cmk.conformance.lanes.kept_tours"


@pytest.mark.slow
def test_kept_tour_is_the_one_that_is_planned_today() -> None:
    planned = text_of(suites(explored.SCOPES, STEPS))
    assert FILE.read_text("utf-8") == planned, f"write it again: {WRITE_IT}"


def test_default_tour_is_the_kept_one_with_the_stress_fixture() -> None:
    kept = kept_sequences()
    assert kept is not None, f"the model, a scope or the planner was changed: {WRITE_IT}"
    assert sequences_of(tuple(SCOPES), STEPS) == kept + stress_sequences()


def changed(**fields: Any) -> str:
    """Return the file with other fields."""
    return json.dumps(json.loads(FILE.read_text("utf-8")) | fields)


def one_tour(scope: str, number: int) -> list[dict[str, Any]]:
    """Return a tour of one command."""
    return [{"scope": scope, "sequences": [[number]]}]


@pytest.mark.parametrize(
    "text",
    [
        "",
        FILE.read_text("utf-8")[:-10],
        "[]",
        changed(made_from="0" * 64),
        changed(tours=one_tour("no-such-scope", 0)),
        changed(tours=one_tour("demands", 1_000)),
        changed(tours=[{"scope": "demands", "sequences": ["0"]}]),
        changed(tours=one_tour("demands", -1)),
    ],
)
def test_file_that_is_broken_or_of_another_model_is_not_used(tmp_path: Path, text: str) -> None:
    file = tmp_path / "tours.json"
    file.write_text(text, "utf-8")
    assert kept_sequences(file) is None


def test_tour_is_planned_again_without_its_file(tmp_path: Path) -> None:
    assert kept_sequences(tmp_path / "nowhere.json") is None
