"""The examples in Node and in Perl as tokens: enough of either language to change the program in small ways.

A token is text with its place, and brackets are matched.  No more of a language is known than its example makes use of.
"""

import re
import subprocess
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from tests.evidence.writing import ROOT

OPENING, CLOSING = "([{", ")]}"


class Language(NamedTuple):
    """How programs are read, checked and run, and what can be exchanged for what."""

    name: str
    file: str
    run: str
    check: tuple[str, ...]
    tokens: re.Pattern[str]
    heads: re.Pattern[str]
    protocol: frozenset[str]
    opposite: Mapping[str, str]
    truth: tuple[str, str]
    ends: frozenset[str]

    @property
    def program(self) -> Path:
        """The example."""
        return ROOT / "docs" / "examples" / self.name / self.file

    def refuses(self, file: Path) -> bool:
        """Whether what is in the file is no program at all."""
        return subprocess.run([*self.check, str(file)], capture_output=True, check=False).returncode != 0


NODE = Language(
    name="node",
    file="emulator.mjs",
    run="node",
    check=("node", "--check"),
    tokens=re.compile(
        r"""(?P<space>\s+|//[^\n]*)
        |(?P<string>"[^"\n]*"|`[^`]*`|(?<=!)/[^/\n]+/)
        |(?P<number>\d+)
        |(?P<word>[A-Za-z_]\w*)
        |(?P<sign>===|!==|=>|\.\.\.|&&|\|\||\?\?|\+=|.)""",
        re.VERBOSE,
    ),
    heads=re.compile(r"^(?:const|function) (\w+)|^  (\w+)\(.*\{$", re.MULTILINE),
    protocol=frozenset({"declaration", "sessions", "answer", "answered"}),
    opposite={"===": "!==", "!==": "===", "&&": "||", "||": "&&", "true": "false", "false": "true"},
    truth=("true", "false"),
    ends=frozenset({",", ";", "=", "?", ":", "=>", "return", "...", "??"}),
)
PERL = Language(
    name="perl",
    file="emulator.pl",
    run="env PERL_HASH_SEED=0 PERL_PERTURB_KEYS=0 perl",  # which is the first of a hash is the same in each run
    check=("perl", "-c"),
    tokens=re.compile(
        r"""(?P<space>\s+|\#[^\n]*)
        |(?P<string>"[^"\n]*"|'[^'\n]*'|\bqw\([^)]*\)|\bm\{[^}]*\}|(?<==~\ )/[^/\n]+/)
        |(?P<number>\b\d+)
        |(?P<word>[$@%]?\$?[A-Za-z_]\w*(?:::\w+)*|\$[@|])
        |(?P<sign>=>|->|==|!=|=~|&&|\|\||\+=|.)""",
        re.VERBOSE,
    ),
    heads=re.compile(r"^sub (\w+)|^    (\w+) *=> sub \{", re.MULTILINE),
    protocol=frozenset({"answer"}),
    opposite={
        "eq": "ne",
        "ne": "eq",
        "==": "!=",
        "!=": "==",
        "=~": "!~",
        ">": "<=",
        "&&": "||",
        "||": "&&",
    },
    truth=("1", "0"),
    ends=frozenset({",", ";", "=", "?", ":", "=>", "return", "if", "unless", "for", "or"}),
)
LANGUAGES = {each.name: each for each in (NODE, PERL)}


class Token(NamedTuple):
    """A piece of the program, its kind, and where it begins and ends."""

    text: str
    kind: str
    start: int
    end: int


class Unit(NamedTuple):
    """A function or method: its name, and the numbers of its tokens."""

    name: str
    tokens: range


class Program:
    """A program in tokens, without what stands between them; raises `ValueError` where brackets are not in pairs."""

    def __init__(self, language: Language, source: str) -> None:
        self.language = language
        self.source = source
        found = [Token(m[0], str(m.lastgroup), m.start(), m.end()) for m in language.tokens.finditer(source)]
        self.tokens = [each for each in found if each.kind != "space"]

    @cached_property
    def partner(self) -> dict[int, int]:
        """Of each bracket the number of the other one."""
        partner: dict[int, int] = {}
        opened: list[int] = []
        for number, token in enumerate(self.tokens):
            if token.kind == "sign" and token.text in OPENING:
                opened.append(number)
            elif token.kind == "sign" and token.text in CLOSING:
                begin = opened.pop()
                if OPENING.index(self.tokens[begin].text) != CLOSING.index(token.text):
                    raise ValueError(f"brackets differ: {self.text(begin, number)}")
                partner |= {begin: number, number: begin}
        return partner

    @cached_property
    def units(self) -> list[Unit]:
        """The functions that hold what the example does: what speaks the protocol is none of them."""
        heads = [*self.language.heads.finditer(self.source)]
        ends = [*(head.start() for head in heads[1:]), len(self.source)]
        return [
            Unit(name, range(self.number(head.start()), self.number(end)))
            for head, end in zip(heads, ends, strict=True)
            if (name := head[1] or head[2]) not in self.language.protocol
        ]

    def number(self, offset: int) -> int:
        """The number of the first token that begins there or later."""
        return next((n for n, each in enumerate(self.tokens) if each.start >= offset), len(self.tokens))

    def text(self, first: int, last: int) -> str:
        """The program from one token to another, with both."""
        return self.source[self.tokens[first].start : self.tokens[last].end]

    def at(self, number: int) -> str:
        """The text of a token, or none beyond the ends."""
        return self.tokens[number].text if 0 <= number < len(self.tokens) else ""

    def reach(self, number: int, step: int, ends: frozenset[str]) -> int:
        """How far an expression goes from a token, in one direction: the number of its last token."""
        away = CLOSING if step > 0 else OPENING
        while 0 <= number < len(self.tokens) and self.at(number) not in ends:
            if number in self.partner:
                if self.at(number) in away:
                    break
                number = self.partner[number]
            number += step
        return number - step

    def parts(self, opening: int) -> list[tuple[int, int]]:
        """What stands between commas in a pair of brackets: the first and the last token of each."""
        return [*self.between(opening + 1, self.partner[opening] - 1)]

    def between(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """What stands between commas from one token to another."""
        while first <= last:
            end = min(self.reach(first, 1, frozenset({",", ";"})), last)
            if end >= first:
                yield first, end
            first = end + 2

    def level(self, first: int, last: int) -> list[int]:
        """The numbers of the tokens from one to another that are in no brackets there."""
        found = []
        while first <= last:
            found.append(first)
            first = self.partner.get(first, first) + 1
        return found
