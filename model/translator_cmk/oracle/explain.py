"""Localises faults: names the requirements that explain a difference, the likeliest first.

A system that is wrong about one requirement departs from the rows somewhere: a row of it does not apply, or the row of
its mistake does.  The machine in which these rows are silent makes every transition that such a system may make.  If
one of them is what was seen, the requirement explains all that is different.  Of several those come first that
stays.yaml names for such a change; then that one which is met least often, since another would have shown before.

If none is, an outcome is explained by itself (see `FailedStep._otherwise`).  If only fields differ, each is explained
by those about which such a system comes nearer to what was seen, and shows this; else by the requirement that says
that it stays as it is (see stays.yaml), or by what writes such a field.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

from ..language.facts import ABSENT, Fact
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
    RowsContradict,
    State,
    initial,
)
from ..machine.conditions import can_be_put_in_use, granted
from ..machine.entities import CUSTOMER, ENTITY_KINDS, MICROSOFT, Document, Entity, Model, Resource, Workspace
from ..machine.rows import Condition, Effect, Means, Refuse, Row, always
from ..machine.step import bind
from ..machine.values import Value
from ..requirements import load_register
from ..strict_yaml import read_yaml
from .nondeterminism import Replay, T, TooManyStates, possibilities
from .observability import Name, Projections, Shown, alike, distance, projections_of, values_of
from .transitions import fits, may_be

NONE: frozenset[str] = frozenset()

RIGHT = Machine(ROWS)

Violation = tuple[Outcome | Fact, Outcome | Fact]
"""What was demanded, and what was seen instead."""


class Difference(Value):
    """What was demanded, what was seen instead, and the requirements that explain this, the likeliest first."""

    expected: Outcome | Fact
    seen: Outcome | Fact
    requirements: tuple[str, ...] = ()


def attributed_to(differences: Iterable[Difference]) -> tuple[str, ...]:
    """Return the requirements that explain the differences, those first that explain most of them."""
    return most_explaining(each.requirements for each in differences)


def most_explaining(explanations: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return what explains several failures, those first that explain most.

    Of a failure the likeliest counts whole, the second half, the third a third, and so on.
    """
    explained = defaultdict[str, float](float)
    for names in explanations:
        for place, name in enumerate(names, start=1):
            explained[name] += 1 / place
    return tuple(sorted(explained, key=explained.__getitem__, reverse=True))


class Suspect(NamedTuple):
    """A requirement that systems may be wrong about, and the machine of all those that are wrong in this way.

    One lacks rows of it, or applies the ``row`` of its mistake.
    """

    requirement: str
    machine: Machine
    row: Row | None = None


class Explanation(NamedTuple):
    """The behaviour of a system that is wrong about a requirement in one way, and its distance from what was seen."""

    distance: float
    mistaken: bool
    requirement: str
    outcome: Outcome
    shown: Projections

    @property
    def rank(self) -> tuple[float, ...]:
        """Return how well it explains what was seen: the least does best."""
        return self.distance, self.mistaken, *places()[self.requirement]


# What stays as it is


class Stays(NamedTuple):
    """What a requirement says stays as it is, after the commands of these names; the empty one stands for all.

    ``lost``: whether it is said of what is gone, or of what comes; None for both.
    """

    requirement: str
    fields: frozenset[tuple[str, ...]]
    after: frozenset[str]
    when: Condition
    lost: bool | None


def resource_of(entity: Any) -> Any:
    """Return the resource that an entity belongs to."""
    while not isinstance(entity, Resource):
        entity = entity.workspace if "workspace" in entity.links else entity.resource
    return entity


def is_refused(command: Any, _: Any) -> bool:
    """Return whether a request for customer-managed keys has no effect, or lacks access to the key vault."""
    if command is None or not can_be_put_in_use(command):
        return True
    return command.through == "api" and not granted(command.vault, command.resource)


def of_another(command: Any, entity: Any) -> bool:
    """Return whether a command is about one resource and the entity belongs to another."""
    return hasattr(command, "resource") and resource_of(entity).name != command.resource.name


def concerns(command: Any, key: Any) -> bool:
    """Return whether a command names this key, or else its key vault."""
    return key is not None and getattr(command, "key", command.vault).name in (key.name, key.vault.name)


