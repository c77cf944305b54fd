"""The article's sentences as places: read from article.yaml, made from a copy of the article, and written back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from translator_cmk.requirements.nodes import Entry, read
from translator_cmk.requirements.records import Article, Place, Revision
from translator_cmk.requirements.sentences import fingerprint, near, sentences

ARTICLE_FILE = "article.yaml"
MS_DATE = re.compile(r"^ms\.date:\s*[\"']?(\d\d)/(\d\d)/(\d{4})", re.MULTILINE)
"""Front matter of Microsoft's documentation: month, day, year."""


def load_article(path: Path, claimed: bool = False) -> Article:
    """The article in a file of places. With `claimed`, each sentence carries a statement or says why it does not.

    Raises RegisterError where the file is unreadable or wrong.
    """
    fields = read(path).fields(("title", "revision", "url", "sections"), ("later",))
    places: list[Place] = []
    for section in fields["sections"].items():
        of_section = section.fields(("heading", "sentences"))
        heading = of_section["heading"].text()
        if any(place.section == heading for place in places):
            raise of_section["heading"].error(f"the section {heading!r} stands here twice")
        for ordinal, entry in enumerate(of_section["sentences"].items(), start=1):
            places.append(read_place(entry, heading, ordinal, claimed))
    later = [entry.fields(("date", "changes")) for entry in fields["later"].items()] if "later" in fields else []
    return Article(
        title=fields["title"].text(),
        revision=fields["revision"].text(),
        url=fields["url"].text(),
        places=tuple(places),
        later=tuple(Revision(each["date"].text(), each["changes"].text()) for each in later),
    )


def read_place(entry: Entry, section: str, ordinal: int, claimed: bool) -> Place:
    """One sentence of a section. Raises RegisterError where it is wrong."""
    fields = entry.fields(("fingerprint", "near"), ("statements", "informative"))
    print_, near_ = fields["fingerprint"].text(), fields["near"].text()
    if not re.fullmatch(r"[0-9a-f]{16}", print_):
        raise fields["fingerprint"].error("a fingerprint has 16 hexadecimal digits")
    if not re.fullmatch(r"([0-9a-f]{3})+", near_):
        raise fields["near"].error("three hexadecimal digits for each pair of words are expected here")
    statements: list[str] = []
    for item in fields["statements"].items() if "statements" in fields else []:
        if not re.fullmatch(r"S[1-9][0-9]*", item.text()):
            raise item.error(f"{item.text()!r} is not S and a number")
        if item.text() in statements:
            raise item.error(f"the statement {item.text()!r} stands here twice")
        statements.append(item.text())
    informative = fields["informative"].text() if "informative" in fields else None
    if statements and informative:
        raise entry.error(f"{section}, sentence {ordinal} carries statements and is called informative")
    if claimed and not statements and not informative:
        raise entry.error(f"{section}, sentence {ordinal} carries no statement and gives no reason (informative: ...)")
    return Place(section, ordinal, print_, near_, tuple(statements), informative)


def places_of(markdown: str, known: Iterable[Place] = ()) -> list[Place]:
    """The places of a copy of the article. A sentence that is known keeps what it carries."""
    by_print: dict[str, Place] = {place.fingerprint: place for place in known}
    # the same sentence can stand in two sections and carry more in one of them
    by_place = {(place.fingerprint, place.section): place for place in known}
    found = []
    for sentence in sentences(markdown):
        print_ = fingerprint(sentence.text)
        before = by_place.get((print_, sentence.section)) or by_print.get(print_)
        carried = (before.statements, before.informative) if before else ((), None)
        found.append(Place(sentence.section, sentence.ordinal, print_, near(sentence.text), *carried))
    return found


def describe(markdown: str, known: Article) -> Article:
    """A copy of the article as places, with its own title and date; the rest as in the article that is known."""
    places = tuple(places_of(markdown, known.places))
    date = MS_DATE.search(markdown)
    return replace(
        known,
        title=next((place.section for place in places if place.section), known.title),
        revision="{2}-{0}-{1}".format(*date.groups()) if date else "undated",
        places=places,
    )


def dump(article: Article) -> str:
    """An article as the text of its YAML file; load_article reads it back."""
    lines = [f"title: {quote(article.title)}", f"revision: {quote(article.revision)}", f"url: {quote(article.url)}"]
    if article.later:
        lines.append("later:")
        lines += [f"  - {{date: {quote(each.date)}, changes: {quote(each.changes)}}}" for each in article.later]
    lines.append("sections:" if article.places else "sections: []")
    section = None
    for place in article.places:
        if place.section != section:
            section = place.section
            lines += [f"  - heading: {quote(section)}", "    sentences:"]
        lines += [f"      - fingerprint: {quote(place.fingerprint)}", f"        near: {quote(place.near)}"]
        if place.informative:
            lines.append(f"        informative: {quote(place.informative)}")
        else:
            lines.append(f"        statements: [{', '.join(place.statements)}]")
    return "\n".join(lines) + "\n"


def quote(text: str) -> str:
    """A text in YAML's double quotes, so that no figure or date is taken for something else."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
