"""The command `translator-cmk run`: commands as JSON lines in, what is demanded of each out."""

import argparse
import json
from collections.abc import Iterable, Iterator
from typing import Any

from .errors import HARNESS, OK, CommandError
from .language.lines import SourceLine, read_lines
from .language.messages import (
    command_from_wire,
    command_to_wire,
    observation_to_wire,
    outcome_to_wire,
    stage_from_wire,
)
from .language.strict_json import parse_json
from .machine import Observation
from .oracle import Oracle
from .oracle.agreement import UNSPECIFIED
from .oracle.demanded import demanded_whatever_is_shown
from .oracle.nondeterminism import TooManyStates
from .oracle.profiles import PROFILES, machine_of, silent_in
from .requirements import add_revision_option, load_register
from .shapes import WireError
from .system import ModelSystem


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `run`."""
    parser.add_argument(
        "file",
        metavar="FILE",
        help="commands, one JSON object on each line, such as "
        '{"command": "EnableIdentity", "resource": "r1"}; '
        'a line {"stage": {...}} resets to that stage; - reads standard input',
    )
    parser.add_argument(
        "--profile",
        choices=PROFILES,
        default="full",
        help="what counts as specified: all, or what follows from the article (default: full)",
    )
    add_revision_option(parser.add_argument)
    parser.add_argument(
        "--no-observation", action="store_true", help="leave out what a customer can see afterwards"
    )


def run(args: argparse.Namespace) -> int:
    """Print one line for each command as soon as it is read.

    Exit code 2 for what can't be read and 3 for more states than can be kept, each with one line
    on standard error.
    """
    silent = silent_in(args.profile, load_register(revision=args.revision))
    try:
        oracle = Oracle(machine_of(silent))
        for answer in answers(read_lines(args.file), oracle, observed=not args.no_observation):
            print(json.dumps(answer, separators=(",", ":")), flush=True)
    except WireError as error:
        raise CommandError(str(error)) from None
    except TooManyStates as error:
        raise CommandError(str(error), HARNESS) from None
    return OK


def answers(
    lines: Iterable[SourceLine], oracle: Oracle, observed: bool
) -> Iterator[dict[str, Any]]:
    """Yield the answer to each command, as `run-line.schema.json` has it.

    Raises `WireError` and `TooManyStates`.
    """
    model = ModelSystem()
    for line in lines:
        if not line.text:
            continue
        message = parse_json(line.text, line.where)
        if isinstance(message, dict) and "stage" in message:
            if len(message) > 1:
                problem = "a stage that is not alone on its line"
                raise WireError(line.where, problem, "put it on a line of its own")
            stage = stage_from_wire(message["stage"], line.where)
            oracle.reset(stage)
            model.reset(stage)
            continue
        command = command_from_wire(message, line.where)
        earlier = model.observe()
        model.submit(command)
        outcome = oracle.submit(command)
        answer = {
            "line": line.number,
            "command": command_to_wire(command),
            "outcome": outcome_to_wire(outcome),
        }
        if observed:
            answer.update(demanded_by(oracle, model.observe(), earlier))
        yield answer


def demanded_by(oracle: Oracle, expected: Observation, earlier: Observation) -> dict[str, Any]:
    """Return the observation that is demanded, and beside it the fields that may have any value."""
    specified: Observation = {}
    unspecified: dict[str, dict[str, list[str]]] = {}
    for kind, entities in demanded_whatever_is_shown(oracle, expected, earlier).items():
        specified[kind] = {}
        for name, fields in entities.items():
            free = sorted(field for field, value in fields.items() if value is UNSPECIFIED)
            if free:
                unspecified.setdefault(kind, {})[name] = free
            # else it may be gone, and nothing of it is demanded
            if "exists" not in free:
                demanded = {field: value for field, value in fields.items() if field not in free}
                specified[kind][name] = demanded
    seen: dict[str, Any] = {"observation": observation_to_wire(specified)}
    if unspecified:
        seen["unspecified"] = unspecified
    return seen
