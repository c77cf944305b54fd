"""Read the questions that people ask, with the requirements that their answers rest on."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ..requirements import Register, Requirement
from .sourced import cell, data

LINK = re.compile(r"\]\(([a-z]+\.[a-z0-9-]+)\)")
"""The end of a link whose target is a requirement's id, or the name of a page."""


class Part(NamedTuple):
    """A piece of a text, and the requirement that its last words rest on."""

    text: str
    rests_on: Requirement | None


class Fact(NamedTuple):
    """A fact of an answer: its text in parts, and the ids of the sources that say so."""

    parts: tuple[Part, ...]
    sources: tuple[str, ...]


class Question(NamedTuple):
    """A question, who asks it, and its answer."""

    id: str
    who: str
    question: str
    answer: tuple[Fact, ...]
    steps: tuple[Fact, ...]
    """What to do, where order matters."""
    find_out: str
    """What to try, or what to ask for, where something is unknown."""
    pages: tuple[str, ...]
    """Links to the pages that have the depth, where no link of the answer leads there."""


class Group(NamedTuple):
    """Questions of readers who do the same."""

    id: str
    title: str
    questions: tuple[Question, ...]


def load_questions(register: Register) -> list[Group]:
    """Return all questions, by what the reader is doing."""
    return [
        Group(
            group["id"],
            group["title"],
            tuple(read_question(each, register) for each in group["questions"]),
        )
        for group in data("questions")
    ]


def read_question(value: Mapping[str, Any], register: Register) -> Question:
    """Read a question with its answer."""
    marked: set[str] = set()
    answer = tuple(read_fact(each, register, marked) for each in value["answer"])
    steps = tuple(read_fact(each, register, marked) for each in value.get("steps", ()))
    return Question(
        id=value["id"],
        who=value["who"],
        question=value["question"],
        answer=answer,
        steps=steps,
        find_out=value.get("find-out", ""),
        pages=tuple(value.get("pages", ())),
    )


def read_fact(value: Any, register: Register, marked: set[str]) -> Fact:
    """Read a fact.  A requirement is marked where an answer names it first; `marked` remembers."""
    found = cell(value)
    return Fact(tuple(parts_of(found.text, register, marked)), found.sources)


def parts_of(text: str, register: Register, marked: set[str]) -> Iterator[Part]:
    """Split a text after each link to a requirement that was not marked yet."""
    begin = 0
    for link in LINK.finditer(text):
        name = link[1]
        if name not in register or name in marked:
            continue
        marked.add(name)
        yield Part(text[begin : link.end()], register[name])
        begin = link.end()
    yield Part(text[begin:], None)
