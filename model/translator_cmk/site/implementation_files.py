"""The files that come with kept reports: the reports themselves, their badges, and the matrix as data."""

from collections.abc import Iterator, Sequence
from typing import Any

from ..conformance.report.badge import badge_of
from .badges import Badge, Status
from .cells import Note, cells
from .content import Content
from .kept_reports import KINDS, REFUSED, STALE, KeptReport
from .matrix_notes import report
from .reading_reports import Report


def shown_of(reports: Sequence[KeptReport]) -> list[KeptReport]:
    """Those that hold, products first."""
    kinds = list(KINDS)
    return sorted((each for each in reports if each.standing != REFUSED), key=lambda each: kinds.index(each.kind))


def badge(kept: KeptReport) -> Badge:
    """What came out, on a badge; nothing that is stale is green."""
    found = report(kept)
    envelope = {
        "subject": found.subject._asdict(),
        "counts": {"scored": found.counts},
        "exit_code": found.exit_code,
        "complete": found.complete,
    }
    fresh = badge_of(envelope)
    return Badge(fresh.label, Status.STALE, f"stale, was {fresh.message}") if kept.standing == STALE else fresh


def badge_path(kept: KeptReport) -> str:
    """Where the badge is, from the folder of badges."""
    return f"implementations/{kept.name}"


def report_files(reports: Sequence[KeptReport]) -> Iterator[tuple[str, bytes]]:
    """The reports that are shown, by path from docs/: as a page, and packed whole as they are kept."""
    for kept in shown_of(reports):
        if kept.page:
            yield f"evidence/reports/{kept.name}/report.html", kept.page
        yield f"evidence/reports/{kept.name}.zip", kept.packed.read_bytes()


def implementations_data(content: Content) -> dict[str, Any]:
    """The matrix as data."""
    register = content.evidence.register
    return {
        "implementations": [
            {
                "name": each.name,
                "kind": each.kind,
                "standing": each.standing,
                **report_data(report(each)),
                "requirements": [
                    {
                        "id": name,
                        "word": cell.word,
                        "passed": cell.passed,
                        "applicable": cell.applicable,
                        "notes": [note_data(note, cases) for note, cases in cell.notes.items()],
                    }
                    for name, cell in cells(report(each), register).items()
                ],
            }
            for each in shown_of(content.reports)
        ],
        "refused": [
            {"name": each.name, "problems": list(each.problems)} for each in content.reports if each.standing == REFUSED
        ],
    }


def report_data(found: Report) -> dict[str, Any]:
    """How a report came about, and what it counts."""
    same = ("digest", "kit", "protocol", "profile", "lanes", "started", "finished", "exit_code", "complete", "counts")
    return {
        "product": found.subject.product,
        "version": found.subject.version,
        "capabilities": list(found.subject.capabilities),
        "levels": list(found.subject.levels),
        "partial": list(found.partial),
        **{name: getattr(found, name) for name in same},
    }


def note_data(note: Note, cases: Sequence[str]) -> dict[str, Any]:
    """A note as data."""
    return {"status": note.status, "reason": note.reason, "cases": list(cases)} | (
        {"known": note.known} if note.known else {}
    )
