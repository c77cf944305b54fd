"""A requirement agrees with what was seen of Azure only if nothing that was seen contradicts it."""

from translator_cmk.site.sightings import AGREES, CONTRADICTED, NOBODY, look
from translator_cmk.site.sourced import Cell, Seen, by_requirement

BOTH = "keys.enable"
"""What one observation supports and a later one contradicts."""


def test_observation_that_contradicts_a_requirement_outweighs_one_that_contradicts_another() -> (
    None
):
    first = Seen("first", "log", "2026-01-01", "Translator", Cell(""), [BOTH], ["keys.rotate"])
    later = Seen("later", "log", "2026-01-02", "Translator", Cell(""), [], [BOTH])
    found = by_requirement([first, later])
    assert found[BOTH][0] is first
    assert look(BOTH, found) == CONTRADICTED
    assert look("keys.rotate", found) == CONTRADICTED
    assert look(BOTH, by_requirement([first])) == AGREES
    assert look("keys.create", found) == NOBODY
