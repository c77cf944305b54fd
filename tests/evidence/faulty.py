"""How many steps each lane of the kit takes to catch each faulty implementation, and what it names first.

Fuzzing alone, stopped at its first failure, has more than ten times the steps in which features and tour catch nearly
all, so one sees what it would take.  It falls short if one is not caught, or if a lane names another requirement first
than one of those expected, or no requirement, more often than once in twenty times.  Of those that are held out, it
prints how many are named right and not which, unless `SHOW_HELD_OUT` is set: who sees which has looked at them.
"""

import os
import tempfile
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from tests.conformance.broken import EXAMPLES, FAMILY, FILES, MADE_TO_BE_MISSED, Broken
from tests.evidence.lanes import InProcess, channel_to, features, fuzz, put_to, tour
from tests.evidence.writing import Found, Kept, fingerprint
from translator_cmk.conformance.channels import Channel

FUZZ_STEPS = 20_000
"""How many steps fuzzing alone has: at least as many as the lane has in its default time, in one process."""

LANES = {"features": features, "tour": tour, "fuzz": fuzz}
Caught = dict[str, tuple[int, str] | None]
"""By lane, the steps in which it catches an implementation and the requirement named first; None if it does not."""

RIGHT = 0.95
"""How often the requirement named first has to be one of those expected."""


def gather(kept: Kept) -> Found:
    """Put both families to each lane by itself."""
    both = (*FAMILY, *MADE_TO_BE_MISSED)
    wanted = {fingerprint(each.mistake, each.source): each for each in both}
    found = dict(zip(both, kept.all_of(wanted, caught), strict=True))
    short = [f"is not caught: {each.mistake}" for each in both if not any(found[each].values())]
    short += [
        f"is caught by fuzzing alone: {each.mistake}"
        for each in FAMILY
        if not (found[each]["features"] or found[each]["tour"])
    ]
    for lane in ("features", "tour"):
        for held_out in (False, True):
            short += wrongly_named(lane, {each: by for each, by in found.items() if each.held_out is held_out})
    budgets = budgets_of()
    family = [found[each] for each in FAMILY]
    lanes = lanes_of(family, budgets)
    evasive = [found[each] for each in MADE_TO_BE_MISSED]
    totals = {
        "implementations": len(FAMILY),
        "held_out": sum(each.held_out for each in FAMILY),
        "topics": dict(Counter(each.topic for each in FAMILY)),
        "lanes": lanes,
        "evasive": {"implementations": len(evasive), "caught": len(evasive), "lanes": evasive_lanes(evasive, budgets)},
    }
    by_lane = ", ".join(f"{each['lane']} {each['caught']}" for each in lanes)
    return Found(f"of {len(FAMILY)} faulty implementations each lane catches: {by_lane}", short, totals)


def caught(broken: Broken) -> Caught:
    """Return what each lane takes to catch the implementation, by itself."""
    found: Caught = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, lane in LANES.items():
            channel: Channel = channel_to(broken.language, broken.source, Path(folder) / FILES[broken.language])
            budget = FUZZ_STEPS if name == "fuzz" else float("inf")
            spent, named = put_to(channel, partial(lane, profile=broken.profile), budget)
            found[name] = None if named is None else (spent, named)
    return found


def budgets_of() -> dict[str, int]:
    """Return how many steps each lane takes if nothing is wrong, and how many fuzzing alone has."""
    budgets = {"fuzz": FUZZ_STEPS}
    for name in ("tour", "features"):
        sound = InProcess((EXAMPLES / "python" / FILES["python"]).read_text("utf-8"))
        spent, wrong = put_to(sound, LANES[name])
        if wrong is not None:
            raise AssertionError("the example in Python, without any fault, is not conformant")
        budgets = {name: spent, **budgets}
    return budgets


def wrongly_named(lane: str, found: dict[Broken, Caught]) -> list[str]:
    """Print where a lane names none that is expected first; return that it does so too often, if it does.

    Of implementations that are held out, it prints the count alone.
    """
    named = {each: how[1] for each, by_lane in found.items() if (how := by_lane[lane])}
    wrong = {each: name for each, name in named.items() if name not in each.expected}
    for each, name in wrong.items():
        if not each.held_out or "SHOW_HELD_OUT" in os.environ:
            print(f"  {lane} names {name or 'none'}, not {' or '.join(each.expected)}: {each.mistake}")
    right = len(named) - len(wrong)
    part = "held out" if next(iter(found)).held_out else "looked at"
    print(f"  {lane}, {part}: {right} of {len(named)} name an expected requirement first")
    return [f"{lane}, {part}: only {right} of {len(named)} are named right"] if right < RIGHT * len(named) else []


def lanes_of(family: Sequence[Caught], budgets: dict[str, int]) -> list[dict[str, Any]]:
    """Return what each lane catches of the family in its budget."""
    features, tour, fuzz = ([how[0] if (how := each[name]) else None for each in family] for name in budgets)
    together = budgets["features"] + budgets["tour"]
    in_turn = [one or (other and budgets["features"] + other) for one, other in zip(features, tour, strict=True)]
    return [
        lane_of("features", features, budgets["features"]),
        lane_of("tour", tour, budgets["tour"]),
        lane_of("features, then tour", in_turn, together),
        lane_of("fuzz, as many steps", fuzz, together),
        lane_of("fuzz, its default time", fuzz, budgets["fuzz"]),
    ]


def lane_of(name: str, taken: Sequence[int | None], budget: int) -> dict[str, Any]:
    """Return how many of the family a lane catches in its budget, their median, and the steps for 99 % of them."""
    steps = {each: spent for each, spent in zip(FAMILY, taken, strict=True) if spent is not None and spent <= budget}
    found = sorted(steps.values())
    enough = -(-99 * len(taken) // 100)
    return {
        "lane": name,
        "budget": budget,
        "caught": len(found),
        "held_out_caught": sum(each.held_out for each in steps),
        "median": round(median(found)) if found else None,
        "steps_to_99_percent": found[enough - 1] if len(found) >= enough else None,
    }


def evasive_lanes(evasive: Sequence[Caught], budgets: dict[str, int]) -> list[dict[str, Any]]:
    """Return what each lane catches of those written to escape, and what no lane before it does."""
    before: set[int] = set()
    lanes = []
    for name, budget in budgets.items():
        mine = {number for number, each in enumerate(evasive) if each[name] is not None}
        lanes.append({"lane": name, "budget": budget, "caught": len(mine), "first": len(mine - before)})
        before |= mine
    return lanes
