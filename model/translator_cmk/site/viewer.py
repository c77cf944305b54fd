"""The page that opens a report in the browser: what its script has to know of the specification, as data."""

import json
from typing import Any

from ..conformance.report.envelope import FORMAT
from ..conformance.summary import SAYS
from ..conformance.verdicts import STATUSES
from ..digest import REPORTED, digest
from ..language.declaration import LEVELS
from ..requirements import Register
from .cells import FAILURES, FEATURES, MARKS
from .content import Content
from .markup import filled


def viewer_page(content: Content) -> str:
    """The page."""
    return filled("report-viewer", known=as_script(known(content.evidence.register)))


def known(register: Register) -> dict[str, Any]:
    """What the script knows: words, marks and requirements."""
    return {
        "format": FORMAT,
        "digest": digest(REPORTED),
        "marks": {name: mark._asdict() for name, mark in MARKS.items()} | {"known": known_mark()},
        "statuses": STATUSES,
        "failures": sorted(FAILURES),
        "features": FEATURES,
        "levels": LEVELS,
        "says": {str(code): text for code, text in SAYS.items()},
        "requirements": {
            name: {"title": each.title, "topic": each.topic, "kind": each.kind} for name, each in register.items()
        },
    }


def known_mark() -> dict[str, str]:
    """The mark of a failure that was known: that of a failure, with another word."""
    return MARKS["failed"]._replace(word="known", means="it failed, and the file of deviations says so")._asdict()


def as_script(value: Any) -> str:
    """A value as JSON that can stand in an element ``script``: nothing in it ends one."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True).replace("<", "\\u003c")
