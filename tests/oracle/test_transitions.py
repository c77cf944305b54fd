"""Of the choices of silent rows, only those that hold together are transitions."""

import pytest

from translator_cmk.machine import DEFAULT_STAGE, ROWS, Accepted, Machine, RowsContradict, initial
from translator_cmk.machine.commands import CreateVault
from translator_cmk.machine.rows import effect
from translator_cmk.machine.updates import sets
from translator_cmk.oracle.transitions import find_transitions

CREATES = CreateVault("kv-prod", "westeurope", "production", "apps")
ELSEWHERE = effect(CreateVault, "a.a", then=lambda c: sets(c.vault, region="eastus"))
NOWHERE = effect(CreateVault, "b.b", then=lambda c: sets(c.vault, region="nowhere"))


def test_a_silent_row_that_contradicts_others_does_not_hold() -> None:
    machine = Machine([*ROWS, ELSEWHERE], silent={"a.a"})
    found = find_transitions(machine, initial(DEFAULT_STAGE), CREATES, 8)
    assert [type(each.outcome) for each in found.possible] == [Accepted]


def test_rows_that_contradict_each_other_in_every_choice_are_an_error() -> None:
    machine = Machine([*ROWS, ELSEWHERE, NOWHERE], silent={"environment.create-vault"})
    with pytest.raises(RowsContradict, match="region of vault kv-prod"):
        find_transitions(machine, initial(DEFAULT_STAGE), CREATES, 8)
