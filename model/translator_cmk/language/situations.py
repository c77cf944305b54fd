"""Situations: named starting points of scenarios, each a list of commands, perhaps after those of another one."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from ..machine import Command
from ..machine.values import Value
from ..yaml_files import Entry, read
from .sentences import UnknownSentence, read_command


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
        fields = entry.fields(("situation", "commands"), ("after",))
        name = fields["situation"].text()
        if name in found:
            raise entry.error(f"the situation {name!r} appears twice; rename one")
        commands: tuple[Command, ...] = ()
        if "after" in fields:
            after = fields["after"].text()
            if after not in found:
                problem = f"no situation {after!r} above this one; put it there, or correct the name"
                raise fields["after"].error(problem)
            commands = found[after].commands
        found[name] = Situation(name, (*commands, *map(command_in, fields["commands"].items())))
    return found


def command_in(entry: Entry) -> Command:
    """Return the command of a sentence; raises `InvalidFile`."""
    text = entry.text()
    try:
        return read_command(text)
    except UnknownSentence:
        raise entry.error(f"{text!r} is not the sentence of any command; see language/sentences.yaml") from None
