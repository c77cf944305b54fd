"""The prerequisites of a scenario: what a system must offer to run it, and what to do where there is no portal."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from ..language.declaration import CAPABILITIES, LEVELS, Declaration
from ..language.facts import Fact
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
    commands, facts = tuple(commands_of(pickle)), facts_of(pickle)
    needed = {each for command in commands for each in capabilities_of(command)}
    if any(fact.field == "encryption_section" for fact in facts):
        needed.add("portal")
    if asserts(pickle, "key use", "no key use"):
        needed.add("audit")
    rule = pickle.requirements[0]
    return Prerequisites(
        level_of(*commands, *facts),
        tuple(each for each in CAPABILITIES if each in needed),
        rule in CORE or (rule in STATED_CAUSES and set(pickle.requirements) >= EVERY_LOSS),
    )


def level_of(*named: Command | type[Command] | Fact) -> str:
    """Return the highest level of what commands and facts name; the lowest if none has any, as a tenant."""
    kinds = set[str]()
    for each in named:
        kinds |= {each.kind} if isinstance(each, Fact) else {kind.word for _, kind, _, _ in each.references}
    return max(
        (KIND_LEVELS[kind] for kind in kinds if kind in KIND_LEVELS), key=list(LEVELS).index, default=next(iter(LEVELS))
    )


def in_another_tenant(command: Command) -> bool:
    """Return whether the command names a tenant other than the first, or a subscription in one."""
    home = DEFAULT_STAGE.tenants[0]
    named = {(kind, DEFAULT_STAGE.subscriptions.get(name, name)) for kind, name in stage_names(command)}
    return any(kind in (Tenant, Subscription) and tenant != home for kind, tenant in named)


NEEDED_BY: Mapping[str, Callable[[Command], bool]] = {
    "portal": lambda command: isinstance(command, EnableCustomerManagedKeys) and command.through == "portal",
    "clock": lambda command: isinstance(command, EndVaultRetention),
    "legacy-vaults": lambda command: isinstance(command, CreateVault) and not command.soft_delete,
    "several-tenants": in_another_tenant,
}
"""For a capability, whether a command needs it."""


def capabilities_of(command: Command) -> list[str]:
    """Return the capabilities that the command needs."""
    return [capability for capability, needs in NEEDED_BY.items() if needs(command)]


def promised(command: Command, declared: Declaration) -> str | None:
    """Return the declared capability that obliges the system to support the command, or None."""
    return next(filter(declared.can, capabilities_of(command)), None)


def stage_names(command: Command) -> Iterator[tuple[type[Entity], str]]:
    """Yield the kind and name of all that the command names of the default stage."""
    for index, kind, _, _ in command.references:
        if (name := command[index]) in OFFERED_BY_DEFAULT.get(kind, ()):
            yield kind, name


def offered(stage: Stage) -> dict[type[Entity], tuple[str, ...]]:
    """Return the names in a stage by kind."""
    return {
        Tenant: tuple(stage.tenants),
        Subscription: tuple(stage.subscriptions),
        Location: ("global", *stage.regions),
        Tier: tuple(stage.tiers),
    }


OFFERED_BY_DEFAULT = offered(DEFAULT_STAGE)


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
    if lacking := not_offered(commands_of(pickle), declared.stage):
        return lacking
    hidden = (f"{fact.kind}.{fact.field}" for fact in facts_of(pickle) if not declared.shows(fact.kind, fact.field))
    return next((f"not observed: {field} is declared as hidden" for field in hidden), None)


def not_offered(commands: Iterable[Command], stage: Stage) -> str | None:
    """Return what the commands name and the stage of a system lacks, or None where it lacks nothing."""
    there = offered(stage)
    named = (each for command in commands for each in stage_names(command))
    lacking = (f"{kind.word} {name!r}" for kind, name in named if name not in there[kind])
    return next((f"the stage that is offered has no {each}" for each in lacking), None)


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
