"""Read YAML files strictly: every error names file and line, and no key, anchor or tag passes unnoticed."""

import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.constructor import SafeConstructor

from .errors import InvalidFile

TEXT = "tag:yaml.org,2002:str"
TAB = r"'\t'"
"""A tab as PyYAML writes it in its messages."""


class NotPlain(yaml.MarkedYAMLError):
    """YAML of a kind that is not read."""


class PlainComposer(Composer):
    """Refuses what makes a file say something else than what is read at its place: anchors, aliases and tags."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Return the next node; raises `NotPlain`."""
        event: Any = self.peek_event()  # type: ignore[attr-defined]  # of the parser that it is joined with
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise NotPlain(None, None, "anchors and aliases are not supported; repeat the value", event.start_mark)
        if event.tag:
            raise NotPlain(None, None, f"the tag {event.tag!r} is not supported; remove it", event.start_mark)
        return super().compose_node(parent, index)


class PlainLoader(PlainComposer, yaml.SafeLoader):
    """Reads with PyYAML's own parser, whose errors say most."""


LIBYAML: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class QuickLoader(PlainComposer, LIBYAML):  # type: ignore[misc]  # PyYAML may be without libyaml
    """Reads with libyaml, in a seventh of the time."""

    def __init__(self, stream: str) -> None:
        LIBYAML.__init__(self, stream)
        Composer.__init__(self)


def compose_document(text: str) -> yaml.Node | None:
    """Return the node of the one document in a text; raises `yaml.YAMLError`, as PyYAML words it."""
    quick: Any = QuickLoader
    with suppress(yaml.YAMLError):
        return yaml.compose(text, Loader=quick)
    return yaml.compose(text, Loader=PlainLoader)


@dataclass(frozen=True)
class Entry:
    """A YAML node and the file that it stands in."""

    file: str
    node: yaml.Node

    @property
    def line(self) -> int:
        """Return the line where the node begins, from 1."""
        return self.node.start_mark.line + 1

    def error(self, message: str) -> InvalidFile:
        """Return the error to raise about this node."""
        return InvalidFile(f"{self.file}:{self.line}: {message}")

    def fields(self, required: Collection[str], optional: Collection[str] = ()) -> dict[str, "Entry"]:
        """Return the values of a mapping by key; raises `InvalidFile` for an unknown, missing or repeated key."""
        found: dict[str, Entry] = {}
        for key, value in self.pairs():
            name = key.text()
            if name not in required and name not in optional:
                raise key.error(f"unknown key {name!r}; known are {', '.join([*required, *optional])}")
            found[name] = value
        for name in required:
            if name not in found:
                raise self.error(f"the key {name!r} is missing")
        return found

    def pairs(self) -> Iterator[tuple["Entry", "Entry"]]:
        """Yield each key of a mapping, which is a text, and its value; raises `InvalidFile` for a repeated key."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.error("a mapping (key: value) is expected here")
        names = set()
        for key_node, value_node in self.node.value:
            key = Entry(self.file, key_node)
            if key.text() in names:
                raise key.error(f"the key {key.text()!r} appears twice")
            names.add(key.text())
            yield key, Entry(self.file, value_node)

    def value(self) -> Any:
        """Return what is written here, with mappings and lists in it; raises `InvalidFile` for a repeated key."""
        if isinstance(self.node, yaml.MappingNode):
            return {key.text(): value.value() for key, value in self.pairs()}
        if isinstance(self.node, yaml.SequenceNode):
            return [item.value() for item in self.items()]
        return SafeConstructor().construct_object(self.node)

    def items(self) -> list["Entry"]:
        """Return the items of a list; raises `InvalidFile`."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.error("a list is expected here")
        return [Entry(self.file, node) for node in self.node.value]

    def texts(self) -> list[str]:
        """Return the texts of a list, or the one text that is there; raises `InvalidFile`."""
        return [item.text() for item in self.items()] if isinstance(self.node, yaml.SequenceNode) else [self.text()]

    def text(self) -> str:
        """Return a text that is not blank, its white space folded; raises `InvalidFile`."""
        if not isinstance(self.node, yaml.ScalarNode) or self.node.tag != TEXT:
            raise self.error("a text is expected here (quote what looks like a number, a date or a truth value)")
        folded = " ".join(self.node.value.split())
        if not folded:
            raise self.error("the text is empty")
        return folded

    def number(self) -> int:
        """Return a whole number from 1; raises `InvalidFile`."""
        if isinstance(self.node, yaml.ScalarNode) and self.node.tag == "tag:yaml.org,2002:int":
            digits: str = self.node.value
            if re.fullmatch(r"[1-9][0-9]{0,8}", digits):
                return int(digits)
        raise self.error("a whole number from 1 is expected here")

    def day(self) -> date:
        """Return a day, quoted or not; raises `InvalidFile`."""
        plain = isinstance(self.node, yaml.ScalarNode) and self.node.tag in (TEXT, "tag:yaml.org,2002:timestamp")
        if plain and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", self.node.value):
            try:
                return date.fromisoformat(self.node.value)
            except ValueError:
                raise self.error(f"{self.node.value} is not a date; correct it") from None
        raise self.error("a day such as 2027-01-31 is expected here")

    def one_of(self, known: Collection[str], what: str) -> str:
        """Return a text out of those known; raises `InvalidFile` for any other."""
        text = self.text()
        if text not in known:
            listed = f"; known are {', '.join(known)}" if len(known) <= 12 else ""
            raise self.error(f"unknown {what} {text!r}{listed}")
        return text

    def some_of(self, known: Collection[str], what: str) -> tuple[str, ...]:
        """Return a list of distinct texts out of those known; raises `InvalidFile`."""
        chosen: list[str] = []
        for item in self.items():
            text = item.one_of(known, what)
            if text in chosen:
                raise item.error(f"the {what} {text!r} appears twice")
            chosen.append(text)
        return tuple(chosen)


def read(path: Path, name: str = "", if_empty: str = "") -> Entry:
    """Return the one document in a YAML file; raises `InvalidFile` if it is missing, not UTF-8, not YAML or empty.

    Errors call the file by its ``name``, by default without its folder; ``if_empty`` says what to do with an empty one.
    """
    name = name or path.name
    try:
        text = path.read_bytes().decode("utf-8")
        node = compose_document(text)
    except OSError as error:
        raise InvalidFile(f"{name}: can't be read: {error.strerror} ({path})") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InvalidFile(f"{name}:{line}: not UTF-8; save the file as UTF-8") from None
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise InvalidFile(f"{name}:{line}: not YAML: a character that YAML does not allow; take it out") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        problem = f"{error.problem or error.context}{'; indent with spaces' if TAB in (error.problem or '') else ''}"
        kind = "plain YAML" if isinstance(error, NotPlain) else "YAML"
        raise InvalidFile(f"{name}:{line}: not {kind}: {problem}") from None
    except RecursionError:
        raise InvalidFile(f"{name}:1: not YAML that can be read: nested too deeply") from None
    if node is None:
        raise InvalidFile(f"{name}:1: the file is empty{if_empty}")
    return Entry(name, node)
