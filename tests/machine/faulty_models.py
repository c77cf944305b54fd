"""Small wrong machines, one sentence each: what the laws of the machine are there to find."""

from collections.abc import Callable
from typing import Any

from translator_cmk.machine import ROWS, Accepted, Command, Machine, Outcome, Refused, State
from translator_cmk.machine.commands import DisableKey, GrantKeyAccess
from translator_cmk.machine.entities import Grant, Resource
from translator_cmk.machine.rows import Means, Row, effect, sets
from translator_cmk.machine.topics.restoration import brings_uploads_back, redeploys
from translator_cmk.machine.topics.revocation import COUNTER_ROWS as CONFUSES_RESOURCES


def without(*requirements: str) -> tuple[Row, ...]:
    """The article's rows but for those of these requirements."""
    return tuple(row for row in ROWS if row.requirement not in requirements)


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
        self._effect = {on: effects[-1:] for on, effects in self._effect.items()}


def toggles_the_key() -> Machine:
    """Disabling a disabled key enables it."""
    toggle = effect(DisableKey, "keys.disable", then=lambda c: sets(c.key, enabled=not c.key.enabled))
    return Machine([*without("keys.disable"), toggle])


def confuses_resources() -> Machine:
    """Revoking one resource's access revokes that of every resource on the vault."""
    return Machine([*ROWS, *CONFUSES_RESOURCES])


def resurrects_uploads() -> Machine:
    """Granting access again brings deleted uploads back."""
    return Machine([*ROWS, brings_uploads_back(GrantKeyAccess, "restoration.uploads-stay-deleted")])


def redeploys_models() -> Machine:
    """Granting access deploys every model."""
    return Machine([*ROWS, redeploys(GrantKeyAccess, "restoration.no-redeploy")])


def leaves_models_deployed() -> Machine:
    """Loses data and uploads with the key, but goes on serving models."""
    return Machine(without("revocation.undeploys"))


def keeps_uploads() -> Machine:
    """Loses access and models with the key, but keeps what was uploaded."""
    return Machine(without("revocation.deletes-uploads"))


def keeps_data_readable() -> Machine:
    """Undeploys and deletes with the key inaccessible, but lets data be read."""
    return Machine(without("revocation.data-inaccessible"))


def keeps_access_without_identity() -> Machine:
    """Leaves a grant standing when the identity it was given to is turned off."""
    return Machine(without("identity.access-removed"))


def keeps_access_across_tenants() -> Machine:
    """Leaves a grant standing when its vault moves to another tenant."""
    return Machine(without("environment.vault-moved"))


def ignores_disabled_keys() -> Machine:
    """Takes a disabled key for one in reach."""
    return Machine(without("revocation.key-disabled"))


FAULTY: dict[str, tuple[Callable[[], Machine], ...]] = {
    "step_is_pure": (lambda: WritesToItsState(ROWS),),
    "a_refused_command_changes_nothing": (lambda: ChangesOnRefusal(ROWS),),
    "asking_for_what_is_so_changes_nothing": (toggles_the_key,),
    "order_of_rows_carries_no_meaning": (lambda: HeedsTheLastRowOnly(ROWS),),
    "a_refusal_names_every_demand_it_breaks": (lambda: NamesOneReason(ROWS),),
    "an_acceptance_says_what_changed_something": (lambda: NamesNoRequirement(ROWS),),
    "an_acceptance_names_each_cause_it_rests_on": (lambda: NamesNoCause(ROWS),),
    "a_command_changes_only_what_depends_on_what_it_names": (confuses_resources,),
    "deleted_uploads_stay_deleted": (resurrects_uploads,),
    "only_a_customer_deploys_a_model": (redeploys_models,),
    "data_is_readable_again_with_its_own_key_only": (lambda: Machine(without("keys.change")),),
    "nothing_is_left_under_a_key_inaccessible": (
        leaves_models_deployed,
        keeps_uploads,
        keeps_data_readable,
        ignores_disabled_keys,
    ),
    "access_needs_an_identity_of_the_same_tenant": (keeps_access_without_identity, keeps_access_across_tenants),
}
"""For each law, by name: the machines that break it."""
