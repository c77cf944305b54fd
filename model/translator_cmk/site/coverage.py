"""The page on coverage: what each kind of evidence reached of bounded worlds, and which faults tours find."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..explore.coverage.report import share
from ..explore.coverage.report import table as rows_of
from .freshness import freshness
from .markup import measured_twin, page, plain, table
from .measured import load

COVERAGE = Path("measurements") / "coverage.json"
TOURS = Path("measurements") / "tours.json"

SIGHTS = {
    "answers": "Whether it was accepted",
    "customer": "That, and what a customer can see",
    "state": "That, and the whole state",
}
SUITES = {
    "tour": "tour",
    "random": "as many steps at random",
    "accepted": "tour without refusals",
    "budget": "budgeted sequences",
}


def load_coverage(path: Path) -> Mapping[str, Any] | None:
    """What was measured of coverage, or None where nothing was; raises `MeasurementError`."""
    return load(path, {"digest", "scopes", "infeasible", "evidence", "together"})


def load_tours(path: Path) -> Mapping[str, Any] | None:
    """What was measured of tours, or None where nothing was; raises `MeasurementError`."""
    return load(path, {"digest", "random_length", "scopes"})


def coverage_page(coverage: Mapping[str, Any] | None, tours: Mapping[str, Any] | None) -> str:
    """The page."""
    return page(
        "Coverage",
        "What each kind of evidence reached of all that bounded worlds of the model have.",
        "A bounded world, or *scope*, has few things and few commands, so that all that can happen in it is known: "
        "every state, and every command in each. What evidence reaches is counted against that. It says what was "
        "tried, not that it was right; what comes of each step is judged by the scenarios and theorems, and for a "
        "system by the specification. All of it was run on the model, and none of it on Azure.",
        *coverage_blocks(coverage),
        "## Tours, and the faults that they find { #tours }",
        *tour_blocks(tours),
    )


def coverage_blocks(coverage: Mapping[str, Any] | None) -> Iterator[str]:
    """What each kind of evidence is and reached, what it missed, and what can't be reached."""
    yield "## What was reached { #reached }"
    if coverage is None:
        yield "This has not been measured: `make evidence` does it."
        return
    yield freshness(coverage)
    yield measured_twin("coverage")
    kinds = [
        [plain(each["name"]), plain(each["sentence"]), f"{each['sequences']:,}", f"{each['commands']:,}"]
        for each in coverage["evidence"]
    ]
    yield table(["Evidence", "What it is", "Sequences", "Commands"], kinds)
    head, *rows = rows_of(coverage)
    yield table(["Reached", *map(plain, head[1:])], [[row[0][0].upper() + row[0][1:], *row[1:]] for row in rows])
    yield (
        "A row is reached where it has its say; two topics or rows where the one does in a step, and the other in the "
        "next. A condition is reached where it is seen to decide by itself: it alone differs between two evaluations "
        "of its guard that come to different results (unique-cause MC/DC; what was not asked is no cause)."
    )
    yield "### What scenarios miss { #missed }"
    yield from missed(coverage["evidence"][0])
    yield "### Conditions that nothing can show to decide { #infeasible }"
    yield (
        table(
            ["Condition", "Where", "Why"],
            [
                [f"`{each['condition']}`", f"`{each['place']}`", plain(each["because"])]
                for each in coverage["infeasible"]
            ],
        )
        if coverage["infeasible"]
        else "There are none."
    )


def missed(evidence: Mapping[str, Any]) -> Iterator[str]:
    """What one kind of evidence missed of what one can list."""
    titles = {"rows": "Rows", "reasons": "Reasons", "conditions": "Conditions", "topic_pairs": "Pairs of topics"}
    rows = [
        [title, f"{evidence['reached'][name]['of'] - evidence['reached'][name]['reached']}", items(each)]
        for name, title in titles.items()
        if (each := evidence["reached"][name]["missing"])
    ]
    yield table(["Missed", "How many", "Which"], rows) if rows else "Nothing of what can be listed."


def items(names: Sequence[str]) -> str:
    """Names in a cell of a table."""
    return ", ".join(f"`{name}`" for name in names)


def tour_blocks(tours: Mapping[str, Any] | None) -> Iterator[str]:
    """How long tours are and have to be, and what they find beside other sequences."""
    yield (
        "A tour gives every command in every state of a scope once at least, those that are refused or change nothing "
        "included. `translator-cmk tour` writes it for any system. A step is a reset or a command."
    )
    if tours is None:
        yield "This has not been measured: `make evidence` does it."
        return
    yield freshness(tours)
    yield measured_twin("tours")
    yield table(
        ["Scope", "States", "Commands in states", "Steps", "No tour has fewer than", "Sequences", "Seconds to make"],
        [
            [
                each["scope"],
                *(f"{each[field]:,}" for field in ("states", "pairs", "steps", "lower_bound", "sequences")),
                f"{each['seconds']:.1f}",
            ]
            for each in tours["scopes"]
        ],
    )
    yield (
        "A faulty system was made of the model by changing where a single command in a single state leads: in every "
        "way in the smallest scope, and at random elsewhere. What finds it depends on what is seen after each step. "
        "Faults that nothing could show are left out; whether one is such was decided exactly. Random sequences have "
        f"as many steps as the tour, and {tours['random_length']} commands each. The budgeted sequences are far "
        "shorter, and made to reach rows and reasons rather than states."
    )
    yield table(
        ["Scope", "What is seen", "Faults", *(f"Found by {name}" for name in SUITES.values())],
        [
            [each["scope"], seen, f"{found['faults']:,}", *(percent(found[suite], found["faults"]) for suite in SUITES)]
            for each in tours["scopes"]
            for sight, seen in SIGHTS.items()
            for found in [each["transfer_faults"][sight]]
        ],
    )
    yield (
        "Where the whole state is seen, a tour finds every fault of this kind, by its nature: the first step at which "
        "a system does otherwise is given, and shows. A customer does not see all of it, such as the keys of a deleted "
        "vault; what is hidden shows only if a later step happens to reveal it. A wrong answer in place of a right one "
        "is found by whatever gives that command in that state: the tour gives all, and of those of which the "
        "specification says what comes, random steps gave "
        + ", ".join(f"{share(given(each))} in {each['scope']}" for each in tours["scopes"])
        + "."
    )


def given(scope: Mapping[str, Any]) -> dict[str, int]:
    """How many of the pairs that the tour gives and something is specified of, random steps gave."""
    return {"reached": scope["suites"]["random"]["pairs"], "of": scope["suites"]["tour"]["pairs"]}


def percent(part: int, whole: int) -> str:
    """How many, and their share, rounded down."""
    return f"{part:,} ({100 * part // whole if whole else 100}%)"
