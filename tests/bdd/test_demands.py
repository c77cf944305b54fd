"""Rows that contradict each other demand nothing of a scenario, and end no run of others."""

from translator_cmk.bdd.demands import PrefixTree, demanded
from translator_cmk.bdd.feature_files import pickles
from translator_cmk.machine import ROWS, Machine
from translator_cmk.machine.commands import DisableKey
from translator_cmk.machine.rows import effect
from translator_cmk.machine.updates import sets
from translator_cmk.oracle import Oracle

CONTRADICTS = effect(DisableKey, "keys.disable", then=lambda c: sets(c.key, enabled=True))


def test_a_scenario_in_which_rows_contradict_each_other_is_not_demanded() -> None:
    [disables] = [
        each for each in pickles() if each.id == "keys.disable/a-key-that-nothing-uses-is-disabled"
    ]
    [creates] = [each for each in pickles() if each.id == "keys.create/a-generated-key-is-active"]
    broken = PrefixTree(Oracle(Machine([*ROWS, CONTRADICTS])))
    assert demanded(PrefixTree(Oracle(Machine(ROWS))), disables)
    assert not demanded(broken, disables)
    assert demanded(broken, creates)
