"""Every law holds along long random walks of the machine, and each is seen to fail on a small wrong machine."""

from collections.abc import Callable, Iterator
from functools import cache
from random import Random

import pytest

from tests.machine.faulty_models import FAULTY
from tests.machine.laws import CITES, LAWS, Law, Step, slug, take
from tests.machine.worlds import TWO_AT_WORK, random_command
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
    pytest.param(law, id=slug(law), marks=pytest.mark.evidence("property", slug(law), *CITES.get(law, ())))
    for law in LAWS
]


@cache
def steps_of_the_article() -> list[Step]:
    return list(walks(Machine(ROWS), 30, seed=1))


@pytest.mark.parametrize("law", AS_EVIDENCE)
def test_law_holds_along_random_walks(law: Law) -> None:
    assert next((step for step in steps_of_the_article() if not law(step)), None) is None


CASES = [(law, make) for law in LAWS for make in FAULTY.get(law.__name__, ())]


@pytest.mark.parametrize(("law", "faulty"), CASES, ids=[f"{law.__name__}-{i}" for i, (law, _) in enumerate(CASES)])
def test_law_is_seen_to_fail_on_a_wrong_machine(law: Law, faulty: Callable[[], Machine]) -> None:
    assert any(not law(step) for step in walks(faulty(), 200, seed=2))


def test_every_law_has_a_faulty_model_that_breaks_it() -> None:
    assert {law.__name__ for law in LAWS} == FAULTY.keys()
