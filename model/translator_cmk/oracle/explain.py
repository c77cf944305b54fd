"""Localises faults: names the requirements that explain a difference, the likeliest first.

A system that is wrong about one requirement departs from the rows somewhere: a row of it does not apply, the row of its
mistake does, or an effect of it comes without its condition.  The machine in which these rows are silent makes every
transition that such a system may make.  If one of them is what was seen, the requirement explains all that is
different.  Of several that one comes first which is met least often: another would have shown before.

If none is, an outcome is explained by itself (see `FailedStep._otherwise`).  If only fields differ, each is explained
by those about which such a system comes nearer to what was seen, and shows this; else by what writes such a field.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache, partial
from typing import NamedTuple

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
from ..machine.rows import Effect, Means, Refuse, Row, always
from ..machine.step import bind
from ..machine.values import Value
from ..requirements import load_register
from .nondeterminism import Replay, TooManyStates, possibilities
from .observability import Name, Projections, Shown, alike, distance, projections_of, values_of
from .transitions import fits, may_be

NONE: frozenset[str] = frozenset()

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
        unexplained = [seen for (_, seen), names in zip(violations, behind, strict=True) if not names]
        own = self._making(unexplained, right) if unexplained else ()
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
        its own effects, and what follows from them; other mistakes; the reasons.  If a refusal gives other reasons,
        those that it should not give, then those that it should; if a command is accepted, the reasons to refuse it.
        """
        match expected, seen:
            case Accepted(by=by), Refused(because=because):
                kind = type(self.command)
                own = {row.requirement for row in ROWS if isinstance(row, Effect) and row.on is kind}
                topics = {name.partition(".")[0] for name in because}
                near = [name for name in mistakes if name.partition(".")[0] in topics]
                nearly_always_first = sorted(by, key=places().__getitem__, reverse=True)
                effects = sorted(nearly_always_first, key=lambda name: name not in own)
                return once((*near, *effects, *mistakes, *in_order(because)))
            case Refused(), Refused():
                return (*in_order(seen.because - expected.because), *in_order(expected.because - seen.because))
            case Refused(because=because), Accepted():
                return in_order(because)
        return ()

    def _making(self, unexplained: Iterable[Outcome | Fact], right: float) -> tuple[str, ...]:
        """Return the requirements of what the command does by itself that write such a field, of any entity.

        If it is refused: the reasons.  If none does: those of a consequence that, without its condition, would come
        nearer to what was seen; else of a consequence that there is for such an entity; else all.
        """
        facts = [seen for seen in unexplained if isinstance(seen, Fact)]
        fields = {(seen.kind, "state" if seen.field == "exists" else seen.field) for seen in facts}
        written = self._writes()
        after, outcome = self.machine.step(self.before[0], self.command)
        if isinstance(outcome, Refused):
            return in_order(outcome.because)
        by = outcome.by if isinstance(outcome, Accepted) else NONE
        consequences = [row for rows in self.machine.whenever.values() for row in rows]
        kinds = {kind for kind, _ in fields}
        return (
            in_order(name for name, every in written.items() if every & fields)
            or in_order(
                row.requirement
                for row in consequences
                if row.requirement not in self.machine.silent
                for entity in self.machine.world(after).every(row.about)
                for shown in [projections_of(self.machine, after.with_changes(row.then(entity)), self.limit)]
                if any(shows(shown, seen) for seen in facts) and self._distance(outcome, shown) < right
            )
            or in_order(row.requirement for row in consequences if row.requirement in by and row.about.word in kinds)
            or in_order(written)
        )

    def _writes(self) -> dict[str, set[tuple[str, str]]]:
        """Return the requirements of what the command does by itself, with the kinds and fields that each writes."""
        found: dict[str, set[tuple[str, str]]] = {}
        world = self.machine.world(self.before[0])
        bound = bind(self.command, world)
        for row in () if isinstance(bound, Refused) else self.machine.rows:
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


def once(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names, each once."""
    return tuple(dict.fromkeys(names))


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
