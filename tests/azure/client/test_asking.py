"""Azure is asked again within a command's wait, before a refusal is judged; each attempt is told."""

import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.core.pipeline.policies import HeadersPolicy
from azure.core.pipeline.transport import RequestsTransport

from tests.azure.client.interrupting import (
    interrupted,
    refusal,
    without_answers,
    without_host,
)
from tests.azure.client.verifying_azure import credentials
from translator_cmk.azure.client import asking
from translator_cmk.azure.client.adapter import AzureSystem
from translator_cmk.azure.client.asking import may_be_sent_again
from translator_cmk.azure.client.patience import Patience
from translator_cmk.azure.client.refusals import NotLearned, refusal_of
from translator_cmk.azure.client.rest import rest
from translator_cmk.azure.client.target import CLOUDS, WORK, Target
from translator_cmk.azure.server import azure_server
from translator_cmk.azure.server.calls import Reply
from translator_cmk.azure.server.listening import AzureServer
from translator_cmk.azure.server.strictness import Strictness
from translator_cmk.conformance.lanes.sequences import smallest_parts
from translator_cmk.machine import Accepted, Command, Refused
from translator_cmk.machine.commands import (
    CreateKey,
    CreateResource,
    CreateVault,
    CreateWorkspace,
    DeleteKey,
    DisableIdentity,
    EnableCustomerManagedKeys,
    EnableIdentity,
    GrantKeyAccess,
    RecoverKey,
    RotateKey,
)
from translator_cmk.machine.entities import CUSTOMER

WAIT = 6.0
"""Seconds for which these tests have a command asked again."""

ACCOUNTS = "Microsoft.CognitiveServices/accounts/"


def system_at(folder: Path, wait: float = WAIT) -> AzureSystem:
    """Return the adapter to the server that the environment leads to."""
    cloud = CLOUDS["AzureCloud"]._replace(local=True)
    return AzureSystem(Target(cloud, leftovers=str(folder / "leftovers.json"), wait=wait))


def a_vault(name: str, group: str = "apps") -> CreateVault:
    return CreateVault(name, "westeurope", "production", group)


def a_resource(name: str, group: str = "apps") -> CreateResource:
    return CreateResource(name, "Translator", "westeurope", "cmk-tier", "production", group)


def enabling(resource: str, vault: str) -> EnableCustomerManagedKeys:
    return EnableCustomerManagedKeys(resource, vault, "cmk", through="api")


def accept(system: AzureSystem, *commands: Command) -> None:
    for command in commands:
        assert system.submit(command) == Accepted(), command


def prepared(system: AzureSystem, resource: str, vault: str) -> None:
    """Have everything made that customer-managed keys need."""
    accept(
        system,
        a_vault(vault),
        CreateKey(vault, "cmk"),
        a_resource(resource),
        EnableIdentity(resource),
        GrantKeyAccess(vault, resource),
    )


@pytest.mark.parametrize(
    ("reply", "name"),
    [
        (refusal(409, "RequestConflict"), "conflict"),
        (refusal(409, "AnotherOperationInProgress"), "in-progress"),
        (refusal(400, "BadRequest"), "not-spread"),
        (refusal(403, "Forbidden", "ForbiddenByRbac"), "no-role-yet"),
        (refusal(401, "401"), "no-key-yet"),
    ],
)
def test_what_is_accepted_later_is_accepted_and_each_attempt_is_told(
    signed_in: AzureServer, tmp_path: Path, reply: Reply, name: str
) -> None:
    system = system_at(tmp_path)
    prepared(system, f"tr-{name}", f"kv-{name}")
    with interrupted(signed_in, "PATCH", ACCOUNTS, reply, times=2) as given:
        assert system.submit(enabling(f"tr-{name}", f"kv-{name}")) == Accepted()
    assert len(given) == 2
    first, second, last = system.said
    assert first.startswith("0.")
    assert f"status {reply.status}" in first
    assert f"status {reply.status}" in second
    assert last.endswith("s: accepted")
    assert float(last.split()[0]) > float(first.split()[0])
    assert system.observe()["resource"][f"tr-{name}"]["key_source"] == CUSTOMER


