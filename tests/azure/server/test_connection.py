"""A connection to the server: requests that can be read in two ways, that end too early or arrive
too slowly; and who may reach it.
"""

import json
import os
import re
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.azure.client.verifying_azure import counted_requests
from tests.azure.server.corpus import MANAGER
from tests.azure.server.wire import Wire, secured, wait_for_end
from translator_cmk.azure.server.listening import AzureServer, azure_server

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "azure-emulator.md"
SERVE = [sys.executable, "-m", "translator_cmk.cli", "serve", "--azure"]
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
    """A server for which nothing may take longer than a third of a second to arrive."""
    with azure_server() as server:
        server.arrivals.longest = 0.3
        yield server


def is_cut(connection: socket.socket) -> bool:
    """Return whether a connection ends, though one more byte comes each tenth of a second."""
    connection.settimeout(0.1)
    for _ in range(50):
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
    impatient: AzureServer,
) -> None:
    with closing(Wire(impatient)) as wire:
        for _ in range(2):
            place = "/metadata/endpoints?api-version=2022-09-01"
            assert wire.ask("GET", MANAGER, place).status == 200
            time.sleep(1)


# Who may reach it


def serving(address: str) -> tuple[str, str]:
    """Return what the command prints until it listens at an address, and the errors of it."""
    with subprocess.Popen(
        [*SERVE, address], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        lines = [process.stdout.readline() for _ in range(3)]
        process.terminate()
        _, errors = process.communicate(timeout=10)
    return "".join(lines), errors


def test_listening_where_others_may_reach_it_is_warned_of() -> None:
    printed, errors = serving("0.0.0.0:0")
    assert "certificate authority" in printed
    assert errors.startswith("translator-cmk: warning: 0.0.0.0 is not this machine's alone")
    assert errors.count("\n") == 1


def test_listening_on_this_machine_alone_is_not_warned_of() -> None:
    printed, errors = serving("localhost:0")
    assert "certificate authority" in printed
    assert errors == ""


def test_starting_it_as_the_guide_says_ends_with_the_error_if_the_port_is_taken(
    tmp_path: Path,
) -> None:
    block = re.search(r"```sh\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    assert block is not None
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert "8443" in block[1]
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        done = subprocess.run(
            ["bash", "-c", block[1].replace("8443", port)],
            cwd=tmp_path,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert f"can't listen on 127.0.0.1:{port}: Address already in use" in done.stderr
