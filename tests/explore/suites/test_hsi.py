"""Claims about complete suites: what their machine is, that its states are told apart, and that no fault gets away."""

from array import array
from functools import cache
from random import Random

import pytest

from tests.explore.suites.faults import (
    Visits,
    can_be_seen,
    every_single,
    some_hidden,
    some_multiple,
    some_single,
)
from translator_cmk.explore.graph import Graph, state_graph
from translator_cmk.explore.scopes import SCOPES
from translator_cmk.explore.suites.hsi import HsiSuite, TooLarge, certificate, hsi_suite
from translator_cmk.explore.suites.reduced import Reduced, Sight, reduced, told_apart
from translator_cmk.explore.suites.separating import identifiers, longest, shown
from translator_cmk.machine import Outcome
from translator_cmk.machine.commands import RotateKey

SMALLEST, SMALL = "losing-the-key", "vaults-and-keys"
SCOPE = {scope.name: scope for scope in SCOPES}


@cache
def graph(name: str) -> Graph[Outcome]:
    return state_graph(SCOPE[name])


@cache
def machine(name: str, sight: Sight) -> Reduced:
    return reduced(graph(name), sight)


@cache
def suite(name: str, sight: Sight, extra: int) -> HsiSuite:
    return hsi_suite(machine(name, sight), extra)


def test_a_machine_has_as_many_states_as_what_is_seen_tells_apart() -> None:
    assert [machine(SMALLEST, sight).states for sight in Sight] == [12, 12, 14]
    assert [machine(SMALL, sight).states for sight in Sight] == [21, 21, 30]


@pytest.mark.parametrize("sight", Sight)
@pytest.mark.parametrize("name", [SMALLEST, SMALL])
def test_access_sequences_reach_their_states_and_are_closed_under_prefixes(name: str, sight: Sight) -> None:
    made = machine(name, sight)
    for state, way in enumerate(made.access):
        at = 0
        for number in way:
            at = made.after[at * made.width + number]
        assert at == state
        assert not way or way[:-1] in made.access
    assert len(set(made.access)) == made.states


def test_commands_that_a_scope_bounds_are_left_out() -> None:
    made = machine(SMALL, Sight.OUTCOMES)
    assert {type(command) for command in made.left_out} == {RotateKey}
    assert set(made.left_out) | set(made.inputs) == set(SCOPE[SMALL].alphabet)
    assert not machine(SMALLEST, Sight.OUTCOMES).left_out


@pytest.mark.parametrize("sight", Sight)
@pytest.mark.parametrize("name", [SMALLEST, SMALL])
def test_any_two_states_share_the_beginning_of_a_sequence_that_tells_them_apart(name: str, sight: Sight) -> None:
    made = machine(name, sight)
    known_by = identifiers(made)
    beginnings = [{each[:length] for each in known for length in range(len(each) + 1)} for known in known_by]
    for one in range(made.states):
        for other in range(one):
            shared = beginnings[one] & beginnings[other]
            assert any(shown(made, one, each) != shown(made, other, each) for each in shared)


def test_sequences_that_are_part_of_others_are_left_out() -> None:
    assert longest([(1,), (1, 2), (), (1, 2), (3, 1), (1, 3)]) == ((1, 2), (1, 3), (3, 1))


@pytest.mark.parametrize("extra", [0, 1])
@pytest.mark.parametrize("sight", Sight)
def test_every_single_fault_in_the_smallest_scope_is_found(sight: Sight, extra: int) -> None:
    made = machine(SMALLEST, sight)
    visits = Visits(suite(SMALLEST, sight, extra))
    missed = [faulty for faulty in every_single(made) if not visits.finds(faulty)]
    assert not any(can_be_seen(made, faulty) for faulty in missed)
    assert len(missed) == 0


@pytest.mark.parametrize("extra", [0, 1])
@pytest.mark.parametrize("sight", Sight)
def test_several_faults_at_once_do_not_hide_one_another(sight: Sight, extra: int) -> None:
    made = machine(SMALL, sight)
    visits = Visits(suite(SMALL, sight, extra))
    for draw in (some_single, some_multiple):
        for faulty in draw(made, 300, Random(1)):
            assert visits.finds(faulty) or not can_be_seen(made, faulty)


@pytest.mark.parametrize("name", [SMALLEST, SMALL])
def test_a_fault_behind_an_extra_state_is_found_where_one_is_allowed_for_and_most_get_away_elsewhere(name: str) -> None:
    made = machine(name, Sight.OUTCOMES)
    none, one = (Visits(suite(name, Sight.OUTCOMES, extra)) for extra in (0, 1))
    faults = [faulty for faulty in some_hidden(made, 300, Random(2)) if can_be_seen(made, faulty)]
    assert all(map(one.finds, faults))
    assert sum(map(none.finds, faults)) < len(faults) / 2


def test_what_is_found_can_be_seen_and_the_machine_itself_passes() -> None:
    made = machine(SMALL, Sight.OUTCOMES)
    visits = Visits(suite(SMALL, Sight.OUTCOMES, 0))
    assert not visits.finds({})
    assert all(can_be_seen(made, faulty) for faulty in some_single(made, 200, Random(3)) if visits.finds(faulty))


def test_a_suite_without_its_identifiers_misses_faults() -> None:
    """The test of the tests: each part of a suite is needed."""
    made = machine(SMALLEST, Sight.OUTCOMES)
    whole = suite(SMALLEST, Sight.OUTCOMES, 0)
    bare = whole._replace(
        sequences=longest((*way, number) for way in made.access for number in range(made.width)),
    )
    faults = list(every_single(made))
    assert sum(map(Visits(bare).finds, faults)) < sum(map(Visits(whole).finds, faults))


def test_states_that_no_sequence_tells_apart_are_in_one_block() -> None:
    """The first two answer alike and lead to each other; the third answers otherwise; the fourth leads there."""
    assert told_apart([1, 0, 0, 2], [0, 0, 1, 0], 1) == [0, 0, 1, 2]


def test_a_machine_of_one_state_is_known_by_nothing() -> None:
    made = Reduced(SCOPE[SMALLEST], Sight.OUTCOMES, (), (), array("i"), array("i"), ((),))
    assert identifiers(made) == ((),)


def test_a_certificate_says_what_is_guaranteed_against_what() -> None:
    said = certificate(suite(SMALL, Sight.OBSERVATIONS, 1))
    assert "passes all 10,990 sequences" in said.guarantee
    assert "at most 31 states" in said.fault_domain
    assert "one of 30 access sequences, followed by at most 1 command." in said.fault_domain
    assert "Left out: 1 of the scope's commands (RotateKey)" in said.assumes
    assert "Left out" not in certificate(suite(SMALLEST, Sight.OUTCOMES, 0)).assumes


def test_a_suite_that_would_be_too_large_is_refused() -> None:
    with pytest.raises(TooLarge, match="demands, 1 extra state: 1,660 states and 32 commands make more than 1,000,000"):
        hsi_suite(reduced(graph("demands"), Sight.OBSERVATIONS), 1)
