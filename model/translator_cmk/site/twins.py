"""The tables of the site for other programs: a JSON file each, with its schema beside it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from typing import Any

from ..explore.scopes import SCOPES, Scope
from ..gherkin.results import as_json
from ..machine import observe
from ..requirements import Register
from ..requirements.report import requirement_json
from ..wire import command_to_wire, observation_to_wire, outcome_to_wire
from .before_enabling import conditions_data
from .cascade import Finding, model
from .cascade_page import Case, cases
from .causes import CAUSES, HARMLESS, Loss
from .content import Content
from .graph import graph
from .implementation_files import implementations_data
from .last_run import OBSERVED
from .lives_page import lives_data
from .schemas import site_schemas
from .should_you import register_digest
from .sourced import cell, data, sources
from .undone_page import fates_data
from .who_can import COLUMNS

RESULTS_SCHEMA = resources.files("translator_cmk.gherkin") / "results.schema.json"

SMALL = 500
"""States that a scope may have at most, to be published as a graph."""


def twins(content: Content) -> Iterator[tuple[str, str]]:
    """Every file of data, by its path from docs/."""
    shared = {"format": 1, "register": register_digest(content.evidence.register), "observed_on_azure": OBSERVED}
    for name, table in tables(content).items():
        yield f"data/{name}.json", dumped({**shared, **table})
    for name, schema in site_schemas().items():
        yield f"data/{name}.schema.json", dumped(schema)
    yield "data/results.schema.json", RESULTS_SCHEMA.read_text("utf-8")
    if content.evidence.results:
        yield "data/results.json", dumped(as_json(content.evidence.results))


def tables(content: Content) -> dict[str, dict[str, Any]]:
    """The content of each table."""
    register = content.evidence.register
    return {
        "cascade": {
            "causes": [case_data(each, register) for each in cases(CAUSES, content)],
            "harmless": [case_data(each, register) for each in cases(HARMLESS, content)],
        },
        "conditions": {"conditions": conditions_data()},
        "destroyers": {
            "causes": [
                {"cause": each["cause"], **{name: cell_data(each[name]) for name in COLUMNS}}
                for each in data("destroyers")["causes"]
            ]
        },
        "fates": {"fates": fates_data()},
        "graph": {"scopes": [graph_data(scope) for scope in SCOPES if scope.states and scope.states <= SMALL]},
        "implementations": implementations_data(content),
        "lives": {"lives": lives_data()},
        "obligations": {"controls": list(controls())},
        "other-sources": {
            "disagreements": [
                {name: cell_data(value) if name == "other" else value for name, value in each.items()}
                for each in data("other_sources")["disagreements"]
            ]
        },
        "requirements": requirements_data(content),
        "revisions": {
            "revisions": [
                {"date": each["date"], "source": sources()[each["where"]].url, **change}
                for each in data("revisions")["revisions"]
                for change in each["changes"]
            ]
        },
    }


def cell_data(value: Any) -> dict[str, Any]:
    """A cell with the addresses of its sources; what is unknown says nothing."""
    found = cell(value)
    return {"says": found.text, "sources": [sources()[each].url for each in found.sources]} if found.known else {}


def controls() -> Iterator[dict[str, Any]]:
    """Every control, with the framework that it is of."""
    for framework in data("obligations")["frameworks"]:
        for each in framework["controls"]:
            named = {"framework": framework["framework"], "control": each["id"], "asks": cell_data(each["asks"])}
            yield named | {name: each[name] for name in ("reading", "why", "requirements")}


def case_data(case: Case, register: Register) -> dict[str, Any]:
    """A cause with what it costs and what comes back."""
    return {
        "cause": case.cause.name,
        "commands": list(case.cause.commands),
        "remedies": list(case.cause.remedies),
        "lost": list(findings_data(case.lost, register)),
        "back": list(findings_data(case.remedied, register)),
    }


def findings_data(found: Iterable[tuple[Loss, Finding]], register: Register) -> Iterator[dict[str, Any]]:
    """What was seen of each thing, and the requirements that it takes for that."""
    for loss, finding in found:
        after = "intact" if finding.intact else "deleted" if finding.gone else "lost"
        basis = finding.basis(register)
        seen = {"what": loss.what, "after": after, "requirements": list(finding.grounds)}
        yield seen | ({"basis": basis} if basis else {})


def graph_data(scope: Scope) -> dict[str, Any]:
    """A scope as a graph; commands, outcomes and states are told once, and edges name them by their place."""
    found = graph(scope)
    commands = {command: place for place, command in enumerate(scope.alphabet)}
    outcomes: dict[Any, int] = {}
    edges = [
        [before, commands[edge.command], edge.after, outcomes.setdefault(edge.outcome, len(outcomes))]
        for before, leaving in enumerate(found.edges)
        for edge in leaving
    ]
    return {
        "scope": scope.name,
        "sentence": scope.sentence,
        "start": [command_to_wire(each) for each in scope.start],
        "commands": [command_to_wire(each) for each in scope.alphabet],
        "outcomes": [outcome_to_wire(each) for each in outcomes],
        "states": [observation_to_wire(observe(model().world(state))) for state in found.states],
        "edges": edges,
    }


def requirements_data(content: Content) -> dict[str, Any]:
    """The requirements with their evidence."""
    evidence = content.evidence
    article = evidence.register.article
    return {
        "article": {"title": article.title, "revision": article.revision, "url": article.url},
        "subject": evidence.subject,
        "finished": evidence.results.finished if evidence.results else "never",
        "status": evidence.whole.status.value,
        "requirements": [requirement_data(name, content) for name in evidence.register],
    }


def requirement_data(name: str, content: Content) -> dict[str, Any]:
    """A requirement as the register has it, with scenarios, rows and what came of them."""
    evidence = content.evidence
    requirement = evidence.register[name]
    return {
        **requirement_json(requirement),
        "status": evidence.requirement(requirement).status.value,
        "scenarios": [
            {"id": each.id, "status": evidence.scenario(each.id).status.value} for each in evidence.carrying(name)
        ],
        "rows": [
            {"path": each.path, "line": each.line, "counter_row": each.counter} for each in content.rows.get(name, ())
        ],
    }


def dumped(value: Mapping[str, Any]) -> str:
    """A value as JSON: indented, but for lists of numbers and what is too long to be read by people."""
    text = json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False)
    return (
        text if len(text) < 400_000 else json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    ) + "\n"
