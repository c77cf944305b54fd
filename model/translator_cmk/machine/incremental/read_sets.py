"""Which fields a row reads, found in the bytecode of its functions."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any, NamedTuple

from ..entities import ENTITY_KINDS, Entity
from ..rows import Meaning, Whenever
from ..world import Meanings

Field = tuple[type[Entity], str]
"""A field of the entities of one kind."""


class ReadSet(NamedTuple):
    """What a row may read: the fields, and the kinds that it looks up other than by links."""

    fields: frozenset[Field]
    looked_up: frozenset[type[Entity]]


class Mentions(NamedTuple):
    """What code mentions: names of attributes, kinds of entity, and what it calls."""

    names: frozenset[str]
    kinds: frozenset[type[Entity]]
    called: tuple[FunctionType | Meaning, ...]


def read_set(row: Whenever, meanings: Meanings) -> ReadSet:
    """Return every field that the row may read, and every kind that it may look up."""
    names, looked_up = mentioned_by([row.when, row.then], meanings)
    reached = kinds_reached({row.about, *looked_up}, names)
    fields = set()
    for kind in reached:
        for field in kind.fields:
            if field in names:
                fields.add((kind, field))
    # A record that appears or disappears is a change of its state.
    for kind in {row.about, *looked_up}:
        fields.add((kind, "state"))
    return ReadSet(frozenset(fields), frozenset(looked_up))


def kinds_reached(kinds: set[type[Entity]], names: set[str]) -> set[type[Entity]]:
    """Return these kinds, and those that links of these names lead to from them."""
    reached = set(kinds)
    todo = list(kinds)
    while todo:
        links = todo.pop().links
        for name in names & links.keys():
            kind = links[name]
            if kind not in reached:
                reached.add(kind)
                todo.append(kind)
    return reached


def mentioned_by(
    functions: Iterable[Any], meanings: Meanings
) -> tuple[set[str], set[type[Entity]]]:
    """Return the names and kinds that the functions mention, themselves or in what they call."""
    names: set[str] = set()
    kinds: set[type[Entity]] = set()
    todo = list(functions)
    done = set()
    while todo:
        called = todo.pop()
        if called in done:
            continue
        done.add(called)
        if isinstance(called, Meaning):
            todo.extend(row.when for row in meanings[called])
        else:
            mentions = mentions_of(called)
            names |= mentions.names
            kinds |= mentions.kinds
            todo.extend(mentions.called)
    return names, kinds


@lru_cache(maxsize=4096)  # Many machines share their functions, and tests make hundreds.
def mentions_of(function: FunctionType) -> Mentions:
    """Return what the code of the function itself mentions."""
    names = frozenset(names_in(function.__code__))
    values = list(function.__defaults__ or ())
    for name in names:
        values.append(function.__globals__.get(name))
    for cell in function.__closure__ or ():
        values.append(cell.cell_contents)

    kinds = frozenset(kind for kind in ENTITY_KINDS if kind in values)
    called = tuple(value for value in values if isinstance(value, FunctionType | Meaning))
    return Mentions(names, kinds, called)


def names_in(code: CodeType) -> Iterator[str]:
    """Yield the names of globals and attributes in code, and in the functions written inside it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from names_in(constant)
