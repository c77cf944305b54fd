"""Declare and fill the JSON files for other programs; their schemas follow from the declarations."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NotRequired, TypedDict, get_args, get_origin, get_type_hints, is_typeddict

from ..conformance.report.envelope import report_schemas
from ..conformance.results import Results
from ..language import schemas
from ..requirements.report import requirement_json
from . import implementations
from .content import Content, register_digest

StatusWord = Literal[
    "passed", "failed", "not run", "inconclusive", "not applicable", "stale", "declared only", "passed, with limits"
]


class Export(TypedDict):
    """The fields that every export has."""

    format: int
    register: str
    observed_on_azure: Literal["never"]


class Article(TypedDict):
    """The article that the requirements are made from."""

    title: str
    revision: str
    url: str


class ScenarioStatus(TypedDict):
    """A scenario by id, with its status."""

    id: str
    status: StatusWord


class Row(TypedDict):
    """A row of the model that cites a requirement."""

    path: str
    line: int
    counter_row: bool


class RequirementEvidence(TypedDict):
    """A requirement as the register has it, with its evidence."""

    id: str
    title: str
    wording: str
    basis: Literal["stated", "implied", "assumed", "environment"]
    kind: str
    status: StatusWord
    scenarios: list[ScenarioStatus]
    rows: list[Row]
    evidence: dict[str, int]


class Requirements(Export):
    """The requirements with their evidence.

    ``subject``, ``finished`` and ``status`` are those of the last run.
    """

    article: Article
    subject: str
    finished: str
    status: StatusWord
    requirements: list[RequirementEvidence]


class NoteExport(TypedDict):
    """Why cases of a requirement did not pass."""

    status: str
    reason: str
    cases: list[str]
    known: NotRequired[str]


class CellExport(TypedDict):
    """The result of one requirement."""

    id: str
    word: str
    passed: int
    applicable: int
    notes: list[NoteExport]


class ImplementationExport(TypedDict):
    """The report of one implementation."""

    name: str
    kind: Literal["product", "example"]
    standing: Literal["confirmed", "stale"]
    product: str
    version: str
    profile: str
    lanes: list[str]
    partial: list[str]
    finished: str
    exit_code: int
    kit: str
    digest: str
    counts: dict[str, int]
    requirements: list[CellExport]


class Refused(TypedDict):
    """A listed implementation that has no valid report."""

    name: str
    problems: list[str]


class Implementations(Export):
    """The reports of implementations by requirement."""

    implementations: list[ImplementationExport]
    refused: list[Refused]


class ItemExport(TypedDict):
    """The result of one scenario or property; ``reason`` is there unless it passed."""

    id: str
    kind: str
    requirements: list[str]
    status: Literal["passed", "failed", "not-run", "inconclusive", "not-applicable"]
    seconds: float
    reason: NotRequired[str]


class RunExport(Export):
    """The results of the last run, derived from its message log; ``digest`` is that of the specification it ran."""

    digest: str
    subject: str
    profile: str
    started: str
    finished: str
    complete: bool
    items: list[ItemExport]


def exports(content: Content) -> Iterator[tuple[str, Any]]:
    """Yield each file for other programs with its path from docs/."""
    shared: Export = {
        "format": 1,
        "register": register_digest(content.evidence.register),
        "observed_on_azure": "never",
    }
    yield "data/requirements.json", requirements(content, shared)
    yield "data/requirements.schema.json", document(Requirements, "requirements")
    yield "data/implementations.json", implementation_results(content, shared)
    yield "data/implementations.schema.json", document(Implementations, "implementations")
    yield "data/results.schema.json", document(RunExport, "results")
    if content.evidence.results:
        yield "data/results.json", run_results(content.evidence.results, shared)
    for name, of in (schemas() | report_schemas()).items():
        yield f"data/protocol/{name}.schema.json", of


def run_results(results: Results, shared: Export) -> RunExport:
    """Return the results of a run."""
    items: list[Any] = [
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


def requirements(content: Content, shared: Export) -> Requirements:
    """Return the requirements with their evidence."""
    evidence = content.evidence
    article = evidence.register.article
    found: list[Any] = [requirement(name, content) for name in evidence.register]
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


def implementation_results(content: Content, shared: Export) -> Implementations:
    """Return what the report of each implementation says of each requirement."""
    found: list[Any] = [implementation(each, content) for each in content.implementations if each.report is not None]
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
            for name, cell in implementations.cells(report, content.evidence.register).items()
        ],
    }


# The schemas of these declarations

Schema = dict[str, Any]
DRAFT = "https://json-schema.org/draft/2020-12/schema"
SIMPLE: Mapping[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}


def schema(declared: Any) -> Schema:
    """Return the JSON Schema of a type; an object may have more fields than its TypedDict."""
    if declared in SIMPLE:
        return {"type": SIMPLE[declared]}
    if is_typeddict(declared):
        fields = {name: schema(hint) for name, hint in get_type_hints(declared).items()}
        needed = [name for name in fields if name in declared.__required_keys__]
        return {"type": "object", "properties": fields, "required": needed}
    origin, arguments = get_origin(declared), get_args(declared)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin is list:
        return {"type": "array", "items": schema(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": schema(arguments[1])}
    raise TypeError(f"{declared} has no JSON Schema here")


def document(declared: Any, name: str) -> Schema:
    """Return the JSON Schema of a published file; its title is the first line of the type's docstring."""
    title = str(declared.__doc__).partition("\n")[0].rstrip(".")
    return {"$schema": DRAFT, "$id": f"{name}.schema.json", "title": title, **schema(declared)}
