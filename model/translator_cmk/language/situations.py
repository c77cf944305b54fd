"""Situations: named starting points of scenarios, each a list of commands that lead there from
nothing.

`situations.yaml` has those of the features.  A situation may continue another one.  Where it is
used, things that it makes may be named in parentheses: a vault with a key (vault "kv-prod").
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ..machine import Command
from ..machine.values import Value
from ..shapes import TEXT, Choice, ListOf, Malformed, Shape, record
from ..strict_yaml import read_yaml
from .sentences import UnknownSentence, read_commands


class Situation(Value):
    """A starting point, and all commands that lead there from nothing."""

    name: str
    commands: tuple[Command, ...]

    def things(self) -> list[str]:
        """Return what the commands make, as it may be named in parentheses."""
        made: list[str] = []
        for command in self.commands:
            for kind, name, is_made in command.names():
                if is_made:
                    vault, _, key = name.rpartition("/")
                    within = f' of "{vault}"' if vault else ""
                    made.append(f'{kind.word} "{key}"{within}')
        return made


class CommandList(ListOf):
    """A list of sentences of commands, and of names, which stand for the commands that are known by
    them."""

    def __init__(self, known: Mapping[str, tuple[Command, ...]]) -> None:
        super().__init__(TEXT)
        self.known = known

    def read(self, value: Any) -> tuple[Command, ...]:
        """Return the commands of all the sentences and names."""
        commands: list[Command] = []
        for index, text in enumerate(super().read(value)):
            if text in self.known:
                commands += self.known[text]
                continue
            try:
                commands += read_commands(text)
            except UnknownSentence as unknown:
                sentence = repr(str(unknown))
                what = (
                    f"has {sentence}, which is neither a name above nor the sentence of a command"
                )
                raise Malformed(what, "see language/sentences.yaml").inside(index) from None
        return tuple(commands)


@cache
def situations() -> Mapping[str, Situation]:
    """Return the situations of the package, by name."""
    return load_situations(Path(__file__).with_name("situations.yaml"))


def find_situation(text: str) -> Situation | None:
    """Return the situation of a Given, whatever stands in parentheses after its name."""
    name, _, _ = text.partition(" (")
    return situations().get(name)


def read_situation(text: str) -> Situation | None:
    """Return the situation of a Given, or None if the text is another sentence.

    Raises `UnknownSentence` if parentheses have something that the situation does not make.
    """
    situation = find_situation(text)
    if situation is None or situation.name == text:
        return situation
    in_parentheses = text.removeprefix(f"{situation.name} (")
    things = in_parentheses.removesuffix(")").split(", ")
    if not text.endswith(")") or not set(things) <= set(situation.things()):
        raise UnknownSentence(text)
    return situation


def load_situations(path: Path) -> Mapping[str, Situation]:
    """Return the situations of a file, by name; raises `InvalidFile`."""
    loaded: dict[str, Situation] = {}
    for entry in read_yaml(path).items():
        required: dict[str, Shape] = {"situation": TEXT, "commands": CommandList({})}
        optional = {"after": Choice(loaded)}
        fields = entry.read(record("a situation", required, optional))
        name = fields["situation"]
        if name in loaded:
            raise entry.error(f"the situation {name!r} appears twice; rename one")
        commands = fields["commands"]
        if "after" in fields:
            commands = (*loaded[fields["after"]].commands, *commands)
        loaded[name] = Situation(name, commands)
    return loaded
