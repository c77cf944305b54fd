"""Prerequisites: what a system must offer so that a scenario, or a command, applies to it.

A system declares levels, capabilities, hidden fields and a stage.  A scenario that needs more than
that is not applicable.  Some scenarios count whatever is declared, or else a declaration could
leave out all that the article states: these are the core.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from ..language.declaration import CAPABILITIES, LEVELS, Declaration
from ..language.facts import Fact
from ..language.messages import MULTI_SERVICE
from ..language.situations import Situation
from ..machine import DEFAULT_STAGE, Command, Stage
from ..machine.commands import (
    AssignKeyRole,
    CreateResource,
    CreateVault,
    EndVaultRetention,
    RemoveKeyRole,
    SetPermissionModel,
)
from ..machine.entities import Entity, Location, Subscription, Tenant, Tier
from .feature_records import Pickle
from .portal import is_through_the_portal
from .vocabulary import Meaning, asserts, commands_in, commands_of, facts_of, read_steps

# The core

CORE = {
    "resource.regional",
    "resource.not-at-creation",
    "vault.soft-delete",
    "vault.purge-protection",
}
"""Requirements whose scenarios count whatever is declared."""

STATED_CAUSES = {
    "revocation.access-revoked",
    "revocation.vault-deleted",
    "identity.access-removed",
}
EVERY_LOSS = {
    "revocation.data-inaccessible",
    "revocation.undeploys",
    "revocation.deletes-uploads",
}
"""The scenarios of every loss by each stated cause count so, too."""


def is_core(pickle: Pickle) -> bool:
    """Return whether the scenario counts whatever is declared."""
    if pickle.group in CORE:
        return True
    return pickle.group in STATED_CAUSES and EVERY_LOSS.issubset(pickle.requirements)


# What a command needs

KIND_LEVELS = {
    "vault": "vault-and-key",
    "key": "vault-and-key",
    "resource": "account",
    "grant": "account",
    "role": "account",
    "workspace": "custom-translator",
    "document": "custom-translator",
    "model": "custom-translator",
}
"""The level of each kind of entity; a tenant, for one, has none."""


def level_of(*named: Command | type[Command] | Fact) -> str:
    """Return the highest level of what commands and facts name; the lowest if none has any."""
    levels = list(LEVELS)
    highest = 0
    for command_or_fact in named:
        for kind in kinds_named_by(command_or_fact):
            if kind in KIND_LEVELS:
                highest = max(highest, levels.index(KIND_LEVELS[kind]))
    return levels[highest]


def kinds_named_by(named: Command | type[Command] | Fact) -> list[str]:
    """Return the kinds of entities that a command or a fact names."""
    if isinstance(named, Fact):
        return [named.kind]
    return [reference.kind.word for reference in named.references]


def is_in_another_tenant(command: Command) -> bool:
    """Return whether the command names a tenant other than the first, or a subscription in one."""
    home = DEFAULT_STAGE.tenants[0]
    for kind, name in stage_names(command):
        if kind is Tenant and name != home:
            return True
        if kind is Subscription and DEFAULT_STAGE.subscriptions[name] != home:
            return True
    return False


def lets_time_pass(command: Command) -> bool:
    """Return whether the command is that a retention period ends."""
    return isinstance(command, EndVaultRetention)


def makes_a_legacy_vault(command: Command) -> bool:
    """Return whether the command creates a key vault without soft delete."""
    return isinstance(command, CreateVault) and not command.soft_delete


def makes_an_unprotected_vault(command: Command) -> bool:
    """Return whether the command creates a key vault that lacks a protection."""
    if not isinstance(command, CreateVault):
        return False
    return not (command.soft_delete and command.purge_protection)


def is_about_rbac(command: Command) -> bool:
    """Return whether the command sets a vault's permission model, or is about a role on it."""
    return isinstance(command, SetPermissionModel | AssignKeyRole | RemoveKeyRole)


NEEDED_BY: Mapping[str, Callable[[Command], bool]] = {
    "portal": is_through_the_portal,
    "clock": lets_time_pass,
    "legacy-vaults": makes_a_legacy_vault,
    "azure-rbac": is_about_rbac,
    "several-tenants": is_in_another_tenant,
}
"""For a capability, whether a command needs it."""


def capabilities_of(command: Command) -> list[str]:
    """Return the capabilities that the command needs."""
    return [capability for capability, is_needed_by in NEEDED_BY.items() if is_needed_by(command)]


