"""The option `--azure` of the command `verify`: a run against Azure, once its plan is agreed to."""

import argparse
import json
import os
import shlex
from importlib import import_module

from ...bdd.prerequisites import inapplicable
from ...bdd.vocabulary import asserts
from ...conformance import verify
from ...conformance.cases import FEATURES, scenarios
from ...conformance.channels import PATIENCE
from ...conformance.selection import SELECTED, must_exist, selected
from ...errors import DEVIATIONS, OK, CommandError
from ...machine import DEFAULT_STAGE
from .agreeing import agree
from .plan import format_plan, to_plan, within
from .target import ENVIRONMENT, Target, add_options, declaration_of, target_of

FACTORY = "translator_cmk.azure.client.adapter:from_environment"

LONGEST = 3_600.0
"""Seconds that a command may take by default; a training, which takes long, is given half."""


def extend(parser: argparse.ArgumentParser, systems: "argparse._MutuallyExclusiveGroup") -> None:
    """Add `--azure` to the systems of `verify`, and to its options those that go with it."""
    systems.add_argument(
        "--azure",
        action="store_true",
        help="speak Azure's API, through Microsoft's SDKs (needs the extra azure)",
    )
    add_options(parser)
    group = parser.add_argument_group("before anything is created there")
    group.add_argument(
        "--plan", action="store_true", help="show what the run would create, and end"
    )
    group.add_argument(
        "--budget",
        metavar="MINUTES",
        type=float,
        help="only the scenarios that show most in this time, as planned",
    )
    group.add_argument(
        "--yes",
        action="store_true",
        help="create what is planned without asking; enough on this machine only",
    )
    group.add_argument(
        "--confirm",
        metavar="ID",
        action="append",
        default=[],
        help="the id of a subscription that is not on this machine, in place of typing it; once "
        "for each",
    )


def run(args: argparse.Namespace) -> int:
    """Run the lanes; against Azure only what was shown, and agreed to."""
    if not args.azure:
        if args.plan or args.budget or args.yes or args.confirm:
            raise CommandError("--plan, --budget, --yes and --confirm go with --azure")
        return verify.run(args)
    target = target_of(args)
    planned = show_plan(args, target)
    if args.plan:
        return OK
    import_module(
        "azure.identity"
    )  # without the extra nothing is asked and no child process is started
    agree(target, args.yes, args.confirm)
    if args.budget is not None:
        args.case = planned
    if args.timeout == PATIENCE:
        args.timeout = LONGEST
    args.python = FACTORY
    os.environ[ENVIRONMENT] = json.dumps(target)
    code = verify.run(args)
    if code == DEVIATIONS:
        variable = f"{ENVIRONMENT}={shlex.quote(json.dumps(target))}"
        print(f"before replay or report reproduce: export {variable}")
    return code


def show_plan(args: argparse.Namespace, target: Target) -> list[str]:
    """Print the plan of the run, and return the ids of its scenarios; raises `CommandError`."""
    args.lane = args.lane or [FEATURES]
    if args.lane != [FEATURES]:
        raise CommandError("--lane: only the features can be planned; leave it out with --azure")
    selection = {name: tuple(getattr(args, name)) for name in SELECTED}
    must_exist(selection, args.waive)
    waived = tuple(sorted(set(args.waive)))
    declared = declaration_of(target, target.subscriptions or DEFAULT_STAGE.subscriptions, False)
    every = scenarios(args.profile, waived, args.revision)
    found = selected(every, selection, declared)
    applicable = [scenario for scenario in found if inapplicable(scenario.pickle, declared) is None]
    plans = [to_plan(scenario, declared) for scenario in applicable]
    if args.budget is not None:
        # a scenario that claims nothing of its requirement shows nothing for its minutes
        claiming = {
            scenario.case.id
            for scenario in applicable
            if not asserts(scenario.pickle, "not specified")
        }
        plans = within(args.budget, [plan for plan in plans if plan.id in claiming])
        if not plans:
            raise CommandError(
                f"--budget {args.budget:g}: no scenario takes so few minutes; give more"
            )
    text = format_plan(
        plans,
        target.cloud,
        several_tenants=declared.can("several-tenants"),
        left_out=len(found) - len(applicable),
        listed=args.budget is not None,
    )
    print(text, end="", flush=True)
    return [plan.id for plan in plans]
