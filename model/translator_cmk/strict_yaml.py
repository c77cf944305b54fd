"""YAML files, read strictly: every error names file and line, and nothing says something else than
it seems to.

Anchors, aliases, tags, and keys that are no text or stand twice are refused; a day is a text, as in
JSON.  A file is composed to nodes, which know their lines.  `Entry.read` turns a node into values,
checks them by a shape, and finds the line of whatever the shape refuses.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.constructor import SafeConstructor

from .errors import InvalidFile
from .shapes import Malformed, Shape

DAY = "tag:yaml.org,2002:timestamp"
TAB = r"'\t'"
"""A tab as PyYAML writes it in its messages."""


# From text to nodes


class NotPlain(yaml.MarkedYAMLError):
    """YAML of a kind that is not read."""


class PlainComposer(Composer):
    """Refuses what makes a file say something else than what is read at its place: anchors, aliases
    and tags."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Return the next node; raises `NotPlain`."""
        # peek_event is a method of the parser that this class is joined with
        event: Any = self.peek_event()  # type: ignore[attr-defined]  # see above
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise NotPlain(
                None,
                None,
                "anchors and aliases are not supported; repeat the value",
                event.start_mark,
            )
        if event.tag:
            raise NotPlain(
                None, None, f"the tag {event.tag!r} is not supported; remove it", event.start_mark
            )
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
    """Return the node of the one document in a text; raises `yaml.YAMLError`, as PyYAML words
    it."""
    quick: Any = QuickLoader
    with suppress(yaml.YAMLError):
        return yaml.compose(text, Loader=quick)
    return yaml.compose(text, Loader=PlainLoader)


# From nodes to values


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

    def at(self, path: Iterable[str | int], key: str = "") -> "Entry":
        """Return the node at a path, or this key of the mapping there."""
        node: Any = self.node
        for step in path:
            node = node.value[step] if isinstance(step, int) else dict(values_by_key(node))[step]
        if key:
            for key_node, _ in node.value:
                if key_node.value == key:
                    return Entry(self.file, key_node)
        return Entry(self.file, node)

    def items(self) -> list["Entry"]:
        """Return the items of a list; raises `InvalidFile`."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.error("a list is expected here")
        return [Entry(self.file, node) for node in self.node.value]

    def read(self, shape: Shape) -> Any:
        """Return the meaning of what is written here; raises `InvalidFile`."""
        try:
            return shape.read(self.value())
        except Malformed as error:
            place = self.at(error.path, error.unknown)
            raise place.error(f"{error.sentence('this')}; {error.remedy}") from None

    def value(self) -> Any:
        """Return what is written here, with mappings and lists in it."""
        if isinstance(self.node, yaml.MappingNode):
            return {key: Entry(self.file, node).value() for key, node in values_by_key(self.node)}
        if isinstance(self.node, yaml.SequenceNode):
            return [item.value() for item in self.items()]
        if self.node.tag == DAY:
            return self.node.value
        return SafeConstructor().construct_object(self.node)


def check_keys(entry: Entry) -> None:
    """Raise InvalidFile for a key that is no text, and for one that stands twice, anywhere here."""
    if isinstance(entry.node, yaml.SequenceNode):
        for item in entry.items():
            check_keys(item)
    if not isinstance(entry.node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key_node, value_node in entry.node.value:
        key = Entry(entry.file, key_node)
        if not isinstance(key.value(), str):
            raise key.error("a key is a text; quote what looks like a number or a truth value")
        if key_node.value in seen:
            raise key.error(f"the key {key_node.value!r} appears twice; remove one")
        seen.add(key_node.value)
        check_keys(Entry(entry.file, value_node))


def values_by_key(mapping: Any) -> list[tuple[str, yaml.Node]]:
    """Return the values of a mapping with their keys."""
    return [(key.value, value) for key, value in mapping.value]


# Files


def read_yaml(path: Path, name: str = "", if_empty: str = "") -> Entry:
    """Return the one document in a YAML file; raises `InvalidFile` if it is missing, not UTF-8, not
    YAML or empty, or has a key twice.

    Errors call the file by its ``name``, by default without its folder; ``if_empty`` says what to
    do with an empty one.
    """
    name = name or path.name
    return parse_yaml(read_utf_8(path, name), name, if_empty)


def parse_yaml(text: str, name: str, if_empty: str = "") -> Entry:
    """Return the one document in a text; raises `InvalidFile` as `read_yaml` does."""
    try:
        node = compose_document(text)
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        what = "not YAML: a character that YAML does not allow; take it out"
        raise InvalidFile(f"{name}:{line}: {what}") from None
    except yaml.MarkedYAMLError as error:
        raise syntax_error(name, error) from None
    except RecursionError:
        raise InvalidFile(f"{name}:1: not YAML that can be read: nested too deeply") from None
    if node is None:
        raise InvalidFile(f"{name}:1: the file is empty{if_empty}")
    whole = Entry(name, node)
    check_keys(whole)
    return whole


def read_utf_8(path: Path, name: str) -> str:
    """Return the text of a file; raises `InvalidFile` if it is missing or not UTF-8."""
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise InvalidFile(f"{name}: can't be read: {error.strerror} ({path})") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InvalidFile(f"{name}:{line}: not UTF-8; save the file as UTF-8") from None


def syntax_error(name: str, error: yaml.MarkedYAMLError) -> InvalidFile:
    """Return the error that a file is not YAML, or YAML of a kind that is not read."""
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    kind = "plain YAML" if isinstance(error, NotPlain) else "YAML"
    problem = f"{error.problem or error.context}"
    if TAB in (error.problem or ""):
        problem += "; indent with spaces"
    return InvalidFile(f"{name}:{line}: not {kind}: {problem}")
