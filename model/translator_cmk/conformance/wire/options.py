"""The options of the command line that name a system, and the channel that they stand for."""

import argparse
import os
import re
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from ...arguments import timeout
from ...bdd.systems import load_factory
from ...errors import ERROR, CommandError
from ...system import System
from .channel import PATIENCE, Channel, Fault
from .child_process import Process
from .over_http import Header, Url, read_header, split

QUOTED = re.compile(r"""'[^']*'|"(\\.|[^"\\])*"|\\.""", re.DOTALL)
SHELL_OPERATOR = re.compile(r"(?<!\S)([|&;]+|(\d*|&)[<>]\S*)(?!\S)")
"""A word that joins commands, or redirects."""

SOURCES = Path(__file__).parents[3]
START = (
    "import sys; sys.path.append(sys.argv.pop(1)); from translator_cmk.cli import main; "
    "exit(main(sys.argv[1:]))"
)
"""Runs a command of this package without the current folder before everything else on the path."""

HEADERS = "TRANSLATOR_CMK_HEADERS"
"""The environment variable with headers for `--http`, one a line: a command line is in the list of
processes, which others can read.
"""


class Connection(NamedTuple):
    """A transport, and what opens a channel over it."""

    transport: str
    open: Callable[[], Channel]
    text: str
    """The options that name the system, as a shell takes them."""
    patience: float = PATIENCE
    """How many seconds the system has for an answer."""


def add_system_arguments(parser: argparse.ArgumentParser) -> "argparse._MutuallyExclusiveGroup":
    """Add the arguments that name a system; return the group of those of which one is needed."""
    system = parser.add_mutually_exclusive_group(required=True)
    system.add_argument(
        "--stdio",
        metavar="COMMAND",
        help="start this, and speak over its standard streams",
    )
    system.add_argument("--http", metavar="URL", help="speak with what listens at this URL")
    system.add_argument(
        "--python", metavar="MODULE:FACTORY", help="what this makes, in a child process"
    )
    parser.add_argument(
        "--timeout",
        metavar="SECONDS",
        type=timeout,
        help=f"time for an answer (default: {PATIENCE:g})",
    )
    parser.set_defaults(opened=None)
    return system


def connection(args: argparse.Namespace) -> Connection:
    """Return the way to the system that the arguments name; raises `CommandError`."""
    if args.opened is not None:  # by a test: an object that answers in its process
        found: Connection = args.opened
    elif args.stdio is not None:
        found = to_command(args.stdio)
    elif args.http is not None:
        found = to_url(args.http, headers())
    else:
        found = to_factory(args.python)
    if args.timeout is None:
        return found
    text = f"{found.text} --timeout {args.timeout:g}"
    return found._replace(text=text, patience=args.timeout)


def to_command(command: str) -> Connection:
    """Return the way to a system that a command starts; raises `CommandError`."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise CommandError(f"--stdio {command}: no command: {error}") from None
    if not words:
        raise CommandError(f"--stdio {command}: no command: it is empty")
    operator = SHELL_OPERATOR.search(QUOTED.sub("quoted", command))
    if operator is not None:
        instead = shlex.quote(f"sh -c {shlex.quote(command)}")
        problem = f"no shell starts it, so {operator[0]} means nothing; say --stdio {instead}"
        raise CommandError(f"--stdio {command}: {problem}")
    return Connection("stdio", lambda: Process(command), f"--stdio {shlex.quote(command)}")


def headers() -> list[Header]:
    """Return the headers that are given in the environment; raises `CommandError`."""
    found: dict[str, Header] = {}
    for line in os.environ.get(HEADERS, "").splitlines():
        if not line.strip():
            continue
        try:
            header = read_header(line.strip())
        except ValueError as error:
            raise CommandError(f"{HEADERS}: {error}") from None
        name = header[0].lower()
        if name in found:
            raise CommandError(f"{HEADERS}: {header[0]} is there twice; leave one out")
        found[name] = header
    return list(found.values())


def to_url(url: str, sent: Sequence[Header] = ()) -> Connection:
    """Return the way to a system that listens at a URL; raises `CommandError`."""
    try:
        split(url)
    except ValueError as error:
        raise CommandError(f"--http: {error}") from None
    return Connection("http", lambda: Url(url, sent), f"--http {shlex.quote(url)}")


def to_factory(name: str) -> Connection:
    """Return the way to a system that a callable makes; raises `CommandError`."""
    return Connection("python", children(name), f"--python {shlex.quote(name)}")


def factory(name: str) -> Callable[[], System]:
    """Return the callable that `--python` names; raises `CommandError`."""
    return load_factory(name, Path.cwd(), "--python")


def children(name: str) -> Callable[[], Channel]:
    """Return what starts a child process that serves the system, one for each session.

    The first is started at once: a name that stands for no system is an error before anything is
    written.  Raises `CommandError`.
    """
    command = shlex.join(
        [sys.executable, "-P", "-c", START, str(SOURCES), "serve", "--stdio", "--python", name]
    )
    started = Process(command)
    # any answer will do, and to this it is an error
    try:
        started.ask({}, PATIENCE)
    except Fault as fault:
        _, error, problem = started.stderr_tail().rpartition(ERROR)
        if fault.kind == "ended" and error:
            raise CommandError(problem) from None
        started.restart()  # the run is going to meet the same, and says so in its report
    waiting = [started]

    def next_child() -> Channel:
        if waiting:
            return waiting.pop()
        return Process(command)

    return next_child
