"""The command `translator-cmk verify`: puts a system to the test, and writes the report."""

import argparse
import random
import traceback
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from ..digest import digest
from ..explore.oracle.profiles import NAMES_ARE_RESOLVED_FIRST, PROFILES
from ..gherkin.records import FeatureError
from ..gherkin.takes import CORE, EVERY_LOSS, STATED_CAUSES
from ..requirements import TOPICS, Register, RegisterError, load_register
from ..wire.declaration import LEVELS
from . import connecting, summary
from .cases import FEATURES, FUZZ, LANES, TOUR, scenarios
from .channels import Fault
from .connecting import Connection, connection
from .deviations import Deviations, deviations_text, load_deviations
from .escaping import plain
from .features import run_features
from .fuzz import SECONDS, run_fuzz
from .report.envelope import Made
from .report.folder import Folder
from .running import Running
from .selection import must_be_known, selected
from .session import Session
from .tour import SMALL, STEPS, run_tour
from .trouble import HARNESS, Trouble, tells_trouble
from .worker import Crew, GaveUp

REPORT = Path("conformance-report")
MONTHS = timedelta(days=90)
"""How long a deviation is known, unless its entry is changed."""

UNDENIABLE = CORE | EVERY_LOSS | STATED_CAUSES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `verify`."""
    connecting.add_arguments(parser)
    parser.add_argument("--lane", choices=LANES, action="append", help="run this lane; may be repeated (default: all)")
    parser.add_argument("--profile", choices=PROFILES, default="article", help="what counts (default: article)")
    parser.add_argument("--requirement", metavar="ID", action="append", default=[], help="only what shows this")
    parser.add_argument("--topic", choices=TOPICS, metavar="TOPIC", action="append", default=[], help="only this topic")
    parser.add_argument("--level", choices=list(LEVELS), action="append", default=[], help="only this level")
    parser.add_argument("--case", metavar="ID", action="append", default=[], help="only this scenario")
    parser.add_argument("--waive", metavar="ID", action="append", default=[], help="let a requirement hold or not")
    parser.add_argument("--deviations", metavar="FILE", type=Path, help="what is known to differ, as YAML")
    parser.add_argument("--write-deviations", metavar="FILE", type=Path, help="write what failed into such a file")
    parser.add_argument("--report", metavar="DIR", type=Path, default=REPORT, help=f"the folder (default: {REPORT})")
    parser.add_argument(
        "--scope", choices=[scope.name for scope in SMALL], action="append", help="only this scope in the tour"
    )
    parser.add_argument(
        "--steps",
        metavar="N",
        type=count,
        default=STEPS,
        help=f"steps that the tour has, of all scopes (default: {STEPS:,})",
    )
    parser.add_argument(
        "--seconds", metavar="S", type=connecting.seconds, default=SECONDS, help=f"time to fuzz (default: {SECONDS:g})"
    )
    parser.add_argument(
        "--examples", metavar="DIR", type=Path, help="where Hypothesis keeps what failed, for the next run"
    )
    parser.add_argument(
        "--jobs", metavar="N", type=count, default=1, help="sessions that play scenarios at once (default: 1)"
    )
    parser.add_argument("--seed", metavar="N", type=int, help="what chance begins from (default: by chance)")


@tells_trouble
def run(args: argparse.Namespace) -> int:
    """Runs the lanes and prints a summary; the exit code is that of the report."""
    return verify(args, connection(args))


def verify(args: argparse.Namespace, way: Connection) -> int:
    """Run the lanes; raises `Trouble` before anything was run."""
    register = registered()
    seed = random.SystemRandom().randrange(2**32) if args.seed is None else args.seed
    running = begun(args, way, register, seed)
    assert running.folder is not None
    log = running.folder.begin()
    crew = Crew(lambda: Session(way.open(), log, args.timeout), register, seed)
    running.faults = crew.faults
    try:
        go(running, crew, args)
    except Trouble:
        running.save()
        raise
    except (GaveUp, Fault) as trouble:
        running.trouble = plain(str(trouble))
    except KeyboardInterrupt:
        running.trouble = "interrupted"
    except Exception:  # noqa: BLE001  # a defect of the kit must never look like a verdict
        traceback.print_exc()
        running.trouble = "a defect of the kit; its traceback is on standard error"
        running.save()
        return HARNESS
    finally:
        crew.bye()
        log.close()
        running.progress.clear()
    running.save(whole=True)
    envelope = running.envelope()
    if args.write_deviations:
        write_deviations(args.write_deviations, envelope)
    print("\n".join(summary.lines(envelope, running.folder.path)))
    return int(envelope["exit_code"])


def count(text: str) -> int:
    """A whole number above zero; raises `argparse.ArgumentTypeError`."""
    if not text.isascii() or not text.isdecimal() or len(text) > 9 or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number; write a whole number from 1 on")
    return int(text)


def write_deviations(path: Path, envelope: dict[str, Any]) -> None:
    """Write what failed into a file, in place of an earlier one; raises `Trouble`."""
    failed = [case["id"] for case in envelope["cases"] if case["status"] in ("failed", "known")]
    try:
        path.write_text(deviations_text(failed, date.fromisoformat(envelope["finished"][:10]) + MONTHS), "utf-8")
    except OSError as error:
        raise Trouble(f"{path}: can't be written: {error.strerror}") from None


@cache
def registered() -> Register:
    """The register; raises `Trouble`."""
    try:
        return load_register()
    except RegisterError as error:
        raise Trouble(str(error)) from None


def begun(args: argparse.Namespace, way: Connection, register: Register, seed: int) -> Running:
    """The run that the arguments ask for; raises `Trouble`."""
    lanes = tuple(lane for lane in LANES if lane in args.lane) if args.lane else LANES
    chosen = {name: tuple(getattr(args, name)) for name in ("requirement", "topic", "level", "case")}
    waived = tuple(sorted(set(args.waive)))
    budgets = {"steps": args.steps, "seconds": args.seconds, "scopes": args.scope or [each.name for each in SMALL]}
    try:
        every = scenarios(args.profile)
    except FeatureError as error:
        raise Trouble(str(error)) from None
    must_be_known(every, chosen, waived, register)
    for requirement in waived:
        if requirement in UNDENIABLE | NAMES_ARE_RESOLVED_FIRST:
            raise Trouble(
                f"--waive {requirement}: without it nothing is left to verify; list it as a deviation instead"
            )
    deviations = Deviations()
    if args.deviations:
        deviations = load_deviations(args.deviations, register, (each.case.id for each in every))
    made = Made(digest(), way.transport, args.profile, waived, lanes, chosen, seed, budgets, tuple(deviations.entries))
    return Running(made, register, Folder(args.report), deviations)


def go(running: Running, crew: Crew, args: argparse.Namespace) -> None:
    """Run each lane; raises `GaveUp`, and `Fault` where the system does not even say hello."""
    made = running.made
    worker = crew.worker(running.coverage)
    running.declared = declared = worker.subject.declaration
    if args.jobs > 1 and not declared.can("parallel"):
        raise Trouble(f"--jobs {args.jobs}: the system has not declared the capability parallel")
    if FEATURES in made.lanes:
        found = selected(scenarios(made.profile, made.waived), made.selection)
        if not found:
            raise GaveUp("nothing is selected")
        workers = [worker, *(crew.worker(running.coverage) for _ in range(1, args.jobs))]
        run_features(running, workers, found)
    if TOUR in made.lanes:
        run_tour(running, worker, [each for each in SMALL if each.name in made.budgets["scopes"]], args.steps)
    if FUZZ in made.lanes:
        run_fuzz(running, worker, args.seconds, args.examples)
    running.finished = True
