"""What was measured of mutants: how many of each kind there are, what finds them, and which are as the model is."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .freshness import freshness
from .markup import indented, listed, measured_twin, named, plain, table

Mutants = Sequence[Mapping[str, Any]]

FIELDS = frozenset({"kind", "requirements", "place", "was", "now", "verdict"})
"""What each mutant of a measurement has."""

KINDS = {
    "row dropped": "a row dropped",
    "guard dropped": "a row's condition dropped",
    "guard negated": "a row's condition negated",
    "condition dropped": "a part of a condition dropped",
    "condition negated": "a part of a condition negated",
    "connective changed": "*and* and *or* exchanged",
    "comparison changed": "equality made an order",
    "constant changed": "a constant made another value of its field",
    "field dropped": "a field left unwritten",
    "value changed": "a field written with another value",
    "wrong entity": "an entity taken for one that is reached by another way",
    "another entity": "an entity taken for the next of its kind",
    "citation changed": "a row put under a requirement of another profile",
    "mistake added": "the row of a mistake added",
}


def mutant_blocks(mutants: Mapping[str, Any] | None) -> Iterator[str]:
    """How strong theorems and scenarios are against changes of the rows."""
    yield (
        "Each row of the model was changed in every way that its syntax allows, one change at a time. A mutant is "
        "found where a theorem is broken in a bounded world, or where a scenario turns red. `translator-cmk mutants "
        "--requirement ID` makes and judges those of one requirement."
    )
    if mutants is None:
        yield "This has not been measured: `make evidence` does it."
        return
    yield freshness(mutants)
    yield measured_twin("mutants")
    every = mutants["mutants"]
    yield sums(every, len(mutants["theorems"]), mutants["scenarios"])
    yield table(
        ["Change", "Mutants", "Equivalent", "Unseen", "Found by theorems alone", "By scenarios alone", "Survive"],
        [*(kind_row(KINDS.get(kind, plain(kind)), each) for kind, each in by_kind(every)), kind_row("**all**", every)],
    )
    survivors = of(every, "survives")
    yield "### Survivors { #survivors }"
    yield changes(survivors) if survivors else "Of the mutants that can be told from the model, none survives."
    yield "### Mutants that nobody sees { #unseen }"
    yield (
        "These keep other records than the model, of what no customer sees and no row asks: each sequence of commands "
        "in every scope is answered as the model answers it, and shows the same. So nothing can find them."
    )
    yield changes(of(every, "unseen")) or "There are none."
    yield "### Equivalent mutants { #equivalent }"
    yield (
        "These take every step as the model does, from every state, and show every state as it does, in each of these "
        f"scopes: {scopes(mutants['scopes'])}. This was decided by trying all of it, and says nothing of larger worlds."
    )
    equivalent = of(every, "equivalent")
    yield f'??? note "The {len(equivalent)} of them"\n\n{indented(changes(equivalent))}' if equivalent else "None is."


def sums(every: Mutants, theorems: int, scenarios: int) -> str:
    """The score in a sentence."""
    found, all_of_them = len(of(every, "killed")), len(tellable(every))
    return (
        f"There are {len(every):,} mutants, of which {all_of_them:,} can be told from the model. {theorems} theorems "
        f"find {share(by(every, 'theorem'), all_of_them)} of these by themselves, {scenarios} scenarios "
        f"{share(by(every, 'scenario'), all_of_them)}, and both together {share(found, all_of_them)}."
    )


def share(part: int, whole: int) -> str:
    """How many, and their share, rounded down."""
    return f"{part:,} ({100 * part // whole}%)" if whole else f"{part:,}"


def of(every: Mutants, verdict: str) -> Mutants:
    """The mutants with this verdict."""
    return [mutant for mutant in every if mutant["verdict"] == verdict]


def tellable(every: Mutants) -> Mutants:
    """The mutants that some sequence of commands tells from the model."""
    return [mutant for mutant in every if mutant["verdict"] in ("killed", "survives")]


def by(every: Mutants, finder: str) -> int:
    """How many mutants a theorem, or a scenario, finds."""
    return sum(bool(mutant.get(finder)) for mutant in every)


def by_kind(every: Mutants) -> Iterator[tuple[str, Mutants]]:
    """The mutants of each kind, in the order in which kinds are explained; unknown ones last."""
    for kind in dict.fromkeys((*KINDS, *(mutant["kind"] for mutant in every))):
        if found := [mutant for mutant in every if mutant["kind"] == kind]:
            yield kind, found


def kind_row(title: str, every: Mutants) -> list[str]:
    """A line on mutants of one kind; shares are of those that can be told from the model."""
    whole = len(tellable(every))
    verdicts = Counter(mutant["verdict"] for mutant in every)
    found = [share(by(every, finder), whole) for finder in ("theorem", "scenario")]
    kept_apart = [f"{verdicts[verdict]:,}" for verdict in ("equivalent", "unseen")]
    return [title[0].upper() + title[1:], f"{len(every):,}", *kept_apart, *found, f"{verdicts['survives']:,}"]


def changes(every: Mutants) -> str:
    """Mutants, each with its place and what was changed; empty where there are none."""
    rows = [
        [
            listed([named(requirement) for requirement in mutant["requirements"]]),
            plain(mutant["place"].rpartition("/")[2]),
            f"{code(mutant['was'])} becomes {code(mutant['now'])}",
        ]
        for mutant in every
    ]
    return table(["Requirement", "Where", "Change"], rows) if rows else ""


def code(text: str) -> str:
    """Code in a cell of a table, in two backticks where it has one."""
    escaped = text.replace("|", "\\|")
    return f"`` {escaped} ``" if "`" in text else f"`{escaped}`"


def scopes(found: Sequence[Mapping[str, Any]]) -> str:
    """Scopes by name and size."""
    return listed([f"{each['scope']} ({each['states']:,} states)" for each in found])


def found_by_requirement(mutants: Mapping[str, Any]) -> Mapping[str, tuple[int, int]]:
    """For each requirement how many mutants of its rows are found, and how many can be told from the model."""
    every = tellable(mutants["mutants"])
    made = Counter(requirement for mutant in every for requirement in mutant["requirements"])
    found = Counter(requirement for mutant in of(every, "killed") for requirement in mutant["requirements"])
    return {requirement: (found[requirement], count) for requirement, count in made.items()}
