"""Outcomes, changes and failures in words."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ..language.facts import Fact, observed
from ..language.phrasebook import state
from ..machine import Accepted, KeyUse, Observation, Outcome, Refused
from ..requirements import Requirement
from .complaints import shown
from .records import Pickle

Change = tuple[Fact, Fact]
"""A fact as it was and as it is."""


def listed(ids: Iterable[str]) -> str:
    """Ids in alphabetical order."""
    return ", ".join(sorted(ids))


def outcome_in_words(outcome: Outcome) -> str:
    """What came of a request."""
    match outcome:
        case Accepted():
            return f"the request is accepted{f', by {listed(outcome.by)}' if outcome.by else ''}"
        case Refused():
            return f"the request is refused{f', because of {listed(outcome.because)}' if outcome.because else ''}"
    return f"the specification says nothing here: {listed(outcome.silent)}"


def uses_in_words(uses: Iterable[KeyUse]) -> str:
    """What an audit trail has."""
    return "; ".join(f"a use of the key {use.key} for {use.resource}" for use in uses) or "no use of a key"


def changes_in_words(changes: Iterable[Change]) -> str:
    """What changed, on one line."""
    return "; ".join(f"{state(now)} (before: {state(was)})" for was, now in changes)


def seen_in_words(seen: Observation, fact: Fact) -> str:
    """What the observation has in the place of a fact."""
    if not observed(seen, fact.kind, fact.name, "exists"):
        return state(Fact(fact.kind, fact.name, "exists", False))
    return state(Fact(fact.kind, fact.name, fact.field, observed(seen, fact.kind, fact.name, fact.field)))


def title(pickle: Pickle) -> str:
    """The scenario as reports name it: requirement, name, and which row of the examples."""
    return f"[{pickle.requirements[0]}] {pickle.name}{f' ({pickle.row})' if pickle.row else ''}"


def failure(
    pickle: Pickle,
    path: Path,
    requirement: Requirement | None,
    step: int,
    told: Sequence[tuple[str, str]],
    changes: Iterable[Change],
) -> Iterator[str]:
    """Why the scenario stopped at its step of this number (from 0), in lines."""
    yield f"{shown(path)}:{pickle.steps[step].line}"
    if requirement is not None:
        yield ""
        yield f"  {'requirement':<11}  {requirement.title}"
        yield f"  {'':<11}  {requirement.wording}"
    yield ""
    for number, each in enumerate(pickle.steps[: step + 1]):
        yield f"{'>' if number == step else ' '} {each.keyword:<11}  {each.text}"
    if told:
        yield ""
    for name, text in told:
        yield f"  {name:<11}  {text}"
    for number, (was, now) in enumerate(changes):
        yield f"  {'' if number else 'changed':<11}  - {state(was)}"
        yield f"  {'':<11}  + {state(now)}"
