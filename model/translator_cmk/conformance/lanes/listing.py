"""List the cases of a run without asking a system for anything."""

from collections.abc import Iterable, Iterator

from ...language.declaration import LEVELS
from ...machine import Command
from ..cases import FEATURES, FUZZ, SMALLEST, TOUR, Case, scenarios
from ..report.envelope import Made
from ..selection import selected
from .fuzz import alphabet
from .sequences import smallest_parts
from .tally import Tally
from .tour import sequences_of


def cases_of(made: Made) -> Iterator[Case]:
    """Yield every case that a run which is made so may have, whatever the system declares."""
    if FEATURES in made.lanes:
        every = scenarios(made.profile, made.waived, made.revision)
        for scenario in selected(every, made.selection):
            yield scenario.case
    if TOUR in made.lanes:
        yield from cases_of_commands(TOUR, toured(made))
    if FUZZ in made.lanes:
        yield from cases_of_commands(FUZZ, alphabet())


def toured(made: Made) -> Iterator[Command]:
    """Yield the commands of a tour, some of them more than once."""
    names = tuple(made.budgets["scopes"])
    if SMALLEST in names:
        for part in smallest_parts():
            yield from part.steps
    for sequence in sequences_of(names, made.budgets["steps"]):
        yield from sequence


def cases_of_commands(lane: str, commands: Iterable[Command]) -> Iterator[Case]:
    """Yield the case of each of the commands in a lane of sequences."""
    planned = {type(command).__name__ for command in commands}
    yield from Tally(lane, LEVELS, planned, frozenset()).cases()


def line_of(case: Case) -> str:
    """Return a case with its requirements and its level, separated by tabs."""
    requirements = ",".join(case.requirements) or "-"
    return f"{case.id}\t{requirements}\t{case.level}"
