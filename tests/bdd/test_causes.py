"""A scenario that did not pass names the requirements that the system lacks."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.bdd.samples import pickle_of, steps
from tests.oracle.following import ARTICLE
from tests.systems import mistaken
from translator_cmk import features_dir
from translator_cmk.bdd.assertions import AssertionFailed
from translator_cmk.bdd.causes import by_cause, causes_of, first_difference_of, why_of
from translator_cmk.bdd.failures import format_requirement, places_of
from translator_cmk.bdd.feature_files import pickles
from translator_cmk.bdd.scenario_run import ScenarioRun, SetupFailed
from translator_cmk.machine import ROWS, Machine
from translator_cmk.machine.commands import EnableCustomerManagedKeys
from translator_cmk.machine.rows import refuse
from translator_cmk.requirements import load_register
from translator_cmk.system import ModelSystem, System


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
def test_failed_setup_names_the_requirement(
    tmp_path: Path, system: Callable[[], System], by: str, given: str
) -> None:
    scenario = steps('the customer deletes the vault "kv-prod"', "nothing has changed", given=given)
    run = ScenarioRun(system(), pickle_of(tmp_path, scenario))
    with pytest.raises(SetupFailed):
        run.play()
    assert by in causes_of(run)


@pytest.mark.parametrize(
    ("lacking", "then"),
    [
        ("revocation.undeploys", "is undeployed"),
        ("revocation.deletes-uploads", "is deleted"),
        ("revocation.access-revoked", "is inaccessible"),
    ],
)
def test_failed_then_names_what_the_system_lacks_and_why(lacking: str, then: str) -> None:
    name = "Revoked access costs all that is under the key"
    pickle = next(pickle for pickle in pickles() if pickle.name == name)
    run = ScenarioRun(without(lacking), pickle)
    with pytest.raises(AssertionFailed):
        run.play()
    assert pickle.steps[run.step].text.endswith(then)
    assert causes_of(run)[0] == lacking

    lines = list(format_requirement(causes_of(run), why_of(run)))
    assert lines[0] == f"  requirement  {lacking}: {load_register()[lacking].title}"
    [fact] = [
        line for line in lines if line.startswith("  explained    here the system behaves as if")
    ]
    assert lacking in fact
    [rests_on] = [line for line in lines if line.startswith("  rests on ")]
    assert lacking not in re.split("[ ,]+", rests_on)


def failing_scenarios(system: System, tagged: str) -> Iterator[tuple[ScenarioRun, tuple[str, ...]]]:
    """Yield each run of a scenario with this tag in which a Then fails, with its causes."""
    for pickle in pickles():
        if tagged not in pickle.requirements:
            continue
        run = ScenarioRun(system, pickle)
        try:
            run.play()
        except AssertionFailed:
            yield run, causes_of(run)
        except SetupFailed:
            continue


def test_unexplained_failure_is_attributed_to_the_rule_then_to_other_tags_then_to_the_rest() -> (
    None
):
    """The demanded answer rests on all of them but, perhaps, the rule."""
    system = without("revocation.undeploys", "revocation.deletes-uploads")
    rule_moved_to_the_front = 0
    for run, causes in failing_scenarios(system, tagged="revocation.undeploys"):
        differs = first_difference_of(run)
        assert differs is not None
        if differs.why.without:
            continue  # a requirement explains it: see the next test
        rule, *other_tags = run.pickle.requirements
        if rule in differs.step.machine.silent:
            continue  # nobody is held to it

        attributed = differs.why.attributed_to
        tags_named = [tag for tag in other_tags if tag in attributed]
        rest = [name for name in attributed if name not in (rule, *tags_named)]
        assert causes == (rule, *tags_named, *rest)
        if causes != attributed:
            rule_moved_to_the_front += 1
    assert rule_moved_to_the_front, "no scenario tells this order from that of the register"


def test_explained_failure_is_attributed_to_what_explains_it_and_first_to_tags_among_that() -> None:
    system = without("revocation.access-revoked")
    rule_does_not_explain_it = 0
    for run, causes in failing_scenarios(system, tagged="revocation.access-revoked"):
        explaining = why_of(run).without
        assert "revocation.access-revoked" in explaining
        assert set(causes) == set(explaining)

        tags_that_explain = [tag for tag in run.pickle.requirements if tag in explaining]
        assert list(causes[: len(tags_that_explain)]) == tags_that_explain
        rule = run.pickle.requirements[0]
        if rule not in explaining:
            rule_does_not_explain_it += 1
    assert rule_does_not_explain_it, (
        "no scenario tells this order from one that begins with the rule"
    )


def test_no_silent_requirement_leads_a_failure_that_counts() -> None:
    """The scenarios are about assumptions, but `article` demands the acceptance too."""
    refuses = refuse(EnableCustomerManagedKeys, "environment.exists", unless=lambda command: False)
    system = ModelSystem(Machine([*ROWS, refuses]))
    led_by_another = 0
    for run, causes in failing_scenarios(system, tagged="encryption.tier-refused"):
        differs = first_difference_of(run)
        assert differs is not None
        if differs.step.machine.silent == ARTICLE.silent:
            assert ARTICLE.silent.isdisjoint(causes)
            led_by_another += run.pickle.requirements[0] in ARTICLE.silent
    assert led_by_another


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
