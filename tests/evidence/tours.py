"""Measures tours: how long they are and have to be, and which faults they find, into docs/measurements.json.

Run as `python -m tests.evidence.tours`; it takes minutes.  The exit code is 1, and nothing is written, where a tour is
longer than it has to be, or misses a fault though the whole state is read back.
"""

import sys
import time
from collections.abc import Iterator
from random import Random
from typing import Any

from tests.evidence.tour_faults import (
    Transfer,
    View,
    Visits,
    World,
    can_be_seen,
    every_transfer,
    moving_only,
    random_sequences,
    some_transfers,
    specified,
    world,
)
from tests.evidence.writing import stamp, write_measurement
from translator_cmk.explore.coverage import Recording
from translator_cmk.explore.graph import state_graph
from translator_cmk.explore.scopes import Scope, chosen
from translator_cmk.explore.tours.selection import select
from translator_cmk.explore.tours.tour import Tour, tour

FAULTS = 2_000
"""How many transfer faults are drawn of a scope that has more."""

LENGTH = 50
"""Commands of a random sequence: as many as Hypothesis takes by default."""

VIEWS: tuple[View, ...] = ("answers", "customer", "state")

ENOUGH = 10_000
"""A budget within which every small scope gives all the rows, reasons and pairs of rows that it has."""


def measured(scope: Scope) -> dict[str, Any]:
    """Return the tour of a scope, and what it finds beside other sequences."""
    started = time.perf_counter()
    graph = state_graph(scope)
    made = tour(graph)
    seconds = time.perf_counter() - started
    suites = suites_of(scope, world(graph, "state"), made)
    faults = list(faults_of(world(graph, "state"), Random(scope.name)))
    return {
        "scope": scope.name,
        "states": graph.states,
        "pairs": made.pairs,
        "steps": made.steps,
        "lower_bound": made.lower_bound,
        "sequences": len(made.sequences),
        "seconds": round(seconds, 2),
        "transfer_faults": {view: found(world(graph, view), suites, faults) for view in VIEWS},
    }


def faults_of(seen: World, random: Random) -> Iterator[Transfer]:
    """Return every transfer fault, or so many at random where there are more."""
    few = len(specified(seen)) * (seen.graph.states - 1) <= FAULTS
    return every_transfer(seen) if few else some_transfers(seen, FAULTS, random)


def suites_of(scope: Scope, seen: World, made: Tour) -> dict[str, Visits]:
    """Return the tour; as many steps at random; the tour without refusals; and the best for a budget."""
    return {
        "tour": Visits(seen, made.sequences),
        "random": Visits(seen, random_sequences(seen, made.steps, LENGTH, Random(scope.name))),
        "accepted": Visits(seen, moving_only(seen.graph, made.sequences)),
        "budget": Visits(seen, select(Recording().graph(scope), ENOUGH)),
    }


def found(seen: World, suites: dict[str, Visits], faults: list[Transfer]) -> dict[str, int]:
    """Return how many of the faults can be seen at all, and how many of these each suite finds."""
    visits = {name: Visits(seen, suite.sequences) for name, suite in suites.items()}
    finds = {name: [suite.finds(fault) for fault in faults] for name, suite in visits.items()}
    known = zip(*finds.values(), strict=True)
    visible = sum(any(each) or can_be_seen(seen, fault) for fault, each in zip(faults, known, strict=True))
    return {"faults": visible, **{name: sum(each) for name, each in finds.items()}}


def main() -> int:
    """Gather and write; returns the exit code."""
    table = []
    for scope in chosen(None):
        table.append(measured(scope))
        print(table[-1], file=sys.stderr, flush=True)
    wrong = [
        each["scope"]
        for each in table
        if each["steps"] != each["lower_bound"]
        or each["transfer_faults"]["state"]["tour"] < each["transfer_faults"]["state"]["faults"]
    ]
    for name in wrong:
        print(f"{name}: the tour is longer than it has to be, or misses a fault that the state shows")
    if wrong:
        return 1
    write_measurement("tours", {**stamp("explore"), "random_length": LENGTH, "scopes": table})
    return 0


if __name__ == "__main__":
    sys.exit(main())
