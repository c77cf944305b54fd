"""How many steps each lane of the kit takes to catch each broken implementation: the kill table.

Run as `python -m tests.evidence.run kills`, and by `make evidence`.  Hypothesis alone is the lane fuzz, stopped at its
first failure; it has more than ten times the steps in which features and tour catch nearly all, so that one sees what
it would take it.  What has been measured is kept in .results/ as it comes.  The exit code is 1, and nothing is written,
where one gets away.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.conformance.broken import EXAMPLES, FAMILY, FILES, HELD_OUT, MADE_TO_BE_MISSED, Broken
from tests.evidence.kept import Kept, fingerprint
from tests.evidence.lanes import InProcess, channel_to, features, hypothesis_alone, put_to, steps, tour
from tests.evidence.writing import MEASUREMENTS, stamp, write
from translator_cmk.conformance.channels import Channel

HYPOTHESIS_STEPS = 20_000
"""How many steps Hypothesis alone has: as many as the lane fuzz has at least in its default time, in this process."""

FIRST_RUN = {"held_out": 28, "by_features_or_tour": 26, "by_any_lane": 28}
"""What the first run caught of what was held out."""

BEFORE = {"caught": 18, "of": 53}
"""What the lanes caught of the first of those made to be missed, before any of these was made."""

Row = dict[str, Any]


def main() -> int:
    """Measure and write; returns the exit code."""
    now = stamp("conformance")
    kept = Kept("kills", now["digest"])
    budgets = budgets_of()
    both = (*FAMILY, *MADE_TO_BE_MISSED)
    wanted = {fingerprint(each.mistake, each.source, str(budgets)): (each, budgets["hypothesis"]) for each in both}
    held_out = {broken.mistake for broken in HELD_OUT}
    every = [row_of(broken, steps) for broken, steps in zip(both, kept.all_of(wanted, caught), strict=True)]
    rows: list[Row] = [row | {"held_out": row["mistake"] in held_out} for row in every[: len(FAMILY)]]
    missed = every[len(FAMILY) :]
    tell(rows, budgets)
    away = [row["mistake"] for row in rows if not by_features_or_tour(row)]
    for mistake in away:
        print(f"gets away with features and tour: {mistake}")
    for row in missed:
        if not any(row["steps"].values()):
            away.append(row["mistake"])
            print(f"gets away with every lane: {row['mistake']}")
    print(f"made to be missed: {len(missed)}, of which {sum(map(by_features_or_tour, missed))} by features or tour")
    if away:
        return 1
    found = {
        **now,
        "budgets": budgets,
        "first_run": FIRST_RUN,
        "implementations": rows,
        "made_to_be_missed": {"before": BEFORE, "implementations": missed},
    }
    write(MEASUREMENTS / "kills.json", found)
    kept.forget()
    return 0


def row_of(broken: Broken, steps: dict[str, int | None]) -> Row:
    """What is written of one."""
    return {"mistake": broken.mistake, "topic": broken.topic, "language": broken.language, "steps": steps}


def budgets_of() -> dict[str, int]:
    """How many steps each lane takes where nothing is wrong, and how many Hypothesis alone has."""
    sound = (EXAMPLES / "python" / FILES["python"]).read_text("utf-8")
    in_features, wrong = put_to(InProcess(sound), features)
    in_tour, astray = put_to(InProcess(sound), tour)
    if wrong or astray:
        raise AssertionError("the example in Python, without any mistake, is not conformant")
    return {"features": in_features, "tour": in_tour, "hypothesis": HYPOTHESIS_STEPS}


def caught(task: tuple[Broken, int]) -> dict[str, int | None]:
    """The steps that each lane takes to catch one, Hypothesis alone with so many at most; None where it does not."""
    broken, budget = task
    with tempfile.TemporaryDirectory() as folder:

        def channel() -> Channel:
            return channel_to(broken.language, broken.source, Path(folder) / FILES[broken.language])

        return {
            "features": steps(channel(), features),
            "tour": steps(channel(), tour),
            "hypothesis": steps(channel(), hypothesis_alone, budget),
        }


def by_features_or_tour(row: Row) -> bool:
    """Whether one of the two lanes that need no chance catches it."""
    return row["steps"]["features"] is not None or row["steps"]["tour"] is not None


def tell(rows: list[Row], budgets: dict[str, int]) -> None:
    """Print how many each lane has caught."""
    together = budgets["features"] + budgets["tour"]
    print(f"features or tour, {together:,} steps: {sum(map(by_features_or_tour, rows))} of {len(rows)} caught")
    in_turn = sorted(filter(None, (row["steps"]["features"] or row["steps"]["tour"] for row in rows)))
    print(f"the last of them is caught within {in_turn[-1]:,} steps of its lane")
    for name, budget in (
        ("features", budgets["features"]),
        ("tour", budgets["tour"]),
        ("hypothesis", together),
        ("hypothesis", budgets["hypothesis"]),
    ):
        found = [row for row in rows if (row["steps"][name] or budget + 1) <= budget]
        held = sum(row["held_out"] for row in found)
        print(f"{name}, {budget:,} steps: {len(found)} of {len(rows)} caught, {held} of those held out")


if __name__ == "__main__":
    sys.exit(main())
