"""Which first-order mutants of the example in Python the kit catches, by features and tour, in its default budget.

Run as `python -m tests.evidence.run example_mutants`, and by `make evidence`.  A mutant that gets away is compared with
the example step by step (see `example_worlds`): it is equivalent as far as that sees, or survives.  What was judged is
kept in .results/ as it comes.
The exit code is 1, and nothing is written, where fewer than 98 % of those that can be told from the example are caught.
"""

import sys
from collections import Counter
from functools import cache, partial
from typing import Any

from tests.evidence.example_code import PROGRAM, Mutant, mutants
from tests.evidence.example_worlds import Program, Worlds
from tests.evidence.kept import Kept, fingerprint
from tests.evidence.lanes import InProcess, features, steps, tour, tour_sequences
from tests.evidence.writing import MEASUREMENTS, ROOT, write
from translator_cmk.digest import digest

PROFILE = "full"
"""What counts: all that the example does, and not only what the article grounds."""

LANES = {"features": partial(features, profile=PROFILE), "tour": partial(tour, profile=PROFILE)}

GOAL = 98
"""How many of a hundred mutants that can be told from the example are caught at least."""


FIRST_RUN = {"caught": 613, "of": 628}
"""What the first run caught of those that are not equivalent, with the scenarios that there were then."""

REASONS = {
    ("enable_customer_managed_keys", "k['size'] == 2048"): (
        "Only a key of 2048 bits that is neither RSA nor RSA-HSM tells it, and Azure has none."
    )
}
"""Why survivors that are known are left alone: by function and changed code."""


def main() -> int:
    """Judge and write; returns the exit code."""
    now = digest()
    every = list(mutants(PROGRAM.read_text("utf-8")))
    kept = Kept("example-mutants", now)
    prepare()  # before there are several processes, so that they share it
    found = kept.all_of({fingerprint(mutant.source): mutant for mutant in every}, judge)
    judged = [
        {field: value for field, value in mutant._asdict().items() if field != "source"} | verdict
        for mutant, verdict in zip(every, found, strict=True)
    ]
    verdicts = Counter(each["verdict"] for each in judged)
    told = verdicts["killed"] + verdicts["survives"]
    print(f"{verdicts['killed']} of {told} mutants caught; {verdicts['equivalent']} more are equivalent")
    for each in judged:
        if each["verdict"] == "survives":
            print(f"survives: {each['function']}:{each['line']}: {each['was']} -> {each['now']}: {each['because']}")
    if 100 * verdicts["killed"] < GOAL * told:
        return 1
    content = {
        "digest": now,
        "profile": PROFILE,
        "first_run": FIRST_RUN,
        "program": str(PROGRAM.relative_to(ROOT)),
        "scopes": [scope.name for scope in worlds().scopes],
        "walks": worlds().walks,
        "mutants": judged,
    }
    write(MEASUREMENTS / "example_mutants.json", content)
    kept.forget()
    return 0


def judge(mutant: Mutant) -> dict[str, Any]:
    """The verdict on a mutant: with the lane and the steps that it took, or where it differs without being caught."""
    for name, lane in LANES.items():
        taken = steps(InProcess(mutant.source), lane)
        if taken is not None:
            return {"verdict": "killed", "lane": name, "steps": taken}
    difference = worlds().difference(Program(mutant.source), mutant.function)
    if difference is None:
        return {"verdict": "equivalent"}
    return {"verdict": "survives", "because": difference, "reason": REASONS.get((mutant.function, mutant.now), "")}


def prepare() -> None:
    """Have everything at hand that takes seconds to make."""
    tour_sequences()
    assert worlds().shown


@cache
def worlds() -> Worlds:
    """What mutants that get away are compared in."""
    return Worlds(PROGRAM.read_text("utf-8"))


if __name__ == "__main__":
    sys.exit(main())
