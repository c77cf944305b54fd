"""Systems that honour the article in every lane of the kit, with three seeds each: none of them may be accused.

Run as `python -m tests.evidence.run permitted`, and by `make evidence`.  The exit code is 1 if a lane accuses one.
"""

import sys
from functools import partial

from tests.conformance.broken import PERMITTED, Permitted
from tests.evidence.lanes import InProcess, features, fuzz, put_to, tour
from tests.evidence.writing import Kept, fingerprint, stamp

SEEDS = (1, 2, 3)
FUZZ_STEPS = 3_000


def main() -> int:
    """Put each through each lane, and say what came of it; returns the exit code."""
    kept = Kept("permitted", stamp("conformance")["digest"])
    wanted = {fingerprint(each.differs, each.source, str(SEEDS), str(FUZZ_STEPS)): each for each in PERMITTED}
    found: list[list[str]] = kept.all_of(wanted, accused)
    for system, lanes in zip(PERMITTED, found, strict=True):
        if lanes:
            print(f"accused by {', '.join(lanes)}: {system.differs}")
    if any(found):
        return 1
    print(f"{len(PERMITTED)} systems, {len(SEEDS)} seeds, {FUZZ_STEPS:,} steps of fuzzing each: no lane accuses one")
    kept.forget()
    return 0


def accused(system: Permitted) -> list[str]:
    """Return the lanes that accuse the system, each with the seed with which it does."""
    found = []
    for seed in SEEDS:
        for name, lane in (("features", features), ("tour", tour), ("fuzz", partial(fuzz, seed=seed))):
            budget = FUZZ_STEPS if name == "fuzz" else float("inf")
            if put_to(InProcess(system.source), lane, budget, seed)[1] is not None:
                found.append(f"{name} with seed {seed}")
    return found


if __name__ == "__main__":
    sys.exit(main())
