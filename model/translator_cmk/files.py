"""Read YAML files strictly, so that every error names file and line; write files atomically."""

import json
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

    def at(self, path: Iterable[str | int], key: str = "") -> "Entry":
        """Return the node at a path, or this key of the mapping there."""
        node: Any = self.node
        for step in path:
            node = node.value[step] if isinstance(step, int) else dict(named(node))[step]
        return Entry(self.file, next((each for each, _ in node.value if each.value == key), node) if key else node)

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
            raise self.at(error.path, error.unknown).error(f"{error.sentence('this')}; {error.remedy}") from None

    def value(self) -> Any:
        """Return what is written here, with mappings and lists in it; raises `InvalidFile` for a repeated key."""
        if isinstance(self.node, yaml.MappingNode):
            keys: set[str] = set()
            for node, _ in self.node.value:
                key = Entry(self.file, node)
                if not isinstance(key.value(), str):
                    raise key.error("a key is a text; quote what looks like a number or a truth value")
                if node.value in keys:
                    raise key.error(f"the key {node.value!r} appears twice; remove one")
                keys.add(node.value)
            return {name: Entry(self.file, node).value() for name, node in named(self.node)}
        if isinstance(self.node, yaml.SequenceNode):
            return [item.value() for item in self.items()]
        # a day is a text, as in JSON
        return self.node.value if self.node.tag == DAY else SafeConstructor().construct_object(self.node)


def named(mapping: Any) -> list[tuple[str, yaml.Node]]:
    """Return the values of a mapping with their keys."""
    return [(key.value, value) for key, value in mapping.value]


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


# Files are written atomically: a reader finds the earlier content or the new one, never a part of it


def write_text(path: Path, text: str | Iterable[str]) -> None:
    """Write text, or pieces of it one after the other, in place of an earlier file; raises `OSError`."""
    draft = draft_of(path)
    try:
        with draft.open("w", encoding="utf-8", newline="\n") as stream:
            stream.writelines([text] if isinstance(text, str) else text)
        draft.replace(path)
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def write_json(path: Path, value: object, sort_keys: bool = False) -> None:
    """Write a value as JSON in place of an earlier file; raises `OSError`."""
    text = json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False, sort_keys=sort_keys)
    write_text(path, text + "\n")


def draft_of(path: Path) -> Path:
    """Return the file that is written first, and then renamed."""
    return path.with_name(f".{path.name}.draft")
