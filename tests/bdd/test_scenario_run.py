"""A scenario passes where system and specification agree, and says what is wrong where they do not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bdd import wrong_systems as wrong
from tests.bdd.samples import ENABLE, OUTLINE, RIGHT, feature, rule
from translator_cmk import features_dir
from translator_cmk.bdd.assertions import AssertionFailed, NotSpecified
from translator_cmk.bdd.features import Pickle, load_features, read_feature
from translator_cmk.bdd.scenario_run import Inconclusive, ScenarioRun, SetupFailed, run_scenario
from translator_cmk.system import ModelSystem, System

NOT_SPECIFIED = next(
    pickle
    for feature in load_features(features_dir())
    for pickle in feature.pickles
    if pickle.steps[-1].text == "what happens is not specified"
)


@pytest.fixture
def one_region(tmp_path: Path) -> Pickle:
    return pickle_of(tmp_path, RIGHT)


@pytest.fixture
def two_regions(tmp_path: Path) -> Pickle:
    return pickle_of(tmp_path, OUTLINE)


def pickle_of(folder: Path, scenario: str) -> Pickle:
    file = folder / "vault.feature"
    file.write_text(feature(rule(scenario)), encoding="utf-8")
    return next(read_feature(file).pickles)


def with_then(folder: Path, *then: str, given: str = "a vault with a key", when: str) -> Pickle:
    steps = "".join(f"  And {text}\n" for text in then[1:])
    return pickle_of(folder, f"\nScenario: One\n  Given {given}\n  When {when}\n  Then {then[0]}\n{steps}")


def test_right_system_passes_and_every_step_is_kept(one_region: Pickle) -> None:
    details = run_scenario(ModelSystem(), one_region).details
    assert [detail["step"].split()[0] for detail in details] == ["Given", "When", "Then"]
    assert details[1]["command"]["command"] == "EnableCustomerManagedKeys"
    assert details[1]["outcome"]["outcome"] == "accepted"
    assert ['"translator" uses Microsoft-managed keys', '"translator" uses customer-managed keys'] in details[1][
        "changed"
    ]


def test_acceptance_in_place_of_a_refusal_is_unmet(two_regions: Pickle) -> None:
    with pytest.raises(AssertionFailed) as caught:
        run_scenario(wrong.AnyRegion(), two_regions)
    assert caught.value.expected == "the request is refused, because of vault.same-region"
    assert caught.value.observed.startswith("the request is accepted")


def test_refusal_in_place_of_an_acceptance_is_unmet(tmp_path: Path) -> None:
    delete = 'the customer deletes the vault "vault"'
    with pytest.raises(AssertionFailed, match=r"observed: the request is refused, because of environment\.exists"):
        run_scenario(
            ModelSystem(), with_then(tmp_path, "the request is accepted", given="a Translator resource", when=delete)
        )


def test_refusal_for_another_reason_is_unmet(two_regions: Pickle, tmp_path: Path) -> None:
    other = pickle_of(tmp_path, OUTLINE.replace("<place>", '<place> on the "basic-tier"'))
    with pytest.raises(AssertionFailed, match=r"because of encryption\.tier, vault\.same-region"):
        run_scenario(ModelSystem(), other)
    run_scenario(ModelSystem(), two_regions)


def test_reasons_are_compared_only_where_they_are_given(two_regions: Pickle) -> None:
    run_scenario(wrong.KeepsItsReasons(), two_regions)


def test_refusal_that_changes_something_is_unmet(two_regions: Pickle) -> None:
    with pytest.raises(
        AssertionFailed, match='nothing has changed; observed: the managed identity of "translator" is on'
    ):
        run_scenario(wrong.HandsOutItsOwn(), two_regions)


@pytest.mark.parametrize(
    ("system", "by"),
    [(wrong.RefusesKeys, "keys.any-origin"), (wrong.ForgetsKeys, "keys.create")],
    ids=["refused", "without a change"],
)
@pytest.mark.parametrize("given", ["a vault with a key", 'the customer generates the key "key" in "vault"'])
def test_starting_point_that_does_not_come_about_blocks(
    tmp_path: Path, system: Callable[[], System], by: str, given: str
) -> None:
    scenario = (
        f'\nScenario: One\n  Given {given}\n  When the customer deletes the vault "vault"\n  Then nothing has changed\n'
    )
    if given.startswith("the customer"):
        scenario = scenario.replace("Given", "Given a resource and an empty vault\n  And")
    with pytest.raises(SetupFailed, match=f"^blocked by {by}$"):
        run_scenario(system(), pickle_of(tmp_path, scenario))


@pytest.mark.parametrize(
    ("system", "why"),
    [
        (wrong.AnswersInWords, "'accepted', which is no outcome"),
        (wrong.ShowsNumbers, "vault.vault.state is the number 3"),
    ],
)
def test_answer_that_is_malformed_teaches_nothing(one_region: Pickle, system: Callable[[], System], why: str) -> None:
    with pytest.raises(Inconclusive, match=why):
        run_scenario(system(), one_region)


def test_silence_in_place_of_an_answer_is_unmet(two_regions: Pickle) -> None:
    with pytest.raises(AssertionFailed, match="observed: the specification says nothing here"):
        run_scenario(wrong.KnowsNothing(), two_regions)


def test_nothing_holds_of_an_unspecified_request(tmp_path: Path) -> None:
    given = "a resource and a vault with a key"
    for then in ("nothing has changed", '"translator" uses Microsoft-managed keys'):
        with pytest.raises(AssertionFailed, match=f"expected: {then}; observed: the specification says nothing here"):
            run_scenario(wrong.KnowsNothing(), with_then(tmp_path, then, given=given, when=ENABLE))


def test_what_is_left_open_passes_for_the_model_and_demands_nothing_of_a_system() -> None:
    run_scenario(ModelSystem(), NOT_SPECIFIED)
    with pytest.raises(NotSpecified):
        run_scenario(wrong.Elsewhere(), NOT_SPECIFIED)
    with pytest.raises(AssertionFailed):
        run_scenario(wrong.LeavesNothingOpen(), NOT_SPECIFIED)


DELETE = 'the customer deletes the key "key" of "vault"'


def test_change_that_no_then_mentions_is_unmet(tmp_path: Path) -> None:
    run_scenario(
        ModelSystem(),
        with_then(tmp_path, 'the key "key" of "vault" is deleted', "nothing else has changed", when=DELETE),
    )
    with pytest.raises(
        AssertionFailed, match='nothing else has changed; observed: the key "key" of "vault" is deleted'
    ):
        run_scenario(
            ModelSystem(), with_then(tmp_path, 'the vault "vault" is active', "nothing else has changed", when=DELETE)
        )


def test_entity_that_appears_is_mentioned_by_any_of_its_facts(tmp_path: Path) -> None:
    when = 'the customer creates the vault "other"'
    run_scenario(
        ModelSystem(),
        with_then(tmp_path, 'the vault "other" is in "westeurope"', "nothing else has changed", when=when),
    )


@pytest.mark.parametrize(
    "fact",
    [
        'the key "key" of "vault" is enabled',
        'the vault "vault" is in "eastus"',
        '"vault" has no key of its own',
    ],
)
def test_fact_that_is_not_so_is_unmet(tmp_path: Path, fact: str) -> None:
    with pytest.raises(AssertionFailed):
        run_scenario(ModelSystem(), with_then(tmp_path, fact, when='the customer disables the key "key" of "vault"'))


USE = 'the use of the key "key" of "vault" is recorded for "translator"'
NO_USE = "no use of a key is recorded"


def test_use_of_a_key_is_read_from_the_audit_trail(tmp_path: Path) -> None:
    read = 'the customer reads the data of "workspace"'
    used, unused = "a workspace under customer-managed keys", "a workspace under Microsoft-managed keys"
    run_scenario(ModelSystem(), with_then(tmp_path, USE, given=used, when=read))
    run_scenario(ModelSystem(), with_then(tmp_path, NO_USE, given=unused, when=read))
    with pytest.raises(AssertionFailed, match="observed: a use of the key vault/key for translator"):
        run_scenario(ModelSystem(), with_then(tmp_path, NO_USE, given=used, when=read))
    with pytest.raises(AssertionFailed, match="observed: no use of a key"):
        run_scenario(ModelSystem(), with_then(tmp_path, USE, given=unused, when=read))
    with pytest.raises(AssertionFailed):
        run_scenario(ModelSystem(), with_then(tmp_path, USE.replace("translator", "other"), given=used, when=read))


def test_each_scenario_starts_afresh(one_region: Pickle) -> None:
    system = ModelSystem()
    run_scenario(system, one_region)
    run_scenario(system, one_region)
    assert ScenarioRun(system, one_region).system.observe()["resource"] == {}
