"""Plan a run against Azure: what it creates, how many requests it makes, how long it takes, and what stays held.

The specification is stepped through the same commands.  Requests and objects follow from the adapter's table of calls;
minutes and prices are estimates that nobody has measured.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from ..bdd.vocabulary import commands_of
from ..conformance.cases import Scenario
from ..conformance.features import is_patient
from ..language.declaration import Declaration
from ..machine import Accepted, Command, Observation
from ..requirements import load_register
from ..system import ModelSystem
from .adapter import HELD, TABLE
from .cloud import Cloud

PER_WORLD = 7
"""Requests that begin a world: to sign in to two tenants, and to find the subscriptions."""

COSTS = {
    "model": "training is billed by the characters of its documents, and each deployed model by the month",
    "resource": "a tier other than F0 is billed by the characters translated; a subscription may have one F0 of a kind",
    "key": "operations are billed, and a key of a hardware security module by the month",
}
"""What of a run costs money, by the kind of object; the prices are Microsoft's."""

WEIGHTS = {"stated": 5, "implied": 4}
"""What it is worth to show a requirement, by its basis; 1 for all others."""


class Work(NamedTuple):
    """The work of scenarios: objects by kind, requests, minutes, and key vaults whose names stay held."""

    objects: Counter[str]
    requests: int
    minutes: float
    held: int


class Chosen(NamedTuple):
    """A scenario to plan: the requirement that it shows, its weight, its work, and the scenarios that it ``needs``.

    The minutes include those until a claim can be made of everything, since effects that nobody expects may be late.
    """

    id: str
    requirement: str
    weight: int
    work: Work
    needs: tuple[str, ...] = ()


def to_plan(scenario: Scenario, declared: Declaration) -> Chosen:
    """Return a scenario as the plan has it, for a system that has declared this."""
    case, asked = scenario.case, tuple(commands_of(scenario.pickle))
    windows = [declared.windows.get(type(command).__name__, 0) for command in asked]
    waits = max(windows, default=0) / 60 if is_patient(scenario.pickle) else 0.0
    requirement, work = case.requirements[0], work_of(asked)
    weight = WEIGHTS.get(load_register()[requirement].basis, 1)
    return Chosen(case.id, requirement, weight, work._replace(minutes=work.minutes + waits), case.controls)


def work_of(commands: Sequence[Command]) -> Work:
    """Return the work of one scenario, from the beginning of its world; everything is looked at after each command."""
    model, groups, objects = ModelSystem(), set[tuple[str, str]](), Counter[str]()
    seen, requests, minutes = model.observe(), PER_WORLD, 0.0
    for command in commands:
        row = TABLE.get(type(command))
        if row is None:
            break
        accepted, seen = isinstance(model.submit(command), Accepted), model.observe()
        things = [*seen["resource"].values(), *seen["vault"].values()]
        found = groups | {(each["subscription"], each["group"]) for each in things}
        requests += row.requests + len(found - groups) + requests_to_see(seen, found)
        minutes += row.minutes
        if accepted and row.makes:
            objects[row.makes] += 1
        groups = found
    held = sum(each["purge_protection"] for each in seen["vault"].values())
    return Work(objects + Counter(group=len(groups)), requests, minutes, held)


def requests_to_see(seen: Observation, groups: Collection[tuple[str, str]]) -> int:
    """Return how many requests it takes to look at all of this."""
    vaults, keys = ([each["state"] for each in seen[kind].values()] for kind in ("vault", "key"))
    homes = {each["resource"] for each in seen["workspace"].values()}
    trained = {each["workspace"] for each in seen["model"].values()}
    deleted = ("deleted" in vaults) + ("deleted" in keys)
    lists = 2 * len(groups) + vaults.count("active") + keys.count("active")
    return lists + deleted + len(homes) + len(seen["workspace"]) + len(trained)


def total_of(chosen: Iterable[Chosen]) -> Work:
    """Return the work of all scenarios together."""
    total = Work(Counter(), 0, 0.0, 0)
    for _, _, _, (objects, requests, minutes, held), _ in chosen:
        total = Work(total.objects + objects, total.requests + requests, total.minutes + minutes, total.held + held)
    return total


def within(budget: float, chosen: Sequence[Chosen]) -> list[Chosen]:
    """Return the scenarios that show the most requirements in so many minutes, the best bargain first.

    A scenario brings along the cheapest of those that it needs: a refusal its positive control, a loss that is only
    seen later the scenario that sees it.  A requirement that has such scenarios is not shown by its others.
    """
    by_id = {each.id: each for each in chosen}
    strict = {each.requirement for each in chosen if each.needs}
    showing = {each.id for each in chosen if by_id.keys() & each.needs or each.requirement not in strict}
    taken, shown, left = set[str](), set[str](), budget

    def together(each: Chosen) -> list[Chosen]:
        """Return a scenario with the one that it brings along, as far as they are not taken."""
        needed = [] if taken.intersection(each.needs) else [by_id[need] for need in each.needs if need in by_id]
        return [one for one in (each, *sorted(needed, key=lambda one: one.work.minutes)[:1]) if one.id not in taken]

    def minutes(each: Chosen) -> float:
        return sum(one.work.minutes for one in together(each))

    for each in sorted(chosen, key=lambda each: (minutes(each) / each.weight, each.id)):
        if each.id in showing and each.requirement not in shown and minutes(each) <= left:
            left -= minutes(each)
            shown |= {one.requirement for one in together(each) if one.id in showing}
            taken |= {one.id for one in together(each)}
    return [each for each in chosen if each.id in taken]


def lines(
    chosen: Sequence[Chosen], cloud: Cloud, several_tenants: bool, left_out: int, listed: bool = False
) -> Iterator[str]:
    """Yield the plan of a run; ``listed``: with the requirements that it shows."""
    total = total_of(chosen)
    requirements = list(dict.fromkeys(each.requirement for each in chosen))
    made = ", ".join(f"{count} {kind}{'s' * (count != 1)}" for kind, count in sorted(total.objects.items()))
    yield f"Plan for {cloud.name}{' on this machine' if cloud.local else ''}: {len(chosen)} scenarios"
    yield f"  shows        {len(requirements)} requirements{': ' + ', '.join(requirements) if listed else ''}"
    yield f"  leaves out   {left_out} scenarios, which do not apply there"
    yield f"  creates      {made or 'nothing'}, in resource groups of one prefix"
    polls = "" if cloud.local else ", and one every 5 seconds while Azure works"
    yield f"  requests     about {total.requests:,}{polls}"
    if not cloud.local:
        yield f"  time         about {total.minutes:,.0f} minutes, one after the other: an estimate, measured by nobody"
        yield from (f"  costs money  {kind}s: {text}" for kind, text in COSTS.items() if total.objects[kind])
        until = datetime.now(UTC).date() + timedelta(days=HELD)
        yield f"  holds        the names of {total.held} protected key vaults, until {until} if they are deleted today"
        yield f"  tenants      {'two' if several_tenants else 'one: scenarios with a second one do not apply'}"
