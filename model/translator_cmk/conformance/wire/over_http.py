"""A channel to a system at a URL: a request is the body of a POST, its answer of the response."""

import http.client
import re
import socket
import ssl
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from time import monotonic, sleep
from typing import Any
from urllib.parse import SplitResult, urlsplit

from ...language.strict_json import ENCODE, LONGEST
from .answering import unlearned_answer
from .channel import Channel, Fault, decode_answer

IDLE = 1.0
"""Seconds after which a connection is not used again.

A server may close it, and a request must not be sent twice.
"""

PAUSE = 0.2
"""Seconds until a connection that was refused is tried again."""

HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json",
    "User-Agent": "translator-cmk",
}


OF_THE_KIT = {
    *(name.lower() for name in HEADERS),
    "accept-encoding",
    "connection",
    "content-length",
    "host",
    "transfer-encoding",
}
"""The headers that only the kit sets."""

Header = tuple[str, str]
"""A header that is sent with each request: its name and its value, which may be a secret."""

SHORTEST_SECRET = 8
"""Characters of a value, or of a word of it, that is taken for a secret: shorter ones are words."""

BUSY = "busy"
"""The kind of the fault that a gateway has too much to do: that is no answer of the system."""

STATUSES_OF_BUSY = (429, 503)

HIDDEN = "(hidden)"
"""Stands for a secret that a system repeats."""


