"""The kit finds wrong systems and accuses no permitted one: a sample of both.

`python -m tests.evidence.systems` puts all of them through every lane.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import chain

import pytest

from tests.systems.lanes import Failure, in_features, in_tour, is_confirmed, way_to_a_difference
from tests.systems.pairs import breaks_alone, spoken_for
from tests.systems.permitted import PERMITTED
from tests.systems.variants import Variant
from tests.systems.wrong import BY_TOPIC, WRONG
from translator_cmk.conformance.run.shrinking import Commands
from translator_cmk.conformance.run.tour import sequences_of
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


COMES_WITH = {
    "identity.unchanged-without-effect": "resource.global-refused",
    "tenant.stays-customer-managed": "tenant.key-left-behind",
}
"""For an assumption that no system can do without another: the other.

Only a request that is accepted without effect can do something else, and a resource that goes back
to Microsoft-managed keys leaves no key behind.
"""


def can_be_broken(requirement: Requirement) -> bool:
    return requirement.basis != "assumed" and requirement.kind not in ("attestation", "silence")


def test_every_requirement_of_the_article_has_a_wrong_system_that_breaks_it_alone() -> None:
    lacking = []
    for requirement in REGISTER.values():
        if not can_be_broken(requirement):
            continue
        if not any(breaks_alone(variant, requirement) for variant in WRONG):
            lacking.append(requirement.id)
    assert lacking == [], (
        "add a system that breaks nothing else that is demanded to tests/systems/wrong, for each"
    )


def test_for_every_stated_requirement_a_scenario_counts_or_somebody_attests_it() -> None:
    untested = []
    for spoken in spoken_for():
        if not spoken.scenario and not spoken.is_attested:
            untested.append(spoken.requirement.id)
    assert untested == [], "the profile article tests no sentence of these"


def test_each_system_that_the_article_permits_names_a_sentence_that_it_honours() -> None:
    lacking = []
    for variant in PERMITTED:
        is_about_one = any(REGISTER[name].statements for name in variant.requirements)
        if variant.caught_in != "full" or not is_about_one:
            continue
        if not re.search(r"\bS\d+\b", variant.why):
            lacking.append(variant.name)
    assert lacking == [], "say by the number of which sentence, such as S29"


def is_free(requirement: Requirement) -> bool:
    return requirement.basis == "assumed" or requirement.kind == "silence"


def differs_alone(variant: Variant, requirement: Requirement) -> bool:
    """Return whether a permitted system does otherwise in this alone, and is found where it counts.

    What is silent in every profile counts in none.
    """
    if requirement.kind != "silence" and variant.caught_in != "full":
        return False
    return set(variant.requirements) - {COMES_WITH.get(requirement.id)} == {requirement.id}


def test_every_assumption_and_every_silence_has_a_system_that_differs_in_it_alone() -> None:
    lacking = []
    for requirement in REGISTER.values():
        if not is_free(requirement):
            continue
        if not any(differs_alone(variant, requirement) for variant in PERMITTED):
            lacking.append(requirement.id)
    assert lacking == [], (
        "add a system that differs in nothing else to tests/systems/one_assumption.py, for each"
    )


@pytest.mark.parametrize("topic", BY_TOPIC)
def test_each_wrong_system_really_differs_from_the_model(topic: str) -> None:
    assert [
        variant.name for variant in BY_TOPIC[topic] if way_to_a_difference(variant) is None
    ] == []


def test_each_permitted_system_really_differs_from_the_model() -> None:
    assert [variant.name for variant in PERMITTED if way_to_a_difference(variant) is None] == []


# What the lanes say of a sample

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
    """Return how ids of the topics begin that a system is about; of key vaults if of none."""
    return {f"{name.partition('.')[0]}." for name in variant.requirements} or {"vault."}


@pytest.mark.parametrize("variant", IN_A_SHORT_TOUR, ids=name_of)
def test_wrong_system_fails_in_the_tour_and_that_names_what_is_expected(variant: Variant) -> None:
    assert first_expected(variant, in_tour(variant, "article", short_tour())) is not None


@pytest.mark.parametrize("variant", PERMITTED[::18], ids=name_of)
def test_permitted_system_is_accused_of_nothing(variant: Variant) -> None:
    assert list(in_features(variant, "article", topics_of(variant))) == []
    assert list(in_tour(variant, "article", short_tour())) == []
    if variant.caught_in == "full":
        assert first_expected(variant, in_features(variant, "full", topics_of(variant))) is not None


def one_that_differs_alone() -> Iterator[tuple[str, Variant]]:
    """Yield each assumption and each silence with the first system that differs in it alone."""
    for requirement in REGISTER.values():
        if not is_free(requirement):
            continue
        for variant in PERMITTED:
            if differs_alone(variant, requirement):
                yield requirement.id, variant
                break


@pytest.mark.parametrize(("requirement", "variant"), list(one_that_differs_alone()))
def test_a_system_that_differs_in_one_assumption_is_accused_of_nothing(
    requirement: str, variant: Variant
) -> None:
    assert list(in_features(variant, "article", (f"{requirement}/",))) == []
    assert list(in_tour(variant, "article", short_tour())) == []


def one_that_breaks_alone() -> Iterator[tuple[str, Variant]]:
    """Yield each requirement of the article with the first system that breaks it alone."""
    for requirement in REGISTER.values():
        if requirement.basis not in ("stated", "implied"):
            continue
        for variant in WRONG:
            if breaks_alone(variant, requirement):
                yield requirement.id, variant
                break


@pytest.mark.parametrize(("requirement", "variant"), list(one_that_breaks_alone()))
def test_a_system_that_breaks_one_requirement_fails_a_scenario_that_names_it(
    requirement: str, variant: Variant
) -> None:
    its_own = in_features(variant, "article", (f"{requirement}/",))
    of_its_topics = in_features(variant, "article", topics_of(variant))
    failures = chain(its_own, of_its_topics)
    assert any(requirement in failure.named for failure in failures)
