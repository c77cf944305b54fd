"""The command `translator-cmk explore`: search scopes, check all theorems in them, and print what
was found.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..errors import DEVIATIONS, INCOMPLETE, OK
from ..machine import ROWS, Machine
from ..progress import ProgressBar
from .broken_theorems import counterexample
from .scopes import Scope, add_scope_option, select_scopes
from .search import Exploration, Verdict, explore, verdict
from .theorems import THEOREMS

THEOREM_NAMED = {theorem.name: theorem for theorem in THEOREMS}

VERDICTS: dict[Verdict, str] = {
    "holds": "hold",
    "broken": "are broken",
    "undecided": "are undecided",
    "not asked": "do not apply here",
}
"""The verdicts on theorems, in the order in which they are printed, and what is said of several."""


class Searched(NamedTuple):
    """A search, and for each theorem that it broke, by name, the shortest counterexample as a
    scenario.
    """

    found: Exploration
    scenarios: Mapping[str, str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `explore`."""
    add_scope_option(parser, "what to search")
    parser.add_argument(
        "--json", action="store_true", help="print JSON: an array with an object for each scope"
    )


def run(args: argparse.Namespace) -> int:
    """Print what searches find; returns 0 where all theorems hold, 1 where one is broken, 4 after
    Ctrl-C.
    """
    searched = list(searches(select_scopes(args.scope)))
    if args.json:
        print(json.dumps([to_dict(search) for search in searched], indent=2))
    else:
        for search in searched:
            print("\n".join(search_lines(search)))
    return exit_code(searched)


def searches(scopes: Iterable[Scope], machine: Machine | None = None) -> Iterator[Searched]:
    """Search each scope of the machine (by default the article's), until one search is
    interrupted.
    """
    machine = machine or Machine(ROWS)
    for scope in scopes:
        bar = ProgressBar(scope.name)
        found = explore(scope, machine, THEOREMS, bar)
        bar.clear()
        scenarios = {}
        for name, broken in found.broken.items():
            scenarios[name] = counterexample(scope, machine, THEOREM_NAMED[name], broken)
        yield Searched(found, scenarios)
        if not found.complete:
            return


def exit_code(searched: Sequence[Searched]) -> int:
    """Return the exit code after these searches."""
    if not all(search.found.complete for search in searched):
        return INCOMPLETE
    if any(search.found.broken for search in searched):
        return DEVIATIONS
    return OK


def search_lines(searched: Searched) -> Iterator[str]:
    """Yield the result of a search in words."""
    found = searched.found
    refused = found.refusals.total()
    silent = found.silences.total()
    yield (
        f"{found.scope}: {found.states:,} states, {found.transitions:,} steps ({found.accepted:,} "
        f"accepted, {refused:,} refused for {len(found.refusals):,} sets of reasons, {silent:,} "
        f"not specified), depth {found.depth}, {found.seconds:.1f} s"
    )
    numbers = Counter(verdict(theorem, found) for theorem in THEOREMS)
    counts = [f"{numbers[word]} {text}" for word, text in VERDICTS.items() if word in numbers]
    yield f"  of {len(THEOREMS)} theorems {', '.join(counts)}"
    if not found.complete:
        yield "  interrupted: this is a part of the scope, and decides nothing about the whole"
    for theorem in THEOREMS:
        if theorem.name in searched.scenarios:
            yield f"  broken in {found.scope}: {theorem.name}"
            for line in searched.scenarios[theorem.name].splitlines():
                yield f"    {line}"


def to_dict(searched: Searched) -> dict[str, Any]:
    """Return a search as JSON has it."""
    found, scenarios = searched
    theorems = []
    for theorem in THEOREMS:
        entry: dict[str, Any] = {
            "name": theorem.name,
            "sentence": theorem.sentence,
            "requirements": list(theorem.requirements),
            "verdict": verdict(theorem, found),
        }
        if theorem.name in scenarios:
            entry["scenario"] = scenarios[theorem.name]
        theorems.append(entry)
    return {
        "scope": found.scope,
        "complete": found.complete,
        "states": found.states,
        "transitions": found.transitions,
        "depth": found.depth,
        "accepted": found.accepted,
        "refusals": [
            {"because": ids, "transitions": number} for ids, number in in_order(found.refusals)
        ],
        "unspecified": [
            {"silent": ids, "transitions": number} for ids, number in in_order(found.silences)
        ],
        "seconds": round(found.seconds, 3),
        "theorems": theorems,
    }


def in_order(counts: Mapping[frozenset[str], int]) -> list[tuple[list[str], int]]:
    """Return sets of ids with how often each was given, in alphabetical order."""
    return sorted((sorted(ids), number) for ids, number in counts.items())
