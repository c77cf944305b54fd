"""Immutable values with declared fields: the one base of commands and outcomes.

A value is a tuple whose items have names.  Millions of them are made in a search, and a tuple is
the cheapest immutable object there is.  Entities are such tuples too, and share `declare_fields`.
"""

from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import Any, ClassVar, Self, dataclass_transform

Access = Callable[[Any, int], property]
"""Returns the property for a field, from its annotation and the position of its item."""


def item_access(_hint: Any, index: int) -> property:
    """Return the property that reads an item."""
    return property(itemgetter(index))


def declare_fields(cls: Any, first: int, access: Access = item_access) -> None:
    """Turn the annotations of the tuple subclass ``cls`` into read-only properties of its items.

    The first field is item ``first``.  Names, annotations and defaults end up in ``cls.fields``,
    ``cls.hints`` and ``cls.defaults``.
    """
    cls.hints = {}
    cls.defaults = {}
    for name, hint in cls.__annotations__.items():
        if str(hint).startswith("typing.ClassVar"):
            continue
        cls.hints[name] = hint
        if name in cls.__dict__:
            cls.defaults[name] = cls.__dict__[name]
    cls.fields = tuple(cls.hints)
    for index, (name, hint) in enumerate(cls.hints.items(), start=first):
        setattr(cls, name, access(hint, index))


class Slotted(type):
    """The type of tuple classes whose values have no other attribute than their items."""

    @classmethod
    def __prepare__(cls, name: str, bases: tuple[type, ...], /, **_: Any) -> dict[str, object]:
        return {"__slots__": ()}


@dataclass_transform(frozen_default=True, eq_default=True)
class Value(tuple[Any, ...], metaclass=Slotted):
    """A tuple with named fields.  Unlike a NamedTuple, it equals only values of its own type."""

    fields: ClassVar[tuple[str, ...]]
    defaults: ClassVar[dict[str, Any]]
    hints: ClassVar[dict[str, Any]]

    def __init_subclass__(cls) -> None:
        declare_fields(cls, first=0)

    def __new__(cls, *args: Any, **named: Any) -> Self:
        """Build the value from its fields, in order or by name; `TypeError` says what is wrong."""
        if len(args) == len(cls.fields) and not named:
            return cls.unchecked(args)
        given = dict(zip(cls.fields, args, strict=False)) | named
        given_twice = len(given) != len(args) + len(named)
        unknown = given.keys() - set(cls.fields)
        if len(args) > len(cls.fields) or given_twice or unknown:
            raise TypeError(f"{cls.__name__} takes the fields {', '.join(cls.fields)}")
        values = cls.defaults | given
        for name in cls.fields:
            if name not in values:
                raise TypeError(f"{cls.__name__} lacks the field {name}")
        return cls.unchecked(values[name] for name in cls.fields)

    @classmethod
    def unchecked(cls, items: Iterable[Any]) -> Self:
        """Build the value from all its fields in order, without the checks of the constructor."""
        return tuple.__new__(cls, items)

    def as_dict(self) -> dict[str, Any]:
        """Return the fields by name, in their declared order."""
        return dict(zip(self.fields, self, strict=True))

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and tuple.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((type(self), tuple(self)))

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self.as_dict().items())
        return f"{type(self).__name__}({fields})"

    def __getnewargs__(self) -> tuple[Any, ...]:
        return tuple(self)
