"""A system at a URL: each request is the body of a POST, its answer the body of the response."""

import http.client
import json
import re
import socket
import ssl
import threading
from contextlib import suppress
from time import monotonic, sleep
from typing import Any
from urllib.parse import SplitResult, urlsplit

from ...language import LONGEST
from . import Channel, Fault, answer_in

IDLE = 1.0
"""Seconds after which a connection is not used again: a server may close it, and a request must not be sent twice."""

REFUSED = 0.2
"""Seconds until a connection that was refused is tried again."""

HEADERS = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "translator-cmk"}


class Url(Channel):
    """Exchanges messages with one URL, over one connection as long as it lasts.  Redirects are not followed."""

    def __init__(self, url: str) -> None:
        self.url = split(url)
        self.connection: http.client.HTTPConnection | None = None
        self.late = False
        self.used = monotonic()
        self.answered = False

    def ask(self, request: dict[str, Any], patience: float) -> Any:
        """Return the answer in the body."""
        body = json.dumps(request, separators=(",", ":")).encode()
        self.late = False
        self.deadline = threading.Timer(patience, self._be_late)
        self.deadline.daemon = True
        try:
            text = self._exchange(body, patience)
        except (OSError, http.client.HTTPException) as error:
            self.restart()
            raise Fault(*fault_of(error, self.late)) from None
        except Fault:
            self.restart()
            raise
        finally:
            self.deadline.cancel()
        return answer_in(text)

    def _be_late(self) -> None:
        """Close the socket, however slowly bytes arrive on it: a timeout of its own begins with each."""
        self.late = True
        if self.connection is not None and self.connection.sock is not None:
            with suppress(OSError):
                self.connection.sock.shutdown(socket.SHUT_RDWR)

    def _must_be_in_time(self) -> None:
        if self.late:
            raise TimeoutError

    def _exchange(self, body: bytes, patience: float) -> bytes:
        if monotonic() - self.used > IDLE:
            self.restart()
        response = self._post(body, patience)
        self._must_be_in_time()
        if response.status != 200:
            where = response.getheader("Location")
            more = f" to {where!r}; redirects are not followed: name the URL itself" if where else ""
            raise Fault("status", f"answered with the status {response.status} {response.reason}{more}")
        kind = response.headers.get_content_type()
        if kind != "application/json":
            raise Fault("content-type", f"answered with the content type {kind!r}; it has to be application/json")
        encoding = response.getheader("Content-Encoding", "identity")
        if encoding.lower() != "identity":
            raise Fault(
                "content-type", f"answered with the encoding {encoding!r}, which nobody asked for; leave it out"
            )
        text = response.read(LONGEST + 1)
        self._must_be_in_time()  # to close the connection looks like the end of what has no length
        if len(text) > LONGEST:
            raise Fault("too-long", "its body is longer than 1 MiB")
        if response.length:  # the part of it that did not come
            raise http.client.IncompleteRead(text, response.length)
        self.used = monotonic()
        self.answered = True
        return text

    def _post(self, body: bytes, patience: float) -> http.client.HTTPResponse:
        if self.connection is None:
            self.connection = connection_to(self.url, patience)
        self.connection.timeout = patience
        if self.connection.sock is None:
            self._connect(self.connection, patience)
        self.connection.sock.settimeout(patience)  # that of an earlier request may have been shorter
        self.deadline.start()
        path = f"{self.url.path or '/'}{f'?{self.url.query}' if self.url.query else ''}"
        self.connection.request("POST", path, body, HEADERS)
        return self.connection.getresponse()

    def _connect(self, connection: http.client.HTTPConnection, patience: float) -> None:
        """Open the connection.  A server that has answered before may just be starting again."""
        deadline = monotonic() + (patience if self.answered else 0)
        while True:
            try:
                connection.connect()
            except ConnectionRefusedError:
                if monotonic() >= deadline:
                    raise
                sleep(REFUSED)
            else:
                return

    def restart(self) -> None:
        """Close the connection; the next request opens another."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    close = restart


def split(url: str) -> SplitResult:
    """Return the parts of the URL; raises `ValueError`."""
    parts = urlsplit(url)
    parts.port  # noqa: B018  # raises ValueError for a port that can't be one
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url}: write a URL such as http://127.0.0.1:8080/")
    if parts.username is not None:
        raise ValueError("the URL has a user name, which would end up in reports; leave it out")
    if parts.fragment or not re.fullmatch("[!-~]*", url):
        raise ValueError(f"{url}: write a URL in ASCII, what else is in it percent-encoded, and without a fragment")
    try:
        parts.hostname.encode("idna")
    except UnicodeError:
        raise ValueError(f"{url}: {parts.hostname} is no name of a host") from None
    return parts


def connection_to(url: SplitResult, patience: float) -> http.client.HTTPConnection:
    """Return a connection, not yet opened, that checks the certificate of an https URL."""
    assert url.hostname is not None
    if url.scheme == "https":
        return http.client.HTTPSConnection(
            url.hostname, url.port, timeout=patience, context=ssl.create_default_context()
        )
    return http.client.HTTPConnection(url.hostname, url.port, timeout=patience)


def fault_of(error: Exception, late: bool) -> tuple[str, str]:
    """Return the kind and the text of the fault behind an error."""
    if late or isinstance(error, TimeoutError):
        return "too-late", "had not answered in full when its time was up"
    if isinstance(error, ssl.SSLError):
        return "tls", f"TLS failed: {getattr(error, 'verify_message', '') or error.reason or error}"
    if isinstance(error, http.client.RemoteDisconnected):
        return "ended", "closed the connection without an answer"
    if isinstance(error, http.client.IncompleteRead):
        return "ended", f"closed the connection after {len(error.partial):,} bytes of an answer that has more"
    if isinstance(error, http.client.HTTPException):
        return "not-http", f"its response is no HTTP: {type(error).__name__} {error}"
    text = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
    return "ended", f"the connection failed: {text}"
