"""Localises faults: names the requirements that explain a difference, the likeliest first.

What a system did is compared with machines that are wrong about one requirement: they lack its rows or one of them,
have the row of its mistake, or one of its rows without its condition.  If such a machine would have done the same, its
requirement explains all that is different.  If none would, each violated demand is explained by itself: by the
requirements without which it would not be one; else by a mistake that comes nearer to what was seen than the right
machine does; else by the rows that write such a thing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from ..language.facts import Fact
from ..machine import COUNTER_ROWS, ROWS, Command, Machine, Observation, Outcome, Refused, RowsContradict, State
from ..machine.rows import Effect, Means, Refuse, Row, Whenever, always, key_inaccessible
from ..machine.step import bind
from ..machine.values import Value
from ..requirements import load_register
from .observability import Name, Shown, alike, distance, projections_of, values_of
from .transitions import Transition, fits, may_be, transitions

Violation = tuple[Outcome | Fact, Outcome | Fact]
"""What was demanded, and what was seen instead."""


class Difference(Value):
    """What was demanded, what was seen instead, and the requirements that explain this, the likeliest first."""

    __slots__ = ()
    expected: Outcome | Fact
    seen: Outcome | Fact
    requirements: tuple[str, ...] = ()


def attributed_to(differences: Iterable[Difference]) -> tuple[str, ...]:
    """Return the requirements that explain the differences, those first that explain most of them."""
    return tuple(name for name, _ in Counter(name for each in differences for name in each.requirements).most_common())


LACKS, MISTAKEN, OVERDOES = range(3)


class WrongMachine(NamedTuple):
    """A machine that is wrong about one requirement, in these rows."""

    requirement: str
    rows: tuple[Row, ...]
    machine: Machine
    how: int
    """LACKS them, MISTAKEN in having one more, or OVERDOES: one has lost its condition."""


class FailedStep(NamedTuple):
    """A step of a system that violates demands, as it is seen by the machine that it is compared with."""

    machine: Machine
    limit: int
    commands: tuple[Command, ...]
    """Those of which it may have been one."""
    before: tuple[State, ...]
    outcome: Outcome | None
    observation: Observation | None
    skip: set[Name]
    shown: Shown

    def explained(self, violations: Iterable[Violation]) -> tuple[Difference, ...]:
        """Return the violated demands, each with the requirements that explain it, the likeliest first."""
        violations = tuple(violations)
        tried = {each: every for each in wrong_machines(self.machine) if (every := self._try(each))}
        right = self._distance(self.machine, self._transitions(self.machine))
        far = {wrong: self._distance(wrong.machine, every) for wrong, every in tried.items()}
        mistakes = {wrong.requirement for wrong in far if wrong.how == MISTAKEN and far[wrong] < right}
        # a mistake that is known is likelier than a row without its condition
        same = {wrong.requirement for wrong in far if not far[wrong] and not (wrong.how == OVERDOES and mistakes)}
        behind = [same or self._needed_for(expected, tried) or mistakes for expected, _ in violations]
        if not all(behind):
            # what the command does to another entity than it should has consequences there
            writes = self._writes()
            kinds = {seen.kind for _, seen in violations if isinstance(seen, Fact)}
            own = {name for name, written in writes.items() if written & kinds}
            behind = [
                # of a name that does not exist no machine is wrong: the refusal itself has to explain
                names or own or self._making(seen) or set(writes) or getattr(expected, "because", set())
                for names, (expected, seen) in zip(behind, violations, strict=True)
            ]
        return tuple(Difference(*each, in_order(names)) for each, names in zip(violations, behind, strict=True))

    def _distance(self, machine: Machine, every: Iterable[Transition]) -> float:
        """Return in how much the nearest of the transitions differs from what was seen."""
        found = []
        for each in every:
            far = 0.0
            if self.outcome is not None and not fits(each.outcome, self.outcome, self.shown):
                far = 0.5 if may_be(each.outcome, self.outcome) else 1.0  # only reasons or records may differ
            if self.observation is not None:
                projections = projections_of(machine, each.after, self.limit)
                far += distance(projections, self.observation, self.skip, self.shown)
            found.append(far)
        return min(found)

    def _needed_for(self, expected: Outcome | Fact, tried: Mapping[WrongMachine, list[Transition]]) -> set[str]:
        """Return the requirements without which this would not be demanded."""

        def differs(machine: Machine, every: list[Transition]) -> bool:
            if isinstance(expected, Outcome):
                return not any(fits(each.outcome, expected, self.shown) for each in every)
            gone = Fact(expected.kind, expected.name, "exists", False)
            # that an entity is not there at all is another difference than one of its fields
            ends = [
                each.after for each in every if expected.field == "exists" or not self._shows(machine, each.after, gone)
            ]
            return bool(ends) and not any(self._shows(machine, after, expected) for after in ends)

        return {
            wrong.requirement for wrong, every in tried.items() if wrong.how == LACKS and differs(wrong.machine, every)
        }

    def _shows(self, machine: Machine, state: State, fact: Fact) -> bool:
        """Return whether the fact may be seen in a state."""
        return any(alike(value, fact.value) for value in values_of(projections_of(machine, state, self.limit), fact))

    def _making(self, seen: Outcome | Fact) -> set[str]:
        """Return the requirements of consequences that, without their conditions, would have shown this."""
        if not isinstance(seen, Fact):
            return set()
        after = self._transitions(self.machine)[0].after
        world = self.machine.world(after)
        return {
            row.requirement
            for rows in self.machine.whenever.values()
            for row in rows
            for entity in world.every(row.about)
            if row.requirement not in self.machine.silent
            and self._shows(self.machine, after.with_changes(row.then(entity)), seen)
        }

    def _writes(self) -> dict[str, set[str]]:
        """Return the requirements of what the commands do by themselves, with the kinds of what each writes."""
        found: dict[str, set[str]] = {}
        world = self.machine.world(self.before[0])
        for command in self.commands:
            bound = bind(command, world)
            for row in () if isinstance(bound, Refused) else self.machine.rows:
                if isinstance(row, Effect) and row.on is type(command) and row.requirement not in self.machine.silent:
                    for target in [(bound, each) for each in world.every(row.each)] if row.each else [(bound,)]:
                        if row.when(*target):
                            found.setdefault(row.requirement, set()).update(kind.word for kind, _ in row.then(*target))
        return found

    def _try(self, wrong: WrongMachine) -> list[Transition]:
        """Return every transition of the commands in a wrong machine; none if it can't answer otherwise, or at all.

        One that comes to no answer explains nothing: no system could do what it does.
        """
        types = {type(command) for command in self.commands}
        if not any(isinstance(row, Means | Whenever) or row.on in types for row in wrong.rows):
            return []
        try:
            return self._transitions(wrong.machine)
        except (RowsContradict, AttributeError):  # without its condition an effect may follow a missing link
            return []

    def _transitions(self, machine: Machine) -> list[Transition]:
        """Return every transition of the commands in a machine."""
        return [
            transition
            for command in self.commands
            for state in self.before
            for transition in transitions(machine, state, command, self.limit).possible
        ]


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names of requirements, first those that say what makes a key inaccessible; then as in the register.

    A loss has many demands behind it, but only one cause at a time.
    """
    causes = {row.requirement for row in ROWS if isinstance(row, Means) and row.meaning is key_inaccessible}
    order = list(load_register())
    return tuple(sorted(names, key=lambda name: (name not in causes, order.index(name))))


