"""The badge of a report: what was put to the test, how many cases passed, and how many are known or do not apply."""

from typing import Any

from ...badges import Badge, Status
from ...errors import DEVIATIONS, OK
from ...escaping import plain
from ..summary import UNRELEASED

SHORT = {"known": "known", "not-applicable": "n/a", "inconclusive": "inconclusive", "not-run": "not run"}


def badge_of(envelope: dict[str, Any]) -> Badge:
    """The badge; only a whole run of a released kit in which nothing failed, known or not, is green."""
    subject, tally = envelope["subject"], envelope["counts"]["scored"]
    label = plain(f"{subject['product']} {subject['version']}", 60) if subject else "no system"
    parts = [
        f"{tally['passed']}/{tally['total']}",
        *(f"{tally[each]} {word}" for each, word in SHORT.items() if tally[each]),
    ]
    parts += [] if envelope.get("release") else [UNRELEASED]
    return Badge(label, status_of(envelope), ", ".join(parts))


def status_of(envelope: dict[str, Any]) -> Status:
    """What the badge says of the run."""
    tally = envelope["counts"]["scored"]
    if tally["failed"] or tally["known"] or envelope["exit_code"] == DEVIATIONS:
        return Status.FAILED
    if envelope["exit_code"] == OK:
        return Status.PASSED if envelope.get("release") else Status.UNRELEASED
    return Status.INCONCLUSIVE if envelope["complete"] else Status.NOT_RUN
