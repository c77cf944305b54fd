"""The messages of HTTP on a connection: requests as they are read, answers as they are sent."""

import io
import json
import re
import socket
from collections.abc import Mapping
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any
from uuid import uuid4

from .error_bodies import error_body
from .problems import Problem

LONGEST_LINE = 65_536
"""Bytes of a request line."""

LENGTH = re.compile(r"[0-9]{1,6}")
"""The length of a request's content, which is below 1 MB."""


class Messages(BaseHTTPRequestHandler):
    """Reads and sends the messages of one connection."""

    # every answer has headers
    protocol_version = default_request_version = "HTTP/1.1"
    # until there is a request
    command = requestline = ""
    request_version = default_request_version
    # so that an answer is sent at once
    wbufsize = io.DEFAULT_BUFFER_SIZE

    # Requests

    def read_head(self) -> bool:
        """Read a request line and headers, and return whether they can be used; what is wrong with
        them is answered.
        """
        self.raw_requestline = self.rfile.readline(LONGEST_LINE + 1)
        if len(self.raw_requestline) > LONGEST_LINE:
            self.send_error(414)
            return False
        return bool(self.raw_requestline) and self.parse_request()

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
        return len(self.content) == length

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

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Send what is wrong as an error of Azure; the base class sends its errors by this too."""
        status = HTTPStatus(code)
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
        # HTTP allows no length there
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


def length_of_content(headers: Message) -> int:
    """Return how many bytes follow the head; raises `Problem`."""
    length = headers.get("Content-Length", "0")
    if "Transfer-Encoding" in headers or not LENGTH.fullmatch(length):
        message = "The request has to give its length in Content-Length, below 1 MB."
        raise Problem(411, "LengthRequired", message)
    return int(length)
