"""What finds each semantic mutant: scenarios, laws, theorems in the scopes of mutants, and the lanes features and tour.

`SEEDS` in the environment says with how many seeds the lanes run (20).  A mutant that contradicts assumptions alone is
put to them in the profile `full`.  A half falls short where its goals are missed.
"""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.evidence.lanes import default_sequences, features, put_to, tour
from tests.evidence.writing import Found, Kept, fingerprint
from tests.explore.mistakes import HELD_OUT, OPEN, semantic_mutants
from tests.machine.laws import LAWS
from tests.machine.test_laws import walks
from translator_cmk.bdd.mutants import scenario_against
from translator_cmk.conformance.channels import Direct
from translator_cmk.explore.judging import differences, ground, killed
from translator_cmk.explore.theorems.theorem import ROWS_RAISE
from translator_cmk.machine import Machine
from translator_cmk.machine.rows import Silent
from translator_cmk.requirements import load_register
from translator_cmk.system import ModelSystem

HALVES = {"open": OPEN, "held out": HELD_OUT}
GOALS = {"differs": 100, "scenarios": 60, "theorems": 100, "lanes": 100}
"""What has to find how many of a half, in percent; of the lanes: features and tour together, with every seed."""

FINDERS = ("differs", "scenarios", "laws", "theorems", "features", "tour", "lanes")
SEEDS = range(1, int(os.environ.get("SEEDS", "20")) + 1)


def gather(kept: Kept) -> Found:
    """Put every mutant of both halves to all that should find it."""
    default_sequences()  # before there are several processes, which then share what takes seconds to make
    totals, short = [], []
    for half, path in HALVES.items():
        mutants = semantic_mutants(path)
        wanted = {fingerprint(each.name, each.now, str(SEEDS)): (path, each.name) for each in mutants}
        found = dict(zip((each.name for each in mutants), kept.all_of(wanted, finders), strict=True))
        counts = {by: sum(found_by[by] for found_by in found.values()) for by in FINDERS}
        totals.append({"half": half, "mutants": len(mutants), **counts})
        for name, found_by in found.items():
            if missed := [by for by in GOALS if not found_by[by]]:
                print(f"  {half}, not by {', '.join(missed)}: {name}")
        for by, goal in GOALS.items():
            if 100 * counts[by] < goal * len(mutants):
                short.append(f"{half}: {by} {counts[by]} of {len(mutants)}, and not {goal} %")
    scenarios = ", ".join(f"{each['scenarios']} of {each['mutants']} {each['half']}" for each in totals)
    return Found(f"scenarios find {scenarios}", short, {"seeds": len(SEEDS), "goals": GOALS, "halves": totals})


def finders(which: tuple[Path, str]) -> dict[str, bool]:
    """Return what finds the mutant of this name, and whether any sequence of commands tells it from the article."""
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
