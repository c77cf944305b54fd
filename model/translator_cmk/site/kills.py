"""The page on broken implementations: which lane of the kit caught each, and within how many steps."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..digest import digest
from .markup import page, plain, table
from .measured import load

KILLS = Path("measurements") / "kills.json"
LANES = {
    "features": "features",
    "tour": "tour",
    "fuzz": "fuzz, of what is left",
    "hypothesis": "Hypothesis alone, as many steps",
}
"""The lanes as a run has them, and what they are held against."""

WHAT = """\
A kit that has never been seen to fail proves nothing. The example implementations in Python, Node and Perl were
therefore broken, one mistake at a time, in every topic. Every third mistake was held out: no budget was chosen with a
look at it. A step is a reset or a command."""


def load_kills(path: Path) -> Mapping[str, Any] | None:
    """What was measured of broken implementations, or None where nothing was; raises `MeasurementError`."""
    return load(path, {"digest", "budgets", "first_run", "implementations"})


def kills_page(kills: Mapping[str, Any] | None) -> str:
    """The page."""
    return page(
        "Broken implementations",
        "Small implementations with one mistake each, which lane of the conformance kit catches them, and how fast.",
        WHAT,
        *(blocks(kills) if kills else ["It has not been measured here: `make evidence` does."]),
    )


def blocks(kills: Mapping[str, Any]) -> Iterator[str]:
    """What was measured."""
    rows: Sequence[Mapping[str, Any]] = kills["implementations"]
    if kills["digest"] != digest():
        yield "**Stale:** the specification has changed since it was measured."
    yield "## How many were caught { #caught }"
    yield table(["Lane", "Budget in steps", "Caught", "Of those held out", "Steps, median"], map(lane(kills), LANES))
    yield f"By features or tour: {caught(rows, ('features', 'tour'))} of {len(rows)}; with fuzz " + (
        f"{caught(rows, ('features', 'tour', 'fuzz'))}."
    )
    first = kills["first_run"]
    yield f"The first run caught {first['by_any_lane']} of the {first['held_out']} that were held out, " + (
        f"{first['by_features_or_tour']} of them by features or tour."
    )
    yield "## Each of them { #each }"
    yield table(["Mistake", "Topic", "Language", *LANES.values()], (line(row) for row in rows))


def lane(kills: Mapping[str, Any]) -> Any:
    """What makes the line of a lane."""
    rows = kills["implementations"]
    held = [row for row in rows if row["held_out"]]

    def of(name: str) -> list[str]:
        steps = sorted(row["steps"][name] for row in rows if row["steps"][name] is not None)
        budget = kills["budgets"].get(name)
        return [
            LANES[name],
            f"{budget:,}" if budget else "all scenarios",
            f"{len(steps)} of {len(rows)}",
            f"{caught(held, (name,))} of {len(held)}",
            f"{steps[len(steps) // 2]:,}" if steps else "",
        ]

    return of


def caught(rows: Sequence[Mapping[str, Any]], lanes: Sequence[str]) -> int:
    """How many were caught by any of the lanes."""
    return sum(any(row["steps"][name] is not None for name in lanes) for row in rows)


def line(row: Mapping[str, Any]) -> list[str]:
    """The line of one implementation: the steps that each lane took."""
    steps = ("–" if row["steps"][name] is None else f"{row['steps'][name]:,}" for name in LANES)  # noqa: RUF001  # none
    return [plain(row["mistake"]), row["topic"], row["language"], *steps]
