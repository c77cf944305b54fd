"""Which scenarios belong to a profile: those of which the oracle demands everything."""

from collections.abc import Iterable, Iterator

from ..language.declaration import Declaration
from ..language.facts import Fact
from ..language.situations import Situation
from ..machine import Command, Machine, Observation, Outcome, Unspecified
from ..oracle import Oracle, Predicate
from ..oracle.profiles import belongs
from .assertions import Assertion, AssertionFailed, StepResult
from .features import Feature, Pickle
from .vocabulary import facts_of, read_steps

EVERYTHING = Declaration("model", "any")


def demanded(oracle: Oracle, pickle: Pickle) -> bool:
    """Return whether the oracle demands all of the scenario; raises `TooManyStates`."""
    return belongs(oracle, given_of(pickle), when_of(pickle), then_of(pickle))


def given_of(pickle: Pickle) -> Iterator[Command | Fact]:
    """Yield the commands that lead to the starting point, and the facts that hold there."""
    for kind, _, meaning in read_steps(pickle):
        if kind == "given" and isinstance(meaning, Situation):
            yield from meaning.commands
            yield from (fact for fact, _ in meaning.establishes)
        elif kind == "given" and isinstance(meaning, Command):
            yield meaning


def when_of(pickle: Pickle) -> Command | None:
    """Return the command of the When, if there is one."""
    return next(
        (meaning for kind, _, meaning in read_steps(pickle) if kind == "when" and isinstance(meaning, Command)), None
    )


def then_of(pickle: Pickle) -> Iterator[Outcome | Fact | Predicate]:
    """Yield each Then in the form in which an oracle is asked about it."""
    for _, _, meaning in read_steps(pickle):
        if isinstance(meaning, Fact):
            yield meaning
        elif isinstance(meaning, Assertion):
            yield demand_of(meaning, pickle)


def demand_of(assertion: Assertion, pickle: Pickle) -> Outcome | Predicate:
    """Return the assertion in the form in which an oracle is asked about it."""
    if assertion.kind == "not specified":
        return Unspecified(frozenset(pickle.requirements))
    command, facts = when_of(pickle), facts_of(pickle)

    def holds(before: Observation, outcome: Outcome, after: Observation) -> bool:
        try:
            assertion.check(StepResult(command, outcome, before, after, pickle.requirements, facts, EVERYTHING))
        except AssertionFailed:
            return False
        return True

    return holds


def undemanded_scenarios(machine: Machine, features: Iterable[Feature]) -> list[Pickle]:
    """Return every scenario that the machine does not demand; with nothing silent in it, it should demand them all.

    If it does not, rows and scenarios contradict each other, and no verdict that rests on them means anything.
    """
    oracle = Oracle(machine)
    return [pickle for feature in features for pickle in feature.pickles if not demanded(oracle, pickle)]
