"""Check theorems against states and steps."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from ..machine import Command, Machine, Outcome, State
from ..machine.entities import Entity
from ..machine.values import Value
from ..machine.world import World
from .theorems import Change, Step, Theorem
from .theorems.theorem import ROWS_RAISE, Expectation, Readable, is_met, is_shown, look_up


class Judged(NamedTuple):
    """The outcome of a step (None: the rows raised), and the theorems that it breaks, each with its demand."""

    outcome: Outcome | None
    broken: tuple[tuple[str, Expectation], ...]


class EntityName(Value):
    """An entity to look at: something to ask of a state, as a command is."""

    __slots__ = ()
    kind: type[Entity]
    name: str


class Seen(NamedTuple):
    """Of an entity in one state: the theorems that it breaks, each with what it demands, and those that it reaches."""

    broken: tuple[tuple[str, Expectation], ...] = ()
    reached: tuple[str, ...] = ()


class Judge:
    """Theorems, ready to be checked against the steps and the states of one machine.

    Both methods take a state and give one, like a machine's step, so both can be memoised.
    ``asked`` has the theorems that had anything to demand so far, by name.
    """

    def __init__(self, machine: Machine, theorems: Iterable[Theorem]) -> None:
        self.machine = machine
        self.asked: set[str] = set()
        self._about: dict[tuple[str, type[Any]], list[Theorem]] = {}
        for theorem in theorems:
            for about in theorem.about:
                self._about.setdefault((theorem.form, about), []).append(theorem)

    def step(self, state: State, command: Command) -> tuple[State, Judged]:
        """Return the machine's step, judged."""
        outcome: Outcome | None
        try:
            after, outcome = self.machine.step(state, command)
        except ROWS_RAISE:
            after, outcome = state, None
        step = Step(self.machine.world(state), command, self.machine.world(after), outcome, self.machine)
        broken = [*self.of_request(step)]
        for kind, name in step.changed():
            broken += self.of_change(step, kind, name)
        return after, Judged(outcome, tuple(broken))

    def look(self, state: State, at: EntityName) -> tuple[State, Seen]:
        """Return the state unchanged, with the theorems that one entity in it breaks and reaches."""
        return state, self.of_entity(self.machine.world(state), at)

    def of_entity(self, world: World, at: EntityName) -> Seen:
        """Return the theorems that one entity, which must exist, breaks and reaches."""
        always = self._about.get(("always", at.kind), ())
        sometimes = self._about.get(("sometimes", at.kind), ())
        entity = world.entity(at.kind, at.name)
        broken = tuple(self._unmet(always, entity, lambda fact: is_shown(fact, world)))
        return Seen(broken, tuple(theorem.name for theorem in sometimes if is_reached(theorem, entity)))

    def of_request(self, step: Step) -> Iterator[tuple[str, Expectation]]:
        """Return the theorems about the command that the step breaks."""
        on = self._about.get(("request", type(step.command)), ())
        return self._unmet(on, step, lambda expected: is_met(expected, step))

    def of_change(self, step: Step, kind: type[Entity], name: str) -> Iterator[tuple[str, Expectation]]:
        """Return the theorems about a changed entity that the step breaks."""
        change = Change(step, name, look_up(step.before, kind, name), look_up(step.after, kind, name))
        about = self._about.get(("change", kind), ())
        self.asked.update(theorem.name for theorem in about)
        return self._unmet(about, change, lambda _: False)

    def _unmet(
        self, theorems: Iterable[Theorem], seen: Any, is_met: Callable[[Any], bool]
    ) -> Iterator[tuple[str, Expectation]]:
        """Yield the demands of theorems that are not met."""
        for theorem in theorems:
            try:
                for expected in theorem.check(seen):
                    self.asked.add(theorem.name)
                    if not is_met(expected):
                        yield theorem.name, expected
            except ROWS_RAISE:
                yield theorem.name, Readable()


def is_reached(theorem: Theorem, entity: Entity) -> bool:
    """Return whether the entity is as the theorem says; an entity that cannot be read is not."""
    try:
        return bool(theorem.check(entity))
    except ROWS_RAISE:
        return False
