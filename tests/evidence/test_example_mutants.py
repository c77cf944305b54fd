"""Mutants of the example in Python are made, compared with the example, and judged as they are said to be."""

from pathlib import Path

import pytest

from tests.evidence.example_mutants import SOURCE, Mutant, difference, mutants, walks
from tests.evidence.lanes import InProcess, features, steps
from tests.evidence.writing import Kept

EVERY = list(mutants(SOURCE))


def mutant(function: str, was: str, now: str) -> Mutant:
    return next(each for each in EVERY if (each.function, each.was, each.now) == (function, was, now))


def test_mutants_are_many_and_each_of_them_is_other_code() -> None:
    assert len(EVERY) > 500
    assert len({each.source for each in EVERY} - {SOURCE}) == len(EVERY)
    for each in EVERY[::20]:
        compile(each.source, each.function, "exec")


def test_mutants_leave_the_protocol_alone() -> None:
    assert {each.function for each in EVERY}.isdisjoint({"answer", "main"})


def test_mutant_that_a_scenario_tells_is_caught() -> None:
    assert steps(InProcess(mutant("disable_identity", "False", "True").source), features, budget=1000) is not None


def test_example_itself_gets_away() -> None:
    assert steps(InProcess(SOURCE), features, budget=200) is None
    assert difference(SOURCE, walks(60)) is None


def test_mutant_that_differs_in_nothing_is_equivalent() -> None:
    same = mutant("create_workspace", "True", "False")  # what follows the command writes the field again
    assert difference(same.source, walks(60)) is None


@pytest.mark.parametrize(
    ("function", "was", "now", "because"),
    [
        (
            "enable_customer_managed_keys",
            "r.update(key_source='customer-managed', key=f'{vault}/{key}')",
            "",
            "shows another state after EnableCustomerManagedKeys",
        ),
        (
            "revoke_key_access",
            "self.grants.pop((vault, resource), None)",
            "",
            "shows another state after RevokeKeyAccess",
        ),
        ("deploy_model", "return self.use_of_key(w)", "return", "answers DeployModel with {'answer': 'accepted', "),
    ],
)
def test_mutant_that_differs_is_told_with_where(function: str, was: str, now: str, because: str) -> None:
    found = difference(mutant(function, was, now).source, walks(60))
    assert (found or "").startswith(because)


def test_run_that_was_broken_off_goes_on_from_there(tmp_path: Path) -> None:
    kept = Kept("lengths", "0" * 64, tmp_path)
    assert kept.all_of({"a": "x", "b": "xx"}, len) == [1, 2]
    kept.path.write_text(kept.path.read_text("utf-8")[:-3], "utf-8")
    again = Kept("lengths", "0" * 64, tmp_path)
    assert len(again.found) == 1
    assert again.all_of({"a": "x", "b": "xx"}, len) == [1, 2]
    assert len(Kept("lengths", "0" * 64, tmp_path).found) == 2
    again.forget()
    assert list(tmp_path.iterdir()) == []
