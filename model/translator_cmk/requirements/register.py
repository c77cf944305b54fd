"""The register: what the article states, as data that is loaded from YAML and refused, with file and line, if wrong."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from ..errors import InvalidFile
from ..shapes import PROSE, TEXT, Choice, Inconsistent, ListOf, Record, Shape, Simple, Text, UniqueList, Whole, record
from ..strict_yaml import Entry, read_yaml

TOPICS: Final = (
    "encryption",
    "keys",
    "resource",
    "identity",
    "vault",
    "workspace",
    "revocation",
    "restoration",
    "tenant",
    "environment",
)
"""The topics in reading order. Each is a file of the register and the first word of its requirements' ids."""

KINDS: Final = ("demand", "effect", "meaning", "consequence", "permission", "silence", "attestation")
"""Kinds of requirement: a demand refuses a command; an effect changes something; a meaning derives one fact from
others; a consequence follows from a state; a permission says what is allowed or does not happen; a silence demands
nothing, as the article says nothing; an attestation can only be declared."""

BASES: Final = ("environment", "stated", "implied", "assumed")
"""Where a requirement comes from: the article's surroundings, its words, what follows from them, or our choice."""

TRAITS: Final = ("second-tenant", "elapsed-time", "training", "irreversible")
"""Prerequisites of a live run: a second tenant, waiting, a trained model, or something that can't be undone."""


@dataclass(frozen=True)
class Source:
    """An outside document on which an environment or assumed requirement rests."""

    title: str
    url: str


@dataclass(frozen=True)
class Place:
    """One sentence of the article, known by where it stands and by hashes, without its words."""

    section: str
    """The heading it stands under."""
    sentence: int
    """Its ordinal in the section, from 1."""
    fingerprint: str
    """The first 16 hexadecimal digits of the SHA-256 of the normalised sentence."""
    near: str
    """Three hexadecimal digits for each pair of neighbouring words, sorted: how a reworded sentence is recognised."""
    statements: tuple[str, ...] = ()
    informative: str | None = None
    """Why the sentence carries no statement, where it carries none."""

    def __str__(self) -> str:
        return f"{self.section}, sentence {self.sentence}"


@dataclass(frozen=True)
class Revision:
    """A later revision of the article that is known to exist."""

    date: str
    changes: str


@dataclass(frozen=True)
class Article:
    """The article that the register covers: its name, the revision covered, and its sentences in order."""

    title: str
    revision: str
    """ISO date of the revision covered."""
    url: str
    places: tuple[Place, ...]
    later: tuple[Revision, ...] = ()


@dataclass(frozen=True)
class Statement:
    """One thing that the article states, the sentences that carry it and the requirements made of it."""

    id: str
    places: tuple[Place, ...]
    requirements: tuple[str, ...]


@dataclass(frozen=True)
class Requirement:
    """One requirement of the specification, in its own words."""

    id: str
    revision: int
    title: str
    """One sentence without a full stop, which is also the Gherkin rule's name."""
    wording: str
    kind: str
    """One of KINDS."""
    basis: str
    """One of BASES."""
    statements: tuple[str, ...] = ()
    traits: tuple[str, ...] = ()
    """Of TRAITS."""
    resolves: tuple[str, ...] = ()
    """Ids of the questions that it answers."""
    argument: str | None = None
    """How it follows from its statements, where it is implied."""
    notes: str | None = None
    source: Source | None = None
    decision: str | None = None
    """File name of a record in docs/decisions/."""
    places: tuple[Place, ...] = ()
    """The sentences of the article that carry its statements, in the article's order."""

    @property
    def topic(self) -> str:
        """Return the first word of the id."""
        return self.id.partition(".")[0]


