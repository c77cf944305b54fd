"""Loads the register from its YAML files and refuses, with file and line, whatever is not in order."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from types import MappingProxyType

from translator_cmk.requirements.nodes import Entry, read
from translator_cmk.requirements.places import ARTICLE_FILE, load_article
from translator_cmk.requirements.records import (
    BASES,
    KINDS,
    TOPICS,
    TRAITS,
    Article,
    Question,
    Register,
    RegisterError,
    Requirement,
    Source,
    Statement,
)

FOLDER = Path(__file__).parent
QUESTIONS_FILE = "questions.yaml"
TITLE_LENGTH = 90
"""Characters; a longer title makes test reports and tables hard to read."""

REQUIRED = ("id", "revision", "title", "wording", "kind", "basis")
OPTIONAL = ("statements", "traits", "resolves", "notes", "source", "decision")


def load_register(folder: Path | None = None) -> Register:
    """The register in a folder; without one, the register of this package.

    Raises RegisterError where a file is missing, unreadable or wrong; its message begins with file and line.
    """
    return own_register() if folder is None else read_register(folder)


@cache
def own_register() -> Register:
    """The register of this package; raises as `load_register` does."""
    return read_register(FOLDER)


def read_register(folder: Path) -> Register:
    """The register in a folder; raises as `load_register` does."""
    article = load_article(folder / ARTICLE_FILE, claimed=True)
    questions = load_questions(folder / QUESTIONS_FILE)
    known = {statement: None for place in article.places for statement in place.statements}
    requirements: dict[str, Requirement] = {}
    titles: dict[str, str] = {}
    topics: dict[str, tuple[Requirement, ...]] = {}
    for topic in TOPICS:
        of_topic = []
        for entry in read(folder / f"{topic}.yaml").items():
            requirement = read_requirement(entry, topic, article, known, questions)
            if requirement.id in requirements:
                raise entry.error(f"the id {requirement.id!r} is given twice")
            if requirement.title in titles:
                raise entry.error(f"{requirement.id} has the same title as {titles[requirement.title]}")
            titles[requirement.title] = requirement.id
            requirements[requirement.id] = requirement
            of_topic.append(requirement)
        topics[topic] = tuple(of_topic)
    statements = {
        name: Statement(
            name,
            tuple(place for place in article.places if name in place.statements),
            tuple(requirement.id for requirement in requirements.values() if name in requirement.statements),
        )
        for name in sorted(known, key=lambda name: int(name[1:]))
    }
    for statement in statements.values():
        if not statement.requirements:
            raise RegisterError(f"{ARTICLE_FILE}: no requirement claims {statement.id} ({statement.places[0]})")
    return Register(
        MappingProxyType(requirements),
        article,
        MappingProxyType(questions),
        MappingProxyType(topics),
        MappingProxyType(statements),
    )


def load_questions(path: Path) -> dict[str, Question]:
    """The questions in a file by id. Raises RegisterError where the file is unreadable or wrong."""
    questions: dict[str, Question] = {}
    for entry in read(path).items():
        fields = entry.fields(("id", "title"))
        name = fields["id"].text()
        if not re.fullmatch(r"[AC][1-9][0-9]*", name):
            raise fields["id"].error(f"the id {name!r} is not A or C with a number")
        if name in questions:
            raise fields["id"].error(f"the id {name!r} is given twice")
        questions[name] = Question(name, fields["title"].text())
    return questions


def read_requirement(
    entry: Entry, topic: str, article: Article, statements: dict[str, None], questions: dict[str, Question]
) -> Requirement:
    """One requirement of a topic's file. Raises RegisterError where it is wrong."""
    fields = entry.fields(REQUIRED, OPTIONAL)
    name = fields["id"].text()
    if not re.fullmatch(rf"{topic}\.[a-z0-9]+(-[a-z0-9]+)*", name):
        raise fields["id"].error(f"the id {name!r} is not '{topic}.' and a name in lower case with hyphens")
    title = fields["title"].text()
    if len(title) > TITLE_LENGTH:
        raise fields["title"].error(f"the title has {len(title)} characters; {TITLE_LENGTH} are allowed")
    if title.endswith("."):
        raise fields["title"].error("the title ends with a full stop; leave it out")
    claims = fields["statements"].some_of(statements, "statement") if "statements" in fields else ()
    requirement = Requirement(
        id=name,
        revision=fields["revision"].number(),
        title=title,
        wording=fields["wording"].text(),
        kind=fields["kind"].one_of(KINDS, "kind"),
        basis=fields["basis"].one_of(BASES, "basis"),
        statements=claims,
        traits=fields["traits"].some_of(TRAITS, "trait") if "traits" in fields else (),
        resolves=fields["resolves"].some_of(questions, "question") if "resolves" in fields else (),
        notes=fields["notes"].text() if "notes" in fields else None,
        source=read_source(fields["source"]) if "source" in fields else None,
        decision=fields["decision"].text() if "decision" in fields else None,
        places=tuple(place for place in article.places if set(place.statements) & set(claims)),
    )
    check_grounds(entry, requirement)
    return requirement


def read_source(entry: Entry) -> Source:
    """An outside source. Raises RegisterError where its address is not an https address."""
    fields = entry.fields(("title", "url"))
    url = fields["url"].text()
    if not re.fullmatch(r"https://[a-z0-9.-]+\.[a-z]+/\S+", url):
        raise fields["url"].error(f"{url!r} is not an https address")
    return Source(fields["title"].text(), url)


def check_grounds(entry: Entry, requirement: Requirement) -> None:
    """Raises RegisterError where a requirement lacks what its basis or kind calls for."""
    name, basis = requirement.id, requirement.basis
    if (basis == "environment") != (requirement.topic == "environment"):
        raise entry.error(f"{name} has the basis {basis}; the basis environment and the topic environment go together")
    if basis in ("stated", "implied") and not requirement.statements:
        raise entry.error(f"{name} is {basis} and names no statement")
    if basis in ("environment", "assumed") and requirement.source is None:
        raise entry.error(f"{name} has the basis {basis} and names no source")
    if (basis == "assumed" or requirement.kind == "silence") and requirement.decision is None:
        raise entry.error(f"{name} is a choice of ours and names no decision")
    if requirement.decision and not re.fullmatch(r"[0-9]{4}-[a-z0-9-]+\.md", requirement.decision):
        raise entry.error(f"{name} names the decision {requirement.decision!r}, which is not like 0012-name.md")
