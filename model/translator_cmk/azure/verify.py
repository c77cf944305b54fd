"""The command `translator-cmk verify`, with what speaks Azure's API among the systems, and the plan of such a run.

A plan says what a run creates, how many requests it makes, how long it takes, and what stays held.  The specification
is stepped through the same commands; minutes and prices are estimates that nobody has measured.
"""

import argparse
import json
import os
import shlex
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from ..bdd.prerequisites import inapplicable
from ..bdd.vocabulary import asserts, commands_of
from ..conformance import verify
from ..conformance.cases import FEATURES, SELECTED, Scenario, must_exist, scenarios, selected
from ..conformance.channels import PATIENCE
from ..conformance.features import is_patient
from ..errors import DEVIATIONS, OK, CommandError
from ..language.contract import Declaration
from ..machine import DEFAULT_STAGE, Accepted, Command, Observation
from ..requirements import load_register
from ..system import ModelSystem
from .target import (
    ENVIRONMENT,
    HELD,
    PLANS,
    WORK,
    Cloud,
    Target,
    add_arguments_of_target,
    answered_yes,
    declaration_of,
    target_of,
)

FACTORY = "translator_cmk.azure.adapter:from_environment"
LONGEST = 3_600.0
"""Seconds that a command may take by default: a training takes hours in a cloud, and is given half of this."""

QUESTIONS = ("Create this?", "It is not on this machine, and may cost money. Is this subscription meant for it?")

PER_WORLD = 7
"""Requests that begin a world: to sign in to two tenants, and to find the subscriptions."""


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
    os.environ[ENVIRONMENT] = json.dumps(target)
    args.python, args.timeout = FACTORY, LONGEST if args.timeout == PATIENCE else args.timeout
    code = verify.run(args)
    if code == DEVIATIONS:
        print(f"before replay or report reproduce: export {ENVIRONMENT}={shlex.quote(json.dumps(target))}")
    return code


def show_plan(args: argparse.Namespace, target: Target) -> list[str]:
    """Print the plan of the run, and return the ids of its scenarios; raises `CommandError`."""
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
        print(shown(chosen, target.cloud, several, left_out, args.budget is not None), end="", flush=True)
    if args.lane != [FEATURES]:
        print("Sequences have no plan: what they create stays on this machine", flush=True)
    return [each.id for each in chosen]


def agree(target: Target, answers: int) -> None:
    """Ask whether the planned may be created, twice where that is not on this machine; raises `CommandError`."""
    for question in QUESTIONS[: 1 if target.cloud.local else 2][answers:]:
        if not answered_yes(question):
            raise CommandError("nothing was created; to go on, answer yes, or say --yes once for each question")


# Plans


class Plan(NamedTuple):
    """The work of scenarios: objects by kind, requests, minutes, and key vaults whose names stay held.

    Of one scenario also the requirement that it shows, its weight, and the scenarios that it ``needs``.
    """

    objects: Counter[str]
    requests: int
    minutes: float
    held: int
    id: str = ""
    requirement: str = ""
    weight: int = 1
    needs: tuple[str, ...] = ()


def to_plan(scenario: Scenario, declared: Declaration) -> Plan:
    """Return the plan of a scenario, for a system that has declared this.

    The minutes include those until a claim can be made of everything, since effects that nobody expects may be late.
    """
    case, asked = scenario.case, tuple(commands_of(scenario.pickle))
    windows = [declared.windows.get(type(command).__name__, 0) for command in asked]
    waits = max(windows, default=0) / 60 if is_patient(scenario.pickle) else 0.0
    objects, requests, minutes, held, *_ = work_of(asked)
    weight = PLANS["weights"].get(load_register()[case.requirements[0]].basis, 1)
    return Plan(objects, requests, minutes + waits, held, case.id, case.requirements[0], weight, case.controls)


