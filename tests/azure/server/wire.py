"""A client of the server that sends bytes, so that a request may be as wrong as a test needs it."""

import json
import socket
import ssl
from collections.abc import Mapping
from http.client import RemoteDisconnected
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import uuid4

from translator_cmk.azure.server.listening import AzureServer
from translator_cmk.azure.server.worlds import ServedWorld, guid

AUDIENCES = {"manager": "management.azure.com", "vault": "vault.azure.net"}


class Answer(NamedTuple):
    """A status, headers by their names in lower case, and a body as text."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def body(self) -> Any:
        """The body as JSON, None where there is none."""
        return json.loads(self.text) if self.text else None


class Wire:
    """One connection at a time, without a proxy."""

    def __init__(self, server: AzureServer) -> None:
        self.server = server
        self.context = ssl.create_default_context(cafile=str(server.authority_file))
        self.socket: ssl.SSLSocket | None = None

    def send(self, data: bytes) -> Answer:
        """Return the answer to these bytes."""
        if self.socket is None:
            plain = socket.create_connection((self.server.host, self.server.port), timeout=10)
            self.socket = self.context.wrap_socket(plain, server_hostname="localhost")
        self.socket.sendall(data)
        with self.socket.makefile("rb") as file:
            first_line = file.readline()
            if not first_line:
                raise RemoteDisconnected("the connection ended without an answer")
            status = int(first_line.split()[1])
            lines = iter(file.readline, b"\r\n")
            headers = {
                name.lower(): value
                for name, _, value in (line.decode().strip().partition(": ") for line in lines)
            }
            length = 0 if data.startswith(b"HEAD ") else int(headers.get("content-length", 0))
            text = file.read(length).decode()
        if headers.get("connection") == "close":
            self.close()
        return Answer(status, headers, text)

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self.socket is not None:
            self.socket.close()
            self.socket = None

    def ask(
        self,
        method: str,
        host: str,
        target: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Return the answer to a request; a body that is no bytes is sent as JSON."""
        content = (
            body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        )
        lines = {"Host": host, "Content-Length": str(len(content)), **(headers or {})}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return self.send(
            f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode("utf-8", "surrogateescape") + content
        )


def secured(server: AzureServer) -> ssl.SSLSocket:
    """Return a connection to the server that has gone on with TLS."""
    context = ssl.create_default_context(cafile=str(server.authority_file))
    plain = socket.create_connection((server.host, server.port), timeout=10)
    return context.wrap_socket(plain, server_hostname="localhost")


def wait_for_end(connection: ssl.SSLSocket) -> None:
    """Return when the server has ended a connection, whatever it sends until then."""
    while socket.socket.recv(connection, 4096):
        pass


class Customer:
    """A customer of one tenant, with a token for each API."""

    def __init__(self, wire: Wire, tenant: str = "") -> None:
        self.wire = wire
        self.tenant = tenant or str(uuid4())
        self.tokens = {api: self.token(audience) for api, audience in AUDIENCES.items()}
        self.subscription = guid(self.world.tenant, "production")

    def token(self, audience: str, host: str = "login.microsoftonline.com") -> str:
        """Return a token for this host name."""
        form = {
            "grant_type": "client_credentials",
            "client_id": str(uuid4()),
            "client_secret": "a secret",
        }
        form["scope"] = f"https://{audience}/.default"
        path = f"/{self.tenant}/oauth2/v2.0/token"
        return str(self.wire.ask("POST", host, path, urlencode(form).encode()).body["access_token"])

    @property
    def world(self) -> ServedWorld:
        """The world behind the tenant, as the server has it."""
        found = self.wire.server.worlds.of(self.tenant)
        assert found
        return found

    def headers(self, host: str) -> dict[str, str]:
        """Return the credentials for a host."""
        if host.endswith("cognitiveservices.azure.com"):
            return {
                "Ocp-Apim-Subscription-Key": self.world.account_keys(host.partition(".")[0])["key1"]
            }
        api = "vault" if ".vault." in host else "manager"
        return {"Authorization": f"Bearer {self.tokens[api]}"}

    def ask(self, method: str, host: str, target: str, body: Any = None) -> Answer:
        """Return the answer to a request with credentials."""
        extra = (
            {"Content-Type": "multipart/form-data; boundary=-"} if isinstance(body, bytes) else {}
        )
        return self.wire.ask(method, host, target, body, self.headers(host) | extra)
