"""The server: TLS with a certificate authority of its own, reached as a proxy for Azure's host
names or as a cloud.

routes.yaml has for each method and path of an API its handler.
"""

import json
import re
import secrets
import socket
import ssl
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from uuid import uuid4

import trustme

from ...machine import Machine
from ...machine.rows import Silent
from ...requirements import load_register
from ...strict_yaml import read_yaml
from ...system import MACHINE
from . import arm, custom_translator, entra, key_vault
from .calls import Call, Reply
from .problems import Problem, answer_to, malformed, outside
from .strictness import NOT_STRICT, Strictness
from .worlds import FIXED, Worlds

# Routes

APIS: dict[str, type[Call]] = {
    "login": entra.EntraCall,
    "metadata": entra.EntraCall,
    "manager": arm.ManagerCall,
    "vault": key_vault.VaultCall,
    "account": custom_translator.TranslatorCall,
    "text": custom_translator.TranslatorCall,
}
"""The requests of each API: their methods are its handlers, and the look-ups of what its paths
name.
"""


class Route(NamedTuple):
    """A method of a path, and its handler."""

    api: str
    method: str
    path: str
    pattern: re.Pattern[str]
    handler: str


def routes_in(tree: Mapping[str, Any], api: str, path: str = "") -> Iterator[Route]:
    """Yield the routes of a tree, whose paths begin with a path."""
    for name, below in tree.items():
        if name.startswith("/"):
            yield from routes_in(below, api, path + name)
        else:
            pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path))
            yield Route(api, name, path, re.compile(pattern, re.IGNORECASE), below)


TREES: dict[str, Any] = read_yaml(Path(__file__).with_name("routes.yaml")).value()
ROUTES = [route for api, tree in TREES.items() for route in routes_in(tree, api)]


def find(
    apis: list[str], method: str, target: str, host: str
) -> tuple[Route, dict[str, str], str, dict[str, str]]:
    """Return route, texts in its braces, path, and query by lowercase names, of a request; raises
    `Problem`.
    """
    try:
        parts = urlsplit(target)
        pairs = parse_qsl(parts.query, keep_blank_values=True, errors="strict", max_num_fields=100)
        unquote(parts.path, errors="strict")
    except ValueError:
        raise malformed("The URL of the request is not valid.", "BadRequest") from None
    query = {name.lower(): value for name, value in pairs}
    workspace = quote(query.get("workspaceid", ""), safe="")
    place = parts.path.rstrip("/") + (f"?workspaceId={workspace}" if workspace else "")
    for route in ROUTES:
        if (
            route.api in apis
            and route.method == method
            and (match := route.pattern.fullmatch(place))
        ):
            version = query.get("api-version", "")
            if not re.fullmatch(FIXED["versions"].get(route.api, ".*"), version, re.ASCII):
                code = "InvalidApiVersionParameter" if version else "MissingApiVersionParameter"
                raise malformed(
                    f"A query parameter api-version is needed; '{version[:40]}' is not a version.",
                    code,
                )
            return (
                route,
                {name: unquote(text) for name, text in match.groupdict().items()},
                parts.path,
                query,
            )
    raise outside(f"{method} {parts.path[:300]} of {host[:200]}")


def apis_at(host: str) -> tuple[list[str], str]:
    """Return the APIs of a host, and the name of the vault or account whose host it may be; no APIs
    for other hosts.
    """
    name, _, end = host.lower().partition(".")
    return FIXED["hosts"].get(host.lower()) or FIXED["hosts"].get(f"*.{end}", []), name


def cloud_at(authority: str) -> Any:
    """Return how the cloud that a host belongs to names its endpoints: Azure's, or that of this
    server itself.
    """
    host, colon, port = authority.partition(":")
    own = host in ("localhost", "127.0.0.1") or host.endswith(".localhost")
    names = FIXED["clouds"]["own" if own else "azure"]
    return SimpleNamespace(**{name: form.format(port=colon + port) for name, form in names.items()})


def error_body(api: str, problem: Problem) -> dict[str, Any]:
    """Return an error as the API has it."""
    if api == "login":
        codes = list(map(int, re.findall(r"AADSTS(\d+)", problem.message)))
        return {"error": problem.code, "error_description": problem.message, "error_codes": codes}
    error: dict[str, Any] = {"code": problem.code, "message": problem.message}
    if api == "text":
        error["code"] = int(problem.code) if problem.code.isdigit() else problem.status * 1000
    if problem.because:
        error["details"] = [
            {"code": name, "message": load_register()[name].title}
            for name in sorted(problem.because)
        ]
    return {"error": error}


# Connections


