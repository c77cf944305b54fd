"""Formats outcomes, changes and failures as text."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ..language.facts import Fact, observed
from ..language.sentences import format_fact
from ..machine import KeyUse, Observation
from ..requirements import Requirement
from .diagnostics import shown
from .features import Pickle

Change = tuple[Fact, Fact]
"""A fact as it was and as it is."""


def format_ids(ids: Iterable[str]) -> str:
    """Return the ids in alphabetical order."""
    return ", ".join(sorted(ids))


def format_uses(uses: Iterable[KeyUse]) -> str:
    """Return the entries of an audit trail in words."""
    return "; ".join(f"a use of the key {use.key} for {use.resource}" for use in uses) or "no use of a key"


def format_changes(changes: Iterable[Change]) -> str:
    """Return what changed, on one line."""
    return "; ".join(f"{format_fact(now)} (before: {format_fact(was)})" for was, now in changes)


def format_observed(seen: Observation, fact: Fact) -> str:
    """Return what the observation has in place of a fact, in words."""
    if not observed(seen, fact.kind, fact.name, "exists"):
        return format_fact(Fact(fact.kind, fact.name, "exists", False))
    return format_fact(Fact(fact.kind, fact.name, fact.field, observed(seen, fact.kind, fact.name, fact.field)))


def format_title(pickle: Pickle) -> str:
    """Return the scenario's name in reports: requirement, name, and which row of the examples."""
    return f"[{pickle.requirements[0]}] {pickle.name}{f' ({pickle.row})' if pickle.row else ''}"


def format_failure(
    pickle: Pickle,
    path: Path,
    requirement: Requirement | None,
    step: int,
    findings: Sequence[tuple[str, str]],
    changes: Iterable[Change],
) -> Iterator[str]:
    """Yield the lines that say why the scenario stopped at its step of this number (from 0)."""
    yield f"{shown(path)}:{pickle.steps[step].line}"
    if requirement is not None:
        yield ""
        yield f"  {'requirement':<11}  {requirement.title}"
        yield f"  {'':<11}  {requirement.wording}"
    yield ""
    for number, each in enumerate(pickle.steps[: step + 1]):
        yield f"{'>' if number == step else ' '} {each.keyword:<11}  {each.text}"
    if findings:
        yield ""
    for name, text in findings:
        yield f"  {name:<11}  {text}"
    for number, (was, now) in enumerate(changes):
        yield f"  {'' if number else 'changed':<11}  - {format_fact(was)}"
        yield f"  {'':<11}  + {format_fact(now)}"
