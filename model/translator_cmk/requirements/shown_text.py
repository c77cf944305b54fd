"""The text of one Markdown block after the other as a page shows it: without marks, tags, and what
is hidden.

Inline Markdown (links, images, emphasis, strikes) is resolved by patterns, and then HTML by
Python's parser.  A page is read block by block with one parser, since an element that hides its
content may begin in one block and end in another.
"""

import re
import unicodedata
from functools import cache
from html.parser import HTMLParser
from typing import NamedTuple

from .fingerprints import words

# Markdown inside a block

ATTRIBUTE = r"""[A-Za-z_:][\w:.-]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?"""
TAG = rf"""</?[A-Za-z][A-Za-z0-9-]*(?:\s+{ATTRIBUTE})*\s*/?>"""
TARGET = r"""(?:&\#60;[^<>\n]*>|[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)"""
TITLE = r"""(?:\s+(?:"[^"]*"|'[^']*'|\([^()]*\)))?\s*"""
IMAGE = re.compile(rf"!\[[^\[\]]*\](?:\(\s*{TARGET}{TITLE}\)|\[[^\[\]]*\])")
LINK = re.compile(rf"\[([^\[\]]*)\](?:\(\s*{TARGET}{TITLE}\)|\[([^\[\]]*)\])")
STRUCK = re.compile(r"(?<!~)~~(?=[^\s~])(.*?[^\s~])~~(?!~)")
EMPHASIS = re.compile(r"(\*{1,3})(?=[^\s*])(.*?[^\s*])\1")

# HTML

INLINE = re.compile(
    "a|abbr|b|bdi|code|del|em|font|i|ins|kbd|mark|q|s|samp|small|span|strike|strong|tt|u|var|wbr"
)
VOID = re.compile("area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr")
NOT_SHOWN = re.compile("del|s|strike|datalist|head|noscript|rp|script|style|template|title")
HIDING_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|line-through"
    r"|(?:opacity|font-size)\s*:\s*0(?![.\d]*[1-9])",
    re.IGNORECASE,
)

# Characters that say the same, or nothing
SAME = dict.fromkeys((0x2018, 0x2019, 0x02BC, 0x00B4), "'") | dict.fromkeys(map(ord, "™®©"))
INVISIBLE = "\u034f\ufe0e\ufe0f"


class Element(NamedTuple):
    """An element that is not closed yet."""

    tag: str
    hides_content: bool


class Page(HTMLParser):
    """Shows one block after the other: what is hidden in one may end in another."""

    def __init__(self, labels: frozenset[tuple[str, ...]]) -> None:
        super().__init__(convert_charrefs=True)
        self.labels = labels
        """The words of each label that a link may refer to."""
        self.open: list[Element] = []
        self.shown: list[str] = []

    def show(self, text: str) -> str:
        """Return the text of a block as it is shown, without Markdown's marks and HTML."""
        depth = len(self.open)
        self.shown = []
        html = self._without_marks(text)
        self.feed(html + "\n")
        if not is_html_block(html):
            del self.open[depth:]  # in a paragraph, an element that is not closed ends with it
        composed = unicodedata.normalize("NFC", "".join(self.shown).translate(SAME))
        settled = "".join(settle_letter(letter) for letter in composed)
        return " ".join(settled.split())

    def _without_marks(self, text: str) -> str:
        """Return the text of a block without images, links and emphasis; what is struck through is
        in a tag."""
        text = IMAGE.sub(" ", text)
        text = LINK.sub(self._link_text, text)
        text = STRUCK.sub(r"<del>\1</del>", text)
        while True:
            stripped = EMPHASIS.sub(r"\2", text)
            if stripped == text:
                return text
            text = stripped

    def _link_text(self, match: re.Match[str]) -> str:
        """Return the text of a link; where no such label is defined, what stands there, which is no
        link."""
        text = match[1]
        label = match[2]
        has_target = label is None
        if has_target or words(label or text) in self.labels:
            return text
        return match[0]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of an element that begins, and of whether it hides its content."""
        self._separate(tag)
        if VOID.fullmatch(tag):
            return
        hides = NOT_SHOWN.fullmatch(tag) is not None or any(
            hides_content(name, value) for name, value in attrs
        )
        self.open.append(Element(tag, hides))

    handle_startendtag = handle_starttag  # in HTML, the slash at the end of a tag means nothing

    def handle_endtag(self, tag: str) -> None:
        """Take note of an element that ends, with all that is open in it."""
        self._separate(tag)
        for index in reversed(range(len(self.open))):
            if self.open[index].tag == tag:
                del self.open[index:]
                return

    def handle_data(self, data: str) -> None:
        """Show a piece of text, unless an element around it hides it."""
        if not any(element.hides_content for element in self.open):
            self.shown.append(data)

    def _separate(self, tag: str) -> None:
        """Part the words before a tag from those after it, unless it stands inside a line."""
        if not INLINE.fullmatch(tag):
            self.shown.append(" ")


def hides_content(attribute: str, value: str | None) -> bool:
    """Return whether an attribute hides the content of its element."""
    if attribute == "hidden":
        return True
    return attribute == "style" and HIDING_STYLE.search(value or "") is not None


def is_html_block(html: str) -> bool:
    """Return whether a block is HTML of its own, whose elements may stand around the blocks after
    it."""
    begins_with_tag = re.match(r"</?([A-Za-z][A-Za-z0-9-]*)", html)
    if begins_with_tag is None:
        return False
    is_inline = INLINE.fullmatch(begins_with_tag[1].lower())
    # an inline tag does so where it is alone
    return not is_inline or re.fullmatch(TAG, html) is not None


@cache
def settle_letter(letter: str) -> str:
    """Return the plain form of a character; an exponent stays one, and so does a mark that turns
    the text round."""
    turns_text_round = unicodedata.bidirectional(letter) in ("RLO", "LRO")
    is_format = unicodedata.category(letter) == "Cf"
    if letter in INVISIBLE or (is_format and not turns_text_round):
        return ""
    is_raised = unicodedata.decomposition(letter).startswith(("<super>", "<sub>"))
    return letter if is_raised else unicodedata.normalize("NFKC", letter)
