"""The command `translator-cmk check-plan`: what a planned change does to what accounts hold."""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from .. import installed_version
from ..errors import DEVIATIONS, INCOMPLETE, OK
from ..language.messages import command_to_wire, stage_to_wire
from ..oracle.profiles import PROFILES, machine_of, silent_in
from ..requirements import add_revision_option, load_register
from .exceptions import NO_EXCEPTIONS, read_exceptions, with_exceptions
from .finding import Finding, Report
from .findings import Judge
from .json_form import format_json
from .junit import format_junit
from .reading import read_plan
from .sarif import format_sarif
from .sources import find_places, place_of
from .verdicts import LOSES, MAY_LOSE, NOT_JUDGED, NOT_SPECIFIED, REFUSED
from .words import format_markdown, format_text

FORMATS = ("text", "json", "sarif", "junit", "markdown")

COLOURS = {LOSES: "1;31", MAY_LOSE: "33", REFUSED: "35", NOT_JUDGED: "33", NOT_SPECIFIED: "36"}
"""The parameters of a terminal for each verdict."""

EPILOG = """how firmly a consequence holds:
  stated, implied  the article says so, or it follows from the article
  environment      it is a fact about Azure that the article relies on
  assumed          this specification assumes it

exit codes:
  0  nothing was found that makes a plan red, or all of it is known
  1  it loses data or may lose it, or has what makes a plan red by --exceptions
  4  nothing of that was found, and not everything was judged: NOT JUDGED says what, why, and what
     would help
  2  wrong usage, or a file that is no plan: one line says what it is and what to do
  3  the output can't be written, or a defect of this command ended it
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `check-plan`."""
    parser.epilog = EPILOG
    parser.add_argument(
        "file",
        metavar="PLAN",
        help="the output of `terraform show -json PLANFILE`, or of `az deployment group what-if "
        "--no-pretty-print -o json`; - reads standard input",
    )
    parser.add_argument(
        "--profile",
        choices=PROFILES,
        default="article",
        help="what counts as specified: what follows from the article, or all that is assumed "
        "besides (default: article)",
    )
    add_revision_option(parser.add_argument)
    parser.add_argument(
        "--exceptions",
        metavar="FILE",
        help="what each account holds, from which verdict on a plan is red (default: may-lose), "
        "and which findings are known; in a pull request the file of the base branch",
    )
    parser.add_argument(
        "--proposed",
        metavar="FILE",
        help="the same file in the pull request: its exceptions are shown and don't count yet",
    )
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default="text",
        help="text, json as plan-findings.schema.json has it, sarif 2.1.0, junit, or markdown for "
        "a comment (default: text)",
    )
    parser.add_argument(
        "--source",
        metavar="DIR",
        help="the folder of the Terraform configuration, for the file and line of each finding",
    )
    parser.add_argument(
        "--commands",
        action="store_true",
        help="print the commands of each finding instead, one JSON object on each line, as "
        "`translator-cmk run --profile article -` reads them",
    )


def run(args: argparse.Namespace) -> int:
    """Print what the plan does, and return the exit code."""
    counted = read_exceptions(args.exceptions) if args.exceptions else NO_EXCEPTIONS
    proposed = read_exceptions(args.proposed) if args.proposed else NO_EXCEPTIONS
    plan = read_plan(args.file)
    register = load_register(revision=args.revision)
    machine = machine_of(silent_in(args.profile, register))
    report = Judge(machine, register, args.profile, counted.holds).judge(plan)
    report = with_exceptions(report, counted, proposed, datetime.now(tz=UTC).date())
    if args.source is not None:
        report = with_places(report, args.source)
    exit_code = exit_code_of(report)
    if args.commands:
        for line in replay_lines(report):
            print(line)
    else:
        print(formatted(report, args.format, exit_code), end="")
    return exit_code


def with_places(report: Report, folder: str) -> Report:
    """Return the report with the file and line of each resource in a Terraform configuration, where
    these are known; raises `CommandError`.
    """
    places = find_places(folder)
    located: list[Finding] = []
    for finding in report.findings:
        place = place_of(places, folder, finding.address, finding.resource.type)
        located.append(replace(finding, place=place))
    return replace(report, findings=tuple(located))


def exit_code_of(report: Report) -> int:
    if report.reds:
        return DEVIATIONS
    return INCOMPLETE if report.undecided else OK


def formatted(report: Report, form: str, exit_code: int) -> str:
    """Return the report in one of the formats."""
    match form:
        case "json":
            return format_json(report)
        case "sarif":
            return format_sarif(report, installed_version())
        case "junit":
            return format_junit(report)
        case "markdown":
            return format_markdown(report, exit_code)
    return format_text(report, exit_code, COLOURS if is_coloured() else {})


def is_coloured() -> bool:
    """Return whether the output is a terminal that shows colours."""
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def replay_lines(report: Report) -> Iterator[str]:
    """Yield the commands of each finding, from the world before the plan on."""
    for finding in report.findings:
        for part in finding.parts:
            replay = part.replay
            if replay is None:
                continue
            yield json.dumps({"stage": stage_to_wire(replay.stage)}, separators=(",", ":"))
            for command in (*replay.setup, *replay.commands):
                yield json.dumps(command_to_wire(command), separators=(",", ":"))
