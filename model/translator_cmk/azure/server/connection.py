"""One connection: TLS, at once or behind the CONNECT of a proxy, and the requests in it."""

import json
import re
import socket
import ssl
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from .error_bodies import error_body
from .hosts import apis_at
from .problems import Problem

if TYPE_CHECKING:
    from .listening import AzureServer

HANDSHAKE = b"\x16"
"""The first byte of a connection that begins with TLS."""

LENGTH = re.compile(r"[0-9]{1,6}")
"""The length of a request's content, which is below 1 MB."""


class Connection(BaseHTTPRequestHandler):
    """Answers the requests of one connection, one after the other."""

    protocol_version = default_request_version = "HTTP/1.1"  # every answer has headers
    timeout = 120  # seconds, after which a connection without a request is closed
    disable_nagle_algorithm = True
    server: "AzureServer"

    # The connection

    def handle(self) -> None:
        """Take the first byte for what the connection is."""
        if self.connection.recv(1, socket.MSG_PEEK) == HANDSHAKE:
            self.encrypt()
        super().handle()

    def encrypt(self) -> None:
        """Go on with TLS."""
        self.request = self.server.context.wrap_socket(self.request, server_side=True)
        self.setup()

    def is_encrypted(self) -> bool:
        """Return whether the connection has gone on with TLS."""
        return isinstance(self.connection, ssl.SSLSocket)

    def finish(self) -> None:
        """Close the connection, which with TLS is not the one that was opened."""
        with self.connection:
            super().finish()

    # Requests

    def do_CONNECT(self) -> None:
        """Lead a host name of Azure, or of the server's own cloud, to this server; refuse all
        others.
        """
        if self.is_encrypted() or not self.leads_here(self.path):
            self.send_error(
                403, "This proxy leads only to host names that it has, on port 443 or its own."
            )
            return
        self.connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self.encrypt()
        self.close_connection = False  # whatever HTTP the CONNECT spoke, its tunnel stays

    def leads_here(self, authority: str) -> bool:
        """Return whether a host and its port are among those that the proxy leads to."""
        host, _, port = authority.rpartition(":")
        if port not in ("443", str(self.server.port)):
            return False
        return bool(apis_at(host).apis)

    def do_GET(self) -> None:
        """Read the rest of a request and answer it."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        length = headers.get("content-length", "0")
        if not self.is_encrypted():
            self.send_error(400, "This port speaks TLS, and without it only CONNECT for a proxy.")
        elif "transfer-encoding" in headers or not LENGTH.fullmatch(length):
            self.send_error(
                411, "The request has to give its length in Content-Length, below 1 MB."
            )
        else:
            self.acknowledge()
            self.answer(headers, self.rfile.read(int(length)))

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815  # as the base class calls them

    def acknowledge(self) -> None:
        """Acknowledge the headers: a client may hold content back until they are."""
        if hasattr(socket, "TCP_QUICKACK"):
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)

    # Answers

    def answer(self, headers: Mapping[str, str], content: bytes) -> None:
        """Answer a request."""
        try:
            reply = self.server.answer(self.command, self.path, headers, content)
        except Exception:  # noqa: BLE001  # a defect ends one request, not the server
            self.server.handle_error(self.request, self.client_address)
            self.send_error(500, "The server has a defect; standard error says where.")
        else:
            self.send(reply.status, reply.body, reply.headers)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Send what is wrong as an error of Azure, after which the connection can't be used
        again.
        """
        status = HTTPStatus(code)
        if status == HTTPStatus.HTTP_VERSION_NOT_SUPPORTED:
            status = HTTPStatus.BAD_REQUEST
        code_of_azure = status.phrase.replace(" ", "")
        problem = Problem(status, code_of_azure, message or status.phrase)
        self.send(status, error_body("manager", problem), {"Connection": "close"})

    def send(self, status: int, body: Any, headers: Mapping[str, str]) -> None:
        """Send a status, headers and a body in JSON."""
        content = b""
        if body is not None:
            content = json.dumps(body, separators=(",", ":")).encode()
        self.send_response_only(status)
        self.send_header("x-ms-request-id", str(uuid4()))
        if status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(content)))
        if content:
            self.send_header("Content-Type", "application/json; charset=utf-8")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # as the base class names it
        """Log nothing: a request line may have a credential in it."""
