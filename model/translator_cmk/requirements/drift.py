"""Compare a reader's copy of the article with the places of the register, sentence by sentence."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cache
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from ..errors import CommandError, reason
from .register import Article, Place

# Sentences: Markdown is read as the reader of its page reads it, without what is hidden or struck through

TAG = r"""</?[A-Za-z][A-Za-z0-9-]*(?:\s+[A-Za-z_:][\w:.-]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?)*\s*/?>"""
VERBATIM = re.compile(
    rf"""
      (?P<matter>\A---[ \t]*\n(?:[^\n]*\n)*?(?:---|\.\.\.)[ \t]*(?:\n|\Z))
    | ^[ \t>]*(?P<fence>`{{3,}}(?=[^`\n]*$)|~{{3,}})[^\n]*\n
      (?P<block>(?:[^\n]*\n)*?)(?:[ \t>]*(?P=fence)[`~]*[ \t]*$|[^\n]*\Z)
    | (?P<ticks>`+)(?P<code>(?!`)(?:(?!\n[ \t]*\n)[\s\S])+?(?<!`))(?P=ticks)(?!`)
    | (?P<comment><!--(?:-?>|[\s\S]*?(?:-->|\Z)))
    | \\(?P<escaped>[!-/:-@\[-`{{-~])
    | <(?P<address>[A-Za-z][A-Za-z0-9+.-]+:[^\s<>]*|[^\s<>@]+@[^\s<>@]+)>
    | (?P<tag>{TAG})
    | (?P<less><)
    """,
    re.VERBOSE | re.MULTILINE,
)
"""Front matter, code, comments, escapes, addresses, tags: whichever begins first, and no mark inside it is a mark."""
TARGET = r"""(?:&\#60;[^<>\n]*>|[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)"""
TITLE = r"""(?:\s+(?:"[^"]*"|'[^']*'|\([^()]*\)))?\s*"""
DEFINITION = re.compile(rf"^\ {{0,3}}\[(?!\^)([^\[\]]+)\]:\s*(?:&\#60;[^<>\n]*>|\S+){TITLE}$", re.MULTILINE)
IMAGE = re.compile(rf"!\[[^\[\]]*\](?:\(\s*{TARGET}{TITLE}\)|\[[^\[\]]*\])")
LINK = re.compile(rf"\[([^\[\]]*)\](?:\(\s*{TARGET}{TITLE}\)|\[([^\[\]]*)\])")
STRUCK = re.compile(r"(?<!~)~~(?=[^\s~])(.*?[^\s~])~~(?!~)")
EMPHASIS = re.compile(r"(\*{1,3})(?=[^\s*])(.*?[^\s*])\1")
HEADING = re.compile(r"^ {0,3}#{1,6}(?:\s+(.*?))??(?:\s+#+)?\s*$")
UNDERLINE = re.compile(r"^ {0,3}(?:=+|-+)\s*$")
LIST_ITEM = re.compile(r"^\s*(?:(?:[-*+]|\d{1,9}[.)])\s+)+")
QUOTE = re.compile(r"^\s*(?:>\s?)+")
UNSPOKEN = re.compile(
    r"""^\s*(?:(?P<note>\[!(?!div|video)[a-z]+\])|\[!(?:div|video)\b[^\]]*\]|:::\s*(?:image|video|row|column)\b.*
    |(?P<zone>:::\s*(?:zone|moniker)\b(?P<over>-end)?.*)|([-*_])(?:\s*\4){2,})\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
"""Microsoft's extensions, whose words aren't shown, and lines across the page."""
# A full stop ends a sentence if white space and no small letter follow it; not after a lone letter, as in "e.g.", nor
# before signs alone, which belong to the sentence before them
END = re.compile(r"(?<=[.!?])(?<![\s.(][A-Za-z]\.)[\"')\]]*\s+(?=[^a-z\s])(?=.*[^\W_])")
WORD = re.compile(r"\[![a-z]+\]|[^\W_]+(?:'[^\W_]+|(?<=\d)[.,](?=\d)[^\W_]+)*|!(?=\w)|[^\w\s!]")
SAME = dict.fromkeys((0x2018, 0x2019, 0x02BC, 0x00B4), "'") | dict.fromkeys(map(ord, "™®©"))

INLINE = re.compile("a|abbr|b|bdi|code|del|em|font|i|ins|kbd|mark|q|s|samp|small|span|strike|strong|tt|u|var|wbr")
VOID = re.compile("area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr")
NOT_SHOWN = re.compile("del|s|strike|datalist|head|noscript|rp|script|style|template|title")
UNSEEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|line-through|(?:opacity|font-size)\s*:\s*0(?![.\d]*[1-9])",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Sentence:
    """A sentence of a text that somebody holds, or a heading of it."""

    section: str
    """The heading it stands under, empty before the first one."""
    ordinal: int
    """Its number in the section, from 1; 0 for a heading."""
    line: int
    """The line on which its paragraph begins, from 1."""
    text: str
    """The sentence without markup, after the mark of the note that it stands in."""


def sentences(markdown: str, headings: bool = False) -> list[Sentence]:
    """Return the sentences of a Markdown text in order; with `headings`, those too."""
    found: list[Sentence] = []
    counts = Counter[str]()
    section = ""
    for line, text, context in blocks(markdown):
        if context is None:
            section = text
            if headings and words(text):
                found.append(Sentence(section, 0, line, text))
            continue
        for sentence in filter(words, END.split(text)):
            counts[section] += 1
            found.append(Sentence(section, counts[section], line, f"{context}{sentence.strip()}"))
    return found


def blocks(markdown: str) -> Iterator[tuple[int, str, str | None]]:
    """Yield each paragraph, list item or heading as (first line, text without markup, context).

    The context is the mark of the note or zone around it, if any, since a note that becomes a warning says something
    else; it is None for a heading.
    """
    text = markdown.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    text = VERBATIM.sub(as_entities, text)
    page = Page(frozenset(words(label) for label in DEFINITION.findall(text)))
    note, zone, start, parts, itemised = "", "", 0, list[str](), False
    for number, written in enumerate([*text.split("\n"), ""], start=1):
        line = QUOTE.sub("", written)
        heading, item, mark = HEADING.match(written), LIST_ITEM.match(line), UNSPOKEN.match(line)
        underlined = parts and not itemised and UNDERLINE.match(written)
        if mark and mark["note"] and line == written:
            mark = None
        if parts and (heading or item or mark or underlined or not line.strip() or line.lstrip().startswith("|")):
            yield start, page.show(" ".join(parts)), None if underlined else note + zone
            parts = []
        if heading:
            yield number, page.show(heading[1] or ""), None
        if not parts and line == written:
            note = ""
        if mark:
            note = f"{mark['note']} " if mark["note"] else note
            zone = ("" if mark["over"] else f"{mark['zone']} ") if mark["zone"] else zone
        elif line.strip() and not heading and not underlined and (parts or not DEFINITION.match(line)):
            start, itemised = (start, itemised) if parts else (number, bool(item))
            parts.append(LIST_ITEM.sub("", line).strip())


def as_entities(match: re.Match[str]) -> str:
    """Return what stands in a text verbatim, its marks as entities; a tag as it is, a comment without its words."""
    kind = match.lastgroup or ""
    if kind in ("matter", "comment"):
        return "\n" * match[0].count("\n")
    shown = match[kind] if kind == "tag" else re.sub(r"[^\w\s]", lambda mark: f"&#{ord(mark[0])};", match[kind])
    return f"\n{shown}" if kind == "block" else shown


class Page(HTMLParser):
    """Shows one block after the other: what is hidden in one may end in another."""

    def __init__(self, labels: frozenset[tuple[str, ...]]) -> None:
        super().__init__(convert_charrefs=True)
        self.labels = labels
        """Of the links that are defined."""
        self.open: list[tuple[str, bool]] = []
        """The elements not closed yet, and whether each hides its content."""
        self.shown: list[str] = []

    def show(self, text: str) -> str:
        """Return the text of a block as it is shown, without Markdown's marks and HTML."""
        depth, self.shown = len(self.open), []
        text = STRUCK.sub(r"<del>\1</del>", LINK.sub(self.link, IMAGE.sub(" ", text)))
        while (stripped := EMPHASIS.sub(r"\2", text)) != text:
            text = stripped
        self.feed(text + "\n")
        # in a paragraph, an element that is not closed ends with it; one that stands around paragraphs goes on
        begins = re.match(r"</?([A-Za-z][A-Za-z0-9-]*)", text)
        if not begins or (INLINE.fullmatch(begins[1].lower()) and not re.fullmatch(TAG, text)):
            del self.open[depth:]
        settled = map(settle_letter, unicodedata.normalize("NFC", "".join(self.shown).translate(SAME)))
        return " ".join("".join(settled).split())

    def link(self, match: re.Match[str]) -> str:
        """Return the text of a link; where no such label is defined, what stands there, which is no link."""
        known = match[2] is None or words(match[2] or match[1]) in self.labels
        return match[1] if known else match[0]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of an element that begins, and of whether it hides its content."""
        self.shown += [] if INLINE.fullmatch(tag) else [" "]
        hidden = any(name == "hidden" or (name == "style" and UNSEEN.search(value or "")) for name, value in attrs)
        if not VOID.fullmatch(tag):
            self.open.append((tag, bool(hidden or NOT_SHOWN.fullmatch(tag))))

    handle_startendtag = handle_starttag  # in HTML, the slash at the end of a tag means nothing

    def handle_endtag(self, tag: str) -> None:
        """Take note of an element that ends, with all that is open in it."""
        self.shown += [] if INLINE.fullmatch(tag) else [" "]
        del self.open[max((at for at, (name, _) in enumerate(self.open) if name == tag), default=len(self.open)) :]

    def handle_data(self, data: str) -> None:
        """Show a piece of text, unless an element around it hides it."""
        self.shown += [] if any(hidden for _, hidden in self.open) else [data]


@cache
def settle_letter(letter: str) -> str:
    """Return the plain form of a character; an exponent stays one, and so does a mark that turns the text round."""
    turns = unicodedata.bidirectional(letter) in ("RLO", "LRO")
    if letter in "\u034f\ufe0e\ufe0f" or (unicodedata.category(letter) == "Cf" and not turns):
        return ""
    raised = unicodedata.decomposition(letter).startswith(("<super>", "<sub>"))
    return letter if raised else unicodedata.normalize("NFKC", letter)


@cache
def words(sentence: str) -> tuple[str, ...]:
    """Return the words of a sentence in lower case, without most punctuation; a figure, a sign or an n't is a word."""
    found = WORD.findall(sentence.casefold())
    return tuple(word for word in found if len(word) > 1 or counts_as_word(word))


@cache
def counts_as_word(sign: str) -> bool:
    """Return whether one character says something: a letter, that it's a question, see below, more than, not."""
    category = unicodedata.category(sign)
    return sign.isalnum() or sign in "?!*†‡%‰" or (sign != "|" and (category[0] in "SM" or category == "Cf"))


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
    headings_new: tuple[Sentence, ...]

    @property
    def found(self) -> bool:
        """Return whether anything differs."""
        headings = self.headings_gone or self.headings_new
        return bool(headings) or any(finding.status != "unchanged" for finding in self.findings)


def read_copy(path: Path) -> str:
    """Return the text of a file. Raises `NotTheArticle` where it can't be read, is empty or no UTF-8 text."""
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


def compare(article: Article, markdown: str, name: object = "the text") -> Drift:
    """Return how each sentence of a text differs from the article; raises `NotTheArticle`."""
    places, page = article.places, sentences(markdown, headings=True)
    held = [each for each in page if each.ordinal]
    in_order, matched = match_sentences(places, held)
    if not matched or len(matched) < OF_THIS_ARTICLE * len(places):
        recognised = f"{len(matched)} of its {len(places)} sentences were recognised"
        raise NotTheArticle(f"{name}: not a copy of {article.title!r}: {recognised}")
    ours = {words(place.section): place.section for place in places}
    theirs = {words(each.section): each for each in page if not each.ordinal}
    gone = ours.keys() - theirs.keys() - {()}
    located: list[tuple[tuple[int, int], Finding]] = []
    before = -1
    for one, place in enumerate(places):
        if one not in matched:
            # reported behind the sentence before it
            located.append(((before, 1), Finding("gone", place, None)))
            continue
        before = matched[one]
        sentence = held[before]
        if place.fingerprint != fingerprint(sentence.text):
            finding = Finding("reworded", place, sentence, new_words(place, sentence.text))
        else:
            # under a renamed heading a sentence stays where it was
            stayed = one in in_order and words(place.section) in {words(sentence.section), *gone}
            finding = Finding("unchanged" if stayed else "moved", place, sentence)
        located.append(((before, 0), finding))
    new = [other for other in range(len(held)) if other not in matched.values()]
    located += [((other, 0), Finding("new", None, held[other])) for other in new]
    findings = tuple(finding for _, finding in sorted(located, key=lambda pair: pair[0]))
    headings_gone = tuple(heading for key, heading in ours.items() if key in gone)
    return Drift(findings, headings_gone, tuple(each for key, each in theirs.items() if key not in ours))


def match_sentences(places: Sequence[Place], held: Sequence[Sentence]) -> tuple[dict[int, int], dict[int, int]]:
    """Return the pairs of one fingerprint that come in the same order on both sides, as indices; and these with others.

    The others are those that have most word pairs in common, the likest first, and then those that are only somewhat
    alike but stand between the same two neighbours.
    """
    prints = [place.fingerprint for place in places], [fingerprint(sentence.text) for sentence in held]
    blocks = SequenceMatcher(None, *prints, autojunk=False).get_matching_blocks()
    in_order = {block.a + step: block.b + step for block in blocks for step in range(block.size)}
    ours = {one: hashes(place) for one, place in enumerate(places) if one not in in_order}
    theirs = {other: set(pair_hashes(held[other].text)) for other in range(len(held)) if other not in in_order.values()}
    dice = {
        (one, other): 2 * len(ours[one] & theirs[other]) / (len(ours[one]) + len(theirs[other]))
        for one in ours
        for other in theirs
    }
    matched = dict(in_order)
    for one, other in sorted(dice, key=lambda pair: (-dice[pair], pair)):
        if dice[one, other] >= ALIKE and one not in matched and other not in matched.values():
            matched[one] = other
    # the ends of both texts count as neighbours
    known = matched | {-1: -1, len(places): len(held)}
    for one in ours.keys() - known.keys():
        before, after = known.get(one - 1), known.get(one + 1)
        if before is not None and after == before + 2 and dice[one, before + 1] >= ALIKE_IN_PLACE:
            matched[one] = before + 1
    return in_order, matched


def new_words(place: Place, text: str) -> tuple[str, ...]:
    """Return the words of a text that the known sentence does not have next to either neighbour."""
    fresh = [pair not in hashes(place) for pair in pair_hashes(text)]
    found = (word for word, left, right in zip(words(text), fresh, fresh[1:], strict=False) if left and right)
    return tuple(dict.fromkeys(found))


def hashes(place: Place) -> set[str]:
    """Return the pair hashes of a place."""
    return {place.near[at : at + 3] for at in range(0, len(place.near), 3)}


MS_DATE = re.compile(r"^ms\.date:\s*[\"']?(\d\d)/(\d\d)/(\d{4})", re.MULTILINE)
"""Front matter of Microsoft's documentation: month, day, year."""


def describe(markdown: str, known: Article) -> Article:
    """Return the article of a copy, with its own title and date; a sentence that is known keeps what it carries."""
    # the same sentence can stand in two sections and carry more in one of them
    carried = {place.fingerprint: place for place in known.places}
    carried |= {place.fingerprint + place.section: place for place in known.places}
    places = []
    for sentence in sentences(markdown):
        print_ = fingerprint(sentence.text)
        place = Place(sentence.section, sentence.ordinal, print_, near(sentence.text))
        if before := carried.get(print_ + sentence.section) or carried.get(print_):
            place = replace(place, statements=before.statements, informative=before.informative)
        places.append(place)
    date = MS_DATE.search(markdown)
    return replace(
        known,
        title=next((place.section for place in places if place.section), known.title),
        revision="{2}-{0}-{1}".format(*date.groups()) if date else "undated",
        places=tuple(places),
    )


def dump(article: Article) -> str:
    """Return an article as the text of its YAML file; load_article reads it back."""
    values: dict[str, Any] = {"title": article.title, "revision": article.revision, "url": article.url}
    if article.later:
        values["later"] = [vars(each) for each in article.later]
    sections: dict[str, list[dict[str, Any]]] = {}
    for place in article.places:
        carries = {"informative": place.informative} if place.informative else {"statements": list(place.statements)}
        sections.setdefault(place.section, []).append({"fingerprint": place.fingerprint, "near": place.near} | carries)
    values["sections"] = [{"heading": heading, "sentences": found} for heading, found in sections.items()]
    return yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=1_000)
