"""Loads the results of a run from its report: the status of each scenario is derived again from the message log."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..bdd.systems import MODEL
from ..digest import REPORTED, digest
from ..errors import CommandError
from .cases import FEATURES
from .planning import read
from .recheck import Repetition
from .report.summaries import product

STATUSES = ("passed", "failed", "not-run", "inconclusive", "not-applicable")
"""The statuses of an item: a scenario that did not get to its starting point was not run, and one that differs from an
assumption is not applicable."""


class ResultsError(ValueError):
    """A report can't be used; the message names the file and says what to do."""


@dataclass(frozen=True)
class Item:
    """The result of one scenario, property, theorem, sequence or set of mutants."""

    id: str
    kind: str
    requirements: tuple[str, ...]
    status: str
    """One of STATUSES."""
    seconds: float = 0.0
    reason: str | None = None
    """One line; there unless it passed."""
    name: str | None = None
    feature: str | None = None
    line: int | None = None
    """In the feature; of the row of examples, where there is one."""
    details: tuple[Mapping[str, Any], ...] = ()
    """Of a scenario: its steps as far as they were run, each with command, outcome and changes."""


@dataclass(frozen=True)
class Results:
    """One run: what was run, against what, when, and the result of each item."""

    digest: str
    """Of the specification that was run, as `translator_cmk.digest.digest` gives it."""
    versions: Mapping[str, str]
    subject: str
    """The system under test: `model`, or its name."""
    profile: str
    selection: tuple[str, ...]
    """The options that narrowed the run; empty for everything."""
    started: str
    finished: str
    """ISO 8601 in UTC, to the second."""
    complete: bool
    """Whether everything was run to its end."""
    items: tuple[Item, ...] = field(default=())


def is_stale(results: Results) -> bool:
    """Return whether the specification has changed since the run."""
    return results.digest != digest(REPORTED)


def load_results(folder: Path) -> Results:
    """Return the results of the run whose report is in a folder; raises `ResultsError`.

    The log is judged again.  A scenario of which the report says something else than its log shows has failed.  Only
    where the specification has changed since, which makes every result stale, are the verdicts those of the report.
    """
    try:
        envelope = read(folder)
        if envelope["subject"] is None:
            raise CommandError(f"{folder}: the system did not say hello; run the suite again")
        stale = envelope["digest"] != digest(REPORTED)
        items = [of_case(case) for case in envelope["cases"] if case["lane"] == FEATURES]
        if not stale:
            items = derived(folder, envelope)
    except CommandError as error:
        raise ResultsError(str(error)) from None
    chosen = envelope["selection"].items()
    return Results(
        envelope["digest"],
        {"translator_cmk": envelope["kit"]},
        MODEL if envelope["subject"]["product"] == MODEL else product(envelope),
        envelope["profile"],
        tuple(f"--{name} {value}" for name, values in chosen for value in values),
        envelope["started"],
        envelope["finished"],
        envelope["complete"] and not envelope["selection"],
        (*items, *(of_property(each) for each in envelope.get("properties", ()))),
    )


def derived(folder: Path, envelope: dict[str, Any]) -> list[Item]:
    """Return the scenarios as the log shows them; raises `CommandError` where it is not the log of such a run."""
    repetition = Repetition(folder, envelope)
    cases = [case for case in repetition.run().envelope()["cases"] if case["lane"] == FEATURES]
    if repetition.problems:
        raise CommandError(f"{folder}: {repetition.problems[0]}; run the suite again")
    said = {case["id"]: case["status"] for case in envelope["cases"]}
    took = {case["id"]: case["seconds"] for case in envelope["cases"]}  # in the run, not when it was judged again
    found = []
    for case in cases:
        case["seconds"] = took.get(case["id"], 0.0)
        item = of_case(case, tuple(repetition.details.get(case["id"], ())))
        was = said.get(case["id"], "nothing")
        if was != case["status"]:
            reason = f"the report says {was}, and its message log shows {case['status']}"
            item = replace(item, status="failed", reason=reason)
        found.append(item)
    return found


def of_case(case: dict[str, Any], details: tuple[dict[str, Any], ...] = ()) -> Item:
    """Return the result of a scenario of a report."""
    status: str = case["status"]
    reason = case.get("reason", status)
    if status in ("failed", "known"):
        reason = f"known deviation: {reason}" if status == "known" else reason
        status = "not-run" if case.get("reason", "").startswith("blocked by ") else "failed"
    return Item(
        case["id"],
        "scenario",
        tuple(case["requirements"]),
        "not-applicable" if status == "differs" else status,
        case["seconds"],
        None if status == "passed" else reason,
        case["name"],
        case["feature"],
        case["line"],
        details,
    )


def of_property(content: dict[str, Any]) -> Item:
    """Return the result of a property of a report."""
    tuples = {name: tuple(value) for name, value in content.items() if isinstance(value, list)}
    parts: dict[str, Any] = {**content, **tuples}
    return Item(**parts)