CONDITIONS: dict[str, Condition] = {
    "always": always,
    "is_refused": is_refused,
    "of_another": of_another,
    "moves_within_tenant": lambda command, entity: (
        getattr(command, "to", command.subscription).tenant.name == resource_of(entity).tenant.name
    ),
    "is_of_no_use": lambda c, _: not any(concerns(c, resource.key) for resource in c.vault.world.every(Resource)),
    "uses_another_key": lambda command, entity: not concerns(command, resource_of(entity).key),
    "is_without_own_key": lambda _, entity: resource_of(entity).key_source == MICROSOFT,
    "has_lost_its_key": lambda _, e: resource_of(e).key_source == CUSTOMER and resource_of(e).key is None,
    "is_there": lambda *_: True,
    "is_uncovered": lambda _, workspace: not workspace.covered,
}


TABLE = read_yaml(Path(__file__).with_name("stays.yaml")).value()

MEANT: Mapping[str, Mapping[str, str]] = TABLE["meant"]
"""For commands, what reasons to refuse them mean that are demands of others."""


def read_stays() -> Iterator[Stays]:
    """Yield the rows of stays.yaml."""
    for row in TABLE["stays"]:
        names = (name for group in row["fields"] for name in TABLE["fields"].get(group, [group]))
        fields, after = frozenset(tuple(name.split(".")) for name in names), frozenset(row.get("after", [""]))
        yield Stays(row["requirement"], fields, after, CONDITIONS[row.get("when", "always")], row.get("lost"))


STAYS = tuple(read_stays())

NOTHING = (False, ABSENT, MICROSOFT, "undeployed")
"""The values of fields where there is nothing to lose."""

DATA = {Workspace.word, Document.word, Model.word}
"""The kinds of which something is lost, with no other change, where a consequence comes without its condition."""

KIND = {kind.word: kind for kind in ENTITY_KINDS}

# A failed step