def test_without_a_wait_and_after_it_nothing_is_learned(
    signed_in: AzureServer, tmp_path: Path
) -> None:
    for wait, attempts in ((0.0, 1), (0.5, 3)):
        system = system_at(tmp_path, wait)
        accept(system, a_resource("tr-never"))
        with interrupted(signed_in, "PATCH", ACCOUNTS, refusal(409, "RequestConflict")) as given:
            with pytest.raises(NotLearned, match="another operation on the resource"):
                system.submit(EnableIdentity("tr-never"))
            assert len(given) >= attempts
        assert len(system.said) == len(given)


def test_a_read_that_is_behind_is_asked_again(signed_in: AzureServer, tmp_path: Path) -> None:
    system = system_at(tmp_path)
    accept(system, a_resource("tr-behind"))
    missing = refusal(404, "ResourceNotFound")
    with interrupted(signed_in, "PATCH", f"{ACCOUNTS}tr-behind", missing, times=2):
        accept(system, EnableIdentity("tr-behind"))
    empty = Reply(200, {"value": []})
    with interrupted(signed_in, "GET", "Microsoft.CognitiveServices/accounts?", empty, times=2):
        assert "tr-behind" in system.observe()["resource"]


def test_what_was_never_made_is_judged_at_once(signed_in: AzureServer, tmp_path: Path) -> None:
    system = system_at(tmp_path)
    began = time.monotonic()
    outcome = system.submit(EnableIdentity("tr-nowhere"))
    assert isinstance(outcome, Refused)
    assert "environment.exists" in outcome.because
    assert time.monotonic() - began < WAIT / 2
    accept(system, a_resource("tr-there"))
    missing = refusal(404, "ResourceNotFound")
    with interrupted(signed_in, "PATCH", f"{ACCOUNTS}tr-elsewhere", missing):
        assert isinstance(system.submit(EnableIdentity("tr-elsewhere")), Refused)
    assert len(system.said) == 1


TAKEN = (
    (a_vault, "Microsoft.KeyVault/vaults/", "VaultAlreadyExists", ""),
    (a_vault, "Microsoft.KeyVault/vaults/", "ConflictError", "The same name already exists."),
    (a_vault, "Microsoft.KeyVault/vaults/", "InvalidResourceLocation", ""),
    (a_resource, ACCOUNTS, "CustomDomainInUse", ""),
    (a_resource, ACCOUNTS, "FlagMustBeSetForRestore", ""),
)
"""Answers that a name is taken: what makes the command, its requests, the code and the message."""


@pytest.mark.parametrize(("making", "part", "code", "message"), TAKEN)
def test_a_name_is_taken_only_if_it_was_used_here(
    making: Any, part: str, code: str, message: str, signed_in: AzureServer, tmp_path: Path
) -> None:
    system = system_at(tmp_path)
    name = f"taken-{code.lower()}"[:24]
    with interrupted(signed_in, "PUT", part, refusal(409, code, message=message)) as given:
        with pytest.raises(NotLearned, match=f"somebody else may have it: status 409, {code}"):
            system.submit(making(name))
        assert len(given) == 1, "a name doesn't become free by asking again"
    accept(system, making(name))
    with interrupted(signed_in, "PUT", part, refusal(409, code, message=message)):
        assert system.submit(making(name, "others")) == Refused(frozenset({"environment.new-name"}))


def test_keys_of_a_new_vault_are_asked_for_until_the_policy_has_spread(
    signed_in: AzureServer, tmp_path: Path
) -> None:
    system = system_at(tmp_path)
    accept(system, a_vault("kv-spreading"))
    reply = refusal(403, "Forbidden", "ForbiddenByPolicy")
    with interrupted(signed_in, "POST", "kv-spreading", reply, times=2):
        accept(system, CreateKey("kv-spreading", "cmk"))
    with interrupted(signed_in, "GET", "kv-spreading.vault.azure.net/keys", reply, times=2):
        assert "kv-spreading/cmk" in system.observe()["key"]


@pytest.mark.parametrize(
    "reply",
    [refusal(403, "NobodyHasSeenThis"), refusal(404, "NotFound"), Reply(404, "a page")],
    ids=["forbidden", "missing", "no-error-of-azure"],
)
def test_what_cannot_be_looked_at_is_never_shown_as_gone(
    signed_in: AzureServer, tmp_path: Path, reply: Reply
) -> None:
    system = system_at(tmp_path, wait=0.0)
    accept(system, a_vault("kv-unseen"))
    with (
        interrupted(signed_in, "GET", "Microsoft.KeyVault/vaults?", reply),
        pytest.raises(NotLearned),
    ):
        system.observe()


