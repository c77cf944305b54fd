"""The laws of the machine: predicates of one step that read states and outcomes, and no rows.

Each law is a function whose name says it.  `faulty` has machines that break them.
"""

from collections.abc import Callable, Iterator
from functools import cache
from random import Random
from typing import Any, NamedTuple

from translator_cmk.machine import Accepted, Command, KeyUse, Machine, Outcome, Refused, State
from translator_cmk.machine.commands import (
    DeployModel,
    EnableCustomerManagedKeys,
    MoveResourceGroup,
    ReadData,
    ReturnToMicrosoftManagedKeys,
    TrainModel,
    TranslateWithModel,
    UndeployModel,
    UploadDocument,
)
from translator_cmk.machine.entities import (
    ENTITY_KINDS,
    Document,
    Entity,
    Grant,
    Key,
    Model,
    Resource,
    Role,
    Subscription,
    Vault,
    Workspace,
)
from translator_cmk.machine.rows import Means, Refuse, Row

EntityName = tuple[type[Entity], str]


class Step(NamedTuple):
    """One step of a machine.  ``copy`` equals the state before, and the machine never saw it."""

    machine: Machine
    before: State
    command: Command
    after: State
    outcome: Outcome
    copy: State


Law = Callable[[Step], bool]


def take(machine: Machine, before: State, command: Command) -> Step:
    """Submit the command to the machine in this state."""
    copy = State({kind: dict(table) for kind, table in before.tables.items()})
    after, outcome = machine.step(before, command)
    return Step(machine, before, command, after, outcome, copy)


def fields_of(state: State, kind: type[Entity], name: str) -> dict[str, Any]:
    """Return the record of an entity, by the names of its fields."""
    return dict(zip(kind.fields, state.tables[kind][name], strict=True))


def entities_of(state: State, kind: type[Entity]) -> dict[str, dict[str, Any]]:
    """Return the fields of each entity of a kind, by its name."""
    return {name: fields_of(state, kind, name) for name in state.tables[kind]}


# Of any set of rows


def step_is_pure(step: Step) -> bool:
    """A step leaves the state before as it was, and taken again it gives the same."""
    if step.before != step.copy:
        return False
    again = step.machine.step(step.copy, step.command)
    return again == (step.after, step.outcome)


def a_refused_command_changes_nothing(step: Step) -> bool:
    return isinstance(step.outcome, Accepted) or step.after == step.before


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
    "Assign",
)
"""How the name of a command begins that is no setting: repeated, it is refused, done again or not
specified.
"""


def repeating_a_request_changes_nothing(step: Step) -> bool:
    """A command that sets something, accepted once, is accepted again and changes nothing."""
    if not isinstance(step.outcome, Accepted):
        return True
    if type(step.command).__name__.startswith(NOT_REPEATABLE):
        return True
    after, outcome = step.machine.step(step.after, step.command)
    return isinstance(outcome, Accepted) and after == step.after


def order_of_transition_rules_does_not_matter(step: Step) -> bool:
    other = shuffled(step.machine, seed=len(step.command))
    after, _ = other.step(step.before, step.command)
    return after == step.after


@cache  # making a machine takes longer than many steps
def shuffled(machine: Machine, seed: int) -> Machine:
    """Return a machine of the same class with its rows in another order."""
    rows = list(machine.rows)
    Random(seed).shuffle(rows)
    return type(machine)(rows)


def a_refusal_names_every_precondition_it_breaks(step: Step) -> bool:
    """Each demand refuses by itself exactly if the refusal of all names it."""
    if not isinstance(step.outcome, Refused) or "environment.exists" in step.outcome.because:
        return True
    refusing = set()
    for demand, machine in demands_alone(step.machine):
        if demand.on is type(step.command):
            _, outcome = machine.step(step.before, step.command)
            if isinstance(outcome, Refused):
                refusing.add(demand.requirement)
    return refusing == step.outcome.because


@cache
def demands_alone(machine: Machine) -> list[tuple[Refuse, Machine]]:
    """Return each demand of the machine, and the machine that has no other."""
    demands = [row for row in machine.rows if isinstance(row, Refuse)]
    others = [row for row in machine.rows if not isinstance(row, Refuse)]
    return [(demand, Machine([*others, demand])) for demand in demands]


