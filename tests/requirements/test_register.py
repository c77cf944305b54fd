"""Claims about the register itself: what it covers, on what it rests, and what it leaves open."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from translator_cmk.requirements import TOPICS, Register, load_register

DECISIONS = Path(__file__).parents[2] / "docs" / "decisions"


@pytest.fixture
def register() -> Register:
    return load_register()


def front_lines() -> dict[str, dict[str, str]]:
    """The front lines of the decision records that have them, by file name."""
    records = {}
    for file in sorted(DECISIONS.glob("*.md")):
        lines = re.findall(r"^- (Status|Date|Resolves|Replaces): (.+)$", file.read_text("utf-8"), flags=re.MULTILINE)
        records[file.name] = dict(lines)
    return records


def test_all_46_statements_are_claimed_and_placed(register: Register) -> None:
    assert list(register.statements) == [f"S{number}" for number in range(1, 47)]
    for statement in register.statements.values():
        assert statement.places
        assert statement.requirements
        assert all(statement.id in register[name].statements for name in statement.requirements)


def test_every_sentence_carries_a_statement_or_says_why_it_does_not(register: Register) -> None:
    for place in register.article.places:
        assert bool(place.statements) != bool(place.informative)


def test_topics_come_in_reading_order_and_hold_every_requirement(register: Register) -> None:
    assert tuple(register.topics) == TOPICS
    assert [each.id for requirements in register.topics.values() for each in requirements] == list(register)
    assert all(each.topic == topic for topic, requirements in register.topics.items() for each in requirements)


def test_what_no_command_shows_is_an_attestation(register: Register) -> None:
    attested = {each.id: each.statements for each in register.values() if each.kind == "attestation"}
    assert attested == {
        "encryption.at-rest": ("S1", "S4"),
        "encryption.algorithm": ("S2",),
        "encryption.double": ("S11",),
        "keys.audit": ("S10",),
        "keys.controlled-in-vault": ("S12",),
        "revocation.channels": ("S43",),
    }


def test_the_wording_is_plain_and_sure(register: Register) -> None:
    for each in register.values():
        assert not re.search(r"\b(should|may not|etc|we)\b", f"{each.title} {each.wording}", flags=re.IGNORECASE), (
            each.id
        )
        assert each.wording.endswith("."), each.id
        assert 1 <= len(re.findall(r"[.](?:\s|$)", each.wording)) <= 3, each.id


def test_every_question_is_resolved_by_a_requirement_or_a_decision(register: Register) -> None:
    asked = [f"A{number}" for number in range(1, 20)] + [f"C{number}" for number in range(1, 13)]
    assert list(register.questions) == asked
    decided = {name for front in front_lines().values() for name in re.findall(r"[AC]\d+", front.get("Resolves", ""))}
    resolved = {name for each in register.values() for name in each.resolves}
    assert decided | resolved == set(asked)


def test_a_decision_that_a_requirement_names_exists_and_resolves_what_it_resolves(register: Register) -> None:
    fronts = front_lines()
    for each in register.values():
        if each.decision:
            assert each.decision in fronts, each.id
            assert set(each.resolves) <= set(re.findall(r"[AC]\d+", fronts[each.decision]["Resolves"])), each.id


def test_a_decision_about_the_article_has_all_front_lines_and_says_that_nothing_was_observed(
    register: Register,
) -> None:
    about = {name: front for name, front in front_lines().items() if "0010" <= name[:4] <= "0025"}
    assert len(about) >= 10
    for name, front in about.items():
        assert set(front) == {"Status", "Date", "Resolves", "Replaces"}, name
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", front["Date"]), name
        assert "othing has been observed on Azure" in (DECISIONS / name).read_text("utf-8").replace("\n", " "), name
    named = {each.decision for each in register.values() if each.decision}
    assert {each for each in named if each[:4] < "0010" or each[:4] > "0025"} == set()
