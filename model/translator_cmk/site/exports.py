"""Declare and fill the files for other programs: requirements as JSON, and the schemas."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..badges import Status
from ..conformance.report.envelope import report_schemas
from ..language import schemas
from ..requirements.commands import requirement_json
from ..requirements.register import REGISTERED
from ..shapes import COUNT, FLAG, PROSE, Listed, Named, Text, Word, fields_of, record, schemas_of
from .content import Content, register_digest
from .implementations import observed_on_azure

STATUS = Word([each.value for each in Status])

OF_THE_REGISTER = {name: REGISTERED.fields[name] for name in REGISTERED.required}
REQUIREMENT = record(
    "a requirement as the register has it, with its evidence",
    OF_THE_REGISTER
    | {
        "status": STATUS,
        "scenarios": Listed(record("a scenario", {"id": PROSE, "status": STATUS}, {"reason": PROSE})),
        "rows": Listed(record("a row that cites it", {"path": PROSE, "line": COUNT, "counter_row": FLAG})),
        "evidence": Named(Text("[a-z]+(-[a-z]+)*", "a kind"), COUNT),
    },
    {name: shape for name, shape in REGISTERED.fields.items() if name not in OF_THE_REGISTER},
)
TITLE = "The requirements with their evidence; subject, profile, finished and status are those of the last run"
REQUIREMENTS = record(
    TITLE,
    {
        "format": COUNT,
        "observed_on_azure": Word(["never", "in part"]),
        "article": record("the article", fields_of(("title", "revision", "url"), PROSE)),
        **fields_of(("register", "subject", "profile", "finished"), PROSE),
        "status": STATUS,
        "requirements": Listed(REQUIREMENT),
    },
)


def exports(content: Content) -> Iterator[tuple[str, Any]]:
    """Yield each file for other programs with its path from docs/."""
    yield "data/requirements.json", requirements(content)
    for name, of in schemas_of({"requirements": (TITLE, REQUIREMENTS)}).items():
        yield f"data/{name}.schema.json", of
    for name, of in (schemas() | report_schemas()).items():
        yield f"data/protocol/{name}.schema.json", of


def requirements(content: Content) -> dict[str, Any]:
    """Return the requirements with their evidence."""
    evidence = content.evidence
    article, results = evidence.register.article, evidence.results
    return {
        "format": 2,
        "register": register_digest(evidence.register),
        "observed_on_azure": "in part" if observed_on_azure(content.implementations) else "never",
        "article": {"title": article.title, "revision": article.revision, "url": article.url},
        "subject": evidence.subject,
        "profile": results.profile if results else "none",
        "finished": results.finished if results else "never",
        "status": evidence.whole.status.value,
        "requirements": [requirement(name, content) for name in evidence.register],
    }


def requirement(name: str, content: Content) -> Mapping[str, Any]:
    """Return one requirement with its evidence."""
    evidence = content.evidence
    verdict = evidence.requirement(evidence.register[name])
    return {
        **requirement_json(evidence.register[name]),
        "status": verdict.status.value,
        "scenarios": [scenario(each.id, content) for each in evidence.carrying(name)],
        "rows": [
            {"path": each.path, "line": each.line, "counter_row": each.counter} for each in content.rows.get(name, ())
        ],
        "evidence": {kind: count.total() for kind, count in verdict.counts.items()},
    }


def scenario(name: str, content: Content) -> Mapping[str, Any]:
    """Return the status of one scenario, and the reason unless it passed."""
    item = content.evidence.items.get(name)
    reason = {"reason": item.reason} if item and item.reason is not None else {}
    return {"id": name, "status": content.evidence.scenario(name).status.value, **reason}
