"""Faults that a server is asked for: which requests they strike, what a client sees of them, and
that Microsoft's SDKs recover from those that pass.
"""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from azure.core.exceptions import AzureError
from azure.identity import ClientSecretCredential
from azure.mgmt.resource.resources import ResourceManagementClient

from tests.azure.client.verifying_azure import CLIENT, SECRET, TENANT, credentials
from tests.azure.server.asking import GROUP, MANAGER, G, S, ask
from tests.azure.server.wire import Customer, Wire, secured, wait_for_end
from translator_cmk.azure.server import azure_server, connection, parse_fault
from translator_cmk.azure.server.fault_words import InvalidFault
from translator_cmk.azure.server.faults import KNOWN
from translator_cmk.azure.server.worlds import guid
from translator_cmk.cli import main
from translator_cmk.errors import USAGE

PAGE = Path(__file__).resolve().parents[3] / "docs" / "azure-server.md"


class Faulty:
    """Starts servers with faults, and yields a customer of each."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack

    def customer(self, *faults: str) -> Customer:
        """Return a customer of a server with these faults."""
        server = self.stack.enter_context(azure_server(faults=[parse_fault(x) for x in faults]))
        wire = self.stack.enter_context(closing(Wire(server)))
        return Customer(wire)


@pytest.fixture
def faulty() -> Iterator[Faulty]:
    """Starts servers with faults, which end with the test."""
    with ExitStack() as stack:
        yield Faulty(stack)


# What is struck


def statuses(customer: Customer, method: str, path: str, many: int) -> list[int]:
    """Return the statuses of the answers to a request that is sent several times."""
    return [ask(customer, method, path).status for _ in range(many)]


def test_of_the_requests_that_a_fault_concerns_each_nth_is_struck(faulty: Faulty) -> None:
    customer = faulty.customer("500 1/3 GET")
    assert statuses(customer, "GET", S, 6) == [200, 200, 500, 200, 200, 500]
    assert ask(customer, "PUT", G, GROUP).status == 201
    assert statuses(customer, "GET", S, 3) == [200, 200, 500]
    assert parse_fault("500").one_in == 10


def test_a_fault_strikes_only_its_method_and_paths_that_have_its_part_in_any_case(
    faulty: Faulty,
) -> None:
    customer = faulty.customer("500 1/1 PUT /RESOURCEGROUPS/", "500 1/1 /x/")
    assert ask(customer, "GET", f"{S}?api-version=2022-12-01&of=/x/").status == 200
    assert ask(customer, "GET", G).status == 404
    assert ask(customer, "GET", S).status == 200
    assert ask(customer, "PUT", G, GROUP).status == 500


def test_signing_in_is_struck_only_if_the_fault_names_its_path(faulty: Faulty) -> None:
    customer = faulty.customer("500 1/1")
    assert ask(customer, "GET", S).status == 500
    with pytest.raises(KeyError, match="access_token"):
        faulty.customer("500 1/1 /oauth2/")


# What a client sees


@pytest.mark.parametrize(
    ("fault", "status", "code", "inner"),
    [
        ("429", 429, "TooManyRequests", None),
        ("409:RequestConflict", 409, "RequestConflict", None),
        ("403:Forbidden/ForbiddenByFirewall", 403, "Forbidden", "ForbiddenByFirewall"),
        ("Forbidden", 403, "Forbidden", "ForbiddenByRbac"),
    ],
)
def test_an_error_is_one_of_azure(
    faulty: Faulty, fault: str, status: int, code: str, inner: str | None
) -> None:
    answer = ask(faulty.customer(f"{fault} 1/1"), "GET", S)
    error = answer.body["error"]
    assert (answer.status, error["code"]) == (status, code)
    assert error.get("innererror", {}).get("code") == inner
    assert error["message"]
    assert answer.headers.get("retry-after") == ("1" if status == 429 else None)


def test_the_sign_in_has_errors_of_its_own(faulty: Faulty) -> None:
    customer = faulty.customer("500 1/3 /oauth2/")  # it has signed in twice
    path = f"/{customer.tenant}/oauth2/v2.0/token"
    answer = customer.wire.ask("POST", "login.microsoftonline.com", path)
    assert (answer.status, answer.body["error"]) == (500, "InternalServerError")


def test_a_page_is_html_and_no_json(faulty: Faulty) -> None:
    answer = ask(faulty.customer("403:html 1/1"), "GET", S)
    assert answer.status == 403
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.text.startswith("<!DOCTYPE html>")


def test_a_connection_is_reset_before_anything_is_carried_out(faulty: Faulty) -> None:
    customer = faulty.customer("reset 1/1 PUT")
    with pytest.raises(ConnectionResetError):
        ask(customer, "PUT", G, GROUP)
    with secured(customer.wire.server) as raw:
        raw.sendall(b"PUT / HTTP/1.1\r\nHost: management.azure.com\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            wait_for_end(raw)
    customer.wire.close()
    assert ask(customer, "GET", G).status == 404


def test_a_delayed_request_is_carried_out_and_holds_up_no_other(
    faulty: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, over = Event(), Event()
    asked_for = []

    def wait(seconds: float) -> None:
        asked_for.append(seconds)
        began.set()
        over.wait(10)

    customer = faulty.customer("delay=0.6 1/1 PUT")
    monkeypatch.setattr(connection, "sleep", wait)
    with closing(Wire(customer.wire.server)) as other, ThreadPoolExecutor(1) as pool:
        held_up = pool.submit(ask, customer, "PUT", G, GROUP)
        assert began.wait(10)
        assert other.ask("GET", MANAGER, "/").status == 501
        assert not held_up.done()
        over.set()
        assert held_up.result().status == 201
    assert asked_for == [0.6]


# What Microsoft's SDKs make of it


def groups_made(fault: str, monkeypatch: pytest.MonkeyPatch, **options: Any) -> int:
    """Return how many of six resource groups a client of Microsoft's makes and sees."""
    with azure_server(faults=[parse_fault(fault)]) as server:
        for name, value in credentials(server).items():
            monkeypatch.setenv(name, value)
        credential = ClientSecretCredential(TENANT, CLIENT, SECRET)
        with ResourceManagementClient(
            credential, guid(TENANT, "production"), retry_backoff_factor=0.01, **options
        ) as client:
            made = 0
            for number in range(6):
                with suppress(AzureError):
                    client.resource_groups.create_or_update(f"apps-{number}", GROUP)
                    client.resource_groups.get(f"apps-{number}")
                    made += 1
            return made


