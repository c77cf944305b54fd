"""Sets of states and states under interchangeable names are counted as the states are."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.machine.faulty_models import leaves_models_deployed, without
from translator_cmk.explore.alphabets import creates_resource, numbered, one_vault_for_all
from translator_cmk.explore.engines.bitsets import count, halves, repeated
from translator_cmk.explore.engines.clustered import Clustered
from translator_cmk.explore.engines.moving import Plain
from translator_cmk.explore.engines.packed import tabulated
from translator_cmk.explore.engines.sets import SetSearch
from translator_cmk.explore.engines.tabulated import NotTabulated
from translator_cmk.explore.exploration import Exploration
from translator_cmk.explore.scopes import SCOPES, Scope
from translator_cmk.explore.search import ABOUT_STATES, explore
from translator_cmk.explore.theorems import LOCAL, THEOREMS
from translator_cmk.machine import ROWS, Machine
from translator_cmk.machine.commands import CreateResource, EnableIdentity, RevokeKeyAccess
from translator_cmk.machine.entities import Grant, Resource
from translator_cmk.machine.rows import refuse, sets, whenever

ON_STATES = tuple(theorem for theorem in THEOREMS if theorem.form in ABOUT_STATES)
NAMED = {scope.name: scope for scope in SCOPES}


def shared(resources: int, keys: int = 1, **other: Any) -> Scope:
    """A small scope of the family that the largest ones are of."""
    names = numbered("translator", resources)
    told = {"alphabet": tuple(one_vault_for_all(resources, keys)), "interchangeable": names} | other
    return Scope("shared", "Resources that share a vault.", None, **told)


def counted(found: Exploration) -> Mapping[str, Any]:
    """All that an engine counted, and how long the ways are that it found."""
    ways = {name: len(broken.commands) for name, broken in found.broken.items()}
    lengths = {name: len(way) for name, way in found.reached.items()}
    left_out = {"engine": "", "seconds": 0, "broken": ways, "reached": lengths}
    return found._asdict() | left_out


ALIKE = [NAMED[name] for name in ("losing-the-key", "vaults-and-keys", "one-of-each")]
"""The others are compared when evidence is gathered."""


@pytest.mark.parametrize("scope", [*ALIKE, shared(3)], ids=lambda scope: str(scope.name))
def test_sets_are_counted_as_their_states_are(scope: Scope) -> None:
    one, other = (explore(scope, engine=engine, theorems=ON_STATES) for engine in ("packed", "sets"))
    assert counted(one) == counted(other)


def in_clusters(largest: int) -> Callable[..., Exploration]:
    """The engine of sets with small integers, so that small scopes fall into clusters too."""

    class Small(SetSearch):
        def _stepping(self, *told: Any) -> Clustered | Plain:
            steps = super()._stepping(*told)
            assert isinstance(steps, Clustered)
            return steps

    Small.largest = largest
    return tabulated("sets", Small)


@pytest.mark.parametrize("largest", [1, 50, 1_000])
@pytest.mark.parametrize("scope", [shared(3), shared(2, 2), NAMED["two-resources"]], ids=lambda scope: str(scope.name))
def test_clusters_are_counted_as_their_states_are(scope: Scope, largest: int) -> None:
    one = explore(scope, engine="packed", theorems=ON_STATES)
    other = in_clusters(largest)(scope, Machine(ROWS), ON_STATES, None, False)
    assert counted(one) == counted(other)


def test_clusters_find_shortest_counterexamples_too() -> None:
    scope, wrong = NAMED["two-resources"], leaves_models_deployed()
    one = explore(scope, wrong, "packed", ON_STATES)
    other = in_clusters(50)(scope, wrong, ON_STATES, None, False)
    assert other.broken
    assert counted(one) == counted(other)


@pytest.mark.parametrize("each", [Grant, Resource])
def test_rows_that_break_down_in_a_cluster_are_not_passed_over(each: type[Grant] | type[Resource]) -> None:
    breaks = whenever(each, "identity.access-removed", when=lambda e: e.nothing, then=lambda e: sets(e))
    with pytest.raises(NotTabulated, match="break down"):
        in_clusters(50)(shared(3), Machine((*ROWS, breaks)), (), None, False)


def test_commands_that_break_down_in_a_cluster_are_not_passed_over() -> None:
    breaks = refuse(RevokeKeyAccess, "identity.access-policy", unless=lambda c: c.resource.nothing)
    with pytest.raises(NotTabulated, match="break down"):
        in_clusters(50)(shared(3), Machine((*ROWS, breaks)), (), None, False)


@pytest.mark.parametrize("stop", [True, False])
def test_sets_find_shortest_counterexamples_too(stop: bool) -> None:
    scope, wrong = NAMED["losing-the-key"], leaves_models_deployed()
    one, other = (explore(scope, wrong, engine, ON_STATES, stop=stop) for engine in ("reference", "sets"))
    assert other.broken
    if not stop:
        assert counted(one) == counted(other)
    assert {len(broken.commands) for broken in other.broken.values()} >= {
        min(len(broken.commands) for broken in one.broken.values())
    }


@pytest.mark.parametrize(("resources", "keys"), [(2, 1), (3, 1), (2, 2)])
def test_states_under_interchangeable_names_are_counted_as_all_are(resources: int, keys: int) -> None:
    one, other = (explore(shared(resources, keys), engine=engine, theorems=LOCAL) for engine in ("packed", "symmetric"))
    assert not one.broken
    assert counted(one) == counted(other)


def test_counterexample_under_interchangeable_names_replays() -> None:
    machine = Machine(without("identity.access-removed"))
    one, other = (explore(shared(3), machine, engine, LOCAL) for engine in ("packed", "symmetric"))
    assert other.broken
    assert counted(one) == counted(other)


LOPSIDED: tuple[tuple[str, Callable[[], Scope]], ...] = (
    ("no interchangeable names", lambda: NAMED["losing-the-key"]),
    (
        "translator-1 and translator-2 cannot be swapped in the commands",
        lambda: shared(2, alphabet=(*one_vault_for_all(2, 1), *creates_resource("translator-1", kind="AIServices"))),
    ),
    (
        "workspace and translator cannot be swapped where losing-the-key starts",
        lambda: Scope(
            **NAMED["losing-the-key"].as_dict() | {"alphabet": (), "interchangeable": ("workspace", "translator")}
        ),
    ),
)


@pytest.mark.parametrize(("told", "scope"), LOPSIDED, ids=[told for told, _ in LOPSIDED])
def test_names_that_cannot_be_swapped_are_told(told: str, scope: Callable[[], Scope]) -> None:
    with pytest.raises(NotTabulated, match=told):
        explore(scope(), engine="symmetric")


def test_engine_suits_the_scope_and_the_theorems() -> None:
    few = shared(2, states=6_000)
    assert explore(few).engine == "sets"
    assert explore(few, theorems=ON_STATES).engine == "sets"
    assert explore(few, theorems=LOCAL[:3]).engine == "symmetric"
    assert explore(NAMED["one-of-each"]).engine == "packed"
    assert explore(NAMED["losing-the-key"]).engine == "reference"


@pytest.mark.parametrize("name", ["two-of-each", "two-lives"])
def test_scope_without_interchangeable_names_has_as_many_states_as_it_says(name: str) -> None:
    found = explore(NAMED[name])
    assert (found.engine, found.states) == ("sets", NAMED[name].states)


def test_large_scope_has_as_many_states_as_it_says() -> None:
    scope = NAMED["six-resources"]
    assert explore(scope, Machine(ROWS), "sets").states == explore(scope, Machine(ROWS), "symmetric").states
    assert explore(scope, Machine(ROWS), "symmetric").states == scope.states


@pytest.mark.parametrize(("size", "times"), [(1, 1), (3, 2), (5, 7), (4, 8)])
def test_bits_are_repeated(size: int, times: int) -> None:
    bits = (1 << size) - 1 & 0b10101
    assert repeated(bits, size, times) == sum(bits << size * number for number in range(times))


@pytest.mark.parametrize("bits", [{0: 0b11}, {0: 1, 5: 1}, {3: 1 | 1 << 200}, {3: 0b1011 << 90}])
def test_set_is_halved_into_two_that_are_not_empty(bits: dict[int, int]) -> None:
    one, other = halves(dict(bits))
    assert count(one) + count(other) == count(bits)
    assert count(one)
    assert count(other)


def test_commands_of_the_family_name_every_resource() -> None:
    alphabet = shared(4).alphabet
    assert sum(isinstance(command, CreateResource) for command in alphabet) == 4
    assert sum(isinstance(command, EnableIdentity) for command in alphabet) == 4
