"""How many steps each lane of the kit takes to catch each faulty implementation, and what it names first.

Run as `python -m tests.evidence.run faulty`, and by `make evidence`.  Fuzzing alone, stopped at its first failure, has
more than ten times the steps in which features and tour catch nearly all, so one sees what it would take.  What was
measured is kept in .results/ as it comes.  The exit code is 1, and nothing is written, if one is not caught, or if
a lane names a requirement first that is none of those expected, or none at all, more often than once in twenty times.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from tests.conformance.broken import EXAMPLES, FAMILY, FILES, HELD_OUT, MADE_TO_BE_MISSED, Broken
from tests.evidence.lanes import InProcess, channel_to, features, fuzz, put_to, steps, tour
from tests.evidence.writing import Kept, fingerprint, stamp, write_measurement
from translator_cmk.conformance.channels import Channel

FUZZ_STEPS = 20_000
"""How many steps fuzzing alone has: at least as many as the lane has in its default time, in one process."""

LANES = {"features": features, "tour": tour}
Steps = dict[str, int | None]
"""By lane, the steps in which it catches an implementation; None if it does not."""

RIGHT = 0.95
"""How often the requirement named first has to be one of those expected."""


def main() -> int:
    """Measure and write the totals; returns the exit code."""
    now = stamp("conformance")
    kept = Kept("faulty", now["digest"])
    budgets = budgets_of()
    both = (*FAMILY, *MADE_TO_BE_MISSED)
    wanted = {fingerprint(each.mistake, each.source, str(budgets)): each for each in both}
    both_found: list[tuple[Steps, dict[str, str | None]]] = kept.all_of(wanted, caught)
    found, named = [steps for steps, _ in both_found], [named for _, named in both_found]
    missed = [each.mistake for each, taken in zip(both, found, strict=True) if not any(taken.values())]
    missed += [
        each.mistake for each, taken in zip(FAMILY, found, strict=False) if not (taken["features"] or taken["tour"])
    ]
    for mistake in dict.fromkeys(missed):
        print(f"not caught: {mistake}")
    wrong = [print_named(lane, part, both, named) < RIGHT for lane in LANES for part in (False, True)]
    if missed or any(wrong):
        return 1
    family, evasive = found[: len(FAMILY)], found[len(FAMILY) :]
    lanes = lanes_of(family, budgets)
    for lane in lanes:
        print(f"{lane['lane']}, {lane['budget']:,} steps: {lane['caught']} of {len(FAMILY)} caught")
    content = {
        **now,
        "implementations": len(FAMILY),
        "held_out": len(HELD_OUT),
        "topics": dict(Counter(each.topic for each in FAMILY)),
        "lanes": lanes,
        "evasive": {"implementations": len(evasive), "caught": len(evasive), "lanes": evasive_lanes(evasive, budgets)},
    }
    write_measurement("faulty", content)
    kept.forget()
    return 0


def budgets_of() -> dict[str, int]:
    """Return how many steps each lane takes if nothing is wrong, and how many fuzzing alone has."""
    sound = (EXAMPLES / "python" / FILES["python"]).read_text("utf-8")
    in_features, wrong = put_to(InProcess(sound), features)
    in_tour, astray = put_to(InProcess(sound), tour)
    if wrong is not None or astray is not None:
        raise AssertionError("the example in Python, without any fault, is not conformant")
    return {"features": in_features, "tour": in_tour, "fuzz": FUZZ_STEPS}


def caught(broken: Broken) -> tuple[Steps, dict[str, str | None]]:
    """Return the steps in which each lane catches the implementation, by itself, and the requirement named first."""
    with tempfile.TemporaryDirectory() as folder:

        def channel() -> Channel:
            return channel_to(broken.language, broken.source, Path(folder) / FILES[broken.language])

        named = {}
        taken: Steps = {}
        for name, lane in LANES.items():
            spent, named[name] = put_to(channel(), partial(lane, profile=broken.profile))
            taken[name] = None if named[name] is None else spent
        taken["fuzz"] = steps(channel(), partial(fuzz, profile=broken.profile), FUZZ_STEPS)
        return taken, named


def print_named(lane: str, held_out: bool, family: Sequence[Broken], named: Sequence[dict[str, str | None]]) -> float:
    """Print how often a lane names an expected requirement first, and where it does not; returns the share."""
    part = [
        (each, name)
        for each, by_lane in zip(family, named, strict=True)
        if each.held_out is held_out and (name := by_lane[lane]) is not None
    ]
    wrong = [(each, name) for each, name in part if name not in each.expected]
    what = "held out" if held_out else "looked at"
    print(f"{lane}, {what}: {len(part) - len(wrong)} of {len(part)} name an expected requirement first")
    for each, name in wrong:
        print(f"    {each.mistake} It names {name or 'none'}, not {' or '.join(each.expected)}")
    return 1 - len(wrong) / len(part)


def lanes_of(family: Sequence[Steps], budgets: dict[str, int]) -> list[dict[str, Any]]:
    """Return what each lane catches of the family in its budget."""
    together = budgets["features"] + budgets["tour"]
    in_turn = [
        each["features"] or (each["tour"] and budgets["features"] + each["tour"]) for each in family
    ]  # the tour comes after all features
    by_lane = {
        "features": ([each["features"] for each in family], budgets["features"]),
        "tour": ([each["tour"] for each in family], budgets["tour"]),
        "features, then tour": (in_turn, together),
        "fuzz, as many steps": ([each["fuzz"] for each in family], together),
        "fuzz, its default time": ([each["fuzz"] for each in family], budgets["fuzz"]),
    }
    return [lane_of(name, taken, budget) for name, (taken, budget) in by_lane.items()]


def lane_of(name: str, taken: Sequence[int | None], budget: int) -> dict[str, Any]:
    """Return how many a lane catches in its budget, the median, and the steps in which it catches 99 %."""
    found = sorted(each for each in taken if each is not None and each <= budget)
    enough = -(-99 * len(taken) // 100)
    return {
        "lane": name,
        "budget": budget,
        "caught": len(found),
        "held_out_caught": sum(each is not None and each <= budget for each in taken[2::3]),
        "median": round(median(found)) if found else None,
        "steps_to_99_percent": found[enough - 1] if len(found) >= enough else None,
    }


def evasive_lanes(evasive: Sequence[Steps], budgets: dict[str, int]) -> list[dict[str, Any]]:
    """Return what each lane catches of those written to escape, and what no lane before it does."""
    before: set[int] = set()
    lanes = []
    for name, budget in budgets.items():
        mine = {number for number, each in enumerate(evasive) if each[name] is not None}
        lanes.append({"lane": name, "budget": budget, "caught": len(mine), "first": len(mine - before)})
        before |= mine
    return lanes


if __name__ == "__main__":
    sys.exit(main())
