"""Situations: named starting points of scenarios, each a list of commands, perhaps after those of another one."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from ..machine import Command
from ..machine.values import Value
from ..shapes import TEXT, Shape, Word, record
from ..yaml_files import read
from .sentences import CommandList


class Situation(Value):
    """A starting point, and all commands that lead there from nothing."""

    __slots__ = ()
    name: str
    commands: tuple[Command, ...]


@cache
def situations() -> Mapping[str, Situation]:
    """Return the situations of the package, by name."""
    return load_situations(Path(__file__).with_name("situations.yaml"))


def load_situations(path: Path) -> Mapping[str, Situation]:
    """Return the situations of a file, by name; raises `InvalidFile`."""
    found: dict[str, Situation] = {}
    for entry in read(path).items():
        needed: dict[str, Shape] = {"situation": TEXT, "commands": CommandList({})}
        fields = entry.read(record("a situation", needed, {"after": Word(found)}))
        name = fields["situation"]
        if name in found:
            raise entry.error(f"the situation {name!r} appears twice; rename one")
        before = found[fields["after"]].commands if "after" in fields else ()
        found[name] = Situation(name, (*before, *fields["commands"]))
    return found
