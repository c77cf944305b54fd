"""Of the choices of silent rows, only those that hold together are transitions."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.machine.worlds import TWO_AT_WORK, random_command
from tests.oracle.following import ARTICLE
from translator_cmk.machine import DEFAULT_STAGE, ROWS, Accepted, Machine, RowsContradict, initial
from translator_cmk.machine.commands import CreateVault
from translator_cmk.machine.rows import effect
from translator_cmk.machine.updates import sets
from translator_cmk.oracle import LIMIT
from translator_cmk.oracle.transitions import transitions, transitions_by_reads

CREATES = CreateVault("kv-prod", "westeurope", "production", "apps")
ELSEWHERE = effect(CreateVault, "a.a", then=lambda c: sets(c.vault, region="eastus"))
NOWHERE = effect(CreateVault, "b.b", then=lambda c: sets(c.vault, region="nowhere"))


def test_a_silent_row_that_contradicts_others_does_not_hold() -> None:
    machine = Machine([*ROWS, ELSEWHERE], silent={"a.a"})
    found = transitions(machine, initial(DEFAULT_STAGE), CREATES, 8)
    assert [type(each.outcome) for each in found.possible] == [Accepted]


def test_rows_that_contradict_each_other_in_every_choice_are_an_error() -> None:
    machine = Machine([*ROWS, ELSEWHERE, NOWHERE], silent={"environment.create-vault"})
    with pytest.raises(RowsContradict, match="region of vault kv-prod"):
        transitions(machine, initial(DEFAULT_STAGE), CREATES, 8)


@given(st.randoms(use_true_random=False))
@settings(max_examples=25)
def test_what_is_kept_by_the_records_that_a_command_reads_is_what_it_does(random: Random) -> None:
    state = initial(DEFAULT_STAGE)
    for command in (*TWO_AT_WORK, *(random_command(random) for _ in range(30))):
        found = transitions(ARTICLE, state, command, LIMIT)
        assert transitions_by_reads(ARTICLE, state, command, LIMIT) == found
        state = random.choice(found.possible).after
