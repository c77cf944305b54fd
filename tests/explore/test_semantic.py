"""Semantic mutants say what they contradict, change rows, and the half that was held out is as it was frozen."""

from hashlib import sha256
from pathlib import Path

import pytest

from tests.explore.semantic import HELD_OUT, OPEN, mutant_of, semantic_mutants
from translator_cmk.explore.mutation import Mutant
from translator_cmk.machine import ROWS
from translator_cmk.requirements import load_register

EVERY = (*semantic_mutants(OPEN), *semantic_mutants(HELD_OUT))

FROZEN = "c76362620c0bd7c0e51ed7119ce0e1055226369355f20eff732ca18f1b1429fa"
"""The hash of the mistakes that were held out, as they were before any scenario was written against the others.

It is of their sentences, since what they change follows the rows.  Of 46 one was withdrawn, and the hash taken again,
as layers of encryption left the model.
"""


def test_the_half_that_was_held_out_is_as_it_was_frozen() -> None:
    mistakes = "\n".join(mutant.name for mutant in semantic_mutants(HELD_OUT))
    assert sha256(mistakes.encode()).hexdigest() == FROZEN


@pytest.mark.parametrize("half", [OPEN, HELD_OUT], ids=lambda half: str(half.stem))
def test_names_tell_mutants_of_a_half_apart(half: Path) -> None:
    """Two authors who did not know of each other may have thought of the same."""
    mistakes = [mutant.name for mutant in semantic_mutants(half)]
    assert len(set(mistakes)) == len(mistakes)


@pytest.mark.parametrize("mutant", EVERY, ids=lambda mutant: str(mutant.name))
def test_a_mutant_changes_rows_and_contradicts_requirements(mutant: Mutant) -> None:
    assert set(mutant.rows) != set(ROWS)
    assert mutant.requirements
    assert set(mutant.requirements) <= set(load_register())


@pytest.mark.parametrize("entry", [{}, {"row": "keys.rotate"}, {"row": "keys.rotate/effect-RotateKey", "then_": ""}])
def test_an_entry_that_changes_nothing_is_refused(entry: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="changes nothing"):
        mutant_of({"mistake": "None.", "contradicts": "keys.rotate", **entry})
