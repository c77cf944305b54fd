"""Fields of foreign JSON: each is read with one line that says where it is not as it should be."""

from collections.abc import Mapping
from typing import Any

from ..errors import CommandError
from ..shapes import describe_value


class Fields:
    """An object of a plan, and where it stands there."""

    def __init__(self, source: str, path: str, value: Any) -> None:
        self.source = source
        self.path = path
        if not isinstance(value, Mapping):
            raise self.error("", value, "an object")
        self.value: Mapping[str, Any] = value

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text; without a default it has to be there."""
        return str(self._value(name, str, "a text", default))

    def mapping(self, name: str) -> Mapping[str, Any]:
        """Return an object; empty if it is not there."""
        return dict(self._value(name, Mapping, "an object", {}))

    def items(self, name: str) -> list[Any]:
        """Return a list; empty if it is not there."""
        return list(self._value(name, list, "a list", []))

    def _value(self, name: str, kind: type, expected: str, default: Any) -> Any:
        value = self.value.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, kind):
            raise self.error(name, value, expected)
        return value

    def records(self, name: str) -> list["Fields"]:
        """Return a list of objects; empty if it is not there."""
        found = []
        for index, item in enumerate(self.items(name)):
            found.append(Fields(self.source, f"{self.place(name)}[{index}]", item))
        return found

    def record(self, name: str) -> "Fields":
        """Return an object with fields of its own; empty if it is not there."""
        return Fields(self.source, self.place(name), self.mapping(name))

    def place(self, name: str) -> str:
        """Return where a field stands."""
        return f"{self.path}.{name}".strip(".")

    def error(self, name: str, value: Any, expected: str) -> CommandError:
        """Return the error that a field is not what is expected."""
        where = self.place(name) or "the plan"
        found = "missing" if value is None else describe_type(value)
        return CommandError(
            f"{self.source}: {where} is {found} where {expected} is expected; "
            "write the file again with the tool that planned the change"
        )


def describe_type(value: Any) -> str:
    """Return the type of a value, and no value: it may be a secret."""
    if isinstance(value, str):
        return "a text"
    if isinstance(value, bool | int | float):
        return "a number" if not isinstance(value, bool) else "true or false"
    return describe_value(value)
