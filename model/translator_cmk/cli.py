"""The command line: one table of subcommands, exit codes that scripts can rely on, and errors of one line."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from .errors import (
    DEVIATIONS,
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

# What a subcommand needs is imported when it runs, so that --help answers at once.
if TYPE_CHECKING:
    from translator_cmk.requirements import Article

EXTRAS = {"waitress": "http", "pytest": "pytest", "pytest_bdd": "pytest", "mkdocs": "site", "jinja2": "site"}
"""Optional packages, each with the extra that installs it."""


@dataclass(frozen=True)
class Command:
    """A subcommand: its arguments, and what it does with them, which returns an exit code."""

    name: str
    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


@dataclass(frozen=True)
class Group:
    """A word that has subcommands of its own."""

    name: str
    help: str
    commands: tuple[Command, ...]


def register_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `register`."""
    parser.add_argument("--json", action="store_true", help="print JSON, as register.schema.json describes it")


def register(args: argparse.Namespace) -> int:
    """Prints the register."""
    from translator_cmk.requirements import RegisterError, load_register
    from translator_cmk.requirements.report import register_json, register_text

    try:
        requirements = load_register()
    except RegisterError as error:
        raise CommandError(str(error)) from None
    print(as_json(register_json(requirements)) if args.json else register_text(requirements))
    return OK


def check_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `source check`."""
    parser.add_argument("file", metavar="FILE", type=Path, help="your copy of the article, as Markdown in UTF-8")
    parser.add_argument("--json", action="store_true", help="print JSON, with every sentence")
    parser.add_argument(
        "--against",
        metavar="YAML",
        type=Path,
        help="what 'source fingerprint' printed for another copy (default: the revision that is specified)",
    )


def check(args: argparse.Namespace) -> int:
    """Compares a copy of the article with the register, or with the fingerprints of another copy."""
    from translator_cmk.requirements import RegisterError, load_register
    from translator_cmk.requirements.drift import NotTheArticleError, compare, read_copy
    from translator_cmk.requirements.places import load_article
    from translator_cmk.requirements.report import drift_json, drift_text

    try:
        requirements = load_register()
        article = load_article(args.against) if args.against else requirements.article
        drift = compare(article, read_copy(args.file.read_bytes()))
    except RegisterError as error:
        raise CommandError(str(error)) from None
    except (NotTheArticleError, OSError) as error:
        raise CommandError(f"{args.file}: {reason(error)}") from None
    print(as_json(drift_json(drift, article, requirements)) if args.json else drift_text(drift, article, requirements))
    return DEVIATIONS if drift.found else OK


def fingerprint_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `source fingerprint`."""
    parser.add_argument("file", metavar="FILE", type=Path, help="a copy of the article, as Markdown in UTF-8")


def fingerprint(args: argparse.Namespace) -> int:
    """Prints the places of a copy of the article as YAML; sentences that are known keep what they carry."""
    from translator_cmk.requirements import RegisterError, load_register
    from translator_cmk.requirements.drift import NotTheArticleError, read_copy
    from translator_cmk.requirements.places import describe, dump

    try:
        known: Article = load_register().article
        print(dump(describe(read_copy(args.file.read_bytes()), known)), end="")
    except RegisterError as error:
        raise CommandError(str(error)) from None
    except (NotTheArticleError, OSError) as error:
        raise CommandError(f"{args.file}: {reason(error)}") from None
    return OK


SOURCE = (
    Command("check", "compare your copy of the article with the revision that is specified", check_arguments, check),
    Command("fingerprint", "print the places of a copy (for maintainers)", fingerprint_arguments, fingerprint),
)


def imported(name: str, summary: str, module: str, add_arguments: str = "add_arguments", run: str = "run") -> Command:
    """A subcommand whose two functions are found in a module when it is chosen."""
    return Command(
        name,
        summary,
        lambda parser: getattr(import_module(module), add_arguments)(parser),
        lambda args: getattr(import_module(module), run)(args),
    )


REPORT = (
    imported(
        "check",
        "derive every verdict of a report anew from its message log",
        "translator_cmk.conformance.recheck",
        "check_arguments",
        "check",
    ),
    imported(
        "reproduce",
        "ask a system again all that it was asked for a report",
        "translator_cmk.conformance.recheck",
        "reproduce_arguments",
        "reproduce",
    ),
)