@dataclass(frozen=True, eq=False)
class Register(Mapping[str, Requirement]):
    """All requirements by id, in reading order."""

    requirements: Mapping[str, Requirement]
    article: Article
    questions: Mapping[str, str]
    """By its id, each thing that the article leaves open (A) or that another public source contradicts (C)."""
    topics: Mapping[str, tuple[Requirement, ...]] = field(default_factory=dict)
    """The requirements of each topic, in reading order."""
    statements: Mapping[str, Statement] = field(default_factory=dict)
    """The article's statements by id, in its order."""

    def __getitem__(self, name: str) -> Requirement:
        return self.requirements[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.requirements)

    def __len__(self) -> int:
        return len(self.requirements)


FOLDER = Path(__file__).parent
ARTICLE_FILE = "article.yaml"
QUESTIONS_FILE = "questions.yaml"
TITLE_LENGTH = 90
"""Characters; a longer title makes test reports and tables hard to read."""

NAME = "[a-z0-9]+(-[a-z0-9]+)*"
"""What follows the topic in an id."""
A_STATEMENT = Text("S[1-9][0-9]*", "S and a number")
A_QUESTION = Text("[AC][1-9][0-9]*", "A or C with a number")
A_TITLE = Simple(
    f"a text of at most {TITLE_LENGTH} characters without a full stop at its end",
    lambda it: isinstance(it, str) and 0 < len(it) <= TITLE_LENGTH and not it.endswith("."),
    type="string",
    minLength=1,
    maxLength=TITLE_LENGTH,
    pattern="[^.]$",
)

REQUIRED = ("id", "revision", "title", "wording", "kind", "basis")
DERIVED = ("topic", "places")
"""Fields that follow from others, and are not written in the files."""

REGISTERED = record(
    "a requirement",
    {
        "id": Text(f"[a-z]+[.]{NAME}", "the id of a requirement"),
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
            "a source",
            {
                "title": TEXT,
                "url": Text(r"https://[a-z0-9.-]+\.[a-z]+/\S+", "an address such as https://host.in.lower.case/path"),
            },
            ("title", "url"),
            Source,
        ),
        "decision": Text("[0-9]{4}-[a-z0-9-]+[.]md", "the name of a record, such as 0012-name.md"),
    },
)
"""A requirement as JSON has it."""


def load_register(folder: Path | None = None) -> Register:
    """Return the register in a folder; without one, the register of this package.

    Raises InvalidFile where a file is missing, unreadable or wrong; its message begins with file and line.
    """
    if folder is None:
        return own_register()
    article = load_article(folder / ARTICLE_FILE, claimed=True)
    questions = load_questions(folder / QUESTIONS_FILE)
    known = {statement: None for place in article.places for statement in place.statements}
    requirements: dict[str, Requirement] = {}
    titles: dict[str, str] = {}
    for topic in TOPICS:
        for entry in read_yaml(folder / f"{topic}.yaml").items():
            requirement = read_requirement(entry, topic, article, known, questions)
            if requirement.id in requirements:
                raise entry.error(f"the id {requirement.id!r} is given twice")
            if requirement.title in titles:
                raise entry.error(f"{requirement.id} has the same title as {titles[requirement.title]}")
            titles[requirement.title] = requirement.id
            requirements[requirement.id] = requirement
    topics = {topic: tuple(each for each in requirements.values() if each.topic == topic) for topic in TOPICS}
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
            raise InvalidFile(f"{ARTICLE_FILE}: no requirement claims {statement.id} ({statement.places[0]})")
    view = MappingProxyType
    return Register(view(requirements), article, view(questions), view(topics), view(statements))


@cache
def own_register() -> Register:
    """Return the register of this package; raises as `load_register` does."""
    return load_register(FOLDER)


def load_questions(path: Path) -> dict[str, str]:
    """Return the titles of the questions in a file by id. Raises InvalidFile where the file is unreadable or wrong."""
    questions: dict[str, str] = {}
    for entry in read_yaml(path).items():
        question = entry.read(record("a question", {"id": A_QUESTION, "title": TEXT}))
        if question["id"] in questions:
            raise entry.error(f"the id {question['id']!r} is given twice")
        questions[question["id"]] = question["title"]
    return questions


