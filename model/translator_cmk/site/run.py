"""What is said of the last run: in one line, in the first paragraph of the home page, and on a page of its own."""

from collections.abc import Iterator

from ..gherkin.results import Item, Results
from .badges import LOOKS, Status
from .content import Content
from .evidence import MODEL, WORDS, Evidence, number, percent
from .markup import UP, definitions, duration, image, listed, moment, named, page, plain, table

HOW = "`make site` runs the features against the model and builds this site anew."


def observed() -> str:
    """When the real service was last seen to do what a requirement says.

    Nothing but a checked report of a live run may say anything else, and there is no such report yet.
    """
    return "never"


def run_line(evidence: Evidence) -> str:
    """Who was run and when, in one line."""
    results = evidence.results
    if results is None:
        return "Nothing has been run yet · observed on Azure: never"
    stale = " · the specification has changed since" if evidence.stale else ""
    return f"Run against: {subject(results)} · finished {moment(results.finished)}{stale} · observed on Azure: {observed()}"


def subject(results: Results) -> str:
    """What was put to the test."""
    return "the model" if results.subject == MODEL else plain(results.subject)
