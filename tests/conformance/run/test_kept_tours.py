"""The default tour that is kept is of the specification as it is."""

import json
from itertools import islice

from translator_cmk.conformance.judgement.cases import SCOPES, STEPS
from translator_cmk.conformance.run.kept_tours import FILE, kept_sequences, text_of
from translator_cmk.conformance.run.sequences import stress_sequences
from translator_cmk.conformance.run.tour import sequences_of
from translator_cmk.conformance.run.tour_planning import suites
from translator_cmk.explore import scopes as explored
from translator_cmk.machine import DEFAULT_STAGE, ROWS, Machine, Unspecified, initial
from translator_cmk.machine.rows import Row, Silent

WRITE_IT = "write it again: python -m translator_cmk.conformance.run.kept_tours"


def test_small_scopes_are_kept_as_they_are_planned_today() -> None:
    planned = json.loads(text_of(list(islice(suites(explored.SCOPES, STEPS), 2))))
    kept = json.loads(FILE.read_text("utf-8"))
    assert {name: kept[name] for name in planned} == planned, WRITE_IT


def test_default_tour_is_the_kept_one_with_the_stress_fixture() -> None:
    assert sequences_of(tuple(SCOPES), STEPS) == kept_sequences() + stress_sequences()


def test_each_kept_sequence_goes_only_where_it_is_specified_what_a_system_does() -> None:
    machine = Machine(ROWS)
    for commands in kept_sequences():
        state = initial(DEFAULT_STAGE)
        for command in commands[:-1]:
            state, outcome = machine.step(state, command)
            assert not isinstance(outcome, Unspecified), (command, WRITE_IT)


NOT_IN_A_STEP = {"encryption.section", "identity.registered", "resource.not-at-creation"}
"""The first two are about what is shown; the last is of a creation that is refused."""


def test_default_tour_meets_every_row_that_demands_something() -> None:
    met: set[Row] = set()

    def note(row: Row, _: str) -> bool:
        met.add(row)
        return True

    machine = Machine(ROWS)
    for commands in sequences_of(tuple(SCOPES), STEPS):
        state = initial(DEFAULT_STAGE)
        for command in commands:
            state, _ = machine.step(state, command, note)
    missed = set()
    for row in ROWS:
        if row not in met and not isinstance(row, Silent):
            missed.add(row.requirement)
    assert missed == NOT_IN_A_STEP, WRITE_IT
