"""Says what a log shows, by the numbers of its lines."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple

from ..machine import Refused
from ..oracle.controls import Controls
from ..oracle.evidence import Evidence, Places, evidence_in
from .checking import JudgedWorld, TraceVerdict
from .events import Event

Lines = tuple[int, ...]


class Refusal(NamedTuple):
    """A refusal on a line, and the lines of its controls if it counts, or None."""

    at: int
    event: Event
    controls: Lines | None


@dataclass
class Shows:
    """What a log shows, by the ids of requirements, with the lines that it rests on.

    ``settled`` has an assumption and whether it holds; in two worlds both may be so.
    """

    shown: dict[str, Lines] = field(default_factory=dict)
    settled: dict[tuple[str, bool], Lines] = field(default_factory=dict)
    open: dict[str, Lines] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)


def shows_of(verdict: TraceVerdict, silent: Collection[str]) -> Shows:
    """Return what the worlds of a log show that fit, where these requirements are silent."""
    shows = Shows()
    for world in verdict.kept:
        evidence = evidence_in(world.exchanges, silent, world.stage)
        add_evidence(shows, world, evidence)
        add_refusals(shows, world, evidence.controls)
    settled = {name for name, _ in shows.settled}
    for name in settled | shows.shown.keys():
        shows.open.pop(name, None)
    return shows


def add_evidence(shows: Shows, world: JudgedWorld, evidence: Evidence) -> None:
    """Add what one world shows to what others do."""

    def lines(places: Places) -> Lines:
        return tuple(world.events[place][0] for place in places)

    for name, places in evidence.shown.items():
        shows.shown.setdefault(name, lines(places))
    for name, (holds, places) in evidence.settled.items():
        shows.settled.setdefault((name, holds), lines(places))
    for name, places in evidence.open.items():
        shows.open.setdefault(name, lines(places))


def add_refusals(shows: Shows, world: JudgedWorld, controls: Controls) -> None:
    """Add the refusals of one world."""
    for place, (at, event) in enumerate(world.events):
        if isinstance(event.outcome, Refused):
            around = controls.get(place)
            lines = tuple(world.events[control][0] for control in around) if around else None
            shows.refusals.append(Refusal(at, event, lines))
