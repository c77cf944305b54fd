"""Check a report against its message log, ask a system again all that was asked for it, or replay a
counterexample.
"""

import argparse
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..digest import kit_digest
from ..errors import DEVIATIONS, HARNESS, INCOMPLETE, OK, CommandError
from ..escaping import plain
from ..language.sentences import format_answer, format_command
from ..oracle import oracle_for
from ..oracle.profiles import machine_of
from ..requirements import load_register
from .judgement.cases import Envelope
from .model_answers import contradictions
from .report.comparison import beyond, of_cases, of_digests, of_envelope, of_folder
from .report.folder import MESSAGES
from .report.reading import read
from .report.recorded import MessageLog
from .report.wording import is_called_the_model, kit_of
from .run.applicable import applicable
from .run.counterexamples import read_counterexample
from .run.repetition import Repetition, as_written, ask_again
from .run.sequence_run import run_sequence
from .wire import Fault
from .wire.options import add_system_arguments, connection
from .wire.session import Session
from .wire.subject import Subject, by_chance


def problems_of(folder: Path, envelope: Envelope) -> tuple[list[str], MessageLog]:
    """Return everything in a report that does not follow from its log, and the log; raises
    `CommandError`.

    A log that is called the model's has to have the model's answers besides.
    """
    repetition = Repetition(folder, envelope)
    running = repetition.run()
    now = as_written(running)
    # each part is compared only if those before it are right, since it follows from them
    problems = repetition.problems
    if not problems:
        problems = [*of_cases(envelope, now), *of_envelope(envelope, now)]
    problems += of_digests(folder, envelope)
    if not problems:
        problems = list(of_folder(folder, envelope, running.kept))
    if not problems and is_called_the_model(envelope):
        problems = list(contradictions(folder, envelope))
    return problems, repetition.log


def check_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `report check`."""
    parser.add_argument("folder", metavar="DIR", type=Path, help="the folder of a report")


def reproduce_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `report reproduce`."""
    check_arguments(parser)
    add_system_arguments(parser)


def replay_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `replay`."""
    add_system_arguments(parser)
    parser.add_argument(
        "file",
        metavar="FILE",
        type=Path,
        help="a JSON file of the folder counterexamples of a report",
    )


def check(args: argparse.Namespace) -> int:
    """Derive every verdict, count and file again from the message log; 1 where one differs, 4 if it
    is incomplete or another kit made the report.
    """
    envelope = read(args.folder)
    if envelope["digest"] != kit_digest():
        raise CommandError(
            f"{args.folder}: another kit made this report: {plain(kit_of(envelope))}; to check it, "
            "install that kit",
            INCOMPLETE,
        )
    problems, log = problems_of(args.folder, envelope)
    if not problems:
        must_have_said_hello(args.folder, envelope)
    return report_on(args.folder, envelope, problems, f"derived from {MESSAGES}", beyond(log))


def reproduce(args: argparse.Namespace) -> int:
    """Ask a system again all that was asked then; 1 if a result differs."""
    envelope = read(args.folder)
    must_have_said_hello(args.folder, envelope)
    with session_with(args) as session:
        now = as_written(ask_again(envelope, session))
    # it may fail in another way than was shown
    found = list(of_cases(envelope, now, ["shown", "step"]))
    code = report_on(args.folder, envelope, found, "asked again")
    if code in (OK, INCOMPLETE):
        print(
            "whether its other files say the same: translator-cmk report check "
            f"{shlex.quote(str(args.folder))}"
        )
    return code


@contextmanager
def session_with(args: argparse.Namespace) -> Iterator[Session]:
    """Yield a session with the system that the arguments name, and end it; raises `CommandError`
    for its faults.
    """
    system = connection(args)
    session = Session(system.open(), patience=system.patience)
    try:
        yield session
    except Fault as fault:
        raise CommandError(session.in_full(fault), HARNESS) from None
    finally:
        session.bye()


def must_have_said_hello(folder: Path, envelope: Envelope) -> None:
    """Raise `CommandError` where there is nothing to check."""
    if envelope["subject"] is None:
        raise CommandError(
            f"{folder}: the system did not say hello, so there is nothing to check", INCOMPLETE
        )


def report_on(
    folder: Path, envelope: Envelope, found: Sequence[str], how: str, more: str = ""
) -> int:
    """Print what was found, and return the exit code."""
    for problem in found:
        print(f"✘ {plain(problem)}")
    if found:
        return DEVIATIONS
    print(f"{folder}: all {len(envelope['cases'])} verdicts are confirmed, {how}")
    if not envelope["complete"]:
        print(
            f"the run was not complete: {plain(envelope.get('trouble', 'it was broken off'))}{more}"
        )
        return INCOMPLETE
    return OK


def replay(args: argparse.Namespace) -> int:
    """Print where a system parts from what is demanded: 1 if it does, 0 if it does not, 4 without a
    verdict.
    """
    kept = read_counterexample(args.file)
    with session_with(args) as session:
        subject = Subject(session, by_chance())
        commands = tuple(applicable(kept["commands"], subject.declaration))
        not_asked = [command for command in kept["commands"] if command not in commands]
        silent = frozenset(kept["silent"]) & frozenset(load_register())
        oracle = oracle_for(machine_of(silent), subject.declaration)
        blind = len(commands) if kept.get("unobserved") else 0
        result = run_sequence(subject, commands, oracle, blind)
    for place, command in enumerate(result.asked, start=1):
        print(f"{place:>3}  {format_command(command)}")
    if result.fault:
        raise CommandError(f"the system broke: {result.fault}", HARNESS)
    if result.failed:
        for difference in result.differences:
            print(f"     expected  {plain(format_answer(difference.expected))}")
            print(f"     observed  {plain(format_answer(difference.seen))}")
        return DEVIATIONS
    if not commands or result.late or result.lost_track or len(result.asked) < len(commands):
        print(
            "undecided: nothing was asked, an effect is late, a command is unsupported, or too "
            "much is not specified"
        )
        return INCOMPLETE
    if not_asked:
        print(
            "undecided: the rest agrees, but the system does not declare what it takes to be asked "
            f"this: {format_command(not_asked[0])}"
        )
        return INCOMPLETE
    print("the system and the specification agree")
    return OK
