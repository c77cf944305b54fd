"""A connection to the server: where a request ends, TLS behind a proxy, and who may reach it."""

import json
import socket
import ssl

import pytest

from tests.azure.client.verifying_azure import counted_requests
from tests.azure.server.asking import MANAGER
from tests.azure.server.wire import Wire, secured, wait_for_end
from translator_cmk.azure.server.listening import AzureServer
from translator_cmk.azure.server.serve_azure import warn_of_others
from translator_cmk.cli import main
from translator_cmk.errors import HARNESS

SMUGGLED = b"GET /tenants HTTP/1.1\r\nHost: management.azure.com\r\n\r\n"
ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"


# Where a request ends


def test_a_request_without_a_length_is_refused_and_nothing_after_it_is_read(
    served: AzureServer, wire: Wire
) -> None:
    request = b"POST /subscriptions HTTP/1.1\r\nHost: management.azure.com\r\n"
    with counted_requests(served) as answered:
        answer = wire.send(request + b"Transfer-Encoding: chunked\r\n\r\n" + SMUGGLED)
    assert (answer.status, answer.headers["connection"]) == (411, "close")
    assert json.loads(answer.text)["error"]["code"] == "LengthRequired"
    assert answered == []


def test_a_request_that_ends_early_is_not_carried_out(served: AzureServer) -> None:
    request = b"PUT /x HTTP/1.1\r\nHost: management.azure.com\r\nContent-Length: 9\r\n\r\n{}"
    with counted_requests(served) as answered, secured(served) as connection:
        connection.sendall(request)
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
