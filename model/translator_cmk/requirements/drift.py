"""Compare a reader's copy of the article with the places of the register, sentence by sentence."""

import html
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from hashlib import sha256
from itertools import pairwise

from ..errors import CommandError
from .register import Article, Place

# Front matter, images, directives and link targets are not content: a new date or a moved picture changes no promise.
FRONT_MATTER = re.compile(r"\A---[ \t]*\n.*?\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
DIRECTIVE_LINE = re.compile(r"^\s*(?:\[!\w[^\]]*\]|:::.*|\[[^\]]+\]:\s*\S.*|[-*_](?:\s*[-*_]){2,}|```.*|~~~.*)\s*$")
HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.*?)(?:\s+#+)?\s*$")
LIST_ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")
QUOTE = re.compile(r"^\s*(?:>\s?)+")
IMAGE = re.compile(r"!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])")
LINK = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])")
TAG = re.compile(r"</?[a-zA-Z][^>]*>")
EMPHASIS = re.compile(r"[*`]+|(?<!\w)_+|_+(?!\w)")
# A full stop ends a sentence if white space and no small letter follow it; not after a lone letter, as in "e.g."
END = re.compile(r"(?<=[.!?])(?<!\b[A-Za-z]\.)[\"')\]]*\s+(?=[^a-z\s])")
WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[%<>=≤≥±+]")
APOSTROPHES = dict.fromkeys((0x2018, 0x2019, 0x02BC), "'")


@dataclass(frozen=True)
class Sentence:
    """A sentence of a text that somebody holds."""

    section: str
    """The heading it stands under, empty before the first one."""
    ordinal: int
    """Its number in the section, from 1."""
    line: int
    """The line on which its paragraph begins, from 1."""
    text: str
    """The sentence without markup."""


def sentences(markdown: str) -> list[Sentence]:
    """Return the sentences of a Markdown text in order, without headings."""
    found: list[Sentence] = []
    counts: dict[str, int] = {}
    for section, line, text in blocks(markdown):
        for sentence in END.split(text):
            if words(sentence):
                counts[section] = counts.get(section, 0) + 1
                found.append(Sentence(section, counts[section], line, sentence.strip()))
    return found


def blocks(markdown: str) -> Iterator[tuple[str, int, str]]:
    """Yield each paragraph or list item as (section, first line, text without markup)."""
    section, start, parts = "", 0, list[str]()
    for number, written in enumerate([*blank(markdown), ""], start=1):
        heading = HEADING.match(written)
        line = QUOTE.sub("", written)
        item = LIST_ITEM.match(line)
        ends = heading or item or not line.strip() or line.lstrip().startswith("|") or DIRECTIVE_LINE.match(line)
        if ends and parts:
            yield section, start, plain(" ".join(parts))
            parts = []
        if heading:
            section = plain(heading[1])
        elif not DIRECTIVE_LINE.match(line) and line.strip():
            start = start if parts else number
            parts.append(LIST_ITEM.sub("", line).strip())


def blank(markdown: str) -> list[str]:
    """Return the lines of a text in which front matter and comments are blanked; line numbers stay as they are."""
    text = markdown.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    for ignored in (FRONT_MATTER, COMMENT):
        text = ignored.sub(lambda match: "\n" * match[0].count("\n"), text)
    return text.split("\n")


def plain(text: str) -> str:
    """Return a text without Markdown's marks, with straight apostrophes and single spaces."""
    text = LINK.sub(r"\1", IMAGE.sub(" ", text))
    text = EMPHASIS.sub("", TAG.sub(" ", text))
    return " ".join(unicodedata.normalize("NFKC", html.unescape(text)).translate(APOSTROPHES).split())


def words(sentence: str) -> list[str]:
    """Return the words of a sentence in lower case, without punctuation; a figure, a sign or an n't is a word."""
    return WORD.findall(sentence.casefold())


def fingerprint(sentence: str) -> str:
    """Return the first 16 hexadecimal digits of the SHA-256 of a sentence's words."""
    return digest(" ".join(words(sentence)), 16)


def pair_hashes(sentence: str) -> list[str]:
    """Three hexadecimal digits for each pair of neighbouring words in order; the sentence's ends count as words.

    So short a hash stands for thousands of pairs: two sentences are seen to be alike, and none can be read back.
    """
    return [digest(" ".join(pair), 3) for pair in pairwise(["^", *words(sentence), "$"])]


def near(sentence: str) -> str:
    """Return the distinct pair hashes of a sentence, sorted and joined."""
    return "".join(sorted(set(pair_hashes(sentence))))


def digest(text: str, digits: int) -> str:
    """Return the first hexadecimal digits of a text's SHA-256."""
    return sha256(text.encode("utf-8")).hexdigest()[:digits]


ALIKE = 0.4
"""Share of word pairs in common (Dice) from which two sentences count as one, reworded."""
ALIKE_IN_PLACE = 0.2
"""The same, where both stand alone between the same two neighbours."""
OF_THIS_ARTICLE = 0.5
"""Share of the article's sentences that a text has to hold, unchanged or reworded, to be a copy of it."""


