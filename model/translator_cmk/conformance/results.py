"""Load the results of a run from its report: the status of each scenario is derived again from the message log."""

from collections.abc import Iterator, Mapping
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
        scenarios = list(scenarios_of(folder, envelope))
    except CommandError as error:
        raise ResultsError(str(error)) from None
    return Results(
        envelope["digest"],
        {"translator_cmk": envelope["kit"]},
        MODEL if envelope["subject"]["product"] == MODEL else product(envelope),
        envelope["profile"],
        tuple(f"--{name} {value}" for name, values in envelope["selection"].items() for value in values),
        envelope["started"],
        envelope["finished"],
        envelope["complete"] and not envelope["selection"],
        (*scenarios, *(property_of(each) for each in envelope.get("properties", ()))),
    )


def scenarios_of(folder: Path, envelope: dict[str, Any]) -> Iterator[Item]:
    """Yield the results of the scenarios; raises `CommandError` where the log is not that of such a run."""
    reported = {case["id"]: case for case in envelope["cases"] if case["lane"] == FEATURES}
    if envelope["digest"] != digest(REPORTED):
        yield from map(scenario_of, reported.values())
        return
    repetition = Repetition(folder, envelope)
    cases = repetition.run().envelope()["cases"]
    if repetition.problems:
        raise CommandError(f"{folder}: {repetition.problems[0]}; run the suite again")
    for case in (case for case in cases if case["lane"] == FEATURES):
        was = reported.get(case["id"], {"status": "nothing", "seconds": 0.0})
        # it took so long in the run, and not when it was judged again
        item = scenario_of(case | {"seconds": was["seconds"]}, tuple(repetition.details.get(case["id"], ())))
        if was["status"] != case["status"]:
            reason = f"the report says {was['status']}, and its message log shows {case['status']}"
            item = replace(item, status="failed", reason=reason)
        yield item


def scenario_of(case: dict[str, Any], details: tuple[dict[str, Any], ...] = ()) -> Item:
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


def property_of(content: dict[str, Any]) -> Item:
    """Return the result of a property of a report."""
    requirements, details = tuple(content["requirements"]), tuple(content["details"])
    return Item(**{**content, "requirements": requirements, "details": details})
