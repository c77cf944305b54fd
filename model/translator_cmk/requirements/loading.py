"""Loading the register from YAML: whatever is wrong in its files is refused, with file and line."""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..errors import InvalidFile
from ..shapes import (
    PROSE,
    TEXT,
    Choice,
    ListOf,
    Record,
    Shape,
    Simple,
    Text,
    UniqueList,
    Whole,
    record,
)
from ..strict_yaml import Entry, read_yaml
from .article import A_STATEMENT, Article, Place
from .register import BASES, KINDS, TOPICS, TRAITS, Register, Requirement, Source, Statement
from .revisions import A_DATE, Revision, chosen_from, load_revisions

FOLDER = Path(__file__).parent
"""The register of this package."""
QUESTIONS_FILE = "questions.yaml"
TITLE_LENGTH = 90
"""Characters; a longer title makes test reports and tables hard to read."""


# The shape of a requirement

NAME = "[a-z0-9]+(-[a-z0-9]+)*"
"""What follows the topic in an id."""
AN_ID = Text(f"[a-z]+[.]{NAME}", "the id of a requirement")
A_QUESTION = Text("[AC][1-9][0-9]*", "A or C with a number")
A_TITLE = Simple(
    f"a text of at most {TITLE_LENGTH} characters without a full stop at its end",
    lambda it: isinstance(it, str) and 0 < len(it) <= TITLE_LENGTH and not it.endswith("."),
    type="string",
    minLength=1,
    maxLength=TITLE_LENGTH,
    pattern="[^.]$",
)
AN_ADDRESS = Text(
    r"https://[a-z0-9.-]+\.[a-z]+/\S+", "an address such as https://host.in.lower.case/path"
)

REQUIRED = ("id", "revision", "title", "wording", "kind", "basis")
DERIVED = ("topic", "places")
"""Fields that follow from others, and are not written in the files."""

REGISTERED = record(
    "a requirement",
    {
        "id": AN_ID,
        "topic": Choice(TOPICS),
        "revision": Whole(),
        "title": A_TITLE,
        "wording": TEXT,
        "kind": Choice(KINDS),
        "basis": Choice(BASES),
        "statements": UniqueList(A_STATEMENT),
        "traits": UniqueList(Choice(TRAITS)),
        "resolves": UniqueList(A_QUESTION),
        "places": ListOf(record("a place", {"section": PROSE, "sentence": Whole()})),
    },
    {
        "argument": TEXT,
        "notes": TEXT,
        "source": Record(
            "a source", {"title": TEXT, "url": AN_ADDRESS}, ("title", "url"), make=Source
        ),
        "decision": Text("[0-9]{4}-[a-z0-9-]+[.]md", "the name of a record, such as 0012-name.md"),
        "refusal_of": AN_ID,
        "holds_in": UniqueList(A_DATE),
    },
)
"""A requirement as JSON has it."""


def written_shape(
    topic: str,
    statements: Collection[str],
    questions: Collection[str],
    revisions: Collection[str],
) -> Record:
    """Return the shape of a requirement in the file of its topic, where these statements,
    questions and revisions exist."""
    own_id = Text(
        rf"{topic}[.]{NAME}", f"an id that is '{topic}.' and a name in lower case with hyphens"
    )
    shapes: dict[str, Shape] = {
        name: shape for name, shape in REGISTERED.fields.items() if name not in DERIVED
    }
    shapes["id"] = own_id
    shapes["statements"] = UniqueList(Choice(statements))
    shapes["resolves"] = UniqueList(Choice(questions))
    shapes["holds_in"] = UniqueList(Choice(revisions))
    return Record("a requirement", shapes, REQUIRED)


# Loading


def load_register(folder: Path | None = None, revision: str | None = None) -> Register:
    """Return the register in a folder, as it is in the revision of this date.

    Without a folder it is the register of this package, and without a date the revision that is
    specified.  Raises InvalidFile where a file is missing, unreadable or wrong, with a message that
    begins with file and line; and UnknownRevision.
    """
    if folder is None:
        return own_register(revision)
    revisions = load_revisions(folder)
    chosen = chosen_from(revisions, revision)
    questions = load_questions(folder / QUESTIONS_FILE)
    written = load_requirements(folder, revisions, questions)
    requirements = {name: in_revision(each, chosen) for name, each in written.items()}
    return Register(
        MappingProxyType(requirements),
        chosen,
        MappingProxyType(revisions),
        MappingProxyType(questions),
        MappingProxyType(by_topic(requirements)),
        MappingProxyType(by_statement(requirements, chosen)),
    )


@cache
def own_register(revision: str | None) -> Register:
    """Return the register of this package in a revision; raises as `load_register` does."""
    if revision is not None and revision == own_register(None).revision:
        return own_register(None)
    return load_register(FOLDER, revision)


def in_revision(requirement: Requirement, revision: Revision) -> Requirement:
    """Return a requirement with its places in a revision, and its basis there.

    What is stated of one kind of resource alone there is implied of the others.
    """
    places = places_of(requirement.statements, revision.article)
    of_one_kind = revision.one_kind
    is_stated = requirement.basis == "stated"
    if of_one_kind and is_stated and set(requirement.statements) <= set(of_one_kind.statements):
        return replace(requirement, places=places, basis="implied", argument=of_one_kind.argument)
    return replace(requirement, places=places)