class Url(Channel):
    """Exchanges messages with one URL, over one connection as long as it lasts.

    ``headers`` are sent with each request.  What the system repeats of them is taken out of its
    answers, so that it is in no log.
    """

    def __init__(self, url: str, headers: Sequence[Header] = ()) -> None:
        self.url = split(url)
        self.headers = HEADERS | dict(headers)
        self.secrets = secrets_in(headers)
        self.connection: http.client.HTTPConnection | None = None
        self.time_is_up = False
        self.answered_at = 0.0  # when it last answered; never yet

    def ask(self, request: dict[str, Any], patience: float) -> Any:
        """Return the answer in the body."""
        body = ENCODE(request).encode()
        self.time_is_up = False
        self.deadline = threading.Timer(patience, self._end_time)
        self.deadline.daemon = True
        try:
            text = self._exchange(body, patience)
        except (OSError, http.client.HTTPException) as error:
            self.restart()
            raise self._without_secrets(fault_of(error, self.time_is_up)) from None
        except Fault as fault:
            self.restart()
            without_secrets = self._without_secrets(fault)
            if fault.kind != BUSY:
                raise without_secrets from None
            return {"id": request["id"], **unlearned_answer(request["verb"], str(without_secrets))}
        finally:
            self.deadline.cancel()
        for secret in self.secrets:
            text = re.sub(as_in_json(secret), HIDDEN.encode(), text)
        return decode_answer(text)

    def _without_secrets(self, fault: Fault) -> Fault:
        """Return a fault whose text repeats no secret."""
        text = str(fault)
        for secret in self.secrets:
            text = text.replace(secret, HIDDEN)
        return Fault(fault.kind, text)

    def _end_time(self) -> None:
        """Close the socket, whose own timeout begins again with each byte."""
        self.time_is_up = True
        if self.connection is not None and self.connection.sock is not None:
            with suppress(OSError):
                self.connection.sock.shutdown(socket.SHUT_RDWR)

    def _must_be_in_time(self) -> None:
        if self.time_is_up:
            raise TimeoutError

    def _exchange(self, body: bytes, patience: float) -> bytes:
        """Return the body of the response; raises `Fault`, and what the connection raises."""
        if monotonic() - self.answered_at > IDLE:
            self.restart()
        with self._post(body, patience) as response:
            self._must_be_in_time()
            check_head(response)
            text = response.read(LONGEST + 1)
            self._must_be_in_time()  # a closed connection looks like the end of what has no length
            if len(text) > LONGEST:
                raise Fault("too-long", "its body is longer than 1 MiB")
            if response.length:  # the part of it that did not come
                raise http.client.IncompleteRead(text, response.length)
        self.answered_at = monotonic()
        return text

    def _post(self, body: bytes, patience: float) -> http.client.HTTPResponse:
        if self.connection is None:
            self.connection = self._new_connection()
        connection = self.connection
        connection.timeout = patience
        if connection.sock is None:
            self._connect(connection, patience)
        connection.sock.settimeout(patience)  # that of an earlier request may have been shorter
        # the time for the answer begins once there is a connection
        self.deadline.start()
        path = self.url.path or "/"
        if self.url.query:
            path += f"?{self.url.query}"
        connection.request("POST", path, body, self.headers)
        return connection.getresponse()

    def _new_connection(self) -> http.client.HTTPConnection:
        host = str(self.url.hostname)
        if self.url.scheme == "https":
            return http.client.HTTPSConnection(host, self.url.port)  # which checks the certificate
        return http.client.HTTPConnection(host, self.url.port)

    def _connect(self, connection: http.client.HTTPConnection, patience: float) -> None:
        """Open the connection.  A server that has answered before may just be starting again."""
        deadline = monotonic()
        if self.answered_at:
            deadline += patience
        while connection.sock is None:
            try:
                connection.connect()
            except ConnectionRefusedError:
                if monotonic() >= deadline:
                    raise
                sleep(PAUSE)

    def restart(self) -> None:
        """Close the connection; the next request opens another."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    close = restart


def check_head(response: http.client.HTTPResponse) -> None:
    """Raise `Fault` unless the status and the headers of a response are those of an answer."""
    if response.status != 200:
        text = f"answered with the status {response.status} {response.reason}"
        where = response.getheader("Location")
        if where:
            text += f" to {where!r}; redirects are not followed: name the URL itself"
        raise Fault(BUSY if response.status in STATUSES_OF_BUSY else "status", text)
    content_type = response.headers.get_content_type()
    if content_type != "application/json":
        problem = f"answered with the content type {content_type!r}; it has to be application/json"
        raise Fault("content-type", problem)
    encoding = response.getheader("Content-Encoding", "identity")
    if encoding.lower() != "identity":
        problem = f"answered with the encoding {encoding!r}, which nobody asked for; leave it out"
        raise Fault("content-type", problem)


def read_header(line: str) -> Header:
    """Return the header on a line such as `Authorization: Bearer TOKEN`; raises `ValueError`, whose
    text has nothing of the value.
    """
    name, colon, value = line.partition(":")
    value = value.strip()
    if not colon or not re.fullmatch("[A-Za-z0-9!#$%&'*+.^_`|~-]+", name):
        raise ValueError("no header; write 'NAME: VALUE', such as 'Authorization: Bearer TOKEN'")
    if name.lower() in OF_THE_KIT:
        raise ValueError(f"{name} is set by the kit; leave it out")
    if not re.fullmatch("[ -~]+", value):
        raise ValueError(f"the value of {name} is empty, or has other characters than ASCII")
    return name, value


def secrets_in(headers: Iterable[Header]) -> list[str]:
    """Return what of the headers may be secret, the longest first: each value, and the last word of
    one, such as the token of a bearer.
    """
    found = set()
    for _, value in headers:
        found.add(value)
        found.add(value.split(" ")[-1])
    long_enough = [secret for secret in found if len(secret) >= SHORTEST_SECRET]
    return sorted(long_enough, key=len, reverse=True)


def as_in_json(secret: str) -> bytes:
    """Return the pattern of a secret in JSON, which may escape each character of it."""
    pattern = "(?i)"
    for character in secret:
        backslash = r"\\?" if character in '"\\/' else ""
        pattern += rf"({backslash}{re.escape(character)}|\\u00{ord(character):02x})"
    return pattern.encode()


def split(url: str) -> SplitResult:
    """Return the parts of the URL; raises `ValueError`."""
    parts = urlsplit(url)
    parts.port  # noqa: B018  # raises ValueError for a port that can't be one
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url}: write a URL such as http://127.0.0.1:8080/")
    if parts.username is not None:
        raise ValueError("the URL has a user name, which would end up in reports; leave it out")
    if parts.fragment or not re.fullmatch("[!-~]*", url):
        remedy = "write a URL in ASCII, what else is in it percent-encoded, and without a fragment"
        raise ValueError(f"{url}: {remedy}")
    try:
        parts.hostname.encode("idna")
    except UnicodeError:
        raise ValueError(f"{url}: {parts.hostname} is no name of a host") from None
    return parts


def fault_of(error: Exception, time_is_up: bool) -> Fault:
    """Return the fault behind an error; ``time_is_up``: that was so when it was raised."""
    # special cases first: SSLError is an OSError, the next two are HTTPExceptions
    if time_is_up or isinstance(error, TimeoutError):
        return Fault("too-late", "had not answered in full when its time was up")
    if isinstance(error, ssl.SSLError):
        reason = getattr(error, "verify_message", "") or error.reason or error
        return Fault("tls", f"TLS failed: {reason}")
    if isinstance(error, http.client.RemoteDisconnected):
        return Fault("ended", "closed the connection without an answer")
    if isinstance(error, http.client.IncompleteRead):
        received = len(error.partial)
        return Fault(
            "ended", f"closed the connection after {received:,} bytes of an answer that has more"
        )
    if isinstance(error, http.client.HTTPException):
        return Fault("not-http", f"its response is no HTTP: {type(error).__name__} {error}")
    reason = str(error)
    if isinstance(error, OSError) and error.strerror:
        reason = error.strerror
    return Fault("ended", f"the connection failed: {reason}")
