"""Plan a run: from the arguments of `verify`, or from the envelope of a report, checked against all that there is."""

import argparse
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ..bdd.features import FeatureError
from ..bdd.prerequisites import CORE, EVERY_LOSS, STATED_CAUSES
from ..digest import REPORTED, digest
from ..errors import CommandError
from ..language import WireError
from ..language.declaration import DECLARATION, Declaration
from ..language.json_text import DECODE, NotStrict
from ..oracle.profiles import NAMES_ARE_RESOLVED_FIRST
from ..requirements import Register, load_register
from ..shapes import read_message
from .cases import FEATURES, LANES, TRACE, check_kit, must_be_known, scenarios
from .deviations import OF_SEQUENCES, Deviation, Deviations, load_deviations, must_be_writable, without_links
from .report.envelope import ENVELOPE as ENVELOPE_SHAPE
from .report.envelope import FORMAT, Made
from .report.folder import ENVELOPE, Folder, must_be_a_file
from .running import Running
from .tour import NAMES
from .trace import must_be_readable

UNDENIABLE = CORE | EVERY_LOSS | STATED_CAUSES


class Options(NamedTuple):
    """Options of a run that are not part of its report: folders and files, and how it asks.

    Files are named absolutely, since a system in this process may change the working directory.
    """

    report: Path
    traces: tuple[Path, ...]
    write_deviations: Path | None
    jobs: int | None
    patience: float


def options_of(args: argparse.Namespace) -> Options:
    """Return the options in the arguments of `verify`."""
    return Options(
        args.report,
        tuple(path.absolute() for path in args.trace),
        args.write_deviations and args.write_deviations.absolute(),
        args.jobs,
        args.timeout,
    )


@cache
def registered() -> Register:
    """Return the register; raises `InvalidFile`."""
    return load_register()


def lanes_of(args: argparse.Namespace) -> tuple[str, ...]:
    """Return the lanes that the arguments ask for; raises `CommandError`.

    Unless they are named, all of them: without traces none for these, and where scenarios are selected nothing else.
    """
    selects = args.requirement or args.topic or args.level or args.case
    asked = args.lane or ([FEATURES, TRACE] if selects else LANES)
    lanes = tuple(lane for lane in LANES if lane in asked)
    if TRACE in lanes and not args.trace:
        if args.lane:
            raise CommandError("--lane trace: name what was recorded, with --trace FILE")
        lanes = tuple(lane for lane in lanes if lane != TRACE)
    if args.trace and TRACE not in lanes:
        raise CommandError("--trace: its lane is left out; say --lane trace as well")
    asking = [lane for lane in lanes if lane != TRACE]
    if asking and args.stdio is None and args.http is None and args.python is None:
        raise CommandError(f"{', '.join(asking)}: these lanes need a system; name it with --stdio, --http or --python")
    return lanes


def planned(args: argparse.Namespace, lanes: tuple[str, ...], transport: str, seed: int) -> Running:
    """Return the run that the arguments ask for; raises `CommandError`."""
    register = registered()
    chosen = {name: tuple(getattr(args, name)) for name in ("requirement", "topic", "level", "case")}
    waived = tuple(sorted(set(args.waive)))
    budgets = {
        "steps": args.steps,
        "seconds": args.seconds,
        "scopes": args.scope or list(NAMES),
        "log_size": args.log_size * 2**20,
    }
    try:
        check_kit()
        every = scenarios(args.profile)
    except FeatureError as error:
        raise CommandError(str(error)) from None
    must_be_known(every, chosen, waived, register)
    must_be_deniable(waived)
    must_lie_elsewhere(args)
    if args.write_deviations:
        must_be_writable(args.write_deviations)
    deviations = Deviations()
    if args.deviations:
        deviations = load_deviations(args.deviations, register, (each.case.id for each in every))
    must_be_readable(args.trace)
    made = Made(
        digest(REPORTED), transport, args.profile, waived, lanes, chosen, seed, budgets, tuple(deviations.entries)
    )
    return Running(made, register, Folder(args.report), deviations)


def must_lie_elsewhere(args: argparse.Namespace) -> None:
    """Raise `CommandError` if a file that is read or written lies in the folder of the report, which is its own."""
    named = {"trace": args.trace, "deviations": [args.deviations], "write-deviations": [args.write_deviations]}
    for option, paths in named.items():
        for path in paths:
            if path is not None and without_links(args.report) in (without_links(path), *without_links(path).parents):
                raise CommandError(
                    f"--{option} {path}: it lies in the folder of the report, which has nothing else; name another"
                )


def must_be_deniable(waived: Iterable[str]) -> None:
    """Raise `CommandError` if something is waived without which nothing is left to verify."""
    for requirement in waived:
        if requirement in UNDENIABLE | NAMES_ARE_RESOLVED_FIRST:
            raise CommandError(
                f"--waive {requirement}: without it nothing is left to verify; list it as a deviation instead"
            )


def declaration_in(envelope: Mapping[str, Any]) -> Declaration:
    """Return the declaration of the system; raises `CommandError`."""
    try:
        found: Declaration = read_message(DECLARATION, envelope["subject"], f"subject in {ENVELOPE}")
        return found
    except WireError as error:
        raise CommandError(str(error)) from None


def made_of(envelope: Mapping[str, Any], register: Register) -> Made:
    """Return how the run was made; raises `CommandError` where no run is made so."""
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
    """Raise `CommandError` if a run has other budgets than verify gives it; one of pytest has none."""
    if not made.budgets and (made.lanes, made.transport, made.profile) == ((FEATURES,), "python", "full"):
        return
    if missing := [name for name in ("steps", "seconds", "scopes", "log_size") if name not in made.budgets]:
        raise CommandError(f"{ENVELOPE}: its budgets do not say {', '.join(missing)}, as those of verify do")
    if not made.budgets["scopes"]:
        raise CommandError(f"{ENVELOPE}: its budgets name no scope, and every run has one")
    if unknown := set(made.budgets["scopes"]) - set(NAMES):
        raise CommandError(f"{ENVELOPE}: {sorted(unknown)[0]!r} is no scope of the tour")


def deviations_of(envelope: Mapping[str, Any], register: Register) -> Deviations:
    """Return the deviations that were known on the day the run began; raises `CommandError`."""
    entries = [Deviation(**each) for each in envelope["deviations"]]
    cases = OF_SEQUENCES.union(each.case.id for each in scenarios(envelope["profile"])) if entries else OF_SEQUENCES
    for entry in entries:
        must_make_sense(entry, register, cases)
    about = [entry.case or entry.requirement for entry in entries]
    if twice := [each for each in about if about.count(each) > 1]:
        raise CommandError(f"{ENVELOPE}: {twice[0]!r} is there twice, and once at most in a file of known deviations")
    return Deviations(entries, date.fromisoformat(envelope["started"][:10]))


def must_make_sense(entry: Deviation, register: Register, cases: frozenset[str]) -> None:
    """Raise `CommandError` if no file of known deviations has such an entry."""
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
    """Raise `CommandError` if a run did not begin and end at a time."""
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
