"""The server: worlds, several effects in one request, lists and operations, credentials, and how it is reached."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.azure.corpus import CMK, GROUP, MANAGER, VAULT, played, vault
from tests.azure.wire import Answer, Customer, Wire
from translator_cmk.azure import worlds
from translator_cmk.azure.server import AzureServer, azure_server
from translator_cmk.azure.worlds import Worlds, guid
from translator_cmk.machine import ROWS, Machine
from translator_cmk.machine.commands import CreateResource
from translator_cmk.machine.entities import Resource
from translator_cmk.machine.rows import Effect, effect

VERSION = "?api-version=2025-06-01"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(worlds.__file__).resolve().parents[2])}
ACCOUNT = {"kind": "TextTranslation", "location": "westeurope", "sku": {"name": "S1"}}


def group(customer: Customer, name: str = "apps") -> str:
    return f"/subscriptions/{customer.subscription}/resourceGroups/{name}"


def account(customer: Customer, name: str = "tr1") -> str:
    return f"{group(customer)}/providers/Microsoft.CognitiveServices/accounts/{name}"


def key_vault(customer: Customer, name: str = "kv-1") -> str:
    return f"{group(customer)}/providers/Microsoft.KeyVault/vaults/{name}"


def ask(customer: Customer, method: str, path: str, body: Any = None) -> Answer:
    return customer.ask(method, MANAGER, path + ("" if "api-version" in path else VERSION), body)


@pytest.fixture
def at_work(customer: Customer) -> Customer:
    """A customer with an account that has an identity, and two key vaults, one of which grants access to it."""
    for _ in played(customer, 25):
        pass
    return customer


def codes(answer: Answer) -> list[str]:
    """Return the requirements behind a refusal."""
    return [each["code"] for each in answer.body["error"].get("details", [])]


# Worlds


def test_each_tenant_is_a_world_and_signing_in_again_keeps_it(wire: Wire, at_work: Customer) -> None:
    assert ask(at_work, "GET", account(at_work)).status == 200
    again, other = Customer(wire, at_work.tenant), Customer(wire)
    assert ask(again, "GET", account(again)).status == 200
    assert ask(other, "GET", account(other)).status == 404
    assert ask(other, "GET", account(at_work)).body["error"]["code"] == "SubscriptionNotFound"


def test_the_first_subscription_is_that_of_production(customer: Customer) -> None:
    found = ask(customer, "GET", "/subscriptions").body["value"]
    assert [each["displayName"] for each in found] == ["production", "security"]


def test_a_subscription_follows_its_tenant(wire: Wire, at_work: Customer) -> None:
    abroad = Customer(wire, guid(at_work.tenant, "abroad"))
    moved = {"properties": {"destinationTenantId": abroad.tenant, "destinationOwnerId": "x"}}
    place = f"/subscriptions/{at_work.subscription}/providers/Microsoft.Subscription/changeTenantRequest/default"
    assert ask(at_work, "PUT", place, moved).status == 200
    refused = ask(at_work, "GET", account(at_work))
    assert (refused.status, refused.body["error"]["code"]) == (401, "InvalidAuthenticationTokenTenant")
    found = ask(abroad, "GET", account(at_work)).body
    assert "identity" not in found


def test_the_world_that_was_used_longest_ago_ends_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worlds, "KEPT", 2)
    kept = Worlds()
    for tenant in ("a", "b"):
        kept.log_in(tenant)
    assert kept.of("a")
    kept.log_in("c")
    assert [kept.of(each) is None for each in ("a", "b", "c")] == [False, True, False]
    assert kept.of(guid("b", "abroad")) is None


# Several effects in one request


def test_a_request_with_several_effects_is_all_or_nothing(at_work: Customer) -> None:
    before = at_work.world
    both = {"identity": {"type": "None"}, **CMK}
    refused = ask(at_work, "PATCH", account(at_work), both)
    assert (refused.status, codes(refused)) == (400, ["environment.exists"])
    stranger = {
        "tenantId": at_work.tenant,
        "objectId": str(uuid4()),
        "permissions": {"keys": ["get", "wrapKey", "unwrapKey"]},
    }
    whole = ask(at_work, "GET", key_vault(at_work)).body
    whole["properties"]["accessPolicies"].append(stranger)
    whole["properties"]["enablePurgeProtection"] = True
    assert ask(at_work, "PUT", key_vault(at_work), whole).status == 501
    assert at_work.world == before


def test_the_put_of_a_whole_vault_changes_what_differs(at_work: Customer) -> None:
    principal = ask(at_work, "GET", account(at_work)).body["identity"]["principalId"]
    whole = ask(at_work, "GET", key_vault(at_work)).body
    entry = {
        "tenantId": at_work.tenant,
        "objectId": principal,
        "permissions": {"keys": ["Get", "UnwrapKey", "WrapKey"]},
    }
    whole["properties"]["accessPolicies"] = [entry]
    for policies in ([entry], [entry], []):
        whole["properties"]["accessPolicies"] = policies
        shown = ask(at_work, "PUT", key_vault(at_work), whole)
        assert shown.status == 200
        assert [each["objectId"] for each in shown.body["properties"]["accessPolicies"]] == [principal] * len(policies)


@pytest.mark.parametrize(
    ("kind", "body", "named"),
    [
        ("vault", {"properties": {"networkAcls": {"defaultAction": "Deny"}}}, "properties.networkAcls.defaultAction"),
        ("vault", {"properties": {"softDeleteRetentionInDays": 7}}, "properties.softDeleteRetentionInDays"),
        ("vault", {"tags": {"cost": "1"}}, "tags.cost"),
        ("vault", {"properties": {"enableRbacAuthorization": True}}, "properties.enableRbacAuthorization"),
        ("account", {"sku": {"name": "F0"}}, "sku.name"),
        ("account", {"properties": {"publicNetworkAccess": "Disabled"}}, "properties.publicNetworkAccess"),
        ("account", {"identity": {"type": "UserAssigned", "userAssignedIdentities": {"x": {}}}}, "identity"),
        ("account", {"properties": {"disableLocalAuth": True}}, "properties.disableLocalAuth"),
    ],
)
def test_what_the_server_would_not_show_is_outside_the_subset(
    at_work: Customer, kind: str, body: dict[str, Any], named: str
) -> None:
    before = at_work.world
    answer = ask(at_work, "PATCH", (key_vault if kind == "vault" else account)(at_work), body)
    assert answer.status == 501
    assert answer.body["error"]["message"].startswith(named)
    assert at_work.world == before


def test_what_follows_a_key_but_is_no_version_is_outside_the_subset(at_work: Customer) -> None:
    at_work.ask("POST", VAULT, f"/keys/cmk/create{VERSION}", {"kty": "RSA"})
    for name, status in (("rotationpolicy", 501), ("attestation", 501), ("0" * 32, 404)):
        assert at_work.ask("GET", VAULT, f"/keys/cmk/{name}{VERSION}").status == status
    assert at_work.ask("GET", "graph.microsoft.com", "/v1.0/me").status == 501
    assert ask(at_work, "PUT", account(at_work, "new"), {"properties": {"restore": True}}).status == 501


@pytest.mark.parametrize(("path", "method"), [("/providers", "GET"), ("/deployments/x", "PUT"), ("", "PATCH")])
def test_a_path_outside_the_subset_is_named(customer: Customer, path: str, method: str) -> None:
    answer = ask(customer, method, group(customer) + path, {})
    assert answer.status == 501
    assert f"{method} {group(customer)}{path}" in answer.body["error"]["message"]


# Lists and operations


def test_a_long_list_comes_in_pages(at_work: Customer) -> None:
    names = [f"key-{number:02}" for number in range(30)]
    for name in names:
        at_work.ask("POST", VAULT, f"/keys/{name}/create{VERSION}", {"kty": "RSA"})
    found: list[str] = []
    path, pages = f"/keys{VERSION}&maxresults=12", 0
    while path:
        body = at_work.ask("GET", VAULT, path).body
        found += [each["kid"].rpartition("/")[2] for each in body["value"]]
        path, pages = body.get("nextLink", "").removeprefix(f"https://{VAULT}"), pages + 1
    assert (found, pages) == (names, 3)


def test_an_operation_of_another_server_or_subscription_is_unknown(at_work: Customer) -> None:
    ask(at_work, "PUT", group(at_work, "empty"), GROUP)
    begun = ask(at_work, "DELETE", group(at_work, "empty"))
    place = begun.headers["location"].removeprefix(f"https://{MANAGER}")
    assert ask(at_work, "GET", place).status == 204
    assert ask(at_work, "GET", place.replace(at_work.subscription, guid(at_work.tenant, "security"))).status == 404
    assert ask(at_work, "GET", group(at_work, "empty")).status == 404


def test_deleting_a_resource_group_deletes_what_it_holds(at_work: Customer) -> None:
    assert ask(at_work, "DELETE", group(at_work)).status == 202
    gone = ask(at_work, "GET", f"/subscriptions/{at_work.subscription}/providers/Microsoft.KeyVault/deletedVaults").body
    assert [each["name"] for each in gone["value"]] == ["kv-1", "kv-2"]
    assert ask(at_work, "PUT", group(at_work), GROUP).status == 201
    assert ask(at_work, "PUT", account(at_work), ACCOUNT).body["error"]["code"] == "FlagMustBeSetForRestore"
    deleted = f"/subscriptions/{at_work.subscription}/providers/Microsoft.CognitiveServices/locations/westeurope"
    for place, status in (("APPS", 200), ("other", 404)):
        assert ask(at_work, "GET", f"{deleted}/resourceGroups/{place}/deletedAccounts/TR1").status == status


# Credentials


def test_a_vault_names_the_tenant_that_a_token_has_to_be_of(wire: Wire, at_work: Customer) -> None:
    def challenged(headers: dict[str, str]) -> str:
        answer = wire.ask("GET", VAULT, f"/keys{VERSION}", headers=headers)
        assert answer.status == 401
        return answer.headers["www-authenticate"]

    expected = (
        f'Bearer authorization="https://login.microsoftonline.com/{at_work.tenant}", resource="https://vault.azure.net"'
    )
    abroad = Customer(wire, guid(at_work.tenant, "abroad"))
    assert challenged({}) == expected
    assert challenged({"Authorization": "Bearer x.y.z"}) == expected
    assert challenged({"Authorization": f"Bearer {at_work.tokens['manager']}"}) == expected
    assert challenged({"Authorization": f"Bearer {abroad.tokens['vault']}"}) == expected


def test_an_account_key_is_one_of_that_account(wire: Wire, at_work: Customer) -> None:
    keys = ask(at_work, "POST", account(at_work) + "/listKeys").body
    path = "/translator/customtranslator/api/texttranslator/v1.0/workspaces"

    def status(host: str, key: str) -> int:
        return wire.ask(
            "GET", f"{host}.cognitiveservices.azure.com", path, headers={"Ocp-Apim-Subscription-Key": key}
        ).status

    assert [status("tr1", keys["key1"]), status("tr1", keys["key2"]), status("tr2", keys["key1"])] == [200, 200, 401]
    ask(at_work, "DELETE", account(at_work))
    assert status("tr1", keys["key1"]) == 401


# Machines


def test_the_server_answers_for_the_machine_that_it_is_given() -> None:
    rows = [row for row in ROWS if getattr(row, "requirement", "") != "resource.creation-refused"]
    with azure_server(Machine(rows)) as server:
        wire = Wire(server)
        customer = Customer(wire)
        ask(customer, "PUT", group(customer), GROUP)
        body = ACCOUNT | {"properties": {"encryption": {"keySource": "Microsoft.KeyVault"}}}
        assert ask(customer, "PUT", account(customer), body).status == 201
        wire.close()


def test_a_defect_shows_its_place_and_no_credential(capfd: pytest.CaptureFixture[str]) -> None:
    def fail(command: Any) -> Any:
        raise ValueError(f"refused: {command.resource}")

    rows = [row for row in ROWS if not (isinstance(row, Effect) and row.on is CreateResource)]
    with azure_server(Machine([*rows, effect(CreateResource, "environment.create-resource", then=fail)])) as server:
        wire = Wire(server)
        customer = Customer(wire)
        ask(customer, "PUT", group(customer), GROUP)
        answer = ask(customer, "PUT", account(customer, "canary"), ACCOUNT)
        assert (answer.status, answer.body["error"]["code"]) == (500, "InternalServerError")
        assert Resource not in [kind for kind, table in customer.world.state.tables.items() if table]
        wire.close()
    printed = capfd.readouterr().err
    assert "ValueError" in printed
    assert f'"{__file__}", line' in printed
    assert "canary" not in printed


# How it is reached


def connect(server: AzureServer, first: bytes) -> bytes:
    with socket.create_connection((server.host, server.port), timeout=5) as plain:
        plain.sendall(first)
        return plain.recv(4096)


def test_the_proxy_leads_to_azures_names_only(served: AzureServer) -> None:
    for target, status in (
        ("management.azure.com:443", b"200"),
        ("kv.vault.azure.net:443", b"200"),
        ("example.com:443", b"403"),
        ("management.azure.com:80", b"403"),
        ("vault.azure.net.evil.com:443", b"403"),
        ("x", b"403"),
    ):
        answer = connect(served, f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
        assert answer.split()[1] == status, target


def test_without_tls_there_is_only_the_proxy(served: AzureServer) -> None:
    for request in (b"GET / HTTP/1.1\r\nHost: management.azure.com\r\n\r\n", b"nonsense\r\n\r\n"):
        answer = connect(served, request)
        assert answer.split()[1] == b"400"
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["code"] == "BadRequest"


def test_it_is_a_cloud_of_its_own_too(served: AzureServer, wire: Wire) -> None:
    here = f"localhost:{served.port}"
    cloud = wire.ask("GET", here, "/metadata/endpoints?api-version=2022-09-01").body
    assert wire.ask("GET", here, "/metadata/endpoints?api-version=2019-05-01").body == [cloud]
    assert cloud["resourceManager"] == cloud["authentication"]["loginEndpoint"] == f"https://{here}/"
    customer = Customer(wire)
    form = f"grant_type=client_credentials&client_id={uuid4()}&client_secret=x&scope=https%3A%2F%2F{here}%2F.default"
    token = wire.ask("POST", here, f"/{customer.tenant}/oauth2/v2.0/token", form.encode()).body["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    wire.ask("PUT", here, group(customer) + VERSION, GROUP, headers)
    asked = json.loads(json.dumps(vault()).replace("{tenant}", customer.tenant))
    made = wire.ask("PUT", here, key_vault(customer) + VERSION, asked, headers).body
    assert made["properties"]["vaultUri"] == f"https://kv-1.vault.{here}/"
    plain = socket.create_connection((served.host, served.port), timeout=5)
    with wire.context.wrap_socket(plain, server_hostname="kv-1.vault.localhost") as secured:
        assert secured.version() == "TLSv1.3"


def test_a_client_that_does_not_trust_the_authority_is_turned_away_by_itself(served: AzureServer) -> None:
    plain = socket.create_connection((served.host, served.port), timeout=5)
    with pytest.raises(ssl.SSLCertVerificationError), plain:
        ssl.create_default_context().wrap_socket(plain, server_hostname="localhost")


def test_requests_at_once_don_t_lose_each_other(served: AzureServer, customer: Customer) -> None:
    ask(customer, "PUT", group(customer), GROUP)

    def create(number: int) -> list[int]:
        wire = Wire(served)
        mine = Customer(wire, customer.tenant)
        found = [ask(mine, "PUT", account(mine, f"tr{number}-{each}"), ACCOUNT).status for each in range(5)]
        found.append(ask(mine, "PUT", account(mine, "contested"), ACCOUNT).status)
        wire.close()
        return found

    with ThreadPoolExecutor(6) as pool:
        statuses = list(pool.map(create, range(6)))
    assert all(each[:5] == [201] * 5 for each in statuses)
    assert sorted(each[5] for each in statuses) == [200] * 5 + [201]
    assert len(customer.world.state.tables[Resource]) == 31


# The command


def served_process() -> tuple[subprocess.Popen[str], AzureServer]:
    command = [sys.executable, "-m", "translator_cmk.cli", "serve", "--azure", "127.0.0.1:0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=ENVIRONMENT)
    assert process.stdout
    proxy, cloud, authority = (process.stdout.readline().split()[-1] for _ in range(3))
    port = int(proxy.rpartition(":")[2])
    assert cloud == f"https://localhost:{port}"
    with azure_server() as any_other:
        return process, any_other._replace(port=port, authority_file=Path(authority))


@pytest.mark.slow
def test_the_command_prints_no_credential_and_leaves_no_file() -> None:
    process, server = served_process()
    wire = Wire(server)
    form = f"grant_type=client_credentials&client_id={uuid4()}&client_secret=canary&scope=https%3A%2F%2F{MANAGER}"
    token = wire.ask("POST", "login.microsoftonline.com", f"/{uuid4()}/oauth2/token", form.encode()).body[
        "access_token"
    ]
    for headers in ({"Authorization": f"Bearer {token}"}, {"Authorization": "Bearer canary"}, {"X" * 70000: "canary"}):
        assert wire.ask("GET", MANAGER, f"/subscriptions{VERSION}&canary=1", headers=headers).status in (200, 401, 431)
    connect(server, b"CONNECT canary:443 HTTP/1.1\r\n\r\n")
    wire.close()
    process.send_signal(signal.SIGTERM)
    printed, _ = process.communicate(timeout=10)
    assert (process.returncode, printed) == (0, "")
    assert not server.authority_file.exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--azure", "nowhere"], "--azure nowhere: write a port"),
        (["--azure", "127.0.0.1:0", "--python", "a:b"], "--azure serves the model alone"),
        (["--azure", "127.0.0.1:0", "--stdio"], "not allowed with"),
    ],
)
def test_wrong_arguments_end_in_one_line_and_exit_code_2(arguments: list[str], said: str) -> None:
    command = [sys.executable, "-m", "translator_cmk.cli", "serve", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, check=False)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.slow
def test_without_the_extra_one_line_names_it() -> None:
    without = "import sys; sys.modules['trustme'] = None; from translator_cmk.cli import main; "
    code = f"{without}sys.exit(main(['serve', '--azure']))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=ENVIRONMENT, check=False)
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "translator-cmk[azure]" in ended.stderr
