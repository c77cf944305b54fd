"""Declare and fill the JSON files for other programs; their schemas follow from the declarations."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..badges import Status
from ..conformance.report.envelope import report_schemas
from ..conformance.report.marks import cells
from ..conformance.results import Results
from ..language import schemas
from ..requirements.report import REGISTERED, requirement_json
from ..shapes import COUNT, FLAG, NUMBER, PROSE, Listed, Named, Shape, Text, Word, fields_of, record, schemas_of
from . import implementations
from .content import Content, register_digest
from .evidence import STATUSES

STATUS = Word([each.value for each in Status])
COUNTS = Named(Text("[a-z]+(-[a-z]+)*", "a kind or a status"), COUNT)
SHARED: Mapping[str, Shape] = {"format": COUNT, "register": PROSE, "observed_on_azure": Word(["never"])}

OF_THE_REGISTER = {name: REGISTERED.fields[name] for name in REGISTERED.required}
REQUIREMENT = record(
    "a requirement as the register has it, with its evidence",
    OF_THE_REGISTER
    | {
        "status": STATUS,
        "scenarios": Listed(record("a scenario", {"id": PROSE, "status": STATUS})),
        "rows": Listed(record("a row that cites it", {"path": PROSE, "line": COUNT, "counter_row": FLAG})),
        "evidence": COUNTS,
    },
    {name: shape for name, shape in REGISTERED.fields.items() if name not in OF_THE_REGISTER},
)
CELL = record(
    "the result of a requirement",
    {
        **fields_of(("id", "word"), PROSE),
        **fields_of(("passed", "applicable"), COUNT),
        "notes": Listed(
            record(
                "why cases did not pass",
                {"status": PROSE, "reason": PROSE, "cases": Listed(PROSE)},
                {"known": PROSE},
            )
        ),
    },
)
IMPLEMENTATION = record(
    "the report of an implementation",
    {
        **fields_of(("name", "product", "version", "profile", "finished", "kit", "digest"), PROSE),
        **fields_of(("lanes", "partial"), Listed(PROSE)),
        "kind": Word(implementations.KINDS),
        "standing": Word((implementations.CONFIRMED, implementations.STALE)),
        "exit_code": COUNT,
        "counts": COUNTS,
        "requirements": Listed(CELL),
    },
)
ITEM = record(
    "the result of a scenario or property; the reason is there unless it passed",
    {
        **fields_of(("id", "kind"), PROSE),
        "requirements": Listed(PROSE),
        "status": Word(STATUSES),
        "seconds": NUMBER,
    },
    {"reason": PROSE},
)
FILES: Mapping[str, tuple[str, Mapping[str, Shape]]] = {
    "requirements": (
        "The requirements with their evidence; subject, finished and status are those of the last run",
        {
            "article": record("the article", fields_of(("title", "revision", "url"), PROSE)),
            **fields_of(("subject", "finished"), PROSE),
            "status": STATUS,
            "requirements": Listed(REQUIREMENT),
        },
    ),
    "implementations": (
        "The reports of implementations by requirement",
        {
            "implementations": Listed(IMPLEMENTATION),
            "refused": Listed(record("one without a valid report", {"name": PROSE, "problems": Listed(PROSE)})),
        },
    ),
    "results": (
        "The results of the last run, derived from its log; the digest is that of the specification it ran",
        {
            **fields_of(("digest", "subject", "profile", "started", "finished"), PROSE),
            "complete": FLAG,
            "items": Listed(ITEM),
        },
    ),
}
"""The title and the fields of each file, beside the shared ones."""


def exports(content: Content) -> Iterator[tuple[str, Any]]:
    """Yield each file for other programs with its path from docs/."""
    shared: dict[str, Any] = {
        "format": 1,
        "register": register_digest(content.evidence.register),
        "observed_on_azure": "never",
    }
    yield "data/requirements.json", requirements(content, shared)
    yield "data/implementations.json", implementation_results(content, shared)
    if content.evidence.results:
        yield "data/results.json", run_results(content.evidence.results, shared)
    declared = {name: (title, record(title, {**SHARED, **fields})) for name, (title, fields) in FILES.items()}
    for name, of in schemas_of(declared).items():
        yield f"data/{name}.schema.json", of
    for name, of in (schemas() | report_schemas()).items():
        yield f"data/protocol/{name}.schema.json", of


def run_results(results: Results, shared: Mapping[str, Any]) -> dict[str, Any]:
    """Return the results of a run."""
    items = [
        {
            "id": item.id,
            "kind": item.kind,
            "requirements": list(item.requirements),
            "status": item.status,
            "seconds": item.seconds,
            **({"reason": item.reason} if item.reason is not None else {}),
        }
        for item in results.items
    ]
    return {
        **shared,
        "digest": results.digest,
        "subject": results.subject,
        "profile": results.profile,
        "started": results.started,
        "finished": results.finished,
        "complete": results.complete,
        "items": items,
    }


def requirements(content: Content, shared: Mapping[str, Any]) -> dict[str, Any]:
    """Return the requirements with their evidence."""
    evidence = content.evidence
    article = evidence.register.article
    found = [requirement(name, content) for name in evidence.register]
    return {
        **shared,
        "article": {"title": article.title, "revision": article.revision, "url": article.url},
        "subject": evidence.subject,
        "finished": evidence.results.finished if evidence.results else "never",
        "status": evidence.whole.status.value,
        "requirements": found,
    }


def requirement(name: str, content: Content) -> Mapping[str, Any]:
    """Return one requirement with its evidence."""
    evidence = content.evidence
    verdict = evidence.requirement(evidence.register[name])
    return {
        **requirement_json(evidence.register[name]),
        "status": verdict.status.value,
        "scenarios": [
            {"id": each.id, "status": evidence.scenario(each.id).status.value} for each in evidence.carrying(name)
        ],
        "rows": [
            {"path": each.path, "line": each.line, "counter_row": each.counter} for each in content.rows.get(name, ())
        ],
        "evidence": {kind: count.total() for kind, count in verdict.counts.items()},
    }


def implementation_results(content: Content, shared: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the report of each implementation says of each requirement."""
    found = [implementation(each, content) for each in content.implementations if each.report is not None]
    refused = [each for each in content.implementations if each.report is None]
    return {
        **shared,
        "implementations": found,
        "refused": [{"name": each.name, "problems": list(each.problems)} for each in refused],
    }


def implementation(each: implementations.Implementation, content: Content) -> Mapping[str, Any]:
    """Return what the report of one implementation says of each requirement."""
    report = each.report or {}
    return {
        "name": each.name,
        "kind": each.kind,
        "standing": each.standing,
        "product": report["subject"]["product"],
        "version": report["subject"]["version"],
        "partial": each.partial,
        "counts": report["counts"]["scored"],
        **{name: report[name] for name in ("profile", "lanes", "finished", "exit_code", "kit", "digest")},
        "requirements": [
            {
                "id": name,
                "word": cell.word,
                "passed": cell.passed,
                "applicable": cell.applicable,
                "notes": [
                    {"status": note.status, "reason": note.reason, "cases": list(cases)}
                    | ({"known": note.known} if note.known else {})
                    for note, cases in cell.notes.items()
                ],
            }
            for name, cell in cells(report, content.evidence.register).items()
        ],
    }
