"""The command `serve`: puts the model, or any system in Python, behind the protocol of the kit."""

import argparse
import json
import logging
import os
import socket
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from ..errors import HARNESS, OK, CommandError
from ..language.strict_json import LONGEST, parse_json
from ..shapes import WireError
from ..system import ModelSystem
from .wire.answering import Answering, error_answer
from .wire.options import factory

LOOPBACK = "127.0.0.1"


def add_arguments(parser: argparse.ArgumentParser) -> "argparse._MutuallyExclusiveGroup":
    """Add the arguments of `serve`, and return the group of those that name a transport."""
    transport = parser.add_mutually_exclusive_group(required=True)
    transport.add_argument(
        "--stdio",
        action="store_true",
        help="answer JSON lines of standard input on standard output",
    )
    transport.add_argument(
        "--http",
        metavar="[HOST:]PORT",
        help=f"answer POST requests, one message each (default host: {LOOPBACK}; port 0 takes a "
        "free one)",
    )
    parser.add_argument(
        "--python",
        metavar="MODULE:FACTORY",
        help="serve what this makes, once for each session (default: the model)",
    )
    return transport


def run(args: argparse.Namespace) -> int:
    """Serve until the input ends or the command is interrupted."""
    if args.stdio:
        over_stdio(args.python)
    else:
        over_http(args.python, args.http)
    return OK


def answering_for(name: str | None) -> Answering:
    """Return what answers for the system that `--python` names, or for the model."""
    if not name:
        return Answering(ModelSystem)
    return Answering(factory(name))


def answer_text(answering: Answering, text: bytes) -> bytes:
    """Return the answer to a request, both as JSON text."""
    try:
        answer = answering.answer(parse_json(text, "the request"))
    except WireError as error:
        answer = {"id": "unknown", **error_answer(str(error))}
    return json.dumps(answer, separators=(",", ":")).encode()


# Over standard input and output

LONGEST_LINE = LONGEST + len(b"\r\n")


def over_stdio(name: str | None) -> None:
    """Answer the lines of standard input until it ends."""
    if sys.stdin is None:
        raise CommandError("standard input is closed; open it, or serve with --http")
    # before the module of the system is imported, which may print
    requests, answers = own_streams()
    answering = answering_for(name)
    while line := requests.readline(LONGEST_LINE):
        answers.write(answer_text(answering, line.rstrip(b"\r\n")) + b"\n")
        answers.flush()
        # the rest of a line that is too long gets no answer of its own
        while line and not line.endswith(b"\n"):
            line = requests.readline(LONGEST_LINE)


def own_streams() -> tuple[BinaryIO, BinaryIO]:
    """Return what were standard input and output.

    A system in this process reads nothing, and prints to standard error.
    """
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return requests, answers


# Over HTTP

Respond = Callable[[str, list[tuple[str, str]]], object]
"""How a WSGI application begins its response: with the status and the headers."""


def over_http(name: str | None, where: str) -> None:
    """Answer POST requests, with any path.  Prints the address once it listens."""
    answering = answering_for(name)
    host, port = address(where)
    from waitress.server import create_server  # type: ignore[import-untyped]  # it has no types

    try:
        # one thread: the model answers in a millisecond, and requests of a session never overlap
        server: Any = create_server(
            partial(application, answering),
            host=resolved(host, port),
            port=port,
            threads=1,
            # waitress refuses what has so many bytes
            max_request_body_size=LONGEST + 1,
        )
    except OSError as error:
        raise CommandError(f"can't listen on {host}:{port}: {error.strerror}", HARNESS) from None
    # with one thread every request but the first waits in a queue, and waitress warns of each
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    shown_host = f"[{host}]" if ":" in host else host
    print(f"listening on http://{shown_host}:{server.effective_port}/", flush=True)
    server.run()


def application(answering: Answering, environ: dict[str, Any], respond: Respond) -> Iterable[bytes]:
    """Answer one request; the first argument given, it is a WSGI application."""
    if environ["REQUEST_METHOD"] != "POST":
        respond("405 Method Not Allowed", [("Allow", "POST"), ("Content-Type", "text/plain")])
        return [b"POST one request of protocol 2 as JSON.\n"]
    # one byte more shows that a request is too long
    request = environ["wsgi.input"].read(LONGEST + 1)
    body = answer_text(answering, request)
    respond("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def address(text: str, option: str = "--http") -> tuple[str, int]:
    """Return host and port; raises `CommandError`, which names the option."""
    host, _, port = text.rpartition(":")
    if not port.isascii() or not port.isdecimal() or int(port) > 65_535:
        raise CommandError(
            f"{option} {text}: write a port, or a host and a port such as {LOOPBACK}:8080"
        )
    return host.strip("[]") or LOOPBACK, int(port)


def resolved(host: str, port: int, option: str = "--http") -> str:
    """Return the first address of a host, at which the server listens; raises `CommandError`."""
    try:
        *_, found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError):
        problem = f"{option} {host}:{port}: there is no such host here"
        raise CommandError(f"{problem}; write one such as {LOOPBACK}") from None
    return str(found[0])
