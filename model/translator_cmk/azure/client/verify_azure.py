"""The option `--azure` of the command `verify`: a run against Azure, once its plan is agreed to."""

import argparse
import json
import os
import shlex
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from uuid import uuid4

from ...arguments import minutes
from ...bdd.prerequisites import inapplicable
from ...bdd.vocabulary import asserts
from ...conformance import verify
from ...conformance.cases import FEATURES, SMALLEST, TOUR, scenarios
from ...conformance.interruption import Interruption
from ...conformance.last_failed import select_last_failed
from ...conformance.selection import SELECTED, must_exist, selected
from ...errors import DEVIATIONS, OK, CommandError
from ...language.declaration import Declaration
from ...machine import DEFAULT_STAGE
from .agreeing import agree
from .leftovers import clean, left_in
from .plan import format_plan, to_plan, within
from .smallest import format_smallest, format_smallest_here
from .studio_regions import why_not
from .target import ENVIRONMENT, PLANS, PREFIX, Target, add_options, declaration_of, target_of

FACTORY = "translator_cmk.azure.client.adapter:from_environment"

LONGEST: float = PLANS["longest"]
"""Seconds that a command may take by default."""

GO_WITH_AZURE = ("plan", "budget", "yes", "confirm", "smallest", "full", "read_only")
"""The options that mean nothing for any other system."""


def extend(parser: argparse.ArgumentParser, systems: "argparse._MutuallyExclusiveGroup") -> None:
    """Add `--azure` to the systems of `verify`, and to its options those that go with it."""
    systems.add_argument(
        "--azure",
        action="store_true",
        help="speak Azure's API, through Microsoft's SDKs (needs the extra azure)",
    )
    add_options(parser)
    add_extent(parser)
    group = parser.add_argument_group("before anything is created there")
    group.add_argument(
        "--read-only",
        action="store_true",
        help="say what would stop a run in the subscription, and end; nothing is created",
    )
    group.add_argument(
        "--plan", action="store_true", help="show what the run would create, and end"
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


def add_extent(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how much is run there."""
    group = parser.add_argument_group("how much is run there")
    extent = group.add_mutually_exclusive_group()
    extent.add_argument(
        "--smallest",
        action="store_true",
        help="the smallest run: one sequence in one world (default unless on this machine, where "
        "nothing is selected)",
    )
    extent.add_argument(
        "--full", action="store_true", help="all scenarios (default on this machine)"
    )
    extent.add_argument(
        "--budget",
        metavar="MINUTES",
        type=minutes,
        help="only the scenarios that show most in this time, as planned",
    )


def run(args: argparse.Namespace) -> int:
    """Run the lanes; against Azure only what was shown, and agreed to."""
    if not args.azure:
        must_go_without_azure(args)
        return verify.run(args)
    select_last_failed(args)
    target = target_of(args)
    if args.read_only:
        return look(target)
    is_smallest = is_smallest_asked_for(args, target)
    declared = declaration_of(target, target.subscriptions or DEFAULT_STAGE.subscriptions, False)
    if is_smallest:
        print(smallest_plan(target, declared), end="", flush=True)
    else:
        planned = show_plan(args, target, declared)
    warn_of_region(target)
    if args.plan:
        return OK
    import_module(
        "azure.identity"
    )  # without the extra nothing is asked and no child process is started
    agree(target, args.yes, args.confirm)
    if is_smallest:
        args.lane = [TOUR]
        args.scope = [SMALLEST]
    elif args.budget is not None:
        args.case = planned
    return run_planned(args, target, is_smallest)


def must_go_without_azure(args: argparse.Namespace) -> None:
    """Raise `CommandError` if an option is there that goes with `--azure`."""
    for name in GO_WITH_AZURE:
        if getattr(args, name):
            option = name.replace("_", "-")
            raise CommandError(f"--{option} goes with --azure")


def look(target: Target) -> int:
    """Show what would stop a run; raises `CommandError`."""
    if not target.subscriptions:
        raise CommandError("--read-only: name the subscription, with --subscription ID")
    import_module("azure.identity")
    from .read_only import show

    return show(target)


def is_smallest_asked_for(args: argparse.Namespace, target: Target) -> bool:
    """Return whether the smallest run is meant; raises `CommandError` where that is unclear."""
    narrowed = [name for name in SELECTED if getattr(args, name)]
    if args.smallest and narrowed:
        raise CommandError(f"--smallest selects no scenarios; leave out --{narrowed[0]}")
    if args.smallest:
        return True
    if args.full or args.budget is not None or narrowed:
        return False
    if args.lane:
        return failed_last(args)
    return not target.cloud.local


def failed_last(args: argparse.Namespace) -> bool:
    """Return whether `--last-failed` found that it was the smallest run that failed."""
    return bool(args.last_failed_of) and args.lane == [TOUR] and args.scope == [SMALLEST]


def smallest_plan(target: Target, declared: Declaration) -> str:
    """Return the plan of the smallest run, as text."""
    if target.cloud.local:
        return format_smallest_here(target, declared)
    return format_smallest(target, declared, next(iter(target.subscriptions.values())))


def warn_of_region(target: Target) -> None:
    """Say where the region of the resource won't do."""
    lacking = why_not(target)
    if lacking:
        print(f"✘ {lacking}", flush=True)


def run_planned(args: argparse.Namespace, target: Target, is_smallest: bool) -> int:
    """Run what was planned, and remove what is left where that is not on this machine."""
    if args.timeout is None:
        args.timeout = LONGEST
    args.python = FACTORY
    target = target._replace(run=uuid4().hex[:12])
    os.environ[ENVIRONMENT] = json.dumps(target)
    try:
        code = verify.run(args)
        if code == DEVIATIONS:
            variable = f"{ENVIRONMENT}={shlex.quote(json.dumps(target))}"
            print(f"before replay or report reproduce: export {variable}")
    finally:
        if is_smallest or not target.cloud.local:
            remove_what_is_left(target)
    return code


def remove_what_is_left(target: Target) -> None:
    """Remove what this run has left, whatever ended it: it may be billed."""
    path = Path(target.leftovers)
    if not path.parent.is_dir():
        print(
            f"{path}: the folder is gone, and the list of what the run made with it; delete the "
            f"resource groups whose names begin with {PREFIX}-"
        )
        return
    left = [entry for entry in left_in(path) if entry.get("run") == target.run]
    with suppress(OSError):  # whoever read the output may be gone, or the disk full
        print(f"removing {len(left)} objects that the run has left", flush=True)
    with Interruption().heeded():  # one signal, as at the end of a terminal, ends no clean-up
        stay = clean(path, left, target.cloud)
    for line in stay:
        print(line)


def show_plan(args: argparse.Namespace, target: Target, declared: Declaration) -> list[str]:
    """Print the plan of the run, and return the ids of its scenarios; raises `CommandError`."""
    args.lane = args.lane or [FEATURES]
    if args.lane != [FEATURES]:
        raise CommandError("--lane: only the features can be planned; leave it out with --azure")
    selection = {name: tuple(getattr(args, name)) for name in SELECTED}
    must_exist(selection, args.waive)
    waived = tuple(sorted(set(args.waive)))
    every = scenarios(args.profile, waived, args.revision)
    found = selected(every, selection, declared)
    applicable = [scenario for scenario in found if inapplicable(scenario.pickle, declared) is None]
    clears = bool(target.subscriptions)
    plans = [to_plan(scenario, declared, clears) for scenario in applicable]
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
