"""The command `translator-cmk check-plan`: what a planned change does to what accounts hold."""

import argparse
import json
import os
import sys
from collections.abc import Iterator

from .. import installed_version
from ..errors import DEVIATIONS, INCOMPLETE, OK
from ..language.messages import command_to_wire, stage_to_wire
from ..oracle.profiles import PROFILES, machine_of, silent_in
from ..requirements import add_revision_option, load_register
from .findings import Judge, Report
from .json_form import format_json
from .junit import format_junit
from .markdown import format_markdown
from .reading import read_plan
from .sarif import format_sarif
from .sources import find_places
from .text import format_text
from .verdicts import MAY_LOSE, VERDICTS
from .world import HOLDS

FORMATS = ("text", "json", "sarif", "junit", "markdown")

EPILOG = """how firmly a consequence holds:
  stated, implied  the article says so, or it follows from the article
  environment      it is a fact about Azure that the article relies on
  assumed          this specification assumes it

exit codes:
  0  nothing is lost by it
  1  it loses data or may lose it, or has what --fail-on names
  4  nothing of that was found, and not everything was judged: planning failed, not every order was
     tried, or data may be lost that no judged account shows, such as that of an account in another
     state whose key vault is deleted; the list at the end has the reason
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
    add_revision_option(parser)
    parser.add_argument(
        "--holds",
        choices=HOLDS,
        default="models",
        help="what is at stake in each account: nothing, uploaded documents, or deployed models "
        "too (default: models)",
    )
    parser.add_argument(
        "--fail-on",
        choices=VERDICTS,
        default=MAY_LOSE,
        help="the mildest verdict with exit code 1 (default: may-lose)",
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
    plan = read_plan(args.file)
    register = load_register(revision=args.revision)
    machine = machine_of(silent_in(args.profile, register))
    report = Judge(machine, register, args.profile, args.holds).judge(plan)
    if args.source is not None:
        report = report.with_places(find_places(args.source), args.source)
    counting = VERDICTS[: VERDICTS.index(args.fail_on) + 1]
    exit_code = exit_code_of(report, counting)
    if args.commands:
        for line in replay_lines(report):
            print(line)
    else:
        print(formatted(report, args.format, counting, exit_code), end="")
    return exit_code


def exit_code_of(report: Report, counting: tuple[str, ...]) -> int:
    """Return the exit code; ``counting`` has the verdicts that fail."""
    if report.gravest in counting:
        return DEVIATIONS
    return INCOMPLETE if report.undecided else OK


def formatted(report: Report, form: str, counting: tuple[str, ...], exit_code: int) -> str:
    """Return the report in one of the formats; ``counting`` has the verdicts with exit code 1."""
    match form:
        case "json":
            return format_json(report)
        case "sarif":
            return format_sarif(report, installed_version())
        case "junit":
            return format_junit(report, counting)
        case "markdown":
            return format_markdown(report)
    return format_text(report, counting, exit_code, is_coloured())


def is_coloured() -> bool:
    """Return whether the output is a terminal that shows colours."""
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def replay_lines(report: Report) -> Iterator[str]:
    """Yield the commands of each finding, from the world before the plan on."""
    for finding in report.findings:
        for part in finding.parts:
            if not part.replay:
                continue
            yield json.dumps({"stage": stage_to_wire(part.stage)}, separators=(",", ":"))
            for command in (*part.setup, *part.replay):
                yield json.dumps(command_to_wire(command), separators=(",", ":"))
