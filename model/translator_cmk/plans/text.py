"""Findings as a text of at most 100 columns, for people."""

from collections.abc import Iterator
from textwrap import wrap

from ..errors import INCOMPLETE
from ..escaping import plain
from .consequences import Consequence
from .finding import Finding, Part
from .findings import Report
from .verdicts import BY_NAME, MAY_LOSE
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
    nothing_lost,
    part_heading,
    summary,
    without_finding,
)

WIDTH = 100
INDENT = " " * 7
WORDS = 37
"""The width of the column that says what becomes of something."""
IDS = 36
"""The width of the column that has the requirement."""


def format_text(
    report: Report, counting: tuple[str, ...], exit_code: int, colour: bool = False
) -> str:
    """Return the whole report; ``counting`` has the verdicts with exit code 1."""
    lines = [*wrapped(heading(report), ""), ""]
    for finding in report.findings:
        lines += format_finding(finding, colour)
        lines.append("")
    lines += wrapped(summary(report), "")
    if report.without_finding:
        lines += wrapped(without_finding(report), "  ")
    for limit in (*legend(report), *limits(report)):
        lines += wrapped(f"- {limit}", "  ")
    lines += wrapped(last_line(report, counting, exit_code), "")
    return "\n".join(lines) + "\n"


def last_line(report: Report, counting: tuple[str, ...], exit_code: int) -> str:
    """Return what the exit code says, and what it leaves out; empty if nothing was found."""
    if report.undecided and exit_code == INCOMPLETE:
        return f"The exit code is {exit_code}, since not everything was judged."
    if report.gravest is None:
        return ""
    if report.gravest in counting:
        return f"The exit code is {exit_code}."
    if report.gravest == MAY_LOSE:
        return f"DATA MAY BE LOST. The exit code is {exit_code} by --fail-on {counting[-1]}."
    return (
        f"{nothing_lost(report)} The exit code is {exit_code}; with --fail-on {report.gravest} it "
        "would be 1."
    )


def format_finding(finding: Finding, colour: bool) -> Iterator[str]:
    """Yield the lines of one finding."""
    verdict = BY_NAME[finding.verdict]
    label = verdict.label
    shown = f"\x1b[{verdict.colour}m{label}\x1b[0m" if colour else label
    address = plain(address_in_words(finding.address))
    actions = plain(actions_in_words(finding))
    if len(f"{label}  {address}  {actions}") <= WIDTH:
        yield f"{shown}  {address}  {actions}"
    else:
        yield f"{shown}  {address}"
        yield from wrapped(f"{INDENT}{actions}", INDENT)
    for part in finding.parts:
        yield from format_part(part)
    if finding.until:
        yield from wrapped(f"{INDENT}{plain(finding.until)}", INDENT)
    if finding.explains:
        yield from wrapped(f"{INDENT}{plain(explained_by(finding))}", INDENT)
    for advice in instead_of(finding):
        yield from wrapped(f"{INDENT}Instead: {plain(advice)}", INDENT + "  ")
    for sentence in foundry_on(finding):
        yield from wrapped(f"{INDENT}{plain(sentence)}", INDENT)


def format_part(part: Part) -> Iterator[str]:
    """Yield the lines of what one change does."""
    yield from wrapped(f"{INDENT}{plain(part_heading(part))}", INDENT)
    for consequence in part.consequences:
        yield from format_consequence(consequence)


def format_consequence(consequence: Consequence) -> Iterator[str]:
    """Yield the lines of one consequence: what it is, by which requirement, and how firmly.

    The words are a column of their own, so an id never stands where an item begins.
    """
    first, *rest = wrap(consequence_in_words(consequence), WORDS, break_on_hyphens=False)
    basis = basis_in_words(consequence)
    line = f"{INDENT}- {first:<{WORDS}}  {consequence.requirement:<{IDS}}  {basis}"
    yield line.rstrip()
    for more in rest:
        yield f"{INDENT}  {more}"


def wrapped(text: str, indent: str) -> list[str]:
    """Return a text in lines, those after the first indented."""
    return wrap(text, WIDTH, subsequent_indent=indent, break_on_hyphens=False)
