"""The adapter over Microsoft's SDKs: what passes through it, what it asks first, and what it never
lets out.
"""

import json
import re
import shlex
import time
import traceback
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.azure.client.verifying_azure import (
    CLIENT,
    SECRET,
    TENANT,
    Ran,
    counted_requests,
    credentials,
    ended,
    verify,
    verifying,
)
from translator_cmk.azure.client.adapter import AzureSystem, guarded
from translator_cmk.azure.client.leftovers import left_in
from translator_cmk.azure.client.redaction import without_secrets
from translator_cmk.azure.client.refusals import NotLearned
from translator_cmk.azure.client.target import CLOUDS, Target, declaration_of
from translator_cmk.azure.client.verify_azure import LONGEST
from translator_cmk.azure.server.calls import Reply
from translator_cmk.azure.server.listening import AzureServer
from translator_cmk.azure.server.worlds import guid
from translator_cmk.cli import main
from translator_cmk.conformance.channels.options import add_system_arguments, connection
from translator_cmk.machine import DEFAULT_STAGE, Accepted, Refused
from translator_cmk.machine.commands import CreateVault, MoveSubscription
from translator_cmk.system import Unsupported

SAMPLE = ("vault.purge-protection-refused", "vault.same-region-refused", "restoration.redeploy")
"""Requirements whose scenarios are run in every test run; tests/azure/client/test_adapter_loop.py
runs all.
"""

SUBSCRIPTIONS = {name: guid(TENANT, name) for name in DEFAULT_STAGE.subscriptions}
"""The subscriptions that the server has for the tenant: named, so that all worlds of the sample
share them.
"""

GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)


class Sample(NamedTuple):
    """A run, the command lines of all processes that were seen meanwhile, its leftovers, and how
    much it asked for.
    """

    ran: Ran
    processes: str
    leftovers: str
    requests: int


