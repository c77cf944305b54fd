"""What Microsoft's pages on the Foundry resource say otherwise stands beside the requirements."""

import re
from collections.abc import Mapping

import pytest

from tests.site.conftest import REGISTER
from translator_cmk.site.foundry import Point, load_points, points_by_requirement
from translator_cmk.site.sourced import sources

POINTS = load_points()


def section_of(green: Mapping[str, str], name: str) -> str:
    """The part of a topic's page that is about one requirement."""
    page = green[f"specification/{REGISTER[name].topic}.md"]
    _, _, after_anchor = page.partition(f"{{ #{name} }}")
    section, _, _ = after_anchor.partition("\n## ")
    return section


def without_targets(text: str) -> str:
    """A text of which each link is there without the place that it leads to."""
    return re.sub(r"\]\([^)]*\)", "]", text)


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.id)
def test_a_point_is_shown_beside_its_requirements_with_dated_sources(
    green: Mapping[str, str], point: Point
) -> None:
    for name in point.requirements:
        section = section_of(green, name)
        assert f'id="{name}/foundry-{point.id}"' in section
        box = section.partition(f"/foundry-{point.id}")[2].partition("</div>")[0]
        assert point.says in box
        assert without_targets(point.do) in without_targets(box)
        assert point.since in box
        for each in point.source:
            assert sources()[each].url in box
            assert f"page of {sources()[each].dated}, {sources()[each].version}" in box
            assert f"read on {sources()[each].read}" in box


def test_no_other_requirement_has_such_a_box(green: Mapping[str, str]) -> None:
    with_a_box = {name for name in REGISTER if "/foundry-" in section_of(green, name)}
    assert with_a_box == set(points_by_requirement())


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.id)
def test_a_point_is_about_statements_that_its_requirements_rest_on(point: Point) -> None:
    for name in point.requirements:
        if point.statements:
            assert set(point.statements) & set(REGISTER[name].statements), name
        else:
            assert REGISTER[name].basis == "assumed", name
