"""Shapes of JSON values: the one way in which messages, reports and YAML files are validated.

A shape is declared once and serves three readers.  ``read`` checks a value and returns what it
means; its error says where the value is wrong and what to do about it; ``schema`` gives the JSON
Schema, which accepts what ``read`` does. Shapes are nested as the values are: a record has a shape
for each field, a list has one for its items.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any, Protocol

# Errors


class WireError(ValueError):
    """A message is malformed.  Its text is one line: where, what is wrong, and what to do."""

    def __init__(self, where: str, what: str, remedy: str) -> None:
        text = f"{what}; {remedy}"
        if where:
            text = f"{where}: {text}"
        super().__init__(text)


class Malformed(Exception):
    """A part of a message is malformed, or fields do not fit together; `read_message` makes a
    `WireError` of it.

    The shapes around the part add its path: fields, and places in lists.  Without one, the error is
    about the ``subject``, or the whole.  ``unknown`` is the field that should not be there.
    """

    def __init__(self, what: str, remedy: str, subject: str = "", unknown: str = "") -> None:
        self.what = what
        self.remedy = remedy
        self.subject = subject
        self.unknown = unknown
        self.path: tuple[str | int, ...] = ()

    def inside(self, step: str | int) -> "Malformed":
        """Return the error with another step at the beginning of its path."""
        self.path = (step, *self.path)
        return self

    def sentence(self, whole: str) -> str:
        """Return what is wrong, and in which part of the whole."""
        place = ""
        for step in self.path:
            place += f"[{step}]" if isinstance(step, int) else f".{step}"
        part = place.removeprefix(".") or self.subject or whole
        return f"{part} {self.what}"


class Inconsistent(Malformed):
    """The fields of a record, each right in itself, do not fit together."""

    def sentence(self, whole: str) -> str:  # noqa: ARG002  # it says itself what it is about
        """Return what is wrong."""
        return self.what


def describe_value(value: Any) -> str:
    """Return the name of a JSON value in an error: the value itself if it is short, otherwise its
    type."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return ascii(value) if len(value) <= 40 else f"a text of {len(value)} characters"
        case float():
            return f"the number {value}"
        case int():
            return (
                f"the number {value}" if abs(value) < 10**12 else "a number of more than 12 digits"
            )
        case list():
            return "a list"
        case dict():
            return "an object"
        case None:
            return "null"
    return f"of the type {type(value).__name__}"


def unexpected(value: Any, expected: str) -> Malformed:
    """Return the error that the value is not what is expected."""
    remedy = f"write {expected}"
    if value is None:
        remedy += ", or leave the field out"
    return Malformed(f"is {describe_value(value)}", remedy)


def suggestion(word: Any, known: Collection[str], otherwise: str) -> str:
    """Return the remedy for an unknown word: the known one that is most like it, or
    ``otherwise``."""
    close = get_close_matches(str(word)[:100], known, n=1)
    return f"did you mean {close[0]!r}?" if close else otherwise


# Shapes


