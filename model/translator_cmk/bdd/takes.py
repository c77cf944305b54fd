"""What a scenario takes of a system, and why it is not applicable to one that has declared itself to be without it."""

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from ..language.declaration import CAPABILITIES, LEVELS, Declaration
from ..language.facts import Fact
from ..language.situations import Situation
from ..machine import DEFAULT_STAGE, Command
from ..machine.commands import CreateVault, EnableCustomerManagedKeys, EndVaultRetention
from ..machine.entities import Directory, Entity, Location, Subscription, Tier
from .claims import Claim, key_use, no_key_use
from .records import Pickle
from .vocabulary import READERS

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

THROUGH_THE_PORTAL = "through the portal"


class Takes(NamedTuple):
    """What a scenario takes: capabilities, things of the stage, and facts that it looks at, by kind and field."""

    level: str
    capabilities: tuple[str, ...]
    stage: tuple[tuple[type[Entity], str], ...]
    looks_at: tuple[tuple[str, str], ...]
    core: bool


def meanings(pickle: Pickle) -> Iterator[tuple[str, str, Any]]:
    """Each step: its kind, its text and what it means."""
    return ((step.kind, step.text, READERS[step.kind](step.text)) for step in pickle.steps)


def commands_of(pickle: Pickle) -> Iterator[Command]:
    """Every command of a scenario, situations included."""
    for _, _, meaning in meanings(pickle):
        if isinstance(meaning, Situation):
            yield from meaning.commands
        elif isinstance(meaning, Command):
            yield meaning


@cache
def takes(pickle: Pickle) -> Takes:
    """What the scenario takes."""
    commands = tuple(commands_of(pickle))
    facts = [meaning for _, _, meaning in meanings(pickle) if isinstance(meaning, Fact)]
    kinds = {reference.kind.word for command in commands for _, reference, _ in command.references}
    kinds |= {fact.kind for fact in facts}
    levels = [KIND_LEVELS[kind] for kind in kinds if kind in KIND_LEVELS]
    return Takes(
        max(levels, key=list(LEVELS).index, default="vault-and-key"),
        tuple(capabilities_for(pickle, commands)),
        tuple(dict.fromkeys(named for command in commands for named in stage_names(command))),
        tuple(dict.fromkeys((fact.kind, fact.field) for fact in facts)),
        is_core(pickle),
    )


def is_core(pickle: Pickle) -> bool:
    """Whether the scenario counts whatever a system has declared."""
    rule = pickle.requirements[0]
    return rule in CORE or (rule in STATED_CAUSES and set(pickle.requirements) >= EVERY_LOSS)


def capabilities_for(pickle: Pickle, commands: tuple[Command, ...]) -> Iterator[str]:
    """The capabilities that the scenario takes.

    A scenario takes the portal only where it says so: otherwise customer-managed keys can be enabled through the API.
    """
    steps = list(meanings(pickle))
    sections = any(isinstance(each, Fact) and each.field == "encryption_section" for _, _, each in steps)
    if sections or any(text.endswith(THROUGH_THE_PORTAL) for _, text, _ in steps):
        yield "portal"
    yield from dict.fromkeys(capability for command in commands for capability in capabilities_of(command))
    if any(isinstance(each, Claim) and each.check in (key_use, no_key_use) for _, _, each in steps):
        yield "audit"


def capabilities_of(command: Command) -> Iterator[str]:
    """The capabilities that the command takes, whatever else a scenario does."""
    if isinstance(command, EndVaultRetention):
        yield "clock"
    if is_legacy(command):
        yield "legacy-vaults"
    if in_another_directory(command):
        yield "several-directories"


def promised(command: Command, declared: Declaration) -> str | None:
    """The declared capability by which the command has to be supported, or None where there is none."""
    through_it = isinstance(command, EnableCustomerManagedKeys) and command.through == "portal"
    taken = ["portal"] * through_it + list(capabilities_of(command))
    return next((each for each in taken if declared.can(each)), None)


def is_legacy(command: Command) -> bool:
    """Whether the command makes a vault without soft delete."""
    return isinstance(command, CreateVault) and not command.soft_delete


def in_another_directory(command: Command) -> bool:
    """Whether the command names a directory other than the first, or a subscription in one."""
    home = DEFAULT_STAGE.directories[0]
    named = {(kind, DEFAULT_STAGE.subscriptions.get(name, name)) for kind, name in stage_names(command)}
    return any(kind in (Directory, Subscription) and directory != home for kind, directory in named)


def stage_names(command: Command) -> Iterator[tuple[type[Entity], str]]:
    """What the command names of the default stage."""
    for index, reference, _ in command.references:
        if (name := command[index]) in offered(DEFAULT_STAGE).get(reference.kind, ()):
            yield reference.kind, name


def offered(stage: Any) -> dict[type[Entity], tuple[str, ...]]:
    """The names in a stage, kind by kind."""
    return {
        Directory: tuple(stage.directories),
        Subscription: tuple(stage.subscriptions),
        Location: ("global", *stage.regions),
        Tier: tuple(stage.tiers),
    }


def inapplicable(pickle: Pickle, declared: Declaration) -> str | None:
    """Why the scenario is not applicable to a system that has declared this, or None where it is."""
    taken = takes(pickle)
    if taken.level not in declared.levels:
        return f"the level {taken.level} is not claimed"
    probed = ("legacy-vaults",) if taken.core else ()  # such a vault is tried for, and only its absence excuses
    for capability in taken.capabilities:
        if capability not in probed and not declared.can(capability):
            return f"without the capability {capability}: {CAPABILITIES[capability]}"
    if taken.core:
        return None
    if lacking := not_offered(pickle, declared):
        return lacking
    for word, field in taken.looks_at:
        if not declared.shows(word, field):
            return f"not observed: {word}.{field} is declared as hidden"
    return None


def not_offered(pickle: Pickle, declared: Declaration) -> str | None:
    """What the scenario names and the stage of the system lacks, or None where it lacks nothing."""
    there = offered(declared.stage)
    for kind, name in takes(pickle).stage:
        if name not in there[kind]:
            return f"the stage that is offered has no {kind.word} {name!r}"
    return None
