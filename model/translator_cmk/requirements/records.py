"""The records of the register: requirements, the article's sentences and statements, and its open questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

TOPICS: Final = (
    "encryption",
    "keys",
    "resource",
    "identity",
    "vault",
    "workspace",
    "revocation",
    "restoration",
    "directory",
    "environment",
)
"""The topics in reading order. Each is a file of the register and the first word of its requirements' ids."""

KINDS: Final = ("demand", "effect", "meaning", "consequence", "permission", "silence", "attestation")
"""What a requirement is: a demand refuses a command; an effect is what a command does; a meaning derives one fact from
others; a consequence follows from a state; a permission says what is allowed or does not happen; a silence demands
nothing, as the article says nothing; an attestation can only be declared."""

BASES: Final = ("environment", "stated", "implied", "assumed")
"""Where a requirement comes from: the article's surroundings, its words, what follows from them, or our choice."""

TRAITS: Final = ("second-directory", "elapsed-time", "training", "irreversible")
"""What a live run takes: a second directory, waiting, a trained model, or something that can't be undone."""


class RegisterError(ValueError):
    """The register's files are wrong. The message is one line that begins with file and line."""


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
class Question:
    """Something that the article leaves open (A) or that another public source contradicts (C)."""

    id: str
    title: str


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
    notes: str | None = None
    source: Source | None = None
    decision: str | None = None
    """File name of a record in docs/decisions/."""
    places: tuple[Place, ...] = ()
    """The sentences of the article that carry its statements, in the article's order."""

    @property
    def topic(self) -> str:
        """The first word of the id."""
        return self.id.partition(".")[0]


@dataclass(frozen=True, eq=False)
class Register(Mapping[str, Requirement]):
    """All requirements by id, in reading order."""

    requirements: Mapping[str, Requirement]
    article: Article
    questions: Mapping[str, Question]
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
