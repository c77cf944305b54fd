"""Keep the tour that every run makes by default, since to plan it takes seconds.

`python -m translator_cmk.conformance.lanes.kept_tours` plans it, and writes it into `tours.json`.
A file that is broken, or was made from another model or another planner, is not used: the tour is
planned again, and is the same that the file would have if it were written again.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from ...digest import PACKAGE, digest_of, files
from ...explore import scopes as explored
from ...explore.scopes import Scope
from ...explore.suites import Suite
from ...files import write_text
from ...language.strict_json import ENCODE, parse_json
from ...machine import Command
from ...shapes import COUNT, TEXT, ListOf, WireError, read_message, record
from ..cases import STEPS
from .tour_planning import suites

Commands = tuple[Command, ...]

FILE = Path(__file__).with_name("tours.json")

PLANNERS = ("coverage", "graph", "scopes", "suites", "tours", "walk")
"""The modules of `explore` that the plan depends on, and their data."""

TOUR = record(
    "the tour of a scope",
    {"scope": TEXT, "sequences": ListOf(ListOf(COUNT))},
)
"""A sequence is written as numbers of commands of the scope, from its start on."""

KEPT = record("the kept tours", {"made_from": TEXT, "tours": ListOf(TOUR)})


def digest_of_sources() -> str:
    """Return the digest of all that the plan is made from: the model, scopes and planners."""
    named = {"situations": PACKAGE / "language" / "situations.yaml"}
    for name, path in files(PACKAGE / "machine"):
        named[f"machine/{name}"] = path
    for name, path in files(PACKAGE / "explore"):
        if path.stem in PLANNERS:
            named[f"explore/{name}"] = path
    named["planning"] = Path(__file__).with_name("tour_planning.py")
    return digest_of(named)


@cache
def kept_sequences(file: Path = FILE) -> tuple[Commands, ...] | None:
    """Return the sequences of the default tour; None if they have to be planned."""
    try:
        kept = read_message(KEPT, parse_json(file.read_bytes(), file.name), file.name)
    except (OSError, WireError):
        return None
    if kept["made_from"] != digest_of_sources():
        return None
    try:
        return tuple(sequences_in(kept["tours"]))
    except LookupError:
        return None


def sequences_in(tours: Sequence[dict[str, Any]]) -> Iterator[Commands]:
    """Yield the sequences of tours as commands; raises `LookupError`."""
    for tour in tours:
        scope = explored.SCOPE_NAMED[tour["scope"]]
        for numbers in tour["sequences"]:
            further = [scope.alphabet[number] for number in numbers]
            yield (*scope.start, *further)


def text_of(made: Sequence[Suite]) -> str:
    """Return the file that keeps these suites, a sequence a line."""
    lines = ["{", f'"made_from": {ENCODE(digest_of_sources())},', '"tours": [']
    for number, suite in enumerate(made, start=1):
        lines.append(f'{{"scope": {ENCODE(suite.scope.name)}, "sequences": [')
        rows = [ENCODE(numbers_of(suite.scope, commands)) for commands in suite.sequences]
        lines.append(",\n".join(rows))
        lines.append("]}" if number == len(made) else "]},")
    lines.append("]}")
    return "\n".join(lines) + "\n"


def numbers_of(scope: Scope, commands: Commands) -> list[int]:
    """Return the commands after the start of a scope by their numbers."""
    return [scope.alphabet.index(command) for command in commands[len(scope.start) :]]


def main() -> None:
    """Plan the default tour, and write it down."""
    made = suites(explored.SCOPES, STEPS)
    write_text(FILE, text_of(made))
    print(f"{FILE}: {sum(suite.steps for suite in made):,} steps")


if __name__ == "__main__":
    main()
