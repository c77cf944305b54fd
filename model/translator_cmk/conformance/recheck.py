"""Check a report against its message log, ask a system again all that was asked for it, or replay a
counterexample.
"""

import argparse
import shlex
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..digest import kit_digest
from ..errors import DEVIATIONS, HARNESS, INCOMPLETE, OK, CommandError
from ..escaping import plain
from ..language.sentences import format_answer, format_command
from ..oracle import oracle_for
from ..oracle.profiles import machine_of
from ..requirements import load_register
from .cases import FEATURES, CaseEntry, Envelope
from .channels import Fault
from .channels.options import add_system_arguments, connection
from .lanes.applicable import applicable
from .lanes.counterexamples import read_counterexample
from .lanes.repetition import Repetition, as_written, ask_again
from .lanes.sequence_run import run_sequence
from .model_answers import contradictions
from .release import known_releases, specification_digest, specification_of
from .report.comparison import beyond, differences, of_cases, of_digests, of_envelope, of_folder
from .report.folder import MESSAGES
from .report.reading import read
from .report.recorded import MessageLog, shortened
from .report.wording import is_called_the_model, kit_of
from .session import Session
from .subject import Subject, by_chance


def problems_of(folder: Path, envelope: Envelope) -> tuple[list[str], MessageLog]:
    """Return everything in a report that does not follow from its log, and the log; raises
    `CommandError`.

    A log that is called the model's has to have the model's answers besides.
    """
    repetition = Repetition(folder, envelope)
    running = repetition.run()
    now = as_written(running)
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
    is incomplete.
    """
    envelope = read(args.folder)
    if envelope["digest"] != kit_digest():
        return check_of_another_kit(args.folder, envelope)
    problems, log = problems_of(args.folder, envelope)
    if not problems:
        must_have_said_hello(args.folder, envelope)
    return report_on(args.folder, envelope, problems, f"derived from {MESSAGES}", beyond(log))


def check_of_another_kit(folder: Path, envelope: Envelope) -> int:
    """Print what this kit finds of a report that another one made, and return the exit code.

    Another plan, or other words, are no forgery.  But a status has to follow from its log by this
    kit too, as long as the specification is the same.  0: all do, and so does all that is counted
    of them; 1: a status does not, or a file was changed; 4: not all could be judged, or something
    else comes out otherwise here.
    """
    print(
        f"another kit made this report: {plain(kit_of(envelope))}; this is kit {kit_digest()[:12]}"
    )
    changed = list(of_digests(folder, envelope))
    if changed:
        return report_on(folder, envelope, changed, "")
    if specification_of(envelope) != specification_digest():
        print(
            "its specification is another one, so no verdict can be derived here; to check it, "
            "install that kit"
        )
        return INCOMPLETE
    must_have_said_hello(folder, envelope)
    try:
        repetition = Repetition(folder, envelope)
        now = as_written(repetition.run())
    except CommandError as error:
        print(f"this kit can't repeat its run: {plain(str(error))}; to check it, install that kit")
        return INCOMPLETE
    judged = now["cases"]
    if repetition.problems:  # a lane has another plan; the scenarios have none
        results = repetition.running.results
        judged = [case for case in judged if case["lane"] == FEATURES and case["id"] in results]
    otherwise = list(differences(envelope["subject"], now["subject"], "subject"))
    otherwise += other_statuses(envelope, judged)
    if otherwise:
        return report_on(folder, envelope, otherwise, "")
    print(
        f"{folder}: {len(judged)} of {len(envelope['cases'])} verdicts are confirmed, derived from "
        f"{MESSAGES}"
    )
    unconfirmed = repetition.problems[:1] or list(derived_otherwise(envelope, now))
    if unconfirmed:
        print(f"this kit can't confirm the rest: {plain(unconfirmed[0])}")
        return INCOMPLETE
    return OK if envelope["complete"] else INCOMPLETE


DERIVED = ("counts", "groups", "exit_code", "faults", "stale_deviations")
"""Fields of an envelope that follow from its cases and its log."""


def derived_otherwise(envelope: Envelope, now: Envelope) -> Iterator[str]:
    """Yield what the report of another kit says besides statuses and does not follow here: a case
    that this kit doesn't have, whether a case counts, what is counted, and a release that is not of
    this specification.
    """
    has_to_count = {case["id"]: case["scored"] for case in now["cases"]}
    for case in envelope["cases"]:
        name = case["id"]
        if name not in has_to_count:
            yield f"this kit has no case {name} in such a run"
        else:
            yield from differences(case["scored"], has_to_count[name], f"{name}.scored")
    for field in DERIVED:
        yield from differences(envelope.get(field), now.get(field), field)
    release = envelope["release"]
    if release and known_releases().get(release) != specification_digest():
        yield f"release: this specification is not known to be of release {shortened(release)}"


def other_statuses(envelope: Envelope, judged: Iterable[CaseEntry]) -> Iterator[str]:
    """Yield each case that has another status now, or is not in the report."""
    reported = {case["id"]: case["status"] for case in envelope["cases"]}
    for case in judged:
        yield from differences(reported.get(case["id"]), case["status"], f"{case['id']}.status")


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
