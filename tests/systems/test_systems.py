"""The kit finds wrong systems and accuses no permitted one: a sample of both.

`python -m tests.evidence.systems` puts all of them through every lane.
"""

from collections.abc import Iterator
from functools import cache

import pytest

from tests.systems.lanes import Failure, in_features, in_tour, is_confirmed, way_to_a_difference
from tests.systems.permitted import PERMITTED
from tests.systems.variants import Variant, without, wrong
from tests.systems.wrong import BY_TOPIC, WRONG
from translator_cmk.conformance.lanes.shrinking import Commands
from translator_cmk.conformance.lanes.tour import sequences_of
from translator_cmk.machine.commands import CreateKey, CreateVault, DeleteVault, RecoverVault
from translator_cmk.requirements import Requirement, load_register

REGISTER = load_register()


@cache
def short_tour() -> tuple[Commands, ...]:
    """Return a tour in which every loss of the key is asked for."""
    return sequences_of(("losing-the-key",), 70)


def name_of(variant: Variant) -> str:
    return variant.name


# What is expected of all of them


def test_each_says_something_else() -> None:
    names = [variant.name for variant in (*WRONG, *PERMITTED)]
    assert len(set(names)) == len(names)


def test_each_is_about_requirements_that_there_are() -> None:
    known = {*REGISTER, "reset"}
    for variant in (*WRONG, *PERMITTED):
        assert set(variant.requirements) <= known, variant.name


def can_be_broken(requirement: Requirement) -> bool:
    return requirement.basis != "assumed" and requirement.kind not in ("attestation", "silence")


def test_every_requirement_of_the_article_is_broken_by_a_wrong_system() -> None:
    broken = {name for variant in WRONG for name in variant.requirements}
    assert [
        each.id for each in REGISTER.values() if can_be_broken(each) and each.id not in broken
    ] == []


def is_free(requirement: Requirement) -> bool:
    return requirement.basis == "assumed" or requirement.kind == "silence"


def test_every_assumption_and_every_silence_has_a_system_that_does_otherwise() -> None:
    free = {name for variant in PERMITTED for name in variant.requirements}
    lacking = [each.id for each in REGISTER.values() if is_free(each) and each.id not in free]
    assert lacking == [], (
        "add a system that does otherwise to tests/systems/permitted.py, about these"
    )


@pytest.mark.parametrize("topic", BY_TOPIC)
def test_each_wrong_system_really_differs_from_the_model(topic: str) -> None:
    assert [
        variant.name for variant in BY_TOPIC[topic] if way_to_a_difference(variant) is None
    ] == []


def test_each_permitted_system_really_differs_from_the_model() -> None:
    assert [variant.name for variant in PERMITTED if way_to_a_difference(variant) is None] == []


# What the lanes say of a sample

FIRST_OF_EACH_TOPIC = [variants[0] for variants in BY_TOPIC.values()]

IN_A_SHORT_TOUR = [
    variant
    for variant in WRONG
    if variant.name
    in (
        "accepts customer-managed keys, and keeps Microsoft-managed ones",
        "keeps uploaded documents",
        "keeps the access of an identity that is off",
    )
]


def first_expected(variant: Variant, failures: Iterator[Failure]) -> Failure | None:
    """Return the first failure for which a requirement is named that the system is wrong about.

    Asserts that the model confirms this failure and those before it.
    """
    for failure in failures:
        assert is_confirmed(variant, failure, variant.caught_in), failure
        if set(failure.named) & set(variant.requirements):
            return failure
    return None


def topics_of(variant: Variant) -> set[str]:
    """Return the topics that a system is about; that of key vaults if it is about none."""
    return {name.partition(".")[0] for name in variant.requirements} or {"vault"}


@pytest.mark.parametrize("variant", FIRST_OF_EACH_TOPIC, ids=name_of)
def test_wrong_system_fails_a_scenario_that_names_what_is_expected(variant: Variant) -> None:
    assert first_expected(variant, in_features(variant, "article", topics_of(variant))) is not None


@pytest.mark.parametrize("variant", IN_A_SHORT_TOUR, ids=name_of)
def test_wrong_system_fails_in_the_tour_and_that_names_what_is_expected(variant: Variant) -> None:
    assert first_expected(variant, in_tour(variant, "article", short_tour())) is not None


@pytest.mark.parametrize("variant", PERMITTED[::9], ids=name_of)
def test_permitted_system_is_accused_of_nothing(variant: Variant) -> None:
    assert list(in_features(variant, "article", topics_of(variant))) == []
    assert list(in_tour(variant, "article", short_tour())) == []
    if variant.caught_in == "full":
        assert first_expected(variant, in_features(variant, "full", topics_of(variant))) is not None


# When the model confirms a failure


CREATE = CreateVault("kv-prod", "westeurope", "production", "apps")
NEW_KEY = CreateKey("kv-prod", "cmk-2048", "RSA", 2048)
DELETE = DeleteVault("kv-prod")
RECOVER = RecoverVault("kv-prod")

DELETES_NOTHING = wrong(
    "accepts that a key vault is deleted, and leaves it",
    "made up for a test",
    ["environment.delete-vault"],
    without("environment.delete-vault"),
)


@pytest.mark.parametrize(
    ("commands", "in_a_sequence", "in_a_scenario"),
    [
        ((CREATE,), False, False),
        ((CREATE, DELETE), True, True),
        ((CREATE, DELETE, RECOVER), False, True),  # a sequence ends with the first difference
        ((CREATE, NEW_KEY, NEW_KEY), True, True),  # what is not specified is not compared
    ],
)
def test_model_confirms_a_failure_where_it_differs(
    commands: Commands, in_a_sequence: bool, in_a_scenario: bool
) -> None:
    sequence = Failure("tour/DeleteVault", ("environment.delete-vault",), commands, "sequence")
    assert is_confirmed(DELETES_NOTHING, sequence, "full") is in_a_sequence
    assert is_confirmed(DELETES_NOTHING, sequence._replace(how="scenario"), "full") is in_a_scenario
