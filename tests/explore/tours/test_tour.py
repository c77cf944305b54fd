"""A tour gives every command in every state, in no more steps than it has to."""

from collections.abc import Iterator
from functools import cache

import pytest

from translator_cmk.explore.graph import Graph, Pair, state_graph
from translator_cmk.explore.scopes import SCOPES, Scope
from translator_cmk.explore.tours.tour import Tour, tour
from translator_cmk.machine import Outcome, Unspecified

NAMED = {scope.name: scope for scope in SCOPES}

EACH = pytest.mark.parametrize("name", ["losing-the-key", "vaults-and-keys", "one-of-each"])


@cache
def toured(name: str) -> tuple[Graph[Outcome], Tour]:
    graph = state_graph(NAMED[name])
    return graph, tour(graph)


def steps(graph: Graph[Outcome], sequence: "Iterator[int]") -> Iterator[Pair]:
    """The sequence as the scope takes it."""
    at = 0
    for command in sequence:
        pair = graph.pair(at, command)
        yield pair
        at = pair.after


@EACH
def test_tour_gives_every_command_in_every_state(name: str) -> None:
    graph, made = toured(name)
    given = {pair for sequence in made.sequences for pair in steps(graph, iter(sequence))}
    assert given == {pair for state in range(graph.states) for pair in graph.of(state)}
    assert made.pairs == len(given)


@EACH
def test_tour_takes_no_more_steps_than_any_tour_has_to(name: str) -> None:
    """The lower bound comes from prices, which `worth` has checked, and not from the sequences."""
    graph, made = toured(name)
    taken = sum(1 + len(graph.scope.start) + len(sequence) for sequence in made.sequences)
    assert taken == made.steps == made.lower_bound


@EACH
def test_nothing_follows_what_is_not_specified(name: str) -> None:
    graph, made = toured(name)
    for sequence in made.sequences:
        *before, _ = steps(graph, iter(sequence))
        assert not any(isinstance(graph.labels[pair.label], Unspecified) for pair in before)


@EACH
def test_command_that_changes_nothing_is_given_once(name: str) -> None:
    graph, made = toured(name)
    stays = [pair for sequence in made.sequences for pair in steps(graph, iter(sequence)) if pair.after == pair.state]
    assert len(stays) == len(set(stays))


def test_tour_is_always_the_same() -> None:
    graph, made = toured("vaults-and-keys")
    assert tour(state_graph(graph.scope)) == made


@pytest.mark.parametrize(
    ("alphabet", "shortest"),
    [
        # a reset, and the eight commands of the start
        ((), 9),
        # read once, and nothing changes
        (("ReadData",), 10),
        # with losses and all deleted, recovered, and deleted again; in each of the three states one of them is refused
        (("DeleteVault", "RecoverVault"), 15),
        # deployed already, then cut off: an audit and a loss, then nothing new and a refusal
        (("DisableIdentity", "DeployModel"), 13),
    ],
)
def test_shortest_tours_that_can_be_counted_by_hand(alphabet: tuple[str, ...], shortest: int) -> None:
    scope = NAMED["losing-the-key"]
    commands = tuple(command for command in scope.alphabet if type(command).__name__ in alphabet)
    part = Scope("part", "A part.", scope.situation, commands)
    assert tour(state_graph(part)).steps == shortest
