"""Tells the verdict on a trace, in words and as data."""

from collections.abc import Iterator
from typing import Any

from ...language import command_to_wire, outcome_to_wire
from ...language.facts import Fact
from ...language.phrasebook import state, tell
from ...language.traces import COUNTED
from ...machine import Accepted, Command, Outcome, Refused
from ...oracle.dependence import words
from .checking import Deviation, Verdict

MANY = 3
"""How many of the commands that an event may have been are named."""


def in_words(verdict: Verdict, source: str, profile: str) -> Iterator[str]:
    """The verdict, line by line."""
    for deviation in verdict.deviations:
        yield from deviation_in_words(deviation, source)
    for parting in verdict.partings:
        named = ", ".join(f"the {kind} {name}" for kind, name in sorted(words(parting.entities)))
        yield f"{source}:{parting.at}: what is done here is left open, so from here on these go uncompared: {named}"
    for at in verdict.overflows:
        yield f"{source}:{at}: too much is possible, so the rest of this world is not judged; tell more of it"
    yield f"{source} {conclusion(verdict, profile)}"


def conclusion(verdict: Verdict, profile: str) -> str:
    """The verdict in one sentence."""
    counts = f"{plural(verdict.judged, 'event')} judged in {plural(verdict.worlds, 'world')}"
    if verdict.uncompared:
        counts += f", {verdict.uncompared:,} of them uncompared"
    if verdict.skipped:
        counts += f", {verdict.skipped:,} more not judged"
    if not verdict.fits:
        where = f"in {plural(verdict.deviating, 'world')}, first on line {verdict.deviations[0].at:,}"
        return f"does not fit the specification (profile {profile}) {where}: {counts}"
    if not verdict.told:
        return "tells of no outcome and no observation, so there is nothing to judge; log what came of the commands"
    if verdict.overflows:
        return f"fits the specification (profile {profile}) as far as it was judged: {counts}"
    return f"fits the specification (profile {profile}): {counts}"


def plural(number: int, what: str) -> str:
    """So many of something."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def deviation_in_words(deviation: Deviation, source: str) -> Iterator[str]:
    """An impossible event: where, what was asked, what was allowed, what was seen, and the requirements."""
    yield f"{source}:{deviation.at}: impossible: {asked_in_words(deviation.commands)}"
    if deviation.allowed is not None:
        yield f"  allowed: {outcome_in_words(deviation.allowed)}"
    for difference in deviation.differences:
        yield f"  demanded: {fact_or_outcome(difference.expected)}; seen: {fact_or_outcome(difference.seen)}"
    yield f"  requirements: {', '.join(sorted(deviation.requirements)) or 'none that is known'}"


def asked_in_words(commands: tuple[Command, ...]) -> str:
    """What was asked."""
    if not commands:
        return "what was seen"
    if len(commands) == 1:
        return tell(commands[0])
    some = "; ".join(map(tell, commands[:MANY]))
    return f"any of {len(commands):,} commands: {some}{'; ...' if len(commands) > MANY else ''}"


def fact_or_outcome(each: Outcome | Fact) -> str:
    """What was demanded, or seen."""
    return state(each) if isinstance(each, Fact) else outcome_in_words(each)


def outcome_in_words(outcome: Outcome) -> str:
    """What may come of a command, or what came of it."""
    if isinstance(outcome, Accepted):
        uses = ", ".join(f"of {use.key} for {use.resource}" for use in outcome.audit)
        return f"accepted{f', with uses of keys: {uses}' if uses else ''}"
    if isinstance(outcome, Refused):
        return f"refused{f' because of {reasons}' if (reasons := ', '.join(sorted(outcome.because))) else ''}"
    silent = ", ".join(sorted(outcome.silent))
    return f"accepted or refused{f', since these leave it open: {silent}' if silent else ''}"


def as_data(verdict: Verdict, source: str, profile: str, waived: frozenset[str]) -> dict[str, Any]:
    """The verdict, as `trace-verdict.schema.json` has it."""
    return {
        "trace": source,
        "profile": profile,
        "waived": sorted(waived),
        "fits": verdict.fits,
        "complete": verdict.complete,
        **{field: getattr(verdict, field) for field in COUNTED},
        "deviations": [deviation_as_data(each) for each in verdict.deviations],
        "uncompared_from": [
            {"line": each.at, "entities": [list(entity) for entity in sorted(words(each.entities))]}
            for each in verdict.partings
        ],
        "overflows": list(verdict.overflows),
    }


def deviation_as_data(deviation: Deviation) -> dict[str, Any]:
    """An impossible event as data."""
    allowed = {} if deviation.allowed is None else {"allowed": outcome_to_wire(deviation.allowed)}
    return {
        "line": deviation.at,
        "commands": [command_to_wire(command) for command in deviation.commands],
        **allowed,
        "differences": [
            {
                "demanded": part_as_data(each.expected),
                "seen": part_as_data(each.seen),
                "requirements": sorted(each.requirements),
            }
            for each in deviation.differences
        ],
        "requirements": sorted(deviation.requirements),
    }


def part_as_data(each: Outcome | Fact) -> dict[str, Any]:
    """A fact or an outcome as data."""
    return each.as_dict() if isinstance(each, Fact) else outcome_to_wire(each)
