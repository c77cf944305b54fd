"""Searches every scope with the theorems that suit it, and writes what was found to docs/measurements.json.

Two engines search each scope, as long as the second can, and have to agree.  The exit code is 1, and nothing is
written, where a theorem is broken, or two engines differ, or a count is not the one that the scope gives.
"""

import sys
from dataclasses import replace
from typing import Any

from tests.evidence.writing import stamp, write_measurement
from translator_cmk.explore.exploration import Exploration, verdict
from translator_cmk.explore.scopes import SCOPES, SOON, TWO_OF_A_KIND, Scope
from translator_cmk.explore.search import Engine, explore
from translator_cmk.explore.theorems import THEOREMS

LARGEST_MEMOISED = 200_000
"""How many states a scope has at most that is searched memoised too."""


def second_engine(scope: Scope) -> Engine | None:
    """Return the engine that searches a scope without theorems, beside the one that checks theorems."""
    states = scope.states or 0
    return "reference" if states <= SOON else "memoised" if states <= LARGEST_MEMOISED else None


def counts(found: Exploration) -> Exploration:
    """Return all that engines have to agree on."""
    return replace(found, engine="", seconds=0, started=0, asked=set(), broken={})


def measured(scope: Scope) -> dict[str, Any]:
    """Return what the engines found of a scope.  Raises `ValueError` where they differ, or differ from what it says."""
    found = explore(scope, theorems=THEOREMS)
    seconds = {found.engine: round(found.seconds, 2)}
    if engine := second_engine(scope):
        other = explore(scope, engine=engine)
        seconds[engine] = round(other.seconds, 2)
        if counts(other) != counts(found):
            raise ValueError(f"{scope.name}: {engine} finds something else than {found.engine}")
    if scope.states != found.states:
        raise ValueError(f"{scope.name}: {found.states:,} states were found, and it says {scope.states:,}")
    if found.broken:
        raise ValueError(f"{scope.name}: broken: {', '.join(found.broken)}")
    return {
        **{name: getattr(scope, name) for name in ("sentence", "states")},
        **{name: getattr(found, name) for name in ("scope", "transitions", "depth")},
        "seconds": seconds,
        "hold": sum(verdict(theorem, found) == "holds" for theorem in THEOREMS),
    }


def main() -> int:
    """Gather and write; returns the exit code."""
    table = []
    for scope in (*TWO_OF_A_KIND, *SCOPES):
        try:
            table.append(measured(scope))
        except ValueError as error:
            print(error)
            return 1
        print(f"{scope.name}: {table[-1]['states']:,} states; {table[-1]['seconds']} s", file=sys.stderr, flush=True)
    shown = table[len(TWO_OF_A_KIND) :]
    write_measurement("scopes", {**stamp("explore"), "theorems": len(THEOREMS), "scopes": shown})
    return 0


if __name__ == "__main__":
    sys.exit(main())
