"""What kills each semantic mutant: scenarios, laws, theorems in the scopes of mutants, and the lanes features and tour.

Run as `python -m tests.evidence.run semantic`, and by `make evidence`; totals go to docs/measurements.json.  `SEEDS` in
the environment says with how many seeds the lanes run (20).  A mutant that contradicts assumptions alone is put to them
in the profile `full`.  The exit code is 1, and nothing is written, where a half falls short of a goal.
"""

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.evidence.lanes import default_suites, features, put_to, tour
from tests.evidence.writing import Kept, fingerprint, stamp, write_measurement
from tests.explore.semantic import HELD_OUT, OPEN, semantic_mutants
from tests.machine.laws import LAWS
from tests.machine.test_laws import walks
from translator_cmk.bdd.mutants import scenario_against
from translator_cmk.conformance.channels.answering import Direct
from translator_cmk.explore.mutation.judging import differences, ground, killed
from translator_cmk.explore.theorems.theorem import ROWS_RAISE
from translator_cmk.machine import Machine
from translator_cmk.machine.rows import Silent
from translator_cmk.requirements import load_register
from translator_cmk.system import ModelSystem

HALVES = {"open": OPEN, "held out": HELD_OUT}
GOALS = {"scenarios": 60, "theorems": 100, "lanes": 100}
"""What has to kill how many of a half, in percent; of the lanes: features and tour together, with every seed."""

SEEDS = range(1, int(os.environ.get("SEEDS", "20")) + 1)


def main() -> int:
    """Measure and write the totals; returns the exit code."""
    now = stamp("conformance")
    halves = {name: semantic_mutants(path) for name, path in HALVES.items() if path.is_file()}
    default_suites()  # before there are several processes, which then share what takes seconds to make
    wanted = {
        fingerprint(mutant.name, mutant.now, str(SEEDS)): (HALVES[name], mutant.name)
        for name, half in halves.items()
        for mutant in half
    }
    kept = Kept("semantic", now["digest"])
    found = dict(zip(wanted.values(), kept.all_of(wanted, killers), strict=True))
    totals, short = [], False
    for name, half in halves.items():
        mine = {mutant.name: found[HALVES[name], mutant.name] for mutant in half}
        kills = {by: sum(killed_by[by] for killed_by in mine.values()) for by in KILLERS}
        totals.append({"half": name, "mutants": len(half), **kills})
        print(totals[-1])
        for mutant, killed_by in mine.items():
            if missed := [by for by in ("differs", *GOALS) if not killed_by[by]]:
                print(f"  not by {', '.join(missed)}: {mutant}")
        short |= any(100 * kills[by] < goal * len(half) for by, goal in GOALS.items()) or kills["differs"] < len(half)
    if short:
        return 1
    write_measurement("semantic", {**now, "seeds": len(SEEDS), "goals": GOALS, "halves": totals})
    kept.forget()
    return 0


KILLERS = ("differs", "scenarios", "laws", "theorems", "features", "tour", "lanes")


def killers(which: tuple[Path, str]) -> dict[str, bool]:
    """Return what kills the mutant of this name, and whether any sequence of commands tells it from the article."""
    mutant = next(each for each in semantic_mutants(which[0]) if each.name == which[1])
    register = load_register()
    profile = "full" if all(register[each].basis == "assumed" for each in mutant.requirements) else "article"
    # a system that does what nothing forbids where nothing is specified: the model would refuse it
    machine = Machine(row for row in mutant.rows if not isinstance(row, Silent))

    def caught(lane: Callable[..., str | None]) -> list[bool]:
        lane = partial(lane, profile=profile)
        return [put_to(Direct(lambda: ModelSystem(machine)), lane, seed=seed)[1] is not None for seed in SEEDS]

    in_features, in_tour = caught(features), caught(tour)
    found = {
        "scenarios": scenario_against(mutant) is not None,
        "laws": breaks_a_law(Machine(mutant.rows)),
        "theorems": killed(mutant, differences(mutant)) is not None,
        "features": all(in_features),
        "tour": all(in_tour),
        "lanes": all(map(any, zip(in_features, in_tour, strict=True))),
    }
    differing = any(found.values()) or any(not ground(each.scope).is_unseen(mutant) for each in differences(mutant))
    return {"differs": differing, **found}


def breaks_a_law(machine: Machine) -> bool:
    """Return whether a law does not hold along the walks that the tests of laws take."""
    try:
        return any(not law(step) for step in walks(machine, 30, seed=1) for law in LAWS)
    except ROWS_RAISE:
        return True


if __name__ == "__main__":
    sys.exit(main())
