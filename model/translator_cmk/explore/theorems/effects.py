"""Theorems about accepted requests: what each one does, what else follows from it, and the requirements it names."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ...language.facts import ABSENT, Fact
from ...machine import COMMANDS, ROWS, Accepted, Command, KeyUse, Machine, State
from ...machine import commands as cmd
from ...machine.entities import CUSTOMER, MICROSOFT, Entity, Resource, Vault, Workspace
from ...machine.rows import Effect, Row, Whenever
from ...strict_yaml import read_yaml
from .requests import workspace
from .states import home
from .theorem import (
    ROWS_RAISE,
    Expectation,
    Named,
    Step,
    Theorem,
    Uses,
    collected,
    entity_name,
    fact,
    is_shown,
    look_up,
    request,
)


def done(
    after: str,
    by: str,
    sentence: str,
    asked: Sequence[str] = (),
    shows: Mapping[str, Any] = MappingProxyType({}),
    grant: bool = False,
    when: Callable[[Any], Any] = lambda _: True,
) -> Theorem:
    """Return the theorem that an accepted command has done this, and names the requirement where that is new.

    The fields are those of `effects.yaml`.  A value that can be called is computed from the command with entities for
    its names, and ``when`` says of that command whether anything is promised.
    """

    def check(step: Step) -> Iterator[Expectation]:
        if step.accepted and when(step.asked):
            facts = list(shown(step, asked, shows, grant))
            yield from facts
            if not all(is_shown(each, step.before) for each in facts):
                yield Named(by, True)

    return Theorem("request", (COMMANDS[after],), f"done-{after}-{by}", f"{sentence}.", (by,), check)


def shown(step: Step, asked: Iterable[str], fields: Mapping[str, Any], grant: bool) -> Iterator[Fact]:
    """Yield the facts about the subject of a command; of a subject that is gone, that it is."""
    command: Any = step.command
    field = "grant" if grant else "key" if command.fields[:2] == ("vault", "key") else command.fields[0]
    name = f"{command.vault}/{command.resource}" if grant else entity_name(command, field)
    values = {each: entity_name(command, each) if each == "key" else getattr(command, each) for each in asked}
    values |= {each: value(step.asked) if callable(value) else value for each, value in fields.items()}
    values |= {each: ABSENT for each, value in values.items() if value is None}
    there = values.pop("exists", True)
    yield Fact(field, name, "exists", there)
    yield from (Fact(field, name, each, value) for each, value in values.items() if there)


AS_SOFT_DELETED = {"exists": lambda a: a.vault.soft_delete, "state": "deleted"}

DONE = (
    *(done(**row) for row in read_yaml(Path(__file__).with_name("effects.yaml")).value()),
    done(
        "DeleteVault",
        "environment.delete-vault",
        "A deleted key vault can be recovered if it had soft delete, and is gone at once if not",
        shows=AS_SOFT_DELETED,
    ),
    done(
        "DeleteKey",
        "environment.delete-key",
        "A deleted key can be recovered if its vault has soft delete, and is gone at once if not",
        shows=AS_SOFT_DELETED,
    ),
    done(
        "RotateKey",
        "keys.rotate",
        "Rotating a key makes its next version",
        shows={"version": lambda a: a.key.version + 1},
    ),
    done(
        "CreateWorkspace",
        "environment.create-workspace",
        "A new workspace is there, under the customer's key exactly if its resource is at the time",
        asked=("resource",),
        shows={"key_source": lambda a: a.resource.key_source},
    ),
    done(
        "CreateWorkspace",
        "workspace.covered",
        "A workspace made while customer-managed keys are on is under the customer's key",
        shows={"key_source": CUSTOMER},
        when=lambda a: a.resource.key_source == CUSTOMER,
    ),
)
"""What each command does: most of it is data, and the rest depends on what was there."""


@request(cmd.ReturnToMicrosoftManagedKeys, by="keys.return")
def workspaces_go_back_with_their_resource(step: Step) -> Iterator[Expectation]:
    """Going back to Microsoft-managed keys takes every workspace of the resource along."""
    if step.accepted:
        for each in step.before.every(Workspace):
            if each.resource.name == step.asked.resource.name:
                yield fact(each, "key_source", MICROSOFT)


@request(*COMMANDS.values(), by="keys.use-logged")
def every_use_of_the_key_is_recorded(step: Step) -> Iterator[Expectation]:
    """A request that works with data under the customer's key has its use recorded and says so; no other has."""
    if step.accepted:
        resource: Any = workspace(step.asked).resource if isinstance(step.command, ON_DATA) else None
        used = bool(resource) and resource.key_source == CUSTOMER and resource.key is not None
        yield Uses((KeyUse(resource.key.name, resource.name),) if used else ())
        yield Named("keys.use-logged", used)


