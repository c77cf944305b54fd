"""Nothing but a file of results turns a badge green, and it turns green only where everything
passed.
"""

from collections import Counter
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.site.conftest import PICKLES, REGISTER, a_run, evidence_of
from translator_cmk.badges import LABEL_COLOUR, PADDING, TEXT_COLOUR, Badge, endpoint, svg
from translator_cmk.conformance.results import Item, Results
from translator_cmk.site.content import Evidence, StatusCounts
from translator_cmk.site.content import in_words as outcome
from translator_cmk.verdict import OF_BADGES, OF_ITEMS, Status

ONE = next(pickle for pickle in PICKLES if len(pickle.requirements) > 1)
TOPICS_OF_ONE = {requirement.partition(".")[0] for requirement in ONE.requirements}
ATTESTATIONS = {
    requirement.id for requirement in REGISTER.values() if requirement.kind == "attestation"
}


def with_one(status: str) -> Results:
    """A run in which one scenario has this status, and all others passed."""
    return a_run(lambda pickle: status if pickle.id == ONE.id else "passed")


def verdicts(evidence: Evidence) -> dict[str, StatusCounts]:
    """Everything that has a badge, attestations left out."""
    return {name: each for name, each in evidence.verdicts() if each.status is not Status.DECLARED}


@pytest.mark.parametrize(
    ("run", "status"),
    [(a_run(), Status.PASSED), (None, Status.NOT_RUN), (a_run(digest="0" * 64), Status.STALE)],
    ids=["passed", "nothing", "another version"],
)
def test_everything_has_the_status_of_the_run(run: Results | None, status: Status) -> None:
    evidence = evidence_of(run)
    assert {verdict.status for verdict in verdicts(evidence).values()} == {status}
    for name in ATTESTATIONS:
        verdict = evidence.requirement(REGISTER[name])
        assert (verdict.status, verdict.counts) == (Status.DECLARED, {})


@pytest.mark.parametrize("status", ["failed", "not-run", "inconclusive"])
def test_one_scenario_colours_all_that_it_stands_for_and_nothing_else(status: str) -> None:
    found = {
        name
        for name, verdict in verdicts(evidence_of(with_one(status))).items()
        if verdict.status == status
    }
    own = {f"requirements/{name}" for name in ONE.requirements} | {
        f"topics/{topic}" for topic in TOPICS_OF_ONE
    }
    assert found == {"all", f"scenarios/{ONE.id}"} | own


def test_red_outweighs_what_was_not_run() -> None:
    evidence = evidence_of(a_run(lambda pickle: "failed" if pickle.id == ONE.id else "not-run"))
    assert evidence.whole.status is Status.FAILED
    assert evidence.topic(ONE.requirements[0].partition(".")[0]).status is Status.FAILED


@settings(max_examples=20)
@given(st.lists(st.sampled_from(OF_ITEMS), min_size=len(PICKLES), max_size=len(PICKLES)))
def test_green_means_that_every_scenario_passed_that_is_applicable(statuses: list[str]) -> None:
    given_status = dict(zip((pickle.id for pickle in PICKLES), statuses, strict=True))
    evidence = evidence_of(a_run(lambda pickle: given_status[pickle.id]))
    for requirement in REGISTER.values():
        carried = {
            given_status[pickle.id] for pickle in PICKLES if requirement.id in pickle.requirements
        }
        green = evidence.requirement(requirement).status is Status.PASSED
        assert green == (carried - {"not-applicable"} == {"passed"})


def test_what_is_not_applicable_is_told_apart_from_what_passed() -> None:
    evidence = evidence_of(with_one("not-applicable"))
    assert evidence.scenario(ONE.id).status is Status.NOT_APPLICABLE
    assert evidence.whole.status is Status.PASSED
    assert (
        evidence.whole.words == f"{len(PICKLES) - 1} of {len(PICKLES)} scenarios, 1 not applicable"
    )


def test_whole_is_green_only_if_the_run_was_complete() -> None:
    run = a_run()
    evidence = evidence_of(
        replace(run, items=tuple(item for item in run.items if item.id != ONE.id))
    )
    assert evidence.scenario(ONE.id).status is Status.NOT_RUN
    assert evidence.whole.status is Status.NOT_RUN
    interrupted = evidence_of(a_run(complete=False))
    assert interrupted.whole.status is Status.NOT_RUN
    assert interrupted.scenario(ONE.id).status is Status.PASSED


def test_stale_run_shows_nothing_that_passed() -> None:
    laws = (Item("something", "property", (), Status.PASSED),)
    evidence = replace(evidence_of(a_run(digest="0" * 64)), laws=laws)
    for verdict in verdicts(evidence).values():
        assert (verdict.words, verdict.counts) == ("stale", {})
    assert evidence.items == {}
    assert not evidence.beyond