def an_acceptance_names_requirements_if_something_changed(step: Step) -> bool:
    """An acceptance names requirements exactly if something was changed or recorded."""
    if not isinstance(step.outcome, Accepted):
        return True
    something_happened = step.after != step.before or bool(step.outcome.audit)
    return bool(step.outcome.by) == something_happened


def an_acceptance_names_each_cause_it_rests_on(step: Step) -> bool:
    """A cause is named exactly if something would not have changed without it.

    A cause is a requirement whose rows all say when something is so.
    """
    if not isinstance(step.outcome, Accepted):
        return True
    changes = changed_fields(step.before, step.after)
    for cause, machine in causes_left_out(step.machine):
        after, _ = machine.step(step.before, step.command)
        changes_without_it = changed_fields(step.before, after)
        needed = not changes <= changes_without_it
        if needed != (cause in step.outcome.by):
            return False
    return True


@cache
def causes_left_out(machine: Machine) -> list[tuple[str, Machine]]:
    """Return each cause of the machine, and the machine in which it never holds."""
    causes = {row.requirement for row in machine.rows if isinstance(row, Means)}
    for row in machine.rows:
        if not isinstance(row, Means):
            causes.discard(row.requirement)
    machines = []
    for cause in sorted(causes):
        rows = [never(row) if row.requirement == cause else row for row in machine.rows]
        machines.append((cause, Machine(rows)))
    return machines


def never(row: Row) -> Row:
    """Return a row that reads what this one of kind `Means` reads, and never holds."""
    assert isinstance(row, Means)
    when = row.when
    return row._replace(when=lambda entity: when(entity) and False)


def changed_fields(before: State, after: State) -> set[tuple[type[Entity], str, str, Any]]:
    """Return every field that the step changed, with its value after it."""
    found = set()
    for kind, name in changed_entities(before, after):
        if name not in after.tables[kind]:
            found.add((kind, name, "state", None))
            continue
        was = fields_of(before, kind, name) if name in before.tables[kind] else {}
        for field, value in fields_of(after, kind, name).items():
            if value != was.get(field):
                found.add((kind, name, field, value))
    return found


def changed_entities(before: State, after: State) -> Iterator[EntityName]:
    """Yield every entity that the step made, changed or dropped."""
    for kind in ENTITY_KINDS:
        records_before = before.tables[kind]
        records_after = after.tables[kind]
        for name in records_before.keys() | records_after.keys():
            if records_before.get(name) != records_after.get(name):
                yield kind, name


# Isolation


def a_command_changes_only_named_things_and_their_dependants(step: Step) -> bool:
    """Every entity that changed is named by the command or leads to one that is."""
    subjects = subjects_of(step.command, step.before)
    depending = dependents(step.before, subjects) | dependents(step.after, subjects)
    return depending.issuperset(changed_entities(step.before, step.after))


def subjects_of(command: Command, state: State) -> set[EntityName]:
    """Return the entities that a command is about, not those in which it places something."""
    if isinstance(command, MoveResourceGroup):
        return moved_with_group(command, state)
    subjects = set()
    for kind, name, _ in command.names():
        if not is_only_a_place(command, kind):
            subjects.add((kind, name))
    return subjects


def moved_with_group(command: MoveResourceGroup, state: State) -> set[EntityName]:
    """Return the resources and vaults in the resource group."""
    found: set[EntityName] = set()
    for kind in (Resource, Vault):
        for name, fields in entities_of(state, kind).items():
            in_group = fields["group"] == command.group
            if in_group and fields["subscription"] == command.subscription:
                found.add((kind, name))
    return found


def is_only_a_place(command: Command, kind: type[Entity]) -> bool:
    """Return whether the command names the kind to say where something new or moved is to be."""
    name = type(command).__name__
    if name.startswith(("Create", "Import", "Upload", "Train")):
        return kind.word not in name.lower()
    if name in ("EnableCustomerManagedKeys", "GrantKeyAccess", "RevokeKeyAccess"):
        return kind is not Resource
    if name.endswith("Key"):
        return kind is not Key
    return name.startswith("MoveResource") and kind is Subscription


