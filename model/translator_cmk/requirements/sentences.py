"""Reads Markdown as the reader of its page does: without what is hidden or struck through."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser

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
