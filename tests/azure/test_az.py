"""The Azure CLI, unmodified, goes through the article's flow with the model and sees each of the three losses."""

from collections.abc import Iterator

import pytest

from tests.azure.azure_cli import ROOT, azure_env, cli_version
from translator_cmk.site.decide import LOSSES, RAN, RUN, record_run

pytestmark = [pytest.mark.azure, pytest.mark.xdist_group("azure-cli")]

SCRIPT = ROOT / "docs" / "examples" / "az" / "losing-the-key.sh"
CAUSES = ("access revoked", "key vault deleted", "identity disabled")


def expected() -> Iterator[tuple[str, str]]:
    """What the script has to show, step by step."""
    yield "creation with customer-managed keys", "refused, BadRequest"
    yield "creation", "accepted"
    yield "enabling without identity and access", "refused, BadRequest"
    yield "enabling", "accepted"
    yield "key source", "Microsoft.KeyVault"
    for cause in CAUSES:
        yield f"before {cause}, documents", "1"
        yield f"before {cause}, model deployed", "true"
        yield f"before {cause}, translating with the model", "accepted"
        yield f"{cause}, reading documents", "refused, Forbidden"
        yield f"{cause}, model deployed", "false"
        yield f"{cause}, translating with the model", "refused, Forbidden"
        yield f"{cause}, uploading", "refused, Forbidden"
        yield f"{cause}, restored, reading documents", "accepted"
        yield f"{cause}, restored, documents", "0"
        yield f"{cause}, restored, model deployed", "false"
        yield f"{cause}, restored, translating with the model", "refused, Bad Request"
        yield f"{cause}, restored, deploying the model again", "accepted"


def test_each_way_to_lose_the_key_costs_the_same_and_restoring_it_brings_back_readable_data_alone() -> None:
    found = azure_env("bash", SCRIPT, "rg-losses", "westeurope", "4711")
    assert found.returncode == 0, found.stderr
    assert [tuple(line.split(": ", 1)) for line in found.stdout.splitlines()] == list(expected())
    record_run(cli_version(), {LOSSES: RAN}, ROOT / RUN)


def test_script_says_how_it_is_used() -> None:
    found = azure_env("bash", SCRIPT)
    assert (found.returncode, found.stderr) == (2, "usage: losing-the-key.sh GROUP REGION SUFFIX\n")