class AzureServer(ThreadingTCPServer):
    """Answers for a machine, one request at a time; connections have threads.  ``proxy`` leads
    Azure's names here.
    """

    allow_reuse_address = daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, machine: Machine, host: str, port: int, folder: str, strictness: Strictness
    ) -> None:
        """Listen, with a certificate authority whose file is in a folder; raises `OSError` where it
        can't.
        """
        super().__init__((host, port), Exchange)
        silent = [row for row in machine.rows if isinstance(row, Silent)]
        carried_out = [
            row
            for row in silent
            if row.on.__name__ in answer_to([row.requirement]).get("carried_out", ())
        ]
        self.strictness = strictness
        self.machine = Machine(row for row in machine.rows if row not in carried_out)
        self.worlds, self.secret, self.lock = Worlds(), secrets.token_bytes(32), threading.Lock()
        self.host, self.port, self.authority_file = (
            host,
            self.server_address[1],
            Path(folder, "authority.pem"),
        )
        self.proxy = f"http://{host}:{self.port}"
        authority = trustme.CA(organization_name="translator-cmk")
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*FIXED["hosts"]).configure_cert(self.context)
        authority.cert_pem.write_to_path(str(self.authority_file))

    def answer(self, method: str, target: str, headers: Mapping[str, str], content: bytes) -> Reply:
        """Return the answer to a request, whatever it is; the names of headers are in lower
        case.
        """
        authority = headers.get("host", "").lower()
        apis, host_name = apis_at(authority.partition(":")[0])
        api = apis[-1] if apis else "manager"
        try:
            (api, *_, handler), texts, path, query = find(apis, method, target, authority)
            place = (cloud_at(authority), authority, host_name, path)
            with self.lock:
                call = APIS[api](
                    self.machine,
                    self.worlds,
                    self.secret,
                    self.strictness,
                    *place,
                    query,
                    headers,
                    content,
                    {**texts},
                )
                if "if-match" in headers or "if-none-match" in headers:
                    raise outside("a conditional request")
                entity = call.log_in()
                for word in [word for word in texts if word in call.collections]:
                    call.at[word] = entity = call.find(word, entity, texts[word])
                reply = call.reply(handler, entity)
                if hasattr(call, "world"):
                    self.worlds.put(call.world)
        except Problem as problem:
            if (method, problem.code) == (
                "DELETE",
                "ResourceNotFound",
            ):  # nothing to delete is no error to Azure
                return Reply(204)
            return Reply(problem.status, error_body(api, problem), problem.headers)
        return reply if isinstance(reply, Reply) else Reply(200, reply)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002  # as the base class has it
        """Print where an exception was raised, but not its message, which may have a credential.

        Clients that go away or break off a handshake are ignored.
        """
        error = sys.exception()
        if isinstance(error, OSError):
            return
        while error is not None:
            name = type(error).__name__
            print(f"translator-cmk: a defect of the server, {name} at", file=sys.stderr)
            traceback.print_tb(error.__traceback__)
            error = error.__cause__


class Exchange(BaseHTTPRequestHandler):
    """Answers the requests of one connection, which begins with TLS or, through the proxy, with
    CONNECT.
    """

    protocol_version = default_request_version = "HTTP/1.1"  # every answer has headers
    timeout = 120  # seconds, after which a connection without a request is closed
    disable_nagle_algorithm = True
    server: AzureServer

    def handle(self) -> None:
        """Take the first byte for what the connection is: 22 begins a handshake of TLS."""
        if self.connection.recv(1, socket.MSG_PEEK) == b"\x16":
            self.encrypt()
        super().handle()

    def encrypt(self) -> None:
        """Go on with TLS."""
        self.request = self.server.context.wrap_socket(self.request, server_side=True)
        self.setup()

    def finish(self) -> None:
        """Close the connection, which with TLS is not the one that was opened."""
        with self.connection:
            super().finish()

    def do_CONNECT(self) -> None:
        """Lead a host name of Azure, or of the server's own cloud, to this server; refuse all
        others.
        """
        host, _, port = self.path.rpartition(":")
        inside = isinstance(self.connection, ssl.SSLSocket)
        if inside or port not in ("443", str(self.server.port)) or not apis_at(host)[0]:
            self.send_error(
                403, "This proxy leads only to host names that it has, on port 443 or its own."
            )
            return
        self.connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self.encrypt()
        self.close_connection = False  # whatever HTTP the CONNECT spoke, its tunnel stays

    def do_GET(self) -> None:
        """Read the rest of a request and answer it."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        length = headers.get("content-length", "0")
        if not isinstance(self.connection, ssl.SSLSocket):
            self.send_error(400, "This port speaks TLS, and without it only CONNECT for a proxy.")
        elif "transfer-encoding" in headers or not re.fullmatch(r"[0-9]{1,6}", length):
            self.send_error(
                411, "The request has to give its length in Content-Length, below 1 MB."
            )
        else:
            if hasattr(
                socket, "TCP_QUICKACK"
            ):  # a client may hold content back until the headers are acknowledged
                self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            content = self.rfile.read(int(length))
            try:
                reply = self.server.answer(self.command, self.path, headers, content)
            except Exception:  # noqa: BLE001  # a defect ends one request, not the server
                self.server.handle_error(self.request, self.client_address)
                self.send_error(500, "The server has a defect; standard error says where.")
            else:
                self.send(*reply)

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815  # as the base class calls them

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Send what is wrong as an error of Azure, after which the connection can't be used
        again.
        """
        status = (
            HTTPStatus.BAD_REQUEST
            if code == HTTPStatus.HTTP_VERSION_NOT_SUPPORTED
            else HTTPStatus(code)
        )
        problem = Problem(status, status.phrase.replace(" ", ""), message or status.phrase)
        self.send(status, error_body("manager", problem), {"Connection": "close"})

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

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # as the base class names it
        """Log nothing: a request line may have a credential in it."""


@contextmanager
def azure_server(
    machine: Machine = MACHINE,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    strictness: Strictness = NOT_STRICT,
) -> Iterator[AzureServer]:
    """Serve a machine in threads of this process until the context ends; raises `OSError` where it
    can't listen.
    """
    with (
        TemporaryDirectory(prefix="translator-cmk-") as folder,
        AzureServer(machine, host, port, folder, strictness) as server,
    ):
        thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
