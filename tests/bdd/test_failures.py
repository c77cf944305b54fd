"""A failure names the requirement of its step and the rows behind it, and failures are grouped by what they share."""

import pytest

from tests.bdd.wrong_systems import LacksRows
from translator_cmk import features_dir
from translator_cmk.bdd.assertions import AssertionFailed
from translator_cmk.bdd.failures import by_cause, causes_of, places_of, requirement_of
from translator_cmk.bdd.features import pickles
from translator_cmk.bdd.scenario_run import ScenarioRun
from translator_cmk.bdd.vocabulary import read_steps

[SCENARIO, *_] = (each for each in pickles() if each.name == "Revoked access costs all that is under the key")


def play(run: ScenarioRun) -> None:
    """Play the whole scenario."""
    for kind, text, meaning in read_steps(run.pickle):
        getattr(run, kind)(text, meaning)


@pytest.mark.parametrize(
    ("lacking", "then", "own"),
    [
        ("revocation.undeploys", "is undeployed", "revocation.undeploys"),
        ("revocation.deletes-uploads", "is deleted", "revocation.deletes-uploads"),
        ("revocation.access-revoked", "is inaccessible", "revocation.data-inaccessible"),
    ],
)
def test_failed_then_names_the_requirement_that_it_states_and_the_cause(lacking: str, then: str, own: str) -> None:
    system = type("Lacking", (LacksRows,), {"lacking": (lacking,)})()
    run = ScenarioRun(system, SCENARIO)
    with pytest.raises(AssertionFailed) as caught:
        play(run)
    assert SCENARIO.steps[run.step].text.endswith(then)
    assert requirement_of(caught.value, run) == own
    assert causes_of(caught.value, run)[0] == lacking


def test_row_of_a_requirement_stands_where_it_is_said_to_stand() -> None:
    [place] = places_of("revocation.undeploys")
    file, _, line = place.partition(":")
    source = (features_dir().parent / file).read_text("utf-8").splitlines()
    row = "".join(each.strip() for each in source[int(line) - 1 : int(line) + 2])
    assert row.startswith('whenever(Model,"revocation.undeploys"')


def test_failures_are_grouped_by_the_cause_that_most_share() -> None:
    found = by_cause({"a": ("x",), "b": ("y", "x"), "c": ("y",), "d": ("x", "y"), "e": ()})
    assert list(found) == [("x", ["a", "b", "d"]), ("y", ["c"]), ("", ["e"])]
