"""A memoised machine steps exactly as the machine itself."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.machine.worlds import TWO_AT_WORK, random_command
from translator_cmk.explore.memoised import Memoised
from translator_cmk.explore.mutation import mutants
from translator_cmk.machine import DEFAULT_STAGE, ROWS, Machine, initial

MEMOISED = Memoised(Machine(ROWS).step)


@given(st.randoms(use_true_random=False))
@settings(max_examples=150)
def test_steps_are_those_of_the_machine(random: Random) -> None:
    state = initial(DEFAULT_STAGE)
    for command in (*TWO_AT_WORK, *(random_command(random) for _ in range(60))):
        expected = Machine(ROWS).step(state, command)
        assert MEMOISED.step(state, command) == expected  # computed, or kept from another example
        assert MEMOISED.step(state, command) == expected  # kept
        state = expected[0]


def test_no_step_is_computed_twice() -> None:
    taken = []

    class Counting(Machine):
        def step(self, state, command, choose=None):  # type: ignore[no-untyped-def]  # as in Machine
            taken.append(command)
            return super().step(state, command, choose)

    machine = Memoised(Counting(ROWS).step)
    for _ in range(3):
        state = initial(DEFAULT_STAGE)
        for command in TWO_AT_WORK:
            state, _ = machine.step(state, command)
    assert len(taken) == len(TWO_AT_WORK)


def test_changed_rows_are_memoised_apart() -> None:
    """Each changed set of rows is stepped like itself."""
    for mutant in [each for each in mutants() if each.kind in ("row dropped", "guard negated")][::16]:
        machine = Machine(mutant.rows)
        memoised = Memoised(machine.step)
        state = initial(DEFAULT_STAGE)
        for command in TWO_AT_WORK:
            assert memoised.step(state, command) == machine.step(state, command)
            state, _ = machine.step(state, command)


def test_number_of_kept_results_is_bounded() -> None:
    machine = Memoised(Machine(ROWS).step, limit=5)
    state = initial(DEFAULT_STAGE)
    for command in TWO_AT_WORK:
        state, _ = machine.step(state, command)
        assert machine.kept <= 5
