"""The page on speed gives each figure with its goal, and says where one is missed or nothing was measured."""

from pathlib import Path
from typing import Any

from translator_cmk.digest import digest
from translator_cmk.site.speed import load_bench, load_memory, speed_page


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


def test_memory_is_told_with_how_long_it_was_looked_at() -> None:
    memory = {"digest": digest(), "seconds": 3600, "commands": 12345, "log_bytes": 1, "settled": 70_001, "most": 71_000}
    text = speed_page(BENCH, memory)
    assert "for 60 minutes, with 12,345 commands" in text
    assert "had 71 MB of memory, and from then on 71 MB at most" in text
    assert "**Stale:**" in speed_page(BENCH, {**memory, "digest": "another"})


def test_figures_of_another_state_of_the_specification_are_stale() -> None:
    assert "**Stale:**" in speed_page({**BENCH, "digest": "another"})


def test_what_was_not_measured_is_told_so() -> None:
    assert load_bench(Path("nowhere.json")) is None
    assert load_memory(Path("nowhere.json")) is None
    assert speed_page(None).count("This has not been measured") == 2
