"""The command `translator-cmk replay`: puts a system through a counterexample again, or through test sequences."""

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ..errors import DEVIATIONS, HARNESS, INCOMPLETE, OK, CommandError
from ..escaping import plain
from ..explore.tours.sequences import SequenceError, read_sequences
from ..language.sentences import format_command
from ..oracle.profiles import PROFILES, machine_of, silent_in
from ..progress import ProgressBar
from ..requirements import load_register
from .channels import Fault, connecting
from .channels.connecting import connection
from .findings import in_words, recorded
from .judging import Commands, SequenceResult, applicable, oracle_for, run_sequence
from .session import Session
from .subject import Subject, by_chance

SEQUENCES = ".jsonl"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `replay`."""
    connecting.add_arguments(parser)
    parser.add_argument(
        "--profile",
        choices=PROFILES,
        default="article",
        help="what counts in test sequences (default: article); a counterexample has its own",
    )
    parser.add_argument(
        "file",
        metavar="FILE",
        type=Path,
        help="a JSON file of the folder counterexamples of a report; or test sequences, as `tour` and `suite` write "
        f"them, in a file whose name ends in {SEQUENCES}",
    )


def run(args: argparse.Namespace) -> int:
    """Print where the two part; 1 where they do, 0 where they never do, and 4 where some of it came to no verdict."""
    asked = asked_of(args.file, args.profile)
    session = Session(connection(args).open(), patience=args.timeout)
    try:
        return put_through(session, *asked)
    except Fault as fault:
        raise CommandError(session.in_full(fault), HARNESS) from None
    finally:
        session.bye()


def asked_of(file: Path, profile: str) -> tuple[list[Commands], frozenset[str], bool]:
    """Return the sequences in a file, what is silent, and whether to observe only their ends; raises `CommandError`."""
    register = load_register()
    if file.suffix != SEQUENCES:
        kept = recorded(file)
        silent = frozenset(kept["silent"]) & frozenset(register)
        return [tuple(kept["commands"])], silent, kept.get("unobserved", False)
    try:
        sequences = list(read_sequences(file))
    except SequenceError as error:
        raise CommandError(str(error)) from None
    if not sequences:
        raise CommandError(f"{file}: no sequences; write some with translator-cmk tour --output {file}")
    return sequences, silent_in(profile, register), False


def put_through(session: Session, sequences: Sequence[Commands], silent: frozenset[str], unobserved: bool) -> int:
    """Follow the system until the two part, print the result, return the exit code; raises `Fault`, `CommandError`."""
    subject = Subject(session, by_chance())
    declared, oracle = subject.declaration, oracle_for(machine_of(silent), subject.declaration)
    of_all, undecided, progress = len(sequences), 0, ProgressBar()
    times = Counter(command for sequence in sequences for command in sequence)
    left_out = sum(count for command, count in times.items() if not list(applicable([command], declared)))
    progress.begin("replay")
    for number, sequence in enumerate(sequences, start=1):
        commands = tuple(applicable(sequence, declared))
        followed = run_sequence(subject, commands, oracle, len(commands) if unobserved else 0)
        progress.show_count(number, of_all, "sequences", 0)
        undecided += not followed.failed and is_undecided(followed, len(commands))
        if followed.failed or followed.fault or of_all == 1:
            progress.clear()
            if of_all > 1:
                print(f"sequence {number:,} of {of_all:,}")
            for place, command in enumerate(followed.asked, start=1):
                print(f"{place:>3}  {format_command(command)}")
        if followed.fault:
            raise CommandError(f"the system broke: {followed.fault}", HARNESS)
        if followed.failed:
            for difference in followed.differences:
                print(f"     expected  {plain(in_words(difference.expected))}")
                print(f"     observed  {plain(in_words(difference.seen))}")
            return DEVIATIONS
    progress.clear()
    if left_out:
        print(f"left out: what the system does not declare, {left_out:,} times in all; no guarantee covers that")
    if undecided:
        which = f"{undecided:,} of {of_all:,} sequences are " if of_all > 1 else ""
        why = "nothing was asked, an effect is late, a command is unsupported, or too much is not specified"
        print(f"{which}undecided: {why}")
        return INCOMPLETE
    print("the system and the specification agree" + (f" in {of_all:,} sequences" if of_all > 1 else ""))
    return OK


def is_undecided(followed: SequenceResult, planned: int) -> bool:
    """Return whether there is no verdict on all of a sequence: one of which nothing was asked shows nothing."""
    return bool(not planned or followed.late or followed.lost_track or len(followed.asked) < planned)
