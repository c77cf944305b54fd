"""The page on speed: what is promised to be fast, and how fast it was when it was measured last."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .freshness import freshness
from .markup import measured_twin, page, plain, table
from .measured import load

BENCH = Path("measurements") / "bench.json"
MEMORY = Path("measurements") / "memory.json"


def load_bench(path: Path) -> Mapping[str, Any] | None:
    """What `make bench` measured, or None where it was not run; raises `MeasurementError`."""
    return load(path, {"digest", "machine", "figures"})


def load_memory(path: Path) -> Mapping[str, Any] | None:
    """What `make evidence` measured of memory, or None where it did not; raises `MeasurementError`."""
    return load(path, {"digest", "seconds", "commands", "log_bytes", "settled", "most"})


def speed_page(bench: Mapping[str, Any] | None, memory: Mapping[str, Any] | None = None) -> str:
    """The page."""
    return page(
        "How fast it is",
        "What is promised to be fast, and how fast it was when it was measured last.",
        "Speed is measured and not tested: a machine that has other things to do makes nothing wrong. How the searches "
        "do beside those of other people is told under [Other model checkers](peers.md).",
        *blocks(bench),
        "## How much memory it takes { #memory }",
        *of_memory(memory),
    )


def blocks(bench: Mapping[str, Any] | None) -> Iterator[str]:
    """Each figure beside its goal."""
    if bench is None:
        yield "This has not been measured: `make bench` does it."
        return
    machine = bench["machine"]
    yield freshness(bench)
    yield table(["Figure", "Verdict", "Median", "Goal"], map(row, bench["figures"]))
    yield (
        f"Measured by `make bench` with Python {plain(machine['python'])} on {machine['cores']} cores of a "
        f"{plain(machine['processor'])}, in rounds that take turns."
    )
    yield measured_twin("bench")


def of_memory(memory: Mapping[str, Any] | None) -> Iterator[str]:
    """How much memory fuzzing takes as it goes on."""
    if memory is None:
        yield "This has not been measured: `make evidence` does it."
        return
    yield freshness(memory)
    yield (
        f"The model was fuzzed in one process for {memory['seconds'] // 60} minutes, with {memory['commands']:,} "
        f"commands. After the first five minutes the process had {megabytes(memory['settled'])} of memory, and from "
        f"then on {megabytes(memory['most'])} at most; its log has {megabytes(memory['log_bytes'] // 1000)}."
    )
    yield measured_twin("memory")


def megabytes(kilobytes: int) -> str:
    """An amount of memory, rounded up."""
    return f"{-(-kilobytes // 1000):,} MB"


def row(figure: Mapping[str, Any]) -> list[str]:
    """A figure, its goal, and whether it is met."""
    goal, unit = figure["goal"], figure["unit"]
    sign = "at most" if figure["less_is_better"] else "at least"
    verdict = "no goal" if goal is None else "met" if figure["met"] else "**missed**"
    return [
        plain(figure["name"]),
        verdict,
        f"{rounded(figure['median'])} {unit}",
        "" if goal is None else f"{sign} {goal:,} {unit}",
    ]


def rounded(number: float) -> str:
    """A figure with three digits that count, or with all before the point."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"
