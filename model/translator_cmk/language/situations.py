"""Situations: named starting points of scenarios, each a list of commands.

They are data (`situations.yaml`).  A situation may start from another one, and says what it establishes, so that a
scenario whose starting point does not come about is told apart from one that fails.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from ..machine import Command
from ..machine.values import Value
from .facts import Fact
from .phrasebook import UnknownSentence, read_command, read_fact

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
        """All commands, from nothing to the starting point."""
        return tuple(command for stage in self.stages for command in stage.commands)

    @property
    def establishes(self) -> tuple[tuple[Fact, frozenset[str]], ...]:
        """The facts that hold at the starting point."""
        return self.stages[-1].establishes


class SituationError(ValueError):
    """The file of situations is malformed; the message names file, line and remedy."""


@cache
def situations() -> Mapping[str, Situation]:
    """The situations of the package, by name."""
    return load(resources.files(__package__).joinpath(FILE).read_bytes(), FILE)


def load_file(path: Path) -> Mapping[str, Situation]:
    """The situations of a file, by name; raises `SituationError`."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SituationError(f"{path}: can't be read: {error.strerror}; name a file of situations") from None
    return load(content, str(path))


def load(content: bytes, where: str) -> Mapping[str, Situation]:
    """The situations in YAML text; raises `SituationError`."""
    try:
        root = yaml.compose(content.decode("utf-8"), Loader=yaml.SafeLoader)
    except UnicodeDecodeError as error:
        raise SituationError(f"{where}: not UTF-8 at byte {error.start}; save the file as UTF-8") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SituationError(f"{where}:{line}: not YAML: {error.problem}") from None
    if not isinstance(root, yaml.SequenceNode):
        raise SituationError(f"{where}:1: expected a list of situations, each with a name and its commands")
    found: dict[str, Situation] = {}
    for node in root.value:
        situation = _situation(node, found, where)
        if situation.name in found:
            raise SituationError(
                f"{where}:{situation.line}: the situation {situation.name!r} is there twice; rename one"
            )
        found[situation.name] = situation
    return found


def _situation(node: yaml.Node, known: Mapping[str, Situation], where: str) -> Situation:
    line = node.start_mark.line + 1
    fields = dict(_fields(node, where))
    unknown = fields.keys() - {"situation", "after", "commands", "establishes"}
    if unknown or not {"situation", "commands"} <= fields.keys():
        raise SituationError(
            f"{where}:{line}: a situation has the fields situation, commands and, where needed, after and establishes"
        )
    name = _text(fields["situation"], where, "situation")
    stages: tuple[Stage, ...] = ()
    establishes: list[tuple[Fact, frozenset[str]]] = []
    if "after" in fields:
        after = _text(fields["after"], where, "after")
        before = known.get(after)
        if before is None:
            at = fields["after"].start_mark.line + 1
            raise SituationError(
                f"{where}:{at}: no situation {after!r} above this one; put it there, or correct the name"
            )
        stages = before.stages
        establishes += before.establishes
    commands = tuple(_read(read_command, item, where, "command") for item in _items(fields, where, "commands"))
    facts = _items(fields, where, "establishes") if "establishes" in fields else []
    for item in facts:
        pairs = dict(_fields(item, where))
        if pairs.keys() != {"fact", "by"}:
            raise SituationError(f"{where}:{item.start_mark.line + 1}: expected the fields fact and by")
        fact = _read(read_fact, pairs["fact"], where, "observation")
        # a later situation may undo what an earlier one established
        establishes = [kept for kept in establishes if (kept[0].kind, kept[0].name, kept[0].field) != fact[:3]]
        by = pairs["by"].value if isinstance(pairs["by"], yaml.SequenceNode) else [pairs["by"]]
        establishes.append((fact, frozenset(_text(node, where, "by") for node in by)))
    return Situation(name, (*stages, Stage(commands, tuple(establishes), len(facts))), line)


def _fields(node: yaml.Node, where: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(node, yaml.MappingNode):
        raise SituationError(f"{where}:{node.start_mark.line + 1}: expected fields, each `name: value`")
    for key, value in node.value:
        yield key.value, value


def _items(fields: Mapping[str, yaml.Node], where: str, field: str) -> list[yaml.Node]:
    node = fields[field]
    if not isinstance(node, yaml.SequenceNode):
        raise SituationError(f"{where}:{node.start_mark.line + 1}: expected a list under {field}")
    return list(node.value)


def _text(node: yaml.Node, where: str, field: str) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise SituationError(f"{where}:{node.start_mark.line + 1}: expected text under {field}")
    return str(node.value)


def _read(read: Callable[[str], Any], node: yaml.Node, where: str, what: str) -> Any:
    text = _text(node, where, "commands" if what == "command" else "fact")
    try:
        return read(text)
    except UnknownSentence:
        at = node.start_mark.line + 1
        raise SituationError(f"{where}:{at}: no {what} is told as {text!r}; the step glossary lists them all") from None
