"""The command `translator-cmk verify`, with what speaks Azure's API among the systems."""

import argparse
import os
import shlex

from ..bdd.prerequisites import inapplicable
from ..bdd.vocabulary import asserts
from ..conformance import verify
from ..conformance.cases import FEATURES, SELECTED, must_exist, scenarios, selected
from ..conformance.channels import PATIENCE
from ..errors import DEVIATIONS, OK, CommandError
from ..machine import DEFAULT_STAGE
from .options import ENVIRONMENT, Target, add_arguments_of_target, answered_yes, target_of

FACTORY = "translator_cmk.azure.adapter:from_environment"
LONGEST = 3_600.0
"""Seconds that a command may take by default: a training takes hours in a cloud, and is given half of this."""

QUESTIONS = ("Create this?", "It is not on this machine, and may cost money. Is this subscription meant for it?")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `verify`."""
    verify.add_arguments(parser).add_argument(
        "--azure", action="store_true", help="speak Azure's API, through Microsoft's SDKs (needs the extra azure)"
    )
    add_arguments_of_target(parser)
    group = parser.add_argument_group("before anything is created there")
    group.add_argument("--plan", action="store_true", help="show what the run would create, and end")
    group.add_argument(
        "--budget", metavar="MINUTES", type=float, help="only the scenarios that show most in this time, as planned"
    )
    group.add_argument(
        "--yes", action="count", default=0, help="create what is planned without asking; elsewhere it is asked twice"
    )


def run(args: argparse.Namespace) -> int:
    """Run the lanes; against Azure only what was shown, and agreed to."""
    if not args.azure:
        if args.plan or args.budget or args.yes:
            raise CommandError("--plan, --budget and --yes go with --azure")
        return verify.run(args)
    target = target_of(args)
    chosen = show_plan(args, target)
    if args.plan:
        return OK
    agree(target, args.yes)
    if args.budget is not None:
        args.case = chosen
    os.environ[ENVIRONMENT] = target.to_json()
    args.python, args.timeout = FACTORY, LONGEST if args.timeout == PATIENCE else args.timeout
    code = verify.run(args)
    if code == DEVIATIONS:
        print(f"before replay or report reproduce: export {ENVIRONMENT}={shlex.quote(target.to_json())}")
    return code


def show_plan(args: argparse.Namespace, target: Target) -> list[str]:
    """Print the plan of the run, and return the ids of its scenarios; raises `CommandError`."""
    from .adapter import declaration_of
    from .plan import lines, to_plan, within

    args.lane = args.lane or [FEATURES]
    if args.lane != [FEATURES] and not target.cloud.local:
        raise CommandError("--lane: only the features can be planned; the others run on this machine alone")
    selection = {name: tuple(getattr(args, name)) for name in SELECTED}
    must_exist(selection, args.waive)
    declared = declaration_of(target, target.subscriptions or DEFAULT_STAGE.subscriptions, False)
    found = selected(scenarios(args.profile, tuple(sorted(set(args.waive)))), selection, declared)
    applicable = [each for each in found if inapplicable(each.pickle, declared) is None]
    chosen = [to_plan(each, declared) for each in applicable]
    if args.budget is not None:
        showing = {each.case.id for each in applicable if not asserts(each.pickle, "not specified")}
        chosen = within(args.budget, [each for each in chosen if each.id in showing])
        if not chosen:
            raise CommandError(f"--budget {args.budget:g}: no scenario takes so few minutes; give more")
    if FEATURES in args.lane:
        several, left_out = declared.can("several-tenants"), len(found) - len(applicable)
        print("\n".join(lines(chosen, target.cloud, several, left_out, args.budget is not None)), flush=True)
    if args.lane != [FEATURES]:
        print("Sequences have no plan: what they create stays on this machine", flush=True)
    return [each.id for each in chosen]


def agree(target: Target, answers: int) -> None:
    """Ask whether the planned may be created, twice where that is not on this machine; raises `CommandError`."""
    for question in QUESTIONS[: 1 if target.cloud.local else 2][answers:]:
        if not answered_yes(question):
            raise CommandError("nothing was created; to go on, answer yes, or say --yes once for each question")
