"""Questions that people ask: each is on the built page, with its answer, what that rests on, and
links that lead somewhere.
"""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import html  # type: ignore[import-untyped]  # it says no types

from tests.site.conftest import REGISTER
from translator_cmk.site.questions import Fact, Question, load_questions
from translator_cmk.site.sourced import sources

GROUPS = load_questions(REGISTER)
QUESTIONS = [each for group in GROUPS for each in group.questions]
UNKNOWN = "? unknown"
"""The mark of what no source says."""

by_question = pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)


@cache
def built(site: Path) -> Any:
    """The built page."""
    return html.document_fromstring((site / "decide" / "questions.html").read_text("utf-8"))


def answer_to(question: Question, site: Path) -> Any:
    """What stands between the title of a question and the next title."""
    (title,) = built(site).xpath(f"//article//h3[@id='{question.id}']")
    answer = html.Element("div")
    for each in title.itersiblings():
        if each.tag in ("h2", "h3", "details"):
            break
        answer.append(html.fromstring(html.tostring(each)))
    return answer


def facts_of(question: Question) -> tuple[Fact, ...]:
    """Every fact of an answer, its steps included."""
    return (*question.answer, *question.steps)


@by_question
def test_each_requirement_behind_an_answer_is_marked_where_it_is_assumed_implied_or_of_azure(
    question: Question, site: Path
) -> None:
    answer = answer_to(question, site)
    for fact in facts_of(question):
        for part in fact.parts:
            if part.rests_on is None:
                continue
            requirement = part.rests_on
            link = answer.xpath(f".//a[contains(@href, '#{requirement.id}')]")[0]
            following = link.getnext()
            is_marked = following is not None and following.get("class") == "grounds"
            grounds = following.text_content() if is_marked else ""
            is_plain = requirement.kind == "silence" or requirement.basis == "stated"
            assert grounds == ("" if is_plain else requirement.basis), requirement.id


@by_question
def test_each_source_behind_an_answer_has_a_note_in_it(question: Question, site: Path) -> None:
    titles = answer_to(question, site).xpath(".//sup[@class='note']/a/@title")
    named = [name for fact in facts_of(question) for name in fact.sources]
    assert titles == [sources()[name].title for name in named]


@by_question
def test_an_answer_rests_on_something_or_says_what_is_unknown(
    question: Question,
) -> None:
    facts = facts_of(question)
    rests = [part for fact in facts for part in fact.parts if part.rests_on]
    unknown = [fact for fact in facts if any(UNKNOWN in part.text for part in fact.parts)]
    assert rests or unknown or any(fact.sources for fact in facts)
    assert unknown or not question.find_out
