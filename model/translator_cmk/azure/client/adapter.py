"""The adapter: Azure as a system, through Microsoft's official SDKs.

`translator-cmk verify --azure` starts it, and the environment variable `TRANSLATOR_CMK_AZURE` has
its `Target`. What the API can't do is not supported: enabling through the portal, and the end of a
key vault's retention.
"""

import json
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from time import monotonic

from azure.core.exceptions import AzureError, HttpResponseError
from azure.core.pipeline.transport import RequestsTransport

from ...machine import DEFAULT_STAGE, Command, Observation, Outcome, Stage
from ...system import Unsupported
from .asking import carry_out
from .estate import Estate
from .looking import look
from .patience import wait_for
from .redaction import without_secrets
from .refusals import NotLearned, answer_of, ids_in
from .target import ENVIRONMENT, Cloud, Target, declaration_of

CREDENTIALS = "AZURE_TOKEN_CREDENTIALS"
"""The environment variable that keeps azure-identity, from 1.23 on, from identities of machines:
https://learn.microsoft.com/azure/developer/python/sdk/authentication/credential-chains
"""

LONGEST = 1_000
"""How many characters are kept of an error that is no answer."""


class AzureSystem:
    """Azure, or what speaks its API, as a system."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.connections = RequestsTransport()  # which all clients share
        self.said: list[str] = []  # how the last command was carried out, an attempt a text
        self.reads_are_behind_until = 0.0  # as of the last command
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
            self.estate.clear()
            self.estate = Estate(self.target, self.connections, stage)
        self.reads_are_behind_until = 0.0

    def submit(self, command: Command) -> Outcome:
        """Carry out a command or refuse it; raises `Unsupported`, and `NotLearned` where the answer
        says nothing.
        """
        self.said = []
        with guarded():
            outcome = carry_out(self.estate, command, self.said)
        self.reads_are_behind_until = monotonic() + wait_for(self.target, type(command).__name__)
        return outcome

    def observe(self) -> Observation:
        """Return everything that the API shows of this world."""
        with guarded():
            return look(self.estate, max(0.0, self.reads_are_behind_until - monotonic()))

    def settle(self, seconds: int) -> bool:  # noqa: ARG002  # nothing in Azure says when an effect has spread
        """Return whether all effects have happened: on this machine they have."""
        return self.target.cloud.local


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
                "check its id and the sign-in: on a machine of Azure its managed identity comes "
                f"before `az login`, unless {CREDENTIALS}=dev"
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
        if error.response is None:  # what azure-identity says of a failed sign-in
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
    target = Target(Cloud(*cloud), *names)
    if not target.subscriptions and not target.cloud.local:
        raise NotLearned(
            f"{ENVIRONMENT} names no subscription, and its cloud is not on this machine"
        )
    return AzureSystem(target)
