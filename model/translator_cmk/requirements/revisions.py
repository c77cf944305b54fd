"""Revisions: the wordings of the article by which a system can be judged, each with its sentences.

The register says for each requirement in which revisions it holds.  One that does not hold in the
chosen revision is silent there, as it may be in a profile.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import CommandError
from ..shapes import TEXT, ListOf, Record, Text, UniqueList, record
from ..strict_yaml import read_yaml
from .article import A_STATEMENT, Article, load_article

REVISIONS_FILE = "revisions.yaml"

A_DATE = Text("[0-9]{4}-[0-9]{2}-[0-9]{2}", "a date such as '2025-01-28'")


class UnknownRevision(CommandError):
    """There is no revision of this date; its message is one line that says which there are."""


@dataclass(frozen=True)
class OneKind:
    """Statements that a revision words for one kind of resource, and why they hold for others."""

    statements: tuple[str, ...]
    argument: str


@dataclass(frozen=True)
class Revision:
    """A revision of the article."""

    file: str
    """The YAML file of its sentences."""
    article: Article
    kinds: tuple[str, ...]
    """The kinds of resource that it names, which a system judged by it can't leave out."""
    one_kind: OneKind | None = None

    @property
    def date(self) -> str:
        """Return its ISO date, by which it is chosen."""
        return self.article.revision


REVISION = Record(
    "a revision",
    {
        "date": A_DATE,
        "sentences": Text("[a-z0-9-]+[.]yaml", "the name of a YAML file"),
        "kinds": ListOf(TEXT),
        "one-kind": record(
            "statements of one kind", {"statements": UniqueList(A_STATEMENT), "argument": TEXT}
        ),
    },
    ("date", "sentences", "kinds"),
)


def load_revisions(folder: Path) -> dict[str, Revision]:
    """Return the revisions of a register by date, the specified one first.

    Raises InvalidFile where a file is missing, unreadable or wrong.
    """
    revisions: dict[str, Revision] = {}
    for entry in read_yaml(folder / REVISIONS_FILE).items():
        fields = entry.read(REVISION)
        date = fields["date"]
        if date in revisions:
            raise entry.error(f"the revision of {date} is given twice")
        file = fields["sentences"]
        article = load_article(folder / file, claimed=True)
        if article.revision != date:
            raise entry.error(f"{file} is of {article.revision}, and not of {date}")
        one_kind = OneKind(**fields["one-kind"]) if "one-kind" in fields else None
        revisions[date] = Revision(file, article, tuple(fields["kinds"]), one_kind)
    return revisions


def chosen_from(revisions: Mapping[str, Revision], date: str | None) -> Revision:
    """Return the revision of a date, or the one that is specified; raises `UnknownRevision`."""
    if date is None:
        return next(iter(revisions.values()))
    if date not in revisions:
        raise UnknownRevision(
            f"the article has no revision {date!r} that is known here; {known(revisions)}"
        )
    return revisions[date]


def known(revisions: Iterable[str]) -> str:
    """Return which revisions there are, as a remedy."""
    specified, *others = revisions
    return f"choose {specified} (the default) or {', '.join(others)}"
