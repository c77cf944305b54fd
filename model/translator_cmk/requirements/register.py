"""The register: requirements by id, each with its wording, its basis and the statements of the
article behind it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from .article import Article, Place
from .revisions import Revision

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
"""The topics in reading order. Each is a file of the register and the first word of its
requirements' ids."""

KINDS: Final = (
    "demand",
    "effect",
    "meaning",
    "consequence",
    "permission",
    "silence",
    "attestation",
)
"""Kinds of requirement: a demand refuses a command; an effect changes something; a meaning derives
one fact from others; a consequence follows from a state; a permission says what is allowed or does
not happen; a silence demands nothing, as the article says nothing; an attestation can only be
declared."""

BASES: Final = ("environment", "stated", "implied", "assumed")
"""Where a requirement comes from: the article's surroundings, its words, what follows from them, or
our choice."""

WEAKEST_FIRST: Final = ("assumed", "environment", "implied", "stated")
"""Bases by how much the article says of what rests on them.  Of a fact about Azure it says nothing,
so what rests on one is never stated, nor implied by the article alone."""

TRAITS: Final = ("second-tenant", "elapsed-time", "training", "irreversible")
"""Prerequisites of a live run: a second tenant, waiting, a trained model, or something that can't
be undone."""


@dataclass(frozen=True)
class Source:
    """An outside document on which an environment or assumed requirement rests."""

    title: str
    url: str


@dataclass(frozen=True)
class Statement:
    """One thing that the article states, the sentences that carry it and the requirements made of
    it."""

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
    refusal_of: str | None = None
    """The requirement whose case it refuses.  A refusal may name either as its reason."""
    holds_in: tuple[str, ...] | None = None
    """The dates of the revisions of the article in which it holds; without any, in all."""
    places: tuple[Place, ...] = ()
    """The sentences of the article that carry its statements, in the article's order."""

    @property
    def topic(self) -> str:
        """Return the first word of the id."""
        return self.id.partition(".")[0]

    def is_in(self, revision: str) -> bool:
        """Return whether it holds in the revision of this date."""
        return self.holds_in is None or revision in self.holds_in


@dataclass(frozen=True, eq=False)
class Register(Mapping[str, Requirement]):
    """All requirements by id, in reading order, as they are in one revision of the article."""

    requirements: Mapping[str, Requirement]
    chosen: Revision
    revisions: Mapping[str, Revision]
    """Every revision by its date, the specified one first."""
    questions: Mapping[str, str]
    """By its id, each thing that the article leaves open (A) or that another public source
    contradicts (C)."""
    topics: Mapping[str, tuple[Requirement, ...]] = field(default_factory=dict)
    """The requirements of each topic, in reading order."""
    statements: Mapping[str, Statement] = field(default_factory=dict)
    """The article's statements by id, in its order."""

    @property
    def article(self) -> Article:
        """Return the article in this revision."""
        return self.chosen.article

    @property
    def revision(self) -> str:
        """Return the date of this revision."""
        return self.chosen.date

    @property
    def is_specified(self) -> bool:
        """Return whether this revision is the one that is specified, and so the default."""
        specified = next(iter(self.revisions))
        return self.revision == specified

    def __getitem__(self, name: str) -> Requirement:
        return self.requirements[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.requirements)

    def __len__(self) -> int:
        return len(self.requirements)


def weakest_basis(names: Iterable[str], register: Mapping[str, Requirement]) -> str:
    """Return the weakest basis among requirements; empty without any."""
    bases = {register[name].basis for name in names}
    for basis in WEAKEST_FIRST:
        if basis in bases:
            return basis
    return ""
