"""What the envelope of a report says of how the run was made, as far as a run can be made so."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ..errors import CommandError
from ..language import WireError
from ..language.declaration import DECLARATION, Declaration
from ..language.json_text import DECODE, NotStrict
from ..language.shapes import Place
from ..requirements import Register
from .cases import FEATURES, LANES, TRACE, must_be_known, scenarios
from .deviations import OF_SEQUENCES, Deviation, Deviations
from .planning import must_be_deniable
from .report.envelope import FORMAT, Made
from .report.folder import ENVELOPE, must_be_a_file
from .report.schemas import ENVELOPE as ENVELOPE_SHAPE
from .tour import NAMES


def declaration_in(envelope: Mapping[str, Any]) -> Declaration:
    """What the system declared; raises `CommandError`."""
    try:
        found: Declaration = DECLARATION.read(envelope["subject"], Place(f"subject in {ENVELOPE}"))
        return found
    except WireError as error:
        raise CommandError(str(error)) from None


def made_of(envelope: Mapping[str, Any], register: Register) -> Made:
    """How the run was made; raises `CommandError` where no run is made so."""
    made = Made(
        str(envelope["digest"]),
        str(envelope["transport"]),
        str(envelope["profile"]),
        tuple(sorted(envelope["waived"])),
        tuple(lane for lane in LANES if lane in envelope["lanes"]),
        {name: tuple(envelope["selection"].get(name, ())) for name in ("requirement", "topic", "level", "case")},
        int(envelope["seed"]),
        dict(envelope["budgets"]),
        deviations_of(envelope, register).entries,
    )
    must_be_known(scenarios(made.profile), made.selection, made.waived, register)
    must_be_deniable(made.waived)
    if (made.transport == "none") != (made.lanes == (TRACE,)):
        raise CommandError(
            f"{ENVELOPE}: the transport is {made.transport!r}, and the lanes are {', '.join(made.lanes)}"
        )
    must_be_budgets(made)
    return made


def must_be_budgets(made: Made) -> None:
    """Raises `CommandError` where a run has other budgets than verify gives it; one of pytest has none."""
    if not made.budgets and (made.lanes, made.transport, made.profile) == ((FEATURES,), "python", "full"):
        return
    if missing := [name for name in ("steps", "seconds", "scopes", "log_size") if name not in made.budgets]:
        raise CommandError(f"{ENVELOPE}: its budgets do not say {', '.join(missing)}, as those of verify do")
    if not made.budgets["scopes"]:
        raise CommandError(f"{ENVELOPE}: its budgets name no scope, and every run has one")
    if unknown := set(made.budgets["scopes"]) - set(NAMES):
        raise CommandError(f"{ENVELOPE}: {sorted(unknown)[0]!r} is no scope of the tour")


def deviations_of(envelope: Mapping[str, Any], register: Register) -> Deviations:
    """The deviations that were known on the day the run began; raises `CommandError`."""
    entries = [Deviation(**each) for each in envelope["deviations"]]
    cases = OF_SEQUENCES.union(each.case.id for each in scenarios(envelope["profile"])) if entries else OF_SEQUENCES
    for entry in entries:
        must_make_sense(entry, register, cases)
    about = [entry.case or entry.requirement for entry in entries]
    if twice := [each for each in about if about.count(each) > 1]:
        raise CommandError(f"{ENVELOPE}: {twice[0]!r} is there twice, and once at most in a file of known deviations")
    return Deviations(entries, date.fromisoformat(envelope["started"][:10]))


def must_make_sense(entry: Deviation, register: Register, cases: frozenset[str]) -> None:
    """Raises `CommandError` where no file of known deviations has such an entry."""
    about_one = bool(entry.requirement) != bool(entry.case)
    there = entry.requirement in register or entry.case in cases
    try:
        dated = date.fromisoformat(entry.expires).isoformat() == entry.expires
    except ValueError:
        dated = False
    tracked = entry.issue.startswith(("http://", "https://")) and " " not in entry.issue
    if not (about_one and there and dated and tracked and entry.reason.strip() and entry.line > 0):
        raise CommandError(
            f"{ENVELOPE}: {entry.case or entry.requirement!r} is no deviation that verify takes for known"
        )


def must_be_times(envelope: Mapping[str, Any]) -> None:
    """Raises `CommandError` where a run did not begin and end at a time."""
    for name in ("started", "finished"):
        try:
            datetime.strptime(envelope[name], "%Y-%m-%dT%H:%M:%SZ")  # noqa: DTZ007  # only whether there is such a time
        except ValueError:
            raise CommandError(f"{ENVELOPE}: {name} is {envelope[name]!r}, which is no time") from None
    if envelope["finished"] < envelope["started"]:
        raise CommandError(
            f"{ENVELOPE}: it finished at {envelope['finished']}, before it started at {envelope['started']}"
        )


def read(folder: Path) -> dict[str, Any]:
    """The envelope of a report; raises `CommandError`."""
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
        ENVELOPE_SHAPE.read(content, Place(str(path)))
    except WireError as error:
        raise CommandError(f"{error}; the report was changed, or made by another version of the kit") from None
    envelope: dict[str, Any] = content
    must_be_times(envelope)
    twice = [case for case, times in Counter(case["id"] for case in envelope["cases"]).items() if times > 1]
    if twice:
        raise CommandError(f"{path}: the case {twice[0]} is there twice")
    return envelope
