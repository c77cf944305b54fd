"""A reader's own copy of the article: its file, and the places that it has."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..errors import CommandError, reason
from .article import Article, Place
from .article_text import sentences
from .fingerprints import fingerprint, joined_pair_hashes

MS_DATE = re.compile(r"^ms\.date:\s*[\"']?(\d\d)/(\d\d)/(\d{4})", re.MULTILINE)
"""Front matter of Microsoft's documentation: month, day, year."""


class NotTheArticle(CommandError):
    """The text can't be read as a copy of the article."""


def read_copy(path: Path) -> str:
    """Return the text of a file. Raises `NotTheArticle` where it can't be read, is empty or no
    UTF-8 text."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise NotTheArticle(f"{path}: {reason(error)}") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise NotTheArticle(f"{path}:{line}: not UTF-8; save the copy as UTF-8") from None
    if "\0" in text:
        raise NotTheArticle(f"{path}: a binary file, not the article's Markdown")
    if not text.strip():
        raise NotTheArticle(f"{path}: an empty file; save the article's Markdown in it")
    return text


def article_of_copy(markdown: str, *known: Article) -> Article:
    """Return the article of a copy, with its own title and date; a sentence that is known of any
    revision keeps what it carries."""
    places = places_of_copy(markdown, [place for article in known for place in article.places])
    sections = [place.section for place in places if place.section]
    date = date_of_copy(markdown)
    first = known[0]
    return replace(
        first,
        title=sections[0] if sections else first.title,
        revision=date,
        places=tuple(places),
        later=tuple(revision for revision in first.later if revision.date > date),
    )


def places_of_copy(markdown: str, known: Sequence[Place]) -> list[Place]:
    """Return the places of a copy; a sentence that is known keeps what it carries."""
    by_fingerprint = {place.fingerprint: place for place in known}
    # the same sentence can stand in two sections and carry more in one of them
    by_section = {(place.fingerprint, place.section): place for place in known}
    places = []
    for sentence in sentences(markdown):
        own = fingerprint(sentence.text)
        place = Place(sentence.section, sentence.ordinal, own, joined_pair_hashes(sentence.text))
        before = by_section.get((own, sentence.section)) or by_fingerprint.get(own)
        if before is not None:
            place = replace(place, statements=before.statements, informative=before.informative)
        places.append(place)
    return places


def date_of_copy(markdown: str) -> str:
    """Return the ISO date in the front matter of a copy."""
    date = MS_DATE.search(markdown)
    if date is None:
        return "undated"
    month, day, year = date.groups()
    return f"{year}-{month}-{day}"
