"""Compares a reader's copy of the article with the places of the register, sentence by sentence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from translator_cmk.requirements.records import Article, Place
from translator_cmk.requirements.sentences import Sentence, fingerprint, pair_hashes, sentences, words

ALIKE = 0.4
"""Share of word pairs in common (Dice) from which two sentences count as one, reworded."""
ALIKE_IN_PLACE = 0.2
"""The same, where both stand alone between the same two neighbours."""
OF_THIS_ARTICLE = 0.5
"""Share of the article's sentences that a text has to hold, unchanged or reworded, to be a copy of it."""


class NotTheArticleError(ValueError):
    """The text can't be read as a copy of the article."""


@dataclass(frozen=True)
class Finding:
    """What became of one sentence."""

    status: str
    """unchanged, moved, reworded, gone or new."""
    place: Place | None
    """Where the register knows it, unless it is new."""
    sentence: Sentence | None
    """The reader's sentence, unless it is gone."""
    words: tuple[str, ...] = ()
    """Of a reworded sentence, the reader's words that are new in it; none where words were only taken out."""


@dataclass(frozen=True)
class Drift:
    """The comparison of a whole text: a finding for each sentence, and the headings that differ."""

    findings: tuple[Finding, ...]
    headings_gone: tuple[str, ...]
    headings_new: tuple[str, ...]

    @property
    def found(self) -> bool:
        """Whether anything differs."""
        headings = self.headings_gone or self.headings_new
        return bool(headings) or any(finding.status != "unchanged" for finding in self.findings)


def read_copy(content: bytes) -> str:
    """The text of a file. Raises NotTheArticleError where it is empty or no UTF-8 text."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise NotTheArticleError(f"line {line}: not UTF-8; save the copy as UTF-8") from None
    if "\0" in text:
        raise NotTheArticleError("a binary file, not the article's Markdown")
    if not text.strip():
        raise NotTheArticleError("an empty file, not the article's Markdown")
    return text


def compare(article: Article, markdown: str) -> Drift:
    """What became of each sentence in a text. Raises NotTheArticleError where the text is another article."""
    places, held = article.places, sentences(markdown)
    in_order = match_in_order(places, held)
    exact = match_moved(places, held, in_order)
    matched = match_in_place(places, held, match_alike(places, held, exact))
    if not matched or len(matched) < OF_THIS_ARTICLE * len(places):
        raise NotTheArticleError(
            f"not a copy of {article.title!r}: {len(matched)} of its {len(places)} sentences were recognised"
        )
    ours, theirs = unique(place.section for place in places), unique(sentence.section for sentence in held)
    gone = tuple(heading for heading in ours if heading not in theirs)
    located: list[tuple[tuple[int, int], Finding]] = []
    for one, place in enumerate(places):
        other = matched.get(one)
        if other is None:
            located.append((behind(matched, one), Finding("gone", place, None)))
        elif one in exact:
            # under a renamed heading a sentence stays where it was
            stayed = one in in_order and place.section in {held[other].section, *gone}
            located.append(((other, 0), Finding("unchanged" if stayed else "moved", place, held[other])))
        else:
            located.append(((other, 0), Finding("reworded", place, held[other], new_words(place, held[other].text))))
    located += [((other, 0), Finding("new", None, held[other])) for other in free(held, matched)]
    findings = tuple(finding for _, finding in sorted(located, key=lambda pair: pair[0]))
    return Drift(findings, gone, tuple(heading for heading in theirs if heading not in ours))


def match_in_order(places: Sequence[Place], held: Sequence[Sentence]) -> dict[int, int]:
    """Pairs of one fingerprint, as indices, that come in the same order on both sides."""
    ours = [place.fingerprint for place in places]
    theirs = [fingerprint(sentence.text) for sentence in held]
    blocks = SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()
    return {block.a + step: block.b + step for block in blocks for step in range(block.size)}


def match_moved(places: Sequence[Place], held: Sequence[Sentence], in_order: dict[int, int]) -> dict[int, int]:
    """The pairs there are, and the others of one fingerprint."""
    candidates = defaultdict(list)
    for other in free(held, in_order):
        candidates[fingerprint(held[other].text)].append(other)
    matched = dict(in_order)
    for one, place in enumerate(places):
        if one not in matched and candidates[place.fingerprint]:
            matched[one] = candidates[place.fingerprint].pop(0)
    return matched


def match_alike(places: Sequence[Place], held: Sequence[Sentence], exact: dict[int, int]) -> dict[int, int]:
    """The pairs there are, and those that have most of their word pairs in common, the likest first."""
    ours = {one: hashes(place) for one, place in enumerate(places) if one not in exact}
    theirs = {other: set(pair_hashes(held[other].text)) for other in free(held, exact)}
    alike = [(dice(our, their), one, other) for one, our in ours.items() for other, their in theirs.items()]
    matched = dict(exact)
    for share, one, other in sorted(alike, key=lambda each: (-each[0], each[1:])):
        if share >= ALIKE and one not in matched and other not in matched.values():
            matched[one] = other
    return matched


def match_in_place(places: Sequence[Place], held: Sequence[Sentence], known: dict[int, int]) -> dict[int, int]:
    """The pairs there are, and those that are only somewhat alike but stand between the same two neighbours."""
    # the ends of both texts count as neighbours
    bounded = known | {-1: -1, len(places): len(held)}
    matched = dict(known)
    for one, place in enumerate(places):
        before, after = bounded.get(one - 1), bounded.get(one + 1)
        if one in known or before is None or after is None or after - before != 2:
            continue
        if dice(hashes(place), set(pair_hashes(held[before + 1].text))) >= ALIKE_IN_PLACE:
            matched[one] = before + 1
    return matched


def behind(matched: dict[int, int], one: int) -> tuple[int, int]:
    """Where to report a sentence that is gone: behind the one before it in the article."""
    nearest = max((earlier for earlier in matched if earlier < one), default=None)
    return (-1 if nearest is None else matched[nearest]), 1


def new_words(place: Place, text: str) -> tuple[str, ...]:
    """The words of a text that the known sentence does not have next to either neighbour."""
    known = hashes(place)
    fresh = [pair not in known for pair in pair_hashes(text)]
    found = (word for word, left, right in zip(words(text), fresh, fresh[1:], strict=False) if left and right)
    return tuple(dict.fromkeys(found))


def hashes(place: Place) -> set[str]:
    """The pair hashes of a place."""
    return {place.near[at : at + 3] for at in range(0, len(place.near), 3)}


def dice(one: set[str], other: set[str]) -> float:
    """The likeness of two sets, from 0 to 1."""
    return 2 * len(one & other) / (len(one) + len(other))


def free(held: Sequence[Sentence], matched: dict[int, int]) -> list[int]:
    """The sentences without a place, in order."""
    taken = set(matched.values())
    return [other for other in range(len(held)) if other not in taken]


def unique(texts: Iterable[str]) -> list[str]:
    """The texts in order, each once, without the empty heading of what stands before the first."""
    return [text for text in dict.fromkeys(texts) if text]
