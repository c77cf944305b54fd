"""Every law holds along long random walks of the machine, and each is seen to fail on a small wrong machine."""

from collections.abc import Iterator
from functools import cache
from random import Random

import pytest

from tests.machine.faulty_models import FAULTY
from tests.machine.laws import LAWS, Step, slug, take
from tests.machine.worlds import TWO_AT_WORK, random_command
from translator_cmk.conformance.results import EXPECTED
from translator_cmk.machine import DEFAULT_STAGE, ROWS, Machine, initial

LENGTH = 60


def walks(machine: Machine, number: int, seed: int) -> Iterator[Step]:
    """The steps of so many random walks, by turns from the start and from where two resources are at work."""
    random = Random(seed)
    for walk in range(number):
        state = initial(DEFAULT_STAGE)
        prefix = TWO_AT_WORK if walk % 2 else ()
        for command in (*prefix, *(random_command(random) for _ in range(LENGTH))):
            step = take(machine, state, command)
            state = step.after
            yield step


AS_EVIDENCE = [
    pytest.param(name, id=name, marks=pytest.mark.evidence(name, *requirements))
    for name, requirements in EXPECTED.items()
    if name != "hypothesis-explores-all-commands"
]


@cache
def steps_of_the_article() -> list[Step]:
    return list(walks(Machine(ROWS), 30, seed=1))


@pytest.mark.parametrize("name", AS_EVIDENCE)
def test_law_holds_along_random_walks_and_is_seen_to_fail_on_wrong_machines(name: str) -> None:
    law = {slug(law): law for law in LAWS}[name]
    assert next((step for step in steps_of_the_article() if not law(step)), None) is None
    for fault, machine in FAULTY[law.__name__].items():
        assert any(not law(step) for step in walks(machine, 200, seed=2)), f"it takes a machine for right that {fault}"


def test_every_law_is_expected_of_a_run_and_has_a_faulty_model_that_breaks_it() -> None:
    assert {law.__name__ for law in LAWS} == {name for name, machines in FAULTY.items() if machines}
    assert {*map(slug, LAWS), "hypothesis-explores-all-commands"} == EXPECTED.keys()
