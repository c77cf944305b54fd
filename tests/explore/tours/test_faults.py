"""What a tour finds of faults: all where the state is read back, and nearly all where a customer's view of it is."""

from functools import cache
from random import Random

import pytest

from tests.explore.tours.faults import (
    View,
    Visits,
    World,
    can_be_seen,
    every_transfer,
    moving_only,
    random_sequences,
    some_transfers,
    specified,
    world,
)
from translator_cmk.explore.graph import state_graph
from translator_cmk.explore.scopes import SCOPES
from translator_cmk.explore.tours.tour import tour

NAMED = {scope.name: scope for scope in SCOPES}


@cache
def seen_of(name: str, view: View = "customer") -> World:
    return world(state_graph(NAMED[name]), view)


@cache
def toured(name: str, view: View = "customer") -> Visits:
    return Visits(seen_of(name, view), tour(seen_of(name, view).graph).sequences)


def test_tour_finds_every_single_fault_of_the_smallest_scope_where_the_state_is_read_back() -> None:
    """All transfer faults, and every output fault, since it meets every pair."""
    seen, visits = seen_of("losing-the-key", "state"), toured("losing-the-key", "state")
    faults = list(every_transfer(seen))
    assert len(faults) == seen.graph.pairs * (seen.graph.states - 1)
    assert all(map(visits.finds, faults))
    assert all(map(visits.meets, specified(seen)))


def test_tour_misses_few_faults_where_what_a_customer_sees_is_read_back() -> None:
    """What is hidden, such as whether a key in a deleted vault is enabled, shows only if a later step happens to."""
    seen, visits = seen_of("losing-the-key"), toured("losing-the-key")
    faults = [fault for fault in every_transfer(seen) if can_be_seen(seen, fault)]
    missed = [fault for fault in faults if not visits.finds(fault)]
    assert 0 < len(missed) < len(faults) * 0.05
    assert all(seen.seen[fault.to] == seen.seen[seen.graph.after[fault.place]] for fault in missed)


@pytest.mark.parametrize("name", ["losing-the-key", "vaults-and-keys"])
def test_whatever_is_found_can_be_seen(name: str) -> None:
    seen, visits = seen_of(name), toured(name)
    faults = list(some_transfers(seen, 200, Random(name)))
    assert all(can_be_seen(seen, fault) for fault in faults if visits.finds(fault))


def test_a_tour_finds_more_than_as_many_random_steps_and_than_what_is_accepted_alone() -> None:
    seen, visits = seen_of("vaults-and-keys"), toured("vaults-and-keys")
    faults = [fault for fault in some_transfers(seen, 300, Random(1)) if can_be_seen(seen, fault)]
    steps = visits.steps()
    at_random = Visits(seen, random_sequences(seen, steps, 50, Random(2)))
    accepted = Visits(seen, moving_only(seen.graph, visits.sequences))
    assert at_random.steps() == steps > accepted.steps()
    found = [sum(map(each.finds, faults)) for each in (visits, at_random, accepted)]
    assert found[0] > 2 * found[1]
    assert found[0] > 2 * found[2]


def test_a_fault_in_what_is_never_given_is_not_found() -> None:
    seen = seen_of("losing-the-key")
    nothing = Visits(seen, [[]])
    assert not any(nothing.finds(fault) for fault in every_transfer(seen))
    assert nothing.steps() == 9


def test_fault_that_no_command_shows_is_not_a_fault() -> None:
    """By answers alone, states of the smallest scope cannot all be distinguished."""
    seen = seen_of("losing-the-key", "answers")
    hidden = [fault for fault in every_transfer(seen) if not can_be_seen(seen, fault)]
    assert hidden
    assert not any(map(toured("losing-the-key", "answers").finds, hidden))
