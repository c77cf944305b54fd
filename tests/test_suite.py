"""The suite is tested: each tag of a scenario stands for something that one of its Thens notices."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

import pytest

from tests.machine.scenarios import FAILURES, fails
from translator_cmk.bdd.assertions import AssertionFailed
from translator_cmk.bdd.feature_files import pickles
from translator_cmk.bdd.feature_records import Pickle
from translator_cmk.bdd.ties import WITHOUT_ROWS, without_assumptions
from translator_cmk.machine import COUNTER_ROWS, ROWS, Machine
from translator_cmk.machine.topics import MEMORY

PICKLES = pickles()
WITHOUT_ASSUMPTIONS = without_assumptions(ROWS)


def scenarios_of(requirement: str) -> list[Pickle]:
    return [pickle for pickle in PICKLES if requirement in pickle.requirements]


def test_scenario_notices_the_absence_of_each_further_requirement_that_it_carries() -> None:
    """A Then that is taken out would leave a tag that stands for nothing."""
    assert list(unearned(PICKLES)) == []


def unearned(every: Iterable[Pickle]) -> Iterator[tuple[str, str]]:
    """The scenarios with a tag of a requirement whose absence, or a mistake about it, none of their
    Thens notices.

    One row of an outline is enough.  A requirement that every row needs to reach its starting point
    is noticed too.
    """
    outlines: dict[tuple[str, str], list[Pickle]] = {}
    for pickle in every:
        outlines.setdefault((pickle.name, pickle.requirements[0]), []).append(pickle)
    for (name, own), rows in outlines.items():
        tagged: dict[str, list[Pickle]] = {}
        for row in rows:
            for requirement in row.requirements:
                tagged.setdefault(requirement, []).append(row)
        for requirement in sorted(tagged.keys() - {own, *WITHOUT_ROWS}):
            if not is_noticed(requirement, tagged[requirement]):
                yield name, requirement


def is_noticed(requirement: str, rows: Sequence[Pickle]) -> bool:
    """Return whether a Then of any of the rows notices that a requirement is absent, or every row
    needs it to get there.
    """
    machines = without(requirement)
    for row in rows:
        if any(fails(machine, row, (AssertionFailed,)) for machine in machines):
            return True
    for row in rows:
        if not any(fails(machine, row, FAILURES) for machine in machines):
            return False
    return True


@cache
def without(requirement: str) -> list[Machine]:
    """The machines without what cites a requirement, or with a mistake about it, assumed or not."""
    mistakes = [row for row in COUNTER_ROWS if row.requirement == requirement]
    machines = []
    for rows in (ROWS, WITHOUT_ASSUMPTIONS):
        others = [row for row in rows if row.requirement != requirement]
        if len(others) < len(rows):
            machines.append(Machine(others))
        for mistake in mistakes:
            machines.append(Machine((*rows, *MEMORY, mistake)))
    return machines


@pytest.mark.parametrize("requirement", sorted(WITHOUT_ROWS))
def test_name_resolution_is_shown_by_scenarios(requirement: str) -> None:
    """The two requirements that the machine itself keeps are each shown by a refusal."""
    assert any(
        "the request is refused" in [step.text for step in pickle.steps]
        for pickle in scenarios_of(requirement)
    )
