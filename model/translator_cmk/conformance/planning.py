"""Read from the envelope of a report how its run was made, and check that a run can be made so."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from ..bdd.prerequisites import CORE, EVERY_LOSS, STATED_CAUSES
from ..errors import CommandError
from ..language import WireError
from ..language.messages import DECODE, NotStrict
from ..oracle.profiles import NAMES_ARE_RESOLVED_FIRST
from ..shapes import read_message
from .cases import FEATURES, LANES, SCOPES, SELECTED, must_exist
from .deviations import Deviation, Deviations, known_cases, problem_with
from .report.envelope import ENVELOPE as ENVELOPE_SHAPE
from .report.envelope import FORMAT, Made
from .report.folder import ENVELOPE, must_be_a_file

UNDENIABLE = CORE | EVERY_LOSS | STATED_CAUSES | NAMES_ARE_RESOLVED_FIRST


def must_be_deniable(waived: Iterable[str]) -> None:
    """Raise `CommandError` if something is waived without which nothing is left to verify."""
    for requirement in waived:
        if requirement in UNDENIABLE:
            raise CommandError(
                f"--waive {requirement}: without it nothing is left to verify; list it as a deviation instead"
            )


def made_of(envelope: Mapping[str, Any]) -> Made:
    """Return how the run was made; raises `CommandError` where no run is made so."""
    made = Made(
        str(envelope["digest"]),
        str(envelope["transport"]),
        str(envelope["profile"]),
        tuple(sorted(envelope["waived"])),
        tuple(lane for lane in LANES if lane in envelope["lanes"]),
        {name: tuple(envelope["selection"].get(name, ())) for name in SELECTED},
        int(envelope["seed"]),
        dict(envelope["budgets"]),
        deviations_of(envelope).entries,
    )
    must_exist(made.selection, made.waived)
    must_be_deniable(made.waived)
    by_pytest = (made.lanes, made.transport, made.profile) == ((FEATURES,), "python", "full")
    if made.budgets or not by_pytest:
        must_be_budgets(made.budgets)
    return made


def must_be_budgets(budgets: Mapping[str, Any]) -> None:
    """Raise `CommandError` if a run has other budgets than verify gives it."""
    if missing := [name for name in ("steps", "seconds", "scopes") if name not in budgets]:
        raise CommandError(f"{ENVELOPE}: its budgets do not say {', '.join(missing)}, as those of verify do")
    if not budgets["scopes"]:
        raise CommandError(f"{ENVELOPE}: its budgets name no scope, and every run has one")
    if unknown := set(budgets["scopes"]) - set(SCOPES):
        raise CommandError(f"{ENVELOPE}: {sorted(unknown)[0]!r} is no scope of the tour")


def deviations_of(envelope: Mapping[str, Any]) -> Deviations:
    """Return the deviations that were known on the day the run began; raises `CommandError`."""
    entries = [Deviation(**each) for each in envelope["deviations"]]
    cases = known_cases()
    about = [entry.about for entry in entries]
    for entry in entries:
        if problem_with(entry, cases) or not is_day(entry.expires) or not entry.reason.strip() or not entry.line:
            raise CommandError(f"{ENVELOPE}: {entry.about!r} is no deviation that verify takes for known")
        if about.count(entry.about) > 1:
            problem = f"{entry.about!r} appears twice in a file of known deviations"
            raise CommandError(f"{ENVELOPE}: {problem}")
    return Deviations(entries, date.fromisoformat(envelope["started"][:10]))


def is_day(text: str) -> bool:
    """Return whether this is a day, as the kit writes it."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def must_be_times(envelope: Mapping[str, Any]) -> None:
    """Raise `CommandError` if a run did not begin and end at times that may be: in order, and not to come."""
    for name in ("started", "finished"):
        try:
            datetime.strptime(envelope[name], "%Y-%m-%dT%H:%M:%SZ")  # noqa: DTZ007  # only whether there is such a time
        except ValueError:
            raise CommandError(f"{ENVELOPE}: {name} is {envelope[name]!r}, which is no time") from None
    if envelope["finished"] < envelope["started"]:
        raise CommandError(
            f"{ENVELOPE}: it finished at {envelope['finished']}, before it started at {envelope['started']}"
        )
    # the clocks of two machines may differ by some minutes
    if envelope["finished"] > (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"):
        raise CommandError(f"{ENVELOPE}: it finished at {envelope['finished']}, which is still to come")


def read(folder: Path) -> dict[str, Any]:
    """Return the envelope of a report; raises `CommandError`."""
    path = folder / ENVELOPE
    must_be_a_file(path)
    try:
        content = DECODE(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise CommandError(f"{path}: can't be read: {error.strerror}; name the folder of a report") from None
    except NotStrict as error:
        raise CommandError(f"{path}: not JSON: {error.args[0]}") from None
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{path}: not JSON: {error}") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise CommandError(f"{path}: no envelope of a report in format {FORMAT}")
    try:
        read_message(ENVELOPE_SHAPE, content, str(path))
    except WireError as error:
        raise CommandError(f"{error}; the report was changed, or made by another version of the kit") from None
    envelope: dict[str, Any] = content
    must_be_times(envelope)
    twice = [case for case, times in Counter(case["id"] for case in envelope["cases"]).items() if times > 1]
    if twice:
        raise CommandError(f"{path}: the case {twice[0]} is there twice")
    return envelope
