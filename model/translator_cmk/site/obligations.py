"""The page on obligations: controls of common frameworks, and a reading of how far the article serves each."""

from collections.abc import Iterator, Mapping
from typing import Any

from .content import Content
from .last_run import run_line
from .markup import basis, filled, in_cell, table, titled
from .sourced import Notes, cell, data

READINGS = {"supports": "● supports", "partly": "◐ partly", "not-addressed": "○ does not address"}


def obligations_page(content: Content) -> str:
    """The page."""
    notes = Notes(content.evidence.register)
    return filled(
        "obligations",
        run=run_line(content.evidence),
        frameworks="\n\n".join(
            block for each in data("obligations")["frameworks"] for block in blocks(each, content, notes)
        ),
        sources=notes.listing(),
    )


def blocks(framework: Mapping[str, Any], content: Content, notes: Notes) -> Iterator[str]:
    """A framework with its controls."""
    register = content.evidence.register
    yield f"## {framework['framework']}"
    yield table(
        ["Control", "What it asks, in our words", "Our reading", "Why", "Requirements"],
        (
            [
                f"**{each['id']}**",
                notes.told(cell(each["asks"])),
                f"*{READINGS[each['reading']]}*{{ .reading .reading-{each['reading']} }}",
                each["why"],
                in_cell("ul", (f"{titled(register[name])} {basis(register[name])}" for name in each["requirements"])),
            ]
            for each in framework["controls"]
        ),
    )
