"""What a theorem is: a sentence that holds of every state, of every step, or somewhere.

Theorems read records and what a customer sees of them.  They never call a row, nor a meaning that rows give.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from types import SimpleNamespace
from typing import Any, Literal, NamedTuple

from ...language.facts import ABSENT, Fact
from ...machine import Accepted, Command, KeyUse, Outcome, Refused, Unspecified
from ...machine.entities import KINDS, Entity
from ...machine.observation import SEEN
from ...machine.values import Value
from ...machine.world import World


class Uses(Value):
    """The audit trail of the step has these uses of keys and no others."""

    __slots__ = ()
    uses: tuple[KeyUse, ...] = ()


class Named(Value):
    """The acceptance names this requirement among those by which something changed, or does not."""

    __slots__ = ()
    requirement: str
    given: bool


class Unchanged(Value):
    """The step changes nothing."""

    __slots__ = ()


class Readable(Value):
    """The step leaves records that can be read: none lacks what others lead to."""

    __slots__ = ()


Expectation = Fact | Outcome | Uses | Named | Unchanged | Readable
"""What must be so after a step: a fact, what came of the request, what was recorded, or what was left behind."""

Form = Literal["always", "request", "change", "sometimes"]


class Theorem(NamedTuple):
    """A sentence, the requirements that it speaks for, and how to check it, in one of four forms.

    - ``always``, about a kind: of every entity, yields the facts that must hold.
    - ``request``, about commands: of every step with one, yields what must have come of it.
    - ``change``, about a kind: of every entity that a step changed, yields the facts that must hold nevertheless.
    - ``sometimes``, about a kind: true of an entity that is as the sentence says; one must be reached.
    """

    form: Form
    about: tuple[type[Any], ...]
    name: str
    sentence: str
    requirements: tuple[str, ...]
    check: Callable[..., Any]
    within: tuple[str, ...] = ()  # of a ``sometimes``: the scopes in which it must be reached


class Step:
    """One step: the world before it and after it, the command, and what came of it (None: the rows broke down)."""

    def __init__(self, before: World, command: Command, after: World, outcome: Outcome | None) -> None:
        self.before = before
        self.command = command
        self.after = after
        self.outcome = outcome

    @cached_property
    def asked(self) -> Any:
        """The command with entities, as they were before, for its names; None for what does not exist."""
        fields = self.command.as_dict()
        for field in fields.keys() & KIND_OF_FIELD.keys():
            if fields[field] is not None:
                fields[field] = look_up(self.before, KIND_OF_FIELD[field], entity_name(self.command, field))
        return SimpleNamespace(**fields)

    @property
    def accepted(self) -> bool:
        """Whether the request was accepted."""
        return isinstance(self.outcome, Accepted)

    @property
    def because(self) -> frozenset[str]:
        """The reasons of a refusal; empty where there is none."""
        return self.outcome.because if isinstance(self.outcome, Refused) else frozenset()

    def changed(self) -> Iterator[tuple[type[Entity], str]]:
        """Every entity whose record is another one after the step, or gone, or new."""
        for kind in KINDS:
            was, now = self.before.tables[kind], self.after.tables[kind]
            if was is not now:
                # a recorded table says what was written to it, so that nothing else need be read
                names: Iterable[str] = now.written if hasattr(now, "written") else {**was, **now}
                yield from ((kind, name) for name in names if was.get(name) != now.get(name))


class Change(NamedTuple):
    """An entity before and after a step that changed it; None where it was not there, or is not."""

    step: Step
    name: str
    was: Any
    now: Any

    def by(self, *commands: type[Command]) -> bool:
        """Whether the step is one of these commands, and about this entity."""
        command: Any = self.step.command
        kind = type(self.was or self.now).word
        return type(command) in commands and entity_name(command, kind) == self.name


def entity_name(command: Any, field: str) -> str:
    """The full name of what the command names in the field: keys are named within their vaults."""
    return f"{command.vault}/{command.key}" if field == "key" else str(getattr(command, field))


def look_up(world: World, kind: type[Entity], name: str) -> Any:
    """The entity of that name, or None where there is none."""
    return world.entity(kind, name) if world.has(kind, name) else None


KIND_OF_FIELD: dict[str, type[Entity]] = {kind.word: kind for kind in KINDS} | {
    "to": next(kind for kind in KINDS if kind.word == "subscription"),
    "region": next(kind for kind in KINDS if kind.word == "location"),
}


VIEWS = {kind.word: (kind, shows, view) for kind, shows, view in SEEN}


def is_shown(fact: Fact, world: World) -> bool:
    """Whether a customer sees the fact; of an entity that is not there nothing is seen but its absence."""
    kind, shows, view = VIEWS[fact.kind]
    entity = look_up(world, kind, fact.name)
    there = entity is not None and shows(entity)
    if fact.field == "exists" or not there:
        return fact.field == "exists" and there is fact.value
    seen = view(entity).get(fact.field)
    if seen is None:
        return bool(fact.value == ABSENT)
    return type(seen) is type(fact.value) and bool(seen == fact.value)


def is_met(expectation: Expectation, step: Step) -> bool:
    """Whether what must be so after the step is so."""
    match expectation:
        case Fact():
            return is_shown(expectation, step.after)
        case Uses(uses=uses):
            return isinstance(step.outcome, Accepted) and step.outcome.audit == uses
        case Named(requirement=requirement, given=given):
            return isinstance(step.outcome, Accepted) and (requirement in step.outcome.by) is given
        case Unchanged():
            return not any(step.changed())
        case Readable():
            return False  # said only where reading has failed
        case Accepted():
            return step.accepted
        case Refused() | Unspecified():
            return step.outcome == expectation