@pytest.mark.parametrize("fault", ["500", "reset"])
def test_microsofts_sdks_recover_from_what_passes(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert groups_made(f"{fault} 1/3", monkeypatch, retry_total=0) < 6
    assert groups_made(f"{fault} 1/3", monkeypatch) == 6


# How faults are written


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "'' names no fault"),
        ("42", "'42' is no fault, or has to have a status"),
        ("999", "999 is no status of an error"),
        ("200", "200 is no status of an error"),
        ("Unheard", "'Unheard' is no fault, or has to have a status"),
        ("403:f_g", "'f_g' is no error code"),
        ("delay=long", "'long' is no number of seconds"),
        ("429 1/0", "'1/0' doesn't say which requests"),
        ("429 CONNECT", "'CONNECT' doesn't say which requests"),
        ("429 PUT GET", "'GET' is the second of its sort"),
    ],
)
def test_what_is_no_fault_is_refused_in_one_line(
    text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(InvalidFault, match=re.escape(said)):
        parse_fault(text)
    with pytest.raises(SystemExit) as ended:
        main(["serve", "--azure", "--fault", text])
    assert ended.value.code == USAGE
    assert said in capsys.readouterr().err.splitlines()[-1]


def test_the_page_has_each_code_with_its_status_and_where_it_was_seen() -> None:
    page = PAGE.read_text("utf-8")
    for code, known in KNOWN["codes"].items():
        inner = f"/{known['inner']}" if "inner" in known else ""
        seen = known.get("source", "our reading")
        assert f"| `{code}{inner}` | {known['status']} | {seen} |" in page