class Shape(Protocol):
    """One kind of JSON value.  ``schema`` accepts what ``read`` does."""

    def read(self, value: Any) -> Any:
        """Return the meaning of the value; raises `Malformed`."""

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the value."""


def read_message(shape: Shape, value: Any, where: str = "") -> Any:
    """Return the meaning of a message from there (such as `FILE:LINE`); raises `WireError`."""
    try:
        return shape.read(value)
    except Malformed as error:
        raise WireError(where, error.sentence("the message"), error.remedy) from None


# Texts, numbers and truth values


class Simple:
    """A value that is written as it is: ``expected`` describes it, ``fits`` checks it."""

    def __init__(self, expected: str, fits: Callable[[Any], Any], **schema: Any) -> None:
        self.expected = expected
        self.fits = fits
        self.fields = schema

    def read(self, value: Any) -> Any:
        if not self.fits(value):
            raise unexpected(value, self.expected)
        return plain(value) if isinstance(value, str) else value

    def schema(self) -> dict[str, Any]:
        return dict(self.fields)


def plain(text: str) -> str:
    """Return a plain `str`: an object in this process may answer with a subclass, such as a
    `StrEnum`."""
    return text if type(text) is str else str.__str__(text)


class Text(Simple):
    """A text of one form, which contains no white space."""

    def __init__(self, pattern: str, form: str) -> None:
        self.pattern = re.compile(pattern)
        matches = self.pattern.fullmatch
        super().__init__(
            form,
            lambda it: isinstance(it, str) and matches(it),
            type="string",
            pattern=f"^{pattern}$",
            # in some languages `$` also matches before a final line break
            **{"not": {"pattern": "\\s"}},
        )


class Line(Simple):
    """A text for people, of 1 to ``longest`` characters of any kind: escape it before you show
    it."""

    def __init__(self, longest: int) -> None:
        matches = re.compile(rf"[^\ud800-\udfff]{{1,{longest}}}", re.DOTALL).fullmatch
        super().__init__(
            f"a text of 1 to {longest} characters, none of them half of a surrogate pair",
            lambda it: isinstance(it, str) and matches(it),
            type="string",
            minLength=1,
            maxLength=longest,
        )


class Choice(Simple):
    """One of a few words."""

    def __init__(self, words: Collection[str]) -> None:
        self.words = tuple(words)
        super().__init__(
            f"one of {', '.join(self.words)}",
            lambda it: isinstance(it, str) and plain(it) in self.words,
            enum=list(self.words),
        )


@dataclass
class Whole:
    """A whole number, by default of at most six digits, as in sentences."""

    least: int = 1
    most: int = 999_999

    def read(self, value: Any) -> int:
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if is_number and value == value // 1 and self.least <= value <= self.most:
            return int(value)  # JSON has no integers: 2048.0 is 2048
        raise unexpected(value, f"a whole number from {self.least} to {self.most}")

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


LARGEST = 10**15
"""The most that is counted: JSON readers in any language have numbers of this size exactly."""


def is_day(text: Any) -> bool:
    """Return whether a text is a day."""
    try:
        return bool(date.fromisoformat(text).isoformat() == text)
    except (TypeError, ValueError):
        return False


DAY = Simple("a day such as 2027-01-31", is_day)
TEXT = Simple(
    "a text that is not blank",
    lambda it: isinstance(it, str) and it.strip(),
    type="string",
    pattern="\\S",
)
PROSE = Simple("a text", lambda it: isinstance(it, str), type="string")
FLAG = Simple("true or false", lambda it: isinstance(it, bool), type="boolean")
ANYTHING = Simple("any value", lambda _: True)
COUNT = Whole(0, LARGEST)
NUMBER = Simple(
    "a number from 0 on",
    lambda it: type(it) in (int, float) and 0 <= it <= LARGEST,
    type="number",
    minimum=0,
    maximum=LARGEST,
)


# Lists and maps


@dataclass
class ListOf:
    """A list, in which something may stand twice."""

    item: Shape

    def read(self, value: Any) -> Any:
        if not isinstance(value, list):
            raise unexpected(value, "a list")
        items = []
        for index, item in enumerate(value):
            try:
                items.append(self.item.read(item))
            except Malformed as error:
                raise error.inside(index) from None
        return items

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.item.schema()}


@dataclass
class UniqueList(ListOf):
    """A list in which nothing stands twice.  Its order carries no meaning."""

    make: Callable[[list[Any]], Any] = tuple

    def read(self, value: Any) -> Any:
        items = super().read(value)
        if len(set(items)) < len(items):
            repeated = next(index for index, item in enumerate(items) if item in items[:index])
            raise Malformed("appears twice", "remove one").inside(repeated)
        return self.make(items)

    def schema(self) -> dict[str, Any]:
        return {**super().schema(), "uniqueItems": True}


@dataclass
class MapOf:
    """An object whose fields are names, with values of one shape."""

    name: Text
    item: Shape

    def read(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise unexpected(value, "an object with names for its fields")
        items: dict[str, Any] = {}
        for name, item in value.items():
            if not self.name.fits(name):
                raise Malformed(
                    f"has the field {describe_value(name)}", f"write {self.name.expected}"
                )
            try:
                items[name] = self.item.read(item)
            except Malformed as error:
                raise error.inside(name) from None
        return items

    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "propertyNames": self.name.schema(),
            "additionalProperties": self.item.schema(),
        }


# Records


class Record:
    """An object with declared fields.  ``make`` builds what it means of them, or raises
    `Inconsistent`."""

    def __init__(
        self,
        title: str,
        fields: Mapping[str, Shape],
        required: Collection[str] = (),
        make: Callable[..., Any] = dict,
    ) -> None:
        self.title = title
        self.fields = dict(fields)
        self.readers = {name: shape.read for name, shape in fields.items()}
        self.required = tuple(required)
        self.make = make

    def read(self, value: Any) -> Any:
        if not isinstance(value, dict):
            raise unexpected(value, f"an object for {self.title}")
        return self.read_fields(value)

    def read_fields(self, fields: dict[str, Any], tag: str | None = None) -> Any:
        """Return the meaning of the fields, without that of the ``tag``; raises `Malformed`."""
        meanings: dict[str, Any] = {}
        for name, value in fields.items():
            if name == tag:
                continue
            reader = self.readers.get(name)
            if reader is None:
                raise self._unknown_field(name)
            try:
                meanings[name] = reader(value)
            except Malformed as error:
                raise error.inside(name) from None
        for name in self.required:
            if name not in meanings:
                raise Malformed(f"lacks the field {name!r}", "add it", self.title)
        return self.build(meanings)

    def _unknown_field(self, name: str) -> Malformed:
        its_fields = f"its fields are {', '.join(self.readers)}" if self.readers else "it has none"
        remedy = suggestion(name, self.readers, its_fields)
        return Malformed(
            f"has no field {describe_value(name)}", remedy, subject=self.title, unknown=name
        )

    def build(self, fields: dict[str, Any]) -> Any:
        """Return the meaning of all fields together; raises `Inconsistent`."""
        return self.make(**fields)

    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {name: shape.schema() for name, shape in self.fields.items()},
            "required": list(self.required),
            "additionalProperties": False,
        }


def record(
    title: str, required: Mapping[str, Shape], optional: Mapping[str, Shape] | None = None
) -> Record:
    """Return the shape of an object with these fields, and perhaps those."""
    return Record(title, {**required, **(optional or {})}, tuple(required))


def fields_of(words: Collection[str], shape: Shape) -> dict[str, Shape]:
    """Return fields of one shape."""
    return dict.fromkeys(words, shape)


# Alternatives


@dataclass
class Either:
    """A shape, or one constant in its place."""

    shape: Shape
    constant: str | None

    def read(self, value: Any) -> Any:
        if value == self.constant:
            return value
        return self.shape.read(value)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [self.shape.schema(), {"const": self.constant}]}


@dataclass
class OneOf:
    """One of several records: the first whose field, by which they are named here, is there, or
    else another."""

    records: Mapping[str, Shape]
    otherwise: Shape | None = None

    def read(self, value: Any) -> Any:
        if not isinstance(value, dict):
            raise unexpected(value, "an object")
        for field, shape in self.records.items():
            if field in value:
                return shape.read(value)
        if self.otherwise is None:
            raise Malformed(f"has none of the fields {', '.join(self.records)}", "add one of them")
        return self.otherwise.read(value)

    def schema(self) -> dict[str, Any]:
        alternatives = [shape.schema() for shape in self.records.values()]
        if self.otherwise is not None:
            alternatives.append(self.otherwise.schema())
        return {"oneOf": alternatives}


@dataclass
class Tagged:
    """One of several records, distinguished by the value of one field."""

    tag: str
    records: Mapping[str, Record]

    def read(self, value: Any) -> Any:
        if not isinstance(value, dict):
            raise unexpected(value, f"an object with the field {self.tag!r}")
        if self.tag not in value:
            raise Malformed(f"lacks the field {self.tag!r}", "add it")
        word = value[self.tag]
        if not isinstance(word, str):
            raise unexpected(word, f"the name of the {self.tag}").inside(self.tag)
        record = self.records.get(word)
        if record is None:
            remedy = suggestion(word, self.records, f"{self.tag}.schema.json lists them all")
            raise Malformed(f"is {describe_value(word)}, which does not exist", remedy).inside(
                self.tag
            )
        return record.read_fields(value, self.tag)

    def schema(self) -> dict[str, Any]:
        definitions = {}
        for word, record in self.records.items():
            schema = record.schema()
            schema["properties"] = {self.tag: {"const": word}, **schema["properties"]}
            schema["required"] = [self.tag, *schema["required"]]
            definitions[word] = schema
        return {
            "oneOf": [{"$ref": f"#/$defs/{word}"} for word in definitions],
            "$defs": definitions,
        }


# Schemas in files of their own

DRAFT = "https://json-schema.org/draft/2020-12/schema"


class Reference:
    """A shape whose schema stands in a file of its own."""

    def __init__(self, shape: Shape, name: str) -> None:
        self.read = shape.read
        self.name = name

    def schema(self) -> dict[str, Any]:
        return {"$ref": f"{self.name}.schema.json"}


def schemas_of(files: Mapping[str, tuple[str, Shape]]) -> dict[str, dict[str, Any]]:
    """Return the schema of each shape by its name; the name with `.schema.json` is its `$id`, the
    text its title."""
    schemas = {}
    for name, (title, shape) in files.items():
        head = {"$schema": DRAFT, "$id": f"{name}.schema.json", "title": title}
        schemas[name] = {**head, **shape.schema()}
    return schemas
