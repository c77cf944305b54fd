"""A connection to the server: requests that can be read in two ways, that end too early or arrive
too slowly; and who may reach it.
"""

import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.azure.client.verifying_azure import counted_requests
from tests.azure.server.asking import MANAGER
from tests.azure.server.wire import Wire, secured, wait_for_end
from translator_cmk.azure.server.listening import AzureServer, azure_server
from translator_cmk.azure.server.serve_azure import warn_of_others
from translator_cmk.cli import main
from translator_cmk.errors import HARNESS

SMUGGLED = b"GET /tenants HTTP/1.1\r\nHost: management.azure.com\r\n\r\n"
ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"


# What can be read in two ways


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (b"Content-Length: 0\r\nContent-Length: %d\r\n", 400),
        (b"Content-Length: %d\r\nContent-Length: 0\r\n", 400),
        (b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n", 400),
        (b"Content-Length : %d\r\n", 400),
        (b"Content-Length\r\n : %d\r\n", 400),
        (b"X: y\rContent-Length: %d\r\n", 400),
        (b"no header\r\nContent-Length: %d\r\n", 400),
        (b"Transfer-Encoding: chunked\r\n", 411),
        (b"Content-Length: %d, 0\r\n", 411),
        (b"Content-Length: +%d\r\n", 411),
    ],
)
def test_a_request_whose_end_is_not_certain_is_refused_and_nothing_after_it_is_read(
    served: AzureServer, wire: Wire, headers: bytes, status: int
) -> None:
    if b"%d" in headers:
        headers = headers % len(SMUGGLED)
    request = b"POST /subscriptions HTTP/1.1\r\nHost: management.azure.com\r\n" + headers + b"\r\n"
    with counted_requests(served) as answered:
        answer = wire.send(request + SMUGGLED)
    assert answer.status == status
    assert answer.headers["connection"] == "close"
    assert json.loads(answer.text)["error"]["code"] in ("BadRequest", "LengthRequired")
    assert answered == []


@pytest.mark.parametrize(
    "request_so_far",
    [
        b"DELETE /subscriptions/x HTTP/1.1\r\nHost: management.azure.com\r\n",
        b"DELETE /subscriptions/x HTTP/1.1\r\nHost: manage",
        b"PUT /x HTTP/1.1\r\nHost: management.azure.com\r\nContent-Length: 9\r\n\r\n{}",
    ],
)
def test_a_request_that_ends_early_is_not_carried_out(
    served: AzureServer, request_so_far: bytes
) -> None:
    with counted_requests(served) as answered, secured(served) as connection:
        connection.sendall(request_so_far)
        socket.socket.shutdown(connection, socket.SHUT_WR)
        wait_for_end(connection)
    assert answered == []


# TLS right behind CONNECT


def test_a_handshake_in_the_same_segment_as_connect_is_answered(served: AzureServer) -> None:
    context = ssl.create_default_context(cafile=str(served.authority_file))
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname=MANAGER)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    connect = f"CONNECT {MANAGER}:443 HTTP/1.1\r\nHost: {MANAGER}:443\r\n\r\n".encode()
    with socket.create_connection((served.host, served.port), timeout=10) as plain:
        plain.sendall(connect + outgoing.read())
        assert plain.recv(len(ESTABLISHED), socket.MSG_WAITALL) == ESTABLISHED
        while client.version() is None or outgoing.pending:
            incoming.write(plain.recv(65_536))
            try:
                client.do_handshake()
            except ssl.SSLWantReadError:
                continue
            plain.sendall(outgoing.read())
        assert client.version() == "TLSv1.3"


# What takes too long


@pytest.fixture
def impatient() -> Iterator[AzureServer]:
    """A server for which nothing may take long to arrive."""
    with azure_server() as server:
        server.arrivals.longest = 0.05
        yield server


def is_cut(connection: socket.socket) -> bool:
    """Return whether a connection ends, though one more byte comes time and again."""
    connection.settimeout(0.02)
    for _ in range(500):
        try:
            connection.sendall(b"x")
            return connection.recv(1) == b""
        except TimeoutError:
            continue
        except OSError:
            return True
    return False


@pytest.mark.parametrize(
    "request_so_far",
    [
        b"GET /tenants HTTP/1.1\r\nHost: management.azure.com\r\nX: ",
        b"PUT / HTTP/1.1\r\nHost: management.azure.com\r\nContent-Length: 9999\r\n\r\n",
    ],
)
def test_a_request_that_takes_too_long_to_arrive_is_cut(
    impatient: AzureServer, request_so_far: bytes
) -> None:
    with counted_requests(impatient) as answered, secured(impatient) as connection:
        connection.sendall(request_so_far)
        assert is_cut(connection)
    assert answered == []


@pytest.mark.parametrize(
    "first",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # a ClientHello of 512 bytes
        b"CONNECT management.azure.com:443 HTTP/1.1\r\nX: ",
    ],
)
def test_a_handshake_or_connect_that_takes_too_long_to_arrive_is_cut(
    impatient: AzureServer, first: bytes
) -> None:
    with socket.create_connection((impatient.host, impatient.port)) as plain:
        plain.sendall(first)
        assert is_cut(plain)


def test_a_connection_may_wait_longer_between_requests_than_a_request_may_take(
    served: AzureServer,
) -> None:
    place = "/metadata/endpoints?api-version=2022-09-01"
    with closing(Wire(served)) as wire:
        assert wire.ask("GET", MANAGER, place).status == 200
        assert served.arrivals.due == {}
        assert wire.ask("GET", MANAGER, place).status == 200


# Who may reach it


@pytest.mark.parametrize(
    ("address", "warnings"),
    [("0.0.0.0", ["translator-cmk: warning: 0.0.0.0 is not this machine's alone"]), ("::1", [])],
)
def test_listening_where_others_may_reach_it_is_warned_of(
    address: str, warnings: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    warn_of_others(address)
    printed = capsys.readouterr().err.splitlines()
    assert [line.partition(": anybody")[0] for line in printed] == warnings


def test_a_port_that_is_taken_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        assert main(["serve", "--azure", address]) == HARNESS
    assert f"can't listen on {address}: Address already in use" in capsys.readouterr().err