def places_of(statements: Collection[str], article: Article) -> tuple[Place, ...]:
    """Return the sentences of an article that carry any of these statements."""
    return tuple(place for place in article.places if set(statements) & set(place.statements))


def load_questions(path: Path) -> dict[str, str]:
    """Return the titles of the questions in a file by id. Raises InvalidFile where the file is
    unreadable or wrong."""
    questions: dict[str, str] = {}
    for entry in read_yaml(path).items():
        question = entry.read(record("a question", {"id": A_QUESTION, "title": TEXT}))
        if question["id"] in questions:
            raise entry.error(f"the id {question['id']!r} is given twice")
        questions[question["id"]] = question["title"]
    return questions


def load_requirements(
    folder: Path, revisions: Mapping[str, Revision], questions: Mapping[str, str]
) -> dict[str, Requirement]:
    """Return the requirements of all topics by id, without their places. Raises InvalidFile where a
    file is unreadable or wrong."""
    statements = statements_of(chosen_from(revisions, None).article)
    requirements: dict[str, Requirement] = {}
    entries: dict[str, Entry] = {}
    ids_by_title: dict[str, str] = {}
    for topic in TOPICS:
        shape = written_shape(topic, statements, questions, revisions)
        for entry in read_yaml(folder / f"{topic}.yaml").items():
            requirement = read_requirement(entry, shape)
            if requirement.id in requirements:
                raise entry.error(f"the id {requirement.id!r} is given twice")
            if requirement.title in ids_by_title:
                raise entry.error(
                    f"{requirement.id} has the same title as {ids_by_title[requirement.title]}"
                )
            ids_by_title[requirement.title] = requirement.id
            requirements[requirement.id] = requirement
            entries[requirement.id] = entry
    for requirement in requirements.values():
        check_refusal(entries[requirement.id], requirement, requirements)
    return requirements


def read_requirement(entry: Entry, shape: Record) -> Requirement:
    """Return one requirement of a topic's file. Raises InvalidFile where it is wrong."""
    requirement = Requirement(**entry.read(shape))
    check_grounds(entry, requirement)
    return requirement


def check_grounds(entry: Entry, requirement: Requirement) -> None:
    """Raise InvalidFile where a requirement lacks what its basis or kind calls for."""
    name = requirement.id
    basis = requirement.basis
    if (basis == "environment") != (requirement.topic == "environment"):
        raise entry.error(
            f"{name} has the basis {basis}; the basis environment and the topic environment go "
            "together"
        )
    if basis in ("stated", "implied") and not requirement.statements:
        raise entry.error(f"{name} is {basis} and names no statement")
    if basis == "implied" and requirement.argument is None:
        raise entry.error(f"{name} is {basis} and has no argument; add one")
    if basis != "implied" and requirement.argument is not None:
        raise entry.error(f"{name} is {basis} and has an argument; remove it")
    premises = re.findall(r"\bS[1-9][0-9]*\b", requirement.argument or "")
    unlisted = set(premises) - set(requirement.statements)
    if unlisted:
        listed = ", ".join(sorted(unlisted, key=statement_number))
        raise entry.error(f"the argument of {name} rests on {listed}; list them in statements too")
    if basis in ("environment", "assumed") and requirement.source is None:
        raise entry.error(f"{name} has the basis {basis} and names no source")
    if (basis == "assumed" or requirement.kind == "silence") and requirement.decision is None:
        raise entry.error(f"{name} is a choice of ours and names no decision")


def check_refusal(
    entry: Entry, requirement: Requirement, requirements: Mapping[str, Requirement]
) -> None:
    """Raise InvalidFile where a requirement is the refusal of one that there is not, or demands
    nothing."""
    refused = requirement.refusal_of
    if refused is None:
        return
    if refused not in requirements:
        raise entry.error(f"{requirement.id} is the refusal of {refused}, which is no requirement")
    if requirement.kind != "demand":
        raise entry.error(f"{requirement.id} is a refusal, and no demand")


# What the requirements come to together


def statements_of(article: Article) -> list[str]:
    """Return the ids of the article's statements, in the order of its sentences."""
    ids: dict[str, None] = {}
    for place in article.places:
        ids.update(dict.fromkeys(place.statements))
    return list(ids)


def statement_number(statement: str) -> int:
    """Return the number in the id of a statement."""
    return int(statement.removeprefix("S"))


def by_topic(requirements: Mapping[str, Requirement]) -> dict[str, tuple[Requirement, ...]]:
    """Return the requirements of each topic."""
    topics: dict[str, Any] = {topic: [] for topic in TOPICS}
    for requirement in requirements.values():
        topics[requirement.topic].append(requirement)
    return {topic: tuple(found) for topic, found in topics.items()}


def by_statement(
    requirements: Mapping[str, Requirement], revision: Revision
) -> dict[str, Statement]:
    """Return the statements by id, by their numbers. Raises InvalidFile where no requirement claims
    one."""
    statements: dict[str, Statement] = {}
    article = revision.article
    for name in sorted(statements_of(article), key=statement_number):
        places = [place for place in article.places if name in place.statements]
        claiming = [
            requirement.id
            for requirement in requirements.values()
            if name in requirement.statements
        ]
        if not claiming:
            raise InvalidFile(f"{revision.file}: no requirement claims {name} ({places[0]})")
        statements[name] = Statement(name, tuple(places), tuple(claiming))
    return statements
