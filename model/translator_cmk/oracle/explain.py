"""Localises faults: names the requirements that explain a difference, the likeliest first.

A system that is wrong about one requirement departs from the rows somewhere: a row of it does not apply, the row of its
mistake does, or an effect of it comes without its condition.  The machine in which these rows are silent makes every
transition that such a system may make.  If one of them is what was seen, the requirement explains all that is
different.  Of several that one comes first which is met least often: another would have shown before.

If none is, an outcome is explained by itself (see `FailedStep._otherwise`).  If only fields differ, each is explained
by those about which such a system comes nearer to what was seen, and shows this; else by the requirement that says
that it stays as it is (see stays.yaml), or by what writes such a field.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

from ..files import read
from ..language.sentences import Fact, situations
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
from ..machine.entities import CUSTOMER, KINDS, MICROSOFT, Resource
from ..machine.rows import Condition, Effect, Means, Refuse, Row, always, can_be_put_in_use, granted
from ..machine.step import bind
from ..machine.values import Value
from ..requirements import load_register
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


LACKS, MISTAKEN, OVERDOES = range(3)


class Suspect(NamedTuple):
    """A requirement that systems may be wrong about, and the machine of all those that are wrong in this way.

    ``how``: one that LACKS it does not apply rows of it; one that is MISTAKEN applies the ``row`` of its mistake, one
    that OVERDOES it this effect without its condition.
    """

    requirement: str
    how: int
    machine: Machine
    row: Row | None = None


class Explanation(NamedTuple):
    """The behaviour of a system that is wrong about a requirement in one way, and its distance from what was seen."""

    distance: float
    how: int
    requirement: str
    outcome: Outcome
    shown: Projections

    @property
    def rank(self) -> tuple[float, ...]:
        """Return how well it explains what was seen: the least does best."""
        return self.distance, self.how, *places()[self.requirement]


# What stays as it is


class Stays(NamedTuple):
    """What a requirement says stays as it is, after the commands of these names; the empty one stands for all."""

    requirement: str
    fields: frozenset[tuple[str, ...]]
    after: frozenset[str]
    when: Condition


def resource_of(entity: Any) -> Any:
    """Return the resource that an entity belongs to."""
    while not isinstance(entity, Resource):
        entity = entity.workspace if "workspace" in entity.links else entity.resource
    return entity


def is_refused(command: Any, _: Any) -> bool:
    """Return whether a request for customer-managed keys has no effect, or lacks access to the key vault."""
    if not can_be_put_in_use(command):
        return True
    return command.through == "api" and not granted(command.vault, command.resource)


def of_another(command: Any, entity: Any) -> bool:
    """Return whether a command is about one resource and the entity belongs to another."""
    return hasattr(command, "resource") and resource_of(entity).name != command.resource.name


def is_of_no_use(command: Any, _: Any) -> bool:
    """Return whether no resource uses the key that a command names, or else any key of the key vault."""
    named = getattr(command, "key", command.vault).name
    used = [each.key for each in command.vault.world.every(Resource) if each.key is not None]
    return all(named not in (key.name, key.vault.name) for key in used)


def uses_another_vault(command: Any, entity: Any) -> bool:
    """Return whether the key of an entity's resource is in another key vault."""
    key = resource_of(entity).key
    return key is not None and key.vault.name != command.vault.name


CONDITIONS: dict[str, Condition] = {
    "always": always,
    "is_refused": is_refused,
    "of_another": of_another,
    "moves_within_tenant": lambda command, entity: (
        getattr(command, "to", command.subscription).tenant.name == resource_of(entity).tenant.name
    ),
    "is_of_no_use": is_of_no_use,
    "uses_another_vault": uses_another_vault,
    "is_without_own_key": lambda _, entity: resource_of(entity).key_source == MICROSOFT,
    "has_lost_its_key": lambda _, e: resource_of(e).key_source == CUSTOMER and resource_of(e).key is None,
    "is_there": lambda *_: True,
    "is_undeployed": lambda _, model: model.state == "undeployed",
    "is_uploaded": lambda _, document: document.state == "uploaded",
    "is_deleted": lambda _, document: document.state != "uploaded",
    "is_uncovered": lambda _, workspace: not workspace.covered,
}


def read_stays() -> Iterator[Stays]:
    """Yield the rows of stays.yaml."""
    table = read(Path(__file__).with_name("stays.yaml")).value()
    for row in table["stays"]:
        names = (name for group in row["fields"] for name in table["fields"].get(group, [group]))
        after, when = frozenset(row.get("after", [""])), CONDITIONS[row.get("when", "always")]
        yield Stays(row["requirement"], frozenset(tuple(name.split(".")) for name in names), after, when)


STAYS = tuple(read_stays())

