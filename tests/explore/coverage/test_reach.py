"""What is reached is counted against all that there is; a tour reaches all of its scope, and nothing reaches little."""

from functools import cache

from translator_cmk.explore.coverage.decisions import shown
from translator_cmk.explore.coverage.reach import Reach, Walked, Worlds, as_data, reached, share, table, worlds
from translator_cmk.explore.scopes import SCOPES
from translator_cmk.explore.tours.sequences import suite
from translator_cmk.machine.commands import DeleteVault, DisableIdentity, DisableKey, ReadData, RecoverVault

NAMED = {scope.name: scope for scope in SCOPES}
START = NAMED["losing-the-key"].start


@cache
def smallest() -> Worlds:
    return worlds([NAMED["losing-the-key"], NAMED["vaults-and-keys"]])


def test_tours_reach_every_row_reason_and_condition() -> None:
    every = smallest()
    reach = reached(every, (s.commands for graph in every.graphs.values() for s in suite(graph.scope).sequences))
    there = every.everything
    assert reach.refusals >= there.refusals
    assert reach.rows >= there.rows
    assert shown(reach.evaluations) >= shown(there.evaluations)
    assert reach.evaluations >= there.evaluations


def test_budgeted_sequences_reach_every_pair_of_rows_and_of_topics() -> None:
    every = smallest()
    reach = reached(every, (s.commands for graph in every.graphs.values() for s in suite(graph.scope, 3_000).sequences))
    assert reach.row_pairs >= every.everything.row_pairs
    assert reach.topic_pairs >= every.everything.topic_pairs


def test_no_commands_reach_no_row() -> None:
    reach = reached(smallest(), [()])
    assert not reach.rows
    assert not reach.refusals


def test_refusals_are_covered_with_their_reasons() -> None:
    reach = reached(smallest(), [(*START, DisableKey("vault", "key"), ReadData("workspace"), ReadData("workspace"))])
    assert reach.refusals == {frozenset({"revocation.data-inaccessible"})}
    assert reach.reasons == {"revocation.data-inaccessible"}


def test_topics_meet_in_successive_steps() -> None:
    alone = reached(smallest(), [(*START, DisableIdentity("translator"))])
    after = reached(smallest(), [(*START, DeleteVault("vault"), RecoverVault("vault"))])
    assert frozenset({"restoration", "revocation"}) in after.topic_pairs - alone.topic_pairs
    assert all(len(pair) == 2 for pair in smallest().everything.topic_pairs)


def test_data_count_what_was_reached_and_name_what_was_not() -> None:
    every = smallest()
    data = as_data(every, [Walked("nothing", "No commands.", 1, 0, reached(every, [()]))])
    there = data["evidence"][0]["reached"]
    assert there == data["together"]
    assert there["rows"]["reached"] == 0
    assert len(there["rows"]["missing"]) == there["rows"]["of"]
    assert "revocation.data-inaccessible" in there["reasons"]["missing"]
    assert all(each["because"].startswith("it is ") for each in data["infeasible"])
    head, *rows = table(data)
    assert head == ["", "nothing", "together"]
    count = there["rows"]["of"]
    assert ["rows", f"0 of {count} (0%)", f"0 of {count} (0%)"] in rows


def test_a_share_is_rounded_down() -> None:
    assert share({"reached": 199, "of": 200}) == "199 of 200 (99%)"
    assert share({"reached": 0, "of": 0}) == "0 of 0 (100%)"


def test_what_several_reach_is_added() -> None:
    one, other = (reached(smallest(), [commands]) for commands in ((), START))
    both = Reach()
    both.add_all(one)
    both.add_all(other)
    assert both.evaluations == one.evaluations | other.evaluations
