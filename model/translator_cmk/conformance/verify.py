"""The command `translator-cmk verify`: puts a system to the test, and writes the report."""

import argparse
import os
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ..arguments import whole_number_from
from ..digest import REPORTED, digest
from ..errors import HARNESS, CommandError, print_error
from ..escaping import plain
from ..language.declaration import LEVELS
from ..oracle.profiles import PROFILES
from ..requirements import TOPICS
from .awaited import most_awaited
from .cases import FEATURES, FUZZ, LANES, SCOPES, SECONDS, STEPS, TOUR, Scenario, check_kit, scenarios
from .channels import Fault
from .channels.options import add_system_arguments, connection, seconds
from .deviations import load_deviations
from .interruption import Interrupted
from .lanes.features import run_features
from .lanes.fuzz import run_fuzz
from .lanes.tour import run_tour
from .report import text
from .report.envelope import Made
from .report.folder import Folder
from .running import Running, SessionPool
from .selection import SELECTED, must_exist, selected
from .session import Session
from .subject import Aborted, Subject, by_chance

REPORT = Path("conformance-report")


def add_arguments(parser: argparse.ArgumentParser) -> "argparse._MutuallyExclusiveGroup":
    """Add the arguments of `verify`, and return the group of those that name a system."""
    system, add = add_system_arguments(parser), parser.add_argument
    text = "run this lane; may be repeated (default: all; features where scenarios are selected)"
    add("--lane", choices=LANES, action="append", help=text)
    add("--profile", choices=PROFILES, default="article", help="what counts (default: article)")
    selecting = (
        ("requirement", None, "only scenarios that show this, and their positive controls"),
        ("topic", TOPICS, "only scenarios of this topic, and their positive controls"),
        ("level", list(LEVELS), "only scenarios of this level, and positive controls"),
        ("case", None, "only this scenario, and its positive controls"),
        ("waive", None, "let a requirement hold or not"),
    )
    for name, choices, text in selecting:
        metavar = None if choices else "ID"
        add(f"--{name}", metavar=metavar, choices=choices, action="append", default=[], help=text)
    add("--deviations", metavar="FILE", type=Path, help="a YAML file of known deviations")
    add("--report", metavar="DIR", type=Path, default=REPORT, help=f"the folder for the report (default: {REPORT})")
    add("--scope", choices=SCOPES, action="append", help="only this scope in the tour")
    text = f"steps that the tour has, beside those of the stress fixture (default: {STEPS:,})"
    add("--steps", metavar="N", type=whole_number_from(1), default=STEPS, help=text)
    add("--seconds", metavar="S", type=seconds, default=SECONDS, help=f"time to fuzz (default: {SECONDS:g})")
    add("--sequences", metavar="N", type=whole_number_from(1), help="fuzz so many sequences, however long they take")
    text = (
        "what chance begins from, names included: a system that keeps things wants another each time "
        "(default: by chance)"
    )
    add("--seed", metavar="N", type=whole_number_from(0), help=text)
    return system


def run(args: argparse.Namespace) -> int:
    """Run the lanes, always write the report, and print what came of them; the exit code is that of the report."""
    way = connection(args)
    seed = by_chance() if args.seed is None else args.seed
    folder = Folder(args.report)
    running = Running(planned(args, way.transport, seed), folder)
    running.log = folder.begin()
    session = partial(Session, log=running.log, patience=args.timeout, interruption=running.interruption)
    pool = SessionPool(lambda: session(way.open()), seed)
    with running.interruption.heeded():
        try:
            whole = run_to_the_end(running, pool, args)
        except OSError as error:  # what the report is written to is full, for one; a system's own are its answers
            raise CommandError(f"{args.report}: can't be written: {error.strerror}", HARNESS) from None
    if not whole:
        return HARNESS
    envelope = running.envelope()
    awaited = most_awaited(pool.unsupported(), running.declared) if running.declared else ()
    print("\n".join(text.printed(envelope, args.report, way.text, awaited)))
    return int(envelope["exit_code"])


def run_to_the_end(running: Running, pool: SessionPool, args: argparse.Namespace) -> bool:
    """Run the lanes and write the report; return whether it is whole; raises `CommandError` and `OSError`."""
    whole = False
    try:
        running.save()
        put_through(running, pool)
        running.finished = whole = True
    except (Fault, Aborted, Interrupted) as trouble:
        whole = True
        in_full = pool.sessions[-1].in_full(trouble) if isinstance(trouble, Fault) else str(trouble)
        running.trouble = plain(in_full)
        if isinstance(trouble, Interrupted):
            running.progress.clear()
            print_error(f"{trouble}; {args.report} has what came out so far")
    except (CommandError, OSError):
        raise
    except (Exception, SystemExit):  # noqa: BLE001  # a defect of the kit must never look like a verdict
        traceback.print_exc()
        running.trouble = "a defect of the kit; its traceback is on standard error"
    finally:
        running.progress.clear()
        pool.bye()
        try:
            running.save(whole)
        finally:
            running.log.close()
    return whole


def planned(args: argparse.Namespace, transport: str, seed: int) -> Made:
    """Return how the arguments ask for the run to be made; raises `CommandError`."""
    chosen = {name: tuple(getattr(args, name)) for name in SELECTED}
    asked = args.lane or ([FEATURES] if any(chosen.values()) else LANES)
    lanes = tuple(lane for lane in LANES if lane in asked)
    waived = tuple(sorted(set(args.waive)))
    budgets = {
        "steps": args.steps,
        "seconds": args.seconds,
        "scopes": args.scope or list(SCOPES),
        **({"sequences": args.sequences} if args.sequences else {}),
    }
    check_kit()
    must_exist(chosen, waived)
    report = os.path.realpath(args.report)  # without links, even where they lead in a circle
    if args.deviations and Path(os.path.realpath(args.deviations)).is_relative_to(report):
        problem = "it is in the folder of the report, which may hold nothing else; move it"
        raise CommandError(f"--deviations {args.deviations}: {problem}")
    known = load_deviations(args.deviations) if args.deviations else ()
    return Made(digest(REPORTED), transport, args.profile, waived, lanes, chosen, seed, budgets, known)


def put_through(running: Running, pool: SessionPool) -> None:
    """Put a system through the lanes; raises `Aborted`, and `Fault` where it does not say hello."""
    subject = pool.subject()

    def play(chosen: list[Scenario]) -> None:
        several = subject.declaration.can("parallel") and len(chosen) > 1  # what is declared is tried
        run_features(running, [subject, pool.subject()] if several else [subject], chosen)

    run_lanes(running, subject, play)


def run_lanes(
    running: Running,
    subject: Subject,
    play: Callable[[list[Scenario]], None],
    begun: Callable[[str], bool] = lambda lane: True,
) -> None:
    """Run those of the lanes that have ``begun``; ``play`` runs scenarios.  Raises what they raise, and `Aborted`."""
    made = running.made
    lanes = [lane for lane in made.lanes if begun(lane)]
    running.declared = subject.declaration
    running.save()
    if FEATURES in lanes:
        chosen = selected(scenarios(made.profile, made.waived), made.selection, running.declared)
        if not chosen:
            raise Aborted("nothing is selected")
        running.expect(each.case for each in chosen)
        play(chosen)
    if TOUR in lanes:
        run_tour(running, subject, made.budgets["scopes"], made.budgets["steps"])
    if FUZZ in lanes:
        run_fuzz(running, subject, made.budgets)