def test_an_operation_that_ends_as_failed_is_no_refusal(
    signed_in: AzureServer, tmp_path: Path
) -> None:
    system = system_at(tmp_path, wait=0.0)
    accept(system, a_resource("tr-failing"))
    operation = "https://management.azure.com/subscriptions/x/operations/failing?api-version=1"
    begun = Reply(202, None, {"Azure-AsyncOperation": operation})
    error = {"code": "NobodyHasSeenThis", "message": "It went wrong."}
    failed = Reply(200, {"status": "Failed", "error": error})
    with (
        interrupted(signed_in, "PATCH", f"{ACCOUNTS}tr-failing", begun),
        interrupted(signed_in, "GET", "operations/failing", failed),
        pytest.raises(NotLearned, match="NobodyHasSeenThis: It went wrong"),
    ):
        system.submit(EnableIdentity("tr-failing"))


class Proxy(BaseHTTPRequestHandler):
    """Answers everything with a page of HTML."""

    def do_GET(self) -> None:
        page = b"<!DOCTYPE html><html><title>Blocked</title></html>"
        self.send_response(403)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        pass


def test_the_page_of_a_proxy_is_no_refusal() -> None:
    with HTTPServer(("127.0.0.1", 0), Proxy) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        with pytest.raises(HttpResponseError) as raised:
            rest(RequestsTransport(), HeadersPolicy(), "GET", url)
        server.shutdown()
    with pytest.raises(NotLearned, match="status 403: a page of HTML, and no error of Azure"):
        refusal_of(raised.value, "EnableCustomerManagedKeys")


def test_pauses_grow_and_end_with_the_wait() -> None:
    clock = [0.0]
    pauses = list[float]()

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        clock[0] += seconds

    patience = Patience(100.0, lambda: clock[0], pause)
    while not patience.ends():
        patience.go_on()
    assert pauses == [1, 2, 4, 8, 16, 30, 30, 9]
    assert Patience(2.0).next_pause < 1
    assert Patience(0.0).ends()


def test_a_cloud_as_strict_as_azure_is_asked_until_all_has_spread(tmp_path: Path) -> None:
    strictness = Strictness(strict=True, grants_after=1.5, provisioning=0.5, eventual_reads=2)
    with (
        azure_server(strictness=strictness) as server,
        pytest.MonkeyPatch.context() as environment,
    ):
        for name, value in credentials(server).items():
            environment.setenv(name, value)
        system = system_at(tmp_path, wait=20.0)
        prepared(system, "tr-strict", "kv-strict")
        assert system.submit(enabling("tr-strict", "kv-strict")) == Accepted()
        seen = system.observe()
    assert len(system.said) > 1, "nothing had to be waited for"
    assert seen["resource"]["tr-strict"]["key"] == "kv-strict/cmk"
    assert seen["key"]["kv-strict/cmk"]["state"] == "active"


