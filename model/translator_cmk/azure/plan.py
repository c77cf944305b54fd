"""Plan a run against Azure: what it creates, how many requests it makes, how long it takes, and what stays held.

The specification is stepped through the same commands.  Requests and objects follow from the adapter's calls; minutes
and prices are estimates that nobody has measured.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from ..machine import DEFAULT_STAGE, Accepted, Command, Observation
from ..machine import commands as c
from ..system import ModelSystem
from .cloud import Cloud

PER_WORLD = 4
"""Requests that begin a world: three to sign in, and one for the subscriptions."""

REQUESTS: dict[type[Command], int] = {
    c.CreateResource: 1,
    c.DeleteResource: 2,
    c.MoveResource: 3,
    c.MoveResourceGroup: 3,
    c.MoveSubscription: 3,
    c.EnableIdentity: 1,
    c.DisableIdentity: 1,
    c.EnableCustomerManagedKeys: 1,
    c.ReturnToMicrosoftManagedKeys: 1,
    c.CreateVault: 1,
    c.EnableSoftDelete: 1,
    c.EnablePurgeProtection: 1,
    c.DeleteVault: 2,
    c.RecoverVault: 2,
    c.PurgeVault: 3,
    c.GrantKeyAccess: 2,
    c.RevokeKeyAccess: 2,
    c.CreateKey: 1,
    c.ImportKey: 1,
    c.RotateKey: 1,
    c.DisableKey: 2,
    c.EnableKey: 2,
    c.DeleteKey: 2,
    c.RecoverKey: 2,
    c.PurgeKey: 1,
    c.CreateWorkspace: 2,
    c.UploadDocument: 2,
    c.TrainModel: 2,
    c.DeployModel: 3,
    c.UndeployModel: 3,
    c.TranslateWithModel: 1,
    c.ReadData: 1,
}
"""Requests of each command, where nothing has to be waited for."""

MINUTES: dict[type[Command], float] = {
    c.CreateResource: 1,
    c.MoveResource: 10,
    c.MoveResourceGroup: 15,
    c.CreateVault: 1,
    c.GrantKeyAccess: 5,
    c.RevokeKeyAccess: 15,
    c.EnableIdentity: 1,
    c.DisableIdentity: 15,
    c.EnableCustomerManagedKeys: 5,
    c.ReturnToMicrosoftManagedKeys: 5,
    c.DeleteVault: 15,
    c.RecoverVault: 15,
    c.PurgeVault: 2,
    c.DeleteKey: 15,
    c.RecoverKey: 15,
    c.DisableKey: 15,
    c.EnableKey: 15,
    c.UploadDocument: 5,
    c.TrainModel: 180,
    c.DeployModel: 30,
    c.UndeployModel: 5,
}
"""Minutes of a command in a cloud until its effects show: estimates.  Each other takes a tenth of a minute."""

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

    def plus(self, other: "Work") -> "Work":
        """Return both together."""
        return Work(
            self.objects + other.objects,
            self.requests + other.requests,
            self.minutes + other.minutes,
            self.held + other.held,
        )


NOTHING = Work(Counter(), 0, 0.0, 0)


class Chosen(NamedTuple):
    """A scenario to plan, with the scenarios that it ``needs`` beside it.

    The ``weight`` is that of its first requirement: what the article says weighs more than what it takes for granted.
    """

    id: str
    requirements: tuple[str, ...]
    commands: tuple[Command, ...]
    needs: tuple[str, ...] = ()
    weight: int = 1


def work_of(commands: Sequence[Command], several_tenants: bool) -> Work:
    """Return the work of one scenario, from the beginning of its world."""
    model = ModelSystem()
    model.reset(DEFAULT_STAGE)
    session = Counted(several_tenants)
    requests = PER_WORLD + session.look(model.observe())
    held = 0
    for command in commands:
        if isinstance(command, c.EndVaultRetention):
            break
        accepted = isinstance(model.submit(command), Accepted)
        requests += session.ask(command, accepted) + session.look(model.observe())
        held += isinstance(command, c.CreateVault | c.EnablePurgeProtection) and accepted and command_holds(command)
    minutes = sum(MINUTES.get(type(command), 0.1) for command in commands)
    return Work(session.objects, requests, minutes, held)


def command_holds(command: Command) -> bool:
    """Return whether the command gives a vault purge protection."""
    return isinstance(command, c.EnablePurgeProtection) or bool(getattr(command, "purge_protection", False))


class Counted:
    """The requests of one world, counted as the adapter makes them."""

    def __init__(self, several_tenants: bool) -> None:
        self.several_tenants = several_tenants
        self.groups: set[tuple[str, str]] = set()
        self.objects: Counter[str] = Counter()
        self.vaults: set[str] = set()  # whose challenge was answered
        self.studios: set[str] = set()
        self.projects: set[str] = set()
        self.known: dict[str, set[str]] = {"vault": set(), "key": set()}

    def group(self, subscription: str, name: str) -> int:
        """Return 1 where the resource group is still to be made."""
        new = (subscription, name) not in self.groups
        self.groups.add((subscription, name))
        self.objects["group"] += new
        return int(new)

    def ask(self, command: Command, accepted: bool) -> int:
        """Return the requests of a command."""
        fields = command.as_dict()
        count = REQUESTS[type(command)]
        if isinstance(command, c.CreateResource | c.CreateVault | c.MoveResource):
            count += self.group(fields["subscription"], fields["group"])
        if isinstance(command, c.MoveResourceGroup):
            count += self.group(fields["subscription"], fields["group"]) + self.group(fields["to"], fields["group"])
        if "key" in fields and "resource" not in fields and fields["vault"] not in self.vaults:
            count += 1 + (not self.vaults)  # the challenge of a vault, and the first token
            self.vaults.add(fields["vault"])
        if isinstance(command, c.CreateWorkspace) and fields["resource"] not in self.studios:
            count += 2
            self.studios.add(fields["resource"])
        if isinstance(command, c.TrainModel) and fields["workspace"] not in self.projects:
            count += 3
            self.projects.add(fields["workspace"])
        for kind in ("resource", "vault", "key", "workspace", "document", "model"):
            if accepted and type(command).__name__ in CREATES.get(kind, ()):
                self.objects[kind] += 1
        return count

    def look(self, seen: Observation) -> int:
        """Return the requests of an observation."""
        count = int(self.several_tenants) + 2 * len(self.groups)
        active = {name for name, vault in seen["vault"].items() if vault["state"] == "active"}
        gone = self.known["vault"] - active
        count += bool(gone)
        for vault in active:
            keys = [name for name in seen["key"] if name.startswith(f"{vault}/")]
            count += 1 + sum(seen["key"][name]["state"] == "active" for name in keys)
            lost = {name for name in self.known["key"] if name.startswith(f"{vault}/")}
            count += bool(lost - {name for name in keys if seen["key"][name]["state"] == "active"})
            if vault not in self.vaults:
                count += 1 + (not self.vaults)
                self.vaults.add(vault)
        self.known["vault"] |= active
        self.known["key"] |= seen["key"].keys()
        count += len({workspace["resource"] for workspace in seen["workspace"].values()})
        for name in seen["workspace"]:
            count += 1 + (name in self.projects)
        return count


CREATES = {
    "resource": ("CreateResource",),
    "vault": ("CreateVault",),
    "key": ("CreateKey", "ImportKey"),
    "workspace": ("CreateWorkspace",),
    "document": ("UploadDocument",),
    "model": ("TrainModel",),
}
"""The commands that create each kind of object."""


def within(budget: float, chosen: Sequence[Chosen], several_tenants: bool) -> list[Chosen]:
    """Return the scenarios that show the most requirements in so many minutes, one after the other the best bargain.

    A scenario brings those along that it needs: a refusal its positive control, a loss that is only seen later the
    scenario that sees it.  A requirement that has such is not shown by its other scenarios.
    """
    strict = {each.requirements[0] for each in chosen if each.needs}
    by_id = {each.id: each for each in chosen}
    work = {each.id: work_of(each.commands, several_tenants).minutes for each in chosen}
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
    total = total_of(chosen, several_tenants)
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


def total_of(chosen: Iterable[Chosen], several_tenants: bool) -> Work:
    """Return the work of all scenarios together."""
    total = NOTHING
    for each in chosen:
        total = total.plus(work_of(each.commands, several_tenants))
    return total
