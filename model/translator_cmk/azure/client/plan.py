"""The plan of a run against Azure: what it creates, asks and costs, how long it takes, what stays.

The specification is stepped through the same commands.  Minutes and prices are estimates that
nobody has measured.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from ...bdd.vocabulary import commands_of
from ...conformance.cases import ScenarioCase
from ...conformance.lanes.features import is_patient
from ...language.declaration import Declaration
from ...machine import Accepted, Command, Observation
from ...requirements import load_register
from ...system import ModelSystem
from .target import HELD, PLANS, WORK, Cloud

PER_WORLD = 7
"""Requests that begin a world: to sign in to two tenants, and to find the subscriptions."""

NO_OBJECTS = frozenset({"requests", "seconds", "held"})
"""What is counted of the work of a scenario, beside the objects that it makes."""


class Plan(NamedTuple):
    """A scenario with the requirement that it shows, its weight, what it ``needs``, and its work.

    It needs other scenarios, by their ids.  The work has objects by kind, ``requests``,
    ``seconds``, and ``held``: key vaults whose names stay taken.
    """

    id: str
    requirement: str
    weight: int
    needs: tuple[str, ...]
    work: Counter[str]


def to_plan(scenario: ScenarioCase, declared: Declaration, clears: bool = False) -> Plan:
    """Return the plan of a scenario, for a system that has declared this.

    ``clears``: what it makes is removed before the next begins.

    Everything is looked at after each command.  The seconds include those until a claim can be made
    of everything, since effects that nobody expects may be late, and until what a look can't show
    is lost.
    """
    commands = tuple(commands_of(scenario.pickle))
    work, _ = work_for(commands)
    if is_patient(scenario.pickle):
        windows = [declared.windows.get(type(command).__name__, 0) for command in commands]
        work["seconds"] += max(windows, default=0)
    work["seconds"] += waits_for_losses(commands, declared)
    if clears:
        for kind, estimate in PLANS["clearing"].items():
            work["requests"] += work[kind] * estimate["requests"]
            work["seconds"] += work[kind] * estimate["seconds"]
    case = scenario.case
    requirement = case.requirements[0]
    weight = PLANS["weights"].get(load_register()[requirement].basis, 1)
    return Plan(case.id, requirement, weight, case.controls, work)


def work_for(commands: Iterable[Command]) -> tuple[Counter[str], Observation]:
    """Return the work of these commands in one world, and what is seen after them."""
    model = ModelSystem()
    seen = model.observe()
    groups = set[tuple[str, str]]()
    work = Counter(requests=PER_WORLD)
    for command in commands:
        estimate = WORK.get(type(command).__name__)
        if estimate is None:  # the API lacks the command, so the scenario ends here
            break
        outcome = model.submit(command)
        seen = model.observe()
        groups |= groups_in(seen)
        work["requests"] += estimate["requests"] + requests_of_a_look(seen, groups)
        work["seconds"] += estimate["seconds"]
        if isinstance(outcome, Accepted) and "makes" in estimate:
            work[estimate["makes"]] += 1
    work["group"] += len(groups)
    work["requests"] += len(groups)
    work["held"] += sum(vault["purge_protection"] for vault in seen["vault"].values())
    return work, seen


def waits_for_losses(commands: Iterable[Command], declared: Declaration) -> int:
    """Return for how many seconds losses are waited for that a look can't show: until their windows
    close, before a command that takes time may take them back.
    """
    model = ModelSystem()
    uploaded = model.observe()["document"]
    open_for = 0  # seconds for which the window of the last loss is open longer than it is planned
    seconds = 0
    for command in commands:
        name = type(command).__name__
        window = declared.windows.get(name, 0)
        if window:
            seconds += open_for
            open_for = 0
        model.submit(command)
        left = model.observe()["document"]
        if window and uploaded.keys() - left.keys():
            open_for = window - WORK[name]["seconds"]
        uploaded = left
    return seconds


def groups_in(seen: Observation) -> set[tuple[str, str]]:
    """Return the resource groups in which something is seen, each with its subscription."""
    found = set()
    for kind in ("resource", "vault"):
        for fields in seen[kind].values():
            found.add((str(fields["subscription"]), str(fields["group"])))
    return found


def requests_of_a_look(seen: Observation, groups: set[tuple[str, str]]) -> int:
    """Return how many requests it takes to look at all this."""
    active = 0
    for kind in ("vault", "key"):
        active += sum(fields["state"] == "active" for fields in seen[kind].values())
    of_studios = 3 * len(seen["workspace"]) + 2 * len(seen["document"]) + len(seen["model"])
    return 2 * len(groups) + active + of_studios


def within(budget: float, plans: Sequence[Plan]) -> list[Plan]:
    """Return the scenarios that show the most requirements in so many minutes.

    The best bargain is taken first.  A scenario brings along the cheapest of those that it needs: a
    refusal its positive control, a loss that is only seen later the scenario that sees it.  A
    requirement that has such scenarios is not shown by its others.
    """
    by_id = {plan.id: plan for plan in plans}
    showing = those_that_show(plans)
    taken = set[str]()
    shown = set[str]()
    seconds_left = budget * 60

    def price(plan: Plan) -> tuple[float, str]:
        return seconds_of(added_by(plan, by_id, taken=())) / plan.weight, plan.id

    for plan in sorted(plans, key=price):
        if plan.id not in showing or plan.requirement in shown:
            continue
        added = added_by(plan, by_id, taken)
        seconds = seconds_of(added)
        if seconds > seconds_left:
            continue
        seconds_left -= seconds
        for each in added:
            taken.add(each.id)
            if each.id in showing:
                shown.add(each.requirement)
    return [plan for plan in plans if plan.id in taken]


def those_that_show(plans: Sequence[Plan]) -> set[str]:
    """Return the ids of the scenarios that show their requirement: if any scenario of it needs
    another one, only those do that can have one.
    """
    ids = {plan.id for plan in plans}
    strict = {plan.requirement for plan in plans if plan.needs}
    found = set()
    for plan in plans:
        if plan.requirement not in strict or not ids.isdisjoint(plan.needs):
            found.add(plan.id)
    return found


def added_by(plan: Plan, by_id: Mapping[str, Plan], taken: Collection[str]) -> list[Plan]:
    """Return the scenario and those that it brings along, as far as they are not taken: the
    cheapest of those that it needs, which may need another.
    """
    added: list[Plan] = []
    there = set(taken)
    following: Plan | None = plan
    while following is not None and following.id not in there:
        added.append(following)
        there.add(following.id)
        following = cheapest_needed(following, by_id, there)
    return added


def cheapest_needed(plan: Plan, by_id: Mapping[str, Plan], there: Collection[str]) -> Plan | None:
    """Return the cheapest of the scenarios that one needs; None where one of them is there, or
    none applies.
    """
    if any(name in there for name in plan.needs):
        return None
    needed = [by_id[name] for name in plan.needs if name in by_id]
    return min(needed, key=lambda each: each.work["seconds"], default=None)


def seconds_of(plans: Iterable[Plan]) -> int:
    return sum(plan.work["seconds"] for plan in plans)


def format_plan(
    plans: Sequence[Plan], cloud: Cloud, several_tenants: bool, left_out: int, listed: bool = False
) -> str:
    """Return the plan of a run as text; ``listed``: with the requirements that it shows."""
    total = Counter[str]()
    for plan in plans:
        total += plan.work
    requirements = list(dict.fromkeys(plan.requirement for plan in plans))
    shown = f"{len(requirements)} requirements"
    if listed:
        shown += f": {', '.join(requirements)}"
    kinds = sorted(total.keys() - NO_OBJECTS)
    made = [f"{total[kind]} {kind if total[kind] == 1 else f'{kind}s'}" for kind in kinds]
    costs = [f"{kind}s: {text}" for kind, text in PLANS["costs"].items() if kind in kinds]
    tenants = "one: scenarios with a second one do not apply"
    if several_tenants:
        tenants = "two"
    form: str = PLANS["here" if cloud.local else "elsewhere"]
    return form.format(
        cloud=cloud.name,
        scenarios=len(plans),
        shown=shown,
        left_out=left_out,
        made=", ".join(made) or "nothing",
        requests=total["requests"],
        minutes=total["seconds"] / 60,
        held=total["held"],
        costs="\n  costs money  ".join(costs) or "nothing",
        until=datetime.now(UTC).date() + timedelta(days=HELD),
        tenants=tenants,
    )