class NotTheArticle(CommandError):
    """The text can't be read as a copy of the article."""


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
    """Of a reworded sentence, the reader's words that are new in it; none where words were only taken out."""


@dataclass(frozen=True)
class Drift:
    """The comparison of a whole text: a finding for each sentence, and the headings that differ."""

    findings: tuple[Finding, ...]
    headings_gone: tuple[str, ...]
    headings_new: tuple[str, ...]

    @property
    def found(self) -> bool:
        """Return whether anything differs."""
        headings = self.headings_gone or self.headings_new
        return bool(headings) or any(finding.status != "unchanged" for finding in self.findings)


def read_copy(content: bytes) -> str:
    """Return the text of a file. Raises NotTheArticle where it is empty or no UTF-8 text."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise NotTheArticle(f"line {line}: not UTF-8; save the copy as UTF-8") from None
    if "\0" in text:
        raise NotTheArticle("a binary file, not the article's Markdown")
    if not text.strip():
        raise NotTheArticle("an empty file; save the article's Markdown in it")
    return text


def compare(article: Article, markdown: str) -> Drift:
    """Return how each sentence of a text differs from the article; raises `NotTheArticle`."""
    places, held = article.places, sentences(markdown)
    in_order = match_in_order(places, held)
    exact = match_moved(places, held, in_order)
    matched = match_in_place(places, held, match_alike(places, held, exact))
    if not matched or len(matched) < OF_THIS_ARTICLE * len(places):
        raise NotTheArticle(
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
    """Return the pairs there are, and the others of one fingerprint."""
    candidates = defaultdict(list)
    for other in free(held, in_order):
        candidates[fingerprint(held[other].text)].append(other)
    matched = dict(in_order)
    for one, place in enumerate(places):
        if one not in matched and candidates[place.fingerprint]:
            matched[one] = candidates[place.fingerprint].pop(0)
    return matched


def match_alike(places: Sequence[Place], held: Sequence[Sentence], exact: dict[int, int]) -> dict[int, int]:
    """Return the pairs there are, and those that have most of their word pairs in common, the likest first."""
    ours = {one: hashes(place) for one, place in enumerate(places) if one not in exact}
    theirs = {other: set(pair_hashes(held[other].text)) for other in free(held, exact)}
    alike = [(dice(our, their), one, other) for one, our in ours.items() for other, their in theirs.items()]
    matched = dict(exact)
    for share, one, other in sorted(alike, key=lambda each: (-each[0], each[1:])):
        if share >= ALIKE and one not in matched and other not in matched.values():
            matched[one] = other
    return matched


def match_in_place(places: Sequence[Place], held: Sequence[Sentence], known: dict[int, int]) -> dict[int, int]:
    """Return the pairs there are, and those that are only somewhat alike but stand between the same two neighbours."""
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
    """Return the words of a text that the known sentence does not have next to either neighbour."""
    known = hashes(place)
    fresh = [pair not in known for pair in pair_hashes(text)]
    found = (word for word, left, right in zip(words(text), fresh, fresh[1:], strict=False) if left and right)
    return tuple(dict.fromkeys(found))


def hashes(place: Place) -> set[str]:
    """Return the pair hashes of a place."""
    return {place.near[at : at + 3] for at in range(0, len(place.near), 3)}


def dice(one: set[str], other: set[str]) -> float:
    """Return the likeness of two sets, from 0 to 1."""
    return 2 * len(one & other) / (len(one) + len(other))


def free(held: Sequence[Sentence], matched: dict[int, int]) -> list[int]:
    """Return the sentences without a place, in order."""
    taken = set(matched.values())
    return [other for other in range(len(held)) if other not in taken]


def unique(texts: Iterable[str]) -> list[str]:
    """Return the texts in order, each once, without the empty heading of what stands before the first."""
    return [text for text in dict.fromkeys(texts) if text]


MS_DATE = re.compile(r"^ms\.date:\s*[\"']?(\d\d)/(\d\d)/(\d{4})", re.MULTILINE)
"""Front matter of Microsoft's documentation: month, day, year."""


def places_of(markdown: str, known: Iterable[Place] = ()) -> list[Place]:
    """Return the places of a copy of the article. A sentence that is known keeps what it carries."""
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
    """Return a copy of the article as places, with its own title and date; the rest as in the article that is known."""
    places = tuple(places_of(markdown, known.places))
    date = MS_DATE.search(markdown)
    return replace(
        known,
        title=next((place.section for place in places if place.section), known.title),
        revision="{2}-{0}-{1}".format(*date.groups()) if date else "undated",
        places=places,
    )


def dump(article: Article) -> str:
    """Return an article as the text of its YAML file; load_article reads it back."""
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
    """Return a text in YAML's double quotes, which keep a figure or a date a text."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
