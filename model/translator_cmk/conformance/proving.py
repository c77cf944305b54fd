"""Shows that the wiring notices mistakes: answers are changed in ten ways, and each must turn a
scenario red.

The changes are made to what the adapter of a correct system answers, between the adapter and the
kit.  A scenario that stays green with one would stay green with a system that does so.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

from ..verdict import FAILING, Status
from .cases import ScenarioCase, scenarios
from .channels import Channel
from .lanes.features import play
from .subject import Subject
from .verdicts import Result

Message = dict[str, Any]
Ask = Callable[[Message], Any]
Tampering = Callable[[Message, Ask], Any]
"""Returns the answer to a request: the system's, or another in its place."""

TRIED = 6
"""How many scenarios are tried that the system passes, until one turns red."""


class Mistake(NamedTuple):
    """A way to change answers, and the requirements of which a scenario must then fail.

    ``begin`` makes what changes them in one scenario, which remembers what it has seen there.
    """

    name: str
    requirements: tuple[str, ...]
    begin: Callable[[], Tampering]


class Proof(NamedTuple):
    """What came of one mistake.

    ``by`` is the scenario that turned red; ``tried`` are those that passed and stayed green.
    """

    mistake: Mistake
    by: str
    tried: tuple[str, ...]


class TamperedChannel:
    """A channel to a system, whose answers are changed while there is something to change them."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.tampering: Tampering | None = None

    def ask(self, request: Message, patience: float) -> Any:
        """Return the answer, or what is put in its place; raises `Fault`."""

        def ask_the_system(asked: Message) -> Any:
            return self.channel.ask(asked, patience)

        if self.tampering is None:
            return ask_the_system(request)
        return self.tampering(request, ask_the_system)

    def restart(self) -> None:
        self.channel.restart()

    def close(self) -> None:
        self.channel.close()

    def stderr_tail(self) -> str:
        return self.channel.stderr_tail()


def kind_of(answer: Any) -> str:
    """Return which kind of answer it is; empty for one that is malformed, which goes on as it is to
    the session, who says so.
    """
    if not isinstance(answer, dict) or "id" not in answer:
        return ""
    kind = answer.get("answer")
    if kind == "observed" and not can_be_read(answer.get("observation")):
        return ""
    return str(kind)


def can_be_read(observation: Any) -> bool:
    """Return whether an observation has fields by name by kind."""
    if not isinstance(observation, dict):
        return False
    for entities in observation.values():
        if not isinstance(entities, dict):
            return False
        if not all(isinstance(fields, dict) for fields in entities.values()):
            return False
    return True


# Answers to commands


def refusals_as_accepted() -> Tampering:
    """Answer `accepted` where the system refuses."""

    def tamper(request: Message, ask: Ask) -> Any:
        answer = ask(request)
        if kind_of(answer) != "refused":
            return answer
        return {"id": answer["id"], "answer": "accepted", "audit": []}

    return tamper


def enabling_as_refused() -> Tampering:
    """Answer `refused` where the system has put a key in use."""

    def tamper(request: Message, ask: Ask) -> Any:
        answer = ask(request)
        asked = request.get("command", {}).get("command")
        if asked != "EnableCustomerManagedKeys" or kind_of(answer) != "accepted":
            return answer
        return {"id": answer["id"], "answer": "refused"}

    return tamper


def not_passed_on(*names: str) -> Callable[[], Tampering]:
    """Answer `accepted` to commands of these names, and never ask the system for them."""

    def begin() -> Tampering:
        def tamper(request: Message, ask: Ask) -> Any:
            if request.get("command", {}).get("command") not in names:
                return ask(request)
            return {"id": request["id"], "answer": "accepted", "audit": []}

        return tamper

    return begin


# Observations


def of_observations(change: Callable[[Message], Message]) -> Tampering:
    """Change every observation, and no other answer."""

    def tamper(request: Message, ask: Ask) -> Any:
        answer = ask(request)
        if kind_of(answer) != "observed":
            return answer
        return {**answer, "observation": change(answer["observation"])}

    return tamper


def first_look_repeated() -> Tampering:
    """Show what was there at the first look into the world, again and again."""
    first: list[Message] = []

    def change(observation: Message) -> Message:
        first.append(observation)
        return first[0]

    return of_observations(change)


def nothing_goes(kind: str) -> Callable[[], Tampering]:
    """Go on to show what has been seen of a kind, once it is gone."""

    def begin() -> Tampering:
        seen: Message = {}

        def change(observation: Message) -> Message:
            seen.update(observation.get(kind, {}))
            return {**observation, kind: dict(seen)}

        return of_observations(change)

    return begin


def always(kind: str, field: str, value: Any) -> Callable[[], Tampering]:
    """Show one value in a field, whatever it is."""

    def begin() -> Tampering:
        def change(observation: Message) -> Message:
            shown = {}
            for name, fields in observation.get(kind, {}).items():
                shown[name] = {**fields, field: value} if field in fields else fields
            return {**observation, kind: shown}

        return of_observations(change)

    return begin


MISTAKES = (
    Mistake(
        "refusals are answered as accepted",
        ("vault.same-region-refused", "environment.exists"),
        refusals_as_accepted,
    ),
    Mistake("enabling CMK is answered as refused", ("keys.enable",), enabling_as_refused),
    Mistake(
        "revoking and deleting are answered, and never done",
        ("revocation.revoke", "identity.disable", "environment.delete-vault"),
        not_passed_on("RevokeKeyAccess", "DisableIdentity", "DeleteVault"),
    ),
    Mistake(
        "each look shows what the first one showed",
        ("keys.enable", "environment.create-vault"),
        first_look_repeated,
    ),
    Mistake(
        "documents that are gone still show",
        ("revocation.deletes-uploads", "restoration.uploads-stay-deleted"),
        nothing_goes("document"),
    ),
    Mistake(
        "models show as deployed for ever",
        ("revocation.undeploys", "restoration.no-redeploy"),
        always("model", "state", "deployed"),
    ),
    Mistake(
        "data shows as readable for ever",
        ("revocation.data-inaccessible",),
        always("workspace", "readable", True),
    ),
    Mistake(
        "the key in use doesn't show",
        ("keys.enable",),
        always("resource", "key_source", "microsoft-managed"),
    ),
    Mistake(
        "the managed identity shows as on for ever",
        ("identity.disable", "environment.delete-resource"),
        always("resource", "identity", True),
    ),
    Mistake(
        "purge protection shows as on for ever",
        ("vault.purge-protection", "environment.purge-protection", "environment.create-vault"),
        always("vault", "purge_protection", True),
    ),
)


def proofs(
    subject: Subject, channel: TamperedChannel, mistakes: Iterable[Mistake] = MISTAKES
) -> Iterator[Proof]:
    """Yield what comes of each mistake; raises `Fault` and `Aborted`."""

    @cache
    def as_it_is(scenario: ScenarioCase) -> Result:
        return played(subject, channel, scenario, None)

    for mistake in mistakes:
        green: list[str] = []
        by = ""
        for scenario in scenarios_of(mistake):
            if as_it_is(scenario).status is not Status.PASSED:
                continue
            changed = played(subject, channel, scenario, mistake.begin())
            if is_red(changed):
                by = scenario.case.id
                break
            if changed.status is Status.PASSED:
                green.append(scenario.case.id)
            if len(green) == TRIED:
                break
        yield Proof(mistake, by, tuple(green))


def scenarios_of(mistake: Mistake) -> Iterator[ScenarioCase]:
    """Yield the scenarios of the requirements of a mistake, in the order of these."""
    for requirement in mistake.requirements:
        for scenario in scenarios("full", ()):
            if scenario.case.requirements[0] == requirement:
                yield scenario


def played(
    subject: Subject, channel: TamperedChannel, scenario: ScenarioCase, tampering: Tampering | None
) -> Result:
    """Return the result of a scenario with changed answers; raises `Aborted`."""
    channel.tampering = tampering
    try:
        result = play(subject, scenario)
    finally:
        channel.tampering = None
    if result.fault:
        subject.recover(result.fault, True, "scenarios")
    return result


def is_red(result: Result) -> bool:
    return result.status in FAILING
