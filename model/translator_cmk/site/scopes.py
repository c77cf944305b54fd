"""The pages on scopes: what exhaustive search found of each bounded world, and which theorems hold in it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..explore.theorems import THEOREMS
from .freshness import freshness
from .markup import listed, measured_twin, named, page, plain, table
from .measured import load

SCOPES = Path("measurements") / "scopes.json"
THEOREM = {theorem.name: theorem for theorem in THEOREMS}
SECOND = "../../"


def load_scopes(path: Path) -> Mapping[str, Any] | None:
    """What was found of every scope, or None where nothing was searched; raises `MeasurementError`."""
    return load(path, {"digest", "theorems", "scopes"})


def scope_pages(measured: Mapping[str, Any] | None, tours: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    """The page of all scopes, and one for each."""
    yield "evidence/scopes.md", scopes_page(measured)
    if measured:
        toured = {each["scope"]: each for each in tours["scopes"]} if tours else {}
        for each in measured["scopes"]:
            yield f"evidence/scopes/{each['scope']}.md", scope_page(measured, each, toured.get(each["scope"]))


def scopes_page(measured: Mapping[str, Any] | None) -> str:
    """The page of all scopes."""
    return page(
        "Bounded worlds",
        "Small worlds of the model in which every state and every step was looked at.",
        "A bounded world, or *scope*, has a start, a few names and the commands over them. All that can happen in it "
        "is searched: every state, and every command in each, those that are refused too. What is said to hold in it "
        "was held against all of that, and not against samples. It is the model that was searched, never Azure.",
        *all_scopes(measured),
    )


def all_scopes(measured: Mapping[str, Any] | None) -> Iterator[str]:
    """What was found, scope by scope."""
    if measured is None:
        yield "Nothing has been searched: `make evidence` does it."
        return
    yield freshness(measured)
    yield measured_twin("scopes")
    yield table(
        ["Scope", "States", "Steps", "Farthest state", "Theorems that hold", "Engines that agree"],
        [
            [
                f"[{each['scope']}](scopes/{each['scope']}.md)",
                f"{each['states']:,}",
                f"{each['transitions']:,}",
                f"{each['depth']} commands",
                f"{holding(each)} of {measured['theorems']}",
                ", ".join(each["seconds"]),
            ]
            for each in measured["scopes"]
        ],
    )
    yield (
        "Theorems that have nothing to say in a scope are not counted there. Engines go about a search in different "
        "ways, and those that are named agree on every count; how long each took is told of each scope. "
        "[How they do it, and why it is exact](../decisions/0003-exploration.md)."
    )


def holding(scope: Mapping[str, Any]) -> int:
    """How many theorems hold in the scope, each of which had something to say there."""
    return sum(verdict == "holds" for verdict in scope["theorems"].values())


def seconds(scope: Mapping[str, Any]) -> str:
    """How long each engine took."""
    return ", ".join(
        f"{engine} {took:,.1f}{' with theorems' if engine == scope['held'] else ''}"
        for engine, took in scope["seconds"].items()
    )


def scope_page(
    measured: Mapping[str, Any],
    scope: Mapping[str, Any],
    tour: Mapping[str, Any] | None,
) -> str:
    """The page of one scope."""
    start = f"*{plain(scope['situation'])}*" if scope["situation"] else "nothing but the stage"
    return page(
        scope["scope"],
        scope["sentence"],
        plain(scope["sentence"]),
        freshness(measured),
        "## What was found { #found }",
        table(
            ["What", "How many"],
            [
                ["States", f"{scope['states']:,}"],
                ["Steps, one for each command in each state", f"{scope['transitions']:,}"],
                ["Accepted", f"{scope['accepted']:,}"],
                ["Refused", f"{sum(each['times'] for each in scope['refusals']):,}"],
                ["Left open", f"{sum(each['times'] for each in scope['silences']):,}"],
                ["Commands to the farthest state", f"{scope['depth']}"],
            ],
        ),
        f"Seconds: {seconds(scope)}.",
        "## The world { #world }",
        f"It starts from {start}. A key is rotated up to version {scope['versions']}. These commands are given in "
        "every state:",
        "\n".join(f"- {plain(command)}" for command in scope["commands"]),
        "## Why commands are refused { #refusals }",
        reasons(scope["refusals"], "Nothing is."),
        "## What is left open { #left-open }",
        reasons(scope["silences"], "Nothing is."),
        "## A sequence for all of it { #tour }",
        tour_line(tour),
        "## Theorems { #theorems }",
        f"{holding(scope)} hold, of {measured['theorems']} in all; those that have nothing to say here are left out. "
        "A theorem that something comes about is reached.",
        table(
            ["Theorem", "Requirements"],
            [
                [plain(THEOREM[name].sentence), listed([named(each, SECOND) for each in THEOREM[name].requirements])]
                for name, verdict in scope["theorems"].items()
                if verdict == "holds" and name in THEOREM
            ],
        ),
    )


def reasons(sets: Sequence[Mapping[str, Any]], none: str) -> str:
    """Sets of ids with how often each was given."""
    if not sets:
        return none
    rows = [[listed([named(each, SECOND) for each in one["ids"]]), f"{one['times']:,}"] for one in sets]
    return table(["Reasons given together", "Steps"], rows)


def tour_line(tour: Mapping[str, Any] | None) -> str:
    """How long the shortest sequence is that gives every command in every state."""
    if tour is None:
        return "No tour of this scope was measured."
    return (
        f"A tour gives every command in every state in {tour['steps']:,} steps and {tour['sequences']:,} sequences; "
        f"none has fewer than {tour['lower_bound']:,}. See [what tours find](../coverage.md#tours)."
    )
