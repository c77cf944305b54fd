"""Check theorems against the steps and the states of one machine."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from ..machine import Command, Machine, Outcome, State
from ..machine.entities import ENTITY_KINDS, Entity
from .theorems.expectations import Expectation, Readable, is_met, is_shown
from .theorems.steps import ROWS_RAISE, EntityChange, MachineStep, look_up
from .theorems.theorem import Theorem


class Unmet(NamedTuple):
    """A theorem that something breaks, by name, and what it demands."""

    theorem: str
    expected: Expectation


class Judged(NamedTuple):
    """The outcome of a step (None: the rows raised), and the theorems that it breaks."""

    outcome: Outcome | None
    broken: tuple[Unmet, ...]


class EntityName(NamedTuple):
    """An entity to look at: something to ask of a state, as a command is."""

    kind: type[Entity]
    name: str


def entities_of(state: State, kinds: Iterable[type[Entity]] = ENTITY_KINDS) -> Iterator[EntityName]:
    """Yield every entity in the state."""
    for kind in kinds:
        for name in state.tables[kind]:
            yield EntityName(kind, name)


class Judge:
    """Theorems, ready to be checked against the steps and the states of one machine.

    Both `step` and `look` take a state and give one, like a machine's step, so both can be
    memoised. ``asked`` has the theorems that had anything to demand so far, by name.
    """

    def __init__(self, machine: Machine, theorems: Iterable[Theorem]) -> None:
        self.machine = machine
        self.asked: set[str] = set()
        self._changed: set[type[Entity]] = (
            set()
        )  # the kinds whose theorems about changes were asked
        self._about: dict[tuple[str, type[Any]], list[Theorem]] = {}
        for theorem in theorems:
            for about in theorem.about:
                self._about.setdefault((theorem.form, about), []).append(theorem)

    def kinds_looked_at(self) -> list[type[Entity]]:
        """Return the kinds of entities that theorems about states are about."""
        return [kind for kind in ENTITY_KINDS if ("always", kind) in self._about]

    def step(self, state: State, command: Command) -> tuple[State, Judged]:
        """Return the machine's step, judged."""
        outcome: Outcome | None
        try:
            after, outcome = self.machine.step(state, command)
        except ROWS_RAISE:
            after, outcome = state, None
        step = MachineStep(
            self.machine.world(state), command, self.machine.world(after), outcome, self.machine
        )
        broken = list(
            self._unmet(
                self._theorems("request", type(command)), step, lambda demand: is_met(demand, step)
            )
        )
        for kind, name in step.changed:
            broken.extend(self._broken_by_change(step, kind, name))
        return after, Judged(outcome, tuple(broken))

    def _broken_by_change(
        self, step: MachineStep, kind: type[Entity], name: str
    ) -> Iterator[Unmet]:
        """Yield the theorems about changes that a step breaks, which changed this entity."""
        theorems = self._theorems("change", kind)
        if kind not in self._changed:
            self._changed.add(kind)
            self.asked.update(theorem.name for theorem in theorems)
        change = EntityChange(
            step, name, look_up(step.before, kind, name), look_up(step.after, kind, name)
        )
        yield from self._unmet(theorems, change, lambda _: False)

    def look(self, state: State, at: EntityName) -> tuple[State, tuple[Unmet, ...]]:
        """Return the state unchanged, with the theorems that one entity in it, which must exist,
        breaks.
        """
        world = self.machine.world(state)
        entity = world.entity(at.kind, at.name)
        broken = self._unmet(
            self._theorems("always", at.kind), entity, lambda fact: is_shown(fact, world)
        )
        return state, tuple(broken)

    def _theorems(self, form: str, about: type[Any]) -> list[Theorem]:
        """Return the theorems of a form about a command or a kind of entity."""
        return self._about.get((form, about), [])

    def _unmet(
        self, theorems: Iterable[Theorem], seen: Any, is_met: Callable[[Any], bool]
    ) -> Iterator[Unmet]:
        """Yield the demands of theorems that are not met."""
        for theorem in theorems:
            try:
                for expected in theorem.check(seen):
                    self.asked.add(theorem.name)
                    if not is_met(expected):
                        yield Unmet(theorem.name, expected)
            except ROWS_RAISE:
                yield Unmet(theorem.name, Readable())
