"""Theorems about accepted requests: what each one does, what else follows from it, and what it
names.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from ...language.facts import ABSENT, Fact
from ...machine import COMMANDS, ROWS, Accepted, Command, KeyUse, Machine, State
from ...machine import commands as cmd
from ...machine.entities import CUSTOMER, MICROSOFT, Entity, Resource, Role, Vault, Workspace
from ...machine.rows import Effect, Row, Whenever
from ...strict_yaml import read_yaml
from .expectations import Expectation, Named, Unchanged, Uses, is_shown
from .premises import workspace
from .states import home
from .steps import ROWS_RAISE, MachineStep, entity_name, look_up
from .theorem import Theorem, collected, fact, on_request

# What each command does


class Promise(NamedTuple):
    """What an accepted command has done, and the requirement that its acceptance names where that
    is new.

    The fields are those of `acceptances.yaml`.  A value that can be called is computed from the
    command with entities for its names, and ``when`` says of that command whether anything is
    promised.
    """

    after: str
    by: str
    sentence: str
    asked: Sequence[str] = ()
    shows: Mapping[str, Any] = MappingProxyType({})
    between: Literal["", "grant", "role"] = ""
    when: Callable[[Any], Any] = lambda _: True

    def facts(self, step: MachineStep) -> Iterator[Fact]:
        """Yield the facts about the subject of a command; of a subject that is gone, that it is."""
        if not self.when(step.asked):
            return
        kind, name = subject_of(step.command, self.between)
        values = {}
        for field in self.asked:
            values[field] = value_asked_for(step.command, field)
        for field, value in self.shows.items():
            values[field] = value(step.asked) if callable(value) else value
        exists = values.pop("exists", True)

        yield Fact(kind, name, "exists", exists)
        if exists:
            for field, value in values.items():
                yield Fact(kind, name, field, ABSENT if value is None else value)


def promise_theorem(promise: Promise) -> Theorem:
    """Return the theorem that a promise is kept, and its requirement named where that is new."""

    def check(step: MachineStep) -> Iterator[Expectation]:
        if not step.accepted:
            return
        facts = list(promise.facts(step))
        yield from facts
        if not all(is_shown(fact, step.before) for fact in facts):
            yield Named(promise.by, True)

    name = f"done-{promise.after}-{promise.by}"
    return Theorem(
        "request", (COMMANDS[promise.after],), name, f"{promise.sentence}.", (promise.by,), check
    )


def subject_of(command: Any, between: str) -> tuple[str, str]:
    """Return kind and name of the first thing that a command names, or of the grant or the role
    between two of them.
    """
    if between:
        return between, f"{command.vault}/{command.resource}"
    names_a_key_first = command.fields[:2] == ("vault", "key")
    kind = "key" if names_a_key_first else command.fields[0]
    return kind, entity_name(command, kind)


def value_asked_for(command: Any, field: str) -> Any:
    """Return what a command asks for in a field; keys have the names that observations have."""
    return entity_name(command, field) if field == "key" else getattr(command, field)


AS_SOFT_DELETED = {"exists": lambda a: a.vault.soft_delete, "state": "deleted"}


def load_promises() -> Iterator[Promise]:
    """Yield what commands do that does not depend on what was there."""
    for row in read_yaml(Path(__file__).with_name("acceptances.yaml")).value():
        yield Promise(**row)


PROMISES = (
    *load_promises(),
    Promise(
        "DeleteVault",
        "environment.delete-vault",
        "A deleted key vault can be recovered if it had soft delete, and is gone at once if not",
        shows=AS_SOFT_DELETED,
    ),
    Promise(
        "DeleteKey",
        "environment.delete-key",
        "A deleted key can be recovered if its vault has soft delete, and is gone at once if not",
        shows=AS_SOFT_DELETED,
    ),
    Promise(
        "RotateKey",
        "keys.rotate",
        "Rotating a key makes its next version",
        shows={"version": lambda a: a.key.version + 1},
    ),
    Promise(
        "CreateWorkspace",
        "environment.create-workspace",
        "A new workspace is there, under the customer's key exactly if its resource is at the time",
        asked=("resource",),
        shows={"key_source": lambda a: a.resource.key_source},
    ),
    Promise(
        "CreateWorkspace",
        "workspace.covered",
        "A workspace made while customer-managed keys are on is under the customer's key",
        shows={"key_source": CUSTOMER},
        when=lambda a: a.resource.key_source == CUSTOMER,
    ),
)
"""What each command does: most of it is data, and the rest depends on what was there."""


def by_command(promises: Iterable[Promise]) -> dict[type[Command], list[Promise]]:
    """Return the promises of each command that has any."""
    found: dict[type[Command], list[Promise]] = {}
    for promise in promises:
        found.setdefault(COMMANDS[promise.after], []).append(promise)
    return found


PROMISES_OF = by_command(PROMISES)


@on_request(*PROMISES_OF, by="environment.exists")
def repeating_a_request_changes_nothing(step: MachineStep) -> Iterator[Expectation]:
    """Asking for what already is so changes nothing."""
    if not step.accepted:
        return
    for promise in PROMISES_OF[type(step.command)]:
        if not all(is_shown(fact, step.before) for fact in promise.facts(step)):
            return
    yield Unchanged()


# What else follows from some


@on_request(cmd.ReturnToMicrosoftManagedKeys, by="keys.return")
def workspaces_go_back_with_their_resource(step: MachineStep) -> Iterator[Expectation]:
    """Going back to Microsoft-managed keys takes every workspace of the resource along."""
    if step.accepted:
        for workspace in step.before.every(Workspace):
            if workspace.resource.name == step.asked.resource.name:
                yield fact(workspace, "key_source", MICROSOFT)


ON_DATA = (
    cmd.UploadDocument,
    cmd.TrainModel,
    cmd.ReadData,
    cmd.DeployModel,
    cmd.TranslateWithModel,
)
"""Commands that work with data."""


@on_request(*COMMANDS.values(), by="keys.use-logged")
def every_use_of_the_key_is_recorded(step: MachineStep) -> Iterator[Expectation]:
    """A request that works with data under the customer's key has its use recorded and says so; no
    other has.
    """
    if not step.accepted:
        return
    uses = tuple(key_uses(step))
    yield Uses(uses)
    yield Named("keys.use-logged", bool(uses))


def key_uses(step: MachineStep) -> Iterator[KeyUse]:
    """Yield the use of a key that the request makes, if it makes any."""
    if isinstance(step.command, ON_DATA):
        resource = workspace(step.asked).resource
        if resource.key_source == CUSTOMER and resource.key is not None:
            yield KeyUse(resource.key.name, resource.name)


@on_request(cmd.MoveResourceGroup, by="environment.move vault.deleted-stays-behind")
def a_group_moves_with_all_it_holds(step: MachineStep) -> Iterator[Expectation]:
    """A resource group is moved with the resources and key vaults in it, and with no other."""
    if not step.accepted:
        return
    command: Any = step.command
    for thing in (*step.before.every(Resource), *step.before.every(Vault)):
        exists = thing.state == "active" or (isinstance(thing, Vault) and thing.state == "deleted")
        if not exists:
            continue
        is_in_group = (thing.group, thing.subscription.name) == (
            command.group,
            command.subscription,
        )
        is_moved = is_in_group and thing.state == "active"  # what is deleted is in no group
        yield fact(thing, "subscription", command.to if is_moved else thing.subscription.name)


@on_request(cmd.RecoverVault, by="environment.role-ends-with-vault")
def a_vault_is_recovered_without_roles(step: MachineStep) -> Iterator[Expectation]:
    """Nobody has a role on a key vault that was recovered."""
    if step.accepted:
        yield from without_roles(step, step.asked.vault)


@on_request(cmd.MoveResourceGroup, by="environment.role-stays-behind")
def a_vault_moves_without_roles(step: MachineStep) -> Iterator[Expectation]:
    """Nobody has a role on a key vault that was moved."""
    if not step.accepted:
        return
    for vault in step.before.every(Vault):
        now = look_up(step.after, Vault, vault.name)
        if now is not None and now.subscription.name != vault.subscription.name:
            yield from without_roles(step, vault)


def without_roles(step: MachineStep, vault: Any) -> Iterator[Fact]:
    """Yield that no resource has a role on the vault."""
    for resource in step.before.every(Resource):
        yield Fact(Role.word, f"{vault.name}/{resource.name}", "exists", False)


@on_request(
    *(cmd.MoveResource, cmd.MoveResourceGroup, cmd.MoveSubscription),
    by="tenant.not-transferred tenant.identity-off tenant.stays-customer-managed "
    "tenant.same-tenant-move "
    "environment.move",
)
def identity_and_key_stay_behind(step: MachineStep) -> Iterator[Expectation]:
    """A moved resource stays customer-managed; it keeps identity and key exactly if its tenant
    stays the same.
    """
    for was in step.before.every(Resource):
        now = look_up(step.after, Resource, was.name)
        if was.state != "active" or now is None:
            continue
        same_tenant = home(was) == home(now)
        keeps_key = same_tenant and was.key is not None
        yield fact(now, "identity", was.identity and same_tenant)
        yield fact(now, "key", was.key.name if keeps_key else ABSENT)
        yield fact(now, "key_source", was.key_source)


# What an acceptance names


def has_moved(kind: type[Entity]) -> Callable[[MachineStep], bool]:
    """Return the test that something of the kind changed its tenant in the step."""

    def test(step: MachineStep) -> bool:
        for was in step.before.every(kind):
            now = look_up(step.after, kind, was.name)
            if now is not None and home(was) != home(now):
                return True
        return False

    return test


def ends_an_identity(step: MachineStep) -> bool:
    return isinstance(step.command, cmd.DisableIdentity | cmd.DeleteResource)


def asks_for_customer_managed_keys_at_creation(step: MachineStep) -> bool:
    return isinstance(step.command, cmd.CreateResource) and step.asked.keys == CUSTOMER


NAMED_ONLY_WHERE: Mapping[str, Callable[[MachineStep], bool]] = {
    "tenant.not-transferred": has_moved(Resource),
    "tenant.vault-moved": has_moved(Vault),
    "identity.access-removed": ends_an_identity,
    "identity.access-removed-elsewhere": ends_an_identity,
    "resource.not-at-creation": asks_for_customer_managed_keys_at_creation,
}
"""For each requirement that another might be named with: where alone an acceptance can rest on it.
"""


@on_request(*COMMANDS.values(), by=" ".join(NAMED_ONLY_WHERE))
def a_requirement_is_named_only_where_it_applies(step: MachineStep) -> Iterator[Expectation]:
    """An acceptance rests on a move, an identity that is off, or a wish at creation only where
    there was one.
    """
    for requirement in NAMED_ONLY_WHERE.keys() & step.by:
        yield Named(requirement, NAMED_ONLY_WHERE[requirement](step))


WRITES = " ".join(
    dict.fromkeys(row.requirement for row in ROWS if isinstance(row, Effect | Whenever))
)
"""The requirements that an acceptance can name."""


@on_request(*COMMANDS.values(), by=WRITES)
def an_acceptance_names_what_it_rests_on(step: MachineStep) -> Iterator[Expectation]:
    """A requirement that an acceptance does not name can lose its rows, and the step is the
    same.
    """
    if not isinstance(step.outcome, Accepted):
        return
    writing = requirements_that_write(step.machine, type(step.command))
    causes = requirements_of_meanings(step.machine)
    for requirement in sorted(step.by - writing - causes):
        yield Named(requirement, False)

    if rests_on_what_it_names(step):
        yield step.outcome
    else:
        for requirement in sorted(writing - step.by):
            yield Named(requirement, True)


@lru_cache(maxsize=1_000)
def requirements_that_write(machine: Machine, on: type[Command]) -> frozenset[str]:
    """Return the requirements whose rows change the state on this command, or as a consequence of
    any command.
    """
    found = set()
    for row in machine.rows:
        if isinstance(row, Whenever) or (isinstance(row, Effect) and row.on is on):
            found.add(row.requirement)
    return frozenset(found)


@lru_cache(maxsize=1_000)
def requirements_of_meanings(machine: Machine) -> frozenset[str]:
    """Return the requirements whose rows say what a meaning is."""
    return frozenset(row.requirement for rows in machine.meanings.values() for row in rows)


def rests_on_what_it_names(step: MachineStep) -> bool:
    """Return whether the step is the same where no row writes for another requirement than those
    that are named.
    """
    by = step.by

    def may_write(row: Row, _: str) -> bool:
        return row.requirement in by or not isinstance(row, Effect | Whenever)

    try:
        after, outcome = step.machine.step(State(step.before.tables), step.command, may_write)
    except ROWS_RAISE:
        return False
    instead = MachineStep(
        step.before, step.command, step.machine.world(after), outcome, step.machine
    )
    return outcome == step.outcome and records_written(instead) == records_written(step)


def records_written(step: MachineStep) -> dict[tuple[type[Entity], str], Any]:
    """Return every record that the step changed, as it is after."""
    return {(kind, name): step.after.tables[kind].get(name) for kind, name in step.changed}


THEOREMS = (*map(promise_theorem, PROMISES), *collected(globals()))
