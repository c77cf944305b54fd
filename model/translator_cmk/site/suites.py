"""The page on complete suites: what each guarantees, against which faults, and what it found of some."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from .freshness import freshness
from .markup import measured_twin, page, plain, table
from .measured import load

SUITES = Path("measurements") / "suites.json"

Suite = Mapping[str, Any]

SEEN = {
    "outcomes": "Whether it was accepted",
    "reasons": "That, and why it was refused",
    "observations": "That, why it was refused, and all that a customer can see",
}

FAULTS = {
    "every_single": "every wrong answer and wrong successor",
    "single": "one wrong answer or successor",
    "multiple": "two to ten of them at once",
    "hidden": "one, behind a state too many",
}


def load_suites(path: Path) -> Mapping[str, Any] | None:
    """What was measured of suites, or None where nothing was; raises `MeasurementError`."""
    return load(path, {"digest", "suites"})


def suites_page(measured: Mapping[str, Any] | None) -> str:
    """The page."""
    return page(
        "Complete suites",
        "Test sequences that find every fault within a stated fault domain, and what they found.",
        "Most tests show that some faults are not there. A *complete suite* shows more: a system that passes it does "
        "all that the specification says of a [bounded world](scopes.md), unless it is outside a fault domain that is "
        "stated with it. [`translator-cmk suite`](../sequences.md#complete) writes such suites for any system; "
        "[decision 42](../decisions/0003-exploration.md) tells the theory.",
        *blocks(measured),
    )


def blocks(measured: Mapping[str, Any] | None) -> Iterator[str]:
    """How long suites are, what they found, and what they certify."""
    if measured is None:
        yield "This has not been measured: `make evidence` does it."
        return
    suites: Sequence[Suite] = measured["suites"]
    yield freshness(measured)
    yield measured_twin("suites")
    yield "## How long they are { #length }"
    yield (
        "States that nothing tells apart count as one, so their number depends on what is seen of each step. A step is "
        "a reset or a command. Suites of more than a million sequences are not made."
    )
    yield table(
        ["Scope", "Seen of each step", "States", "Commands", "Extra states", "Sequences", "Steps"], map(length, suites)
    )
    yield "## What they found { #found }"
    yield (
        "Systems with faults were made from each world, drawn at random but where every one is said; nothing here is a "
        "product. A fault that no sequence at all could show is none, and is not counted: that is decided by following "
        "the faulty system and the right one through all that they can do. Faults behind a state too many lie in the "
        "domain of suites that allow for an extra state, and outside that of the others."
    )
    yield table(
        ["Scope", "Seen of each step", "Extra states", *map(str.capitalize, FAULTS.values())], map(found, suites)
    )
    yield "## Certificates { #certificates }"
    yield from certificates(suites, 3)


def length(suite: Suite) -> list[str]:
    """A row on how long a suite is."""
    figures = (suite[name] for name in ("states", "commands", "extra_states", "sequences", "steps"))
    return [scope_link(suite), SEEN[suite["seen"]], *(f"{figure:,}" for figure in figures)]


def found(suite: Suite) -> list[str]:
    """A row on what a suite found."""
    cells = (suite["faults"].get(kind) for kind in FAULTS)
    shares = (f"{each['found']:,} of {each['visible']:,}" if each else "not tried" for each in cells)
    return [scope_link(suite), SEEN[suite["seen"]], f"{suite['extra_states']}", *shares]


def scope_link(suite: Suite) -> str:
    """The scope, and where more is said of it."""
    return f"[{suite['scope']}](scopes/{suite['scope']}.md)"


def certificates(suites: Iterable[Suite], level: int) -> Iterator[str]:
    """The certificate of each suite, under a heading of this level."""
    for suite in suites:
        name = f"{suite['scope']}, {suite['seen']}, {suite['extra_states']} extra"
        anchor = f"{suite['scope']}-{suite['seen']}-{suite['extra_states']}"
        yield f"{'#' * level} {name} {{ #{anchor} }}"
        yield f"**Guarantee.** {plain(suite['guarantee'])}"
        yield f"**Fault domain.** {plain(suite['fault_domain'])}"
        yield f"**Assumed.** {plain(suite['assumes'])}"


def certificate_lines(measured: Mapping[str, Any] | None, scope: str) -> Iterator[str]:
    """The certificates of a scope, for its own page."""
    suites = [suite for suite in measured["suites"] if suite["scope"] == scope] if measured else []
    if not suites:
        yield "No complete suite of this scope was measured."
        return
    yield (
        "A system that passes one of these suites is known to do all that is said of this world, within the fault "
        "domain that goes with it. [How long they are, and what they found](../suites.md)."
    )
    yield from certificates(suites, 3)
