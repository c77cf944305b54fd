"""Findings as Markdown, for a comment on a pull request."""

from collections.abc import Iterator

from ..document import Block, Code, Folded, Items, Link, Paragraph, Strong, Table, Text
from ..document.markdown import document_md
from .finding import Finding, Part
from .findings import Report
from .verdicts import BY_NAME
from .wording import (
    actions_in_words,
    address_in_words,
    basis_in_words,
    consequence_in_words,
    explained_by,
    foundry_on,
    heading,
    instead_of,
    legend,
    limits,
    part_heading,
    sources_of,
    summary,
    without_finding,
)

MARK = "<!-- translator-cmk check-plan -->"
"""The first line, by which a comment is found again that is to be written anew."""


def format_markdown(report: Report) -> str:
    """Return the whole report."""
    blocks: list[Block] = [Paragraph((Strong(heading(report)),))]
    for finding in report.findings:
        blocks += blocks_of(finding)
    blocks += [Paragraph((summary(report),)), Paragraph((without_finding(report),))]
    if report.undecided:
        blocks.append(
            Items(tuple((Strong("Not judged:"), f" {each}") for each in report.undecided))
        )
    unknown = Items(tuple((each,) for each in (*legend(report), *limits(report))))
    blocks.append(Folded(("What no plan can tell",), (unknown,)))
    return f"{MARK}\n{document_md(tuple(blocks))}"


def blocks_of(finding: Finding) -> Iterator[Block]:
    """Yield the blocks of one finding."""
    address = Code(address_in_words(finding.address))
    label = Strong(BY_NAME[finding.verdict].label)
    yield Paragraph((label, ": ", address, f" {actions_in_words(finding)}"))
    for part in finding.parts:
        yield Paragraph((part_heading(part),))
        if part.consequences:
            yield consequences_of(part)
    if finding.until:
        yield Paragraph((finding.until,))
    if finding.explains:
        yield Paragraph((explained_by(finding),))
    for advice in instead_of(finding):
        yield Paragraph((Strong("Instead:"), f" {advice}"))
    for source in sources_of(finding):
        yield Paragraph((Link(source, source),))
    for sentence in foundry_on(finding):
        yield Paragraph((sentence,))


def consequences_of(part: Part) -> Table:
    """Return what one change does: what it is, by which requirement, and how firmly."""
    rows: list[tuple[Text, ...]] = []
    for each in part.consequences:
        requirement: Text = (Code(each.requirement),) if each.requirement else ()
        rows.append(((consequence_in_words(each),), requirement, (basis_in_words(each),)))
    return Table(("consequence", "requirement", "basis"), tuple(rows))
