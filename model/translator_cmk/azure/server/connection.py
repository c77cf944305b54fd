"""What becomes of one connection: TLS, at once or behind the CONNECT of a proxy, or its end."""

import io
import socket
import struct
from collections.abc import Mapping
from time import sleep
from typing import TYPE_CHECKING

from .error_bodies import error_body
from .faults import Delay, Effect, ErrorAnswer, HtmlPage, Reset
from .hosts import apis_at
from .messages import Messages
from .routing import METHODS

if TYPE_CHECKING:
    from .listening import AzureServer

HANDSHAKE = b"\x16"
"""The first byte of a connection that begins with TLS."""

PAGE = b"""<!DOCTYPE html>
<html><head><title>Access denied</title></head>
<body><h1>Access denied</h1><p>The proxy of this network lets no such request through.</p></body>
</html>
"""
"""What stands in the place of an answer where something between a client and Azure refuses it."""


class Connection(Messages):
    """Answers the requests of one connection, one after the other."""

    # seconds, after which a connection on which nothing arrives is closed
    timeout = 120
    disable_nagle_algorithm = True
    # until TLS begins: its first bytes may come right behind a CONNECT
    rbufsize = 0
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
        if not self.read_head():
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
        return self.read_head() and self.read_content()

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
        if effect is not None and self.ended_by(effect, headers):
            return
        try:
            reply = self.server.answer(self.command, self.path, headers, self.content)
        except Exception:  # noqa: BLE001  # a defect ends one request, not the server
            self.server.handle_error(self.request, self.client_address)
            self.send_error(500, "The server has a defect; standard error says where.")
            return
        self.send(reply.status, reply.body, reply.headers)

    def ended_by(self, effect: Effect, headers: Mapping[str, str]) -> bool:
        """Let a fault that was asked for have its effect, and return whether that ends the
        request.
        """
        match effect:
            case Delay(seconds):
                sleep(seconds)
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
