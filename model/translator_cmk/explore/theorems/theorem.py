"""Theorems: sentences that hold in every state or of every step, and the words they are written with.

Theorems read records and what a customer sees of them.  They call a row only where no theorem has words of its own for
what the row says: `rows_without_words`.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from types import SimpleNamespace
from typing import Any, Literal, NamedTuple

from ...language.facts import ABSENT, Fact
from ...machine import ROWS, Accepted, Command, KeyUse, Machine, Outcome, Refused, RowsContradict, Unspecified
from ...machine.entities import ENTITY_KINDS, Entity, Location, Subscription
from ...machine.observation import OBSERVED_KINDS
from ...machine.rows import Row
from ...machine.values import Value
from ...machine.world import World

ROWS_RAISE = (RowsContradict, AttributeError, KeyError, TypeError)
"""What a set of rows raises that contradicts itself, or leaves something behind that cannot be read."""


class Uses(Value):
    """The audit trail of the step has these uses of keys and no others."""

    uses: tuple[KeyUse, ...] = ()


class Named(Value):
    """The acceptance names this requirement among those by which something changed, or does not."""

    requirement: str
    given: bool


class Unchanged(Value):
    """The step changes nothing."""


class Readable(Value):
    """The step leaves records that can be read: none lacks what others lead to."""


Expectation = Fact | Outcome | Uses | Named | Unchanged | Readable
"""Something that must be so after a step: a fact, an outcome, recorded uses, a named requirement, unchanged records."""

Form = Literal["always", "request", "change"]


class Theorem(NamedTuple):
    """A sentence, the requirements that it states, and its check, in one of three forms.

    - ``always``, about a kind: for every entity, yields the facts that must hold.
    - ``request``, about commands: for every step with one, yields the outcome and the facts that must follow.
    - ``change``, about a kind: for every entity that a step changed, yields the facts that must hold nevertheless.
    """

    form: Form
    about: tuple[type[Any], ...]
    name: str
    sentence: str
    requirements: tuple[str, ...]
    check: Callable[..., Any]


@dataclass(eq=False)
class Step:
    """One step of a machine: the worlds before and after it, the command, and the outcome (None: the rows failed)."""

    before: World
    command: Command
    after: World
    outcome: Outcome | None
    machine: Machine

    @cached_property
    def asked(self) -> Any:
        """Return the command with entities, as they were before, for its names; None for a name without an entity."""
        fields = self.command.as_dict()
        for field in fields.keys() & KIND_OF_FIELD.keys():
            if fields[field] is not None:
                fields[field] = look_up(self.before, KIND_OF_FIELD[field], entity_name(self.command, field))
        return SimpleNamespace(**fields)

    @property
    def accepted(self) -> bool:
        """Return whether the request was accepted."""
        return isinstance(self.outcome, Accepted)

    @property
    def because(self) -> frozenset[str]:
        """Return the reasons of a refusal; empty if it has none."""
        return self.outcome.because if isinstance(self.outcome, Refused) else frozenset()

    @property
    def by(self) -> frozenset[str]:
        """Return the requirements that an acceptance names; empty if it has none."""
        return self.outcome.by if isinstance(self.outcome, Accepted) else frozenset()

    @cached_property
    def changed(self) -> list[tuple[type[Entity], str]]:
        """Return every entity whose record is another one after the step, or gone, or new."""
        found = []
        for kind in ENTITY_KINDS:
            was, now = self.before.tables[kind], self.after.tables[kind]
            if was is not now:
                # a recorded table says what was written to it, so nothing else need be read
                names: Iterable[str] = now.written if hasattr(now, "written") else {**was, **now}
                found += [(kind, name) for name in names if was.get(name) != now.get(name)]
        return found


class Change(NamedTuple):
    """An entity before and after a step that changed it; None where it was not there, or is not."""

    step: Step
    name: str
    was: Any
    now: Any

    def by(self, *commands: type[Command]) -> bool:
        """Return whether the step is one of these commands, and about this entity."""
        command: Any = self.step.command
        kind = type(self.was or self.now).word
        return type(command) in commands and kind in command.fields and entity_name(command, kind) == self.name


def entity_name(command: Any, field: str) -> str:
    """Return the full name of the entity that the command names in the field: keys are named within their vaults."""
    return f"{command.vault}/{command.key}" if field == "key" else str(getattr(command, field))


def look_up(world: World, kind: type[Entity], name: str) -> Any:
    """Return the entity of that name, or None."""
    return world.entity(kind, name) if world.has(kind, name) else None


KIND_OF_FIELD: dict[str, type[Entity]] = {kind.word: kind for kind in ENTITY_KINDS} | {
    "to": Subscription,
    "region": Location,
}


VIEWS = {kind: (shows, view) for kind, shows, view in OBSERVED_KINDS}


def view_of(entity: Any) -> dict[str, Any] | None:
    """Return all that a customer sees of an entity; None if the customer does not see it, or it is None."""
    shows, view = VIEWS.get(type(entity), (None, None))
    return view(entity) if shows and view and shows(entity) else None


def is_shown(fact: Fact, world: World) -> bool:
    """Return whether a customer sees the fact; of an entity that is not there only its absence is seen."""
    fields = view_of(look_up(world, KIND_OF_FIELD[fact.kind], fact.name))
    if fact.field == "exists" or fields is None:
        return fact.field == "exists" and (fields is not None) is fact.value
    seen = fields.get(fact.field)
    if seen is None:
        return bool(fact.value == ABSENT)
    return type(seen) is type(fact.value) and bool(seen == fact.value)


def is_met(expectation: Expectation, step: Step) -> bool:
    """Return whether the expectation is met after the step."""
    match expectation:
        case Fact():
            return is_shown(expectation, step.after)
        case Accepted():
            return step.accepted
        case Refused() | Unspecified():
            return step.outcome == expectation
        case Uses(uses=uses):
            return isinstance(step.outcome, Accepted) and step.outcome.audit == uses
        case Named(requirement=requirement, given=given):
            return isinstance(step.outcome, Accepted) and (requirement in step.outcome.by) is given
        case Unchanged():
            return not step.changed
        case Readable():
            return False  # said only where reading has failed


def claim(form: Form, *about: type[Any], by: str) -> Callable[[Callable[..., Any]], Theorem]:
    """Make a theorem of a function: its name is the theorem's, and its docstring the sentence."""

    def made(check: Callable[..., Any]) -> Theorem:
        sentence = " ".join(str(check.__doc__).split())
        return Theorem(form, about, check.__name__.replace("_", "-"), sentence, tuple(by.split()), check)

    return made


