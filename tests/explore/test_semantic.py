"""Semantic mutants say what they contradict, change rows, and the half that was held out is as it was frozen."""

import json
from hashlib import sha256

import pytest
import yaml

from tests.explore.semantic import HELD_OUT, OPEN, mutant_of, semantic_mutants
from translator_cmk.explore.mutation import Mutant
from translator_cmk.machine import ROWS
from translator_cmk.requirements import load_register

EVERY = (*semantic_mutants(OPEN), *semantic_mutants(HELD_OUT))

FROZEN = "cd0df09d2e6f66bd34682fa7e805c89a9fba59753b60fb2e96cd934c60bf8847"
"""The hash of the half that was held out, as it was before any scenario was written against the other.

It is of sentences and functions, since ids change with the register.  One of 46 was withdrawn when layers of encryption
left the model, and the hash taken again.
"""


def test_the_half_that_was_held_out_is_as_it_was_frozen() -> None:
    entries = yaml.safe_load(HELD_OUT.read_text("utf-8"))
    kept = [[each.get(field) for field in ("mistake", "when", "unless", "then", "uses")] for each in entries]
    assert sha256(json.dumps(kept).encode()).hexdigest() == FROZEN


def test_names_tell_mutants_apart() -> None:
    assert len({mutant.name for mutant in EVERY}) == len(EVERY)


@pytest.mark.parametrize("mutant", EVERY, ids=lambda mutant: str(mutant.name))
def test_a_mutant_changes_rows_and_contradicts_requirements(mutant: Mutant) -> None:
    assert set(mutant.rows) != set(ROWS)
    assert mutant.requirements
    assert set(mutant.requirements) <= set(load_register())


@pytest.mark.parametrize("entry", [{}, {"row": "keys.rotate"}, {"row": "keys.rotate/effect-RotateKey", "then_": ""}])
def test_an_entry_that_changes_nothing_is_refused(entry: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="changes nothing"):
        mutant_of({"mistake": "None.", "contradicts": "keys.rotate", **entry})
