"""What is silent may hold or not, and a failure that counts is one of a requirement that counts."""

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.machine.conftest import Record
from tests.oracle.following import (
    ARTICLE,
    REQUIREMENTS,
    PicksAtRandom,
    commands,
    follow,
    without,
)
from translator_cmk.bdd.feature_files import pickles
from translator_cmk.bdd.vocabulary import commands_of
from translator_cmk.machine import Accepted, Command, Machine, Outcome, Refused, RowsContradict
from translator_cmk.machine.commands import DeleteVault, EnableCustomerManagedKeys, ReadData
from translator_cmk.oracle import Oracle
from translator_cmk.oracle.profiles import machine_of
from translator_cmk.system import ModelSystem

FREE = "what-is-silent-may-hold-or-not"
COUNTED = "a-failure-that-counts-names-what-counts"


@pytest.mark.slow
def test_machines_with_and_without_what_is_silent_agree_with_the_oracle(
    record_property: Record,
) -> None:
    record_property("law", FREE)
    record_property(
        "searched", "random sequences with random sets of silent requirements, by Hypothesis"
    )
    agree_with_the_oracle()


@settings(max_examples=40)
@given(st.integers(0, 2**32), st.frozensets(st.sampled_from(REQUIREMENTS), max_size=8))
def agree_with_the_oracle(seed: int, silent: frozenset[str]) -> None:
    """Put machines that have, lack or mix what is silent to the oracle; none may differ."""
    machine = machine_of(silent)
    for chosen in (Machine(machine.rows), without(silent), PicksAtRandom(machine, Random(seed))):
        oracle = Oracle(machine)
        system = ModelSystem(chosen)
        for command in commands(seed, 25):
            try:
                outcome = system.submit(command)
            except RowsContradict:
                break  # what this machine picked does not hold together
            oracle.submit(command)
            assert oracle.narrow(outcome, system.observe()) is None
            assert not oracle.uncompared


class AnswersOtherwise(ModelSystem):
    """Accepts what it should refuse of one kind of command, and the other way round."""

    def __init__(self, command: type[Command]) -> None:
        super().__init__()
        self.command = command
        self.asked: tuple[Command, ...] = ()

    def submit(self, asked: Command) -> Outcome:
        self.asked += (asked,)
        outcome = super().submit(asked)
        if not isinstance(asked, self.command):
            return outcome
        return Refused() if isinstance(outcome, Accepted) else Accepted()


def sequences_with(command: type[Command]) -> Iterator[tuple[Command, ...]]:
    """Yield the commands of each scenario that has a command of this kind."""
    for pickle in pickles():
        sequence = tuple(commands_of(pickle))
        if any(isinstance(asked, command) for asked in sequence):
            yield sequence


def begins_like_one_of(found: set[tuple[Command, ...]], sequence: tuple[Command, ...]) -> bool:
    return any(sequence[:length] in found for length in range(1, len(sequence) + 1))


@pytest.mark.parametrize("command", [ReadData, DeleteVault, EnableCustomerManagedKeys])
def test_no_silent_requirement_is_named_for_a_failure_that_counts(
    command: type[Command], record_property: Record
) -> None:
    record_property("law", COUNTED)
    record_property("searched", f"all scenarios, with {command.__name__} answered otherwise")
    failed: set[tuple[Command, ...]] = set()
    for sequence in sequences_with(command):
        if begins_like_one_of(failed, sequence):
            continue  # it fails where that did, and for the same reason
        system = AnswersOtherwise(command)
        differs = follow(Oracle(ARTICLE), system, *sequence)
        if differs is not None:
            failed.add(system.asked)
            assert not ARTICLE.silent.intersection(differs.why.attributed_to), sequence
    assert failed