COMMANDS: tuple[Command | Group, ...] = (
    Command("register", "print the requirements", register_arguments, register),
    Group("source", "work with a copy of the article", SOURCE),
    imported("lint", "check feature files", "translator_cmk.bdd.lint", "lint_arguments", "run_lint"),
    imported("run", "run commands and say what the specification demands of each", "translator_cmk.running"),
    imported("explore", "search every state of bounded worlds", "translator_cmk.explore.commands"),
    imported(
        "theorems",
        "hold every theorem against every state and step of bounded worlds",
        "translator_cmk.explore.commands",
        run="run_theorems",
    ),
    imported("tour", "make test sequences that try everything in small worlds", "translator_cmk.explore.tours.command"),
    imported("coverage", "say what scenarios and tours reach of bounded worlds", "translator_cmk.bdd.coverage"),
    imported("init-adapter", "write the skeleton of an adapter", "translator_cmk.conformance.init_adapter"),
    imported("doctor", "look an adapter over, and say what to do next", "translator_cmk.conformance.doctor"),
    imported("verify", "put a system to the test and write a report", "translator_cmk.conformance.verify"),
    Group("report", "work with the folder of a report", REPORT),
    imported("replay", "put a system through a counterexample again", "translator_cmk.conformance.replay"),
    imported("serve", "put the model, or a system in Python, behind the contract", "translator_cmk.conformance.serve"),
    imported("mutants", "change each row of the model and say what finds the change", "translator_cmk.bdd.mutants"),
    imported(
        "check-trace",
        "judge a log of what a system was asked, what it answered and what was seen",
        "translator_cmk.explore.trace.command",
    ),
    imported("site", "generate the pages of the site from the results of a run", "translator_cmk.site.command"),
)


def add_commands(parser: argparse.ArgumentParser, commands: Sequence[Command | Group], words: Sequence[str]) -> None:
    """Gives a parser subcommands, one of which has to be chosen; only one among the words gets its arguments."""
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
        if isinstance(command, Group):
            # `source check` is not `report check`, whose module takes long to import
            add_commands(child, command.commands, words if command.name in words else ())
        elif command.name in words:
            command.add_arguments(child)
            child.set_defaults(run=command.run)


def as_json(value: object) -> str:
    """A value as JSON, indented."""
    return json.dumps(value, indent=2)


def stand_in() -> None:
    """Occupies the standard streams that are closed, whose numbers the next files would get; raises `CommandError`.

    What would be printed on a closed standard output is lost, and nobody wants an hour's work for that.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # it gets the lowest number that is free
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  # open as long as the process is
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  # likewise
        raise CommandError("standard output is closed; send it to a file, or to /dev/null")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit code; leaves by SystemExit only for --help and wrong usage."""
    parser = argparse.ArgumentParser(
        prog="translator-cmk",
        description="An executable specification of customer-managed keys for Azure AI Translator.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add_commands(parser, COMMANDS, sys.argv[1:] if argv is None else argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # a terminal that lacks a letter of a reader's file gets its number instead of a traceback
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        stand_in()
        exit_code = run(parser, argv)
        sys.stdout.flush()
    except CommandError as error:
        print_error(error)
        return error.exit_code
    except ModuleNotFoundError as error:
        extra = EXTRAS.get((error.name or "").partition(".")[0])
        if extra is None:
            raise
        print_error(f"this needs the package {error.name}: pip install 'translator-cmk[{extra}]'")
        return USAGE
    except BrokenPipeError:  # whoever read the output went away
        silence_streams()
        return INCOMPLETE
    except OSError as error:  # the disk is full, for one
        print_error(f"the output can't be written: {reason(error)}")
        silence_streams()
        return HARNESS
    except KeyboardInterrupt:
        print_error("interrupted")
        return INCOMPLETE
    return exit_code


def run(parser: argparse.ArgumentParser, argv: Sequence[str] | None) -> int:
    """Does what the words say; leaves by SystemExit only for --help and wrong usage, once that is written."""
    try:
        args = parser.parse_args(argv)
        exit_code: int = args.run(args)
    except SystemExit:
        sys.stdout.flush()
        raise
    return exit_code


def leave() -> NoReturn:
    """Runs the command line, and ends the process with its exit code."""
    exit_code = main()
    if any(thread is not threading.current_thread() and not thread.daemon for thread in threading.enumerate()):
        os._exit(exit_code)  # a system in this process left a thread behind, which Python would wait for
    sys.exit(exit_code)


if __name__ == "__main__":
    leave()
