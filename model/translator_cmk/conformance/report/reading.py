"""Read the envelope of a report, and how its run was made."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ...errors import CommandError
from ...language.strict_json import DECODE, NotStrict
from ...requirements import load_register
from ...requirements.revisions import UnknownRevision
from ...shapes import WireError, is_day, read_message
from ..judgement.cases import FEATURES, LANES, SCOPES, Envelope, OwnFeature, own_scenarios
from ..judgement.deviations import Deviation, known_cases, problem_with
from ..judgement.selection import LAST_FAILED, SELECTED, must_exist
from . import envelope as shapes
from .envelope import FORMAT, Made
from .folder import ENVELOPE, must_be_a_file

TIME = "%Y-%m-%dT%H:%M:%SZ"

CLOCKS_DIFFER = timedelta(hours=1)
"""By how much the clocks of two machines may differ."""


def read(folder: Path) -> Envelope:
    """Return the envelope of a report; raises `CommandError`."""
    path = folder / ENVELOPE
    if folder.is_dir() and not path.exists():
        problem = "is not there: the run broke off before it wrote one, or this is no report"
        raise CommandError(f"{path}: {problem}")
    content = read_json(path)
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise CommandError(f"{path}: no envelope of a report in format {FORMAT}")
    try:
        read_message(shapes.ENVELOPE, content, str(path))
    except WireError as error:
        raise CommandError(
            f"{error}; the report was changed, or made by another version of the kit"
        ) from None
    envelope: Envelope = content
    must_be_times(envelope)
    must_have_each_id_once(envelope, path)
    must_have_what_it_groups(envelope, path)
    return envelope


def read_json(path: Path) -> Any:
    """Return the JSON value in a file of a report; raises `CommandError`."""
    must_be_a_file(path)
    try:
        return DECODE(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise CommandError(
            f"{path}: can't be read: {error.strerror}; name the folder of a report"
        ) from None
    except NotStrict as error:
        raise CommandError(f"{path}: not JSON: {error.args[0]}") from None
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{path}: not JSON: {error}") from None


def must_be_times(envelope: Envelope) -> None:
    """Raise `CommandError` if a run did not begin and end at times that may be: in order, and not
    to come.
    """
    for name in ("started", "finished"):
        try:
            datetime.strptime(envelope[name], TIME)  # noqa: DTZ007  # only whether there is such a time
        except ValueError:
            raise CommandError(
                f"{ENVELOPE}: {name} is {envelope[name]!r}, which is no time"
            ) from None
    started = envelope["started"]
    finished = envelope["finished"]
    if finished < started:
        raise CommandError(f"{ENVELOPE}: it finished at {finished}, before it started at {started}")
    latest = datetime.now(UTC) + CLOCKS_DIFFER
    if finished > latest.strftime(TIME):
        raise CommandError(f"{ENVELOPE}: it finished at {finished}, which is still to come")


def must_have_each_id_once(envelope: Envelope, path: Path) -> None:
    """Raise `CommandError` if two cases have one id."""
    times = Counter(entry["id"] for entry in envelope["cases"])
    for name, count in times.items():
        if count > 1:
            raise CommandError(f"{path}: {name} is there twice among its cases")


def must_have_what_it_groups(envelope: Envelope, path: Path) -> None:
    """Raise `CommandError` if a group of failures has none, or one that is no case."""
    ids = {entry["id"] for entry in envelope["cases"]}
    for group in envelope["groups"]:
        if not group["cases"]:
            raise CommandError(f"{path}: a group of failures is empty; the report was changed")
        for name in group["cases"]:
            if name not in ids:
                raise CommandError(
                    f"{path}: {name} is in a group of failures, and not among its cases; the "
                    "report was changed"
                )


def made_of(envelope: Envelope) -> Made:
    """Return how the run was made; raises `CommandError` where no run is made so."""
    must_be_of_a_known_revision(envelope)
    for problem in contradictions(envelope):
        raise CommandError(f"{ENVELOPE}: {problem}")
    made = Made(
        digest=envelope["digest"],
        transport=envelope["transport"],
        profile=envelope["profile"],
        revision=envelope["register"]["article"],
        waived=tuple(sorted(envelope["waived"])),
        lanes=tuple(lane for lane in LANES if lane in envelope["lanes"]),
        selection={
            name: tuple(envelope["selection"].get(name, ())) for name in (*SELECTED, LAST_FAILED)
        },
        seed=envelope["seed"],
        budgets=envelope["budgets"],
        deviations=tuple(Deviation(**entry) for entry in envelope["deviations"]),
        own_features=tuple(OwnFeature(**entry) for entry in envelope.get("own_features", ())),
    )
    must_exist(made.selection, made.waived, own_scenarios(made.own_features, made.revision))
    return made


def must_be_of_a_known_revision(envelope: Envelope) -> None:
    """Raise `CommandError` if the run was judged by a revision of the article that is not known
    here."""
    try:
        load_register(revision=envelope["register"]["article"])
    except UnknownRevision as error:
        raise CommandError(f"{ENVELOPE}: {error}") from None


def contradictions(envelope: Envelope) -> Iterator[str]:
    """Yield what is otherwise than in any run, in its budgets and in the deviations that it knew
    of.
    """
    # a run of pytest has no budgets
    if envelope["budgets"] or not is_by_pytest(envelope):
        yield from contradictions_in_budgets(envelope["budgets"])

    cases = known_cases()
    seen = set()
    for entry in envelope["deviations"]:
        deviation = Deviation(**entry)
        if not could_be_listed(deviation, cases):
            yield f"{deviation.about!r} is no deviation that verify takes for known"
        if deviation.about in seen:
            yield f"{deviation.about!r} appears twice in a file of known deviations"
        seen.add(deviation.about)


def is_by_pytest(envelope: Envelope) -> bool:
    """Return whether pytest may have made this run: it has no budgets."""
    of_pytest = {"lanes": [FEATURES], "transport": "python"}
    return all(envelope[name] == value for name, value in of_pytest.items())


def contradictions_in_budgets(budgets: dict[str, Any]) -> Iterator[str]:
    """Yield how the budgets are otherwise than those of any run of verify."""
    missing = [name for name in ("steps", "seconds", "scopes") if name not in budgets]
    if missing:
        yield f"its budgets do not say {', '.join(missing)}, as those of verify do"
        return
    if not budgets["scopes"]:
        yield "its budgets name no scope, and every run has one"
    unknown = sorted(set(budgets["scopes"]) - set(SCOPES))
    if unknown:
        yield f"{unknown[0]!r} is no scope of the tour"


def could_be_listed(deviation: Deviation, cases: frozenset[str]) -> bool:
    """Return whether a file of known deviations may have this entry."""
    return bool(
        not problem_with(deviation, cases)
        and is_day(deviation.expires)
        and deviation.reason.strip()
        and deviation.line
    )
