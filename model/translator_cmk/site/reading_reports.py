"""The envelope of a report, as far as the site shows it, and how it is read from what anybody may have written."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ..conformance.verdicts import STATUSES
from ..language.shapes import Flag, Line, Named, Place, Record, Several, Shape, Text, Whole, Word


class Case(NamedTuple):
    """A case of a report, as far as it is shown."""

    id: str
    lane: str
    scored: bool
    status: str
    requirements: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    reason: str = ""
    blamed: tuple[str, ...] = ()
    known: str = ""


class Subject(NamedTuple):
    """What was put to the test."""

    product: str
    version: str
    capabilities: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()


class Report(NamedTuple):
    """The envelope of a report, as far as it is shown."""

    subject: Subject
    digest: str
    kit: str
    protocol: int
    profile: str
    waived: tuple[str, ...]
    lanes: tuple[str, ...]
    selection: Mapping[str, tuple[str, ...]]
    started: str
    finished: str
    complete: bool
    exit_code: int
    counts: Mapping[str, int]
    """Of the cases that count, by status, and in all."""
    cases: tuple[Case, ...]
    files: Mapping[str, str] = {}
    """Digests of the other files; a report that was broken off has none."""
    trouble: str = ""

    @property
    def counted(self) -> Mapping[str, int]:
        """The counts that follow from the cases."""
        statuses = [case.status for case in self.cases if case.scored]
        return {"total": len(statuses), **{status: statuses.count(status) for status in STATUSES}}

    @property
    def partial(self) -> tuple[str, ...]:
        """Why this is not a report on the whole specification; empty where it is."""
        found = [] if self.complete else [f"it was broken off{f': {self.trouble}' if self.trouble else ''}"]
        found += [f"only {name} {' and '.join(values)}" for name, values in self.selection.items() if values]
        found += [f"without the lane {lane}" for lane in ("features",) if lane not in self.lanes]
        found += [f"waived: {', '.join(self.waived)}"] if self.waived else []
        return tuple(found)


class Texts(Several):
    """A list of texts."""

    def __init__(self) -> None:
        super().__init__(Line(1_000))


TIME = Text(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", "a time such as '2026-03-04T05:06:07Z'")
TALLY = Record("a tally", {name: Whole(0) for name in ("total", *STATUSES)}, ("total", *STATUSES))
CASE: dict[str, Shape] = {
    "id": Line(1_000),
    "lane": Line(100),
    "scored": Flag(),
    "status": Word(STATUSES),
    "requirements": Texts(),
    "rests_on": Texts(),
    "reason": Line(1_000_000),
    "blamed": Texts(),
    "known": Line(100_000),
}
SUBJECT: dict[str, Shape] = {
    "product": Line(200),
    "version": Line(200),
    "capabilities": Texts(),
    "levels": Texts(),
}
SELECTION = Record("the selection", dict.fromkeys(("requirement", "topic", "level", "case"), Texts()))
ENVELOPE: dict[str, Shape] = {
    "digest": Text("[0-9a-f]{64}", "a digest of 64 hexadecimal digits"),
    "kit": Line(100),
    "protocol": Whole(),
    "profile": Line(100),
    "waived": Texts(),
    "lanes": Texts(),
    "selection": SELECTION,
    "started": TIME,
    "finished": TIME,
    "complete": Flag(),
    "exit_code": Whole(0, 4),
    "files": Named(Text("[ -~]{1,200}", "the name of a file"), Text("[0-9a-f]{64}", "a digest")),
    "trouble": Line(100_000),
}


def report_in(envelope: Mapping[str, Any], where: str) -> Report:
    """The envelope, as far as it is shown; raises `WireError`."""
    at = Place(where)
    top = part(envelope, ENVELOPE, at, ("files", "trouble"))
    counts = envelope.get("counts")
    top["counts"] = TALLY.read(counts.get("scored") if isinstance(counts, dict) else None, at.field("counts.scored"))
    subject = Subject(**part(envelope["subject"], SUBJECT, at.field("subject"), ("capabilities", "levels")))
    return Report(subject=subject, cases=tuple(cases(envelope["cases"], at)), **top)


def cases(found: list[Any], at: Place) -> Iterator[Case]:
    """The cases; raises `WireError`."""
    optional = ("requirements", "rests_on", "reason", "blamed", "known")
    for index, each in enumerate(found):
        yield Case(**part(each, CASE, at.field("cases").item(index), optional))


def part(value: Any, fields: Mapping[str, Shape], at: Place, optional: tuple[str, ...]) -> dict[str, Any]:
    """These fields of an object, whatever else it has; raises `WireError`."""
    if isinstance(value, dict):
        value = {name: value[name] for name in fields if name in value}
    return dict(Record("it", fields, [name for name in fields if name not in optional]).read(value, at))
