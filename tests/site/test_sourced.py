"""Facts from outside the article: each cell names a source or a requirement, or says that nothing is known."""

import re
from typing import Any

import pytest

from tests.site.building import REGISTER
from translator_cmk.requirements import Register
from translator_cmk.site.effects import CAUSES
from translator_cmk.site.sourced import Cell, Notes, cells_in, data, sources

CELLS = {
    "checklist": (),
    "decision": ("customer-managed", "microsoft-managed", "known"),
    "destroyers": ("permission", "accidents", "guard", "signal", "known"),
    "landing_zone": ("audit", "deny", "is"),
    "obligations": ("asks",),
    "other_sources": ("other",),
    "revisions": (),
    "undone": ("is",),
}
"""The fields of each data file in which cells stand."""


def all_cells(name: str) -> list[Cell]:
    return list(cells_in(data(name), CELLS[name]))


def named_in(text: str, register: Register) -> set[str]:
    """The requirements that a text names."""
    return {each for each in re.findall(r"[a-z]+\.[a-z0-9-]*[a-z0-9]", text) if each in register}


@pytest.mark.parametrize("name", CELLS)
def test_every_source_that_is_named_exists(name: str) -> None:
    assert {source for each in all_cells(name) for source in each.sources} <= sources().keys()


def test_every_source_is_named_somewhere() -> None:
    named = {source for name in CELLS for each in all_cells(name) for source in each.sources}
    named |= {each["where"] for each in data("revisions")["revisions"]}
    assert sources().keys() - named == set()


def test_every_source_has_an_address_and_the_version_read() -> None:
    for name, source in sources().items():
        assert source.url.startswith("https://"), name
        assert source.version, name


@pytest.mark.parametrize("name", ["destroyers", "obligations", "landing_zone", "other_sources", "undone"])
def test_every_cell_rests_on_a_source_or_a_requirement_or_is_unknown(name: str) -> None:
    assert all_cells(name)
    for each in all_cells(name):
        assert not each.known or each.sources or named_in(each.text, REGISTER) or "not said" in each.text.lower(), each


def values(found: Any) -> list[str]:
    """Every text anywhere in a data file."""
    if isinstance(found, dict):
        return [text for each in found.values() for text in values(each)]
    return [text for each in found for text in values(each)] if isinstance(found, list) else [str(found)]


@pytest.mark.parametrize("name", CELLS)
def test_every_requirement_that_is_named_exists(name: str) -> None:
    topics = "|".join(REGISTER.topics)
    for text in values(data(name)):
        named = re.findall(rf"(?<![\w./-])(?:{topics})\.(?!md\b|html\b)[a-z0-9-]+", text)
        assert set(named) <= set(REGISTER), text


def test_sources_are_numbered_in_the_order_in_which_a_page_names_them() -> None:
    notes = Notes()
    assert [notes.number(name) for name in ("locks", "mcsb", "locks")] == [1, 2, 1]
    assert [number for number, _ in notes.listing()] == [1, 2]
    assert notes.title("mcsb").startswith("Microsoft cloud security benchmark")


def test_every_cause_says_who_can_do_it() -> None:
    assert [each["cause"] for each in data("destroyers")["causes"]] == [cause.name for cause in CAUSES]


def test_every_open_question_has_an_experiment() -> None:
    assert all(each["experiment"] for each in data("destroyers")["open"])


def test_every_disagreement_of_the_register_is_told() -> None:
    known = [each["id"] for each in data("other_sources")["disagreements"]]
    assert known == [name for name in REGISTER.questions if name.startswith("C")]
