"""The laws of the machine, predicates of one step that read states and no rows; and small machines that break them."""

from collections.abc import Callable, Iterator
from functools import cache
from random import Random
from typing import Any, NamedTuple

from translator_cmk.machine import ROWS, Accepted, Command, Machine, Outcome, Refused, State
from translator_cmk.machine.commands import (
    DeployModel,
    DisableKey,
    GrantKeyAccess,
    MoveResourceGroup,
)
from translator_cmk.machine.entities import (
    ENTITY_KINDS,
    Document,
    Entity,
    Grant,
    Key,
    Model,
    Resource,
    Subscription,
    Vault,
    Workspace,
)
from translator_cmk.machine.rows import Means, Refuse, Row, effect
from translator_cmk.machine.topics.restoration import brings_uploads_back, redeploys
from translator_cmk.machine.topics.revocation import COUNTER_ROWS as CONFUSED
from translator_cmk.machine.updates import sets


class Step(NamedTuple):
    """One step of a machine, with what came of it, and a copy of the state before that the machine never saw."""

    machine: Machine
    before: State
    command: Command
    after: State
    outcome: Outcome
    copy: State


def take(machine: Machine, before: State, command: Command) -> Step:
    """Submit the command to the machine in this state."""
    copy = State({kind: dict(table) for kind, table in before.tables.items()})
    after, outcome = machine.step(before, command)
    return Step(machine, before, command, after, outcome, copy)


Law = Callable[[Step], bool]

NOT_REPEATABLE = (
    "Create",
    "Import",
    "Upload",
    "Train",
    "Delete",
    "Purge",
    "Recover",
    "End",
    "Rotate",
    "Move",
)
"""How the name of a command begins that makes something, takes it away or moves it: asked again, it is refused."""


