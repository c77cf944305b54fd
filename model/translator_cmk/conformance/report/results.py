"""The scenarios of a report as results, in the form that `pytest --results` writes and that sites are made from."""

import json
from typing import Any

from ...bdd.results import Item, Results, as_json
from ..summary import product
from .platforms import Platform

NOTE = {"known": "known deviation: "}


def text(envelope: dict[str, Any], made_on: Platform) -> str:
    """The file."""
    subject = envelope["subject"]
    found = Results(
        digest=envelope["digest"],
        versions={"translator_cmk": envelope["kit"], "python": made_on.python},
        subject="model" if subject and subject["product"] == "model" else product(envelope),
        profile=envelope["profile"],
        selection=tuple(f"--{name} {value}" for name, values in envelope["selection"].items() for value in values),
        started=envelope["started"],
        finished=envelope["finished"],
        complete=envelope["complete"],
        items=tuple(item(case) for case in envelope["cases"] if case["lane"] == "features"),
    )
    return json.dumps(as_json(found), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def item(case: dict[str, Any]) -> Item:
    """What came of one scenario."""
    status = status_of(case)
    reason = NOTE.get(case["status"], "") + case.get("reason", case["status"])
    return Item(
        id=case["id"],
        kind="scenario",
        requirements=tuple(case["requirements"]),
        status=status,
        seconds=case["seconds"],
        reason=None if status == "passed" else reason,
        name=case.get("name"),
        feature=case.get("feature"),
        line=case.get("line"),
    )


def status_of(case: dict[str, Any]) -> str:
    """The status as results have it: what did not get to its starting point was not run."""
    status: str = case["status"]
    if status in ("failed", "known"):
        return "not-run" if case.get("reason", "").startswith("blocked by ") else "failed"
    return "not-applicable" if status == "differs" else status
