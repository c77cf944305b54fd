"""What the tests of the oracle share: profiles, sequences of commands, and a system that is followed."""

from random import Random
from typing import Any

from tests.machine.worlds import TWO_AT_WORK, random_command
from translator_cmk.machine import (
    COUNTER_ROWS,
    ROWS,
    Command,
    Machine,
    Outcome,
    State,
)
from translator_cmk.machine import commands as cmd
from translator_cmk.machine.rows import Row, Silent
from translator_cmk.oracle import Oracle
from translator_cmk.oracle.observability import Shown
from translator_cmk.oracle.profiles import machine_of, silent_in
from translator_cmk.requirements import load_register
from translator_cmk.system import ModelSystem

FULL = machine_of(silent_in("full", load_register()))
ARTICLE = machine_of(silent_in("article", load_register()))
REQUIREMENTS = sorted({row.requirement for row in (*ROWS, *COUNTER_ROWS)})


class PicksAtRandom(Machine):
    """Lets silent rows hold or not, at random in each step and each look."""

    def __init__(self, machine: Machine, random: Random) -> None:
        super().__init__(machine.rows, machine.silent)
        self.random = random

    def step(self, state: State, command: Command, choose: Any = None) -> tuple[State, Outcome]:
        return super().step(state, command, choose or self.picks())

    def world(self, state: State, choose: Any = None) -> Any:
        return super().world(state, choose or self.picks())

    def picks(self) -> Any:
        picked: dict[tuple[Row, str], bool] = {}

        def choose(row: Row, name: str) -> bool:
            if not isinstance(row, Silent) and row.requirement not in self.silent:
                return True
            return picked.setdefault((row, name), self.random.random() < 0.5)

        return choose


def without(silent: frozenset[str]) -> Machine:
    return Machine([row for row in ROWS if row.requirement not in silent])


def commands(seed: int, number: int = 40) -> list[Command]:
    random = Random(seed)
    return [*TWO_AT_WORK, *(random_command(random) for _ in range(number))]


def follow(oracle: Oracle, system: ModelSystem, *sequence: Command) -> tuple[Any, ...]:
    """Submit the commands to both, hold what the system does against the oracle; the first demands that are not met."""
    for command in sequence:
        outcome = system.submit(command)
        oracle.submit(command)
        if unmet := oracle.narrow(outcome, system.observe()):
            return unmet
    return ()


def submit(oracle: Oracle, *sequence: Command) -> Outcome:
    """Submit the commands to the oracle; what is demanded of the last."""
    return [oracle.submit(command) for command in sequence][-1]


def at_work(machine: Machine, shown: Shown | None = None) -> tuple[Oracle, ModelSystem]:
    """An oracle and the model, with two resources at work on one key."""
    oracle, system = Oracle(machine, shown), ModelSystem()
    assert follow(oracle, system, *TWO_AT_WORK) == ()
    return oracle, system


APART = (
    cmd.EnableCustomerManagedKeys("r3", "v2", "k1"),
    cmd.CreateWorkspace("w3", "r3"),
    cmd.UploadDocument("d3", "w3"),
)
THREE_AT_WORK = (
    *TWO_AT_WORK,
    cmd.CreateResource("r3", "Translator", "westeurope", "cmk-tier", "production", "g1"),
    *APART,
)