def dependents(state: State, named: set[EntityName]) -> set[EntityName]:
    """Return the named entities and all that lead to them."""
    found = set(named)
    for kind in ENTITY_KINDS:  # links lead to the left, so one pass finds all
        for name, fields in entities_of(state, kind).items():
            for link, linked_kind in kind.links.items():
                if (linked_kind, fields[link]) in found:
                    found.add((kind, name))
    return found


# Of the article


def deleted_uploads_stay_deleted(step: Step) -> bool:
    documents_after = entities_of(step.after, Document)
    for name, document in entities_of(step.before, Document).items():
        if document["state"] == "deleted" and documents_after[name]["state"] != "deleted":
            return False
    return True


def only_a_customer_deploys_a_translation_model(step: Step) -> bool:
    models_before = entities_of(step.before, Model)
    for name, model in entities_of(step.after, Model).items():
        was_deployed = name in models_before and models_before[name]["state"] == "deployed"
        is_deployed = model["state"] == "deployed"
        if is_deployed and not was_deployed and step.command != DeployModel(name):
            return False
    return True


def data_is_readable_again_with_its_own_key_only(step: Step) -> bool:
    """No other key brings data back: it is readable again under the key that encrypted it."""
    workspaces_before = entities_of(step.before, Workspace)
    for name, workspace in entities_of(step.after, Workspace).items():
        was_unreadable = name in workspaces_before and not workspaces_before[name]["readable"]
        if was_unreadable and workspace["readable"]:
            resource = workspace["resource"]
            data_key_before = fields_of(step.before, Resource, resource)["data_key"]
            data_key_after = fields_of(step.after, Resource, resource)["data_key"]
            if data_key_before != data_key_after or is_inaccessible(step.after, resource):
                return False
    return True


def no_data_or_deployment_survives_loss_of_the_key(step: Step) -> bool:
    """What an inaccessible key covers has no upload, no deployed model and no readable data."""
    state = step.after
    covered = set()
    for name, workspace in entities_of(state, Workspace).items():
        if workspace["covered"] and is_inaccessible(state, workspace["resource"]):
            if workspace["readable"]:
                return False
            covered.add(name)
    for document in entities_of(state, Document).values():
        if document["workspace"] in covered and document["state"] == "uploaded":
            return False
    for model in entities_of(state, Model).values():
        if model["workspace"] in covered and model["state"] == "deployed":
            return False
    return True


def is_inaccessible(state: State, name: str) -> bool:
    """Return whether the key of the resource is inaccessible, found without the rows."""
    resource = fields_of(state, Resource, name)
    if resource["key_source"] != "customer-managed" or resource["state"] != "active":
        return False
    if resource["key"] is None:
        return True
    key = fields_of(state, Key, resource["key"])
    vault = fields_of(state, Vault, key["vault"])
    gives_access = Role if vault["permission_model"] == "rbac" else Grant
    has_access = f"{key['vault']}/{name}" in state.tables[gives_access]
    usable = key["state"] == "active" and key["enabled"] and vault["state"] == "active"
    return not (usable and has_access)


def data_is_lost_with_its_key_or_its_resource_alone(step: Step) -> bool:
    """Uploads, deployed models and readable data end with the key or the resource, or by request."""
    for name, workspace in entities_of(step.before, Workspace).items():
        if is_cut_off(step.after, workspace["resource"]):
            continue
        if workspace["readable"] and not fields_of(step.after, Workspace, name)["readable"]:
            return False
        for document, fields in entities_of(step.before, Document).items():
            is_kept = fields_of(step.after, Document, document)["state"] == "uploaded"
            if fields["workspace"] == name and fields["state"] == "uploaded" and not is_kept:
                return False
        for model, fields in entities_of(step.before, Model).items():
            is_deployed = fields_of(step.after, Model, model)["state"] == "deployed"
            if fields["workspace"] == name and fields["state"] == "deployed" and not is_deployed:
                return step.command == UndeployModel(model)
    return True


