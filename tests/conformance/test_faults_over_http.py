"""Whatever a server does ends in a verdict, with the report kept."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.conformance.verifying import WELL, verify
from translator_cmk.conformance.channels import Fault
from translator_cmk.conformance.channels.http import Url
from translator_cmk.conformance.report.folder import ENVELOPE

Respond = Callable[[socket.socket], None]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@contextmanager
def serving(respond: Respond, end: bytes = b"}", port: int = 0) -> Iterator[str]:
    """A server that answers each connection in this way, once a request ends like this."""
    with socket.create_server(("127.0.0.1", port)) as server:
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                with suppress(OSError):
                    connection, _ = server.accept()
                    with connection:
                        while (asked := connection.recv(65_536)) and not asked.endswith(end):
                            pass
                        if asked:
                            respond(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"127.0.0.1:{server.getsockname()[1]}/"
        finally:
            over.set()
            socket.create_connection(server.getsockname()).close()
            thread.join()


def trickles(head: bytes, rest: bytes = b"") -> Respond:
    """Send the one at once, and the other byte by byte for two seconds, or as long as anybody reads it."""

    def respond(connection: socket.socket) -> None:
        with suppress(OSError):
            connection.sendall(head)
            for byte in rest[:40]:
                time.sleep(0.05)
                connection.sendall(bytes([byte]))

    return respond


slowly = trickles(OK + b"Content-Length: 1000\r\n\r\n{", b" " * 40)


def never_ending(connection: socket.socket) -> None:
    connection.sendall(OK + b"\r\n" + b'{"id": "1", "answer": "done"}')
    time.sleep(1)


def sends(text: bytes) -> Respond:
    return lambda connection: connection.sendall(text)


WEB: dict[str, tuple[Respond, str]] = {
    "404": (sends(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"), "the status 404 Not Found"),
    "500": (sends(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"), "the status 500 Oops"),
    "redirect": (
        sends(b"HTTP/1.1 307 Moved\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"),
        "to 'http://169.254.169.254/'; redirects are not followed",
    ),
    "slow body": (slowly, "had not answered in full when its time was up"),
    "no end": (never_ending, "had not answered in full when its time was up"),
    "slow headers": (trickles(b"", OK * 20), "had not answered in full when its time was up"),
    "closed": (lambda _: None, "closed the connection without an answer"),
    "cut off": (
        sends(OK + b"Content-Length: 10\r\n\r\n{"),
        "closed the connection after 1 bytes of an answer that has more",
    ),
    "not HTTP": (sends(b"SSH-2.0-OpenSSH_9.2\r\n"), "its response is no HTTP: BadStatusLine"),
    "content type": (
        sends(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\n{}"),
        "the content type 'text/html'",
    ),
    "encoding": (sends(OK + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"), "the encoding 'gzip'"),
    "too long": (
        sends(OK + b"Content-Length: 3000000\r\n\r\n" + b" " * 3_000_000),
        "its body is longer than 1 MiB",
    ),
    "not JSON": (sends(OK + b"Content-Length: 2\r\n\r\nno"), "not JSON"),
}


@pytest.mark.parametrize("fault", WEB)
def test_fault_of_a_url_is_told(tmp_path: Path, fault: str) -> None:
    respond, message = WEB[fault]
    with serving(respond) as place:
        found = verify(tmp_path, "--http", f"http://{place}", "--timeout", "0.5", *WELL)
    assert (found.exit_code, found.report["complete"]) == (3, False)
    assert message in found.report["trouble"]


def test_failure_of_tls_is_told(tmp_path: Path) -> None:
    with serving(sends(b"HTTP/1.1 400 Bad Request\r\n\r\n"), end=b"") as place:
        found = verify(tmp_path, "--http", f"https://{place}", "--timeout", "2", *WELL)
    assert found.exit_code == 3
    assert "TLS failed" in found.report["trouble"]


def test_server_that_is_gone_after_a_slow_answer_is_not_called_slow() -> None:
    with serving(slowly) as place:
        channel = Url(f"http://{place}")
        with pytest.raises(Fault, match="had not answered in full"):
            channel.ask({}, 0.3)
    with pytest.raises(Fault, match="Connection refused"):
        channel.ask({}, 0.3)
    channel.close()


def test_server_that_is_starting_again_has_as_long_for_it_as_for_an_answer() -> None:
    respond = sends(OK + b"Content-Length: 2\r\nConnection: close\r\n\r\n{}")
    over = threading.Event()
    with serving(respond) as place:
        channel = Url(f"http://{place}")
        assert channel.ask({}, 5) == {}
        channel.restart()
    with pytest.raises(Fault, match="Connection refused"):
        channel.ask({}, 0.3)

    def come_back() -> None:
        time.sleep(0.5)
        with serving(respond, port=int(place.strip("/").rpartition(":")[2])):
            over.wait()

    thread = threading.Thread(target=come_back)
    thread.start()
    try:
        assert channel.ask({}, 5) == {}
    finally:
        over.set()
        thread.join()
        channel.close()


def test_nobody_listening_is_told(tmp_path: Path) -> None:
    found = verify(tmp_path, "--http", "http://127.0.0.1:1/", *WELL)
    assert found.exit_code == 3
    assert "Connection refused" in found.report["trouble"]
    assert (found.folder / ENVELOPE).is_file()
