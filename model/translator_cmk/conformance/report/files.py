"""All files of a report that are made from its envelope."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...badges import endpoint, svg
from . import cucumber, html, junit, markdown, results
from .badge import badge_of

FILES: Mapping[str, Callable[[dict[str, Any]], str]] = {
    "badge.svg": lambda envelope: svg(badge_of(envelope)),
    "badge.json": lambda envelope: json.dumps(endpoint(badge_of(envelope)), indent=1, ensure_ascii=False) + "\n",
    "junit.xml": junit.text,
    "report.html": html.text,
    "summary.md": markdown.text,
    "results.json": results.text,
    "cucumber.ndjson": cucumber.text,
}


def files_of(envelope: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Name and text of each."""
    for name, text in FILES.items():
        yield name, text(envelope)