always, request, change = partial(claim, "always"), partial(claim, "request"), partial(claim, "change")


def collected(module: dict[str, Any]) -> tuple[Theorem, ...]:
    """Return all theorems among the names of a module."""
    return tuple(value for value in module.values() if isinstance(value, Theorem))


def fact(entity: Entity, field: str, value: Any) -> Fact:
    """Return the fact that this field of the entity is seen to have this value."""
    return Fact(type(entity).word, entity.name, field, value)


def stays(change: Change) -> Iterator[Expectation]:
    """Yield that all that a customer sees of the changed entity is as it was."""
    word = type(change.was or change.now).word
    before, after = view_of(change.was), view_of(change.now)
    if before is None or after is None:
        if before is not after:
            yield Fact(word, change.name, "exists", before is not None)
            return
        before = after = {}
    differing = [field for field in before if before[field] != after[field]]
    for field in differing:
        yield Fact(word, change.name, field, ABSENT if before[field] is None else before[field])
    if not differing:
        yield Unchanged()  # something that no customer sees


def named(value: Any) -> Any:
    """Return the value, or the name of the entity that it is."""
    return value.name if isinstance(value, Entity) else value


def rows_without_words(kind: type[Any], subject: str, known: Collection[tuple[Any, str]]) -> list[Any]:
    """Return the article's rows of a kind for whose subject and requirement no theorem is written in words of its own.

    So a new row of the register's is checked on changes of it like all others, before anybody has written it a
    theorem.
    """
    rows: list[Row] = [row for row in ROWS if isinstance(row, kind)]
    return [row for row in rows if (getattr(row, subject), row.requirement) not in known]