@pytest.fixture(scope="module")
def sample(served: AzureServer, tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """A run of the sample."""
    folder = tmp_path_factory.mktemp("sample")
    seen = ""
    chosen = []
    for name in SAMPLE:
        chosen += ["--requirement", name]
    for name, subscription in SUBSCRIPTIONS.items():
        chosen += ["--subscription", f"{name}={subscription}"]
    with counted_requests(served) as requests:
        process = verifying(folder, credentials(served), "--profile", "full", *chosen)
        while process.poll() is None:
            seen += "\n".join(command_lines())
            time.sleep(0.5)
    leftovers = (folder / "leftovers.json").read_text("utf-8")
    return Sample(ended(process, folder), seen, leftovers, len(requests))


def command_lines() -> Iterator[str]:
    """Yield the command line of every process."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield path.read_text("utf-8", "replace")
        except OSError:
            continue


@pytest.mark.slow
def test_a_sample_of_scenarios_passes_through_microsofts_sdks(sample: Sample) -> None:
    statuses = sample.ran.statuses()
    assert set(statuses.values()) <= {"passed", "not-applicable"}, sample.ran.text
    assert sample.ran.code == 0, sample.ran.text
    assert list(statuses.values()).count("passed") >= 6


@pytest.mark.slow
def test_its_report_follows_from_its_log(sample: Sample) -> None:
    assert main(["report", "check", str(sample.ran.report)]) == 0


@pytest.mark.slow
def test_what_has_no_api_is_not_applicable_and_never_composed(sample: Sample) -> None:
    cases = [case for case in sample.ran.envelope["cases"] if case["status"] == "not-applicable"]
    assert cases
    assert all("the capability portal" in case["reason"] for case in cases)


@pytest.mark.slow
def test_credentials_reach_no_log_no_report_and_no_process_list(sample: Sample) -> None:
    assert "serve\0--stdio" in sample.processes  # the adapter's own process was seen
    for text in (sample.ran.everything(), sample.processes, sample.leftovers):
        assert SECRET not in text
        assert "eyJ" not in text  # how a token begins


@pytest.mark.slow
def test_a_report_has_no_identifier_of_a_tenant(sample: Sample) -> None:
    given = (TENANT, CLIENT, *SUBSCRIPTIONS.values())
    assert all(map(GUID.fullmatch, given))
    assert all(each in sample.leftovers for each in (TENANT, given[2]))
    assert GUID.findall(sample.ran.everything()) == []


@pytest.mark.slow
def test_a_run_makes_what_was_planned_within_a_fifth(sample: Sample) -> None:
    made = Counter(request=sample.requests)
    for line in sample.leftovers.split("\n")[1:]:
        entry = json.loads(line)
        if "gone" not in entry:
            made[entry["kind"]] += 1
    found = re.findall(
        r"(\d[\d,]*) (group|resource|vault|workspace)s?\b|requests +about ([\d,]+)", sample.ran.text
    )
    planned = {
        kind or "request": int((count or requests).replace(",", ""))
        for count, kind, requests in found
    }
    assert planned.keys() == made.keys()
    for kind, count in planned.items():
        assert abs(made[kind] - count) <= count / 5, (made, planned)


@pytest.mark.azure
def test_an_endpoint_is_a_cloud_of_its_own_with_regions_as_named_and_groups_of_one_prefix(
    served: AzureServer, tmp_path: Path
) -> None:
    endpoint = ("--endpoint", f"https://localhost:{served.port}")
    named = ("--region", "westeurope=northeurope", "--requirement", "keys.rotate")
    ran = verify(tmp_path, credentials(served), *endpoint, *named)
    assert ran.code == 0, ran.text
    assert f"Plan for localhost:{served.port} on this machine" in ran.text
    assert "regions: northeurope, eastus" in ran.envelope["subject"]["version"]
    entries = left_in(tmp_path / "leftovers.json")
    assert {
        entry["name"].startswith("translator-cmk-") for entry in entries if entry["kind"] == "group"
    } == {True}
    assert {entry["location"] for entry in entries if entry["kind"] == "vault"} == {"northeurope"}
    assert "passed" in ran.statuses().values()


@pytest.mark.slow
def test_a_failed_sign_in_shows_neither_traceback_nor_credentials(
    served: AzureServer, tmp_path: Path
) -> None:
    nobody = credentials(served) | {"AZURE_CLIENT_ID": f"application-{CLIENT}"}
    ran = verify(tmp_path, nobody, "--requirement", "resource.creation-refused", "--timeout", "60")
    assert ran.code == 3
    assert "AADSTS700016" in ran.everything()
    for leaked in (SECRET, TENANT, CLIENT, "Traceback"):
        assert leaked not in ran.everything()


def test_a_subscription_that_the_sign_in_does_not_see_ends_a_run_before_anything_is_created(
    served: AzureServer, tmp_path: Path
) -> None:
    unseen = guid(TENANT, "of somebody else")
    live = ("--cloud", "AzureCloud", "--subscription", unseen, "--confirm", unseen)
    with counted_requests(served) as methods:
        ran = verify(tmp_path, credentials(served), *live)
    assert ran.code == 3
    assert "production is not visible to whoever signed in" in ran.text
    assert unseen not in ran.everything().replace(f"--subscription {unseen}", "")
    assert methods.count("PUT") == 0


@pytest.mark.usefixtures("signed_in")
def test_each_subscription_that_is_named_has_to_be_seen(tmp_path: Path) -> None:
    named = {**SUBSCRIPTIONS, "security": guid(TENANT, "of somebody else")}
    with pytest.raises(NotLearned, match="security is not visible"):
        system_at(tmp_path, subscriptions=named)


def test_what_the_adapter_raises_loses_credentials_and_identifiers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AZURE_CLIENT_SECRET", SECRET)
    with pytest.raises(NotLearned) as raised, guarded():
        raise KeyError(f"Bearer {SECRET} in {TENANT}")
    shown = "".join(traceback.format_exception(raised.value))
    assert "the adapter failed: KeyError" in shown
    assert SECRET not in shown
    assert TENANT not in shown


def system_at(folder: Path, **named: Any) -> AzureSystem:
    """Return the adapter to the server that the environment leads to."""
    return AzureSystem(
        Target(
            CLOUDS["AzureCloud"]._replace(local=True),
            leftovers=str(folder / "leftovers.json"),
            **named,
        )
    )


@pytest.mark.slow
def test_a_throttled_request_is_sent_again_after_the_time_that_is_asked_for(
    signed_in: AzureServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, throttled = signed_in.answer, list[float]()

    def busy(method: str, *request: Any) -> Any:
        if method == "PUT" and not throttled:
            throttled.append(time.monotonic())
            return Reply(
                429,
                {"error": {"code": "TooManyRequests", "message": "Later."}},
                {"Retry-After": "1"},
            )
        return answer(method, *request)

    monkeypatch.setattr(signed_in, "answer", busy)
    assert (
        system_at(tmp_path).submit(CreateVault("kv-throttled", "westeurope", "production", "apps"))
        == Accepted()
    )
    assert time.monotonic() - throttled[0] >= 1


@pytest.mark.usefixtures("signed_in")
def test_a_vault_is_asked_for_again_only_where_that_would_not_change_it(tmp_path: Path) -> None:
    system, vault = system_at(tmp_path), ("kv-again", "westeurope", "production", "apps")
    assert system.submit(CreateVault(*vault)) == Accepted()
    for changed in (
        ("eastus", "production", "apps"),
        ("westeurope", "security", "apps"),
        ("westeurope", "nowhere", "apps"),
    ):
        assert isinstance(system.submit(CreateVault("kv-again", *changed)), Refused), changed
    with pytest.raises(Unsupported, match="only creates"):
        system.submit(CreateVault(*vault))
    assert system.observe()["vault"]["kv-again"]["region"] == "westeurope"
    assert {entry["kind"] for entry in left_in(tmp_path / "leftovers.json")} == {"group", "vault"}


@pytest.mark.usefixtures("signed_in")
def test_a_subscription_moves_to_another_tenant_unless_it_was_named(tmp_path: Path) -> None:
    assert not system_at(tmp_path, subscriptions=SUBSCRIPTIONS).declaration.can("several-tenants")
    system = system_at(tmp_path)
    assert system.declaration.can("several-tenants")
    for _ in range(2):
        system.reset(DEFAULT_STAGE)
        assert system.observe()["subscription"]["production"] == {"tenant": "home"}
        assert system.submit(MoveSubscription("production", "abroad")) == Accepted()
        assert system.observe()["subscription"]["production"] == {"tenant": "abroad"}


@pytest.mark.usefixtures("signed_in")
def test_where_one_subscription_is_named_no_other_is_used_whatever_it_is_called(
    tmp_path: Path,
) -> None:
    system = system_at(tmp_path, subscriptions={"production": SUBSCRIPTIONS["production"]})
    assert (
        system.estate.subscriptions.keys()
        == system.declaration.stage.subscriptions.keys()
        == {"production"}
    )


@pytest.mark.usefixtures("signed_in")
def test_no_request_waits_for_its_headers_to_be_acknowledged(tmp_path: Path) -> None:
    """Without care, each request with content takes 40 milliseconds more through a proxy."""
    system, seconds = system_at(tmp_path), list[float]()
    for number in range(20):
        began = time.monotonic()
        assert (
            system.submit(CreateVault(f"kv-{number}", "westeurope", "production", "apps"))
            == Accepted()
        )
        seconds.append(time.monotonic() - began)
    assert min(seconds) < 0.04


def test_texts_lose_credentials_and_identifiers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_CLIENT_SECRET", SECRET)
    token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJodHRwczovL20ifQ.c2ln"
    text = without_secrets(f"{SECRET} in {TENANT.upper()} with {token} and {'0af1' * 8}")
    assert text == "<secret> in <id> with <hidden> and <hidden>"


@pytest.mark.parametrize(
    "address",
    [
        "2001:db8::8a2e:370:7334",
        "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
        "fd00:1:2::",
        "::1",
        "::ffff:203.0.113.7",
        "203.0.113.7",
    ],
)
def test_no_address_of_a_machine_is_repeated_and_a_time_is(address: str) -> None:
    before = "At 12:30:45 std::vector, client"
    for form in ("{}", "({})", "[{}]:443 and", "ip={}, and", "{}."):
        text = f"{before} {form.format(address)}"
        assert without_secrets(text) == f"{before} {form.format('<address>')}"
    assert address not in without_secrets(f"{address}: denied")


def test_the_commands_that_a_run_names_take_its_timeout() -> None:
    parser = ArgumentParser()
    add_system_arguments(parser)
    given = parser.parse_args(["--stdio", "true"])
    given.timeout = LONGEST
    read = parser.parse_args(shlex.split(connection(given).text))
    assert read.timeout == LONGEST


def test_only_a_cloud_of_microsofts_without_anybody_between_is_called_azure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in (
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
    ):
        monkeypatch.delenv(name, raising=False)
    azure, own = CLOUDS["AzureCloud"], CLOUDS["AzureCloud"]._replace(name="example.com")
    assert (
        declaration_of(Target(azure), ["production"], reasons=False).product == "Azure: AzureCloud"
    )
    assert "Azure:" not in azure._replace(local=True).product + own.product
    for name, value in (
        ("REQUESTS_CA_BUNDLE", "ca.pem"),
        ("ALL_PROXY", "http://127.0.0.1:9"),
        ("https_proxy", "http://127.0.0.1:9"),
    ):
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            assert not azure.product.startswith("Azure:"), name


def test_in_a_cloud_effects_have_windows_and_a_second_tenant_is_never_moved_to() -> None:
    declared = declaration_of(
        Target(CLOUDS["AzureCloud"]), ["production", "security"], reasons=False
    )
    assert declared.windows["RevokeKeyAccess"] >= 600
    assert not any(
        map(
            declared.can,
            (
                "portal",
                "clock",
                "legacy-vaults",
                "azure-rbac",
                "several-tenants",
                "reasons",
                "audit",
            ),
        )
    )
    assert declared.stage.subscriptions == {"production": "home", "security": "home"}


def test_only_on_this_machine_a_workspace_shows_its_key_source() -> None:
    for local in (True, False):
        cloud = CLOUDS["AzureCloud"]._replace(local=local)
        declared = declaration_of(Target(cloud), ["production"], reasons=False)
        assert declared.shows("workspace", "key_source") is local
