"""Shapes of JSON values: each is declared once, reads values with clear errors, and gives its JSON Schema."""

import re
from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from typing import Any, Protocol

from .sentences import NAME


class WireError(ValueError):
    """A message is malformed.  Its text is one line: where, what is wrong, and what to do."""

    def __init__(self, where: str, what: str, remedy: str) -> None:
        super().__init__(f"{where}: {what}; {remedy}" if where else f"{what}; {remedy}")


class Misfit(ValueError):
    """The fields of a record, each right in itself, do not fit together.  Its arguments: what is wrong, what to do."""


class Place:
    """A part of a message: where the message comes from (such as `FILE:LINE`), and the path to the part inside it."""

    __slots__ = ("path", "where")

    def __init__(self, where: str, path: str = "") -> None:
        self.where = where
        self.path = path

    def field(self, name: str) -> "Place":
        """Return the part in this field."""
        return Place(self.where, f"{self.path}.{name}" if self.path else name)

    def item(self, index: int) -> "Place":
        """Return the part at this index of a list."""
        return Place(self.where, f"{self.path}[{index}]")

    def error(self, what: str, remedy: str, subject: str = "the message") -> WireError:
        """Return the error that this part, by its path or else as ``subject``, is so."""
        return WireError(self.where, f"{self.path or subject} {what}", remedy)


class Somewhere(Place):
    """Some part of a message.  It is not found out which, as long as nothing is wrong."""

    __slots__ = ()

    def field(self, name: str) -> Place:  # noqa: ARG002  # as for a place that is known
        return self

    def item(self, index: int) -> Place:  # noqa: ARG002  # likewise
        return self


class Shape(Protocol):
    """One kind of JSON value.  ``schema`` accepts what ``read`` does."""

    def read(self, value: Any, at: Place) -> Any:
        """Return the meaning of the value; raises `WireError`."""

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the value."""


def called(value: Any) -> str:
    """Return the name of a JSON value in an error: the value itself if it is short, otherwise its type."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return ascii(value) if len(value) <= 40 else f"a text of {len(value)} characters"
        case float():
            return f"the number {value}"
        case int():
            return f"the number {value}" if abs(value) < 10**12 else "a number of more than 12 digits"
        case list():
            return "a list"
        case dict():
            return "an object"
        case None:
            return "null"
    return f"of the type {type(value).__name__}"


def wrong(value: Any, at: Place, expected: str) -> WireError:
    """Return the error that the value is not what is expected."""
    if value is None and at.path:
        return at.error("is null, which protocol 1 does not know", "leave the field out, or give it a value")
    return at.error(f"is {called(value)}", f"write {expected}")


def nearest(word: Any, known: Collection[str], otherwise: str) -> str:
    """Return the remedy for an unknown word: the known one that is most like it, or ``otherwise``."""
    close = get_close_matches(str(word)[:100], known, n=1)
    return f"did you mean {close[0]!r}?" if close else otherwise


def plain(text: str) -> str:
    """Return a plain `str`: an object in this process may answer with a subclass, such as a `StrEnum`."""
    return text if type(text) is str else str.__str__(text)


class Text:
    """A text of one form, which contains no white space."""

    def __init__(self, pattern: str, form: str) -> None:
        self.pattern = re.compile(pattern)
        self.matches = self.pattern.fullmatch
        self.form = form

    def read(self, value: Any, at: Place) -> str:
        if isinstance(value, str) and self.matches(value):
            return value if type(value) is str else plain(value)
        raise wrong(value, at, self.form)

    def schema(self) -> dict[str, Any]:
        # In some languages `$` also matches before a final line break.
        return {"type": "string", "pattern": f"^{self.pattern.pattern}$", "not": {"pattern": "\\s"}}


A_NAME = Text(NAME.pattern, "a name: at most 63 letters, digits and hyphens, the first of them no hyphen")
LOCAL_NAME = Text(f"{NAME.pattern}/{NAME.pattern}", "two names with a slash between them, that of the vault first")
REQUIREMENT = Text("[a-z]+\\.[a-z0-9]+(-[a-z0-9]+)*", "the id of a requirement, such as 'vault.same-region'")


TOKEN = Text("[!-~]{1,100}", "1 to 100 visible characters of ASCII")
CODE = Text("[!-~]{1,100}", "a code of 1 to 100 visible characters of ASCII")


class Line:
    """A text for people, of 1 to ``longest`` characters of any kind: escape it before you show it."""

    def __init__(self, longest: int) -> None:
        self.longest = longest

    def read(self, value: Any, at: Place) -> str:
        if not isinstance(value, str) or not 1 <= len(value) <= self.longest:
            raise wrong(value, at, f"a text of 1 to {self.longest} characters")
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise at.error("has half of a surrogate pair, which is no character", "write it whole, or leave it out")
        return plain(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": self.longest}


class Word:
    """One of a few words."""

    def __init__(self, words: Collection[str]) -> None:
        self.words = tuple(words)

    def read(self, value: Any, at: Place) -> str:
        if isinstance(value, str) and (word := plain(value)) in self.words:
            return word
        raise wrong(value, at, f"one of {', '.join(self.words)}")

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.words)}


