"""Sequences are commands and nothing else, and whoever replays them meets what they guarantee."""

import json
import re
from functools import cache

import pytest

from translator_cmk.explore.scopes import SCOPES
from translator_cmk.explore.tours.sequences import CommandSequence, Suite, TooLarge, suite, wire_lines
from translator_cmk.language import command_from_wire, stage_from_wire
from translator_cmk.machine import COMMANDS, DEFAULT_STAGE, ROWS, Machine
from translator_cmk.oracle import Oracle
from translator_cmk.running import answers
from translator_cmk.system import ModelSystem

NAMED = {scope.name: scope for scope in SCOPES}


@cache
def whole(name: str) -> Suite:
    return suite(NAMED[name])


def pairs_met(found: "tuple[CommandSequence, ...]") -> int:
    """How many commands in states the sequences give to the model, after they have come to the start of the scope."""
    system, met = ModelSystem(), set()
    for sequence in found:
        system.reset(DEFAULT_STAGE)
        for number, command in enumerate(sequence.commands):
            if number >= sequence.start:
                met.add((system.state, command))
            system.submit(command)
    return len(met)


@pytest.mark.parametrize("name", ["losing-the-key", "vaults-and-keys"])
def test_replaying_a_tour_meets_the_pairs_that_it_guarantees(name: str) -> None:
    made = whole(name)
    assert pairs_met(made.sequences) == made.pairs
    assert f"Each of the {made.pairs:,} commands in states of the scope {name}" in made.guarantee
    assert sum(sequence.steps for sequence in made.sequences) == made.steps == made.lower_bound


def test_replaying_what_a_budget_buys_meets_what_it_guarantees() -> None:
    made = suite(NAMED["losing-the-key"], 40)
    assert pairs_met(made.sequences) == made.pairs
    assert made.steps <= 40
    assert re.match(r"\d+ of \d+ rows, \d+ of \d+ reasons, \d+ of \d+ conditions that can decide", made.guarantee)


def test_sequences_are_named_by_scope_and_number() -> None:
    made = whole("losing-the-key").sequences
    assert [sequence.id for sequence in made] == [f"losing-the-key/{number}" for number in range(1, len(made) + 1)]


def test_wire_lines_hold_commands_and_nothing_of_what_should_come_of_them() -> None:
    made = whole("losing-the-key")
    fields = {"command"}.union(*(command.fields for command in COMMANDS.values()))
    read: list[list[object]] = []
    for line in wire_lines(made.sequences):
        message = json.loads(line)
        if "stage" in message:
            assert message.keys() == {"stage"}
            assert stage_from_wire(message["stage"]) == DEFAULT_STAGE
            read.append([])
        else:
            assert message.keys() <= fields
            read[-1].append(command_from_wire(message))
    assert [tuple(commands) for commands in read] == [sequence.commands for sequence in made.sequences]


def test_wire_lines_are_what_run_reads() -> None:
    made = whole("losing-the-key")
    source = (("tour", number, line.encode()) for number, line in enumerate(wire_lines(made.sequences), start=1))
    answered = list(answers(source, Oracle(Machine(ROWS)), observed=False))
    assert len(answered) == sum(len(sequence.commands) for sequence in made.sequences)
    assert all(answer["outcome"]["outcome"] != "unspecified" for answer in answered)


def test_scopes_that_are_too_large_and_budgets_that_are_too_small_are_errors() -> None:
    with pytest.raises(TooLarge, match=r"two-lives has .* states"):
        suite(NAMED["two-lives"])
    with pytest.raises(ValueError, match="the start of losing-the-key takes 9 steps"):
        suite(NAMED["losing-the-key"], 9)
    assert suite(NAMED["losing-the-key"], 10).steps == 10
