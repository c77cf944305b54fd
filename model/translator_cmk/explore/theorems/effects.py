"""Theorems about accepted requests: what each one does, what else follows from it, and the requirements it names."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from ...language.facts import ABSENT, Fact
from ...machine import COMMANDS, ROWS, Accepted, Command, KeyUse, Machine, Outcome, State
from ...machine import commands as cmd
from ...machine.entities import CUSTOMER, MICROSOFT, Resource, Vault, Workspace
from ...machine.rows import Effect, Whenever
from ..memoised import Memoised
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

MOVES = (cmd.MoveResource, cmd.MoveResourceGroup, cmd.MoveSubscription)


def done(
    on: type[Command],
    requirement: str,
    sentence: str,
    asked: str = "",
    when: Callable[[Any], Any] = lambda _: True,
    grant: bool = False,
    **fields: Any,
) -> Theorem:
    """Return the theorem that an accepted command has done this, and names the requirement where that is new.

    ``fields`` are shown by the subject: the first thing that the command names, or the grant of its resource on its
    vault.  A value is given, or computed from the command with entities for its names.  ``asked`` are fields that the
    command itself gives the value of.
    """

    def check(step: Step) -> Iterator[Expectation]:
        if step.accepted and when(step.asked):
            facts = list(shown(step, asked.split(), fields, grant))
            yield from facts
            if not all(is_shown(each, step.before) for each in facts):
                yield Named(requirement, True)

    return Theorem("request", (on,), f"done-{on.__name__}-{requirement}", f"{sentence}.", (requirement,), check)


def shown(step: Step, asked: Iterable[str], fields: Mapping[str, Any], grant: bool) -> Iterator[Fact]:
    """Yield the facts about the subject of a command; of a subject that is gone, that it is."""
    command: Any = step.command
    field = "grant" if grant else "key" if command.fields[:2] == ("vault", "key") else command.fields[0]
    name = f"{command.vault}/{command.resource}" if grant else entity_name(command, field)
    values = {each: entity_name(command, each) if each == "key" else getattr(command, each) for each in asked}
    values |= {each: value(step.asked) if callable(value) else value for each, value in fields.items()}
    there = values.pop("exists", True)
    yield Fact(field, name, "exists", there)
    yield from (Fact(field, name, each, value) for each, value in values.items() if there)


DONE = (
    # Resources
    done(
        cmd.CreateResource,
        "environment.create-resource",
        "A new resource is there, as it was asked for, with its managed identity off",
        asked="kind location subscription group",
        identity=False,
    ),
    done(
        cmd.CreateResource,
        "encryption.default-key",
        "A new resource uses Microsoft-managed keys",
        key_source=MICROSOFT,
        key=ABSENT,
    ),
    done(cmd.DeleteResource, "environment.delete-resource", "A deleted resource is gone", exists=False),
    done(cmd.EnableIdentity, "identity.enable", "The managed identity can be enabled", identity=True),
    done(cmd.DisableIdentity, "identity.disable", "The managed identity can be disabled", identity=False),
    done(
        cmd.EnableCustomerManagedKeys,
        "keys.enable",
        "Enabling customer-managed keys puts the chosen key in use",
        asked="key",
        key_source=CUSTOMER,
    ),
    done(
        cmd.EnableCustomerManagedKeys,
        "identity.enabled-with-keys",
        "Enabling customer-managed keys turns the managed identity on",
        identity=True,
    ),
    done(
        cmd.EnableCustomerManagedKeys,
        "vault.granted-with-keys",
        "Enabling customer-managed keys gives the identity access to the key vault",
        grant=True,
    ),
    done(
        cmd.ReturnToMicrosoftManagedKeys,
        "keys.return",
        "A resource that went back uses Microsoft-managed keys and has no key of its own",
        key_source=MICROSOFT,
        key=ABSENT,
    ),
    # Vaults and access
    done(
        cmd.CreateVault,
        "environment.create-vault",
        "A new key vault is there, with the protections that were asked for",
        asked="region subscription group soft_delete purge_protection permission_model",
        state="active",
    ),
    done(cmd.EnableSoftDelete, "environment.vault-protections", "Soft delete can be turned on", soft_delete=True),
    done(
        cmd.EnablePurgeProtection,
        "environment.vault-protections",
        "Purge protection can be turned on",
        purge_protection=True,
    ),
    done(
        cmd.DeleteVault,
        "environment.delete-vault",
        "A deleted key vault can be recovered if it had soft delete, and is gone at once if not",
        exists=lambda a: a.vault.soft_delete,
        state="deleted",
    ),
    done(cmd.RecoverVault, "environment.recover-vault", "A deleted key vault can be recovered", state="active"),
    done(cmd.PurgeVault, "environment.purge-vault", "A purged key vault is gone", exists=False),
    done(
        cmd.EndVaultRetention,
        "environment.end-of-retention",
        "At the end of its retention a deleted key vault is gone",
        exists=False,
    ),
    done(
        cmd.GrantKeyAccess,
        "vault.access-policy",
        "An access policy gives the identity access to the keys of the vault",
        grant=True,
    ),
    done(cmd.RevokeKeyAccess, "revocation.revoke", "Revoked access is gone", grant=True, exists=False),
    # Keys
    done(
        cmd.CreateKey,
        "keys.create",
        "A key generated in the vault is there and enabled",
        asked="type size",
        state="active",
        enabled=True,
        version=1,
    ),
    done(
        cmd.ImportKey,
        "keys.import",
        "A key made elsewhere and imported is there and enabled",
        asked="type size",
        state="active",
        enabled=True,
        version=1,
    ),
    done(cmd.RotateKey, "keys.rotate", "Rotating a key makes its next version", version=lambda a: a.key.version + 1),
    done(cmd.DisableKey, "keys.disable", "A key can be disabled", enabled=False),
    done(cmd.EnableKey, "environment.enable-key", "A key can be enabled", enabled=True),
    done(
        cmd.DeleteKey,
        "environment.delete-key",
        "A deleted key can be recovered if its vault has soft delete, and is gone at once if not",
        exists=lambda a: a.vault.soft_delete,
        state="deleted",
    ),
    done(cmd.RecoverKey, "environment.recover-key", "A deleted key can be recovered", state="active"),
    done(cmd.PurgeKey, "environment.purge-key", "A purged key is gone", exists=False),
    # Custom Translator
    done(
        cmd.CreateWorkspace,
        "environment.create-workspace",
        "A new workspace is there, under the customer's key exactly if its resource is at the time",
        asked="resource",
        key_source=lambda a: a.resource.key_source,
    ),
    done(
        cmd.CreateWorkspace,
        "workspace.covered",
        "A workspace made while customer-managed keys are on is under the customer's key",
        when=lambda a: a.resource.key_source == CUSTOMER,
        key_source=CUSTOMER,
    ),
    done(cmd.UploadDocument, "environment.upload", "An uploaded document is kept in its workspace", asked="workspace"),
    done(
        cmd.TrainModel,
        "environment.train",
        "A trained model is there, and not deployed",
        asked="workspace",
        state="undeployed",
    ),
    done(cmd.DeployModel, "environment.deploy", "A model can be deployed", state="deployed"),
    done(cmd.UndeployModel, "environment.deploy", "A model can be undeployed", state="undeployed"),
    # Moves
    done(cmd.MoveResource, "environment.move", "A moved resource is where it was moved to", asked="subscription group"),
    done(cmd.MoveSubscription, "environment.move", "A moved subscription is in its new tenant", asked="tenant"),
)


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
    *MOVES,
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


@request(*COMMANDS.values(), by="tenant.not-transferred environment.vault-moved")
def a_move_is_named_only_where_something_moved(step: Step) -> Iterator[Expectation]:
    """An acceptance rests on the move of a resource or a vault only where one has changed its tenant."""
    for kind, requirement in ((Resource, "tenant.not-transferred"), (Vault, "environment.vault-moved")):
        if requirement in step.by:
            both = [(was, look_up(step.after, kind, was.name)) for was in step.before.every(kind)]
            yield Named(requirement, any(now is not None and home(was) != home(now) for was, now in both))


WRITES = " ".join(dict.fromkeys(row.requirement for row in ROWS if isinstance(row, Effect | Whenever)))
"""The requirements that an acceptance can name."""


@request(*COMMANDS.values(), by=WRITES)
def an_acceptance_names_what_it_rests_on(step: Step) -> Iterator[Expectation]:
    """A requirement that an acceptance does not name can lose its rows, and the step is the same."""
    if isinstance(step.outcome, Accepted):
        can_be_named = written_for(step.machine, type(step.command))
        causes = {row.requirement for rows in step.machine.meanings.values() for row in rows}
        yield from (Named(requirement, False) for requirement in step.by - can_be_named - causes)
        if is_same(step, only_with(step.machine, step.by)):
            yield step.outcome
        else:
            yield from (Named(requirement, True) for requirement in sorted(can_be_named - step.by))


@lru_cache(maxsize=1_000)
def written_for(machine: Machine, on: type[Command]) -> frozenset[str]:
    """Return the requirements for which the machine's rows write on a command, or in consequence of any."""
    rows = [row for row in machine.rows if isinstance(row, Whenever) or (isinstance(row, Effect) and row.on is on)]
    return frozenset(row.requirement for row in rows)


@lru_cache(maxsize=1_000)
def only_with(machine: Machine, by: frozenset[str]) -> Callable[[State, Command], tuple[State, Outcome]]:
    """Return the step of the machine without the rows that write for any other requirement than these."""
    rows = [row for row in machine.rows if not isinstance(row, Effect | Whenever) or row.requirement in by]
    return Memoised(type(machine)(rows, machine.silent).step).step


def is_same(step: Step, other: Callable[[State, Command], tuple[State, Outcome]]) -> bool:
    """Return whether another machine takes the step with the same outcome and the same changes."""
    try:
        after, outcome = other(State(step.before.tables), step.command)
    except ROWS_RAISE:
        return False
    instead = Step(step.before, step.command, step.machine.world(after), outcome, step.machine)
    return outcome == step.outcome and changes(instead) == changes(step)


def changes(step: Step) -> dict[tuple[Any, str], Any]:
    """Return every record that the step changed, as it is after."""
    return {(kind, name): step.after.tables[kind].get(name) for kind, name in step.changed()}


THEOREMS = (*DONE, *collected(globals()))
