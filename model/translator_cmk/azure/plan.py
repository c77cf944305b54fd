"""Plan a run against Azure: what it creates, how many requests it makes, how long it takes, and what stays held.

The specification is stepped through the same commands.  Requests and objects follow from the adapter's calls; minutes
and prices are estimates that nobody has measured.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from ..machine import DEFAULT_STAGE, Accepted, Command, Observation
from ..system import ModelSystem
from .cloud import Cloud

PER_WORLD = 7
"""Requests that begin a world: to sign in to two tenants, and to find the subscriptions."""

EFFORT: dict[str, tuple[int, float]] = {
    "CreateResource": (1, 1),
    "DeleteResource": (2, 0.1),
    "MoveResource": (3, 10),
    "MoveResourceGroup": (4, 15),
    "MoveSubscription": (6, 0.1),
    "EnableIdentity": (3, 1),
    "DisableIdentity": (3, 15),
    "EnableCustomerManagedKeys": (3, 5),
    "ReturnToMicrosoftManagedKeys": (3, 5),
    "CreateVault": (3, 1),
    "EnableSoftDelete": (1, 0.1),
    "EnablePurgeProtection": (1, 0.1),
    "DeleteVault": (2, 15),
    "RecoverVault": (2, 15),
    "PurgeVault": (3, 2),
    "GrantKeyAccess": (2, 5),
    "RevokeKeyAccess": (2, 15),
    "CreateKey": (1, 0.1),
    "ImportKey": (1, 0.1),
    "RotateKey": (1, 0.1),
    "DisableKey": (2, 15),
    "EnableKey": (2, 15),
    "DeleteKey": (2, 15),
    "RecoverKey": (2, 15),
    "PurgeKey": (1, 0.1),
    "CreateWorkspace": (5, 0.1),
    "UploadDocument": (2, 5),
    "TrainModel": (6, 180),
    "DeployModel": (3, 30),
    "UndeployModel": (3, 5),
    "TranslateWithModel": (1, 0.1),
    "ReadData": (1, 0.1),
}
"""For each command: its requests, where nothing has to be waited for, and an estimate of the minutes until it shows."""

COSTS = {
    "model": "training is billed by the characters of its documents, and each deployed model by the month",
    "resource": "a tier other than F0 is billed by the characters translated; a subscription may have one F0 of a kind",
    "key": "operations are billed, and a key of a hardware security module by the month",
}
"""What of a run costs money, by the kind of object; the prices are Microsoft's."""

HELD = 7
"""Days for which the name of a deleted key vault is held: the fewest that Azure has, and what the adapter asks for."""


class Work(NamedTuple):
    """The work of scenarios: objects by kind, requests, minutes, and key vaults whose names stay held."""

    objects: Counter[str]
    requests: int
    minutes: float
    held: int


class Chosen(NamedTuple):
    """A scenario to plan, with the scenarios that it ``needs`` beside it.

    The ``weight`` is that of its first requirement: what the article says weighs more than what it takes for granted.
    ``waits``: minutes until a claim can be made of everything, since effects that nobody expects may be late.
    """

    id: str
    requirements: tuple[str, ...]
    commands: tuple[Command, ...]
    needs: tuple[str, ...] = ()
    weight: int = 1
    waits: float = 0.0

    @property
    def work(self) -> Work:
        """Return the work of the scenario."""
        found = work_of(self.commands)
        return found._replace(minutes=found.minutes + self.waits)


def work_of(commands: Sequence[Command]) -> Work:
    """Return the work of one scenario, from the beginning of its world; everything is looked at after each command."""
    model, groups, objects = ModelSystem(), set[tuple[str, str]](), Counter[str]()
    model.reset(DEFAULT_STAGE)
    requests, minutes, held = PER_WORLD, 0.0, 0
    for command in commands:
        name = type(command).__name__
        if name not in EFFORT:
            break
        accepted, seen = isinstance(model.submit(command), Accepted), model.observe()
        found = groups | {
            (e["subscription"], e["group"]) for kind in ("resource", "vault") for e in seen[kind].values()
        }
        requests += EFFORT[name][0] + len(found - groups) + requests_to_see(seen, found)
        minutes += EFFORT[name][1]
        objects[CREATES.get(name, "")] += accepted
        held += accepted and (name == "EnablePurgeProtection" or getattr(command, "purge_protection", False))
        groups = found
    objects["group"] += len(groups)
    return Work(Counter({kind: count for kind, count in objects.items() if kind}), requests, minutes, held)