def test_creating_with_a_key_shows_nothing_by_a_code(
    signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Not even by one that is listed: the resource had no access to the key."""
    listed = Reply(400, {"error": {"code": "FlagMustBeSetForRestore", "message": "No."}})
    answer = signed_in.answer

    def refusing(method: str, target: str, headers: Any, content: bytes) -> Reply:
        if method == "PUT" and ACCOUNTS in target:
            return listed
        return answer(method, target, headers, content)

    monkeypatch.setattr(signed_in, "answer", refusing)
    system = system_at(tmp_path, wait=0.0)
    with_key = CreateResource(
        "tr-new", "Translator", "westeurope", "cmk-tier", "production", "apps", "customer-managed"
    )
    with pytest.raises(NotLearned, match="does not exist yet"):
        system.submit(with_key)


@pytest.mark.usefixtures("signed_in")
def test_the_log_says_whether_a_new_resource_lists_customer_managed_keys(tmp_path: Path) -> None:
    system = system_at(tmp_path)
    accept(system, a_resource("tr-capable"))
    assert system.said[-1] == "its capabilities have CustomerManagedKey"


def test_keys_that_a_policy_disables_are_told_at_once_and_never_asked_for_again(
    signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answer = signed_in.answer

    def modifying(method: str, target: str, headers: Any, content: bytes) -> Reply:
        reply = answer(method, target, headers, content)
        if method == "PUT" and ACCOUNTS in target:
            reply.body["properties"]["disableLocalAuth"] = True
        return reply

    monkeypatch.setattr(signed_in, "answer", modifying)
    system = system_at(tmp_path)
    accept(system, a_resource("tr-keyless"))
    assert "its keys are disabled" in system.said[-1]

    no_keys = "Failed to list key. disableLocalAuth is set to be true"
    refused = refusal(400, "BadRequest", message=no_keys)
    with (
        interrupted(signed_in, "POST", "/listKeys", refused) as asked,
        pytest.raises(NotLearned, match="use a subscription without it"),
    ):
        system.submit(CreateWorkspace("ws-keyless", "tr-keyless"))
    assert len(asked) == 1


def test_what_nobody_lists_is_asked_again_only_while_something_may_spread(
    signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(asking, "LEAST_WAIT", 0.5)
    system = system_at(tmp_path)
    prepared(system, "tr-unlisted", "kv-unlisted")

    def seconds_asked(command: Command) -> float:
        began = time.monotonic()
        with (
            interrupted(signed_in, "PATCH", ACCOUNTS, refusal(400, "BadRequest")),
            pytest.raises(NotLearned, match="BadRequest"),
        ):
            system.submit(command)
        return time.monotonic() - began

    assert seconds_asked(DisableIdentity("tr-unlisted")) > WAIT / 2
    assert seconds_asked(DisableIdentity("tr-unlisted")) < WAIT / 2
    assert seconds_asked(enabling("tr-unlisted", "kv-unlisted")) > WAIT / 2, "much hangs on it"


def test_what_a_later_part_of_the_smallest_run_needs_is_asked_for_all_of_its_wait() -> None:
    needed = {part.needs for part in smallest_parts()} - {""}
    assert needed == {name for name, work in WORK.items() if work.get("hangs_on")}


# Where no answer comes


def test_a_vault_whose_host_has_no_name_yet_is_asked_again(
    signed_in: AzureServer, tmp_path: Path
) -> None:
    assert signed_in.port
    system = system_at(tmp_path, wait=30.0)
    accept(system, a_vault("kv-unnamed"))
    with without_host("kv-unnamed", times=5) as asked:
        accept(system, CreateKey("kv-unnamed", "cmk"))
    assert len(asked) == 5
    assert "ServiceRequestError" in system.said[0]
    with without_answers("GET", "/keys", times=5) as broken:
        assert "kv-unnamed/cmk" in system.observe()["key"]
    assert len(broken) == 5


def test_without_a_wait_a_lost_connection_ends_a_command(
    signed_in: AzureServer, tmp_path: Path
) -> None:
    assert signed_in.port
    system = system_at(tmp_path, wait=0.0)
    accept(system, a_resource("tr-lost"))
    with (
        without_answers("PATCH", f"{ACCOUNTS}tr-lost"),
        pytest.raises(NotLearned, match="ServiceRe"),
    ):
        system.submit(EnableIdentity("tr-lost"))
    assert len(system.said) == 1


@pytest.mark.parametrize(
    ("command", "error", "again"),
    [
        (RotateKey("kv", "cmk"), ServiceResponseError("It broke."), False),
        (RotateKey("kv", "cmk"), ServiceRequestError("There is no such host."), True),
        (EnableIdentity("tr"), ServiceResponseError("It broke."), True),
        (EnableIdentity("tr"), AzureError("It is something else."), False),
    ],
)
def test_what_may_have_arrived_is_sent_again_only_where_that_changes_nothing(
    command: Command, error: AzureError, again: bool
) -> None:
    assert may_be_sent_again(command, error) is again


def test_a_refusal_after_an_attempt_without_an_answer_says_nothing(
    signed_in: AzureServer, tmp_path: Path
) -> None:
    assert signed_in.port
    system = system_at(tmp_path)
    accept(system, a_vault("kv-perhaps"), CreateKey("kv-perhaps", "cmk"))
    accept(system, DeleteKey("kv-perhaps", "cmk"))
    with (
        without_answers("POST", "/recover", times=1),
        pytest.raises(NotLearned, match="an earlier attempt had no answer"),
    ):
        system.submit(RecoverKey("kv-perhaps", "cmk"))
    assert system.observe()["key"]["kv-perhaps/cmk"]["state"] == "active"
