"""Shows of every theorem that it can fail, and writes what it finds to docs/measurements.json.

A theorem is broken by a mutant of the rows, or by a mistake of its own where no mutant breaks it.  Run it after the
mutants, as `python -m tests.evidence.run mutants theorems`.  The exit code is 1, and nothing is written, where a
theorem is broken by neither, or by the article.
"""

import json
import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from tests.evidence.mutants import BROKEN
from tests.evidence.writing import stamp, write_measurement
from tests.explore.mistakes import MISTAKES
from translator_cmk.explore.exploration import Exploration, verdict
from translator_cmk.explore.mutation import mutants
from translator_cmk.explore.scope import StartNotReached
from translator_cmk.explore.scopes import MUTANT_SCOPES, chosen
from translator_cmk.explore.search import explore
from translator_cmk.explore.theorems import THEOREMS, Theorem
from translator_cmk.machine import Machine

MISTAKE = {mistake.theorem: mistake for mistake in MISTAKES}
NAMED = {theorem.name: theorem for theorem in THEOREMS}


def counted(found: Exploration) -> dict[str, Any]:
    """Return what a search of the article's own machine found, in numbers."""
    verdicts = Counter(verdict(theorem, found) for theorem in THEOREMS)
    counts = {"states": found.states, "transitions": found.transitions, "depth": found.depth}
    return {"scope": found.scope, **counts, "hold": verdicts["holds"], "broken": verdicts["broken"]}


def found_by(name: str) -> str | None:
    """A mutant that breaks the theorem of this name, asked alone: one of its requirements, or else any dropped row."""
    theorem = NAMED[name]
    likely = [mutant for mutant in mutants() if mutant.kind in ("row dropped", "mistake added", "guard dropped")]
    mine = [mutant for mutant in likely if set(theorem.requirements) & set(mutant.requirements)]
    dropped = [mutant for mutant in likely if mutant.kind == "row dropped" and mutant not in mine]
    return next((mutant.name for mutant in (*mine, *dropped) if breaks(theorem, Machine(mutant.rows))), None)


def breaks(theorem: Theorem, machine: Machine) -> bool:
    """Tell whether the theorem, asked alone, is broken by the machine in any scope."""
    for world in MUTANT_SCOPES:
        try:
            found = explore(world, machine, "memoised", [theorem], stop=True)
        except StartNotReached:
            continue
        if verdict(theorem, found) == "broken":
            return True
    return False


def main() -> int:
    """Gather and write; returns the exit code."""
    now = stamp("bdd")
    mutation = json.loads(BROKEN.read_text("utf-8")) if BROKEN.is_file() else {}
    if mutation.get("digest") != now["digest"]:
        print("the mutants were judged of another state of the specification: gather them first")
        return 1
    scopes = [counted(explore(scope, theorems=THEOREMS)) for scope in chosen(None)]
    seen = Counter(mutation["theorems"])
    rest = [theorem.name for theorem in THEOREMS if not seen[theorem.name] and theorem.name not in MISTAKE]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        alone = dict(zip(rest, pool.map(found_by, rest), strict=True))
    idle = [name for name, mutant in alone.items() if mutant is None]
    for name in idle:
        print(f"finds no mutant, and has no mistake of its own to find: {name}")
    for name in sorted(name for name in MISTAKE if seen[name]):
        print(f"needs no mistake of its own: {name}")
    if idle or any(scope["broken"] for scope in scopes):
        return 1
    by_mutants = sum(bool(seen[theorem.name]) or theorem.name in alone for theorem in THEOREMS)
    totals = {"theorems": len(THEOREMS), "broken_by_mutants": by_mutants, "broken_by_mistakes": len(MISTAKE)}
    write_measurement("theorems", {**now, **totals, "scopes": scopes})
    print(f"each of {len(THEOREMS)} theorems is broken by a mutant or by a mistake of its own")
    return 0


if __name__ == "__main__":
    sys.exit(main())
