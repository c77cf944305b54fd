"""Load the results of a run from its report: each status is derived again from the message log."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..bdd.systems import PRODUCT_OF_THE_MODEL
from ..digest import kit_digest
from ..errors import CommandError
from ..requirements import load_register
from ..verdict import Status
from .judgement.cases import FEATURES, CaseEntry, Envelope, Ids
from .judgement.selection import SELECTED
from .model_answers import contradictions
from .report.comparison import differences, of_digests
from .report.reading import read
from .report.wording import is_called_the_model, product
from .run.repetition import Repetition, as_written


@dataclass(frozen=True)
class Item:
    """The result of one scenario or property."""

    id: str
    kind: str
    requirements: Ids
    status: Status
    """One of `verdict.OF_ITEMS`: one that differs from an assumption is not applicable, and so on.
    """
    seconds: float = 0.0
    reason: str | None = None
    """One line; there unless it passed."""
    details: tuple[Mapping[str, Any], ...] = ()
    """Of a scenario: its steps as far as they were run, each with command, outcome and changes."""


@dataclass(frozen=True)
class Results:
    """One run: what was run, against what, when, and the result of each item."""

    digest: str
    """The identity of the kit that ran it, as `translator_cmk.digest.kit_digest` gives it."""
    kit: str
    """Its version."""
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
    items: tuple[Item, ...] = ()
    """Its scenarios.  No log shows anything else."""
    answers_of_the_model: bool = False
    """Whether every answer in the log is the model's, whatever the subject is called."""


def is_stale(results: Results) -> bool:
    """Return whether the specification has changed since the run."""
    return results.digest != kit_digest()


def load_results(folder: Path) -> Results:
    """Return the results of the run whose report is in a folder; raises `CommandError`.

    The log is judged again.  A scenario of which the report says something else than its log shows
    has failed.  Where the specification has changed since, nothing can be judged, and there are no
    results of scenarios.
    """
    envelope = read(folder)
    if envelope["subject"] is None:
        raise CommandError(f"{folder}: the system did not say hello; run the suite again")
    is_model = is_called_the_model(envelope)
    is_of_this_kit = envelope["digest"] == kit_digest()
    contradiction = next(contradictions(folder, envelope), "") if is_of_this_kit else ""
    if is_model and contradiction:
        raise CommandError(
            f"{contradiction}; the report says that it is the model's: run the suite again"
        )
    selection = []
    for name in SELECTED:
        selection += [f"--{name} {value}" for value in envelope["selection"].get(name, ())]
    register = load_register(revision=envelope["register"]["article"])
    if not register.is_specified:
        selection.append(f"--revision {register.revision}")
    return Results(
        digest=envelope["digest"],
        kit=envelope["kit"],
        subject=PRODUCT_OF_THE_MODEL if is_model else product(envelope),
        profile=envelope["profile"],
        selection=tuple(selection),
        started=envelope["started"],
        finished=envelope["finished"],
        complete=envelope["complete"] and not selection and not envelope["waived"],
        items=tuple(scenarios_of(folder, envelope)) if is_of_this_kit else (),
        answers_of_the_model=is_of_this_kit and not contradiction,
    )


def scenarios_of(folder: Path, envelope: Envelope) -> Iterator[Item]:
    """Yield the results of the scenarios; raises `CommandError` where the log is not that of such a
    run.
    """
    reported = {case["id"]: case for case in envelope["cases"] if case["lane"] == FEATURES}
    repetition = Repetition(folder, envelope)
    now = as_written(repetition.run())
    problems = [*repetition.problems, *differences(envelope["subject"], now["subject"], "subject")]
    for problem in problems or of_digests(folder, envelope):
        raise CommandError(
            f"{folder}: it does not follow from its log: {problem}; run the suite again"
        )
    for case in now["cases"]:
        if case["lane"] != FEATURES or not case["requirements"]:
            continue  # no requirement is shown by a sequence, nor by a scenario of somebody's own
        name = case["id"]
        then = reported.get(name, {"status": "nothing", "seconds": 0.0})
        # it took so long in the run, and not when it was judged again
        timed = case | {"seconds": then["seconds"]}
        item = scenario_of(timed, tuple(repetition.details.get(name, ())))
        if then["status"] != case["status"]:
            reason = f"the report says {then['status']}, and its message log shows {case['status']}"
            item = replace(item, status=Status.FAILED, reason=reason)
        yield item


def scenario_of(case: CaseEntry, details: tuple[dict[str, Any], ...] = ()) -> Item:
    """Return the result of a scenario of a report."""
    status = Status(case["status"])
    reason = None if status is Status.PASSED else case.get("reason", status)
    if status is Status.KNOWN:
        reason = f"known deviation: {reason}"
    return Item(
        case["id"],
        "scenario",
        tuple(case["requirements"]),
        status.of_item,
        case["seconds"],
        reason,
        details,
    )
