"""Searches every scope with the theorems that suit it, and writes what was found to docs/measurements.json.

Two engines search each scope, as long as the second can, and have to agree.  The exit code is 1, and nothing is
written, where a theorem is broken, or two engines differ, or a count is not the one that the scope gives.
"""

import sys
from collections import Counter
from typing import Any

from tests.evidence.writing import stamp, write_measurement
from translator_cmk.explore.exploration import Exploration, verdict
from translator_cmk.explore.scopes import SCOPES, Scope
from translator_cmk.explore.search import SOON, Engine, explore
from translator_cmk.explore.theorems import THEOREMS
from translator_cmk.language.sentences import format_command

LARGEST_MEMOISED = 200_000
"""How many states a scope has at most that is searched memoised too."""


def engines(scope: Scope) -> tuple[Engine, ...]:
    """Return the engines that search a scope without theorems, beside the one that checks theorems."""
    states = scope.states or 0
    if states <= SOON:
        return ("reference",)
    return ("memoised",) if states <= LARGEST_MEMOISED else ()


def counts(found: Exploration) -> tuple[Any, ...]:
    """Return all that engines have to agree on."""
    return found.states, found.transitions, found.depth, found.accepted, dict(found.refusals), dict(found.silences)


def measured(scope: Scope) -> dict[str, Any]:
    """Return what the engines found of a scope.  Raises `ValueError` where they differ, or differ from what it says."""
    found = explore(scope, theorems=THEOREMS)
    seconds = {found.engine: round(found.seconds, 2)}
    for engine in engines(scope):
        other = explore(scope, engine=engine)
        seconds[engine] = round(other.seconds, 2)
        if counts(other) != counts(found):
            raise ValueError(f"{scope.name}: {engine} finds something else than {found.engine}")
    if scope.states not in (None, found.states):
        raise ValueError(f"{scope.name}: {found.states:,} states were found, and {scope.states:,} are told of it")
    verdicts = {theorem.name: verdict(theorem, found) for theorem in THEOREMS}
    return {
        "scope": scope.name,
        "sentence": scope.sentence,
        "situation": scope.situation,
        "commands": [format_command(command) for command in scope.alphabet],
        "versions": scope.versions,
        "states": found.states,
        "transitions": found.transitions,
        "depth": found.depth,
        "accepted": found.accepted,
        "refusals": listed(found.refusals),
        "silences": listed(found.silences),
        "seconds": seconds,
        "held": found.engine,
        "theorems": {name: each for name, each in verdicts.items() if each not in ("not asked", "not checked")},
        "broken": sorted(found.broken),
    }


def listed(sets: Any) -> list[dict[str, Any]]:
    """Return sets of ids with how often each was given, the most frequent first."""
    return [{"ids": sorted(ids), "times": times} for ids, times in Counter(sets).most_common()]


def main() -> int:
    """Gather and write; returns the exit code."""
    table = []
    for scope in SCOPES:
        try:
            table.append(measured(scope))
        except ValueError as error:
            print(error)
            return 1
        told = ", ".join(f"{engine} {seconds} s" for engine, seconds in table[-1]["seconds"].items())
        print(f"{scope.name}: {table[-1]['states']:,} states; {told}", file=sys.stderr, flush=True)
    for each in table:
        for name in each["broken"]:
            print(f"{each['scope']}: broken: {name}")
    if any(each["broken"] for each in table):
        return 1
    totals = [
        {name: each[name] for name in ("scope", "sentence", "states", "transitions", "depth", "seconds")}
        | {"hold": sum(found == "holds" for found in each["theorems"].values())}
        for each in table
    ]
    write_measurement("scopes", {**stamp("explore"), "theorems": len(THEOREMS), "scopes": totals})
    return 0


if __name__ == "__main__":
    sys.exit(main())