def rows_of(state: State, kind: type[Entity]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from ((name, row_of(state, kind, name)) for name in state.tables[kind])


def row_of(state: State, kind: type[Entity], name: str) -> dict[str, Any]:
    return dict(zip(kind.fields, state.tables[kind][name], strict=True))


def step_is_pure(step: Step) -> bool:
    """A step leaves the state before as it was, and taken again it gives the same."""
    return step.before == step.copy and step.machine.step(step.copy, step.command) == (
        step.after,
        step.outcome,
    )


def a_refused_command_changes_nothing(step: Step) -> bool:
    return isinstance(step.outcome, Accepted) or step.after == step.before


def asking_for_what_is_so_changes_nothing(step: Step) -> bool:
    """A command that sets something, accepted once, is accepted again and changes nothing."""
    if not isinstance(step.outcome, Accepted) or type(step.command).__name__.startswith(NOT_REPEATABLE):
        return True
    again, outcome = step.machine.step(step.after, step.command)
    return isinstance(outcome, Accepted) and again == step.after


def order_of_rows_carries_no_meaning(step: Step) -> bool:
    return shuffled(step.machine, len(step.command)).step(step.before, step.command)[0] == step.after


@cache
def shuffled(machine: Machine, seed: int) -> Machine:
    """Return a machine of the same kind with its rows in another order; making one takes longer than many steps."""
    rows = list(machine.rows)
    Random(seed).shuffle(rows)
    return type(machine)(rows)


def a_refusal_names_every_demand_it_breaks(step: Step) -> bool:
    """Each demand refuses by itself exactly if the refusal of all names it."""
    if not isinstance(step.outcome, Refused) or "environment.exists" in step.outcome.because:
        return True
    alone = {
        demand.requirement
        for demand, machine in demands_alone(step.machine)
        if demand.on is type(step.command) and isinstance(machine.step(step.before, step.command)[1], Refused)
    }
    return alone == step.outcome.because


@cache
def demands_alone(machine: Machine) -> tuple[tuple[Refuse, Machine], ...]:
    """Return each demand of the machine, and the machine that has no other."""
    others = [row for row in machine.rows if not isinstance(row, Refuse)]
    return tuple((row, Machine([*others, row])) for row in machine.rows if isinstance(row, Refuse))


def an_acceptance_says_what_changed_something(step: Step) -> bool:
    """Every change is attributed to a requirement; where nothing changed or was recorded, none is named."""
    if not isinstance(step.outcome, Accepted):
        return True
    return bool(step.outcome.by) == (step.after != step.before or bool(step.outcome.audit))


def an_acceptance_names_each_cause_it_rests_on(step: Step) -> bool:
    """A requirement that says when something is so is named exactly if something would not have changed otherwise."""
    if not isinstance(step.outcome, Accepted):
        return True
    found = changed_fields(step.before, step.after)
    return all(
        (name in step.outcome.by) != (found <= changed_fields(step.before, other.step(step.before, step.command)[0]))
        for name, other in causes_never_so(step.machine)
    )


@cache
def causes_never_so(machine: Machine) -> tuple[tuple[str, Machine], ...]:
    """Return each requirement of which all rows say when something is so, and the machine in which it never is."""
    names = {row.requirement for row in machine.rows if isinstance(row, Means)}
    names -= {row.requirement for row in machine.rows if not isinstance(row, Means)}
    return tuple((name, Machine([never_so(row, name) for row in machine.rows])) for name in sorted(names))


def never_so(row: Row, requirement: str) -> Row:
    """Return the row; one of the requirement reads the same, and never holds."""
    if row.requirement != requirement or not isinstance(row, Means):
        return row
    when = row.when
    return row._replace(when=lambda entity: when(entity) and False)


def changed_fields(before: State, after: State) -> set[tuple[type[Entity], str, str, Any]]:
    """Return every field that is another one after, with its value there."""
    absent = dict[str, Any]()
    return {
        (kind, name, field, value)
        for kind in ENTITY_KINDS
        for was, now in [(dict(rows_of(before, kind)), dict(rows_of(after, kind)))]
        for name in was.keys() | now.keys()
        for field, value in now.get(name, {"state": None}).items()
        if value != was.get(name, absent).get(field)
    }


def a_command_changes_only_what_depends_on_what_it_names(step: Step) -> bool:
    """Isolation: every entity that changed is named by the command or leads to one that is."""
    named = set(named_by(step.command))
    if isinstance(step.command, MoveResourceGroup):
        named |= {
            (kind, name)
            for kind in (Resource, Vault)
            for name, fields in rows_of(step.before, kind)
            if (fields["group"], fields["subscription"]) == (step.command.group, step.command.subscription)
        }
    depending = dependents(step.before, named) | dependents(step.after, named)
    return all(target in depending for target in changed(step.before, step.after))


def named_by(command: Command) -> Iterator[tuple[type[Entity], str]]:
    """The entities a command names, except those that it only places things in."""
    return ((kind, name) for kind, name, _ in command.names() if not placed_only(command, kind))


def placed_only(command: Command, kind: type[Entity]) -> bool:
    """Whether the command only says where something new, or something moved, is to be."""
    name = type(command).__name__
    if name.startswith(("Create", "Import", "Upload", "Train")):
        return kind.word not in name.lower()
    if name == "EnableCustomerManagedKeys":
        return kind is not Resource
    if name in ("GrantKeyAccess", "RevokeKeyAccess"):
        return kind is not Resource
    if name.endswith("Key"):
        return kind is not Key
    return name.startswith("MoveResource") and kind is Subscription


def dependents(state: State, named: set[tuple[type[Entity], str]]) -> set[tuple[type[Entity], str]]:
    """The named entities and all that lead to them."""
    found = set(named)
    for kind in ENTITY_KINDS:  # nobody leads to a kind on its right
        for name, fields in rows_of(state, kind):
            if any(fields[link] is not None and (to, fields[link]) in found for link, to in kind.links.items()):
                found.add((kind, name))
    return found


def changed(before: State, after: State) -> Iterator[tuple[type[Entity], str]]:
    for kind in ENTITY_KINDS:
        was, now = before.tables[kind], after.tables[kind]
        for name in was.keys() | now.keys():
            if was.get(name) != now.get(name):
                yield kind, name


def deleted_uploads_stay_deleted(step: Step) -> bool:
    return all(
        step.after.tables[Document][name][-1] == "deleted"
        for name, fields in rows_of(step.before, Document)
        if fields["state"] == "deleted"
    )


def data_is_readable_again_with_its_own_key_only(step: Step) -> bool:
    """No other key brings data back: what could not be read and can be is under the key that it was under before."""
    before, after = (dict(rows_of(state, Resource)) for state in (step.before, step.after))
    unreadable = {name for name, was in rows_of(step.before, Workspace) if not was["readable"]}
    return all(
        before[now["resource"]]["data_key"] == after[now["resource"]]["data_key"]
        and not is_inaccessible(step.after, now["resource"], after[now["resource"]])
        for name, now in rows_of(step.after, Workspace)
        if name in unreadable and now["readable"]
    )


def only_a_customer_deploys_a_model(step: Step) -> bool:
    return all(
        step.before.tables[Model].get(name, ("",))[-1] == "deployed" or step.command == DeployModel(name)
        for name, fields in rows_of(step.after, Model)
        if fields["state"] == "deployed"
    )


def nothing_is_left_under_a_key_inaccessible(step: Step) -> bool:
    """While customer-managed keys are inaccessible, what they cover has no upload, deployed model or readable data."""
    state = step.after
    cut = {name for name, fields in rows_of(state, Resource) if is_inaccessible(state, name, fields)}
    covered = {name for name, fields in rows_of(state, Workspace) if fields["covered"] and fields["resource"] in cut}
    return (
        all(not fields["readable"] for name, fields in rows_of(state, Workspace) if name in covered)
        and all(f["state"] != "uploaded" for _, f in rows_of(state, Document) if f["workspace"] in covered)
        and all(f["state"] != "deployed" for _, f in rows_of(state, Model) if f["workspace"] in covered)
    )


def is_inaccessible(state: State, name: str, resource: dict[str, Any]) -> bool:
    """Return whether the key is inaccessible, found without the rows."""
    if resource["key_source"] != "customer-managed" or resource["state"] != "active":
        return False
    if resource["key"] is None:
        return True
    key = row_of(state, Key, resource["key"])
    vault = row_of(state, Vault, key["vault"])
    return (
        vault["state"] != "active"
        or key["state"] != "active"
        or not key["enabled"]
        or f"{key['vault']}/{name}" not in state.tables[Grant]
    )


def access_needs_an_identity_of_the_same_tenant(step: Step) -> bool:
    """No grant outlives the identity of its resource, or joins two tenants."""
    state = step.after
    for _, grant in rows_of(state, Grant):
        resource, vault = (
            row_of(state, Resource, grant["resource"]),
            row_of(state, Vault, grant["vault"]),
        )
        homes = {state.tables[Subscription][each["subscription"]][0] for each in (resource, vault)}
        if not resource["identity"] or len(homes) > 1:
            return False
    return True


LAWS: tuple[Law, ...] = (
    step_is_pure,
    a_refused_command_changes_nothing,
    asking_for_what_is_so_changes_nothing,
    order_of_rows_carries_no_meaning,
    a_refusal_names_every_demand_it_breaks,
    an_acceptance_says_what_changed_something,
    an_acceptance_names_each_cause_it_rests_on,
    a_command_changes_only_what_depends_on_what_it_names,
    deleted_uploads_stay_deleted,
    only_a_customer_deploys_a_model,
    data_is_readable_again_with_its_own_key_only,
    nothing_is_left_under_a_key_inaccessible,
    access_needs_an_identity_of_the_same_tenant,
)


def slug(law: Law) -> str:
    """The law's name as an id has it."""
    return law.__name__.replace("_", "-")


# Small wrong machines, one sentence each: what the laws are there to find


class WritesToItsState(Machine):
    """Drops every grant of the state it was handed."""

    def step(self, state: State, command: Command, choose: Any = None) -> tuple[State, Outcome]:
        after = super().step(state, command, choose)
        state.tables[Grant].clear()
        return after


class ChangesOnRefusal(Machine):
    """Turns every identity off when it refuses."""

    def step(self, state: State, command: Command, choose: Any = None) -> tuple[State, Outcome]:
        after, outcome = super().step(state, command, choose)
        if isinstance(outcome, Refused):
            after = after.with_changes({(Resource, name): {"identity": False} for name in after.tables[Resource]})
        return after, outcome


class NamesOneReason(Machine):
    """Stops at the first demand that is broken."""

    def step(self, state: State, command: Command, choose: Any = None) -> tuple[State, Outcome]:
        after, outcome = super().step(state, command, choose)
        if isinstance(outcome, Refused):
            outcome = Refused(frozenset(sorted(outcome.because)[:1]))
        return after, outcome


class NamesNoRequirement(Machine):
    """Accepts without saying which requirement changed anything."""

    def step(self, state: State, command: Command, choose: Any = None) -> tuple[State, Outcome]:
        after, outcome = super().step(state, command, choose)
        return after, Accepted() if isinstance(outcome, Accepted) else outcome


class NamesNoCause(Machine):
    """Accepts without saying what made the key inaccessible."""

    def step(self, state: State, command: Command, choose: Any = None) -> tuple[State, Outcome]:
        after, outcome = super().step(state, command, choose)
        causes = {row.requirement for row in self.rows if isinstance(row, Means)}
        return after, Accepted(outcome.by - causes, outcome.audit) if isinstance(outcome, Accepted) else outcome


class HeedsTheLastRowOnly(Machine):
    """Carries out only the last of a command's effects."""

    def __init__(self, rows: Any, silent: Any = ()) -> None:
        super().__init__(rows, silent)
        self._effects = {on: effects[-1:] for on, effects in self._effects.items()}


def article(*added: Any, without: str = "") -> Machine:
    """Return the machine of the article, but for the rows of one requirement, and with other rows."""
    return Machine([*(row for row in ROWS if row.requirement != without), *added])


TOGGLES = effect(DisableKey, "keys.disable", then=lambda c: sets(c.key, enabled=not c.key.enabled))

CONFUSES_RESOURCES = article(*CONFUSED)
RESURRECTS_UPLOADS = article(brings_uploads_back(GrantKeyAccess, "restoration.uploads-stay-deleted"))
REDEPLOYS_MODELS = article(redeploys(GrantKeyAccess, "restoration.no-redeploy"))
LEAVES_MODELS_DEPLOYED = article(without="revocation.undeploys")

FAULTY: dict[str, dict[str, Machine]] = {
    "step_is_pure": {"drops grants of the state it was handed": WritesToItsState(ROWS)},
    "a_refused_command_changes_nothing": {"turns identities off when it refuses": ChangesOnRefusal(ROWS)},
    "asking_for_what_is_so_changes_nothing": {
        "enables a disabled key that is disabled": article(TOGGLES, without="keys.disable")
    },
    "order_of_rows_carries_no_meaning": {"carries out the last effect alone": HeedsTheLastRowOnly(ROWS)},
    "a_refusal_names_every_demand_it_breaks": {"stops at the first demand that is broken": NamesOneReason(ROWS)},
    "an_acceptance_says_what_changed_something": {"names no requirement": NamesNoRequirement(ROWS)},
    "an_acceptance_names_each_cause_it_rests_on": {"names no cause": NamesNoCause(ROWS)},
    "a_command_changes_only_what_depends_on_what_it_names": {
        "revokes the access of every resource to the vault": CONFUSES_RESOURCES
    },
    "deleted_uploads_stay_deleted": {"brings uploads back with the access": RESURRECTS_UPLOADS},
    "only_a_customer_deploys_a_model": {"deploys every model with the access": REDEPLOYS_MODELS},
    "data_is_readable_again_with_its_own_key_only": {"changes the key in use": article(without="keys.change")},
    "nothing_is_left_under_a_key_inaccessible": {
        "goes on serving models": LEAVES_MODELS_DEPLOYED,
        "keeps what was uploaded": article(without="revocation.deletes-uploads"),
        "lets data be read": article(without="revocation.data-inaccessible"),
        "takes a disabled key for one in reach": article(without="revocation.key-disabled"),
    },
    "access_needs_an_identity_of_the_same_tenant": {
        "keeps the access of an identity that is turned off": article(without="identity.access-removed"),
        "keeps the access when the vault moves to another tenant": article(without="environment.vault-moved"),
    },
}
"""For each law, by name: the machines that break it, each by what it does."""
