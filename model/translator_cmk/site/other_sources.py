"""The pages on what other documents say: where they disagree with the article, and what its revisions change."""

from collections.abc import Iterator, Mapping
from typing import Any

from .content import Content
from .last_run import run_line
from .markup import UP, filled, in_cell, linked, listed, named, table
from .sourced import Notes, cell, data


def other_sources_page(content: Content) -> str:
    """The page on where other sources disagree."""
    register = content.evidence.register
    notes = Notes(register)
    lines = (
        [
            f'<span id="{each["id"].lower()}">{each["id"]}</span>',
            linked(each["article"], register),
            notes.told(cell(each["other"])),
            linked(each["here"], register) + decided(each["id"], content),
            each["so"],
        ]
        for each in data("other_sources")["disagreements"]
    )
    return filled(
        "other-sources",
        run=run_line(content.evidence),
        disagreements=table(
            ["Id", "The article", "Other sources", "In this specification", "So, as an architect"], lines
        ),
        sources=notes.listing(),
    )


def decided(question: str, content: Content) -> str:
    """The decisions that answer a question."""
    records = [each.link for each in content.decisions.values() if question in each.resolves]
    return f" Decided in {listed(records)}." if records else ""


def revisions_page(content: Content) -> str:
    """The page on the revisions of the article."""
    register = content.evidence.register
    notes = Notes(register)
    return filled(
        "revisions",
        revision=register.article.revision,
        url=register.article.url,
        revisions=table(
            ["Revision", "What it changes", "Requirements that it touches"],
            (line for each in data("revisions")["revisions"] for line in revision_lines(each, notes)),
        ),
        sources=notes.listing(),
        up=UP,
    )


def revision_lines(revision: Mapping[str, Any], notes: Notes) -> Iterator[list[str]]:
    """A line for each change of a revision."""
    mark = " **specified here**" if revision.get("specified") else ""
    for change in revision["changes"]:
        name = f"{revision['date']}{notes.number(revision['where'])}{mark}"
        yield [name, change["says"], in_cell("ul", map(named, change["touches"])) or "none"]
