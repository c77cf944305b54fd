"""A run of `verify --azure` through Microsoft's SDKs, TLS and the Azure-shaped server, and what the
command refuses.
"""

import re
from pathlib import Path

import pytest

from tests.azure.client.interrupting import interrupted
from tests.azure.client.verifying_azure import (
    CLIENT,
    SECRET,
    TENANT,
    Ran,
    counted_requests,
    credentials,
    ran_in,
    verify,
)
from tests.recorded import recorded
from translator_cmk.azure.client.carrying_out import CALLS
from translator_cmk.azure.client.target import ENDPOINT
from translator_cmk.azure.server import azure_server
from translator_cmk.azure.server.calls import Reply
from translator_cmk.azure.server.listening import AzureServer
from translator_cmk.cli import main

CASES = (
    "encryption.transparent/a-document-is-uploaded-with-either-kind-of-key/a-workspace-under-customer-managed-keys",
    "encryption.transparent/a-model-translates-with-either-kind-of-key/a-deployed-model-under-microsoft-managed-keys",
    "encryption.transparent/data-is-read-with-either-kind-of-key/a-deployed-model-under-microsoft-managed-keys",
    "environment.change-permission-model/a-vault-uses-the-permission-model-to-which-it-was-switched/a-vault-with-a-key",
    "environment.delete-resource/a-deleted-resource-is-gone",
    "environment.deploy/a-model-is-undeployed",
    "environment.purge-key/a-purged-key-is-gone",
    "environment.purge-vault/an-unprotected-vault-is-purged-for-good",
    "environment.recover-key/a-recovered-key-that-was-disabled-is-disabled-still",
    "environment.recover-vault/a-recovered-vault-has-its-keys-and-grants-again",
    "environment.role-stays-behind/a-role-ends-when-the-subscription-of-its-vault-moves-to-another-tenant",
    "identity.disable/the-identity-is-turned-off/a-resource-with-an-identity",
    "keys.import/an-imported-key-is-active",
    "keys.rotate/rotating-one-of-two-keys-leaves-the-other-alone",
    "resource.creation-refused/creating-a-resource-of-any-kind-with-customer-managed-keys-is-refused/translator",
    "resource.repeats/a-key-that-is-enabled-is-enabled-again-and-nothing-changes",
    "resource.repeats/a-role-that-was-never-assigned-is-removed-and-nothing-changes",
    "resource.repeats/access-that-was-never-granted-is-revoked-and-nothing-changes",
    "resource.repeats/microsoft-managed-keys-are-returned-to-again-and-nothing-changes",
    "resource.repeats/purge-protection-is-turned-on-again-and-nothing-changes",
    "resource.repeats/soft-delete-that-is-on-is-turned-on-again-and-nothing-changes",
    "restoration.uploads-stay-deleted/access-is-granted-again-and-the-upload-stays-deleted/the-managed-identity-has-been-disabled-and-enabled-again",
    "revocation.features-stop/translating-is-refused-while-the-key-is-inaccessible/the-vault-has-been-deleted",
    "revocation.undeploys/every-deployed-model-is-undeployed",
    "tenant.identity-off/a-resource-arrives-in-another-tenant-with-its-identity-off",
    "vault.deleted-stays-behind/a-soft-deleted-vault-stays-behind-when-its-group-moves",
    "vault.same-region-refused/a-vault-in-another-region-is-refused/access-to-a-vault-in-another-region-api",
    "vault.same-region-refused/a-vault-in-another-region-is-refused/access-to-a-vault-in-another-region-portal",
)
"""Scenarios of refusals and losses, and some that together have every command that Azure has a
request for.
"""

GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)


def make(folder: Path) -> None:
    """Record a run of these scenarios, with what they need as a positive control."""
    chosen = ["--profile", "full"]
    for name in CASES:
        chosen += ["--case", name]
    with azure_server() as server:
        verify(folder, credentials(server), *chosen)


@pytest.fixture(scope="session")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """The run."""
    return ran_in(recorded(tmp_path_factory, "verify-azure", make))


@pytest.mark.slow
def test_the_model_passes_through_microsofts_sdks(ran: Ran) -> None:
    cases = ran.envelope["cases"]
    assert {case["status"] for case in cases} == {"passed", "not-applicable"}, ran.text
    assert ran.code == 0, ran.text


@pytest.mark.slow
def test_every_command_that_azure_has_a_request_for_was_asked(ran: Ran) -> None:
    asked = re.findall(r'"command":\s*"(\w+)"', ran.everything())
    assert {command.__name__ for command in CALLS} <= set(asked)


@pytest.mark.slow
def test_what_has_no_api_is_not_applicable_and_never_composed(ran: Ran) -> None:
    cases = [case for case in ran.envelope["cases"] if case["status"] == "not-applicable"]
    assert any("the capability portal" in case["reason"] for case in cases)


@pytest.mark.slow
def test_credentials_and_identifiers_of_a_tenant_reach_no_output_and_no_report(ran: Ran) -> None:
    everything = ran.everything()
    assert SECRET not in everything
    assert "eyJ" not in everything  # how a token begins
    assert all(map(GUID.fullmatch, (TENANT, CLIENT)))
    assert GUID.findall(everything) == []


# What the command refuses

MICROSOFTS = (
    "https://management.azure.com",
    "https://management.usgovcloudapi.net:443/",
    "https://Management.ChinaCloudApi.cn",
)


@pytest.mark.parametrize("given", ["option", "variable"])
@pytest.mark.parametrize("endpoint", MICROSOFTS)
def test_clouds_of_microsofts_are_asked_for_nothing(
    endpoint: str,
    given: str,
    signed_in: AzureServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    option: tuple[str, ...] = ()
    if given == "option":
        option = ("--endpoint", endpoint)
    else:
        monkeypatch.setenv(ENDPOINT, endpoint)
    with counted_requests(signed_in) as requests:  # which its proxy would lead here
        assert main(["verify", "--azure", *option]) == 2
    assert requests == []
    assert not_for_microsofts(capsys)


def test_without_an_endpoint_nothing_is_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(ENDPOINT, raising=False)
    assert main(["verify", "--azure"]) == 2
    assert not_for_microsofts(capsys)


def not_for_microsofts(capsys: pytest.CaptureFixture[str]) -> bool:
    """Return whether one line says what the command is for, and what else there is."""
    [line] = capsys.readouterr().err.splitlines()
    return "not Microsoft's own clouds" in line and "check-trace" in line


ID = "7f1d5a30-54b1-4b0e-9d1e-0a8a6f0c1c03"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--endpoint", "http://localhost:1"), "write the URL of a Resource Manager"),
        (("--endpoint", "https://["), "write the URL of a Resource Manager"),
        (("--endpoint", "https://127.0.0.1:1"), "can't be read"),
        (("--subscription", "not-a-guid"), "write the id of a subscription"),
        (("--subscription", ID, "--subscription", ID), "production is there twice"),
        (("--region", "eastus=West Europe"), "name a region of its own for each"),
    ],
)
def test_what_is_wrong_with_the_options_is_said(
    arguments: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", "--azure", *arguments]) == 2
    assert says in capsys.readouterr().err


def test_an_endpoint_that_does_not_say_where_to_sign_in_ends_the_run(
    signed_in: AzureServer, capsys: pytest.CaptureFixture[str]
) -> None:
    with interrupted(signed_in, "GET", "/metadata/endpoints", Reply(200, {"suffixes": {}})):
        assert main(["verify", "--azure"]) == 2
    assert "check the URL" in capsys.readouterr().err
