"""The page on who can destroy it: a line for each cause of the cascade, and experiments for what nobody says."""

from collections.abc import Iterator, Mapping
from typing import Any

from .cascade_page import Case, cases, lost, restoring, says_so, trial, way_back
from .causes import CAUSES
from .content import Content
from .last_run import run_line
from .markup import filled, in_cell, requirement_path, table
from .sourced import Notes, cell, data

COLUMNS = {
    "permission": "Azure permission that brings it about",
    "accidents": "How it happens by accident",
    "guard": "What guards against it",
    "signal": "What shows it",
}


def who_can_destroy_page(content: Content) -> str:
    """The page."""
    notes = Notes(content.evidence.register)
    found = data("destroyers")
    by_name = {case.cause.name: case for case in cases(CAUSES, content)}
    return filled(
        "who-can-destroy-it",
        run=run_line(content.evidence),
        causes=table(
            ["Cause", *COLUMNS.values(), "The way back: the customer …", "What stays lost"],
            (line(each, by_name[each["cause"]], notes) for each in found["causes"]),
        ),
        open=table(
            ["Question", "What is known", "A safe experiment"],
            (
                [f"**{each['question']}**", notes.told(cell(each["known"])), each["experiment"]]
                for each in found["open"]
            ),
        ),
        sources=notes.listing(),
    )


def line(found: Mapping[str, Any], case: Case, notes: Notes) -> list[str]:
    """A line on a cause."""
    known = (notes.told(cell(found[column])) for column in COLUMNS)
    return [
        f"**{case.cause.name}**{trial(case.cause)}",
        *known,
        in_cell("ol", way_back(case.cause)) or "none",
        in_cell("ul", stays_lost(case)),
    ]


def stays_lost(case: Case) -> Iterator[str]:
    """What is not there again after the remedies."""
    for loss, finding in case.remedied:
        if not finding.intact:
            said_by = restoring(finding) or says_so(loss, finding)
            told = f"{loss.what}: {lost(loss, finding)}"
            yield f"[{told}]({requirement_path(said_by[0])})" if said_by else told
