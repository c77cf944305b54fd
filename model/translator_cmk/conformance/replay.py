"""The command `translator-cmk replay`: puts a system through the commands of one counterexample again."""

import argparse
from pathlib import Path

from ..explore.oracle.profiles import machine_of
from ..phrasebook import tell
from . import connecting
from .channels import Fault
from .connecting import connection
from .counterexamples import recorded
from .escaping import plain
from .findings import in_words
from .following import Followed, applicable, follow, oracle_for
from .session import Session
from .subject import Subject
from .trouble import DEVIATIONS, HARNESS, INCOMPLETE, OK, Trouble, tells_trouble
from .verify import registered


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `replay`."""
    connecting.add_arguments(parser)
    parser.add_argument("file", metavar="FILE", type=Path, help="a JSON file of the folder counterexamples of a report")


@tells_trouble
def run(args: argparse.Namespace) -> int:
    """Prints what was asked and where the two part; 1 where they do, 0 where they no longer do."""
    kept = recorded(args.file)
    register = registered()
    session = Session(connection(args).open(), patience=args.timeout)
    try:
        declared = session.hello()
        subject = Subject(session, declared, frozenset(register), seed=0)
        commands = tuple(applicable(kept.commands, declared))
        followed = follow(subject, commands, oracle_for(machine_of(kept.silent & frozenset(register)), declared))
    except Fault as fault:
        raise Trouble(str(fault), HARNESS) from None
    finally:
        session.bye()
    print("\n".join(f"{number:>3}  {tell(command)}" for number, command in enumerate(followed.asked, start=1)))
    return said(followed, len(commands))


def said(followed: Followed, planned: int) -> int:
    """Print what came of it, and give the exit code."""
    if followed.fault:
        raise Trouble(f"the system broke: {followed.told}", HARNESS)
    for difference in followed.differences:
        print(f"     expected  {plain(in_words(difference.expected))}")
        print(f"     observed  {plain(in_words(difference.seen))}")
    if followed.failed:
        return DEVIATIONS
    if followed.late or followed.lost_track or len(followed.asked) < planned:
        print("undecided: an effect is late, a command is unsupported, or too much is left open")
        return INCOMPLETE
    print("the system and the specification agree")
    return OK
