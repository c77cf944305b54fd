"""The adapter: an emulator of Azure as a system, through Microsoft's official SDKs.

`translator-cmk verify --azure` starts it, and the environment variable `TRANSLATOR_CMK_AZURE` has
its `Target`. What the API can't do is not supported: enabling through the portal, and the end of a
key vault's retention.
"""

import json
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from azure.core.exceptions import AzureError, HttpResponseError
from azure.core.pipeline.transport import RequestsTransport

from ...machine import DEFAULT_STAGE, Accepted, Command, Observation, Outcome, Stage, commands
from ...machine.entities import CUSTOMER
from ...system import Unsupported
from .carrying_out import CALLS
from .estate import Estate
from .looking import look
from .redaction import without_secrets
from .refusals import ErrorAnswer, NotLearned, answer_of, ids_in, judge, meaning_of
from .target import ENVIRONMENT, Cloud, Target, declaration_of

LONGEST = 1_000
"""How many characters are kept of an error that is no answer."""

TOO_MUCH = (
    "a resource that does not exist yet has no access to a key, so a refusal says nothing of "
    "customer-managed keys at creation"
)


class AzureSystem:
    """What answers Azure's requests, as a system."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.connections = RequestsTransport()  # which all clients share
        self.said: list[str] = []  # what the last command was refused with
        with guarded():
            self.estate = Estate(target, self.connections, DEFAULT_STAGE)
            found = subscriptions_seen(self.estate)
            must_see(target.subscriptions, found)
            self.declaration = declaration_of(target, found, self._gives_reasons())

    def _gives_reasons(self) -> bool:
        """Return whether the refusal of a request for a resource that is not there names a
        requirement.
        """
        try:
            self.estate.ask("accounts", "none", "get")
        except HttpResponseError as error:
            return bool(ids_in(error))
        return False

    def reset(self, stage: Stage) -> None:
        """Begin a world of fresh names, in a tenant of its own unless subscriptions were named."""
        with guarded():
            self.estate = Estate(self.target, self.connections, stage)

    def submit(self, command: Command) -> Outcome:
        """Carry out a command or refuse it; raises `Unsupported`, and `NotLearned` where the answer
        says nothing.
        """
        self.said = []
        call = CALLS.get(type(command))
        if call is None:
            raise Unsupported("the API has no request for this")
        with guarded():
            try:
                call(self.estate, command)
            except HttpResponseError as error:
                answer = answer_of(error)
                self.said.append(str(answer))
                return judged(self.estate, command, answer)
        self.estate.accepted.add(command)
        return Accepted()

    def observe(self) -> Observation:
        """Return everything that the API shows of this world."""
        with guarded():
            return look(self.estate)

    def settle(self, seconds: int) -> bool:  # noqa: ARG002  # an emulator's effects show at once
        """Return that all effects have happened."""
        return True


def judged(estate: Estate, command: Command, answer: ErrorAnswer) -> Outcome:
    """Return the refusal that an answer is; raises `NotLearned` where it is none."""
    refused = judge(answer, type(command).__name__)
    # an emulator that names requirements says itself what it refuses for
    if answer.ids:
        return refused
    if isinstance(command, commands.CreateResource) and command.keys == CUSTOMER:
        raise NotLearned(f"{TOO_MUCH}: {answer}")
    meaning = meaning_of(answer, type(command).__name__)
    if meaning and meaning.once_accepted and command not in estate.accepted:
        raise NotLearned(f"the same was never accepted, so it may be our mistake: {answer}")
    return refused


def subscriptions_seen(estate: Estate) -> list[str]:
    """Return the names of the subscriptions that whoever signs in can see."""
    found = []
    for name, guid in estate.subscriptions.items():
        if guid in estate.tenants:
            found.append(name)
    return found


def must_see(named: Collection[str], found: Collection[str]) -> None:
    """Raise `NotLearned` if a subscription was named that whoever signs in can't see: every
    request there would be refused.
    """
    for name in named:
        if name not in found:
            raise NotLearned(
                f"the subscription that stands for {name} is not visible to whoever signed in; "
                "check its id and the sign-in"
            )


@contextmanager
def guarded() -> Iterator[None]:
    """Take credentials and identifiers out of what is raised here: its text may repeat a
    request.
    """
    try:
        yield
    except (NotLearned, Unsupported):
        raise
    except HttpResponseError as error:
        # what azure-identity says of a failed sign-in
        if error.response is None:
            raise NotLearned(without_secrets(str(error))[:LONGEST]) from None
        raise NotLearned(str(answer_of(error))) from None
    except Exception as error:  # noqa: BLE001  # nothing else may leave
        failed = "" if isinstance(error, AzureError) else "the adapter failed: "
        said = without_secrets(f"{failed}{type(error).__name__}: {error}")
        raise NotLearned(said[:LONGEST]) from None


def from_environment() -> AzureSystem:
    """Return the system that the environment names; raises `NotLearned` where it names none."""
    if ENVIRONMENT not in os.environ:
        raise NotLearned(
            f"{ENVIRONMENT} is not set; `verify --azure` says how where something fails"
        )
    cloud, *names = json.loads(os.environ[ENVIRONMENT])
    return AzureSystem(Target(Cloud(*cloud), *names))
