"""Which first-order mutants of the example in Python the kit catches, by features and tour, in its default budget.

Run as `python -m tests.evidence.run example_mutants`, and by `make evidence`.  A mutant that is not caught is compared
with the example step by step (see `example_worlds`): without a difference it is equivalent as far as that sees,
otherwise it survives.  What was judged is kept in .results/, so that a broken-off run continues from there.  The exit
code is 1, and nothing is written, if fewer than 98 % of those that differ from the example are caught.
"""

import sys
from collections import Counter
from collections.abc import Iterable
from functools import cache, partial
from typing import Any

from tests.evidence.example_code import PROGRAM, Mutant, mutants
from tests.evidence.example_worlds import Program, Worlds
from tests.evidence.lanes import InProcess, default_suites, features, steps, tour
from tests.evidence.writing import Kept, fingerprint, stamp, write_measurement

PROFILE = "full"
"""Everything that the example does counts, and not only what the article grounds."""

LANES = {"features": partial(features, profile=PROFILE), "tour": partial(tour, profile=PROFILE)}

GOAL = 98
"""How many of a hundred mutants that differ from the example are caught at least."""

VERDICTS = ("equivalent", "killed", "survives")

Verdict = dict[str, Any]


def main() -> int:
    """Judge every mutant and write the totals; returns the exit code."""
    now = stamp("conformance")
    every = list(mutants(PROGRAM.read_text("utf-8")))
    kept = Kept("example-mutants", now["digest"])
    default_suites()  # before there are several processes, so that they share what takes seconds to make
    assert worlds().shown
    found = kept.all_of({fingerprint(mutant.source): mutant for mutant in every}, judge)
    judged = list(zip(every, found, strict=True))
    counts = totals(verdict for _, verdict in judged)
    print(f"{counts['killed']} of {counts['killed'] + counts['survives']} mutants caught; {counts['equivalent']} more")
    for mutant, verdict in judged:
        if verdict["verdict"] == "survives":
            print(f"survives: {mutant.function}:{mutant.line}: {mutant.was} -> {mutant.now}: {verdict['because']}")
    if 100 * counts["killed"] < GOAL * (counts["killed"] + counts["survives"]):
        print(f"falls short of {GOAL} %")
        return 1
    by_features = sum(verdict.get("lane") == "features" for _, verdict in judged)
    language = {"language": "python", **counts, "by_features": by_features, "steps": len(worlds().steps)}
    kinds = dict.fromkeys(mutant.kind for mutant in every)
    operators = [{"kind": kind, **totals(v for mutant, v in judged if mutant.kind == kind)} for kind in kinds]
    write_measurement("example_mutants", {**now, "languages": [language], "operators": operators})
    kept.forget()
    return 0


def totals(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """Return how many mutants there are, and how many of each verdict."""
    counted = Counter(verdict["verdict"] for verdict in verdicts)
    return {"mutants": counted.total(), **{verdict: counted[verdict] for verdict in VERDICTS}}


def judge(mutant: Mutant) -> Verdict:
    """Return the verdict on a mutant: the lane and steps that caught it, or how it differs without being caught."""
    for name, lane in LANES.items():
        taken = steps(InProcess(mutant.source), lane)
        if taken is not None:
            return {"verdict": "killed", "lane": name, "steps": taken}
    difference = worlds().difference(Program(mutant.source), mutant.function)
    return {"verdict": "survives", "because": difference} if difference else {"verdict": "equivalent"}


@cache
def worlds() -> Worlds:
    """Return the worlds in which mutants that are not caught are compared with the example."""
    return Worlds(PROGRAM.read_text("utf-8"))


if __name__ == "__main__":
    sys.exit(main())
