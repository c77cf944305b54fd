"""The page on coverage says what was measured, of which specification, and no more."""

import json
from pathlib import Path
from typing import Any

import pytest

from translator_cmk.digest import digest
from translator_cmk.explore.coverage.report import TITLES
from translator_cmk.site.coverage import coverage_page, load_coverage, load_tours
from translator_cmk.site.strength import MeasurementError


def reached(number: int, *missing: str) -> dict[str, Any]:
    """Of everything so many of 20, and of what can be listed these not."""
    part = {"reached": number, "of": 20}
    scopes = [{"scope": "small", "states": part, "pairs": {"reached": 199, "of": 200}}]
    return {**{name: part | {"missing": list(missing)} for name in TITLES}, "scopes": scopes}


COVERAGE: dict[str, Any] = {
    "scopes": [{"scope": "small", "states": 20, "pairs": 200}],
    "infeasible": [{"place": "a.py:1", "condition": "c.never", "because": "it is always true where it is asked"}],
    "evidence": [
        {"name": "scenarios", "sentence": "All.", "sequences": 2, "commands": 1_005, "reached": reached(19, "a row")},
    ],
    "together": reached(20),
}

TOURS: dict[str, Any] = {
    "random_length": 50,
    "scopes": [
        {
            "scope": "small", "states": 20, "pairs": 200, "steps": 250, "lower_bound": 249, "sequences": 3,
            "longest": 90, "seconds": 0.04,
            "suites": {name: {"steps": 250, "pairs": 199} for name in ("tour", "random", "accepted", "budget")},
            "transfer_faults": {
                sight: {"faults": 1_000, "tour": 999, "random": 400, "accepted": 0, "budget": 10}
                for sight in ("answers", "customer", "state")
            },
        }
    ],
}  # fmt: skip  # as data


def fresh(measured: dict[str, Any]) -> dict[str, Any]:
    """The measurement, of the specification as it is."""
    return measured | {"digest": digest()}


def test_what_was_reached_is_told_with_counts_and_shares_rounded_down() -> None:
    text = coverage_page(fresh(COVERAGE), fresh(TOURS))
    assert "| scenarios | All. | 2 | 1,005 |" in text
    assert "| Reached { .long } | scenarios | together |" in text
    assert "| Rows | 19 of 20 (95%) | 20 of 20 (100%) |" in text
    assert "| Commands in states of small | 199 of 200 (99%) | 199 of 200 (99%) |" in text
    assert "| Conditions | 1 | `a row` |" in text
    assert "| `c.never` | `a.py:1` | it is always true where it is asked |" in text
    assert "Stale" not in text


def test_tours_are_told_with_what_they_find() -> None:
    text = coverage_page(fresh(COVERAGE), fresh(TOURS))
    assert "| small | 20 | 200 | 250 | 249 | 3 | 0.0 |" in text
    assert "| small | That, and the whole state | 1,000 | 999 (99%) | 400 (40%) | 0 (0%) | 10 (1%) |" in text


@pytest.mark.parametrize("which", [0, 1])
def test_a_measurement_of_another_specification_is_stale(which: int) -> None:
    measured = [fresh(COVERAGE), fresh(TOURS)]
    measured[which] = measured[which] | {"digest": "0" * 64}
    assert coverage_page(*measured).count("**Stale:**") == 1


def test_what_was_not_measured_is_said_so() -> None:
    assert coverage_page(None, None).count("This has not been measured") == 2


def test_evidence_that_misses_nothing_is_said_so() -> None:
    whole = COVERAGE | {"evidence": [COVERAGE["evidence"][0] | {"reached": reached(20)}], "infeasible": []}
    text = coverage_page(fresh(whole), fresh(TOURS))
    assert "Nothing of what can be listed." in text
    assert "There are none." in text


@pytest.mark.parametrize("load", [load_coverage, load_tours])
@pytest.mark.parametrize("content", ["", "[]", '{"digest": "x"}', "\x00"])
def test_a_malformed_measurement_ends_in_one_message(load: Any, content: str, tmp_path: Path) -> None:
    path = tmp_path / "measurement.json"
    path.write_text(content, "utf-8")
    with pytest.raises(MeasurementError, match=r"make evidence"):
        load(path)


def test_measurements_are_read_and_missing_ones_are_none(tmp_path: Path) -> None:
    path = tmp_path / "measurement.json"
    assert load_coverage(path) is load_tours(path) is None
    measured = fresh(COVERAGE)
    path.write_text(json.dumps(measured), "utf-8")
    assert load_coverage(path) == measured
