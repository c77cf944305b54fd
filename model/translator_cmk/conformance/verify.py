"""The command `verify`: puts a system through the lanes, and writes the report."""

import argparse
import os
import shutil
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..arguments import some_seconds, whole_number_from
from ..digest import kit_digest
from ..errors import HARNESS, CommandError, print_error
from ..escaping import plain
from ..requirements import load_register
from .judgement.awaited import most_awaited
from .judgement.cases import (
    FEATURES,
    LANES,
    SCOPES,
    SECONDS,
    STEPS,
    ScenarioCase,
    check_kit,
)
from .judgement.deviations import Deviation, load_deviations
from .judgement.selection import (
    LAST_FAILED,
    NARROWING,
    SELECTED,
    add_narrowing,
    add_what_counts,
    must_exist,
)
from .report import text
from .report.envelope import Made
from .report.folder import Folder
from .run.features import run_features
from .run.last_failed import SAME_FOLDER, select_last_failed
from .run.run_lanes import run_lanes
from .run.running import Running
from .run.tally import is_demanded
from .wire import Fault
from .wire.interruption import Interrupted
from .wire.options import Connection, add_system_arguments, connection
from .wire.session import Session
from .wire.session_pool import SessionPool
from .wire.subject import Aborted, by_chance

REPORT = Path("conformance-report")


def add_arguments(parser: argparse.ArgumentParser) -> "argparse._MutuallyExclusiveGroup":
    """Add the arguments of `verify`, and return the group of those that name a system."""
    parser.usage = "translator-cmk verify SYSTEM [OPTION ...]"
    parser.formatter_class = one_screen
    systems = add_system_arguments(parser)
    add_selection(parser)
    add_extent(parser)
    add_report(parser)
    add_budgets(parser)
    return systems


def one_screen(prog: str) -> argparse.HelpFormatter:
    """Return what formats the help, so that all of it is seen at once."""
    return argparse.RawDescriptionHelpFormatter(prog, max_help_position=25, width=80)


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what is run and what counts."""
    parser.add_argument(
        "--lane",
        choices=LANES,
        metavar="LANE",
        action="append",
        help=f"{', '.join(LANES)}; may be repeated (default: all)",
    )
    add_what_counts(parser.add_argument)
    add_narrowing(parser.add_argument)
    parser.add_argument(
        "--waive", metavar="ID", action="append", default=[], help="let a requirement hold or not"
    )


def add_extent(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how far a run goes."""
    parser.add_argument(
        "--last-failed",
        metavar="DIR",
        type=Path,
        nargs="?",
        const=SAME_FOLDER,
        help="what failed in this report (default: that of --report), which stays",
    )
    parser.set_defaults(last_failed_of=())


def add_report(parser: argparse.ArgumentParser) -> None:
    """Add the options that name files."""
    parser.add_argument(
        "--deviations", metavar="FILE", type=Path, help="a YAML file of known deviations"
    )
    parser.add_argument(
        "--report",
        metavar="DIR",
        type=Path,
        default=REPORT,
        help=f"the folder for the report (default: {REPORT})",
    )


