"""All files of a report that are made from its envelope."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...badges import endpoint, svg
from . import cucumber, html, junit, markdown
from .badge import badge_of
from .platforms import Platform, this_one

FILES: Mapping[str, Callable[[dict[str, Any], Platform], str]] = {
    "badge.svg": lambda envelope, _: svg(badge_of(envelope)),
    "badge.json": lambda envelope, _: json.dumps(endpoint(badge_of(envelope)), indent=1, ensure_ascii=False) + "\n",
    "junit.xml": lambda envelope, _: junit.text(envelope),
    "report.html": lambda envelope, _: html.text(envelope),
    "summary.md": lambda envelope, _: markdown.text(envelope),
    "cucumber.ndjson": cucumber.text,
}


def files_of(envelope: dict[str, Any], made_on: Platform | None = None) -> Iterator[tuple[str, str]]:
    """Name and text of each, as it is made on this platform or on another."""
    for name, text in FILES.items():
        yield name, text(envelope, made_on or this_one())
