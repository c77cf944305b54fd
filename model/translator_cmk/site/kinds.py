"""Which kinds of evidence there are for each requirement and each scenario, and how much of each."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from .badges import LOOKS, Status
from .content import Content
from .evidence import number
from .freshness import is_current
from .markup import UP
from .measured import found_mutants, theorems_by_requirement

TOURS = "tours"
"""The name that the measurement of coverage has for transition tours."""


class Kinds(NamedTuple):
    """What there is for one requirement.  Of rows and mutants: how many are toured or found, and how many there are.

    A kind that was not measured, or that makes no sense for the requirement, is None.
    """

    run: Mapping[str, int]  # scenarios, properties and whatever else the last run has, by kind
    theorems: int | None
    toured: tuple[int, int] | None
    mutants: tuple[int, int] | None


def kinds_of_all(content: Content) -> dict[str, Kinds]:
    """What there is for each requirement."""
    evidence = content.evidence
    theorems = theorems_by_requirement() if content.theorems else None
    mutants = found_mutants(content.mutants) if content.mutants else {}
    toured = toured_rows(content)
    return {
        name: Kinds(
            {kind: count.total() for kind, count in evidence.requirement(each).counts.items()},
            theorems[name] if theorems is not None else None,
            toured.get(name),
            mutants.get(name),
        )
        for name, each in evidence.register.items()
    }


def toured_rows(content: Content) -> dict[str, tuple[int, int]]:
    """Of each requirement with rows how many of them a tour makes speak, and how many it has."""
    measured = content.coverage["evidence"] if content.coverage else ()
    tours = next((each for each in measured if each["name"] == TOURS), None)
    if tours is None:
        return {}
    silent = Counter(row.partition(" ")[0] for row in tours["reached"]["rows"]["missing"])
    rows = {name: sum(not row.counter for row in found) for name, found in content.rows.items()}
    return {name: (max(0, count - silent[name]), count) for name, count in rows.items() if count}


def kinds_in_words(kinds: Kinds, content: Content, root: str = UP) -> Iterator[str]:
    """What there is, kind by kind, as links to where it is explained; what was measured of other rows is stale."""
    for kind, count in kinds.run.items():
        words = number(count, kind)
        yield f"[{words}]({root}evidence/strength.md#properties)" if kind == "property" else words
    if kinds.theorems:
        words = number(kinds.theorems, "theorem")
        yield f"[{words}]({root}evidence/scopes.md){stale(content.theorems)}"
    if kinds.toured:
        words = "tours through {} of {}".format(*kinds.toured) + (" row" if kinds.toured[1] == 1 else " rows")
        yield f"[{words}]({root}evidence/coverage.md#tours){stale(content.coverage)}"
    if kinds.mutants:
        words = "{} of {} mutants found".format(*kinds.mutants)
        yield f"[{words}]({root}evidence/strength.md#mutants){stale(content.mutants)}"


def stale(measured: Mapping[str, Any] | None) -> str:
    """A mark for what was measured of an earlier state of the specification."""
    return f" {LOOKS[Status.STALE].glyph} stale" if measured and not is_current(measured) else ""


def mutants_by_scenario(content: Content) -> Counter[str]:
    """How many mutants each scenario is named for.  One is named for each mutant, though others may find it too."""
    every = content.mutants["mutants"] if content.mutants else ()
    return Counter(mutant["scenario"] for mutant in every if mutant.get("scenario"))
