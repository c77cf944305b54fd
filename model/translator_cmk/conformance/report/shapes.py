"""What the JSON files of a report consist of, beside what messages do: shapes that read values and are JSON Schemas."""

from collections.abc import Collection, Mapping
from typing import Any

from ...language.shapes import Place, Record, Shape, WireError, wrong

LARGEST = 10**15
"""The most that is counted: JSON readers in any language have numbers of this size exactly."""


class AsIs:
    """A value that has a shape, given back as JSON has it."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape

    def read(self, value: Any, at: Place) -> Any:
        self.shape.read(value, at)
        return value

    def schema(self) -> dict[str, Any]:
        return self.shape.schema()


class Anything:
    """Whatever a system answered, right or wrong."""

    def read(self, value: Any, at: Place) -> Any:  # noqa: ARG002  # as the other shapes have it
        return value

    def schema(self) -> dict[str, Any]:
        return {}


class OrNull:
    """A value, or null where there is none."""

    def __init__(self, shape: Shape, title: str) -> None:
        self.shape = shape
        self.title = title

    def read(self, value: Any, at: Place) -> Any:
        return None if value is None else self.shape.read(value, at)

    def schema(self) -> dict[str, Any]:
        return {"description": self.title, "oneOf": [self.shape.schema(), {"type": "null"}]}


class Count:
    """A whole number, from 0 on."""

    def read(self, value: Any, at: Place) -> int:
        if type(value) is int and 0 <= value <= LARGEST:
            return value
        raise wrong(value, at, "a whole number from 0 on")

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": 0, "maximum": LARGEST}


class Number:
    """A number, with or without a fraction, from 0 on."""

    def read(self, value: Any, at: Place) -> float:
        if type(value) in (int, float) and 0 <= value <= LARGEST:
            return float(value)
        raise wrong(value, at, "a number from 0 on")

    def schema(self) -> dict[str, Any]:
        return {"type": "number", "minimum": 0, "maximum": LARGEST}


class Integer:
    """A whole number, negative or not."""

    def read(self, value: Any, at: Place) -> int:
        if type(value) is int:
            return value
        raise wrong(value, at, "a whole number")

    def schema(self) -> dict[str, Any]:
        return {"type": "integer"}


class Prose:
    """A text, which may be empty."""

    def read(self, value: Any, at: Place) -> str:
        if isinstance(value, str):
            return value
        raise wrong(value, at, "a text")

    def schema(self) -> dict[str, Any]:
        return {"type": "string"}


class Listed:
    """A list, in which something may stand twice."""

    def __init__(self, item: Shape) -> None:
        self.item = item

    def read(self, value: Any, at: Place) -> list[Any]:
        if not isinstance(value, list):
            raise wrong(value, at, "a list")
        return [self.item.read(item, at.item(index)) for index, item in enumerate(value)]

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.item.schema()}


class OneOf:
    """One of several records, told apart by a field that only one of them has."""

    def __init__(self, records: Mapping[str, Record]) -> None:
        self.records = dict(records)

    def read(self, value: Any, at: Place) -> Any:
        if not isinstance(value, dict):
            raise wrong(value, at, "an object")
        for field, record in self.records.items():
            if field in value:
                return record.read(value, at)
        raise WireError(at.where, f"it has none of {', '.join(self.records)}", "write one of them")

    def schema(self) -> dict[str, Any]:
        return {"oneOf": [record.schema() for record in self.records.values()]}


def record(title: str, needed: Mapping[str, Shape], may: Mapping[str, Shape] | None = None) -> Record:
    """An object with these fields, and perhaps those."""
    return Record(title, {**needed, **(may or {})}, tuple(needed))


def tallied(words: Collection[str], of: Shape) -> Record:
    """An object that has each of these words for a field."""
    return record("a tally", dict.fromkeys(words, of))
