"""What comes of a request: what is refused, what is left open, and that all else is accepted."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from ...machine import COMMANDS, Accepted, Command, Outcome, Refused, Unspecified
from ...machine.commands import (
    CreateKey,
    CreateResource,
    CreateVault,
    CreateWorkspace,
    EndVaultRetention,
    ImportKey,
    PurgeKey,
    PurgeVault,
    RecoverKey,
    RecoverVault,
    TrainModel,
    UploadDocument,
)
from .building import collected, request
from .demands import DEMANDS, SILENCES, Demand
from .theorem import KIND_OF_FIELD, Expectation, Step, Theorem, entity_name, look_up

EVERY = tuple(COMMANDS.values())

NAMES_ANEW: dict[type[Command], str] = {
    CreateResource: "resource", CreateVault: "vault", CreateKey: "key", ImportKey: "key", CreateWorkspace: "workspace",
    UploadDocument: "document", TrainModel: "model",
}  # fmt: skip  # as a list of pairs
"""Commands that give a name to something new, and the field that does."""

NEEDS_DELETED: dict[type[Command], str] = {
    RecoverVault: "vault", PurgeVault: "vault", EndVaultRetention: "vault", RecoverKey: "key", PurgeKey: "key",
}  # fmt: skip  # likewise
"""Commands on what is deleted but not gone for good, and the field that names it."""


def needs_deleted(command: Command, field: str) -> bool:
    """Whether the field names what must be deleted."""
    return NEEDS_DELETED.get(type(command)) == field


def is_deleted(entity: Any) -> bool:
    """Whether the entity is deleted, be it recoverable or not."""
    return bool(entity.state == "deleted")


def name_reasons(step: Step) -> set[str]:
    """What is wrong with the names in the command: reasons, any of which alone refuses it."""
    command = step.command
    found = set()
    for field, value in command.as_dict().items():
        if value is None or field not in KIND_OF_FIELD:
            continue
        entity = look_up(step.before, KIND_OF_FIELD[field], entity_name(command, field))
        if NAMES_ANEW.get(type(command)) == field:
            if entity is not None:
                found.add("environment.new-name")
        elif entity is None or entity.state == "purged" or is_deleted(entity) != needs_deleted(command, field):
            found.add("environment.exists")
    return found


@lru_cache(maxsize=1)  # most theorems about a step ask for it
def due(step: Step) -> Outcome:
    """What must come of the request, by these demands alone."""
    if wrong := name_reasons(step):
        # which of them is told first is nobody's concern
        return Refused(step.because if len(wrong) == 2 and step.because <= wrong else frozenset(sorted(wrong)[:1]))
    a = step.asked
    if because := [d.requirement for d in DEMANDS if d.on is type(step.command) and d.broken(a)]:
        return Refused(frozenset(because))
    silent = [s.requirement for s in SILENCES if s.on is type(step.command) and s.broken(a)]
    return Unspecified(frozenset(silent)) if silent else Accepted()


def reasons(outcome: Outcome | None) -> frozenset[str]:
    """The ids that the outcome gives, of demands or of silences."""
    match outcome:
        case Refused(because=because):
            return because
        case Unspecified(silent=silent):
            return silent
    return frozenset()


def exactly_where(requirement: str) -> Callable[[Step], Iterator[Expectation]]:
    """The check that the outcome gives this reason exactly where it is one."""

    def check(step: Step) -> Iterator[Expectation]:
        must = due(step)
        given, owed = requirement in reasons(step.outcome), requirement in reasons(must)
        if given != owed:
            yield must
        elif given and step.outcome is not None:
            yield step.outcome  # given where it is owed, whatever other reasons there are

    return check


def demand_theorem(demand: Demand, word: str) -> Theorem:
    name = f"{word}-{demand.on.__name__}-{demand.requirement}"
    return Theorem(
        "request", (demand.on,), name, f"{demand.sentence}.", (demand.requirement,), exactly_where(demand.requirement)
    )


@request(*EVERY, by=("environment.exists",))
def nothing_is_done_to_what_is_not_there(step: Step) -> Iterator[Expectation]:
    """A command on something that does not exist, or is deleted, is refused for that reason alone."""
    if "environment.exists" in name_reasons(step) | step.because:
        yield due(step)


@request(*NAMES_ANEW, by=("environment.new-name",))
def a_name_is_given_once(step: Step) -> Iterator[Expectation]:
    """A name that was ever given is refused for something new."""
    if "environment.new-name" in name_reasons(step) | step.because:
        yield due(step)


@request(*EVERY, by=("encryption.transparent", "keys.any-origin", "resource.kinds", "vault.other-subscription"))
def what_breaks_no_demand_is_accepted(step: Step) -> Iterator[Expectation]:
    """Nothing is refused but for a demand: whatever the key source, the kind of resource, the origin of the key."""
    if isinstance(must := due(step), Accepted):
        yield must


THEOREMS = (
    *collected(globals()),
    *(demand_theorem(demand, "refused") for demand in DEMANDS),
    *(demand_theorem(silence, "left-open") for silence in SILENCES),
)
