"""Keep the tour that every run makes by default, since to plan it takes seconds.

`python -m translator_cmk.conformance.run.kept_tours` plans it, and writes it into `tours.json`.
Tests compare it with what is planned for small scopes, and find the rows that it doesn't meet.
"""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from ...explore import scopes as explored
from ...explore.scopes import Commands, Scope
from ...explore.suites import Suite
from ...files import write_text
from ..judgement.cases import STEPS
from .tour_planning import suites

FILE = Path(__file__).with_name("tours.json")
"""The sequences of each scope.  A command is its number in the scope; those that lead to the start
are left out.
"""


@cache
def kept_sequences() -> tuple[Commands, ...]:
    """Return the sequences of the default tour."""
    sequences = []
    for name, kept in json.loads(FILE.read_text("utf-8")).items():
        scope = explored.SCOPE_NAMED[name]
        for numbers in kept:
            further = [scope.alphabet[number] for number in numbers]
            sequences.append((*scope.start, *further))
    return tuple(sequences)


def text_of(made: Sequence[Suite]) -> str:
    """Return the file that keeps these suites, a sequence a line."""
    scopes = []
    for suite in made:
        lines = [json.dumps(numbers_of(suite.scope, commands)) for commands in suite.sequences]
        scopes.append(f"{json.dumps(suite.scope.name)}: [\n" + ",\n".join(lines) + "\n]")
    return "{\n" + ",\n".join(scopes) + "\n}\n"


def numbers_of(scope: Scope, commands: Commands) -> list[int]:
    """Return the commands after the start of a scope by their numbers."""
    return [scope.alphabet.index(command) for command in commands[len(scope.start) :]]


def main() -> None:
    """Plan the default tour, and write it down."""
    made = list(suites(explored.SCOPES, STEPS))
    write_text(FILE, text_of(made))
    print(f"{FILE}: {sum(suite.steps for suite in made):,} steps")


if __name__ == "__main__":
    main()
