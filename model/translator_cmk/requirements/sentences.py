"""Takes a Markdown article apart into sentences, and a sentence into the hashes by which it is known again."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise

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
    """The sentences of a Markdown text in order: paragraphs, list items, notes and link lines, without headings."""
    found: list[Sentence] = []
    counts: dict[str, int] = {}
    for section, line, text in blocks(markdown):
        for sentence in END.split(text):
            if words(sentence):
                counts[section] = counts.get(section, 0) + 1
                found.append(Sentence(section, counts[section], line, sentence.strip()))
    return found


def blocks(markdown: str) -> Iterator[tuple[str, int, str]]:
    """Each paragraph or list item as (section, first line, text without markup)."""
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
    """The lines of a text in which front matter and comments are blanked, so that line numbers still hold."""
    text = markdown.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    for ignored in (FRONT_MATTER, COMMENT):
        text = ignored.sub(lambda match: "\n" * match[0].count("\n"), text)
    return text.split("\n")


def plain(text: str) -> str:
    """A text without Markdown's marks, with straight apostrophes and single spaces."""
    text = LINK.sub(r"\1", IMAGE.sub(" ", text))
    text = EMPHASIS.sub("", TAG.sub(" ", text))
    return " ".join(unicodedata.normalize("NFKC", html.unescape(text)).translate(APOSTROPHES).split())


def words(sentence: str) -> list[str]:
    """The words of a sentence in lower case. Punctuation and case are not content; a figure, a sign or an n't is."""
    return WORD.findall(sentence.casefold())


def fingerprint(sentence: str) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of a sentence's words."""
    return digest(" ".join(words(sentence)), 16)


def pair_hashes(sentence: str) -> list[str]:
    """Three hexadecimal digits for each pair of neighbouring words in order; the sentence's ends count as words.

    So short a hash stands for thousands of pairs: two sentences are seen to be alike, and none can be read back.
    """
    return [digest(" ".join(pair), 3) for pair in pairwise(["^", *words(sentence), "$"])]


def near(sentence: str) -> str:
    """The distinct pair hashes of a sentence, sorted and joined."""
    return "".join(sorted(set(pair_hashes(sentence))))


def digest(text: str, digits: int) -> str:
    """The first hexadecimal digits of a text's SHA-256."""
    return sha256(text.encode("utf-8")).hexdigest()[:digits]
