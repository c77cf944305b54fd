"""The adapter over Microsoft's SDKs: what it asks first, what counts as a refusal, and what it never
lets out.
"""

import traceback
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from azure.core.exceptions import HttpResponseError
from azure.core.pipeline.policies import HeadersPolicy
from azure.core.pipeline.transport import RequestsTransport

from tests.azure.client.adapted import a_resource, a_system, a_vault, accept
from tests.azure.client.interrupting import interrupted, refusal
from tests.azure.client.verifying_azure import CLIENT, SECRET, TENANT
from translator_cmk.azure.client.adapter import from_environment, guarded
from translator_cmk.azure.client.redaction import without_secrets
from translator_cmk.azure.client.refusals import NotLearned, refusal_of
from translator_cmk.azure.client.rest import rest
from translator_cmk.azure.client.target import ENVIRONMENT
from translator_cmk.azure.server.calls import Reply
from translator_cmk.azure.server.listening import AzureServer
from translator_cmk.azure.server.worlds import guid
from translator_cmk.machine import DEFAULT_STAGE, Accepted, Refused
from translator_cmk.machine.commands import CreateResource, CreateVault, EnableIdentity
from translator_cmk.system import Unsupported

SUBSCRIPTIONS = {name: guid(TENANT, name) for name in DEFAULT_STAGE.subscriptions}
"""The subscriptions that the server has for the tenant."""

ACCOUNTS = "Microsoft.CognitiveServices/accounts/"


# Credentials and identifiers


def test_a_failed_sign_in_shows_neither_credentials_nor_who_it_was(
    signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert signed_in.port
    monkeypatch.setenv("AZURE_CLIENT_ID", f"application-{CLIENT}")
    with pytest.raises(NotLearned, match="AADSTS700016") as raised:
        a_system()
    shown = "".join(traceback.format_exception(raised.value))
    for leaked in (SECRET, TENANT, CLIENT):
        assert leaked not in shown


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


def test_texts_lose_credentials_and_identifiers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_CLIENT_SECRET", SECRET)
    token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJodHRwczovL20ifQ.c2ln"
    text = without_secrets(f"{SECRET} in {TENANT.upper()} with {token} and {'0af1' * 8}")
    assert text == "<secret> in [id] with <hidden> and <hidden>"


# Subscriptions


@pytest.mark.usefixtures("signed_in")
def test_each_subscription_that_is_named_has_to_be_seen() -> None:
    named = {**SUBSCRIPTIONS, "security": guid(TENANT, "of somebody else")}
    with pytest.raises(NotLearned, match="security is not visible"):
        a_system(subscriptions=named)


@pytest.mark.usefixtures("signed_in")
def test_subscriptions_that_are_named_are_used_alone_and_move_to_no_other_tenant() -> None:
    in_capitals = SUBSCRIPTIONS["production"].upper()
    system = a_system(subscriptions={"production": in_capitals})
    assert system.estate.subscriptions.keys() == {"production"}
    assert system.declaration.stage.subscriptions == {"production": "home"}
    assert not system.declaration.can("several-tenants")
    accept(system, a_vault("kv-named"))
    assert system.observe()["vault"]["kv-named"]["subscription"] == "production"
    assert a_system().declaration.can("several-tenants")


def test_a_process_without_a_target_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    with pytest.raises(NotLearned, match=f"{ENVIRONMENT} is not set"):
        from_environment()


# What is asked, and what is an answer


@pytest.mark.usefixtures("signed_in")
def test_a_vault_is_asked_for_again_only_where_that_would_not_change_it() -> None:
    system, vault = a_system(), ("kv-again", "westeurope", "production", "apps")
    accept(system, CreateVault(*vault))
    for changed in (
        ("eastus", "production", "apps"),
        ("westeurope", "security", "apps"),
        ("westeurope", "nowhere", "apps"),
    ):
        assert isinstance(system.submit(CreateVault("kv-again", *changed)), Refused), changed
    with pytest.raises(Unsupported, match="only creates"):
        system.submit(CreateVault(*vault))
    assert system.observe()["vault"]["kv-again"]["region"] == "westeurope"


@pytest.mark.usefixtures("signed_in")
def test_regions_and_tiers_are_asked_for_as_azure_calls_them() -> None:
    system = a_system(regions={"westeurope": "North Europe"}, tiers={"cmk-tier": "S2"})
    accept(system, a_resource("tr-mapped"))
    account = system.estate.ask("accounts", "tr-mapped", "get")
    assert (account.location, account.sku.name) == ("northeurope", "S2")
    assert system.observe()["resource"]["tr-mapped"]["location"] == "westeurope"


def test_a_throttled_request_is_sent_again(signed_in: AzureServer) -> None:
    throttled = Reply(429, {"error": {"code": "TooManyRequests"}}, {"Retry-After": "0"})
    with interrupted(signed_in, "PUT", "kv-throttled", throttled, times=1) as struck:
        assert a_system().submit(a_vault("kv-throttled")) == Accepted()
    assert len(struck) == 1


@pytest.mark.parametrize(
    "reply",
    [refusal(403, "NobodyHasSeenThis"), refusal(404, "NotFound"), Reply(404, "a page")],
    ids=["forbidden", "missing", "no-error-of-azure"],
)
def test_what_cannot_be_looked_at_is_never_shown_as_gone(
    signed_in: AzureServer, reply: Reply
) -> None:
    system = a_system()
    accept(system, a_vault("kv-unseen"))
    with (
        interrupted(signed_in, "GET", "Microsoft.KeyVault/vaults?", reply),
        pytest.raises(NotLearned),
    ):
        system.observe()


def test_an_operation_that_ends_as_failed_is_no_refusal(signed_in: AzureServer) -> None:
    system = a_system()
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


def test_a_refusal_is_told_with_its_code(signed_in: AzureServer) -> None:
    system = a_system()
    listed = refusal(409, "VaultAlreadyExists", message="The name is in use.")
    with interrupted(signed_in, "PUT", "kv-taken", listed):
        assert isinstance(system.submit(a_vault("kv-taken")), Refused)
    assert system.said == ["status 409, VaultAlreadyExists: The name is in use."]


def test_creating_with_a_key_shows_nothing_by_a_code(signed_in: AzureServer) -> None:
    """Not even by one that is listed: the resource had no access to the key."""
    with_key = CreateResource(
        "tr-new", "Translator", "westeurope", "cmk-tier", "production", "apps", "customer-managed"
    )
    listed = refusal(400, "FlagMustBeSetForRestore")
    with (
        interrupted(signed_in, "PUT", f"{ACCOUNTS}tr-new", listed),
        pytest.raises(NotLearned, match="does not exist yet"),
    ):
        a_system().submit(with_key)


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
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        with pytest.raises(HttpResponseError) as raised:
            rest(RequestsTransport(), HeadersPolicy(), "GET", url)
        server.shutdown()
    with pytest.raises(NotLearned, match="status 403: a page of HTML, and no error of Azure"):
        refusal_of(raised.value, "EnableCustomerManagedKeys")
