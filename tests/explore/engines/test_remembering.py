"""A machine that remembers steps exactly as the machine it remembers for."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.machine.worlds import TWO_AT_WORK, random_command
from translator_cmk.explore.engines.remembering import RememberingMachine
from translator_cmk.explore.mutation import mutants
from translator_cmk.machine import DEFAULT_STAGE, ROWS, Machine, initial

REMEMBERING = RememberingMachine(Machine(ROWS))


@given(st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_steps_are_those_of_the_machine(random: Random) -> None:
    state = initial(DEFAULT_STAGE)
    for command in (*TWO_AT_WORK, *(random_command(random) for _ in range(60))):
        expected = REMEMBERING.machine.step(state, command)
        assert REMEMBERING.step(state, command) == expected  # learned, or remembered from another example
        assert REMEMBERING.step(state, command) == expected  # remembered
        state = expected[0]


def test_no_step_is_taken_twice() -> None:
    taken = []

    class Counting(Machine):
        def step(self, state, command, choose=None):  # type: ignore[no-untyped-def]  # as in Machine
            taken.append(command)
            return super().step(state, command, choose)

    machine = RememberingMachine(Counting(ROWS))
    for _ in range(3):
        state = initial(DEFAULT_STAGE)
        for command in TWO_AT_WORK:
            state, _ = machine.step(state, command)
    assert len(taken) == len(TWO_AT_WORK)


def test_changed_rows_are_remembered_apart() -> None:
    """What one machine remembers says nothing about another: each changed set of rows is stepped like itself."""
    for mutant in [each for each in mutants() if each.kind in ("row dropped", "guard negated")][::16]:
        machine = Machine(mutant.rows)
        remembering = RememberingMachine(machine)
        state = initial(DEFAULT_STAGE)
        for command in TWO_AT_WORK:
            assert remembering.step(state, command) == machine.step(state, command)
            state, _ = machine.step(state, command)


def test_what_is_remembered_is_bounded() -> None:
    machine = RememberingMachine(Machine(ROWS), limit=5)
    state = initial(DEFAULT_STAGE)
    for command in TWO_AT_WORK:
        state, _ = machine.step(state, command)
        assert machine.remembered <= 5
