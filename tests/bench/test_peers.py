"""The benchmark compares nothing that was counted differently, and its rivals get the model that they should."""

from typing import Any

import pytest

from tests.bench.contests import Samples
from tests.bench.peers import CountsDiffer, same_counts, verdicts, waited
from tests.bench.rivals.in_python import for_minicheck
from translator_cmk.explore.foreign.tightened import tightened
from translator_cmk.explore.graph import state_graph
from translator_cmk.explore.scopes import SCOPES


def sample(states: int, transitions: int | None, seconds: float = 1.0) -> dict[str, Any]:
    return {"states": states, "transitions": transitions, "seconds": seconds, "cpu": seconds / 2, "kilobytes": 1}


def test_those_that_count_the_same_have_to_find_the_same() -> None:
    samples: Samples = {
        "sets": [sample(10, 50)],
        "Spin, every step": [sample(10, 50)],
        "Spin, moves only": [sample(10, 20)],
        "Rumur with 2 threads, moves only": [sample(10, 20)],
        "musil": [sample(10, None)],
        "Spin, the toy": [sample(7, 7)],
    }
    same_counts(samples)
    with pytest.raises(CountsDiffer, match="musil finds 11 states, and sets 10"):
        same_counts(samples | {"musil": [sample(11, None)]})
    with pytest.raises(CountsDiffer, match="Spin, every step finds 49 transitions, and sets 50"):
        same_counts(samples | {"Spin, every step": [sample(10, 49)]})
    with pytest.raises(
        CountsDiffer, match="Rumur with 2 threads, moves only finds 21 transitions, and Spin, moves only 20"
    ):
        same_counts(samples | {"Rumur with 2 threads, moves only": [sample(10, 21)]})


def test_figures_are_medians_by_the_clock_and_those_without_a_rival_are_left_out() -> None:
    samples: Samples = {
        "sets": [sample(10, 50, seconds) for seconds in (3.0, 1.0, 2.0)],
        "Spin, every step": [{**sample(10, 50, 4.0), "cpu": 1.0}],
    }
    (found,) = verdicts("sparse", samples)
    assert found["name"] == "sets, with all that it derives, against Spin, every step"
    assert (found["figure"], found["by_processor"], found["met"]) == (2.0, 1.0, True)
    assert list(verdicts("sparse", {"sets": samples["sets"]})) == []


def test_one_who_had_to_wait_shows_that_the_machine_was_busy() -> None:
    quiet = {**sample(10, 50, 4.0), "cpu": 4.0}
    assert waited({"sets": [quiet]}) == 1
    assert waited({"sets": [quiet], "musil": [quiet, {**quiet, "seconds": 480.0}]}) == 120


@pytest.mark.parametrize("name", ["losing-the-key", "vaults-and-keys"])
def test_model_in_python_has_the_states_and_moves_of_the_scope(name: str) -> None:
    scope = next(scope for scope in SCOPES if scope.name == name)
    written: dict[str, Any] = {}
    exec(for_minicheck(tightened(scope)), written)
    first = (0,) * len(written["FIELDS"])
    seen, waiting, moves = {first}, [first], 0
    while waiting:
        for _, after in written["transitions"](waiting.pop()):
            moves += 1
            if after not in seen:
                seen.add(after)
                waiting.append(after)
    graph = state_graph(scope)
    assert len(seen) == graph.states
    assert moves == sum(pair.after != pair.state for state in range(graph.states) for pair in graph.of(state))
