"""Searches a scope with one of our engines in a process of its own, and prints what it found as JSON.

Run with the engine and the scope.  The seconds are those of `explore`, in which all is derived from the rows.  With
``again`` the engine of sets goes over the scope once more with what it has derived, and says how long that took.
"""

import json
import sys
import time

from translator_cmk.explore.engines.sets import SetSearch
from translator_cmk.explore.exploration import Exploration
from translator_cmk.explore.scopes import SCOPES, Scope
from translator_cmk.explore.search import explore
from translator_cmk.machine import ROWS, Machine


class Again(SetSearch):
    """A search that keeps what it has derived, so that it can be run more than once."""

    derived = False

    def _go_to_start(self) -> bool:
        return self.derived or super()._go_to_start()

    def _prepare(self) -> None:
        if not self.derived:
            super()._prepare()
            self.derived = True

    def over(self) -> Exploration:
        """Search from the beginning."""
        self.depth = self.accepted = 0
        self.refusals.clear()
        self.silences.clear()
        complete = self.run(None)
        return self.exploration("sets", complete, ())


def searched_again(scope: Scope) -> dict[str, float]:
    """What it takes to search with all derived, and that it finds the same."""
    search = Again(scope, Machine(ROWS), (), False, 8)
    first = search.over()
    started, used = time.perf_counter(), time.process_time()
    second = search.over()
    seconds, cpu = time.perf_counter() - started, time.process_time() - used
    assert second._replace(seconds=0) == first._replace(seconds=0)
    return {"seconds_again": seconds, "cpu_again": cpu}


def main(engine: str, name: str, *more: str) -> None:
    """Search and print."""
    scope = next(scope for scope in SCOPES if scope.name == name)
    used = time.process_time()
    found = explore(scope, engine=engine)
    cpu = time.process_time() - used
    assert found.complete
    again = searched_again(scope) if more else {}
    counts = {"states": found.states, "transitions": found.transitions, "depth": found.depth}
    print(json.dumps({**counts, "seconds": found.seconds, "cpu": cpu, **again}))


if __name__ == "__main__":
    main(*sys.argv[1:])
