"""The prerequisites of a scenario: what a system must offer to run it, and what to do where there is no portal."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from ..language.declaration import CAPABILITIES, LEVELS, Declaration
from ..machine import DEFAULT_STAGE, Accepted, Command, Stage
from ..machine.commands import CreateVault, EnableCustomerManagedKeys, EnableIdentity, EndVaultRetention, GrantKeyAccess
from ..machine.entities import Entity, Location, Subscription, Tenant, Tier
from ..system import ModelSystem
from .features import Pickle
from .vocabulary import asserts, commands_of, facts_of

KIND_LEVELS = {
    "vault": "vault-and-key",
    "key": "vault-and-key",
    "resource": "account",
    "grant": "account",
    "workspace": "custom-translator",
    "document": "custom-translator",
    "model": "custom-translator",
}

EVERY_LOSS = {"revocation.data-inaccessible", "revocation.undeploys", "revocation.deletes-uploads"}
STATED_CAUSES = {"revocation.access-revoked", "revocation.vault-deleted", "identity.access-removed"}
CORE = {"resource.regional", "resource.not-at-creation", "vault.soft-delete", "vault.purge-protection"}
"""Requirements that no declaration takes out, and beside them the scenarios of every loss by each stated cause."""


class Prerequisites(NamedTuple):
    """The prerequisites of a scenario: its level and capabilities, and whether it counts with every declaration."""

    level: str
    capabilities: tuple[str, ...]
    core: bool


@cache
def prerequisites_of(pickle: Pickle) -> Prerequisites:
    """Return what the scenario needs of a system."""
    commands = tuple(commands_of(pickle))
    kinds = {reference.kind.word for command in commands for _, reference, _ in command.references}
    kinds |= {fact.kind for fact in facts_of(pickle)}
    levels = [KIND_LEVELS[kind] for kind in kinds if kind in KIND_LEVELS]
    rule = pickle.requirements[0]
    return Prerequisites(
        max(levels, key=list(LEVELS).index, default="vault-and-key"),
        tuple(capabilities_for(pickle, commands)),
        rule in CORE or (rule in STATED_CAUSES and set(pickle.requirements) >= EVERY_LOSS),
    )


def capabilities_for(pickle: Pickle, commands: tuple[Command, ...]) -> Iterator[str]:
    """Yield the capabilities that the scenario needs."""
    if any(fact.field == "encryption_section" for fact in facts_of(pickle)) or any(map(is_of_the_portal, commands)):
        yield "portal"
    yield from dict.fromkeys(capability for command in commands for capability in capabilities_of(command))
    if asserts(pickle, "key use", "no key use"):
        yield "audit"


def capabilities_of(command: Command) -> Iterator[str]:
    """Yield the capabilities that the command needs by itself."""
    if isinstance(command, EndVaultRetention):
        yield "clock"
    if is_legacy(command):
        yield "legacy-vaults"
    if in_another_tenant(command):
        yield "several-tenants"


def promised(command: Command, declared: Declaration) -> str | None:
    """Return the declared capability that obliges the system to support the command, or None."""
    needed = ["portal"] * is_of_the_portal(command) + list(capabilities_of(command))
    return next((each for each in needed if declared.can(each)), None)


def is_of_the_portal(command: Command) -> bool:
    """Return whether the command enables customer-managed keys through the portal."""
    return isinstance(command, EnableCustomerManagedKeys) and command.through == "portal"


def is_legacy(command: Command) -> bool:
    """Return whether the command makes a vault without soft delete."""
    return isinstance(command, CreateVault) and not command.soft_delete


def in_another_tenant(command: Command) -> bool:
    """Return whether the command names a tenant other than the first, or a subscription in one."""
    home = DEFAULT_STAGE.tenants[0]
    named = {(kind, DEFAULT_STAGE.subscriptions.get(name, name)) for kind, name in stage_names(command)}
    return any(kind in (Tenant, Subscription) and tenant != home for kind, tenant in named)


def stage_names(command: Command) -> Iterator[tuple[type[Entity], str]]:
    """Yield the kind and name of all that the command names of the default stage."""
    for index, reference, _ in command.references:
        if (name := command[index]) in offered(DEFAULT_STAGE).get(reference.kind, ()):
            yield reference.kind, name


def offered(stage: Stage) -> dict[type[Entity], tuple[str, ...]]:
    """Return the names in a stage by kind."""
    return {
        Tenant: tuple(stage.tenants),
        Subscription: tuple(stage.subscriptions),
        Location: ("global", *stage.regions),
        Tier: tuple(stage.tiers),
    }


def inapplicable(pickle: Pickle, declared: Declaration) -> str | None:
    """Return why the scenario is not applicable to a system that has declared this, or None where it is."""
    needed = prerequisites_of(pickle)
    if needed.level not in declared.levels:
        return f"the level {needed.level} is not claimed"
    for capability in needed.capabilities:
        # a core scenario tries to make such a vault, and is excused only where that fails
        probed = needed.core and capability == "legacy-vaults"
        if not probed and not declared.can(capability):
            return f"without the capability {capability}: {CAPABILITIES[capability]}"
    if needed.core:
        return None
    if lacking := not_offered(pickle, declared):
        return lacking
    for fact in facts_of(pickle):
        if not declared.shows(fact.kind, fact.field):
            return f"not observed: {fact.kind}.{fact.field} is declared as hidden"
    return None


def not_offered(pickle: Pickle, declared: Declaration) -> str | None:
    """Return what the scenario names and the stage of the system lacks, or None where it lacks nothing."""
    there = offered(declared.stage)
    named = (each for command in commands_of(pickle) for each in stage_names(command))
    lacking = next(((kind, name) for kind, name in named if name not in there[kind]), None)
    return f"the stage that is offered has no {lacking[0].word} {lacking[1]!r}" if lacking else None


def through_the_api(model: ModelSystem, command: Command) -> Iterator[Command]:
    """Yield the commands that do through the API what the command does through the portal; the model runs them too.

    Of what the portal would do first, only those commands that the model accepts and that change something.
    """
    if isinstance(command, EnableCustomerManagedKeys) and command.through == "portal":
        if command.vault is not None:
            for first in (EnableIdentity(command.resource), GrantKeyAccess(command.vault, command.resource)):
                before = model.state
                if isinstance(model.submit(first), Accepted) and model.state != before:
                    yield first
        command = EnableCustomerManagedKeys(**{**command.as_dict(), "through": "api"})
    model.submit(command)
    yield command
