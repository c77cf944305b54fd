"""Models behind the Azure-shaped server that break a requirement, and which requirement finds each
through Microsoft's SDKs.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import pytest

from tests.azure.client.adapted import CLOUD
from tests.azure.client.verifying_azure import credentials
from translator_cmk.azure.client.adapter import AzureSystem
from translator_cmk.azure.client.target import Target
from translator_cmk.azure.server import azure_server, parse_fault
from translator_cmk.conformance.judgement.cases import ScenarioCase, scenarios
from translator_cmk.conformance.judgement.selection import selected
from translator_cmk.conformance.judgement.verdicts import Result
from translator_cmk.conformance.run.features import play
from translator_cmk.conformance.wire import Direct
from translator_cmk.conformance.wire.session import Session
from translator_cmk.conformance.wire.subject import Subject, by_chance
from translator_cmk.machine import ROWS, Machine
from translator_cmk.machine.rows import Row
from translator_cmk.machine.topics import COUNTER_ROWS, REMEMBERING


class Broken(NamedTuple):
    """Rows of a model, the requirement whose scenarios it fails, and what that is attributed to."""

    rows: tuple[Row, ...]
    requirement: str
    attributed: str


def lacking(requirement: str) -> tuple[Row, ...]:
    """Return the rows of the model without those of a requirement."""
    return tuple(row for row in ROWS if row.requirement != requirement)


def mistaken(requirement: str) -> tuple[Row, ...]:
    """Return the rows of a model that makes the mistake of a requirement."""
    mistakes = [row for row in COUNTER_ROWS if row.requirement == requirement]
    return (*REMEMBERING, *mistakes)


REFUSED = "vault.soft-delete-refused"
LOST = "revocation.undeploys"
STILL_LOST = "restoration.uploads-stay-deleted"
OTHER = "vault.other-subscription"
ACCESS = "identity.access-removed"

BROKEN = {
    "a demand is not made": Broken(lacking(REFUSED), REFUSED, REFUSED),
    "a loss that shows at once": Broken(lacking(LOST), LOST, LOST),
    "a loss that shows once the key is back": Broken(
        lacking("revocation.deletes-uploads"), STILL_LOST, STILL_LOST
    ),
    "a demand that nobody makes": Broken(mistaken(OTHER), OTHER, OTHER),
    # an access policy of an identity that is off names nobody, so the API shows the effect alone
    "access that no request shows": Broken(lacking(ACCESS), ACCESS, "revocation.access-revoked"),
}
"""A broken model for each way in which the API shows that one is."""


@contextmanager
def behind_azure(rows: Iterable[Row], struck_by: Sequence[str] = ()) -> Iterator[Subject]:
    """Put a model behind the server, and what speaks with it through Microsoft's SDKs before it.

    ``struck_by``: what goes wrong in between, as `serve --azure --fault` names it.
    """
    between = [parse_fault(words) for words in struck_by]
    with (
        azure_server(Machine(tuple(rows)), faults=between) as server,
        pytest.MonkeyPatch.context() as environment,
    ):
        for name, value in credentials(server).items():
            environment.setenv(name, value)
        yield Subject(Session(Direct(lambda: AzureSystem(Target(CLOUD)))), by_chance())


def results(
    subject: Subject, requirement: str, profile: str
) -> Iterator[tuple[ScenarioCase, Result]]:
    """Yield the results of the scenarios of a requirement."""
    chosen = selected(scenarios(profile, ()), {"requirement": (requirement,)}, subject.declaration)
    for scenario in chosen:
        if scenario.case.requirements[0] == requirement:
            yield scenario, play(subject, scenario)