def requests_to_see(seen: Observation, groups: Collection[tuple[str, str]]) -> int:
    """Return how many requests it takes to look at all of this."""
    vaults, keys = ([each["state"] for each in seen[kind].values()] for kind in ("vault", "key"))
    homes = {each["resource"] for each in seen["workspace"].values()}
    trained = {each["workspace"] for each in seen["model"].values()}
    deleted = ("deleted" in vaults) + ("deleted" in keys)
    lists = 2 * len(groups) + vaults.count("active") + keys.count("active")
    return lists + deleted + len(homes) + len(seen["workspace"]) + len(trained)


CREATES = {
    "CreateResource": "resource",
    "CreateVault": "vault",
    "CreateKey": "key",
    "ImportKey": "key",
    "CreateWorkspace": "workspace",
    "UploadDocument": "document",
    "TrainModel": "model",
}
"""The kind of object that a command creates."""


def within(budget: float, chosen: Sequence[Chosen]) -> list[Chosen]:
    """Return the scenarios that show the most requirements in so many minutes, one after the other the best bargain.

    A scenario brings those along that it needs: a refusal its positive control, a loss that is only seen later the
    scenario that sees it.  A requirement that has such is not shown by its other scenarios.
    """
    strict = {each.requirements[0] for each in chosen if each.needs}
    by_id = {each.id: each for each in chosen}
    work = {each.id: each.work.minutes for each in chosen}
    taken: dict[str, Chosen] = {}
    shown: set[str] = set()
    left, spent = dict(by_id), 0.0
    while left:
        offers = []
        for each in left.values():
            together = [each, *(by_id[need] for need in cheapest(each, by_id, work, taken))]
            cost = sum(work[one.id] for one in together if one.id not in taken)
            showing = [one for one in together if one.needs or one.requirements[0] not in strict]
            new = {one.requirements[0]: one.weight for one in showing if one.requirements[0] not in shown}
            if new and spent + cost <= budget:
                offers.append((sum(new.values()) / max(cost, 0.1), each.id, together, cost))
        if not offers:
            return [each for each in chosen if each.id in taken]
        _, _, together, cost = max(offers, key=lambda offer: (offer[0], offer[1]))
        spent += cost
        for one in together:
            taken[one.id] = one
            left.pop(one.id, None)
            if one.needs or one.requirements[0] not in strict:
                shown.add(one.requirements[0])
    return [each for each in chosen if each.id in taken]


def cheapest(each: Chosen, by_id: dict[str, Chosen], work: dict[str, float], taken: dict[str, Chosen]) -> Iterator[str]:
    """Yield the cheapest scenario of those that another needs one of, unless one is taken."""
    offered = [need for need in each.needs if need in by_id]
    if offered and not any(need in taken for need in offered):
        yield min(offered, key=lambda need: work[need])


def lines(
    chosen: Sequence[Chosen], cloud: Cloud, several_tenants: bool, left_out: int, listed: bool = False
) -> Iterator[str]:
    """Yield the plan of a run; ``listed``: with the requirements that it shows."""
    total = total_of(chosen)
    requirements = list(dict.fromkeys(each.requirements[0] for each in chosen))
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


def total_of(chosen: Iterable[Chosen]) -> Work:
    """Return the work of all scenarios together."""
    parts = [each.work for each in chosen]
    return Work(
        sum((part.objects for part in parts), Counter[str]()),
        sum(part.requests for part in parts),
        sum(part.minutes for part in parts),
        sum(part.held for part in parts),
    )
