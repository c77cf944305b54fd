"""The drift of a reader's copy from the article that the register covers, sentence by sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

from .alignment import Alignment, align, new_words
from .article import Article, Place
from .article_text import Sentence, sentences
from .copies import NotTheArticle
from .fingerprints import fingerprint, words

OF_THIS_ARTICLE = 0.5
"""Share of the article's sentences that a text has to hold, unchanged or reworded, to be a copy of
it."""


@dataclass(frozen=True)
class Finding:
    """A sentence, and how it differs."""

    status: str
    """unchanged, moved, reworded, gone or new."""
    place: Place | None
    """Where the register knows it, unless it is new."""
    sentence: Sentence | None
    """The reader's sentence, unless it is gone."""
    words: tuple[str, ...] = ()
    """Of a reworded sentence, the reader's words that are new in it; none where words were only
    taken out."""


@dataclass(frozen=True)
class Drift:
    """The comparison of a whole text: a finding for each sentence, and the headings that differ."""

    findings: tuple[Finding, ...]
    headings_gone: tuple[str, ...]
    headings_new: tuple[Sentence, ...]

    @property
    def differs(self) -> bool:
        """Return whether anything differs."""
        return self.count > 0

    @property
    def count(self) -> int:
        """Return how many sentences and headings differ."""
        changed = [finding for finding in self.findings if finding.status != "unchanged"]
        return len(changed) + len(self.headings_gone) + len(self.headings_new)


def compare(article: Article, markdown: str, name: object = "the text") -> Drift:
    """Return how each sentence of a text differs from the article; raises `NotTheArticle`."""
    page = sentences(markdown, headings=True)
    held = [sentence for sentence in page if sentence.ordinal > 0]
    alignment = align(article.places, held)
    check_recognised(len(alignment.matched), article, name)

    known_headings = {words(place.section): place.section for place in article.places}
    held_headings = {words(heading.section): heading for heading in page if heading.ordinal == 0}
    # sentences before the first heading have none, which is not one that can be gone
    gone = {
        key: heading
        for key, heading in known_headings.items()
        if key not in held_headings and key != ()
    }
    new = [heading for key, heading in held_headings.items() if key not in known_headings]

    findings = findings_in_order(article.places, held, alignment, set(gone))
    return Drift(tuple(findings), tuple(gone.values()), tuple(new))


def check_recognised(count: int, article: Article, name: object) -> None:
    """Raise `NotTheArticle` where too few of the article's sentences were recognised."""
    total = len(article.places)
    if count == 0 or count < OF_THIS_ARTICLE * total:
        recognised = f"{count} of its {total} sentences were recognised"
        raise NotTheArticle(f"{name}: not a copy of {article.title!r}: {recognised}")


def findings_in_order(
    places: Sequence[Place],
    held: Sequence[Sentence],
    alignment: Alignment,
    gone: set[tuple[str, ...]],
) -> list[Finding]:
    """Return a finding for each sentence in the order of the copy; a sentence that is gone follows
    the one before it.

    ``gone`` has the words of the headings that are gone.
    """
    findings_at: dict[int, list[Finding]] = {}
    gone_after: dict[int, list[Finding]] = {}
    last = -1
    for index, place in enumerate(places):
        if index not in alignment.matched:
            gone_after.setdefault(last, []).append(Finding("gone", place, None))
            continue
        last = alignment.matched[index]
        finding = finding_for(place, held[last], index in alignment.in_order, gone)
        findings_at.setdefault(last, []).append(finding)
    for index, sentence in enumerate(held):
        if index not in findings_at:
            findings_at[index] = [Finding("new", None, sentence)]

    findings = list(gone_after.get(-1, []))
    for index in range(len(held)):
        findings += findings_at[index]
        findings += gone_after.get(index, [])
    return findings


def finding_for(
    place: Place, sentence: Sentence, in_order: bool, gone: set[tuple[str, ...]]
) -> Finding:
    """Return the finding for a place whose sentence was recognised."""
    if place.fingerprint != fingerprint(sentence.text):
        return Finding("reworded", place, sentence, new_words(place, sentence.text))
    heading = words(place.section)
    # under a renamed heading a sentence stays where it was
    same_section = heading == words(sentence.section) or heading in gone
    status = "unchanged" if in_order and same_section else "moved"
    return Finding(status, place, sentence)
