"""The command line: one table of subcommands, exit codes for scripts, and errors of one line.

A subcommand's module is imported when it is chosen: --help answers at once.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import threading
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from . import installed_version
from .errors import (
    EXIT_CODES,
    HARNESS,
    INCOMPLETE,
    OK,
    USAGE,
    CommandError,
    print_error,
    reason,
    silence_streams,
)

EXTRAS = {
    "azure": "azure",
    "jwt": "azure",
    "trustme": "azure",
    "requests": "azure",
    "waitress": "http",
    "pytest": "pytest",
    "pytest_bdd": "pytest",
}
"""Optional packages, each with the extra that installs it."""


@dataclass(frozen=True)
class Subcommand:
    """A subcommand, and the module of the package that has its two functions.

    The module is imported when the subcommand is chosen.  Of a module with several commands the
    function stands after a colon: of `a.module:check`, `check_arguments` adds the arguments, or
    else those of the module.

    The ``extension`` is a module of another package.  Its `extend` adds options to those of the
    subcommand, and its `run` takes the place of the subcommand's.
    """

    name: str
    help: str
    module: str
    extension: str | None = None

    def prepare(self, parser: argparse.ArgumentParser, extended: bool) -> None:
        """Give the parser the arguments of the subcommand, and the function that runs it."""
        name, _, function = self.module.partition(":")
        module = import_module(f"translator_cmk.{name}")
        add_arguments = getattr(module, f"{function}_arguments", None) or module.add_arguments
        alternatives = add_arguments(parser)
        run = getattr(module, function or "run")
        if extended and self.extension is not None:
            extension = import_module(f"translator_cmk.{self.extension}")
            extension.extend(parser, alternatives)
            run = extension.run
        parser.set_defaults(run=run)


@dataclass(frozen=True)
class SubcommandGroup:
    """A word that has subcommands of its own."""

    name: str
    help: str
    commands: tuple[Subcommand, ...]


SOURCE = (
    Subcommand(
        "check",
        "compare your copy of the article with the revision that is specified",
        "requirements.source_command:check",
    ),
    Subcommand(
        "fingerprint",
        "print the places of a copy (for maintainers)",
        "requirements.source_command:fingerprint",
    ),
)

REPORT = (
    Subcommand(
        "check",
        "derive every verdict of a report again from its message log",
        "conformance.recheck:check",
    ),
    Subcommand(
        "reproduce",
        "ask a system again all that it was asked for a report",
        "conformance.recheck:reproduce",
    ),
)

COMMANDS: tuple[Subcommand | SubcommandGroup, ...] = (
    Subcommand("register", "print the requirements", "requirements.register_command"),
    SubcommandGroup("source", "work with a copy of the article", SOURCE),
    Subcommand("lint", "check feature files", "bdd.lint"),
    Subcommand(
        "check-plan",
        "say what a planned change of Terraform or Azure does to what an account holds",
        "plans.check_plan",
    ),
    Subcommand("run", "run commands and say what the specification demands of each", "run_command"),
    Subcommand(
        "protocol",
        "print the reference of the protocol between the kit and a system",
        "conformance.protocol",
    ),
    Subcommand(
        "cases",
        "write scenarios as messages with what is demanded, to judge a system without this kit",
        "conformance.cases_command",
    ),
    Subcommand("init-adapter", "write the skeleton of an adapter", "conformance.init_adapter"),
    Subcommand(
        "doctor", "check an adapter step by step, and say what to do next", "conformance.doctor"
    ),
    Subcommand(
        "verify",
        "put a system to the test and write a report",
        "conformance.verify",
        "azure.client.verify_azure",
    ),
    SubcommandGroup("report", "work with the folder of a report", REPORT),
    Subcommand(
        "replay", "put a system through a counterexample again", "conformance.recheck:replay"
    ),
    Subcommand(
        "serve",
        "put the model behind the contract or Azure's interfaces",
        "conformance.serve",
        "azure.server.serve_azure",
    ),
    Subcommand(
        "azure-env",
        "run a command whose Azure clients reach a server of the model",
        "azure.server.azure_env",
    ),
    Subcommand(
        "check-trace",
        "judge a log of what a system was asked, what it answered and what was seen",
        "check_trace.trace_command",
    ),
)


class Unreadable(Exception):
    """A command line is not one of those that are read without extensions, or it asks for help."""


class Version(argparse.Action):
    """Prints the installed version, which is looked up only when it is asked for."""

    def __init__(self, option_strings: Sequence[str], dest: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help="print the version and end")

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        print(f"translator-cmk {installed_version()}")
        parser.exit()


class PlainParser(argparse.ArgumentParser):
    """A parser that raises `Unreadable` where it would print help or wrong usage."""

    def error(self, message: str) -> NoReturn:
        raise Unreadable(message)

    def print_help(self, file: Any = None) -> NoReturn:  # noqa: ARG002  # as the base class has it
        raise Unreadable


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Return the arguments; leave by SystemExit for --help and wrong usage.

    A command line is read without extensions first, and with them only if that fails.  So help and
    errors know all options, and a command that uses none of Azure's imports nothing of it.
    """
    try:
        return parser_for(argv, extended=False).parse_args(argv)
    except Unreadable:
        return parser_for(argv, extended=True).parse_args(argv)


