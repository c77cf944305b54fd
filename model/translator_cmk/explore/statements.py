"""Format the results of searches, as text and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from .exploration import Exploration, together, verdict
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


def is_broken(theorem: Theorem, searched: Searched) -> bool:
    """Return whether the search broke the theorem."""
    return verdict(theorem, searched.found) == "broken"


def search_lines(searched: Sequence[Searched]) -> Iterator[str]:
    """Yield the result of each search."""
    for each in searched:
        found = each.found
        refused, silent = sum(found.refusals.values()), sum(found.silences.values())
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
            if is_broken(theorem, each):
                yield from broken_lines(theorem, each)


def theorem_lines(searched: Sequence[Searched]) -> Iterator[str]:
    """Yield every theorem with its verdict in all the searches, and counterexamples."""
    for theorem in THEOREMS:
        found = together(verdict(theorem, each.found) for each in searched)
        yield f"{found:<9}  {theorem.sentence} [{', '.join(theorem.requirements)}]"
        for each in searched:
            if is_broken(theorem, each):
                yield from broken_lines(theorem, each)
    yield "searched: " + ", ".join(f"{each.found.scope} ({each.found.states:,} states)" for each in searched)
    if not all(each.found.complete for each in searched):
        yield "interrupted: the last of them in part, so it decides nothing"


def broken_lines(theorem: Theorem, searched: Searched) -> Iterator[str]:
    """Yield the counterexample: a scenario, or that no state is as the theorem says."""
    yield f"  broken in {searched.found.scope}: {theorem.name}"
    for line in searched.scenarios.get(theorem.name, "this never happens").splitlines():
        yield f"    {line}"


def as_data(searched: Searched) -> dict[str, Any]:
    """Return a search as JSON has it."""
    found = searched.found
    return {
        "scope": found.scope,
        "engine": found.engine,
        "complete": found.complete,
        "states": found.states,
        "transitions": found.transitions,
        "depth": found.depth,
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
                **({"scenario": searched.scenarios[theorem.name]} if theorem.name in searched.scenarios else {}),
            }
            for theorem in THEOREMS
        ],
    }


def in_order(counts: Mapping[frozenset[str], int]) -> list[tuple[list[str], int]]:
    """Return sets of ids with how often each was given, in alphabetical order."""
    return sorted((sorted(ids), number) for ids, number in counts.items())