def is_cut_off(state: State, name: str) -> bool:
    """Return whether the resource is deleted, or its key inaccessible."""
    is_there = fields_of(state, Resource, name)["state"] == "active"
    return not is_there or is_inaccessible(state, name)


def only_the_customer_turns_customer_managed_keys_on_or_off(step: Step) -> bool:
    """No loss and no move ends them, and nothing but enabling begins them."""
    for name, resource in entities_of(step.after, Resource).items():
        source_before = "microsoft-managed"
        if name in step.before.tables[Resource]:
            source_before = fields_of(step.before, Resource, name)["key_source"]
        if resource["key_source"] == source_before:
            continue
        asked_for: type[Command] = EnableCustomerManagedKeys
        if resource["key_source"] == "microsoft-managed":
            asked_for = ReturnToMicrosoftManagedKeys
        if not isinstance(step.command, asked_for) or step.command.as_dict()["resource"] != name:
            return False
    return True


def no_workspace_comes_under_the_key_after_it_was_made(step: Step) -> bool:
    workspaces_before = entities_of(step.before, Workspace)
    for name, workspace in entities_of(step.after, Workspace).items():
        was_covered = name not in workspaces_before or workspaces_before[name]["covered"]
        if workspace["covered"] and not was_covered:
            return False
    return True


ON_DATA = (UploadDocument, TrainModel, ReadData, DeployModel, TranslateWithModel)
"""Commands that work with data."""


def each_use_of_the_key_is_recorded(step: Step) -> bool:
    """Work with data under the customer's key is recorded with key and resource; nothing else is."""
    if not isinstance(step.outcome, Accepted):
        return True
    return step.outcome.audit == tuple(uses_of_keys(step.before, step.command))


def uses_of_keys(state: State, command: Command) -> Iterator[KeyUse]:
    """Yield the use of a key that the command makes, if it makes any."""
    if not isinstance(command, ON_DATA):
        return
    named = command.as_dict()
    if "workspace" in named:
        workspace = named["workspace"]
    else:
        workspace = fields_of(state, Model, named["model"])["workspace"]
    name = fields_of(state, Workspace, workspace)["resource"]
    resource = fields_of(state, Resource, name)
    if resource["key_source"] == "customer-managed" and resource["key"] is not None:
        yield KeyUse(resource["key"], name)


def access_needs_an_identity_of_the_same_tenant(step: Step) -> bool:
    """No grant outlives the identity of its resource, or joins two tenants."""
    state = step.after
    for grant in entities_of(state, Grant).values():
        resource = fields_of(state, Resource, grant["resource"])
        vault = fields_of(state, Vault, grant["vault"])
        if not resource["identity"] or tenant_of(state, resource) != tenant_of(state, vault):
            return False
    return True


def tenant_of(state: State, fields: dict[str, Any]) -> str:
    """Return the tenant of the subscription of a resource or vault."""
    tenant: str = fields_of(state, Subscription, fields["subscription"])["tenant"]
    return tenant


LAWS: tuple[Law, ...] = (
    step_is_pure,
    a_refused_command_changes_nothing,
    repeating_a_request_changes_nothing,
    order_of_transition_rules_does_not_matter,
    a_refusal_names_every_precondition_it_breaks,
    an_acceptance_names_requirements_if_something_changed,
    an_acceptance_names_each_cause_it_rests_on,
    a_command_changes_only_named_things_and_their_dependants,
    deleted_uploads_stay_deleted,
    only_a_customer_deploys_a_translation_model,
    data_is_readable_again_with_its_own_key_only,
    no_data_or_deployment_survives_loss_of_the_key,
    data_is_lost_with_its_key_or_its_resource_alone,
    only_the_customer_turns_customer_managed_keys_on_or_off,
    no_workspace_comes_under_the_key_after_it_was_made,
    each_use_of_the_key_is_recorded,
    access_needs_an_identity_of_the_same_tenant,
)


def slug(law: Law) -> str:
    """Return the law's name as an id has it."""
    return law.__name__.replace("_", "-")