def read_requirement(
    entry: Entry, topic: str, article: Article, statements: dict[str, None], questions: dict[str, str]
) -> Requirement:
    """Return one requirement of a topic's file. Raises InvalidFile where it is wrong."""
    own_id = Text(rf"{topic}[.]{NAME}", f"an id that is '{topic}.' and a name in lower case with hyphens")
    known: dict[str, Shape] = {"statements": UniqueList(Choice(statements)), "resolves": UniqueList(Choice(questions))}
    shapes = {name: shape for name, shape in REGISTERED.fields.items() if name not in DERIVED}
    fields = entry.read(Record("a requirement", {**shapes, **known, "id": own_id}, REQUIRED))
    carried = set(fields.get("statements", ()))
    requirement = Requirement(**fields, places=tuple(each for each in article.places if carried & {*each.statements}))
    check_grounds(entry, requirement)
    return requirement


def check_grounds(entry: Entry, requirement: Requirement) -> None:
    """Raise InvalidFile where a requirement lacks what its basis or kind calls for."""
    name, basis = requirement.id, requirement.basis
    if (basis == "environment") != (requirement.topic == "environment"):
        raise entry.error(f"{name} has the basis {basis}; the basis environment and the topic environment go together")
    if basis in ("stated", "implied") and not requirement.statements:
        raise entry.error(f"{name} is {basis} and names no statement")
    if (basis == "implied") != (requirement.argument is not None):
        problem = "has an argument; remove it" if requirement.argument else "has no argument; add one"
        raise entry.error(f"{name} is {basis} and {problem}")
    premises = set(re.findall(r"\bS[1-9][0-9]*\b", requirement.argument or ""))
    if unlisted := sorted(premises - set(requirement.statements), key=lambda each: int(each[1:])):
        raise entry.error(f"the argument of {name} rests on {', '.join(unlisted)}; list them in statements too")
    if basis in ("environment", "assumed") and requirement.source is None:
        raise entry.error(f"{name} has the basis {basis} and names no source")
    if (basis == "assumed" or requirement.kind == "silence") and requirement.decision is None:
        raise entry.error(f"{name} is a choice of ours and names no decision")


def load_article(path: Path, claimed: bool = False) -> Article:
    """Return the article in a file of places. With `claimed`, each sentence has a statement or says why not.

    Raises InvalidFile where the file is unreadable or wrong.
    """
    entry = read_yaml(path)
    fields = entry.read(article_shape(claimed))
    sections = fields.pop("sections")
    for heading, count in Counter(each["heading"] for each in sections).items():
        if count > 1:
            raise entry.error(f"the section {heading!r} appears twice")
    places = (
        Place(section["heading"], ordinal, **sentence)
        for section in sections
        for ordinal, sentence in enumerate(section["sentences"], start=1)
    )
    return Article(**fields, places=tuple(places))


def article_shape(claimed: bool) -> Record:
    """Return the shape of a file of places."""

    def sentence(**fields: Any) -> dict[str, Any]:
        carries, informative = bool(fields.get("statements")), "informative" in fields
        if carries and informative:
            raise Inconsistent("a sentence carries statements and is called informative", "take one out")
        if claimed and not carries and not informative:
            raise Inconsistent("a sentence carries no statement and gives no reason", "add one (informative: ...)")
        return fields

    hashes: dict[str, Shape] = {
        "fingerprint": Text("[0-9a-f]{16}", "16 hexadecimal digits"),
        "near": Text("([0-9a-f]{3})+", "three hexadecimal digits for each pair of words"),
    }
    carried: dict[str, Shape] = {"statements": UniqueList(A_STATEMENT), "informative": TEXT}
    place = Record("a sentence", hashes | carried, hashes, sentence)
    revision = Record("a revision", {"date": TEXT, "changes": TEXT}, ("date", "changes"), Revision)
    sections = ListOf(record("a section", {"heading": TEXT, "sentences": ListOf(place)}))
    texts = {"title": TEXT, "revision": TEXT, "url": TEXT}
    return record("the article", {**texts, "sections": sections}, {"later": UniqueList(revision)})
