"""Localises faults: names the requirements that explain a difference, the likeliest first.

What a system did is compared with machines that are wrong about one requirement: they lack its rows or one of them,
have the row of its mistake, or an effect of it under any condition.  A machine that did the same explains the
difference.  Of several that one comes first which fits what was as demanded until then, and after it the nearest
(see `Rank`).  Where none did the same, each demand has the requirements without which it would not be one; and what
should not have happened those that make such things happen.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from ..language.facts import Fact, difference
from ..language.situations import situations
from ..machine import (
    COUNTER_ROWS,
    DEFAULT_STAGE,
    ROWS,
    Accepted,
    Command,
    Machine,
    Observation,
    Outcome,
    Refused,
    State,
    initial,
)
from ..machine.observation import observe
from ..machine.rows import MEANINGS, Effect, Means, Refuse, Row, Whenever, always
from ..machine.step import bind
from ..machine.values import Value
from ..machine.world import Changes
from ..machine.writes import RowsContradict
from ..requirements import load_register
from .observability import Name, Shown, alike, distance, projections_of, values_of
from .transitions import Transition, fits, may_be, transitions

Violation = tuple[Outcome | Fact, Outcome | Fact]
"""What was demanded, and what was seen instead."""

WORDS_ONLY = 0.5
"""The distance between two refusals with different reasons, or two acceptances with different records."""

BASES = ("stated", "implied", "environment", "assumed")
NONE = frozenset[str]()


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

MISTAKES = {row.requirement for row in COUNTER_ROWS}


class WrongMachine(NamedTuple):
    """A machine that is wrong about one requirement, in these rows."""

    requirement: str
    rows: tuple[Row, ...]
    machine: Machine
    how: int
    """LACKS them, MISTAKEN in having one more, or OVERDOES: an effect has lost its condition."""


class Rank(NamedTuple):
    """How likely it is that a requirement explains a difference; the least is the likeliest."""

    contradicted: bool
    """Whether the system gives reasons of other topics, or this would have shown before, or refuse what all accept."""
    distance: float
    """In how much this differs from what was seen."""
    held: bool
    """Whether it was seen to hold before."""
    overdoes: bool
    depth: int
    """0 if its rows are about the command, 1 if they are consequences, more if they are meanings behind these."""
    basis: int
    place: int
    """In the register."""


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
    held: frozenset[str] = NONE
    """The requirements behind what was as demanded before."""

    def explained(self, violations: Iterable[Violation]) -> tuple[Difference, ...]:
        """Return the violated demands, each with the requirements that explain it, the likeliest first."""
        ranks: dict[str, Rank] = {}
        for wrong, every in self._try():
            rank = self._rank(wrong, every)
            ranks[wrong.requirement] = min(rank, ranks.get(wrong.requirement, rank))
        names = sorted(ranks, key=ranks.__getitem__)
        right = self._distance(self.machine, self._transitions(self.machine))
        same = [name for name in names if ranks[name].distance <= min(WORDS_ONLY, right - WORDS_ONLY)]
        nearer = {name for name in names if ranks[name].distance < right and not ranks[name].contradicted}
        mistakes = nearer & MISTAKES  # these are likelier than an effect without its condition
        explain = tuple(
            name for name in same if not ranks[name].contradicted and not (ranks[name].overdoes and mistakes)
        )
        found = [(each, explain or self._behind(*each, names, nearer)) for each in violations]
        unexplained = [seen for (_, seen), behind in found if not behind and isinstance(seen, Fact)]
        # what the command did to another entity than it should has consequences there
        # unless a mistake that is known comes nearer to all of it
        own = in_order(mistakes or (name for each in unexplained for name in self._writing(each)))
        commands = tuple(same) or in_order(name for name, _ in self._writes())
        return tuple(
            Difference(*each, behind or (self._making(each[1], own) if isinstance(each[1], Fact) else commands))
            for each, behind in found
        )

    def _rank(self, wrong: WrongMachine, every: list[Transition]) -> Rank:
        """Return the rank of a wrong machine that would make these transitions."""
        reasons = self.outcome.because if isinstance(self.outcome, Refused) else NONE
        topics = {each.partition(".")[0] for each in reasons}
        elsewhere = bool(reasons) and wrong.requirement.partition(".")[0] not in topics
        common = any(map(refuses_what_is_common, wrong.rows)) and wrong.requirement not in reasons
        return Rank(
            common or elsewhere or self._shows_before(wrong.machine),
            self._distance(wrong.machine, every),
            wrong.requirement in self.held,
            wrong.how == OVERDOES,
            max(depth(row) for row in self._concerned(wrong)),
            *places()[wrong.requirement],
        )

    def _shows_before(self, machine: Machine) -> bool:
        """Return whether the wrong machine would have shown something else before the command."""
        state = self.before[0]
        return projections_of(machine, state, self.limit) != projections_of(self.machine, state, self.limit)

    def _distance(self, machine: Machine, every: Iterable[Transition]) -> float:
        """Return in how much the nearest of the transitions differs from what was seen."""
        return min(self._distance_of(machine, each) for each in every)

    def _distance_of(self, machine: Machine, transition: Transition) -> float:
        """Return in how much a transition differs from what was seen."""
        far, seen, shown = 0.0, self.outcome, self.shown
        if seen is not None and not fits(transition.outcome, seen, shown):
            far = WORDS_ONLY if may_be(transition.outcome, seen) else 1.0
        if self.observation is None:
            return far
        projections = projections_of(machine, transition.after, self.limit)
        return far + distance(projections, self.observation, self.skip, shown)

    def _behind(
        self, expected: Outcome | Fact, seen: Outcome | Fact, names: list[str], nearer: set[str]
    ) -> tuple[str, ...]:
        """Return the requirements behind a demand that no wrong machine violates in the same way, in this order.

        ``nearer``: those about which a wrong machine is nearer to what was seen than the right one.
        """
        if isinstance(expected, Refused):
            found = (seen.because - expected.because if isinstance(seen, Refused) else NONE) or expected.because
        elif isinstance(expected, Accepted) and not isinstance(seen, Accepted):
            found = expected.by
        elif isinstance(expected, Accepted):
            found = self._needed_for(expected)
        elif isinstance(expected, Fact):
            assert isinstance(seen, Fact)
            found = self._showing(seen, nearer) or self._needed_for(expected)
        else:
            found = expected.silent
        return tuple(sorted(found, key=lambda name: names.index(name) if name in names else len(names)))

    def _showing(self, seen: Fact, nearer: Collection[str]) -> frozenset[str]:
        """Return those of the requirements about which a wrong machine shows this."""
        return frozenset(
            wrong.requirement
            for wrong, every in self._try()
            if wrong.requirement in nearer
            and wrong.how != OVERDOES
            and any(
                alike(value, seen.value) for each in every for value in self._values(wrong.machine, each.after, seen)
            )
        )

    def _needed_for(self, expected: Accepted | Fact) -> frozenset[str]:
        """Return the requirements without which this would not be demanded."""

        def is_so(machine: Machine, transition: Transition) -> bool:
            if isinstance(expected, Accepted):
                return fits(transition.outcome, expected, self.shown)
            return any(alike(value, expected.value) for value in self._values(machine, transition.after, expected))

        return frozenset(
            wrong.requirement
            for wrong, every in self._try()
            if wrong.how == LACKS and not any(is_so(wrong.machine, each) for each in every)
        )

    def _values(self, machine: Machine, state: State, fact: Fact) -> list[object]:
        """Return the values that the field of a fact may have in a state."""
        return values_of(projections_of(machine, state, self.limit), fact)

    def _writing(self, seen: Fact) -> set[str]:
        """Return the requirements of what the command writes that write such a field, of any entity."""
        field = "state" if seen.field == "exists" else seen.field
        return {
            name
            for name, changes in self._writes()
            for (kind, _), new in changes.items()
            if seen.kind == kind.word and field in new
        }

    def _making(self, seen: Fact, own: tuple[str, ...]) -> tuple[str, ...]:
        """Return the requirements that make such a thing happen, which should not have happened here, after ``own``.

        They are those of a consequence that, without its condition, would have shown this; else those by which
        something of this kind did change; else those of the command.
        """
        after, silent = self._transitions(self.machine)[0].after, self.machine.silent
        world, written = self.machine.world(after), list(self._writes())
        found = {
            row.requirement
            for rows in self.machine.whenever.values()
            for row in rows
            for entity in world.every(row.about)
            if row.requirement not in silent
            and (changes := row.then(entity))
            and any((kind.word, name) == (seen.kind, seen.name) for kind, name in changes)
            and any(alike(each, seen.value) for each in self._values(self.machine, after.with_changes(changes), seen))
        } - {name for name, _ in written}
        changed = difference(observe(self.machine.world(self.before[0])), observe(world))
        about = {
            row.requirement for kind, rows in self.machine.whenever.items() if kind.word == seen.kind for row in rows
        }
        followed = {name for _, now in changed if now.kind == seen.kind for name in self._needed_for(now)} & about
        near = {name for name, changes in written for kind, _ in changes if seen.kind == kind.word}
        return (*own, *in_order((found or followed or near or {name for name, _ in written}).difference(own)))

    def _writes(self) -> Iterator[tuple[str, Changes]]:
        """Yield what each effect of the commands writes by itself, with its requirement."""
        world = self.machine.world(self.before[0])
        for command in self.commands:
            bound = bind(command, world)
            for row in () if isinstance(bound, Refused) else self.machine.rows:
                if isinstance(row, Effect) and row.on is type(command) and row.requirement not in self.machine.silent:
                    for target in [(bound, each) for each in world.every(row.each)] if row.each else [(bound,)]:
                        if row.when(*target):
                            yield row.requirement, row.then(*target)

    def _try(self) -> Iterator[tuple[WrongMachine, list[Transition]]]:
        """Yield each wrong machine that may answer otherwise, with every transition of the commands in it.

        One that comes to no answer explains nothing: no system could do what it does.
        """
        for wrong in wrong_machines(self.machine):
            if self._concerned(wrong):
                try:
                    yield wrong, self._transitions(wrong.machine)
                except (RowsContradict, AttributeError):  # without its condition an effect may follow a missing link
                    continue

    def _concerned(self, wrong: WrongMachine) -> list[Row]:
        """Return those rows of a wrong machine that the commands may meet."""
        types = {type(command) for command in self.commands}
        return [row for row in wrong.rows if isinstance(row, Means | Whenever) or row.on in types]

    def _transitions(self, machine: Machine) -> list[Transition]:
        """Return every transition of the commands in a machine."""
        return [
            transition
            for command in self.commands
            for state in self.before
            for transition in transitions(machine, state, command, self.limit).possible
        ]


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names of requirements, each once, the firmest basis first."""
    return tuple(sorted(set(names), key=places().__getitem__))


