"""Measures complete suites: how long they are, and which faults they find, into docs/measurements/suites.json.

Run as `python -m tests.evidence.run suites`; it takes minutes.  The exit code is 1, and nothing is written, where a
suite misses a fault of its fault domain that anybody could see.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import product
from random import Random
from typing import Any

from tests.evidence.writing import MEASUREMENTS, stamp, write
from tests.explore.suites.faults import (
    Faulty,
    Visits,
    can_be_seen,
    every_single,
    some_hidden,
    some_multiple,
    some_single,
)
from translator_cmk.explore.graph import state_graph
from translator_cmk.explore.suites.command import EXTRA, SMALL, as_data
from translator_cmk.explore.suites.hsi import TooLarge, hsi_suite
from translator_cmk.explore.suites.reduced import Reduced, Sight, reduced

FAULTS = {("vaults-and-keys", "single"): 100_000}
"""How many faults of a kind are drawn in a scope, where it is not `OTHERWISE`."""

OTHERWISE = 2_000

FEW = 50
"""How many states a machine has at most of which every single fault is tried."""

Draw = Callable[[Reduced, int, Random], Iterator[Faulty]]
KINDS: dict[str, Draw] = {"single": some_single, "multiple": some_multiple, "hidden": some_hidden}
"""Faults by kind.  Those of the first two have no more states than the machine, those of the last have one more."""


def tried(machine: Reduced, visits: Visits, faults: Iterable[Faulty]) -> dict[str, int]:
    """How many faults there are, how many of them anybody could see, and how many the suite finds."""
    table = {"faults": 0, "visible": 0, "found": 0}
    for faulty in faults:
        found = visits.finds(faulty)
        table["faults"] += 1
        table["found"] += found
        table["visible"] += found or can_be_seen(machine, faulty)
    return table


def measured(machine: Reduced, extra: int) -> dict[str, Any]:
    """The suite of a machine, and what it finds; raises `TooLarge`."""
    suite = hsi_suite(machine, extra)
    visits, scope = Visits(suite), machine.scope.name
    drawn = {
        kind: tried(machine, visits, draw(machine, FAULTS.get((scope, kind), OTHERWISE), Random(f"{scope} {kind}")))
        for kind, draw in KINDS.items()
    }
    every = {"every_single": tried(machine, visits, every_single(machine))} if machine.states <= FEW else {}
    said = as_data(suite, 0)
    del said["seconds"]
    return {**said, "faults": {**every, **drawn}}


def misses(table: dict[str, Any]) -> bool:
    """Whether the suite misses a fault of its domain."""
    return any(
        each["found"] < each["visible"]
        for kind, each in table["faults"].items()
        if kind != "hidden" or table["extra_states"] > 0
    )


def main() -> int:
    """Gather and write; returns the exit code."""
    tables, wrong = [], False
    for scope, sight in product(SMALL, (Sight.OUTCOMES, Sight.OBSERVATIONS)):
        machine = reduced(state_graph(scope), sight)
        for extra in EXTRA:
            try:
                table = measured(machine, extra)
            except TooLarge:
                continue
            print(scope.name, sight.value, extra, table["faults"], file=sys.stderr, flush=True)
            if misses(table):
                wrong = True
                print(
                    f"{scope.name}: the suite for {sight.value} and {extra} extra states misses a fault of its domain"
                )
            tables.append(table)
    if wrong:
        return 1
    write(MEASUREMENTS / "suites.json", {**stamp("explore"), "suites": tables})
    return 0


if __name__ == "__main__":
    sys.exit(main())