def promised(command: Command, declared: Declaration) -> str | None:
    """Return the declared capability that obliges the system to support the command, or None."""
    for capability in capabilities_of(command):
        if declared.can(capability):
            return capability
    return None


# What a scenario needs


class Prerequisites(NamedTuple):
    """The prerequisites of a scenario; ``core`` says that it counts whatever is declared."""

    level: str
    capabilities: tuple[str, ...]
    core: bool


@cache
def prerequisites_of(pickle: Pickle) -> Prerequisites:
    """Return what the scenario needs of a system."""
    commands = list(commands_of(pickle))
    facts = facts_of(pickle)
    needed = set[str]()
    for command in commands:
        needed.update(capabilities_of(command))
    for fact in facts:
        if fact.field == "encryption_section":
            needed.add("portal")
        if fact.kind == "role":
            needed.add("azure-rbac")
    if asserts(pickle, "key use", "no key use"):
        needed.add("audit")
    return Prerequisites(
        level=level_of(*commands, *facts),
        capabilities=tuple(name for name in CAPABILITIES if name in needed),
        core=is_core(pickle),
    )


def inapplicable(pickle: Pickle, declared: Declaration, kinds: Collection[str] = ()) -> str | None:
    """Return why the scenario is not applicable to a system that declares this; None if it is.

    ``kinds``: the kinds of resource that every system must have, whatever it declares.
    """
    needed = prerequisites_of(pickle)
    if needed.level not in declared.levels:
        return f"the level {needed.level} is not claimed"
    for capability in needed.capabilities:
        # a core scenario tries to make such a vault, and is excused only where that fails
        is_tried = needed.core and capability == "legacy-vaults"
        if not is_tried and not declared.can(capability):
            return f"without the capability {capability}: {CAPABILITIES[capability]}"
    if needed.core:
        return None
    lacking = not_offered(asked_of(pickle, declared.stage, kinds), declared.stage, kinds)
    if lacking is not None:
        return lacking
    for fact in facts_of(pickle):
        if not declared.shows(fact.kind, fact.field):
            return f"not observed: {fact.kind}.{fact.field} is declared as hidden"
    return None


# The stage


def offered(stage: Stage) -> dict[type[Entity], tuple[str, ...]]:
    """Return the names in a stage by kind."""
    return {
        Tenant: tuple(stage.tenants),
        Subscription: tuple(stage.subscriptions),
        Location: ("global", *stage.regions),
        Tier: tuple(stage.tiers),
    }


OFFERED_BY_DEFAULT = offered(DEFAULT_STAGE)


def stage_names(command: Command) -> Iterator[tuple[type[Entity], str]]:
    """Yield the kind and name of all that the command names of the default stage."""
    for reference in command.references:
        name = command[reference.field]
        if name in OFFERED_BY_DEFAULT.get(reference.kind, ()):
            yield reference.kind, name


def not_offered(
    commands: Iterable[Command], stage: Stage, kinds: Collection[str] = ()
) -> str | None:
    """Return what the commands name and the stage of a system lacks, but for these kinds of
    resource; None if it lacks nothing."""
    names = offered(stage)
    for command in commands:
        for kind, name in stage_names(command):
            if name not in names[kind]:
                return f"the stage that is offered has no {kind.word} {name!r}"
        if isinstance(command, CreateResource) and command.kind not in (*stage.kinds, *kinds):
            return f"the stage that is offered has no customer-managed keys for {command.kind!r}"
    return None


def asked_of(pickle: Pickle, stage: Stage, kinds: Collection[str]) -> Iterator[Command]:
    """Yield the commands of a scenario as a system with this stage, and these kinds, is asked."""
    for step in read_steps(pickle):
        yield from commands_asked(step.meaning, (*stage.kinds, *kinds))


def commands_asked(meaning: Meaning, kinds: Collection[str]) -> Iterator[Command]:
    """Yield the commands of a Given or When as a system with these kinds of resource is asked.

    A situation has a resource of the multi-service kind that the system has: the article doesn't
    say which of the two it means.
    """
    for command in commands_in(meaning):
        is_lacking = isinstance(command, CreateResource) and command.kind not in kinds
        if is_lacking and isinstance(meaning, Situation):
            [other] = MULTI_SERVICE.intersection(kinds)
            yield CreateResource(**{**command.as_dict(), "kind": other})
        else:
            yield command