ON_DATA = (cmd.UploadDocument, cmd.TrainModel, cmd.ReadData, cmd.DeployModel, cmd.TranslateWithModel)


@request(cmd.MoveResourceGroup, by="environment.move")
def a_group_moves_with_all_it_holds(step: Step) -> Iterator[Expectation]:
    """A resource group is moved with the resources and key vaults in it, and with no other."""
    if step.accepted:
        c: Any = step.command
        for kind, alive in ((Resource, ("active",)), (Vault, ("active", "deleted"))):
            for thing in step.before.every(kind):
                if thing.state in alive:
                    moves = (thing.group, thing.subscription.name) == (c.group, c.subscription)
                    yield fact(thing, "subscription", c.to if moves else thing.subscription.name)


@request(
    *(cmd.MoveResource, cmd.MoveResourceGroup, cmd.MoveSubscription),
    by="tenant.not-transferred tenant.identity-off tenant.stays-customer-managed tenant.same-tenant-move "
    "environment.move",
)
def identity_and_key_stay_behind(step: Step) -> Iterator[Expectation]:
    """A moved resource stays customer-managed; it keeps identity and key exactly if its tenant stays the same."""
    for was in step.before.every(Resource):
        now = look_up(step.after, Resource, was.name)
        if was.state == "active" and now is not None:
            stays = home(was) == home(now)
            yield fact(now, "identity", was.identity and stays)
            yield fact(now, "key", was.key.name if was.key is not None and stays else ABSENT)
            yield fact(now, "key_source", was.key_source)


def has_moved(kind: type[Entity]) -> Callable[[Step], bool]:
    """Return the test that something of the kind changed its tenant in the step."""

    def test(step: Step) -> bool:
        both = ((was, look_up(step.after, kind, was.name)) for was in step.before.every(kind))
        return any(now is not None and home(was) != home(now) for was, now in both)

    return test


NAMED_ONLY_WHERE: Mapping[str, Callable[[Step], bool]] = {
    "tenant.not-transferred": has_moved(Resource),
    "environment.vault-moved": has_moved(Vault),
    "identity.access-removed": lambda step: isinstance(step.command, cmd.DisableIdentity | cmd.DeleteResource),
    "resource.not-at-creation": lambda step: (
        isinstance(step.command, cmd.CreateResource) and step.asked.keys == CUSTOMER
    ),
}
"""For each requirement that another might be named with: where alone an acceptance can rest on it."""


@request(*COMMANDS.values(), by=" ".join(NAMED_ONLY_WHERE))
def a_requirement_is_named_only_where_it_applies(step: Step) -> Iterator[Expectation]:
    """An acceptance rests on a move, an identity that is off, or a wish at creation only where there was one."""
    for requirement in NAMED_ONLY_WHERE.keys() & step.by:
        yield Named(requirement, NAMED_ONLY_WHERE[requirement](step))


WRITES = " ".join(dict.fromkeys(row.requirement for row in ROWS if isinstance(row, Effect | Whenever)))
"""The requirements that an acceptance can name."""


@request(*COMMANDS.values(), by=WRITES)
def an_acceptance_names_what_it_rests_on(step: Step) -> Iterator[Expectation]:
    """A requirement that an acceptance does not name can lose its rows, and the step is the same."""
    if isinstance(step.outcome, Accepted):
        can_be_named = requirements_that_write(step.machine, type(step.command))
        if others := step.by - can_be_named:
            causes = {row.requirement for rows in step.machine.meanings.values() for row in rows}
            yield from (Named(requirement, False) for requirement in others - causes)
        if rests_on_what_it_names(step):
            yield step.outcome
        else:
            yield from (Named(requirement, True) for requirement in sorted(can_be_named - step.by))


@lru_cache(maxsize=1_000)
def requirements_that_write(machine: Machine, on: type[Command]) -> frozenset[str]:
    """Return the requirements whose rows change the state on this command, or as a consequence of any command."""
    rows = [row for row in machine.rows if isinstance(row, Whenever) or (isinstance(row, Effect) and row.on is on)]
    return frozenset(row.requirement for row in rows)


def rests_on_what_it_names(step: Step) -> bool:
    """Return whether the step is the same where no row writes for another requirement than those that are named."""
    by = step.by

    def may_write(row: Row, _: str) -> bool:
        return row.requirement in by or not isinstance(row, Effect | Whenever)

    try:
        after, outcome = step.machine.step(State(step.before.tables), step.command, may_write)
    except ROWS_RAISE:
        return False
    instead = Step(step.before, step.command, step.machine.world(after), outcome, step.machine)
    return outcome == step.outcome and changes(instead) == changes(step)


def changes(step: Step) -> dict[tuple[Any, str], Any]:
    """Return every record that the step changed, as it is after."""
    return {(kind, name): step.after.tables[kind].get(name) for kind, name in step.changed}


THEOREMS = (*DONE, *collected(globals()))
