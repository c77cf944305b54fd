"""What a run is going to do: the arguments of `verify`, checked against all that there is to choose from."""

import argparse
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ..bdd.features import FeatureError
from ..bdd.prerequisites import CORE, EVERY_LOSS, STATED_CAUSES
from ..digest import REPORTED, digest
from ..errors import CommandError
from ..oracle.profiles import NAMES_ARE_RESOLVED_FIRST
from ..requirements import Register, load_register
from .cases import FEATURES, LANES, TRACE, must_be_known, scenarios
from .deviations import Deviations, load_deviations, must_be_writable, without_links
from .kit import check_kit
from .report.envelope import Made
from .report.folder import Folder
from .running import Running
from .tour import NAMES
from .trace import must_be_readable

UNDENIABLE = CORE | EVERY_LOSS | STATED_CAUSES


class Options(NamedTuple):
    """What a run is told beside the plan that its report has: folders and files, and how it asks.

    Files are named absolutely, since a system in this process may change the working directory.
    """

    report: Path
    traces: tuple[Path, ...]
    examples: Path | None
    write_deviations: Path | None
    jobs: int | None
    patience: float


def options_of(args: argparse.Namespace) -> Options:
    """Return the options in the arguments of `verify`."""
    return Options(
        args.report,
        tuple(path.absolute() for path in args.trace),
        args.examples and args.examples.absolute(),
        args.write_deviations and args.write_deviations.absolute(),
        args.jobs,
        args.timeout,
    )


@cache
def registered() -> Register:
    """Return the register; raises `InvalidFile`."""
    return load_register()


def lanes_of(args: argparse.Namespace) -> tuple[str, ...]:
    """The lanes that the arguments ask for; raises `CommandError`.

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
    """The run that the arguments ask for; raises `CommandError`."""
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
    if args.examples and args.examples.exists() and not args.examples.is_dir():
        raise CommandError(f"--examples {args.examples}: it is no folder; name another")
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
    """Raises `CommandError` where a file that is read or written lies in the folder of the report, which is its own."""
    named = {"trace": args.trace, "deviations": [args.deviations], "write-deviations": [args.write_deviations]}
    for option, paths in (*named.items(), ("examples", [args.examples])):
        for path in paths:
            if path is not None and without_links(args.report) in (without_links(path), *without_links(path).parents):
                raise CommandError(
                    f"--{option} {path}: it lies in the folder of the report, which has nothing else; name another"
                )


def must_be_deniable(waived: Iterable[str]) -> None:
    """Raises `CommandError` where something is waived without which nothing is left to verify."""
    for requirement in waived:
        if requirement in UNDENIABLE | NAMES_ARE_RESOLVED_FIRST:
            raise CommandError(
                f"--waive {requirement}: without it nothing is left to verify; list it as a deviation instead"
            )
