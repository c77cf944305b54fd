"""Which scenarios belong to a profile: those of which the oracle demands everything."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from ..language.declaration import Declaration
from ..language.facts import Fact, difference
from ..language.situations import Situation
from ..machine import Accepted, Command, Observation, Outcome, Unspecified
from ..oracle import Claim as Demand
from ..oracle import Oracle
from ..oracle.profiles import belongs
from .claims import Claim, Unmet, left_open
from .records import Pickle
from .takes import meanings

EVERYTHING = Declaration("model", "any")


def demanded(oracle: Oracle, pickle: Pickle) -> bool:
    """Whether the oracle demands all of the scenario; raises `TooManyStates`."""
    return belongs(oracle, given_of(pickle), when_of(pickle), then_of(pickle))


def given_of(pickle: Pickle) -> Iterator[Command | Fact]:
    """The commands that lead to the starting point, and the facts that hold there."""
    for kind, _, meaning in meanings(pickle):
        if kind == "given" and isinstance(meaning, Situation):
            yield from meaning.commands
            yield from (fact for fact, _ in meaning.establishes)
        elif kind == "given":
            yield meaning


def when_of(pickle: Pickle) -> Command | None:
    """What the scenario is about, if it has a When."""
    return next((meaning for kind, _, meaning in meanings(pickle) if kind == "when"), None)


def then_of(pickle: Pickle) -> list[Outcome | Fact | Demand]:
    """What it says should be so."""
    thens = [meaning for kind, _, meaning in meanings(pickle) if kind == "then"]
    facts = [then for then in thens if isinstance(then, Fact)]
    mentioned = {(fact.kind, fact.name, field) for fact in facts for field in (fact.field, "exists")}
    return [then if isinstance(then, Fact) else asked(then, pickle, mentioned) for then in thens]


def asked(claim: Claim, pickle: Pickle, mentioned: set[tuple[str, str, str]]) -> Outcome | Demand:
    """The claim as an oracle is asked about it."""
    if claim.check is left_open:
        return Unspecified(frozenset(pickle.requirements))

    def holds(before: Observation, outcome: Outcome, after: Observation) -> bool:
        playing: Any = SimpleNamespace(
            pickle=pickle,
            system=None,
            declared=EVERYTHING,
            outcome=outcome,
            changes=list(difference(before, after)),
            mentioned=mentioned,
            audit=outcome.audit if isinstance(outcome, Accepted) else (),
        )
        try:
            claim.check(playing, claim.values)
        except Unmet:
            return False
        return True

    return holds
