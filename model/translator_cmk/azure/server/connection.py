"""One connection: TLS, at once or behind the CONNECT of a proxy, and the requests in it."""

import io
import json
import socket
import struct
import time
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from .error_bodies import error_body
from .faults import Delay, Effect, ErrorAnswer, HtmlPage, Reset
from .framing import check_head, length_of_content
from .hosts import apis_at
from .problems import Problem
from .routing import METHODS

if TYPE_CHECKING:
    from .listening import AzureServer

HANDSHAKE = b"\x16"
"""The first byte of a connection that begins with TLS."""

END_OF_HEAD = (b"\r\n", b"\n")

PAGE = b"""<!DOCTYPE html>
<html><head><title>Access denied</title></head>
<body><h1>Access denied</h1><p>The proxy of this network lets no such request through.</p></body>
</html>
"""
"""What stands in the place of an answer where something between a client and Azure refuses it."""

LONGEST_HEAD = 65_536
"""Bytes of a request line and headers."""


class Connection(BaseHTTPRequestHandler):
    """Answers the requests of one connection, one after the other."""

    protocol_version = default_request_version = "HTTP/1.1"  # every answer has headers
    timeout = 120  # seconds, after which a connection without a request is closed
    disable_nagle_algorithm = True
    rbufsize = 0  # until TLS begins: its first bytes may come right behind a CONNECT
    wbufsize = io.DEFAULT_BUFFER_SIZE  # so that an answer is sent at once
    server: "AzureServer"

    # The connection

    def handle(self) -> None:
        """Answer requests until one side ends the connection."""
        begins_with_tls = self.connection.recv(1, socket.MSG_PEEK) == HANDSHAKE
        if not begins_with_tls and not self.leads_to_tls():
            return
        self.encrypt()
        self.close_connection = False
        while not self.close_connection and self.next_request():
            self.answer()

    def leads_to_tls(self) -> bool:
        """Answer what comes without TLS; return whether it is a CONNECT that TLS follows."""
        with self.server.arrivals.limited(self.connection):
            arrived = self.read_head(b"")
        if not arrived:
            return False
        if self.command != "CONNECT":
            self.send_error(400, "This port speaks TLS, and without it only CONNECT for a proxy.")
            return False
        if not self.has_host(self.path):
            self.refuse_to_connect()
            return False
        self.connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        return True

    def has_host(self, authority: str) -> bool:
        """Return whether the proxy leads to a host and its port."""
        host, _, port = authority.rpartition(":")
        if port not in ("443", str(self.server.port)):
            return False
        return bool(apis_at(host).apis)

    def refuse_to_connect(self) -> None:
        """Answer a CONNECT that leads nowhere."""
        self.send_error(
            403, "This proxy leads only to host names that it has, on port 443 or its own."
        )

    def encrypt(self) -> None:
        """Go on with TLS."""
        secured = self.server.context.wrap_socket(
            self.request, server_side=True, do_handshake_on_connect=False
        )
        self.request = secured
        self.rbufsize = io.DEFAULT_BUFFER_SIZE  # type: ignore[misc]  # setup reads it of the instance
        self.setup()
        with self.server.arrivals.limited(secured):
            secured.do_handshake()

    def finish(self) -> None:
        """Close the connection, which with TLS is not the one that was opened."""
        with self.connection:
            super().finish()

    # Requests

    def next_request(self) -> bool:
        """Wait for a request, and return whether one arrived; what is wrong with it is
        answered.
        """
        self.close_connection = True
        first = self.rfile.read(1)
        if not first:
            return False
        with self.server.arrivals.limited(self.connection):
            return self.read_head(first) and self.read_content()

    def read_head(self, first: bytes) -> bool:
        """Read the rest of a request line and headers, and return whether they can be used."""
        self.command = ""
        self.requestline = ""
        self.request_version = self.default_request_version
        head = first
        line = b""
        while line not in END_OF_HEAD:
            line = self.rfile.readline(LONGEST_HEAD + 1)
            head += line
            if len(head) > LONGEST_HEAD:
                self.send_error(431)
                return False
            if not line:
                return False  # the client has gone away in the middle
        try:
            check_head(head)
        except Problem as problem:
            self.refuse(problem)
            return False
        return self.parse_head(head)

    def parse_head(self, head: bytes) -> bool:
        """Take over a request line and headers, and return whether they can be used."""
        self.raw_requestline, _, headers = head.partition(b"\n")
        rest = self.rfile
        self.rfile = io.BytesIO(headers)
        try:
            return self.parse_request()
        finally:
            self.rfile = rest

    def read_content(self) -> bool:
        """Read the content of a request, and return whether it is all there."""
        try:
            length = length_of_content(self.headers)
        except Problem as problem:
            self.refuse(problem)
            return False
        if length == 0:
            self.content = b""
            return True
        self.acknowledge()
        self.content = self.rfile.read(length)
        if len(self.content) < length:
            self.close_connection = True
            return False
        return True

    def handle_expect_100(self) -> bool:
        """Ask for the content that a client holds back until it is asked for it."""
        asked = super().handle_expect_100()
        self.wfile.flush()
        return asked

    def acknowledge(self) -> None:
        """Acknowledge the headers: a client may hold content back until they are."""
        if hasattr(socket, "TCP_QUICKACK"):
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)

    # Answers

    def answer(self) -> None:
        """Answer a request."""
        if self.command == "CONNECT":
            self.refuse_to_connect()
            return
        if self.command not in METHODS:
            self.send_error(501, f"Unsupported method ({self.command!r})")
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        effect = self.server.faults.effect_on(self.command, self.path)
        if effect is not None and self.meets(effect, headers):
            return
        try:
            reply = self.server.answer(self.command, self.path, headers, self.content)
        except Exception:  # noqa: BLE001  # a defect ends one request, not the server
            self.server.handle_error(self.request, self.client_address)
            self.send_error(500, "The server has a defect; standard error says where.")
            return
        self.send(reply.status, reply.body, reply.headers)

    def meets(self, effect: Effect, headers: Mapping[str, str]) -> bool:
        """Let a fault that was asked for have its effect, and return whether that ends the
        request.
        """
        match effect:
            case Delay(seconds):
                time.sleep(seconds)
                return False
            case Reset():
                self.reset()
            case HtmlPage(status):
                self.send_content(status, PAGE, "text/html; charset=utf-8", {})
            case ErrorAnswer(problem):
                host, _, _ = headers.get("host", "").partition(":")
                body = error_body(apis_at(host).usual_api, problem)
                self.send(problem.status, body, problem.headers)
        return True

    def reset(self) -> None:
        """Break the connection in a way that the client sees as a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Send what is wrong as an error of Azure; the base class sends its errors by this too."""
        status = HTTPStatus(code)
        if status == HTTPStatus.HTTP_VERSION_NOT_SUPPORTED:
            status = HTTPStatus.BAD_REQUEST
        self.refuse(Problem(status, status.phrase.replace(" ", ""), message or status.phrase))

    def refuse(self, problem: Problem) -> None:
        """Send what is wrong with a request, after which the connection can't be used again."""
        self.send(problem.status, error_body("manager", problem), {"Connection": "close"})

    def send(self, status: int, body: Any, headers: Mapping[str, str]) -> None:
        """Send a status, headers and a body in JSON, if there is one."""
        content = b""
        if body is not None:
            content = json.dumps(body, separators=(",", ":")).encode()
        self.send_content(status, content, "application/json; charset=utf-8", headers)

    def send_content(
        self, status: int, content: bytes, content_type: str, headers: Mapping[str, str]
    ) -> None:
        """Send a status, headers and content."""
        self.send_response_only(status)
        self.send_header("x-ms-request-id", str(uuid4()))
        if status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(content)))
        if content:
            self.send_header("Content-Type", content_type)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # as the base class names it
        """Log nothing: a request line may have a credential in it."""
