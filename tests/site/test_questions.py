"""Questions that people ask: each is on the built page, with its answer, what that rests on, and
links that lead somewhere.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import html  # type: ignore[import-untyped]  # it says no types

from tests.site.conftest import REGISTER
from tests.site.test_site import read, target
from translator_cmk.site.questions import Fact, Question, load_questions
from translator_cmk.site.sourced import data, sources

GROUPS = load_questions(REGISTER)
QUESTIONS = [each for group in GROUPS for each in group.questions]
ASKED = {f"q{number}" for number in range(1, 51)}
READERS = {
    "architect",
    "security reviewer",
    "auditor",
    "platform engineer",
    "on-call engineer",
}
UNKNOWN = "? unknown"
"""The mark of what no source says."""
MOST_WORDS = 3_800

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


def words(text: str) -> str:
    """The text without markup and the marks that the page adds."""
    without_addresses = re.sub(r"\]\([^)]*\)|\{[^}]*\}", "", text)
    return " ".join(re.sub(r"[\[*`]", "", without_addresses).split())


def facts_of(question: Question) -> tuple[Fact, ...]:
    """Every fact of an answer, its steps included."""
    return (*question.answer, *question.steps)


def text_of(fact: Fact) -> str:
    """A fact as it was written."""
    return "".join(part.text for part in fact.parts)


def test_every_question_that_was_asked_has_an_answer() -> None:
    assert {each.id for each in QUESTIONS} == ASKED
    assert len(QUESTIONS) == len(ASKED)


def test_each_question_is_that_of_a_reader_and_every_reader_has_some() -> None:
    assert {each["who"] for group in data("questions") for each in group["questions"]} == READERS


@by_question
def test_built_page_shows_the_answer_below_its_question(question: Question, site: Path) -> None:
    shown = " ".join(answer_to(question, site).text_content().split())
    assert question.answer
    for fact in facts_of(question):
        for part in fact.parts:
            assert words(part.text) in shown, part.text
    assert words(question.find_out) in shown


@by_question
def test_links_of_an_answer_lead_to_a_page_and_a_place_that_are_there(
    question: Question, site: Path
) -> None:
    page = site / "decide" / "questions.html"
    links = [each for each in answer_to(question, site).xpath(".//a/@href") if ":" not in each]
    assert len(links) >= len(question.pages) > 0
    for link in links:
        file, place = target(page, link)
        assert file.is_file(), link
        assert not place or place in read(file).places, link


@by_question
def test_each_requirement_behind_an_answer_is_followed_by_its_basis(
    question: Question, site: Path
) -> None:
    answer = answer_to(question, site)
    for fact in facts_of(question):
        for part in fact.parts:
            if part.rests_on is None:
                continue
            requirement = part.rests_on
            link = answer.xpath(f".//a[contains(@href, '#{requirement.id}')]")[0]
            grounds = link.getnext().text_content()
            if requirement.kind == "silence":
                assert grounds == "(? not specified)", requirement.id
            elif requirement.basis == "stated":
                assert grounds == f"(stated {', '.join(requirement.statements)})", requirement.id
            else:
                assert grounds == f"({requirement.basis})", requirement.id


@by_question
def test_each_source_behind_an_answer_has_a_note_in_it(question: Question, site: Path) -> None:
    titles = answer_to(question, site).xpath(".//sup[@class='note']/a/@title")
    named = [name for fact in facts_of(question) for name in fact.sources]
    assert titles == [sources()[name].title for name in named]


@by_question
def test_an_answer_rests_on_something_or_says_what_is_unknown_and_how_to_find_out(
    question: Question,
) -> None:
    facts = facts_of(question)
    rests = [part for fact in facts for part in fact.parts if part.rests_on]
    unknown = [fact for fact in facts if UNKNOWN in text_of(fact)]
    assert rests or unknown or any(fact.sources for fact in facts)
    assert bool(question.find_out) == bool(unknown)


def test_page_is_short_and_folds_its_sources_alone(site: Path) -> None:
    assert read(site / "decide" / "questions.html").words <= MOST_WORDS
    assert built(site).xpath("//article//details/@id") == ["sources"]


@pytest.mark.parametrize("word", ["backup", "autorotation", "failover", "terraform", "cost"])
def test_search_finds_a_question_whose_title_has_a_word_that_begins_so(
    word: str, site: Path
) -> None:
    """The search takes titles apart at blanks and hyphens, and a word for the beginning of one."""
    entries = json.loads((site / "search" / "search_index.json").read_text("utf-8"))["docs"]
    titles = [
        each["title"].lower()
        for each in entries
        if each["location"].startswith("decide/questions.html#")
    ]
    begin = [title for title in titles for it in re.split(r"[\s-]+", title) if it.startswith(word)]
    assert begin