@lru_cache(maxsize=8)
def wrong_machines(machine: Machine) -> tuple[WrongMachine, ...]:
    """Return every machine that is wrong about one requirement which is not silent in this one."""
    rows = machine.rows
    firm = [row for row in rows if row.requirement not in machine.silent]
    whole = [tuple(row for row in firm if row.requirement == name) for name in {row.requirement for row in firm}]

    def wrong(less: tuple[Row, ...], more: tuple[Row, ...], how: int) -> WrongMachine:
        changed = (*(row for row in rows if row not in less), *more)
        return WrongMachine((less or more)[0].requirement, less or more, Machine(changed, machine.silent), how)

    lacking = {less: wrong(less, (), LACKS) for less in (*whole, *((row,) for row in firm))}
    mistaken = [wrong((), (row,), MISTAKEN) for row in COUNTER_ROWS if row not in rows]
    overdone = [wrong((row,), (without_condition(row),), OVERDOES) for row in firm if without_condition(row) != row]
    return (*lacking.values(), *mistaken, *overdone)


def without_condition(row: Row) -> Row:
    """Return an effect that there always is, or a refusal that there always is; other rows as they are."""
    match row:
        case Effect():
            return row._replace(when=always)
        case Refuse():
            return row._replace(when=always, unless=lambda command: False)
    return row