def test_what_failed_stays_red_in_a_stale_run() -> None:
    evidence = evidence_of(replace(with_one("failed"), digest="0" * 64))
    assert evidence.whole.words == f"failed: 1 of {len(PICKLES)} scenarios"
    assert evidence.scenario(ONE.id).status is Status.FAILED
    statuses = [verdict.status for verdict in verdicts(evidence).values()]
    assert set(statuses) == {Status.FAILED, Status.STALE}
    assert list(evidence.items) == [ONE.id]


def test_properties_count_too() -> None:
    name = ONE.requirements[0]
    item = Item("something", "property", (name,), Status.FAILED, reason="it was seen not to hold")
    evidence = replace(evidence_of(a_run()), laws=(item,))
    assert evidence.requirement(REGISTER[name]).status is Status.FAILED
    assert evidence.topic(name.partition(".")[0]).status is Status.FAILED
    assert evidence.whole.status is Status.FAILED
    assert evidence.scenario(ONE.id).status is Status.PASSED


@pytest.mark.parametrize(
    ("status", "counts", "words"),
    [
        (Status.PASSED, {"scenario": {Status.PASSED: 1}}, "passed"),
        (Status.PASSED, {"scenario": {Status.PASSED: 42}}, "42 of 42 scenarios"),
        (
            Status.PASSED,
            {"scenario": {Status.PASSED: 2}, "property": {Status.PASSED: 1}},
            "2 of 2 scenarios, 1 of 1 property",
        ),
        (
            Status.FAILED,
            {"scenario": {Status.PASSED: 40, Status.FAILED: 2}},
            "failed: 2 of 42 scenarios",
        ),
        (
            Status.NOT_RUN,
            {"scenario": {Status.PASSED: 40, Status.NOT_RUN: 2}},
            "not run: 40 of 42 scenarios passed",
        ),
        (Status.NOT_RUN, {"scenario": {Status.NOT_RUN: 2}}, "not run"),
        (Status.NOT_RUN, {}, "not run"),
        (Status.INCONCLUSIVE, {"scenario": {Status.INCONCLUSIVE: 2}}, "inconclusive"),
    ],
)
def test_words_carry_the_counts(
    status: Status, counts: dict[str, dict[Status, int]], words: str
) -> None:
    assert outcome(status, {kind: Counter(count) for kind, count in counts.items()}) == words


def test_badge_names_who_was_run() -> None:
    evidence = evidence_of(a_run(subject="an emulator 1.2"))
    assert evidence.badge(evidence.whole).label == "an emulator 1.2"
    assert evidence_of(None).badge(evidence_of(None).whole).label == "simulation"


# Badges

SVG = "{http://www.w3.org/2000/svg}"


def luminance(colour: str) -> float:
    """The relative luminance of a colour, as WCAG 2.2 defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, as WCAG 2.2 defines it."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colour", [LABEL_COLOUR, *(status.colour for status in Status)])
def test_text_on_a_badge_has_enough_contrast(colour: str) -> None:
    assert contrast(TEXT_COLOUR, colour) >= 4.5


@pytest.mark.parametrize("status", OF_BADGES)
def test_picture_and_json_name_subject_status_and_counts_to_everyone(status: Status) -> None:
    """Without colour too: each status has a glyph of its own."""
    assert sum(other.glyph == status.glyph for other in OF_BADGES) == 1
    badge = Badge("model", status, "4 of 7 scenarios")
    picture = ElementTree.fromstring(svg(badge))
    spoken = f"model: {status.word}, 4 of 7 scenarios"
    assert Badge("model", status, status.word).spoken == f"model: {status.word}"
    assert picture.get("role") == "img"
    assert picture.get("aria-label") == picture.findtext(f"{SVG}title") == spoken
    assert [each.text for each in picture.iter(f"{SVG}text")] == [
        "model",
        f"{status.glyph} 4 of 7 scenarios",
    ]
    assert endpoint(badge) == {
        "schemaVersion": 1,
        "label": "model",
        "message": f"{status.glyph} 4 of 7 scenarios",
        "color": status.colour.removeprefix("#"),
        "labelColor": LABEL_COLOUR.removeprefix("#"),
        "isError": status is Status.FAILED,
    }


def test_any_subject_fits_into_a_well_formed_picture() -> None:
    badge = Badge('<vendor & "sons"> 1.0', Status.FAILED, "failed: 1 of 2 scenarios")
    picture = ElementTree.fromstring(svg(badge))
    label, message = picture.iter(f"{SVG}text")
    assert label.text == badge.label
    end_of_label = float(label.get("x", 0)) + float(label.get("textLength", 0))
    end_of_message = float(message.get("x", 0)) + float(message.get("textLength", 0))
    assert end_of_label + 2 * PADDING <= float(message.get("x", 0))
    assert end_of_message + PADDING <= float(picture.get("width", 0))
