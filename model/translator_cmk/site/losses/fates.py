"""What ends a thing for good or for a time, what brings it back, and what closes its last way back.

The things are data: `data/causes.yaml`.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

from ...language.phrases import COMMAND_PHRASES
from ...machine import Command, State
from ...machine.memoised import Memoised
from ...machine.world import World
from ...oracle.grounds import (
    Thing,
    basis_of_end,
    grounds,
    grounds_for_good,
    read,
    rests_on_view,
    row_without_return,
    state_at_start,
)
from ...requirements import load_register
from ...requirements.consequences import load_consequences
from ...requirements.register import WEAKEST_FIRST, weakest_basis
from ..sourced import data
from .searched import KIND_OF_WORD, Searched, is_found, searched

SEARCHED = ("ways-back", "vaults-and-keys")


class Way(NamedTuple):
    """The requirements that a change always rests on, and its basis where that is strongest."""

    by: frozenset[str]
    basis: str


Ways = dict[str, Way]
"""Commands by name."""


class Fate(NamedTuple):
    """A thing of the data file, with the commands that end it, bring it back, or close the last way
    back.
    """

    thing: Mapping[str, Any]
    for_good: Ways
    for_a_time: Ways
    back: Ways
    last_chance: Ways
    usual: list[str]
    """The requirements behind most ways to lose it, or behind all if no two have one in common."""


def gone_by(command: str) -> list[str]:
    """Return the things that have a way back and that are lost for good by a command."""
    return [each.thing["thing"] for each in fates() if each.back and command in each.for_good]


def sizes() -> list[str]:
    """Return how much was searched, in words."""
    graphs = [searched(scope).graph for scope in SEARCHED]
    return [f"{graph.edge_count:,} steps between {graph.states:,} states" for graph in graphs]


@cache
def fates() -> list[Fate]:
    """Return what ends and restores each thing."""
    return [fate(thing) for thing in data("causes")["things"]]


def fate(thing: Mapping[str, Any]) -> Fate:
    """Return what ends and restores one thing, over all entities of its kind in all scopes that are
    searched.
    """
    found = Fate(thing, {}, {}, {}, {}, [])
    for scope in SEARCHED:
        for name in searched(scope).names(KIND_OF_WORD[thing["kind"]]):
            add_entity(found, searched(scope), name)
    if "loss" in thing:
        add_events(found)
    ends = [*found.for_good.values(), *found.for_a_time.values()]
    counts = Counter(name for way in ends for name in way.by)
    common = {name for name, count in counts.items() if count > len(ends) / 2}
    found.usual.extend(name for name in load_register() if name in (common or counts))
    return found


def add_entity(fate: Fate, graph: Searched, name: str) -> None:
    """Add what ends and restores the thing in one entity."""
    kind = KIND_OF_WORD[fate.thing["kind"]]

    def holds(world: World) -> bool:
        return is_found(world, kind, name, fate.thing["fits"])

    so = graph.holding(holds)
    possible = graph.still_possible(so)
    once = graph.was_once(so)
    behind = behind_changes(holds)
    behind_losses = behind
    behind_for_good = behind_changes(holds, for_good=True)
    # of a loss that it has, the table of consequences says more than the rows do
    if "loss" in fate.thing:
        behind_losses = behind_losses_of(fate.thing, name)
        behind_for_good = behind_losses_of(fate.thing, name, for_good=True)
    for edge in graph.edges():
        before, after = edge.state, edge.after
        command = graph.command(edge)
        if so[before] and not so[after]:
            if possible[after]:
                note(fate.for_a_time, command, behind_losses(graph.states[before], command))
            else:
                note(fate.for_good, command, behind_for_good(graph.states[before], command))
        # it was there once, and is there again
        elif once[before] and not so[before] and so[after]:
            note(fate.back, command, behind(graph.states[before], command))
        # it was there once, is gone already, and can't come back from now on
        elif once[before] and possible[before] and not possible[after]:
            way = behind_last_chance(fate.thing, command, graph.named(edge))
            note(fate.last_chance, command, way)


def add_events(fate: Fate) -> None:
    """Add what the table of consequences has of commands that the searched worlds lack."""
    known = load_consequences()
    loss = known.losses[fate.thing["loss"]]
    lost = Thing(loss, loss.example)
    for event in known.events.values():
        happens = read(event.commands)
        # what the searched worlds have is added edge by edge
        if event.is_harmless or type(happens[-1]) in searched_kinds():
            continue
        begin = state_at_start(event.start)
        at_once = grounds(begin, happens, lost)
        after = grounds(begin, happens, lost, read(event.remedies))
        by = frozenset(at_once.requirements)
        if after.fate != "lost":
            note(fate.for_a_time, happens[-1], Way(by, at_once.basis))
            continue
        weaker = min(at_once.basis, after.basis, key=WEAKEST_FIRST.index)
        note(fate.for_good, happens[-1], Way(by, weaker))


@cache
def searched_kinds() -> frozenset[type[Command]]:
    """Return the kinds of commands of the searched worlds."""
    found: set[type[Command]] = set()
    for scope in SEARCHED:
        found.update(type(command) for command in searched(scope).graph.scope.alphabet)
    return frozenset(found)


def unsearched() -> list[str]:
    """Return the commands that lose something and that the searched worlds lack."""
    found: dict[str, None] = {}
    for event in load_consequences().events.values():
        command = type(read(event.commands)[-1])
        if not event.is_harmless and command not in searched_kinds():
            found[label(command.__name__)] = None
    return list(found)


Behind = Callable[[State, Command], Way]
"""What a change by a command rests on."""


def behind_changes(view: Callable[[World], Hashable], for_good: bool = False) -> Behind:
    """Return what tells every requirement without which the view of the state after a command would
    be another, with their basis or that of an end for good.
    """

    def behind(state: State, command: Command) -> tuple[State, Way]:
        rests = frozenset(rests_on_view(state, command, view))
        if for_good:
            return state, Way(rests, basis_of_end(rests, command))
        return state, Way(rests, weakest_basis(rests, load_register()))

    return asked_once(behind)


def behind_losses_of(thing: Mapping[str, Any], name: str, for_good: bool = False) -> Behind:
    """Return what tells what the loss of a thing rests on: a sentence, where there is one.  If it
    is lost for good, and that has a weaker basis, the way has this basis.
    """
    lost = Thing(load_consequences().losses[thing["loss"]], name)

    def behind(state: State, command: Command) -> tuple[State, Way]:
        found = grounds(state, (command,), lost)
        basis = found.basis
        if for_good:
            never_back = grounds_for_good(state, command, lost)
            basis = min(basis, never_back.basis, key=WEAKEST_FIRST.index)
        return state, Way(frozenset((*found.requirements, *found.given)), basis)

    return asked_once(behind)


def behind_last_chance(thing: Mapping[str, Any], command: Command, named: Iterable[str]) -> Way:
    """Return what it rests on that no way back is left: a row of the table, where there is one."""
    if "returns_with" in thing:
        row = row_without_return(command, thing["returns_with"])
        if row is not None:
            return Way(frozenset(row.requirements), row.basis)
    rests = frozenset(named)
    return Way(rests, basis_of_end(rests, command))


def asked_once(behind: Callable[[State, Command], tuple[State, Way]]) -> Behind:
    """Return the same, which is worked out once for all states that agree on what it reads."""
    memoised = Memoised(behind)

    def answer(state: State, command: Command) -> Way:
        _, way = memoised.step(state, command)
        return way

    return answer


def note(ways: Ways, command: Command, found: Way) -> None:
    """Add a command with what it rests on here.

    The requirements that it rests on everywhere are kept, and if there is none, all of them: two
    may each be enough, as where a resource is deleted, and its key is lost with it.
    """
    name = type(command).__name__
    known = ways.get(name, Way(found.by, ""))
    everywhere = known.by & found.by
    strongest = max(known.basis, found.basis, key=("", *WEAKEST_FIRST).index)
    ways[name] = Way(everywhere or known.by | found.by, strongest)


def own_reason(by: Collection[str], usual: Collection[str]) -> str:
    """Return a requirement that makes a command do so, rather one of its own than a usual one;
    empty without any.
    """
    known = [name for name in load_register() if name in by]
    for name in known:
        if name not in usual:
            return name
    return known[0] if known else ""


@cache
def label(command: str) -> str:
    """Return a command in a few words without the names of things: `deletes the vault`."""
    phrase = next(each for each in COMMAND_PHRASES if each.command.__name__ == command)
    # without clauses that can be left out, and without the names of keys and subscriptions
    text = re.sub(
        r"\[[^]]*]| with (?:the|a) key .*| of the subscription \{\w+}", "", phrase.pattern
    )
    text = re.sub(r"to the (\w+) \{\w+}", r"to another \1", text)
    return re.sub(r"(?: (?:of|to|for|in|into))? \{\w+}", "", text).removeprefix("the customer ")
