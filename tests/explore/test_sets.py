"""The search by sets of states finds what the search of single states finds."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.explore.common import shared
from tests.machine.faulty_models import LEAVES_MODELS_DEPLOYED, ChangesOnRefusal
from translator_cmk.explore.cubes import NotSeparable
from translator_cmk.explore.exploration import ABOUT_STATES, Exploration, verdict
from translator_cmk.explore.scopes import NAMED, SCOPES, Scope
from translator_cmk.explore.search import explore
from translator_cmk.explore.sets import SetSearch
from translator_cmk.explore.theorems import THEOREMS
from translator_cmk.machine import ROWS, Machine
from translator_cmk.machine.commands import RevokeKeyAccess
from translator_cmk.machine.entities import Grant, Resource, Vault
from translator_cmk.machine.rows import Row, refuse, sets, whenever, write

ON_STATES = tuple(theorem for theorem in THEOREMS if theorem.form in ABOUT_STATES)


def counted(found: Exploration) -> Mapping[str, Any]:
    """Return all that a search counted, and the lengths of its counterexamples."""
    lengths = {name: len(broken.commands) for name, broken in found.broken.items()}
    return vars(found) | {"engine": "", "seconds": 0, "started": 0, "broken": lengths}


@pytest.mark.parametrize(
    ("scope", "largest"),
    [*((shared(3), largest) for largest in (1, 50, 1_000)), (shared(2, 2), 50), (NAMED["two-resources"], 1 << 18)],
    ids=lambda each: str(each.name) if isinstance(each, Scope) else str(each),
)
def test_sets_are_counted_as_their_states_are(scope: Scope, largest: int) -> None:
    one = explore(scope, engine="memoised", theorems=ON_STATES)
    assert counted(one) == counted(SetSearch(scope, Machine(ROWS), ON_STATES, largest).run())


@pytest.mark.parametrize("name", [scope.name for scope in SCOPES if 5_000 < (scope.states or 0) < 1_000_000])
def test_large_scope_has_as_many_states_as_it_says(name: str) -> None:
    found = explore(NAMED[name])
    assert (found.engine, found.states, found.complete) == ("sets", NAMED[name].states, True)


def test_sets_find_shortest_counterexamples_too() -> None:
    scope, wrong = NAMED["two-resources"], LEAVES_MODELS_DEPLOYED
    one = explore(scope, wrong, "memoised", ON_STATES)
    other = SetSearch(scope, wrong, ON_STATES, 50).run()
    assert other.broken
    assert counted(one) == counted(other)


def test_sets_stop_at_the_first_broken_theorem() -> None:
    found = explore(NAMED["two-resources"], LEAVES_MODELS_DEPLOYED, "sets", ON_STATES, stop=True)
    assert found.broken
    assert not found.complete


@pytest.mark.parametrize(
    "breaks",
    [
        whenever(Grant, "identity.access-removed", when=lambda g: g.nothing, then=lambda g: sets(g)),
        whenever(Resource, "identity.access-removed", when=lambda r: r.nothing, then=lambda r: sets(r)),
        refuse(RevokeKeyAccess, "identity.access-policy", unless=lambda c: c.resource.nothing),
    ],
    ids=["grant", "resource", "command"],
)
def test_rows_that_raise_in_a_cluster_are_not_passed_over(breaks: Row) -> None:
    with pytest.raises(NotSeparable, match="the rows raise"):
        SetSearch(shared(3), Machine((*ROWS, breaks)), (), 50).run()


def test_sets_are_chosen_for_large_scopes_if_they_can_and_say_which_theorems_they_do_not_check() -> None:
    assert explore(shared(2, states=6_000), ChangesOnRefusal(ROWS)).engine == "memoised"
    found = explore(shared(2, states=6_000), theorems=THEOREMS)
    assert found.engine == "sets"
    assert explore(shared(2), theorems=THEOREMS).engine == "memoised"
    for theorem in THEOREMS:
        assert (verdict(theorem, found) == "not checked") == (theorem.form != "always"), theorem.name


AT_ANOTHER = whenever(
    Resource,
    "environment.mistake",
    when=lambda r: r.identity and r.world.has(Vault, "kv-prod"),
    then=lambda r: write(Vault, "kv-prod", soft_delete=False),
)
ENDLESS = (
    whenever(Resource, "a.b", when=lambda r: r.identity, then=lambda r: sets(r, identity=False)),
    whenever(Resource, "c.d", when=lambda r: not r.identity, then=lambda r: sets(r, identity=True)),
)


@pytest.mark.parametrize(
    ("machine", "message"),
    [
        (ChangesOnRefusal(ROWS), "ChangesOnRefusal is not a machine of rows alone"),
        (Machine((*ROWS, AT_ANOTHER)), "resource translator-[12] writes to another entity"),
        (Machine((*ROWS, *ENDLESS)), "reach no fixpoint"),
    ],
    ids=["no rows", "writes elsewhere", "endless"],
)
def test_machine_that_cannot_be_taken_apart_is_searched_memoised(machine: Machine, message: str) -> None:
    with pytest.raises(NotSeparable, match=message):
        explore(shared(2), machine, "sets")


def test_scope_without_clusters_is_not_searched_by_sets() -> None:
    with pytest.raises(NotSeparable, match="vaults-and-keys do not fall into clusters"):
        explore(NAMED["vaults-and-keys"], engine="sets")
