"""The numbered notes to the matrix of implementations, and how text that others wrote is put on a page."""

import re
from collections.abc import Iterator, Sequence

from ..escaping import plain
from .cells import MARKS, Note
from .content import Content
from .kept_reports import STALE, KeptReport
from .markup import UP, in_cell, listed, table
from .reading_reports import Report
from .topics import scenario_link

LISTED = 3
"""Scenarios that a note lists; of more it says how many."""


class Notes:
    """The notes to one report, numbered in the order in which the cells have them."""

    def __init__(self, kept: KeptReport, content: Content) -> None:
        self.kept = kept
        self.content = content
        self.numbers: dict[Note, int] = {}
        self.cases: dict[Note, dict[str, None]] = {}

    def number(self, note: Note, cases: Sequence[str]) -> str:
        """The number of a note, as a link to it."""
        number = self.numbers.setdefault(note, len(self.numbers) + 1)
        self.cases.setdefault(note, {}).update(dict.fromkeys(cases))
        return f'<sup class="note">[{number}](#{self.kept.name}-{number})</sup>'

    def block(self) -> str:
        """All of them, under the name of the implementation."""
        lines = ([self.anchored(number), *self.told(note)] for note, number in self.numbers.items())
        found = table(["No.", "What came out", "Why", "Of"], lines)
        return f"### {product(self.kept)} {{ #{self.kept.name}-notes }}\n\n{found}"

    def anchored(self, number: int) -> str:
        """The number, as something to lead to."""
        return f'<span id="{self.kept.name}-{number}">{number}</span>'

    def told(self, note: Note) -> Iterator[str]:
        """A note in three cells."""
        stale = self.kept.standing == STALE
        yield marked("failed", stale) + " (known)" if note.status == "known" else marked(note.status, stale)
        known = f"<br>known: {foreign(note.known)}" if note.known else ""
        records = listed([f"[{name}]({UP}decisions/{name})" for name in self.decisions(note)])
        yield foreign(note.reason) + known + (f"<br>what we assume, and why: {records}" if records else "")
        found = list(self.cases[note])
        more = [f"and {len(found) - LISTED} more"] if len(found) > LISTED else []
        yield in_cell("ul", [*map(self.case, found[:LISTED]), *more])

    def decisions(self, note: Note) -> Iterator[str]:
        """The records of what is assumed."""
        register = self.content.evidence.register
        for name in dict.fromkeys(register[each].decision for each in note.rests_on if each in register):
            if name:
                yield name

    def case(self, name: str) -> str:
        """A case, as a link to its scenario if it is one."""
        pickle = self.content.evidence.pickles.get(name)
        return scenario_link(pickle, self.content) if pickle else foreign(name)


def marked(name: str, stale: bool = False) -> str:
    """A mark, or what it was before the specification changed."""
    mark = MARKS[name]
    if stale:
        return f'<span class="mark mark-stale">{MARKS["stale"].glyph} was {mark.word}</span>'
    return f'<span class="mark mark-{name}">{mark.glyph} {mark.word}</span>'


def report(kept: KeptReport) -> Report:
    """The report of what is not refused."""
    assert kept.report is not None
    return kept.report


def product(kept: KeptReport) -> str:
    """Product and version."""
    subject = report(kept).subject
    return foreign(subject.product if subject.version == "unstated" else f"{subject.product} {subject.version}", 80)


def foreign(text: str, longest: int = 400) -> str:
    """Text that others wrote, for Markdown and HTML: nothing in it acts as markup, and every character can be seen."""
    return re.sub(r"[^\w\s]|_", lambda found: f"&#{ord(found[0])};", plain(text, longest))
