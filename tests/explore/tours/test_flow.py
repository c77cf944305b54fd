"""The cheapest flow takes all excess away, and its prices prove that nothing is cheaper."""

from collections.abc import Mapping, Sequence
from random import Random

import pytest

from translator_cmk.explore.tours.tour import Arcs, Unbalanced, cheapest_flow, worth


def cost(arcs: Arcs, along: Sequence[Mapping[int, int]]) -> int:
    """Return the cost of a flow."""
    return sum(arcs[node][to] * units for node, flows in enumerate(along) for to, units in flows.items())


def network(seed: int) -> tuple[list[dict[int, int]], list[int]]:
    """Arcs at random with a way round, so what is too much can get anywhere, and an excess that sums to none."""
    random = Random(seed)
    size = random.randint(2, 40)
    arcs = [{random.randrange(size): random.randint(0, 3) for _ in range(random.randint(0, 4))} for _ in range(size)]
    for node in range(size):
        arcs[node].pop(node, None)
        arcs[node].setdefault((node + 1) % size, 5)
    excess = [random.randint(-6, 6) for _ in range(size)]
    excess[0] -= sum(excess)
    return arcs, excess


@pytest.mark.parametrize("seed", range(60))
def test_cheapest_flow_takes_the_excess_away_and_costs_what_the_prices_say(seed: int) -> None:
    """That a flow costs no more than what every flow is worth is the proof that it is the cheapest."""
    arcs, excess = network(seed)
    flow = cheapest_flow(arcs, excess)
    left = list(excess)
    for node, flows in enumerate(flow.along):
        for to, units in flows.items():
            assert units > 0
            assert to in arcs[node]
            left[node] -= units
            left[to] += units
    assert not any(left)
    assert cost(arcs, flow.along) == worth(arcs, excess, flow.prices)


def test_a_dear_way_is_left_for_a_cheap_one_that_takes_flow_back() -> None:
    """From 0 the near way to 2 is by 1, but 3 can only be reached from 1."""
    arcs = [{1: 1, 2: 3}, {2: 0, 3: 0}, {}, {}]
    flow = cheapest_flow(arcs, [2, 0, -1, -1])
    assert cost(arcs, flow.along) == 2
    arcs = [{2: 0, 3: 1}, {2: 1}, {}, {}]
    flow = cheapest_flow(arcs, [1, 1, -1, -1])
    assert flow.along == [{3: 1}, {2: 1}, {}, {}]


def test_what_cannot_flow_anywhere_is_an_error() -> None:
    with pytest.raises(Unbalanced):
        cheapest_flow([{}, {0: 1}], [1, -1])


def test_prices_that_prove_nothing_are_an_error() -> None:
    with pytest.raises(ValueError, match="from 0 to 1 the price rises by more than 2"):
        worth([{1: 2}, {}], [1, -1], [0, 3])