class FailedStep(NamedTuple):
    """A step of a system that violates demands, as it is seen by the machine that it is compared with."""

    machine: Machine
    limit: int
    command: Command
    before: tuple[State, ...]
    outcome: Outcome | None
    observation: Observation | None
    skip: set[Name]
    shown: Shown

    def explained(self, violations: Iterable[Violation]) -> tuple[Difference, ...]:
        """Return the violated demands, each with the requirements that explain it, the likeliest first."""
        violations = tuple(violations)
        met: set[str] = set()
        right = min(each.distance for each in self._transitions(Suspect("", self.machine), met))
        nearer = sorted((each for each in self._suspected(met) if each.distance < right), key=lambda each: each.rank)
        said = self._stay(violations, type(self.command).__name__)
        alone = once(each.requirement for each in nearer if not each.distance)
        mistakes = once(each.requirement for each in nearer if each.mistaken)
        names = tuple(sorted(alone, key=lambda name: name not in said)) or once(
            name for each in violations for name in self._otherwise(*each, mistakes)
        )
        if names:
            return tuple(Difference(*each, names) for each in violations)
        behind = [once(each.requirement for each in nearer if self._explains(each, seen)) for _, seen in violations]
        # what the command does to another entity than it should has consequences there
        unexplained = [each for each, names in zip(violations, behind, strict=True) if not names]
        own = self._behind_fields(unexplained, right) if unexplained else ()
        return tuple(Difference(*each, once((*own, *names))) for each, names in zip(violations, behind, strict=True))

    def _suspected(self, met: set[str]) -> Iterator[Explanation]:
        """Yield what systems may do that are wrong about one requirement, which is met on the way or decides a view."""
        for each in suspects(self.machine):
            of_another_command = isinstance(each.row, Effect | Refuse) and each.row.on is not type(self.command)
            if each.requirement in met | DECIDE_VIEWS if each.row is None else not of_another_command:
                yield from self._transitions(each, set())

    def _transitions(self, suspect: Suspect, met: set[str]) -> Iterator[Explanation]:
        """Yield each transition that such a system may make; into ``met`` go the requirements of rows that are met."""
        name, machine, row = suspect
        views = machine if name in DECIDE_VIEWS else self.machine
        for state in self.before:
            try:
                found = possibilities(partial(step, machine, state, self.command, met), machine.silent, self.limit)
            except TooManyStates:
                continue
            for result, replay in found:
                asked = ((each, answer) for (each, _), answer in replay.answers.items() if each.requirement == name)
                if result and (views is machine or any(answer is (each is row) for each, answer in asked)):
                    after, outcome = result
                    shown = projections_of(views, after, self.limit)
                    yield Explanation(self._distance(outcome, shown), row is not None, name, outcome, shown)

    def _distance(self, outcome: Outcome, shown: Projections) -> float:
        """Return in how much such an outcome and such an observation differ from what was seen."""
        far = 0.0
        if self.outcome is not None and not fits(outcome, self.outcome, self.shown):
            far = 0.5 if may_be(outcome, self.outcome) else 1.0  # only reasons or records may differ
        if self.observation is not None:
            far += distance(shown, self.observation, self.skip, self.shown)
        return far

    def _explains(self, explanation: Explanation, seen: Outcome | Fact) -> bool:
        """Return whether this was seen of what may be done."""
        if isinstance(seen, Fact):
            return shows(explanation.shown, seen)
        return fits(explanation.outcome, seen, self.shown)

    def _otherwise(self, expected: Outcome | Fact, seen: Outcome | Fact, mistakes: tuple[str, ...]) -> tuple[str, ...]:
        """Return the requirements that explain an outcome where being wrong about none of them alone does.

        If a command is refused: the reasons that are demands of it, or mean something else (see stays.yaml); its own
        effects, those that other commands have last, and what follows from them; mistakes that refuse it; other
        reasons.
        If a refusal gives other reasons, those that it should give, then those that it should not; if a command is
        accepted, the reasons to refuse it.
        """
        kind = type(self.command)
        meant = MEANT.get(kind.__name__, {})
        match expected, seen:
            case Accepted(by=by), Refused(because=because):
                demands = {row.requirement for row in ROWS if isinstance(row, Refuse) and row.on is kind}
                misjudged = in_order(meant.get(name, name) for name in because if name in demands or name in meant)
                own = effects_of(kind.__name__)
                effects = {(row.requirement, row.on) for row in ROWS if isinstance(row, Effect)}
                commands = Counter(name for name, _ in effects)
                nearly_always_first = sorted(by or own, key=places().__getitem__, reverse=True)
                due = sorted(nearly_always_first, key=lambda name: (name not in own, commands[name]))
                return once((*misjudged, *due, *mistakes, *in_order(because)))
            case Refused(), Refused():
                more = (meant.get(name, name) for name in seen.because - expected.because)
                return (*in_order(expected.because - seen.because), *in_order(more))
            case Refused(because=because), Accepted():
                return in_order(because)
        return ()

    def _behind_fields(self, violations: Iterable[Violation], right: float) -> tuple[str, ...]:
        """Return the requirements that say that any of these fields stays as it is after this command.

        Where it writes any of them itself, those alone count, since the others follow.  If nothing says so, and it is
        to be refused: the mistakes that write such a field, or the reasons.  Else those of its own effects that write
        such a field, of any entity; those that say that it stays after any command; if only data is lost, those of a
        consequence that, without its condition, would come nearer to what was seen; those that there are for such an
        entity, its own first; all of its own.
        """
        facts = [(due, seen) for due, seen in violations if isinstance(due, Fact) and isinstance(seen, Fact)]
        changed = {(seen.kind, seen.field) for _, seen in facts}
        written = self._writes(ROWS)
        direct = [each for each in facts if any((each[1].kind, each[1].field) in every for every in written.values())]
        after, outcome = RIGHT.step(self.before[0], self.command)
        if stays := self._stay(direct or facts, type(self.command).__name__):
            return stays
        if isinstance(outcome, Refused):
            mistakes = self._writes(COUNTER_ROWS)
            return in_order(name for name, every in mistakes.items() if every & changed) or in_order(outcome.because)
        by = outcome.by if isinstance(outcome, Accepted) else NONE
        kinds = {kind for kind, _ in changed}
        # what a resource itself loses follows from moves alone
        consequences = [row for rows in self.machine.whenever.values() for row in rows if row.about is not Resource]
        due = {row.requirement for row in consequences if row.requirement in by and row.about.word in kinds}
        return (
            in_order(name for name, every in written.items() if every & changed)
            or self._stay(facts, "")
            or in_order(
                row.requirement
                for row in consequences
                if kinds <= DATA
                for entity in self.machine.world(after).every(row.about)
                for shown in [projections_of(self.machine, after.with_changes(row.then(entity)), self.limit)]
                if any(shows(shown, seen) for _, seen in facts) and self._distance(outcome, shown) < right
            )
            or in_order(due & written.keys() or due)
            or in_order(row.requirement for row in ROWS if isinstance(row, Effect) and row.on is type(self.command))
        )

    def _stay(self, violations: Iterable[Violation], after: str) -> tuple[str, ...]:
        """Return the requirements that say that any of these facts stays as it is after a command."""
        world = self.machine.world(self.before[0])
        bound = bind(self.command, world)
        refused = isinstance(RIGHT.step(self.before[0], self.command)[1], Refused)
        shown = projections_of(self.machine, self.before[0], self.limit)

        def holds(when: Condition, kind: type[Entity], name: str) -> bool:
            """Return whether a condition holds of an entity, which need not be there if it always does."""
            return when is always or (world.has(kind, name) and when(bound, world.entity(kind, name)))

        return once(
            each.requirement
            for each in STAYS
            if after in each.after
            if each.when is is_refused or not refused
            for expected, seen in violations
            if isinstance(expected, Fact) and isinstance(seen, Fact) and (seen.kind, seen.field) in each.fields
            if (expected.kind, expected.name) not in shown or shows(shown, expected)
            if each.lost in (None, seen.value in NOTHING) and holds(each.when, KIND[seen.kind], seen.name)
        )

    def _writes(self, rows: Iterable[Row]) -> dict[str, set[tuple[str, str]]]:
        """Return the requirements of what rows do after the command, with the kinds and fields that each writes."""
        found: dict[str, set[tuple[str, str]]] = {}
        world = self.machine.world(self.before[0])
        bound = bind(self.command, world)
        for row in () if bound is None else rows:
            if isinstance(row, Effect) and row.on is type(self.command):
                for target in [(bound, each) for each in world.every(row.each)] if row.each else [(bound,)]:
                    if row.when(*target):
                        written = row.then(*target).items()
                        fields = {(kind.word, field) for (kind, _), values in written for field in values}
                        there = {(kind, "exists") for kind, field in fields if field == "state"}
                        found.setdefault(row.requirement, set()).update(fields | there)
        return found


