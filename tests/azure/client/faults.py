"""Broken models behind the Azure-shaped server, and which requirement finds each through
Microsoft's SDKs.
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import pytest

from tests.azure.client.verifying_azure import credentials
from translator_cmk.azure.client.adapter import AzureSystem
from translator_cmk.azure.client.target import CLOUDS, Target
from translator_cmk.azure.server import azure_server, parse_fault
from translator_cmk.conformance.cases import ScenarioCase, scenarios
from translator_cmk.conformance.channels import Direct
from translator_cmk.conformance.lanes.features import play
from translator_cmk.conformance.selection import selected
from translator_cmk.conformance.session import Session
from translator_cmk.conformance.subject import Subject, by_chance
from translator_cmk.conformance.verdicts import Result
from translator_cmk.machine import ROWS, Machine
from translator_cmk.machine.rows import Row
from translator_cmk.machine.topics import COUNTER_ROWS, REMEMBERING
from translator_cmk.verdict import FAILING

LACKING = (
    "encryption.tier-refused",
    "environment.no-key-purge",
    "environment.no-vault-purge",
    "keys.rsa-2048-refused",
    "keys.vault-only-refused",
    "resource.creation-refused",
    "resource.global-refused",
    "restoration.data-readable",
    "revocation.access-revoked",
    "revocation.data-inaccessible",
    "revocation.features-stop",
    "revocation.no-upload",
    "revocation.undeploys",
    "revocation.vault-deleted",
    "tenant.grant-refused",
    "tenant.identity-off",
    "vault.granted-beforehand",
    "vault.purge-protection-refused",
    "vault.same-region-refused",
    "vault.same-tenant-refused",
    "vault.soft-delete-refused",
    "workspace.covered",
)
"""Requirements whose rows a broken model lacks: it has to fail a scenario of each."""

MISTAKEN = (
    "identity.off-at-first",
    "keys.shared",
    "keys.any-origin",
    "restoration.no-redeploy-otherwise",
    "restoration.uploads-stay-deleted",
    "revocation.only-that-resource",
    "vault.other-subscription",
    "workspace.earlier-uncovered",
)
"""Requirements of which a broken model has the row of the mistake."""

ELSEWHERE = {"revocation.deletes-uploads": "restoration.uploads-stay-deleted"}
"""Requirements whose rows a broken model lacks, and the one that finds it, once the key is back."""

NAMED_AS = {"identity.access-removed": "revocation.access-revoked"}
"""Requirements whose rows a broken model lacks, and what its failure is attributed to.

An access policy of an identity that is off names nobody, so the API shows no access that is left:
only its effect.
"""

PERMITTED = ("revocation.key-deleted", "revocation.key-disabled")
"""Requirements that the article does not state: a model without their rows passes the profile
`article`.
"""


class Fault(NamedTuple):
    """A broken model: its name, its rows, the requirement that has to find it, and what that is
    attributed to.
    """

    name: str
    rows: tuple[Row, ...]
    requirement: str
    attributed: str


def lacking(requirement: str) -> tuple[Row, ...]:
    """Return the rows of the model without those of a requirement."""
    return tuple(row for row in ROWS if row.requirement != requirement)


def faults() -> Iterator[Fault]:
    """Yield every broken model."""
    for name in LACKING:
        yield Fault(f"lacks {name}", lacking(name), name, name)
    for name in MISTAKEN:
        mistakes = tuple(row for row in COUNTER_ROWS if row.requirement == name)
        yield Fault(f"the mistake of {name}", (*REMEMBERING, *mistakes), name, name)
    for name, finder in ELSEWHERE.items():
        yield Fault(f"lacks {name}", lacking(name), finder, finder)
    for name, attributed in NAMED_AS.items():
        yield Fault(f"lacks {name}", lacking(name), name, attributed)


@contextmanager
def behind_azure(
    rows: Iterable[Row], struck_by: Sequence[str] = (), wait: float | None = None
) -> Iterator[Subject]:
    """Put a model behind the server, and what speaks with it through Microsoft's SDKs before it.

    ``struck_by``: what goes wrong in between, as `serve --azure --fault` names it.  ``wait``: the
    seconds for which a command is asked again.
    """
    between = [parse_fault(words) for words in struck_by]
    with (
        azure_server(Machine(tuple(rows)), faults=between) as server,
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as environment,
    ):
        for name, value in credentials(server).items():
            environment.setenv(name, value)
        target = Target(
            CLOUDS["AzureCloud"]._replace(local=True),
            leftovers=f"{folder}/leftovers.json",
            wait=wait,
        )
        yield Subject(Session(Direct(lambda: AzureSystem(target))), by_chance())


def results(
    subject: Subject, requirement: str, profile: str
) -> Iterator[tuple[ScenarioCase, Result]]:
    """Yield the results of the scenarios of a requirement."""
    chosen = selected(scenarios(profile, ()), {"requirement": (requirement,)}, subject.declaration)
    for scenario in chosen:
        if scenario.case.requirements[0] == requirement:
            yield scenario, play(subject, scenario)


def found_by(fault: Fault) -> tuple[str, tuple[str, ...]]:
    """Return the first scenario that a broken model fails, and the requirements that it is
    attributed to.
    """
    with behind_azure(fault.rows) as subject:
        for scenario, result in results(subject, fault.requirement, "full"):
            if result.status in FAILING:
                return scenario.case.id, result.attributed_to
    return "", ()


def failed_by_permitted(requirement: str) -> list[str]:
    """Return the scenarios that count in the profile `article` and that a model without these rows
    fails.
    """
    with behind_azure(lacking(requirement)) as subject:
        found = results(subject, requirement, "article")
        return [
            each.case.id for each, result in found if each.case.scored and result.status in FAILING
        ]
