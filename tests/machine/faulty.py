"""Small wrong machines, one sentence each: what the laws are there to find."""

from typing import Any

from translator_cmk.machine import (
    COUNTER_ROWS,
    ROWS,
    Accepted,
    Command,
    Machine,
    Outcome,
    Refused,
    State,
)
from translator_cmk.machine.commands import DisableKey, GrantKeyAccess
from translator_cmk.machine.entities import Grant, Resource
from translator_cmk.machine.rows import Means, effect
from translator_cmk.machine.topics import MEMORY
from translator_cmk.machine.topics.restoration import brings_uploads_back, redeploys
from translator_cmk.machine.topics.revocation import COUNTER_ROWS as REVOCATION_MISTAKES
from translator_cmk.machine.updates import sets


class WritesToItsState(Machine):
    """Drops every grant of the state that it was given."""

    def step(self, state: State, command: Command, choose: Any = None) -> tuple[State, Outcome]:
        result = super().step(state, command, choose)
        state.tables[Grant].clear()
        return result


class ChangesOnRefusal(Machine):
    """Turns every identity off when it refuses."""

    def step(self, state: State, command: Command, choose: Any = None) -> tuple[State, Outcome]:
        after, outcome = super().step(state, command, choose)
        if isinstance(outcome, Refused):
            for name in after.tables[Resource]:
                after = after.with_changes({(Resource, name): {"identity": False}})
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
        if isinstance(outcome, Accepted):
            outcome = Accepted()
        return after, outcome


class NamesNoCause(Machine):
    """Accepts without saying what made the key inaccessible."""

    def step(self, state: State, command: Command, choose: Any = None) -> tuple[State, Outcome]:
        after, outcome = super().step(state, command, choose)
        if isinstance(outcome, Accepted):
            causes = {row.requirement for row in self.rows if isinstance(row, Means)}
            outcome = Accepted(outcome.by - causes, outcome.audit)
        return after, outcome


class AppliesTheLastEffectOnly(Machine):
    """Carries out only the last of a command's effects."""

    def __init__(self, rows: Any, silent: Any = ()) -> None:
        super().__init__(rows, silent)
        self._effects = {on: effects[-1:] for on, effects in self._effects.items()}


def article(*added: Any, without: str = "") -> Machine:
    """Return the machine of the article, without the rows of one requirement, and with others."""
    rows = [row for row in ROWS if row.requirement != without]
    return Machine([*rows, *added])


def mistaken(requirement: str) -> Machine:
    """Return the machine of the article that makes the mistakes about a requirement."""
    return article(*MEMORY, *(row for row in COUNTER_ROWS if row.requirement == requirement))


TOGGLES = effect(DisableKey, "keys.disable", then=lambda c: sets(c.key, enabled=not c.key.enabled))

CONFUSES_RESOURCES = article(*REVOCATION_MISTAKES)
UPLOADS_BACK = brings_uploads_back(GrantKeyAccess, "restoration.uploads-stay-deleted")
RESURRECTS_UPLOADS = article(UPLOADS_BACK)
REDEPLOYS_MODELS = article(redeploys(GrantKeyAccess, "restoration.no-redeploy"))
LEAVES_MODELS_DEPLOYED = article(without="revocation.undeploys")

FAULTY: dict[str, dict[str, Machine]] = {
    "step_is_pure": {
        "drops grants of the state that it was given": WritesToItsState(ROWS),
    },
    "a_refused_command_changes_nothing": {
        "turns identities off when it refuses": ChangesOnRefusal(ROWS),
    },
    "repeating_a_request_changes_nothing": {
        "enables a disabled key that is disabled": article(TOGGLES, without="keys.disable"),
    },
    "order_of_transition_rules_does_not_matter": {
        "carries out the last effect alone": AppliesTheLastEffectOnly(ROWS),
    },
    "a_refusal_names_every_precondition_it_breaks": {
        "stops at the first demand that is broken": NamesOneReason(ROWS),
    },
    "an_acceptance_names_requirements_if_something_changed": {
        "names no requirement": NamesNoRequirement(ROWS),
    },
    "an_acceptance_names_each_cause_it_rests_on": {
        "names no cause": NamesNoCause(ROWS),
    },
    "a_command_changes_only_named_things_and_their_dependants": {
        "revokes the access of every resource to the vault": CONFUSES_RESOURCES,
    },
    "deleted_uploads_stay_deleted": {
        "brings uploads back with the access": RESURRECTS_UPLOADS,
    },
    "only_a_customer_deploys_a_translation_model": {
        "deploys every model with the access": REDEPLOYS_MODELS,
    },
    "data_is_readable_again_with_its_own_key_only": {
        "changes the key in use": article(without="keys.change"),
    },
    "no_data_or_deployment_survives_loss_of_the_key": {
        "goes on serving models": LEAVES_MODELS_DEPLOYED,
        "keeps what was uploaded": article(without="revocation.deletes-uploads"),
        "lets data be read": article(without="revocation.data-inaccessible"),
        "takes a disabled key for an accessible one": article(without="revocation.key-disabled"),
    },
    "data_is_lost_with_its_key_or_its_resource_alone": {
        "loses data with the key that was rotated": mistaken("keys.rotation-keeps-data"),
    },
    "only_the_customer_turns_customer_managed_keys_on_or_off": {
        "turns them on with a workspace": mistaken("keys.opt-in"),
        "gives them up in a move": mistaken("tenant.stays-customer-managed"),
    },
    "no_workspace_comes_under_the_key_after_it_was_made": {
        "takes earlier workspaces along": mistaken("workspace.earlier-uncovered"),
    },
    "each_use_of_the_key_is_recorded": {
        "records none": article(without="keys.use-logged"),
    },
    "access_needs_an_identity_of_the_same_tenant": {
        "keeps the access of an identity that is off": article(without="identity.access-removed"),
        "keeps the access to a vault in another tenant": article(without="tenant.vault-moved"),
    },
}
"""For each law, by name: the machines that break it, each by what it does."""
