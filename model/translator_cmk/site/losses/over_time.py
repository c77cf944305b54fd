"""The loss over time: what is there, can come back or is gone, at each of a few moments.

Moments and things are data: `data/causes.yaml`.  What becomes of documents, models and data, the
causes say; what becomes of the key vault is tried on the model.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ...machine.commands import RecoverVault
from ...machine.entities import Vault
from ...machine.world import World
from ...oracle.grounds import basis_of_end, carried_out, read, rests_on_view
from ...oracle.profiles import MODEL
from ...requirements import load_register
from ...requirements.register import weakest_basis
from ..sourced import data
from .chain import line_of
from .events import CAUSES, LOSSES, Case, start


class Bar(NamedTuple):
    """What a thing is at a moment: `there`, `back` if it can come back, or `lost`; with its word,
    that of the tables, and its line.
    """

    fate: str
    word: str
    line: str


class Moment(NamedTuple):
    """A moment: what happens at it, how long it lasts, and all sentences up to it."""

    happens: str
    lasts: str
    sentences: tuple[str, ...]


class Timeline(NamedTuple):
    """The moments, and the bars of each thing."""

    moments: list[Moment]
    bars: dict[str, list[Bar]]


def timeline(causes: Sequence[Case]) -> Timeline:
    """Return what becomes of each thing at each moment."""
    found = moments()
    bars: dict[str, list[Bar]] = {}
    for thing in data("causes")["timed"]:
        bars[thing["thing"]] = [bar_at(moment, thing, causes) for moment in found]
    return Timeline(found, bars)


def moments() -> list[Moment]:
    """Return the moments of the data file."""
    sentences: tuple[str, ...] = ()
    found = []
    for moment in data("causes")["timeline"]:
        sentences += tuple(moment["commands"])
        found.append(Moment(moment["happens"], moment["lasts"], sentences))
    return found


def bar_at(moment: Moment, thing: Mapping[str, Any], causes: Sequence[Case]) -> Bar:
    """Return the bar of a thing at a moment."""
    fate, basis = "there", "stated"
    # before the first event nothing is lost
    if moment.sentences:
        if "loss" in thing:
            fate, basis = fate_of_loss(moment, thing["loss"], causes)
        else:
            fate, basis = fate_of_vault(moment, thing["vault"])
    return Bar(fate, word_of(fate, thing), line_of(basis))


def fate_of_loss(moment: Moment, loss: str, causes: Sequence[Case]) -> tuple[str, str]:
    """Return the fate that the event of the moment has for a loss, and its basis."""
    case = next(each for each in causes if each.event.commands == moment.sentences)
    at = [words.loss for words in LOSSES].index(loss)
    if case.lost[at].intact:
        return "there", case.lost[at].basis
    after = case.remedied[at]
    return ("lost" if after.fate == "lost" else "back"), after.basis


def fate_of_vault(moment: Moment, name: str) -> tuple[str, str]:
    """Return whether a key vault is there or can be recovered, and the basis of that."""

    def state_of_vault(world: World) -> str:
        return str(world.entity(Vault, name).state)

    recover = RecoverVault(name)
    *earlier, last = read(moment.sentences)
    before = carried_out(MODEL, start(CAUSES[0].start), earlier)
    after = carried_out(MODEL, before, [last])
    recovered = carried_out(MODEL, after, [recover])
    if state_of_vault(MODEL.world(after)) == "active":
        return "there", "stated"
    if state_of_vault(MODEL.world(recovered)) == "active":
        rests = rests_on_view(after, recover, state_of_vault)
        return "back", weakest_basis(rests, load_register())
    return "lost", basis_of_end(rests_on_view(before, last, state_of_vault), last)


def word_of(fate: str, thing: Mapping[str, Any]) -> str:
    """Return the word for what a thing is."""
    if fate == "there":
        return "✔ there"
    if fate == "back":
        return "↻ can come back"
    for words in LOSSES:
        if words.loss == thing.get("loss"):
            return f"✘ {words.lost}"
    return "✘ purged"
