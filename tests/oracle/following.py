"""What the tests of the oracle share: machines, sequences, and a system that is followed."""

from collections.abc import Callable
from random import Random
from typing import Any

from tests.machine.worlds import TWO_AT_WORK, random_command
from translator_cmk.machine import COUNTER_ROWS, ROWS, Command, Machine, Outcome, State
from translator_cmk.machine import commands as cmd
from translator_cmk.machine.rows import Row, Silent
from translator_cmk.oracle import Differs, Follower, Oracle
from translator_cmk.oracle.profiles import machine_of, silent_in
from translator_cmk.requirements import load_register
from translator_cmk.system import ModelSystem

FULL = machine_of(silent_in("full", load_register()))
ARTICLE = machine_of(silent_in("article", load_register()))
REQUIREMENTS = sorted({row.requirement for row in (*ROWS, *COUNTER_ROWS)})

THREE_AT_WORK = (
    *TWO_AT_WORK,
    cmd.CreateResource("r3", "Translator", "westeurope", "cmk-tier", "production", "g1"),
    cmd.EnableCustomerManagedKeys("r3", "v2", "k1"),
    cmd.CreateWorkspace("w3", "r3"),
    cmd.UploadDocument("d3", "w3"),
)


class PicksAtRandom(Machine):
    """Lets silent rows hold or not, at random in each step and each look."""

    def __init__(self, machine: Machine, random: Random) -> None:
        super().__init__(machine.rows, machine.silent)
        self.random = random

    def step(self, state: State, command: Command, choose: Any = None) -> tuple[State, Outcome]:
        return super().step(state, command, choose or self.picks())

    def world(self, state: State, choose: Any = None) -> Any:
        return super().world(state, choose or self.picks())

    def picks(self) -> Callable[[Row, str], bool]:
        """Return a choice that answers each question about a row and an entity in one way."""
        picked: dict[tuple[Row, str], bool] = {}

        def choose(row: Row, name: str) -> bool:
            if not isinstance(row, Silent) and row.requirement not in self.silent:
                return True
            return picked.setdefault((row, name), self.random.random() < 0.5)

        return choose


def without(requirements: frozenset[str]) -> Machine:
    """Return the machine without the rows of these requirements."""
    return Machine([row for row in ROWS if row.requirement not in requirements])


def commands(seed: int, number: int = 40) -> list[Command]:
    """Return random commands, after those that set two resources to work."""
    random = Random(seed)
    return [*TWO_AT_WORK, *(random_command(random) for _ in range(number))]


def follow(oracle: Oracle, system: ModelSystem, *sequence: Command) -> Differs | None:
    """Put the commands to a system, and return the first difference from the oracle, if any."""
    follower = Follower(oracle)
    for command in sequence:
        outcome = system.submit(command)
        follower.submit(command)
        comparison = follower.answer(outcome, system.observe())
        if isinstance(comparison, Differs):
            return comparison
        assert follower.has_track
    return None


def submit(oracle: Oracle, *sequence: Command) -> None:
    """Submit the commands to the oracle."""
    for command in sequence:
        oracle.submit(command)
