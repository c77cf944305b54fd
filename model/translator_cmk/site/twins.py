"""The tables of the site for other programs: a JSON file for each page that has any, with its schema beside it."""

import json
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

from ..bdd.results import as_json
from ..explore.scopes import SCOPES
from .before_enabling import conditions_data
from .content import Content
from .implementation_files import implementations_data
from .last_run import OBSERVED
from .lives_page import lives_data
from .schemas import site_schemas
from .should_you import register_digest
from .sourced import data
from .twins_of_evidence import (
    decisions_data,
    left_open_data,
    requirements_data,
    runs_data,
    scenarios_data,
    steps_data,
    traceability_data,
    uncovered_data,
)
from .twins_of_facts import (
    controls,
    destroyers_data,
    landing_zone_data,
    revisions_data,
    should_you_data,
    with_cells,
)
from .twins_of_model import cascade_data, graph_data
from .undone_page import fates_data

RESULTS_SCHEMA = resources.files("translator_cmk.bdd") / "results.schema.json"

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
    """The content of each file."""
    return {
        "cascade": cascade_data(content),
        "conditions": {"conditions": conditions_data(), **landing_zone_data()},
        "decisions": decisions_data(content),
        "destroyers": destroyers_data(),
        "fates": {"fates": fates_data(), "facts": with_cells(data("undone")["facts"], "is")},
        "graph": {"scopes": [graph_data(scope) for scope in SCOPES if scope.states and scope.states <= SMALL]},
        "implementations": implementations_data(content),
        "left-open": left_open_data(content),
        "lives": {"lives": lives_data()},
        "obligations": {"controls": list(controls())},
        "other-sources": {"disagreements": with_cells(data("other_sources")["disagreements"], "other")},
        "requirements": requirements_data(content),
        "revisions": {"revisions": revisions_data()},
        "runs": runs_data(content),
        "scenarios": scenarios_data(content),
        "should-you": should_you_data(),
        "steps": steps_data(content),
        "traceability": traceability_data(content),
        "uncovered": uncovered_data(content),
    }


def dumped(value: Mapping[str, Any]) -> str:
    """A value as JSON: indented, but for lists of numbers and what is too long to be read by people."""
    text = json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False)
    return (
        text if len(text) < 400_000 else json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    ) + "\n"