def work_of(commands: Sequence[Command]) -> Plan:
    """Return the work of one scenario, from the beginning of its world; everything is looked at after each command."""
    model, groups, objects = ModelSystem(), set[tuple[str, str]](), Counter[str]()
    seen, requests, minutes = model.observe(), PER_WORLD, 0.0
    for command in commands:
        work = WORK.get(type(command).__name__)
        if work is None:
            break
        accepted, seen = isinstance(model.submit(command), Accepted), model.observe()
        things = [*seen["resource"].values(), *seen["vault"].values()]
        found = groups | {(each["subscription"], each["group"]) for each in things}
        requests += work.requests + len(found - groups) + requests_to_see(seen, found)
        minutes += work.minutes
        if accepted and work.makes:
            objects[work.makes] += 1
        groups = found
    held = sum(each["purge_protection"] for each in seen["vault"].values())
    return Plan(objects + Counter(group=len(groups)), requests, minutes, held)


def requests_to_see(seen: Observation, groups: Collection[tuple[str, str]]) -> int:
    """Return how many requests it takes to look at all of this."""
    vaults, keys = ([each["state"] for each in seen[kind].values()] for kind in ("vault", "key"))
    homes = {each["resource"] for each in seen["workspace"].values()}
    trained = {each["workspace"] for each in seen["model"].values()}
    deleted = ("deleted" in vaults) + ("deleted" in keys)
    lists = 2 * len(groups) + vaults.count("active") + keys.count("active")
    return lists + deleted + len(homes) + len(seen["workspace"]) + len(trained)


def total_of(chosen: Iterable[Plan]) -> Plan:
    """Return the work of all scenarios together."""
    total = Plan(Counter(), 0, 0.0, 0)
    for objects, requests, minutes, held, *_ in chosen:
        total = Plan(total.objects + objects, total.requests + requests, total.minutes + minutes, total.held + held)
    return total


def within(budget: float, chosen: Sequence[Plan]) -> list[Plan]:
    """Return the scenarios that show the most requirements in so many minutes, the best bargain first.

    A scenario brings along the cheapest of those that it needs: a refusal its positive control, a loss that is only
    seen later the scenario that sees it.  A requirement that has such scenarios is not shown by its others.
    """
    by_id = {each.id: each for each in chosen}
    strict = {each.requirement for each in chosen if each.needs}
    showing = {each.id for each in chosen if by_id.keys() & each.needs or each.requirement not in strict}
    taken, shown, left = set[str](), set[str](), budget

    def together(each: Plan) -> list[Plan]:
        """Return a scenario with the one that it brings along, as far as they are not taken."""
        needed = [] if taken.intersection(each.needs) else [by_id[need] for need in each.needs if need in by_id]
        return [one for one in (each, *sorted(needed, key=lambda one: one.minutes)[:1]) if one.id not in taken]

    def minutes(each: Plan) -> float:
        return sum(one.minutes for one in together(each))

    for each in sorted(chosen, key=lambda each: (minutes(each) / each.weight, each.id)):
        if each.id in showing and each.requirement not in shown and minutes(each) <= left:
            left -= minutes(each)
            shown |= {one.requirement for one in together(each) if one.id in showing}
            taken |= {one.id for one in together(each)}
    return [each for each in chosen if each.id in taken]


def shown(chosen: Sequence[Plan], cloud: Cloud, several_tenants: bool, left_out: int, listed: bool = False) -> str:
    """Return the plan of a run as text; ``listed``: with the requirements that it shows."""
    total = total_of(chosen)
    requirements = list(dict.fromkeys(each.requirement for each in chosen))
    made = ", ".join(f"{count} {kind}{'s' * (count != 1)}" for kind, count in sorted(total.objects.items()))
    costs = [f"{kind}s: {text}" for kind, text in PLANS["costs"].items() if total.objects[kind]]
    text: str = PLANS["here" if cloud.local else "elsewhere"].format(
        **total._asdict(),
        cloud=cloud.name,
        scenarios=len(chosen),
        shown=f"{len(requirements)} requirements{': ' + ', '.join(requirements) if listed else ''}",
        left_out=left_out,
        made=made or "nothing",
        costs="\n  costs money  ".join(costs) or "nothing",
        until=datetime.now(UTC).date() + timedelta(days=HELD),
        tenants="two" if several_tenants else "one: scenarios with a second one do not apply",
    )
    return text
