"""The traceability matrix: statement, requirement, scenarios, rows of the machine, and what came of it."""

from collections.abc import Iterator
from itertools import groupby

from ..requirements import Requirement, Statement
from .content import Content
from .last_run import run_line
from .markup import basis, filled, in_cell, named, ordinals, places, plain, requirement_path, table
from .topics import anchor, requirement_badge

HEADER = ["Statement", "Sentence", "Requirement", "Scenarios", "Rows of the model", "Evidence"]


def matrix_page(content: Content) -> str:
    """The page."""
    register = content.evidence.register
    article = register.article
    blocks: list[str] = []
    for section, statements in groupby(register.statements.values(), key=lambda each: each.places[0].section):
        lines = [line for each in statements for line in statement_lines(each, content)]
        blocks += [f"## {section}", table(HEADER, lines)]
    unclaimed = [each for each in register.values() if not each.statements]
    informative = [place for place in article.places if place.informative]
    return filled(
        "traceability",
        count=str(len(register.statements)),
        url=article.url,
        revision=article.revision,
        run=run_line(content.evidence),
        statements="\n\n".join(blocks),
        outside=table(HEADER[2:], (requirement_cells(each, content) for each in unclaimed)),
        informative=table(["Sentence", "Why"], ([places([each]), each.informative or ""] for each in informative)),
        later=table(["Revision", "What it changes"], ([each.date, each.changes] for each in article.later)),
    )


def statement_lines(statement: Statement, content: Content) -> Iterator[list[str]]:
    """A line for each requirement made of a statement."""
    first = statement.places[0].section
    elsewhere = [place for place in statement.places if place.section != first]
    where = ordinals(statement, first) + (f"; also {places(elsewhere)}" if elsewhere else "")
    for number, name in enumerate(statement.requirements):
        shown = statement.id if number else f'<span id="{statement.id.lower()}">{statement.id}</span>'
        yield [shown, where, *requirement_cells(content.evidence.register[name], content)]


def requirement_cells(requirement: Requirement, content: Content) -> list[str]:
    """A requirement, its scenarios, its rows, and what came of it."""
    scenarios = [
        f"[{plain(each.name)}]({requirement_path(requirement.id).partition('#')[0]}#{anchor(each, requirement.id)})"
        + (f" ({len(each.pickles)})" if each.outline else "")
        for each in content.evidence.scenarios.get(requirement.id, ())
    ]
    rows = [
        f"`{each.path.rpartition('/')[2]}:{each.line}`{' (counter-row)' if each.counter else ''}"
        for each in content.rows.get(requirement.id, ())
    ]
    cells = in_cell("ul", scenarios), in_cell("ul", rows)
    declared = "declared by a vendor" if requirement.kind == "attestation" else "none"
    return [
        f"{named(requirement.id)} {basis(requirement)}",
        cells[0] or declared,
        cells[1] or declared,
        requirement_badge(requirement, content),
    ]