def add_budgets(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how much the tour and the fuzzing do, and from which seed."""
    parser.add_argument(
        "--scope",
        choices=SCOPES,
        metavar="SCOPE",
        action="append",
        help="only this scope in the tour",
    )
    parser.add_argument(
        "--steps",
        metavar="N",
        type=whole_number_from(1),
        help=f"steps of the tour, without the stress (default: {STEPS:,})",
    )
    parser.add_argument(
        "--seconds",
        metavar="S",
        type=some_seconds,
        help=f"time to fuzz (default: {SECONDS:g})",
    )
    parser.add_argument(
        "--sequences",
        metavar="N",
        type=whole_number_from(1),
        help="fuzz so many sequences instead",
    )
    parser.add_argument(
        "--seed",
        metavar="N",
        type=whole_number_from(0),
        help="what chance begins from, names too (default: by chance)",
    )


def run(args: argparse.Namespace) -> int:
    """Run the lanes, always write the report, and print the results.

    The exit code is that of the report, or 3 after a defect of the kit, of which the report says no
    more than that the run was not complete and why.  Raises `CommandError`.
    """
    select_last_failed(args)
    system = connection(args)
    seed = args.seed
    if seed is None:
        seed = by_chance()
    folder = Folder(args.report)
    running = Running(planned(args, system.transport, seed), folder)
    running.log = folder.begin()
    pool = SessionPool(lambda: new_session(system, running), seed)
    with running.interruption.heeded():
        try:
            is_whole = run_to_the_end(running, pool, args.report)
        except OSError as error:  # a full disk, for one; what a system raises is an answer
            raise CommandError(
                f"{args.report}: can't be written: {error.strerror}", HARNESS
            ) from None
        finally:
            folder.end()
    if not is_whole:
        return HARNESS
    envelope = running.envelope()
    missing = [name for name in pool.unsupported() if is_demanded(name, running.silent)]
    awaited = most_awaited(missing, running.declared) if running.declared else ()
    for line in text.printed(envelope, args.report, system.text, awaited):
        print(text.wrapped(line, width_of_terminal()))
    return int(envelope["exit_code"])


def width_of_terminal() -> int:
    """Return how many characters a line has there; for a file or a pipe, as many as it takes."""
    if not sys.stdout.isatty():
        return sys.maxsize
    return shutil.get_terminal_size().columns


def new_session(system: Connection, running: Running) -> Session:
    return Session(
        system.open(),
        log=running.log,
        patience=system.patience,
        interruption=running.interruption,
    )


def run_to_the_end(running: Running, pool: SessionPool, report: Path) -> bool:
    """Run the lanes and write the report; return whether it is whole.

    Raises `CommandError` and `OSError`.
    """
    is_whole = False
    try:
        running.save()
        put_through(running, pool)
        running.finished = True
        is_whole = True
    except Interrupted as interrupted:
        is_whole = True
        running.trouble = plain(str(interrupted))
        running.progress.clear()
        print_error(f"{interrupted}; {report} has what came out so far")
    except Fault as fault:
        is_whole = True
        running.trouble = plain(pool.sessions[-1].in_full(fault))
    except Aborted as aborted:
        is_whole = True
        running.trouble = plain(str(aborted))
    except (CommandError, OSError):
        raise
    except (Exception, SystemExit):  # noqa: BLE001  # a defect of the kit must never look like a verdict
        traceback.print_exc()
        running.trouble = "a defect of the kit; its traceback is on standard error"
    finally:
        running.progress.clear()
        running.no_goodbye = plain(pool.bye())
        try:
            running.save(is_whole)
        finally:
            running.log.close()
    return is_whole


def put_through(running: Running, pool: SessionPool) -> None:
    """Put a system through the lanes; raises `Aborted`, and `Fault` where it does not say hello."""
    subject = pool.subject()

    def play(chosen: list[ScenarioCase]) -> None:
        subjects = [subject]
        if subject.declaration.can("parallel") and len(chosen) > 1:  # what is declared is tried
            subjects.append(pool.subject())
        run_features(running, subjects, chosen)

    run_lanes(running, subject, play)


def planned(args: argparse.Namespace, transport: str, seed: int) -> Made:
    """Return how the arguments ask for the run to be made; raises `CommandError`."""
    check_kit()
    selection = selection_of(args)
    waived = tuple(sorted(set(args.waive)))
    must_exist(selection, waived)
    deviations: tuple[Deviation, ...] = ()
    if args.deviations is not None:
        must_lie_outside(args.report, args.deviations)
        deviations = load_deviations(args.deviations)
    return Made(
        kit_digest(),
        transport,
        args.profile,
        load_register(revision=args.revision).revision,
        waived,
        lanes_of(args, selection),
        selection,
        seed,
        budgets_of(args),
        deviations,
    )


def selection_of(args: argparse.Namespace) -> dict[str, tuple[str, ...]]:
    """Return what the arguments select and leave out, and the run whose failures these are."""
    selection = {name: tuple(getattr(args, name)) for name in SELECTED}
    selection[LAST_FAILED] = args.last_failed_of
    return selection


def lanes_of(args: argparse.Namespace, selection: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the lanes that are asked for, in the order in which they are run.

    `--exclude` leaves out scenarios alone, so the other lanes are run all the same.
    """
    asked = args.lane
    if not asked:
        selects_scenarios = any(selection[name] for name in NARROWING)
        asked = [FEATURES] if selects_scenarios else LANES
    return tuple(lane for lane in LANES if lane in asked)


def budgets_of(args: argparse.Namespace) -> dict[str, Any]:
    """Return how much the tour and the fuzzing do."""
    budgets = {"steps": args.steps, "seconds": args.seconds, "scopes": args.scope or list(SCOPES)}
    if args.sequences is not None:
        budgets["sequences"] = args.sequences
    return budgets


def must_lie_outside(report: Path, deviations: Path) -> None:
    """Raise `CommandError` if the file of known deviations is in the folder of the report."""
    folder = os.path.realpath(report)  # without links, even where they lead in a circle
    file = Path(os.path.realpath(deviations))
    if file.is_relative_to(folder):
        problem = "it is in the folder of the report, which may hold nothing else; move it"
        raise CommandError(f"--deviations {deviations}: {problem}")
