"""The command `translator-cmk explore`: search scopes, and print what was found."""

import argparse
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..errors import DEVIATIONS, INCOMPLETE, OK
from ..machine import ROWS, Machine
from ..progress import ProgressBar
from .exploration import Exploration, Report, counterexample, verdict
from .scopes import SCOPES, SOON, Scope, add_scope, select_scopes
from .search import explore
from .theorems import THEOREMS, Theorem

WORDS = {
    "holds": "hold",
    "broken": "are broken",
    "undecided": "are undecided",
    "not asked": "do not apply here",
    "not checked": "are not checked here",
}


class Searched(NamedTuple):
    """A search, and for each theorem that it broke, by name, the shortest counterexample as a scenario."""

    found: Exploration
    scenarios: Mapping[str, str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `explore`."""
    more = "Larger scopes are searched by sets of states, which checks theorems about every state, but none about steps"
    add_scope(parser, f"what to search (default: each of up to {SOON:,} states)", SCOPES, more)
    parser.add_argument("--json", action="store_true", help="print JSON: an array with an object for each scope")


def run(args: argparse.Namespace) -> int:
    """Print what searches find; returns 0 where all theorems hold, 1 where one is broken, 4 after Ctrl-C."""
    searched = list(searches(select_scopes(args.scope)))
    if args.json:
        print(json.dumps([to_dict(each) for each in searched], indent=2))
    else:
        print("\n".join(search_lines(searched)))
    return exit_code(searched)


def searches(scopes: Iterable[Scope], machine: Machine | None = None) -> Iterator[Searched]:
    """Search each scope of the machine (by default the article's), until one search is interrupted."""
    machine = machine or Machine(ROWS)
    named = {theorem.name: theorem for theorem in THEOREMS}
    for scope in scopes:
        bar = ProgressBar(scope.name)
        found = explore(scope, machine, None, THEOREMS, reporter(scope, bar) if bar.visible else None)
        bar.clear()
        broken = found.broken.items()
        yield Searched(found, {name: counterexample(scope, machine, named[name], each) for name, each in broken})
        if not found.complete:
            return


def exit_code(searched: Iterable[Searched]) -> int:
    """Return the exit code after these searches."""
    if not all(each.found.complete for each in searched):
        return INCOMPLETE
    return DEVIATIONS if any(each.found.broken for each in searched) else OK


def reporter(scope: Scope, bar: ProgressBar) -> Report:
    """Return the function that shows the progress of a search."""
    total = f" of {scope.states:,}" if scope.states else ""
    return lambda found: bar.show(f"{found.states:,}{total} states, depth {found.depth}, {found.seconds:,.0f} s")


def search_lines(searched: Sequence[Searched]) -> Iterator[str]:
    """Yield the result of each search."""
    for each in searched:
        found = each.found
        refused, silent = found.refusals.total(), found.silences.total()
        yield (
            f"{found.scope}: {found.states:,} states, {found.transitions:,} steps ({found.accepted:,} accepted, "
            f"{refused:,} refused for {len(found.refusals):,} sets of reasons, {silent:,} not specified), "
            f"depth {found.depth}, {found.seconds:.1f} s, engine {found.engine}"
        )
        verdicts = [verdict(theorem, found) for theorem in THEOREMS]
        counts = {word: verdicts.count(each) for each, word in WORDS.items() if each in verdicts}
        yield f"  of {len(THEOREMS)} theorems " + ", ".join(f"{number} {word}" for word, number in counts.items())
        if not found.complete:
            yield "  interrupted: this is a part of the scope, and decides nothing about the whole"
        for theorem in THEOREMS:
            yield from broken_lines(theorem, each)


def broken_lines(theorem: Theorem, searched: Searched) -> Iterator[str]:
    """Yield the counterexample to a theorem, if the search found one."""
    if theorem.name in searched.scenarios:
        yield f"  broken in {searched.found.scope}: {theorem.name}"
        yield from (f"    {line}" for line in searched.scenarios[theorem.name].splitlines())


def to_dict(searched: Searched) -> dict[str, Any]:
    """Return a search as JSON has it."""
    found, scenarios = searched
    return {
        **{name: getattr(found, name) for name in ("scope", "engine", "complete", "states", "transitions", "depth")},
        "accepted": found.accepted,
        "refusals": [{"because": ids, "transitions": number} for ids, number in in_order(found.refusals)],
        "unspecified": [{"silent": ids, "transitions": number} for ids, number in in_order(found.silences)],
        "seconds": round(found.seconds, 3),
        "theorems": [
            {
                "name": theorem.name,
                "sentence": theorem.sentence,
                "requirements": list(theorem.requirements),
                "verdict": verdict(theorem, found),
                **({"scenario": scenarios[theorem.name]} if theorem.name in scenarios else {}),
            }
            for theorem in THEOREMS
        ],
    }


def in_order(counts: Mapping[frozenset[str], int]) -> list[tuple[list[str], int]]:
    """Return sets of ids with how often each was given, in alphabetical order."""
    return sorted((sorted(ids), number) for ids, number in counts.items())
