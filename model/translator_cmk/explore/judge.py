"""Check theorems against states and steps."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from ..machine import Command, Machine, Outcome, State
from ..machine.entities import KINDS, Entity
from ..machine.values import Value
from ..machine.world import World
from .theorems.theorem import ROWS_RAISE, Change, Expectation, Readable, Step, Theorem, is_met, is_shown, look_up

Unmet = tuple[tuple[str, Expectation], ...]
"""The theorems that something breaks, by name, each with what it demands."""


class Judged(NamedTuple):
    """The outcome of a step (None: the rows raised), and the theorems that it breaks."""

    outcome: Outcome | None
    broken: Unmet


class EntityName(Value):
    """An entity to look at: something to ask of a state, as a command is."""

    __slots__ = ()
    kind: type[Entity]
    name: str


def entities_of(state: State, kinds: Iterable[type[Entity]] = KINDS) -> Iterator[EntityName]:
    """Yield every entity in the state."""
    return (EntityName(kind, name) for kind in kinds for name in state.tables[kind])


class Judge:
    """Theorems, ready to be checked against the steps and the states of one machine.

    Both `step` and `look` take a state and give one, like a machine's step, so both can be memoised.
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
        broken = [*self._unmet(("request", type(command)), step, lambda expected: is_met(expected, step))]
        for kind, name in step.changed():
            change = Change(step, name, look_up(step.before, kind, name), look_up(step.after, kind, name))
            self.asked.update(theorem.name for theorem in self._about.get(("change", kind), ()))
            broken += self._unmet(("change", kind), change, lambda _: False)
        return after, Judged(outcome, tuple(broken))

    def look(self, state: State, at: EntityName) -> tuple[State, Unmet]:
        """Return the state unchanged, with the theorems that one entity in it breaks."""
        return state, self.of_entity(self.machine.world(state), at)

    def of_entity(self, world: World, at: EntityName) -> Unmet:
        """Return the theorems that one entity, which must exist, breaks."""
        entity = world.entity(at.kind, at.name)
        return tuple(self._unmet(("always", at.kind), entity, lambda fact: is_shown(fact, world)))

    def _unmet(
        self, about: tuple[str, type[Any]], seen: Any, is_met: Callable[[Any], bool]
    ) -> Iterator[tuple[str, Expectation]]:
        """Yield the demands of theorems that are not met."""
        for theorem in self._about.get(about, ()):
            try:
                for expected in theorem.check(seen):
                    self.asked.add(theorem.name)
                    if not is_met(expected):
                        yield theorem.name, expected
            except ROWS_RAISE:
                yield theorem.name, Readable()
