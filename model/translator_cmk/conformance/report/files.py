"""All files of a report that are made from its envelope."""

import json
from collections.abc import Iterator
from typing import Any

from ...badges import endpoint, svg
from . import cucumber, html, junit, markdown, results
from .badge import badge_of
from .platforms import Platform, this_one

NAMES = ("badge.svg", "badge.json", "junit.xml", "report.html", "summary.md", "results.json", "cucumber.ndjson")


def files_of(envelope: dict[str, Any], made_on: Platform | None = None) -> Iterator[tuple[str, str]]:
    """Name and text of each, as it is made on this platform or on another."""
    made_on = made_on or this_one()
    badge = badge_of(envelope)
    yield "badge.svg", svg(badge)
    yield "badge.json", json.dumps(endpoint(badge), indent=1, ensure_ascii=False) + "\n"
    yield "junit.xml", junit.text(envelope)
    yield "report.html", html.text(envelope)
    yield "summary.md", markdown.text(envelope)
    yield "results.json", results.text(envelope, made_on)
    yield "cucumber.ndjson", cucumber.text(envelope, made_on)