def parser_for(argv: Sequence[str], extended: bool) -> argparse.ArgumentParser:
    """Return a parser with all subcommands, of which those among the words have their arguments."""
    parser_class = argparse.ArgumentParser if extended else PlainParser
    parser = parser_class(
        prog="translator-cmk",
        description="An executable specification of customer-managed keys for Azure AI Translator.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=Version)
    add_commands(parser, COMMANDS, argv, extended)
    return parser


def add_commands(
    parser: argparse.ArgumentParser,
    commands: Sequence[Subcommand | SubcommandGroup],
    words: Sequence[str],
    extended: bool,
) -> None:
    """Give a parser subcommands, one of which has to be chosen.

    Only one that is among the words gets its arguments.
    """
    choices = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in commands:
        child = choices.add_parser(
            command.name,
            help=command.help,
            description=command.help[0].upper() + command.help[1:] + ".",
            epilog=EXIT_CODES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        if isinstance(command, SubcommandGroup):
            # `source check` is not `report check`, whose module takes long to import
            words_below = words if command.name in words else ()
            add_commands(child, command.commands, words_below, extended)
        elif command.name in words:
            command.prepare(child, extended)


def open_closed_streams() -> None:
    """Open the standard streams that are closed, whose numbers the next files would get.

    Raises `CommandError` if standard output is closed: the output would be lost, after an hour of
    work perhaps.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            lowest_free = os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(lowest_free, True)
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  # open as long as the process is
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  # likewise
        raise CommandError("standard output is closed; send it to a file, or to /dev/null")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Leave by SystemExit only for --help and wrong usage.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # a terminal that lacks a letter of a reader's file gets its number instead of a traceback
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        open_closed_streams()
        exit_code = run(sys.argv[1:] if argv is None else argv)
        sys.stdout.flush()
    except CommandError as error:
        print_error(error)
        return error.exit_code
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        extra = EXTRAS.get(package)
        if extra is None:
            return end_by_a_defect()
        print_error(
            f"this needs the package {package}: install this kit with its extra {extra}, "
            f"such as pip install '.[{extra}]' in a clone"
        )
        return USAGE
    except BrokenPipeError:  # whoever read the output went away
        silence_streams()
        return INCOMPLETE
    except OSError as error:  # the disk is full, for one
        what = error.filename or "the output can't be written"
        print_error(f"{what}: {reason(error)}")
        silence_streams()
        return HARNESS
    except KeyboardInterrupt:
        print_error("interrupted")
        return INCOMPLETE
    except Exception:  # noqa: BLE001  # Python's own exit code for it means that something deviates
        return end_by_a_defect()
    return exit_code


def end_by_a_defect() -> int:
    """Print the traceback of the error that is handled, and return the exit code for it."""
    with suppress(OSError):
        print(traceback.format_exc(), end="", file=sys.stderr)
    print_error("a defect of translator-cmk ended it, so nothing was decided")
    silence_streams()
    return HARNESS


def run(argv: Sequence[str]) -> int:
    """Run the chosen command and return its exit code.

    Leave by SystemExit only for --help and wrong usage, once that is written.
    """
    try:
        args = parse(argv)
        exit_code: int = args.run(args)
    except SystemExit:
        sys.stdout.flush()
        raise
    return exit_code


def leave() -> NoReturn:
    """Run the command line, and end the process with its exit code."""
    try:
        exit_code = main()
    except SystemExit as ended:
        exit_code = int(ended.code or OK)
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            os._exit(exit_code)  # a system left a thread behind, which Python would wait for
    sys.exit(exit_code)