KIND = {kind.word: kind for kind in KINDS}

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
        right = min(each.distance for each in self._transitions(Suspect("", LACKS, self.machine), met))
        nearer = sorted((each for each in self._suspected(met) if each.distance < right), key=lambda each: each.rank)
        mistakes = once(each.requirement for each in nearer if each.how == MISTAKEN)
        # a mistake that is known is likelier than an effect without its condition
        nearer = [each for each in nearer if not (each.how == OVERDOES and mistakes)]
        names = once(each.requirement for each in nearer if not each.distance)
        names = names or once(name for each in violations for name in self._otherwise(*each, mistakes))
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
        name, how, machine, row = suspect
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
                    yield Explanation(self._distance(outcome, shown), how, name, outcome, shown)

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

        If a command is refused: the mistakes that refuse it, if they are about the topic of the reasons that it gives;
        the reasons, if it has several demands, and they are among them; its own effects, those that other commands have
        last, and what follows from them; other mistakes; other reasons.
        If a refusal gives other reasons, those that it should give, then those that it should not; if a command is
        accepted, the reasons to refuse it.
        """
        match expected, seen:
            case Accepted(by=by), Refused(because=because):
                kind = type(self.command)
                demands = {row.requirement for row in ROWS if isinstance(row, Refuse) and row.on is kind}
                misjudged = in_order(because & demands) if len(demands) > 1 else ()
                effects = [row for row in ROWS if isinstance(row, Effect) and row.uses is None]
                own = {row.requirement for row in effects if row.on is kind}
                commands = Counter(name for name, _ in {(row.requirement, row.on) for row in effects})
                topics = {name.partition(".")[0] for name in because}
                near = [name for name in mistakes if name.partition(".")[0] in topics]
                nearly_always_first = sorted(by or own, key=places().__getitem__, reverse=True)
                due = sorted(nearly_always_first, key=lambda name: (name not in own, commands[name]))
                return once((*near, *misjudged, *due, *mistakes, *in_order(because)))
            case Refused(), Refused():
                return (*in_order(expected.because - seen.because), *in_order(seen.because - expected.because))
            case Refused(because=because), Accepted():
                return in_order(because)
        return ()

    def _behind_fields(self, violations: Iterable[Violation], right: float) -> tuple[str, ...]:
        """Return the requirements that say that any of these fields stays as it is after this command.

        If none does, and it is to be refused: the mistakes that write such a field, or the reasons.  Else those of its
        own effects that write such a field, of any entity; those that say that it stays after any command; those of a
        consequence that, without its condition, would come nearer to what was seen, or that there is for such an
        entity; all.
        """
        facts = [(due, seen) for due, seen in violations if isinstance(due, Fact) and isinstance(seen, Fact)]
        changed = {(seen.kind, "state" if seen.field == "exists" else seen.field) for _, seen in facts}
        written = self._writes(self.machine.rows)
        after, outcome = RIGHT.step(self.before[0], self.command)
        if stays := self._stay(facts, type(self.command).__name__):
            return stays
        if isinstance(outcome, Refused):
            mistakes = self._writes(COUNTER_ROWS)
            return in_order(name for name, every in mistakes.items() if every & changed) or in_order(outcome.because)
        by = outcome.by if isinstance(outcome, Accepted) else NONE
        kinds = {kind for kind, _ in changed}
        consequences = [row for rows in self.machine.whenever.values() for row in rows]
        return (
            in_order(name for name, every in written.items() if every & changed)
            or self._stay(facts, "")
            or in_order(
                row.requirement
                for row in consequences
                if row.requirement not in self.machine.silent
                for entity in self.machine.world(after).every(row.about)
                for shown in [projections_of(self.machine, after.with_changes(row.then(entity)), self.limit)]
                if any(shows(shown, seen) for _, seen in facts) and self._distance(outcome, shown) < right
            )
            or in_order(row.requirement for row in consequences if row.requirement in by and row.about.word in kinds)
            or in_order(written)
        )

    def _stay(self, facts: Iterable[tuple[Fact, Fact]], after: str) -> tuple[str, ...]:
        """Return the requirements that say that any of these facts stays as it is after a command."""
        world = self.machine.world(self.before[0])
        bound = bind(self.command, world)
        shown = projections_of(self.machine, self.before[0], self.limit)

        def holds(stays: Stays, fact: Fact) -> bool:
            """Return whether it is said of the entity of a fact, which need not be there."""
            kind = KIND[fact.kind]
            return stays.when is always or (
                world.has(kind, fact.name) and stays.when(bound, world.entity(kind, fact.name))
            )

        return once(
            each.requirement
            for expected, _ in (() if isinstance(bound, Refused) else facts)
            if expected.value is True or shows(shown, expected)
            for each in STAYS
            if after in each.after
            if (expected.kind, expected.field) in each.fields and holds(each, expected)
        )

    def _writes(self, rows: Iterable[Row]) -> dict[str, set[tuple[str, str]]]:
        """Return the requirements of what rows do after the command, with the kinds and fields that each writes."""
        found: dict[str, set[tuple[str, str]]] = {}
        world = self.machine.world(self.before[0])
        bound = bind(self.command, world)
        for row in () if isinstance(bound, Refused) else rows:
            if isinstance(row, Effect) and row.on is type(self.command) and row.requirement not in self.machine.silent:
                for target in [(bound, each) for each in world.every(row.each)] if row.each else [(bound,)]:
                    if row.when(*target):
                        written = row.then(*target).items()
                        fields = ((kind.word, field) for (kind, _), values in written for field in values)
                        found.setdefault(row.requirement, set()).update(fields)
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
    firm = [row for row in rows if row.requirement not in machine.silent]

    def suspect(name: str, how: int, changed: Iterable[Row], row: Row | None = None) -> Suspect:
        return Suspect(name, how, Machine(changed, machine.silent | {name}), row)

    lacking = [suspect(name, LACKS, rows) for name in once(row.requirement for row in firm)]
    mistaken = [suspect(row.requirement, MISTAKEN, (*rows, row), row) for row in COUNTER_ROWS if row not in rows]
    overdoing = [
        suspect(row.requirement, OVERDOES, (more if each is row else each for each in rows), more)
        for row in firm
        if isinstance(row, Effect) and row.when is not always
        for more in [row._replace(when=always)]
    ]
    return (*lacking, *mistaken, *overdoing)
