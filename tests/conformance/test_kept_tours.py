"""The default tour that is kept is the one that would be planned."""

import pytest

from translator_cmk.conformance.cases import SCOPES, STEPS
from translator_cmk.conformance.lanes.kept_tours import FILE, kept_sequences, text_of
from translator_cmk.conformance.lanes.sequences import stress_sequences
from translator_cmk.conformance.lanes.tour import sequences_of
from translator_cmk.conformance.lanes.tour_planning import suites
from translator_cmk.explore import scopes as explored

WRITE_IT = "python -m translator_cmk.conformance.lanes.kept_tours"


@pytest.mark.slow
def test_kept_tour_is_the_one_that_is_planned_today() -> None:
    planned = suites(explored.SCOPES, STEPS)
    assert FILE.read_text("utf-8") == text_of(planned), f"write it again: {WRITE_IT}"
    sequences = [commands for suite in planned for commands in suite.sequences]
    assert kept_sequences() == tuple(sequences)


def test_default_tour_is_the_kept_one_with_the_stress_fixture() -> None:
    assert sequences_of(tuple(SCOPES), STEPS) == kept_sequences() + stress_sequences()