class Whole:
    """A whole number of at most six digits, as in sentences."""

    def __init__(self, least: int = 1, most: int = 999_999) -> None:
        self.least = least
        self.most = most

    def read(self, value: Any, at: Place) -> int:
        number = type(value) is int or (isinstance(value, int | float) and not isinstance(value, bool))
        if number and value == value // 1 and self.least <= value <= self.most:
            return int(value)  # JSON has no integers: 2048.0 is 2048
        raise wrong(value, at, f"a whole number from {self.least} to {self.most}")

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


class Flag:
    """True or false."""

    def read(self, value: Any, at: Place) -> bool:
        if isinstance(value, bool):
            return value
        raise wrong(value, at, "true or false")

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


class Several:
    """A list in which nothing stands twice.  Its order carries no meaning."""

    def __init__(self, item: Shape, make: Callable[[list[Any]], Any] = tuple) -> None:
        self.item = item
        self.make = make

    def read(self, value: Any, at: Place) -> Any:
        if not isinstance(value, list):
            raise wrong(value, at, "a list")
        read: dict[Any, None] = {}
        for index, item in enumerate(value):
            meant = self.item.read(item, at.item(index))
            if meant in read:
                raise at.item(index).error("stands there twice", "leave one out")
            read[meant] = None
        return self.make(list(read))

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.item.schema(), "uniqueItems": True}


class Named:
    """An object whose fields are names."""

    def __init__(self, name: Text, item: Shape) -> None:
        self.name = name
        self.item = item

    def read(self, value: Any, at: Place) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise wrong(value, at, "an object with names for its fields")
        for name in value:
            if not (isinstance(name, str) and self.name.matches(name)):
                raise at.error(f"has the field {called(name)}", f"write {self.name.form}")
        return {name: self.item.read(item, at.field(name)) for name, item in value.items()}

    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "propertyNames": self.name.schema(),
            "additionalProperties": self.item.schema(),
        }


class Record:
    """An object with declared fields.  ``make`` builds what it means of them, or raises `Misfit`."""

    def __init__(
        self, title: str, fields: Mapping[str, Shape], required: Collection[str] = (), make: Callable[..., Any] = dict
    ) -> None:
        self.title = title
        self.fields = dict(fields)
        self.readers = {name: shape.read for name, shape in fields.items()}
        self.required = tuple(required)
        self.needed = frozenset(required)
        self.make = make

    def read(self, value: Any, at: Place) -> Any:
        if not isinstance(value, dict):
            raise wrong(value, at, f"an object for {self.title}")
        return self.read_fields(value, at)

    def read_fields(self, fields: dict[str, Any], at: Place, tag: str | None = None) -> Any:
        """Return the meaning of the fields, without that of the ``tag``; raises `WireError`."""
        readers, read = self.readers, {}
        for name, item in fields.items():
            if reader := readers.get(name):
                read[name] = reader(item, at.field(name))
            elif name != tag:
                own = f"its fields are {', '.join(readers)}" if readers else "it has none"
                raise at.error(f"has no field {called(name)}", nearest(name, readers, own), self.title)
        if len(read) < len(readers) and not read.keys() >= self.needed:
            name = next(name for name in self.required if name not in read)
            raise at.error(f"lacks the field {name!r}", "add it", self.title)
        try:
            return self.meaning(read)
        except Misfit as misfit:
            raise WireError(at.where, *misfit.args) from None

    def meaning(self, fields: dict[str, Any]) -> Any:
        """Return the meaning of all fields together; raises `Misfit`."""
        return self.make(**fields)

    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {name: shape.schema() for name, shape in self.fields.items()},
            "required": list(self.required),
            "additionalProperties": False,
        }


SOMEWHERE = Somewhere("")


def read_at(shape: Shape, value: Any, where: str) -> Any:
    """Return the meaning of a whole message; raises `WireError`.  Only then is the wrong part looked for."""
    try:
        return shape.read(value, SOMEWHERE)
    except WireError:
        return shape.read(value, Place(where))


class Referred:
    """A shape whose schema stands in a file of its own."""

    def __init__(self, shape: Shape, name: str) -> None:
        self.read = shape.read
        self.name = name

    def schema(self) -> dict[str, Any]:
        return {"$ref": f"{self.name}.schema.json"}


class Tagged:
    """One of several records, distinguished by the value of one field."""

    def __init__(self, tag: str, records: Mapping[str, Record]) -> None:
        self.tag = tag
        self.records = dict(records)

    def read(self, value: Any, at: Place) -> Any:
        if not isinstance(value, dict):
            raise wrong(value, at, f"an object with the field {self.tag!r}")
        word = value.get(self.tag)
        if isinstance(word, str) and (record := self.records.get(word)):
            return record.read_fields(value, at, self.tag)
        if self.tag not in value:
            raise at.error(f"lacks the field {self.tag!r}", "add it")
        if not isinstance(word, str):
            raise wrong(word, at.field(self.tag), f"the name of the {self.tag}")
        remedy = nearest(word, self.records, f"{self.tag}.schema.json lists them all")
        raise at.field(self.tag).error(f"is {called(word)}, which does not exist", remedy)

    def schema(self) -> dict[str, Any]:
        definitions = {}
        for word, record in self.records.items():
            schema = record.schema()
            schema["properties"] = {self.tag: {"const": word}, **schema["properties"]}
            schema["required"] = [self.tag, *schema["required"]]
            definitions[word] = schema
        return {"oneOf": [{"$ref": f"#/$defs/{word}"} for word in definitions], "$defs": definitions}
