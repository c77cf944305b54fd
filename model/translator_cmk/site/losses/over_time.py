"""The loss over time: what is there, can come back or is gone, at each of a few moments.

Moments and things are data: `data/causes.yaml`.  What is possible still, the searched graph says;
how sure that is, the causes and the fates of things say.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ...language.sentences import read_command
from ...machine.entities import Entity
from ...machine.world import World
from ...oracle.grounds import carried_out
from ...requirements.register import WEAKEST_FIRST
from ...system import MACHINE
from ..sourced import data
from .chain import line_of
from .events import CAUSES, LOSSES, Case, Finding, start
from .fates import Fate, fates
from .searched import KIND_OF_WORD, is_found, searched

SEARCHED = "ways-back"


class Bar(NamedTuple):
    """What a thing is at a moment: `there`, `back` if it can come back, or `lost`; with its word,
    that of the tables, and its line.
    """

    fate: str
    word: str
    line: str


class Moment(NamedTuple):
    """A moment: what happens at it, all sentences up to it, and its state in the graph."""

    happens: str
    lasts: str
    sentences: tuple[str, ...]
    at: int


class Timeline(NamedTuple):
    """The moments, and the bars of each thing."""

    moments: list[Moment]
    bars: dict[str, list[Bar]]


def timeline(causes: Sequence[Case]) -> Timeline:
    """Return what becomes of each thing at each moment."""
    found = moments()
    things = {each["thing"]: each for each in data("causes")["things"]}
    bars: dict[str, list[Bar]] = {}
    for name in data("causes")["timed"]:
        shown: list[Bar] = []
        for moment, fate in zip(found, fates_at(found, things[name]), strict=True):
            line = line_at(moment, fate, things[name], shown, causes)
            shown.append(Bar(fate, word_of(fate, things[name]), line))
        bars[name] = shown
    return Timeline(found, bars)


def moments() -> list[Moment]:
    """Return the moments of the data file; a broken model may not get to each."""
    graph = searched(SEARCHED)
    state = start(CAUSES[0].start)
    sentences: tuple[str, ...] = ()
    found = []
    for moment in data("causes")["timeline"]:
        sentences += tuple(moment["commands"])
        state = carried_out(MACHINE, state, map(read_command, moment["commands"]))
        at = graph.graph.number(state)
        if at is not None:
            found.append(Moment(moment["happens"], moment["lasts"], sentences, at))
    return found


def fates_at(found: Iterable[Moment], thing: Mapping[str, Any]) -> list[str]:
    """Return what a thing is at each moment."""
    graph = searched(SEARCHED)
    is_there = graph.holding(any_found(KIND_OF_WORD[thing["kind"]], thing["fits"]))
    may_be_there = graph.still_possible(is_there)
    shown = []
    for moment in found:
        if is_there[moment.at]:
            shown.append("there")
        else:
            shown.append("back" if may_be_there[moment.at] else "lost")
    return shown


def word_of(fate: str, thing: Mapping[str, Any]) -> str:
    """Return the word for what a thing is."""
    if fate == "there":
        return "✔ there"
    if fate == "back":
        return "↻ can come back"
    for words in LOSSES:
        if words.loss == thing.get("loss"):
            return f"✘ {words.lost}"
    return f"✘ {thing['ended']}"


def any_found(kind: type[Entity], fields: Mapping[str, Any]) -> Callable[[World], bool]:
    """Return the question whether any entity of a kind is there and fits."""

    def holds(world: World) -> bool:
        return any(is_found(world, kind, name, fields) for name in world.tables[kind])

    return holds


def line_at(
    moment: Moment,
    fate: str,
    thing: Mapping[str, Any],
    before: Sequence[Bar],
    causes: Iterable[Case],
) -> str:
    """Return the line of a thing at a moment; what was lost before stays as sure as it was."""
    # only a broken model begins without the thing
    if fate == "there" or not before:
        return line_of("stated")
    last = before[-1]
    if fate == last.fate == "lost":
        return last.line
    # of such a thing the table of consequences tells nothing
    if "loss" not in thing:
        return line_of(basis_of_fate(moment, fate, thing["thing"]))
    lost, after = findings(moment, thing["loss"], causes)
    # the loss itself, or else what comes after it
    if fate == "lost" and last.fate == "there":
        return line_of(lost.basis)
    return line_of(after.basis)


def findings(moment: Moment, loss: str, causes: Iterable[Case]) -> tuple[Finding, Finding]:
    """Return what becomes of a thing with the event that has happened, and after its remedies."""
    case = next(each for each in causes if each.event.commands == moment.sentences)
    for lost, after in zip(case.lost, case.remedied, strict=True):
        if lost.words.loss == loss:
            return lost, after
    raise KeyError(loss)


def basis_of_fate(moment: Moment, fate: str, name: str) -> str:
    """Return the basis of what no event tells: that of the surest way back, or of the command that
    closes the last one; what no requirement says in a broken model is as good as assumed.
    """
    found: Fate = next(each for each in fates() if each.thing["thing"] == name)
    if fate == "back":
        bases = [way.basis for way in found.back.values()]
        return max(bases, key=WEAKEST_FIRST.index, default="assumed")
    command = type(read_command(moment.sentences[-1])).__name__
    ways = found.for_good | found.last_chance
    return ways[command].basis if command in ways else "assumed"
