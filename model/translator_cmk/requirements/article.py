"""The article that the register covers: which sentences it has, known by their places and hashes,
not by their words.

A sentence carries statements, or is informative.  The statements are what requirements are made of.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ..shapes import TEXT, Inconsistent, ListOf, Record, Shape, Text, UniqueList, record
from ..strict_yaml import read_yaml

A_STATEMENT = Text("S[1-9][0-9]*", "S and a number")


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
    """Three hexadecimal digits for each pair of neighbouring words, sorted: how a reworded sentence
    is recognised."""
    statements: tuple[str, ...] = ()
    informative: str | None = None
    """Why the sentence carries no statement, where it carries none."""

    def __str__(self) -> str:
        return f"{self.section}, sentence {self.sentence}"


@dataclass(frozen=True)
class LaterRevision:
    """A later revision of the article that is known to exist."""

    date: str
    changes: str


@dataclass(frozen=True)
class Article:
    """The article that the register covers: its name, the revision covered, and its sentences in
    order."""

    title: str
    revision: str
    """ISO date of the revision covered."""
    url: str
    places: tuple[Place, ...]
    later: tuple[LaterRevision, ...] = ()


def load_article(path: Path, claimed: bool = False) -> Article:
    """Return the article in a file of places. With `claimed`, each sentence has a statement or says
    why not.

    Raises InvalidFile where the file is unreadable or wrong.
    """
    entry = read_yaml(path)
    fields = entry.read(article_shape(claimed))
    sections = fields.pop("sections")
    headings = Counter(section["heading"] for section in sections)
    for heading, count in headings.items():
        if count > 1:
            raise entry.error(f"the section {heading!r} appears twice")
    places = []
    for section in sections:
        for ordinal, sentence in enumerate(section["sentences"], start=1):
            places.append(Place(section["heading"], ordinal, **sentence))
    return Article(**fields, places=tuple(places))


def article_shape(claimed: bool) -> Record:
    """Return the shape of a file of places; with `claimed`, each sentence has a statement or says
    why not."""

    def checked_sentence(**fields: Any) -> dict[str, Any]:
        carries_statements = bool(fields.get("statements"))
        is_informative = "informative" in fields
        if carries_statements and is_informative:
            raise Inconsistent(
                "a sentence carries statements and is called informative", "take one out"
            )
        if claimed and not carries_statements and not is_informative:
            raise Inconsistent(
                "a sentence carries no statement and gives no reason", "add one (informative: ...)"
            )
        return fields

    hashes: dict[str, Shape] = {
        "fingerprint": Text("[0-9a-f]{16}", "16 hexadecimal digits"),
        "near": Text("([0-9a-f]{3})+", "three hexadecimal digits for each pair of words"),
    }
    carried: dict[str, Shape] = {"statements": UniqueList(A_STATEMENT), "informative": TEXT}
    sentence = Record("a sentence", {**hashes, **carried}, required=hashes, make=checked_sentence)
    section = record("a section", {"heading": TEXT, "sentences": ListOf(sentence)})
    revision = Record(
        "a revision", {"date": TEXT, "changes": TEXT}, ("date", "changes"), make=LaterRevision
    )
    return record(
        "the article",
        {"title": TEXT, "revision": TEXT, "url": TEXT, "sections": ListOf(section)},
        {"later": UniqueList(revision)},
    )


def article_to_yaml(article: Article) -> str:
    """Return an article as the text of its YAML file; load_article reads it back."""
    sections: dict[str, list[dict[str, Any]]] = {}
    for place in article.places:
        sentence: dict[str, Any] = {"fingerprint": place.fingerprint, "near": place.near}
        if place.informative:
            sentence["informative"] = place.informative
        else:
            sentence["statements"] = list(place.statements)
        sections.setdefault(place.section, []).append(sentence)
    values: dict[str, Any] = {
        "title": article.title,
        "revision": article.revision,
        "url": article.url,
    }
    if article.later:
        values["later"] = [vars(revision) for revision in article.later]
    values["sections"] = [
        {"heading": heading, "sentences": found} for heading, found in sections.items()
    ]
    return yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=1_000)
