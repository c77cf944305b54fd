"""The page on speed gives each figure with its goal, and says where one is missed or nothing was measured."""

from pathlib import Path
from typing import Any

from translator_cmk.digest import digest
from translator_cmk.site.speed import load_bench, speed_page


def figure(name: str, median: float, goal: float | None, met: bool) -> dict[str, Any]:
    return {"name": name, "median": median, "unit": "s", "goal": goal, "less_is_better": True, "met": met}


BENCH = {
    "digest": digest(),
    "machine": {"python": "3.11.7", "cores": 2, "processor": "a processor"},
    "figures": [
        figure("one", 1.23456, 2, True),
        figure("two", 1234.5, 1000, False),
        figure("three", 3, None, True),
    ],
}


def test_figures_stand_beside_their_goals() -> None:
    text = speed_page(BENCH)
    assert "| one | met | 1.23 s | at most 2 s |" in text
    assert "| two | **missed** | 1,234 s | at most 1,000 s |" in text
    assert "| three | no goal | 3 s |  |" in text
    assert "Stale" not in text


def test_figures_of_another_state_of_the_specification_are_stale() -> None:
    assert "**Stale:**" in speed_page({**BENCH, "digest": "another"})


def test_what_was_not_measured_is_told_so() -> None:
    assert load_bench(Path("nowhere.json")) is None
    assert "has not been measured" in speed_page(None)
