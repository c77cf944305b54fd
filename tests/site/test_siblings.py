"""What pages on other services say: each cell is dated, and stands beside what it bears on."""

import re
from collections.abc import Mapping
from datetime import date

from tests.site.conftest import REGISTER
from translator_cmk.site.siblings import (
    GROUPS,
    RELATIONS,
    VERDICTS,
    bearings,
    load_siblings,
    service_count,
)
from translator_cmk.site.sourced import sources

SIBLINGS = [(group, sibling) for group in GROUPS for sibling in load_siblings(group)]


def test_every_cell_names_a_page_with_its_date_and_the_day_on_which_it_was_read() -> None:
    for _, sibling in SIBLINGS:
        for statement, cell in sibling.cells.items():
            where = (sibling.id, statement)
            assert cell.says.sources, where
            for name in cell.says.sources:
                source = sources()[name]
                assert date.fromisoformat(source.dated) <= date.fromisoformat(source.read), where


def test_a_cell_says_something_where_it_differs_or_says_more_and_nothing_where_it_does_not() -> (
    None
):
    for _, sibling in SIBLINGS:
        for statement, cell in sibling.cells.items():
            assert cell.verdict in VERDICTS
            says_more = cell.verdict in ("differs", "more")
            assert bool(cell.says.text) == says_more, (sibling.id, statement)


def test_pages_bear_on_requirements_that_are_assumed_or_left_open() -> None:
    for name, found in bearings().items():
        assert REGISTER[name].basis == "assumed", name
        accepted = REGISTER[name].kind == "silence"
        for relation in found:
            assert (relation == "accepts") <= accepted, (name, relation)
            assert (relation == "says-so") <= (not accepted), (name, relation)


def test_each_requirement_shows_the_pages_that_bear_on_it(green: Mapping[str, str]) -> None:
    for name, found in bearings().items():
        topic = green[f"specification/{REGISTER[name].topic}.md"]
        section = topic.partition(f"{{ #{name} }}")[2].partition("\n## ")[0]
        (line,) = re.findall(r"^Pages on other services.*\n:   (.*)$", section, re.MULTILINE)
        for relation, each in found.items():
            assert f"*{RELATIONS[relation]}*" in line
            for bearing in each:
                assert bearing.sibling.names[0] in line
                assert sources()[bearing.sources[0]].dated in line


def test_of_all_services_only_translator_deletes_as_home_says(green: Mapping[str, str]) -> None:
    """Home and the page of the table both say so: a sibling that deletes would be `same` there."""
    verdicts = {sibling.cells["data"].verdict for _, sibling in SIBLINGS}
    assert verdicts == {"differs"}
    assert f"none of the {service_count()} other services" in green["evidence/other-services.md"]
