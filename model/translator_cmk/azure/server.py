"""The server: TLS with a certificate authority of its own, reached as a proxy for Azure's host names or as a cloud."""

import json
import socket
import ssl
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer
from typing import Any, NamedTuple
from uuid import uuid4

import trustme

from ..machine import Machine
from ..system import MACHINE
from .reading import Problem
from .routes import Service, apis_at, error_body
from .worlds import FIXED

LOOPBACK = "127.0.0.1"
LONGEST = 4 * 2**20
"""Bytes of the longest request content."""
IDLE = 120
"""Seconds after which a connection without a request is closed."""

TLS_HANDSHAKE = b"\x16"


class AzureServer(NamedTuple):
    """A running server: its address, the file of its certificate authority, and what answers."""

    host: str
    port: int
    authority_file: Path
    service: Service

    @property
    def proxy(self) -> str:
        """The URL of the proxy that leads Azure's host names here."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


@contextmanager
def azure_server(machine: Machine = MACHINE, host: str = LOOPBACK, port: int = 0) -> Iterator[AzureServer]:
    """Serve a machine in threads of this process until the context ends; raises `OSError` where it can't listen."""
    service = Service(machine)
    with tempfile.TemporaryDirectory(prefix="translator-cmk-azure-") as folder:
        authority = trustme.CA(organization_name="translator-cmk")
        file = Path(folder) / "authority.pem"
        authority.cert_pem.write_to_path(str(file))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*FIXED["hosts"]).configure_cert(context)
        listener = Listener((host, port), service, context)
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield AzureServer(host, listener.server_address[1], file, service)
        finally:
            listener.shutdown()
            listener.server_close()
            thread.join()


class Listener(ThreadingTCPServer):
    """Listens; each connection has a thread of its own."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], service: Service, context: ssl.SSLContext) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.service = service
        self.context = context
        super().__init__(address, Exchange)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002  # as the base class has it
        """Print where an exception was raised, but not its message, which may have a credential.

        Clients that go away or break off a handshake are ignored.
        """
        kind, error, trace = sys.exc_info()
        if not isinstance(error, OSError):
            print(f"translator-cmk: a defect of the server, {getattr(kind, '__name__', kind)} at", file=sys.stderr)
            traceback.print_tb(trace)


class Exchange(BaseHTTPRequestHandler):
    """Answers the requests of one connection, which begins with TLS or, through the proxy, with CONNECT."""

    protocol_version = default_request_version = "HTTP/1.1"  # every answer has headers
    timeout = IDLE
    disable_nagle_algorithm = True
    wbufsize = -1  # an answer leaves in one piece
    server: Listener
    secure = False

    def handle(self) -> None:
        """Take the first byte for what the connection is."""
        if self.connection.recv(1, socket.MSG_PEEK) == TLS_HANDSHAKE:
            self.encrypt()
        super().handle()

    def encrypt(self) -> None:
        """Go on with TLS."""
        self.request = self.server.context.wrap_socket(self.request, server_side=True)
        self.secure = True
        self.setup()

    def finish(self) -> None:
        """Close the connection, which with TLS is not the one that was opened."""
        with self.connection:
            super().finish()

    def parse_request(self) -> bool:
        """Answer a request at once, whatever its method is."""
        if super().parse_request():
            if self.command == "CONNECT" and not self.secure:
                self.tunnel()
            else:
                self.exchange()
        return False

    def tunnel(self) -> None:
        """Lead a host name of Azure, or of the server's own cloud, to this server; refuse all others."""
        host, _, port = self.path.rpartition(":")
        if port not in ("443", str(self.server.server_address[1])) or not apis_at(host)[0]:
            self.refuse(403, "Forbidden", "This proxy leads only to host names that it has, on port 443 or its own.")
            return
        self.connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self.encrypt()
        self.close_connection = False  # whatever HTTP the CONNECT spoke, its tunnel stays

    def handle_expect_100(self) -> bool:
        """Ask a client that waits for that to send the content."""
        self.connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        return True

    def exchange(self) -> None:
        """Read the rest of a request and answer it."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        length = headers.get("content-length", "0")
        if not self.secure:
            self.refuse(400, "BadRequest", "This port speaks TLS, and without it only CONNECT for a proxy.")
        elif "transfer-encoding" in headers or not (length.isascii() and length.isdecimal()):
            self.refuse(411, "LengthRequired", "The request has to give its length in Content-Length.")
        elif len(length) > 9 or int(length) > LONGEST:
            self.refuse(413, "RequestEntityTooLarge", f"The content is longer than {LONGEST} bytes.")
        else:
            if hasattr(socket, "TCP_QUICKACK"):  # a client may hold content back until the headers are acknowledged
                self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            content = self.rfile.read(int(length))
            try:
                reply = self.server.service.answer(self.command, self.path, headers, content)
            except Exception:  # noqa: BLE001  # a defect ends one request, not the server
                self.server.handle_error(self.request, self.client_address)
                self.refuse(500, "InternalServerError", "The server has a defect; standard error says where.")
            else:
                self.send(*reply)

    def refuse(self, status: int, code: str, message: str) -> None:
        """Send an error, after which the connection can't be used again."""
        self.send(status, error_body("manager", Problem(status, code, message)), {"Connection": "close"})

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Send what is wrong with a request that is no HTTP, as an error of Azure."""
        self.refuse(400 if code >= 500 else code, "BadRequest", message or "The request is not valid HTTP.")

    def send(self, status: int, body: Any, headers: Mapping[str, str]) -> None:
        """Send a status, headers and a body in JSON."""
        content = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
        self.send_response_only(status)
        self.send_header("x-ms-request-id", str(uuid4()))
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        if content:
            self.send_header("Content-Type", "application/json; charset=utf-8")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # as the base class names it
        """Log nothing: a request line may have a credential in it."""
