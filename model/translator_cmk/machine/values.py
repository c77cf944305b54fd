"""Immutable values with declared fields: the one base of commands, outcomes and entities."""

from collections.abc import Callable
from operator import itemgetter
from typing import Any, ClassVar, Self, dataclass_transform


def declare_fields(cls: Any, first: int, access: Callable[[Any, int], property] | None = None) -> None:
    """Turn the annotations of the tuple subclass ``cls`` into read-only properties of its items, from ``first`` on.

    Names and defaults end up in ``cls.fields`` and ``cls.defaults``.  ``access`` may supply an annotation's property.
    """
    hints = {name: hint for name, hint in cls.__annotations__.items() if not str(hint).startswith("typing.ClassVar")}
    cls.fields = tuple(hints)
    cls.defaults = {name: cls.__dict__[name] for name in hints if name in cls.__dict__}
    cls.hints = hints
    for index, (name, hint) in enumerate(hints.items(), start=first):
        setattr(cls, name, access(hint, index) if access else property(itemgetter(index)))


class Slotted(type):
    """The type of tuple classes whose values have their items and no other attribute, as `__slots__ = ()` has it."""

    @classmethod
    def __prepare__(cls, name: str, bases: tuple[type, ...], /, **_: Any) -> dict[str, object]:
        return {"__slots__": ()}


@dataclass_transform(frozen_default=True, eq_default=True)
class Value(tuple[Any, ...], metaclass=Slotted):
    """A tuple with named fields that equals only values of its own type (a NamedTuple equals any tuple)."""

    fields: ClassVar[tuple[str, ...]]
    defaults: ClassVar[dict[str, Any]]
    hints: ClassVar[dict[str, Any]]

    def __init_subclass__(cls) -> None:
        declare_fields(cls, first=0)

    def __new__(cls, *args: Any, **named: Any) -> Self:
        """Build the value from its fields, in order or by name; ``TypeError`` names a missing or unknown field."""
        if len(args) == len(cls.fields) and not named:
            return tuple.__new__(cls, args)
        given = dict(zip(cls.fields, args, strict=False)) | named
        if len(args) > len(cls.fields) or len(given) != len(args) + len(named) or not given.keys() <= set(cls.fields):
            raise TypeError(f"{cls.__name__} takes the fields {', '.join(cls.fields)}")
        full = cls.defaults | given
        missing = [name for name in cls.fields if name not in full]
        if missing:
            raise TypeError(f"{cls.__name__} lacks the field {missing[0]}")
        return tuple.__new__(cls, [full[name] for name in cls.fields])

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
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.as_dict().items())})"

    def __getnewargs__(self) -> tuple[Any, ...]:
        return tuple(self)