def step(
    machine: Machine, state: State, command: Command, met: set[str], replay: Replay
) -> tuple[State, Outcome] | None:
    """Return the state after the command and the outcome; into ``met`` go the requirements of rows that are met.

    None if it comes to no answer: no system could do that.
    """

    def choose(row: Row, name: str) -> bool:
        met.add(row.requirement)
        return replay(row, name)

    try:
        return machine.step(state, command, choose)
    except (RowsContradict, AttributeError):  # without its condition an effect may follow a missing link
        return None


def effects_of(command: str) -> set[str]:
    """Return the requirements that say what a command changes; one that at most records the use of a key has none."""
    return {
        row.requirement for row in ROWS if isinstance(row, Effect) and row.on.__name__ == command and row.uses is None
    }


def shows(projections: Projections, fact: Fact) -> bool:
    """Return whether the fact may be seen."""
    return any(alike(value, fact.value) for value in values_of(projections, fact))


def once(values: Iterable[T]) -> tuple[T, ...]:
    """Return the values, each once."""
    return tuple(dict.fromkeys(values))


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Return those of the names that requirements have, each once, as in the register."""
    there = set(names)
    return tuple(name for name in load_register() if name in there)


@cache
def places() -> Mapping[str, tuple[int, int]]:
    """Return for each requirement on the way to how many situations it is met, and its place in the register."""
    machine, met = Machine(ROWS), Counter[str]()
    for situation in situations().values():
        state, by = initial(DEFAULT_STAGE), set[str]()
        for command in situation.commands:
            state, outcome = machine.step(state, command)
            by.update(outcome.by if isinstance(outcome, Accepted) else ())
        met.update(by)
    return {name: (met[name], number) for number, name in enumerate(load_register())}


DECIDE_VIEWS = frozenset(row.requirement for row in (*ROWS, *COUNTER_ROWS) if isinstance(row, Means))
"""The requirements that say what something means, which is seen without any command."""


@lru_cache(maxsize=8)
def suspects(machine: Machine) -> tuple[Suspect, ...]:
    """Return every way to be wrong about one requirement that is not silent in this machine."""
    rows = machine.rows

    def suspect(name: str, changed: Iterable[Row], row: Row | None = None) -> Suspect:
        return Suspect(name, Machine(changed, machine.silent | {name}), row)

    lacking = [suspect(name, rows) for name in once(row.requirement for row in rows) if name not in machine.silent]
    mistaken = [suspect(row.requirement, (*rows, row), row) for row in COUNTER_ROWS if row not in rows]
    return (*lacking, *mistaken)