def depth(row: Row) -> int:
    """Return how far a row is from the command: 0 if it is about it, 1 if it is a consequence, then the meanings."""
    return 2 + MEANINGS.index(row.meaning) if isinstance(row, Means) else int(isinstance(row, Whenever))


@cache
def places() -> dict[str, tuple[int, int]]:
    """Return the basis of each requirement and its place in the register, as numbers."""
    return {name: (BASES.index(each.basis), at) for at, (name, each) in enumerate(load_register().items())}


def meanings_shown(machine: Machine, before: State, after: State) -> Iterator[str]:
    """Yield the requirements of meanings that hold of something after a step, by this alone, and did not before it."""
    was, now = machine.world(before), machine.world(after)
    for meaning, rows in machine.meanings.items():
        for entity in now.every(meaning.about):
            holding = [row.requirement for row in rows if row.when(entity)]
            known = was.has(meaning.about, entity.name)
            if len(holding) == 1 and known and not meaning(was.entity(meaning.about, entity.name)):
                yield holding[0]


@lru_cache(maxsize=8)
def wrong_machines(machine: Machine) -> tuple[WrongMachine, ...]:
    """Return every machine that is wrong about one requirement which is not silent in this one."""
    rows, silent = machine.rows, machine.silent
    firm = [row for row in rows if row.requirement not in silent]
    by_requirement: dict[str, tuple[Row, ...]] = {}
    for row in firm:
        by_requirement[row.requirement] = (*by_requirement.get(row.requirement, ()), row)
    lacking = [*by_requirement.values(), *((row,) for less in by_requirement.values() if len(less) > 1 for row in less)]
    return (
        *(
            WrongMachine(less[0].requirement, less, Machine([row for row in rows if row not in less], silent), LACKS)
            for less in lacking
        ),
        *(
            WrongMachine(row.requirement, (row,), Machine((*rows, row), silent), MISTAKEN)
            for row in COUNTER_ROWS
            if row not in rows
        ),
        *(
            WrongMachine(
                row.requirement,
                (row,),
                Machine([row._replace(when=always) if each is row else each for each in rows], silent),
                OVERDOES,
            )
            for row in firm
            if isinstance(row, Effect) and row.when is not always
        ),
    )


@cache
def refuses_what_is_common(row: Row) -> bool:
    """Return whether the row of a mistake refuses a command of a situation, which nearly every system accepts."""
    if not isinstance(row, Refuse) or row not in COUNTER_ROWS:
        return False
    machine = Machine((*ROWS, row))
    for situation in situations().values():
        state = initial(DEFAULT_STAGE)
        for command in situation.commands:
            state, outcome = machine.step(state, command)
            if isinstance(outcome, Refused):
                return True
    return False
