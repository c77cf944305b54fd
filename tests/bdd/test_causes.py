"""A scenario that did not pass names the requirements that the system lacks, with their rows."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bdd.samples import pickle_of, steps
from tests.systems import mistaken
from translator_cmk import features_dir
from translator_cmk.bdd.assertions import AssertionFailed
from translator_cmk.bdd.causes import by_cause, causes_of, why_of
from translator_cmk.bdd.failures import format_failure, places_of
from translator_cmk.bdd.feature_files import pickles
from translator_cmk.bdd.scenario_run import ScenarioRun, SetupFailed
from translator_cmk.requirements import load_register
from translator_cmk.system import System


def without(*lacking: str) -> System:
    """The model without the rows of these requirements."""
    kind = type("Lacking", (mistaken.LacksRows,), {"lacking": lacking})
    system: System = kind()
    return system


@pytest.mark.parametrize(
    ("system", "by"),
    [(mistaken.RefusesKeys, "keys.create"), (mistaken.ForgetsKeys, "keys.create")],
    ids=["refused", "without a change"],
)
@pytest.mark.parametrize(
    "given",
    [
        "a vault with a key",
        'access to an empty vault\n  And the customer generates the key "cmk-2048" in "kv-prod"',
    ],
)
def test_failed_setup_names_the_requirement(tmp_path: Path, system: Callable[[], System], by: str, given: str) -> None:
    scenario = steps('the customer deletes the vault "kv-prod"', "nothing has changed", given=given)
    run = ScenarioRun(system(), pickle_of(tmp_path, scenario))
    with pytest.raises(SetupFailed) as blocked:
        run.play()
    assert by in causes_of(blocked.value, run)


@pytest.mark.parametrize(
    ("lacking", "then"),
    [
        ("revocation.undeploys", "is undeployed"),
        ("revocation.deletes-uploads", "is deleted"),
        ("revocation.access-revoked", "is inaccessible"),
    ],
)
def test_failed_then_names_what_the_system_lacks_with_its_rows_and_why(lacking: str, then: str) -> None:
    name = "Revoked access costs all that is under the key"
    pickle = next(pickle for pickle in pickles() if pickle.name == name)
    run = ScenarioRun(without(lacking), pickle)
    with pytest.raises(AssertionFailed) as caught:
        run.play()
    assert pickle.steps[run.step].text.endswith(then)
    assert causes_of(caught.value, run)[0] == lacking

    lines = list(format_failure(caught.value, "", pickle, Path("revocation.feature"), run))
    number = lines.index(f"  requirement  {lacking}: {load_register()[lacking].title}")
    assert places_of(lacking)[0] in lines[number + 2]
    assert any(line.startswith("  rests on     revocation.") for line in lines)
    [fact] = [line for line in lines if line.startswith("  without      ")]
    assert lacking in fact


def test_requirements_of_the_scenario_come_first_of_those_that_are_named() -> None:
    """No single requirement does this, so all that the answer rests on is named.

    Without the scenario they would be in the order of the register.
    """
    losses = ("revocation.undeploys", "revocation.deletes-uploads")
    moved_to_the_front = 0
    for pickle in pickles():
        if not set(losses).issubset(pickle.requirements):
            continue
        run = ScenarioRun(without(*losses), pickle)
        try:
            run.play()
        except AssertionFailed as failed:
            causes = causes_of(failed, run)
        except SetupFailed:
            continue
        named = why_of(run).attributed_to
        own = tuple(name for name in pickle.requirements if name in named)
        assert causes[: len(own)] == own
        assert set(causes) == set(named)
        moved_to_the_front += causes != named
    assert moved_to_the_front


def test_row_of_a_requirement_stands_where_it_is_said_to_stand() -> None:
    [place] = places_of("revocation.undeploys")
    file, _, line = place.partition(":")
    source = (features_dir().parent / file).read_text("utf-8").splitlines()
    first = int(line) - 1
    row = "".join(text.strip() for text in source[first : first + 3])
    assert row.startswith('whenever(Model,"revocation.undeploys"')


def test_failures_are_grouped_by_their_first_cause_the_largest_group_first() -> None:
    found = by_cause({"a": ("x",), "b": ("y", "x"), "c": ("y",), "d": ("z", "y"), "e": ()})
    assert list(found) == [("y", ["b", "c"]), ("x", ["a"]), ("z", ["d"]), ("", ["e"])]
