"""Name a system on the command line, and open a channel to it."""

import argparse
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ...bdd.systems import SystemNotFound, load_factory
from ...errors import ERROR, CommandError
from ...system import System
from . import PATIENCE, Channel, Fault
from .answering import Direct
from .http import Url, split
from .stdio import Process

OF_A_SHELL = frozenset({"|", "||", "|&", "&&", "&", ";", "<", "<<", ">", ">>", "2>", "2>>", "2>&1", "&>"})
QUOTED = re.compile(r"""'[^']*'|"(\\.|[^"\\])*"|\\.""", re.DOTALL)


PACKAGES = Path(__file__).parents[3]
START = "import sys; sys.path.append(sys.argv.pop(1)); from translator_cmk.cli import main; exit(main(sys.argv[1:]))"
"""Run a command of this package in a process without the current folder before everything else on its path."""


class Connection(NamedTuple):
    """A transport, and what opens a channel over it."""

    transport: str
    open: Callable[[], Channel]
    text: str
    """The options that name the system, as a shell takes them."""


def add_arguments(parser: argparse.ArgumentParser) -> "argparse._MutuallyExclusiveGroup":
    """Add the arguments that name a system, and return the group of those of which one is needed."""
    system = parser.add_mutually_exclusive_group(required=True)
    system.add_argument(
        "--stdio", metavar="COMMAND", help="start this, and speak with it over its standard input and output"
    )
    system.add_argument("--http", metavar="URL", help="speak with what listens at this URL")
    system.add_argument("--python", metavar="MODULE:FACTORY", help="speak with what this makes, in a child process")
    parser.add_argument(
        "--in-process",
        action="store_true",
        help="with --python: no child process; faster, but what the system does can end or change the kit",
    )
    parser.add_argument(
        "--timeout",
        metavar="SECONDS",
        type=seconds,
        default=PATIENCE,
        help=f"how long the system has for an answer (default: {PATIENCE:g}); it has no limit with --in-process",
    )
    return system


def must_need_no_shell(command: str) -> None:
    """Raise `CommandError` if the program would be given what is meant for a shell, as an argument."""
    words = QUOTED.sub("quoted", command).split()
    if operator := next((word for word in words if word in OF_A_SHELL), ""):
        instead = shlex.quote(f"sh -c {shlex.quote(command)}")
        raise CommandError(f"--stdio {command}: no shell starts it, so {operator} means nothing; say --stdio {instead}")


def seconds(text: str) -> float:
    """Return a time in seconds; raises `argparse.ArgumentTypeError`."""
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 < found <= 86_400 or not text.isascii() or "_" in text:
        raise argparse.ArgumentTypeError(f"{shortened(text)} is no time; write seconds, up to 86400")
    return found


def shortened(text: str) -> str:
    """Return the text quoted, its end cut off if it is long."""
    return repr(text if len(text) <= 40 else f"{text[:39]}…")


def connection(args: argparse.Namespace) -> Connection:
    """Return the way to the system that the arguments name; raises `CommandError`."""
    timeout = "" if args.timeout == PATIENCE else f" --timeout {args.timeout:g}"
    if args.stdio is not None:
        try:
            if not shlex.split(args.stdio):
                raise ValueError("it is empty")
        except ValueError as error:
            raise CommandError(f"--stdio {args.stdio}: no command: {error}") from None
        must_need_no_shell(args.stdio)
        return Connection("stdio", lambda: Process(args.stdio), f"--stdio {shlex.quote(args.stdio)}{timeout}")
    if args.http is not None:
        try:
            split(args.http)
        except ValueError as error:
            raise CommandError(f"--http: {error}") from None
        return Connection("http", lambda: Url(args.http), f"--http {shlex.quote(args.http)}{timeout}")
    text = f"--python {shlex.quote(args.python)}"
    if args.in_process:
        make = factory(args.python)
        return Connection("python", lambda: Direct(make), f"{text} --in-process{timeout}")
    return Connection("python", children(args.python), f"{text}{timeout}")


def factory(name: str) -> Callable[[], System]:
    """Return the callable that `--python` names; raises `CommandError`."""
    try:
        return load_factory(name, Path.cwd())
    except SystemNotFound as error:
        raise CommandError(str(error).replace("--system", "--python")) from None


def children(name: str) -> Callable[[], Channel]:
    """Return what serves the system in a child process, of its own for each session; raises `CommandError`.

    The first child is started at once: a name that stands for no system is an error before anything is written.
    """
    command = shlex.join([sys.executable, "-P", "-c", START, str(PACKAGES), "serve", "--stdio", "--python", name])
    first = [Process(command)]
    try:
        first[0].ask({}, PATIENCE)
    except Fault as fault:
        _, error, problem = first[0].stderr_tail().rpartition(ERROR)
        if fault.kind == "ended" and error:
            raise CommandError(problem) from None
        first.pop().restart()  # the run is going to meet the same, and says so in its report
    return lambda: first.pop() if first else Process(command)
