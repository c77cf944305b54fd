"""Which commands an implementation lacks, in the order in which they are best written."""

from collections import Counter
from collections.abc import Collection
from typing import NamedTuple

from ...bdd.prerequisites import inapplicable
from ...bdd.vocabulary import commands_of
from ...language.declaration import Declaration
from ...machine import COMMANDS
from .cases import scenarios


class Awaited(NamedTuple):
    """A command that is missing: how many scenarios lack it alone, and how many lack it."""

    command: str
    alone: int
    all: int


def needed_by(declared: Declaration) -> list[set[str]]:
    """Return for each scenario that applies to a system the commands that it needs."""
    needed = []
    for scenario in scenarios("article", ()):
        if inapplicable(scenario.pickle, declared) is None:
            needed.append({type(command).__name__ for command in commands_of(scenario.pickle)})
    return needed


def most_awaited(missing: Collection[str], declared: Declaration) -> list[Awaited]:
    """Return missing commands in the order in which they are best written: first what most
    scenarios lack alone.
    """
    if not missing:
        return []
    alone: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    for commands in needed_by(declared):
        lacking = commands.intersection(missing)
        wanted.update(lacking)
        if len(lacking) == 1:
            alone.update(lacking)
    in_order = [name for name in COMMANDS if name in missing]
    in_order.sort(key=lambda name: (alone[name], wanted[name]), reverse=True)
    return [Awaited(name, alone[name], wanted[name]) for name in in_order]
