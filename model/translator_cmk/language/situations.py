"""Situations: named starting points of scenarios, each a list of commands.

They are data (`situations.yaml`).  A situation may start from another one, and says what it establishes: a scenario
whose setup fails is not a scenario that fails.
"""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ..machine import Command
from ..machine.values import Value
from ..yaml_files import Entry, read
from .facts import Fact
from .sentences import UnknownSentence, read_command, read_fact

FILE = "situations.yaml"


class Stage(Value):
    """Commands that lead on to a place, and the facts that hold there, each with the requirements behind it.

    The last ``own`` of the facts are new with this stage; the others held before it.
    """

    __slots__ = ()
    commands: tuple[Command, ...]
    establishes: tuple[tuple[Fact, frozenset[str]], ...]
    own: int


class Situation(Value):
    """A starting point, reached in stages."""

    __slots__ = ()
    name: str
    stages: tuple[Stage, ...]
    line: int

    @property
    def commands(self) -> tuple[Command, ...]:
        """Return all commands, from nothing to the starting point."""
        return tuple(command for stage in self.stages for command in stage.commands)

    @property
    def establishes(self) -> tuple[tuple[Fact, frozenset[str]], ...]:
        """Return the facts that hold at the starting point."""
        return self.stages[-1].establishes


@cache
def situations() -> Mapping[str, Situation]:
    """Return the situations of the package, by name."""
    return load_situations(Path(__file__).with_name(FILE))


def load_situations(path: Path) -> Mapping[str, Situation]:
    """Return the situations of a file, by name; raises `InvalidFile`."""
    found: dict[str, Situation] = {}
    for entry in read(path).items():
        situation = read_situation(entry, found)
        found[situation.name] = situation
    return found


def read_situation(entry: Entry, above: Mapping[str, Situation]) -> Situation:
    """Return one situation, which may start after one above it; raises `InvalidFile`."""
    fields = entry.fields(("situation", "commands"), ("after", "establishes"))
    name = fields["situation"].text()
    if name in above:
        raise entry.error(f"the situation {name!r} stands here twice; rename one")
    stages: tuple[Stage, ...] = ()
    establishes: list[tuple[Fact, frozenset[str]]] = []
    if "after" in fields:
        before = above.get(fields["after"].text())
        if before is None:
            after = fields["after"].text()
            raise fields["after"].error(f"no situation {after!r} above this one; put it there, or correct the name")
        stages = before.stages
        establishes += before.establishes
    commands = tuple(read_sentence(read_command, each, "command") for each in fields["commands"].items())
    facts = fields["establishes"].items() if "establishes" in fields else []
    for each in facts:
        parts = each.fields(("fact", "by"))
        fact = read_sentence(read_fact, parts["fact"], "observation")
        # a later situation may undo what an earlier one established
        establishes = [kept for kept in establishes if (kept[0].kind, kept[0].name, kept[0].field) != fact[:3]]
        establishes.append((fact, frozenset(parts["by"].texts())))
    return Situation(name, (*stages, Stage(commands, tuple(establishes), len(facts))), entry.line)


def read_sentence(read_text: Callable[[str], Any], entry: Entry, kind: str) -> Any:
    """Return the command or fact of a sentence; raises `InvalidFile`."""
    text = entry.text()
    try:
        return read_text(text)
    except UnknownSentence:
        raise entry.error(f"{text!r} is not the sentence of any {kind}; see language/sentences.py") from None
