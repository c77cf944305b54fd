"""The command `translator-cmk replay`: puts a system through a counterexample again."""

import argparse
from pathlib import Path

from ..errors import DEVIATIONS, HARNESS, INCOMPLETE, OK, CommandError
from ..escaping import plain
from ..language.sentences import format_command
from ..oracle import oracle_for
from ..oracle.profiles import machine_of
from ..requirements import load_register
from .channels import Fault, connecting
from .channels.connecting import connection
from .findings import in_words, recorded
from .judging import applicable, run_sequence
from .session import Session
from .subject import Subject, by_chance


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `replay`."""
    connecting.add_arguments(parser)
    parser.add_argument("file", metavar="FILE", type=Path, help="a JSON file of the folder counterexamples of a report")


def run(args: argparse.Namespace) -> int:
    """Print where the two part; 1 where they do, 0 where they do not, and 4 where it came to no verdict."""
    kept = recorded(args.file)
    session = Session(connection(args).open(), patience=args.timeout)
    try:
        subject = Subject(session, by_chance())
        commands = tuple(applicable(kept["commands"], subject.declaration))
        oracle = oracle_for(machine_of(frozenset(kept["silent"]) & frozenset(load_register())), subject.declaration)
        followed = run_sequence(subject, commands, oracle, len(commands) if kept.get("unobserved") else 0)
    except Fault as fault:
        raise CommandError(session.in_full(fault), HARNESS) from None
    finally:
        session.bye()
    for place, command in enumerate(followed.asked, start=1):
        print(f"{place:>3}  {format_command(command)}")
    if followed.fault:
        raise CommandError(f"the system broke: {followed.fault}", HARNESS)
    for difference in followed.differences if followed.failed else ():
        print(f"     expected  {plain(in_words(difference.expected))}")
        print(f"     observed  {plain(in_words(difference.seen))}")
    if followed.failed:
        return DEVIATIONS
    if not commands or followed.late or followed.lost_track or len(followed.asked) < len(commands):
        print("undecided: nothing was asked, an effect is late, a command is unsupported, or too much is not specified")
        return INCOMPLETE
    print("the system and the specification agree")
    return OK
