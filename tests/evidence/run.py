"""Gathers the evidence that takes longer than a test run, and writes it to docs/measurements.json with its digest.

Run as `make evidence`, or with the names of what to gather: `python -m tests.evidence.run mutants theorems`.  The exit
code is 1 where some of it falls short: then that part is not written.
"""

import sys
import time
from collections.abc import Sequence
from importlib import import_module

GATHERERS = (
    "in_full",
    "mutants",
    "semantic",
    "theorems",
    "scopes",
    "coverage",
    "faulty",
    "permitted",
    "accusations",
    "forged",
    "foreign",
)
"""Modules beside this one, each with a `main` that gathers and writes, and returns an exit code."""


def main(wanted: Sequence[str]) -> int:
    """Gather what is wanted, or everything, one after the other; returns the worst exit code."""
    if unknown := set(wanted) - set(GATHERERS):
        print(
            f"there is no evidence named {', '.join(sorted(unknown))}; there is {', '.join(GATHERERS)}", file=sys.stderr
        )
        return 2
    worst = 0
    for name in wanted or GATHERERS:
        started = time.perf_counter()
        print(f"{name}:", flush=True)
        worst = max(worst, import_module(f"tests.evidence.{name}").main())
        print(f"{name} took {time.perf_counter() - started:.0f} s", flush=True)
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
