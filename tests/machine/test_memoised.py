"""A memoised function gives what the function gives, and is not called twice for the same reads."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.machine.worlds import TWO_AT_WORK, random_command
from translator_cmk.machine import DEFAULT_STAGE, ROWS, Command, Machine, initial
from translator_cmk.machine.memoised import Memoised

MEMOISED = Memoised(Machine(ROWS).step)


@given(st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_memoised_steps_are_those_of_the_machine(random: Random) -> None:
    state = initial(DEFAULT_STAGE)
    for command in (*TWO_AT_WORK, *(random_command(random) for _ in range(60))):
        expected = Machine(ROWS).step(state, command)
        assert MEMOISED.step(state, command) == expected  # computed, or kept from another example
        assert MEMOISED.step(state, command) == expected  # kept
        state = expected[0]


def test_no_step_is_computed_twice_and_the_number_of_kept_results_is_bounded() -> None:
    taken: list[Command] = []

    class Counting(Machine):
        def step(self, state, command, choose=None):  # type: ignore[no-untyped-def]  # as in Machine
            taken.append(command)
            return super().step(state, command, choose)

    memoised = Memoised(Counting(ROWS).step)
    bounded = Memoised(Machine(ROWS).step, limit=5)
    for _ in range(3):
        state = initial(DEFAULT_STAGE)
        for command in TWO_AT_WORK:
            assert memoised.step(state, command) == bounded.step(state, command)
            state, _ = memoised.step(state, command)
            assert bounded.kept <= 5
    assert len(taken) == len(TWO_AT_WORK)
