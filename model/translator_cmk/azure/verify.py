"""The command `translator-cmk verify`, with what speaks Azure's API among the systems, and the plan of such a run.

A plan says what a run creates, how many requests it makes, how long it takes, and what stays held.  The specification
is stepped through the same commands; minutes and prices are estimates that nobody has measured.
"""

import argparse
import json
import os
import shlex
from collections import Counter
from collections.abc import Sequence
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
from ..machine import DEFAULT_STAGE, Accepted
from ..requirements import load_register
from ..system import ModelSystem
from .target import ENVIRONMENT, HELD, PLANS, WORK, Cloud, Target, add_options, answered_yes, declaration_of, target_of

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
    add_options(parser)
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
    if args.lane != [FEATURES]:
        raise CommandError("--lane: only the features can be planned; leave it out with --azure")
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
    several, left_out = declared.can("several-tenants"), len(found) - len(applicable)
    print(shown(chosen, target.cloud, several, left_out, args.budget is not None), end="", flush=True)
    return [each.id for each in chosen]


def agree(target: Target, answers: int) -> None:
    """Ask whether the planned may be created, twice where that is not on this machine; raises `CommandError`."""
    for question in QUESTIONS[: 1 if target.cloud.local else 2][answers:]:
        if not answered_yes(question):
            raise CommandError("nothing was created; to go on, answer yes, or say --yes once for each question")


# Plans


class Plan(NamedTuple):
    """A scenario with the requirement that it shows, its weight, the scenarios that it ``needs``, and its work.

    The work has objects by kind, ``requests``, ``seconds``, and ``held``: key vaults whose names stay taken.
    """

    id: str
    requirement: str
    weight: int
    needs: tuple[str, ...]
    work: Counter[str]


def to_plan(scenario: Scenario, declared: Declaration) -> Plan:
    """Return the plan of a scenario, for a system that has declared this; all is looked at after each command.

    The seconds include those until a claim can be made of everything, since effects that nobody expects may be late.
    """
    case, asked = scenario.case, tuple(commands_of(scenario.pickle))
    model, groups, work = ModelSystem(), set[tuple[str, str]](), Counter(requests=PER_WORLD)
    seen = model.observe()
    for command in asked:
        its = WORK.get(type(command).__name__)
        if its is None:
            break
        accepted, seen = isinstance(model.submit(command), Accepted), model.observe()
        resources, vaults, keys = (seen[kind].values() for kind in ("resource", "vault", "key"))
        groups |= {(each["subscription"], each["group"]) for each in (*resources, *vaults)}
        active = sum(each["state"] == "active" for each in (*vaults, *keys))
        work["requests"] += its["requests"] + 2 * len(groups) + active + 3 * len(seen["workspace"])
        work["seconds"] += its["seconds"]
        if accepted and "makes" in its:
            work[its["makes"]] += 1
    if is_patient(scenario.pickle):
        work["seconds"] += max((declared.windows.get(type(each).__name__, 0) for each in asked), default=0)
    held = sum(each["purge_protection"] for each in seen["vault"].values())
    weight = PLANS["weights"].get(load_register()[case.requirements[0]].basis, 1)
    work += Counter(group=len(groups), requests=len(groups), held=held)
    return Plan(case.id, case.requirements[0], weight, case.controls, work)


def within(budget: float, chosen: Sequence[Plan]) -> list[Plan]:
    """Return the scenarios that show the most requirements in so many minutes, the best bargain first.

    A scenario brings along the cheapest of those that it needs: a refusal its positive control, a loss that is only
    seen later the scenario that sees it.  A requirement that has such scenarios is not shown by its others.
    """
    by_id = {each.id: each for each in chosen}
    strict = {each.requirement for each in chosen if each.needs}
    showing = {each.id for each in chosen if by_id.keys() & each.needs or each.requirement not in strict}
    taken, shown, left = set[str](), set[str](), budget * 60

    def together(each: Plan) -> tuple[int, list[Plan]]:
        """Return the seconds of a scenario and of the one that it brings along, as far as not taken, and these."""
        needed = [] if taken.intersection(each.needs) else [by_id[need] for need in each.needs if need in by_id]
        cheapest = sorted(needed, key=lambda one: one.work["seconds"])[:1]
        brought = [one for one in (each, *cheapest) if one.id not in taken]
        return sum(one.work["seconds"] for one in brought), brought

    for each in sorted(chosen, key=lambda each: (together(each)[0] / each.weight, each.id)):
        seconds, brought = together(each)
        if each.id in showing and each.requirement not in shown and seconds <= left:
            left -= seconds
            shown |= {one.requirement for one in brought if one.id in showing}
            taken |= {one.id for one in brought}
    return [each for each in chosen if each.id in taken]


def shown(chosen: Sequence[Plan], cloud: Cloud, several_tenants: bool, left_out: int, listed: bool = False) -> str:
    """Return the plan of a run as text; ``listed``: with the requirements that it shows."""
    total = sum((each.work for each in chosen), Counter[str]())
    requirements = list(dict.fromkeys(each.requirement for each in chosen))
    kinds = sorted(total.keys() - {"requests", "seconds", "held"})
    made = [f"{total[kind]} {kind}{'s' * (total[kind] != 1)}" for kind in kinds]
    costs = [f"{kind}s: {text}" for kind, text in PLANS["costs"].items() if kind in kinds]
    text: str = PLANS["here" if cloud.local else "elsewhere"].format(
        cloud=cloud.name,
        scenarios=len(chosen),
        shown=f"{len(requirements)} requirements{': ' + ', '.join(requirements) if listed else ''}",
        left_out=left_out,
        made=", ".join(made) or "nothing",
        requests=total["requests"],
        minutes=total["seconds"] / 60,
        held=total["held"],
        costs="\n  costs money  ".join(costs) or "nothing",
        until=datetime.now(UTC).date() + timedelta(days=HELD),
        tenants="two" if several_tenants else "one: scenarios with a second one do not apply",
    )
    return text
