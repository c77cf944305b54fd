"""The command `translator-cmk verify`: puts a system to the test, and writes the report."""

import argparse
import traceback
from functools import partial
from pathlib import Path

from ..errors import HARNESS, CommandError, print_error
from ..escaping import plain
from ..language.declaration import LEVELS
from ..oracle.profiles import PROFILES
from ..requirements import TOPICS
from .cases import FEATURES, FUZZ, LANES, TOUR, TRACE, scenarios, selected
from .channels import Fault, connecting
from .channels.connecting import connection, shortened
from .deviations import write_deviations
from .features import run_features
from .fuzz import LOG_SIZE, SECONDS, run_fuzz
from .planning import Options, lanes_of, options_of, planned
from .report import summaries
from .running import Aborted, Running, SessionPool
from .session import Interrupted, Session
from .subject import by_chance
from .tour import CROWD, NAMES, STEPS, run_tour
from .trace import recorded_system, run_trace

REPORT = Path("conformance-report")

__all__ = ["add_arguments", "run", "verify"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `verify`."""
    connecting.add_arguments(parser, required=False)
    parser.add_argument(
        "--lane",
        choices=LANES,
        action="append",
        help="run this lane; may be repeated (default: all, trace only with --trace; "
        "features where scenarios are selected)",
    )
    parser.add_argument(
        "--trace",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        help="judge this log, which was recorded elsewhere, as check-trace reads it; may be repeated; "
        "with --lane trace alone no system is needed",
    )
    parser.add_argument("--profile", choices=PROFILES, default="article", help="what counts (default: article)")
    parser.add_argument(
        "--requirement",
        metavar="ID",
        action="append",
        default=[],
        help="only scenarios that show this, and their positive controls",
    )
    parser.add_argument(
        "--topic",
        choices=TOPICS,
        metavar="TOPIC",
        action="append",
        default=[],
        help="only scenarios of this topic, and their positive controls",
    )
    parser.add_argument(
        "--level",
        choices=list(LEVELS),
        action="append",
        default=[],
        help="only scenarios of this level, and positive controls",
    )
    parser.add_argument(
        "--case", metavar="ID", action="append", default=[], help="only this scenario, and its positive controls"
    )
    parser.add_argument("--waive", metavar="ID", action="append", default=[], help="let a requirement hold or not")
    parser.add_argument("--deviations", metavar="FILE", type=Path, help="what is known to differ, as YAML")
    parser.add_argument("--write-deviations", metavar="FILE", type=Path, help="write what failed into such a file")
    parser.add_argument("--report", metavar="DIR", type=Path, default=REPORT, help=f"the folder (default: {REPORT})")
    parser.add_argument("--scope", choices=NAMES, action="append", help="only this scope in the tour")
    parser.add_argument(
        "--steps",
        metavar="N",
        type=count,
        default=STEPS,
        help=f"steps that the tour has, but for the {CROWD.steps} of the stress fixture (default: {STEPS:,})",
    )
    parser.add_argument(
        "--seconds", metavar="S", type=connecting.seconds, default=SECONDS, help=f"time to fuzz (default: {SECONDS:g})"
    )
    parser.add_argument(
        "--log-size",
        metavar="MIB",
        type=size,
        default=LOG_SIZE,
        help="how much of the fuzzing is logged in full; "
        f"then only sequences that show something new (default: {LOG_SIZE})",
    )
    parser.add_argument(
        "--jobs",
        metavar="N",
        type=count,
        help="sessions that play scenarios at once (default: 2 where the system declares parallel, otherwise 1)",
    )
    parser.add_argument(
        "--seed",
        metavar="N",
        type=whole,
        help="what chance begins from, names included: "
        "a system that keeps things wants another each time (default: by chance)",
    )


def run(args: argparse.Namespace) -> int:
    """Run the lanes and prints a summary; the exit code is that of the report."""
    return verify(args)


def verify(args: argparse.Namespace) -> int:
    """Run the lanes; raises `CommandError` before anything was run."""
    lanes = lanes_of(args)
    way = None if lanes == (TRACE,) else connection(args)
    seed = by_chance() if args.seed is None else args.seed
    running = planned(args, lanes, way.transport if way else "none", seed)
    options = options_of(args)
    assert running.folder is not None
    running.log = log = running.folder.begin()
    session = partial(Session, log=log, patience=options.patience, interruption=running.interruption)
    pool = SessionPool(lambda: session(way.open()), running.register, seed) if way else None
    try:
        with running.interruption.heeded():
            return run_lanes(running, pool, options, way.text if way else "")
    finally:
        log.close()


def run_lanes(running: Running, pool: SessionPool | None, options: Options, system: str) -> int:
    """Run the lanes, always write the report, and print what came of them; raises `CommandError`."""
    assert running.folder is not None
    whole = True
    running.save()
    try:
        go(running, pool, options)
    except Fault as fault:
        running.trouble = plain(pool.sessions[-1].in_full(fault) if pool else str(fault))
    except Aborted as trouble:
        running.trouble = plain(str(trouble))
    except Interrupted as trouble:
        running.trouble = str(trouble)
        running.progress.clear()
        print_error(f"{trouble}; {options.report} has what came out so far")
    except CommandError:
        whole = False
        raise
    except OSError as error:  # what the report is written to is full, for one; a system's own are its answers
        whole = False
        raise CommandError(f"{options.report}: can't be written: {error.strerror}", HARNESS) from None
    except (Exception, SystemExit):  # noqa: BLE001  # a defect of the kit must never look like a verdict
        traceback.print_exc()
        running.trouble = "a defect of the kit; its traceback is on standard error"
        whole = False
    finally:
        running.progress.clear()
        if pool:
            pool.bye()
        running.save(whole)
    if not whole:
        return HARNESS
    envelope = running.envelope()
    try:
        if options.write_deviations and running.finished:
            write_deviations(options.write_deviations, envelope)
    finally:
        print("\n".join(summaries.printed(envelope, options.report, system, pool.unsupported() if pool else ())))
    if options.write_deviations and not running.finished:
        print(f"{options.write_deviations} is not written: the run broke off, so that more may fail")
    return int(envelope["exit_code"])


def count(text: str) -> int:
    """Return a whole number above zero; raises `argparse.ArgumentTypeError`."""
    if not text.isascii() or not text.isdecimal() or len(text) > 9 or not int(text):
        raise argparse.ArgumentTypeError(f"{shortened(text)} is no number; write a whole number from 1 to 999999999")
    return int(text)


def whole(text: str) -> int:
    """Return a whole number from zero on; raises `argparse.ArgumentTypeError`."""
    if not text.isascii() or not text.isdecimal() or len(text) > 19:
        raise argparse.ArgumentTypeError(f"{shortened(text)} is no number; write a whole number of up to 19 digits")
    return int(text)


def size(text: str) -> int:
    """Return a whole number of MiB, from zero on; raises `argparse.ArgumentTypeError`."""
    return 0 if text == "0" else count(text)


def go(running: Running, pool: SessionPool | None, options: Options) -> None:
    """Run each lane; raises `Aborted`, and `Fault` where the system does not even say hello."""
    if pool:
        put_through(running, pool, options)
    else:
        running.declared = recorded_system(options.traces)
    if TRACE in running.made.lanes:
        run_trace(running, options.traces)
    running.finished = True


def put_through(running: Running, pool: SessionPool, options: Options) -> None:
    """Put a system through the lanes that need one; raises as `go` does."""
    made = running.made
    worker = pool.worker()
    running.declared = declared = worker.subject.declaration
    running.save()
    parallel = declared.can("parallel")
    jobs = options.jobs or (2 if parallel else 1)  # what is declared is tried
    if jobs > 1 and not parallel:
        raise CommandError(f"--jobs {jobs}: the system has not declared the capability parallel")
    if FEATURES in made.lanes:
        found = selected(scenarios(made.profile, made.waived), made.selection)
        if not found:
            raise Aborted("nothing is selected")
        workers = [worker, *(pool.worker() for _ in range(1, min(jobs, len(found))))]
        run_features(running, workers, found)
    if TOUR in made.lanes:
        run_tour(running, worker, made.budgets["scopes"], made.budgets["steps"])
    if FUZZ in made.lanes:
        run_fuzz(running, worker, made.budgets["seconds"])
