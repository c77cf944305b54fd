"""Ways to a system: a child process, a URL, or an object in this process.  Each takes a request to its answer."""

import argparse
import http.client
import json
import os
import re
import select
import shlex
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from time import monotonic, sleep
from typing import Any, NamedTuple, Protocol
from urllib.parse import SplitResult, urlsplit

from ..bdd.systems import declaration_of, load_factory, not_a_system, raised
from ..errors import ERROR, CommandError
from ..escaping import shortened
from ..language.contract import declaration_to_wire, request_from_wire
from ..language.messages import LONGEST, PROTOCOL, from_text, observation_to_wire
from ..machine import Accepted, Refused, Unspecified
from ..shapes import WireError
from ..system import ModelSystem, System, Unsupported

PATIENCE = 10.0
"""Seconds that a system has for an answer, by default."""


class Fault(Exception):
    """The system did not answer as the contract says, or not at all; its text says what it did and what to look at.

    ``kind`` is one word for it, by which faults are counted.
    """

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


class Request(dict[str, Any]):
    """A request, a JSON value, with what it means: whoever is asked in this process need not read it once more."""

    meant: dict[str, Any]


class Channel(Protocol):
    """One way to one system."""

    def ask(self, request: dict[str, Any], patience: float) -> Any:
        """Return the answer to a request, a JSON value not checked yet; raises `Fault`, within ``patience`` seconds."""

    def restart(self) -> None:
        """Restart after a fault; nothing of it is left; raises `Fault`."""

    def close(self) -> None:
        """Leave nothing behind."""

    def stderr_tail(self) -> str:
        """Return the end of the system's standard error, if it has one."""
        return ""


def answer_in(text: bytes) -> Any:
    """Return the answer in a text; raises `Fault`."""
    try:
        return from_text(text, "the answer")
    except WireError as error:
        raise Fault("not-json", f"{error}; it begins with {text[:60]!r}") from None


ENCODE = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
"""Returns the JSON text of a message, in which nothing contains itself."""

Answer = dict[str, Any]

# Answer requests for an object that implements `System`, session by session: the system's side of the contract

SESSIONS = 1000
"""How many sessions are kept; beyond that the oldest ends."""


class Answering:
    """Answers requests.  Each `hello` makes a system of its own, and nothing is shared between two."""

    def __init__(self, make: Callable[[], System]) -> None:
        self.make = make
        self.sessions: dict[str, System] = {}

    def answer(self, message: Any) -> Answer:
        """Return the answer to a request, a JSON value; an error is an answer as well."""
        name = message.get("id") if isinstance(message, dict) else None
        head = {"id": name if isinstance(name, str) and name else "unknown"}
        try:
            request = message.meant if isinstance(message, Request) else request_from_wire(message, "the request")
            answer: Answer = getattr(self, request["verb"])(request)
            return head | answer
        except WireError as error:
            return head | failure(str(error))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001  # a system is foreign code, and what it raises is its answer
            return head | failure(raised(error))

    def hello(self, _: dict[str, Any]) -> Answer:
        """Begin a session."""
        system = self.make()
        if problem := not_a_system(system):
            return failure(problem)
        session = token_hex(8)
        self.sessions[session] = system
        while len(self.sessions) > SESSIONS:
            self.sessions.pop(next(iter(self.sessions)))
        declared = declaration_to_wire(declaration_of(system))
        return {"answer": "hello", "protocol": PROTOCOL, "session": session, **declared}

    def reset(self, request: dict[str, Any]) -> Answer:
        """Begin a world."""
        self._system(request).reset(request["stage"])
        return {"answer": "done"}

    def submit(self, request: dict[str, Any]) -> Answer:
        """Carry out a command."""
        system = self._system(request)
        try:
            outcome: Any = system.submit(request["command"])
        except (Unsupported, NotImplementedError) as error:
            return {"answer": "unsupported"} | ({"message": str(error)[:2000]} if str(error) else {})
        if isinstance(outcome, Unspecified) and isinstance(system, ModelSystem):
            return {"answer": "refused"}  # any answer is right here, and the model does nothing
        match outcome:
            case Accepted():
                return {"answer": "accepted", "audit": [use.as_dict() for use in outcome.audit]}
            case Refused():
                return {"answer": "refused", "because": sorted(outcome.because)}
        return failure(f"submit returned {outcome!r}, which is neither Accepted nor Refused")

    def observe(self, request: dict[str, Any]) -> Answer:
        """Show everything."""
        return {"answer": "observed", "observation": observation_to_wire(self._system(request).observe())}

    def settle(self, request: dict[str, Any]) -> Answer:
        """Wait, if the system has effects to wait for: its ``settle`` takes seconds and says whether all came about."""
        settle = getattr(self._system(request), "settle", None)
        return {"answer": "settled" if settle is None or settle(request["seconds"]) else "unsettled"}

    def bye(self, request: dict[str, Any]) -> Answer:
        """End the session."""
        self.sessions.pop(request.get("session", ""), None)
        return {"answer": "bye"}

    def _system(self, request: dict[str, Any]) -> System:
        session = request.get("session", "")
        if session not in self.sessions:
            raise WireError("the request", f"the session {session!r} is none", "say hello, and repeat its session")
        return self.sessions[session]


def failure(text: str) -> Answer:
    """Return the answer that something went wrong."""
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return {"answer": "error", "message": clean[:2000] or "something went wrong"}


class Direct(Answering, Channel):
    """Asks an object.  No process is between: nothing can interrupt it while it answers."""

    def ask(self, request: dict[str, Any], patience: float) -> Any:  # noqa: ARG002  # as the other channels have it
        """Return the answer of the object."""
        return self.answer(request)

    def restart(self) -> None:
        """Forget all sessions."""
        self.sessions.clear()

    close = restart


# A system at a URL: each request is the body of a POST, its answer the body of the response

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
        self.used = 0.0  # when it last answered; never yet

    def ask(self, request: dict[str, Any], patience: float) -> Any:
        """Return the answer in the body."""
        body = ENCODE(request).encode()
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
        return text

    def _post(self, body: bytes, patience: float) -> http.client.HTTPResponse:
        if self.connection is None:
            # which checks the certificate of an https URL
            kind = http.client.HTTPSConnection if self.url.scheme == "https" else http.client.HTTPConnection
            self.connection = kind(str(self.url.hostname), self.url.port)
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
        deadline = monotonic() + (patience if self.used else 0)
        while connection.sock is None:
            try:
                connection.connect()
            except ConnectionRefusedError:
                if monotonic() >= deadline:
                    raise
                sleep(REFUSED)

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


# A system as a child process: one request on a line of its standard input, one answer on a line of its output

KEPT = 4096
"""How many bytes of standard error are kept: the last ones."""

GRACE = 1.0
"""Seconds that a process has to end by itself once its input has ended."""

MARK = "TRANSLATOR_CMK_RUN"
"""A variable in the environment of a child process, and of all that it starts: by its value they are found again."""

# A shell that kills what is left once its input ends, which it does if we die as well: the group, and on Linux all that
# has the mark; three times, since what is killed may just have started another.
GUARDIAN = (
    "/bin/sh",
    "-c",
    'exec 2>/dev/null; read -r line; kill -s KILL -- "-$0"; for round in 1 2 3; do '
    'for each in $(grep -ls -- "$1" /proc/[0-9]*/environ); do '
    'each="${each%/environ}"; kill -s KILL "${each#/proc/}"; done; done',
)


class Process(Channel):
    """Exchange messages with a child process; its group is killed, on Linux with all that has left it."""

    started: "Started | None" = None

    def __init__(self, command: str) -> None:
        self.words = shlex.split(command)

    def ask(self, request: dict[str, Any], patience: float) -> Any:
        """Return the answer on the next line."""
        if self.started is None:
            self.started = Started(self.words)
        line = self.started.line(ENCODE(request).encode() + b"\n", monotonic() + patience)
        return answer_in(line)

    def restart(self) -> None:
        """Kill the process; the next request starts another."""
        self.close(0.0)

    def close(self, grace: float = GRACE) -> None:
        """End the process and its group, which have some time to do so by themselves."""
        if self.started is not None:
            self.started.end(grace)
            self.started = None

    def stderr_tail(self) -> str:
        """Return the end of its standard error."""
        return self.started.errors() if self.started else ""

    def __del__(self) -> None:
        """Leave nothing behind where nobody came to close it."""
        self.close(0.0)


class Started:
    """One child process."""

    def __init__(self, words: list[str]) -> None:
        mark = token_hex(16)
        try:
            self.process = subprocess.Popen(
                words,
                env=os.environ | {MARK: f"{os.environ.get(MARK, '')} {mark}"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,
            )
        except OSError as error:
            raise Fault("not-started", f"{words[0]} can't be started: {error.strerror}") from None
        self.guardian = subprocess.Popen(
            (*GUARDIAN, str(self.process.pid), mark), stdin=subprocess.PIPE, start_new_session=True
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.input, self.output = self.process.stdin.fileno(), self.process.stdout.fileno()
        os.set_blocking(self.input, False)
        self.pending = b""
        self.kept = b""
        self.reader = threading.Thread(target=self._drain, daemon=True)
        self.reader.start()

    def line(self, request: bytes, deadline: float) -> bytes:
        """Return the line that comes after the request was written; raises `Fault`."""
        if self.pending or self._ready(0.0):
            said = self.pending or self._read()
            if not said:
                raise Fault("ended", self._ended())
            raise Fault("unasked", f"said something before it was asked: {said[:60]!r}")
        self._write(request, deadline)
        while b"\n" not in self.pending:
            if len(self.pending) > LONGEST:
                raise Fault("too-long", "its line is longer than 1 MiB")
            if not self._ready(deadline - monotonic()):
                part = f"only {self.pending[:60]!r}" if self.pending else "nothing"
                raise Fault("too-late", f"said {part} within the time it has for an answer")
            piece = self._read()
            if not piece:
                raise Fault("ended", f"{self._ended()}{' in the middle of a line' if self.pending else ''}")
            self.pending += piece
        line, _, self.pending = self.pending.partition(b"\n")
        return line.rstrip(b"\r")

    def _ready(self, seconds: float) -> bool:
        return bool(select.select([self.output], [], [], max(seconds, 0.0))[0])

    def _read(self) -> bytes:
        return os.read(self.output, 65_536)

    def _write(self, request: bytes, deadline: float) -> None:
        while request:
            try:
                request = request[os.write(self.input, request) :]
            except BrokenPipeError:
                raise Fault("ended", self._ended()) from None
            except BlockingIOError:
                if not select.select([], [self.input], [], max(deadline - monotonic(), 0.0))[1]:
                    raise Fault("too-late", "does not read its standard input") from None

    def _ended(self) -> str:
        """Return how the process ended, once its output has."""
        try:
            code = self.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            return "closed its standard output"
        if code >= 0:
            return f"ended with exit code {code}"
        return f"was killed by {signal.Signals(-code).name}" if -code in set(signal.Signals) else f"ended with {code}"

    def _drain(self) -> None:
        """Read standard error, and keep its end."""
        assert self.process.stderr is not None
        with suppress(OSError, ValueError):  # it may be closed meanwhile
            while piece := self.process.stderr.read(65_536):
                self.kept = (self.kept + piece)[-KEPT:]

    def errors(self) -> str:
        """Return the end of standard error."""
        if self.process.poll() is not None:
            self.reader.join(GRACE)
        return self.kept.decode("utf-8", "replace").strip()

    def end(self, grace: float) -> None:
        """Close its input, and kill what is left of it and of what it has started, once its time is up."""
        process = self.process
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        with suppress(OSError):
            process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            process.wait(grace)
        self.guardian.communicate()
        process.kill()
        process.wait()
        self.reader.join(GRACE)
        process.stdout.close()
        if not self.reader.is_alive():  # a process that left the group may hold the other end
            process.stderr.close()


# Name a system on the command line, and open a channel to it

QUOTED = re.compile(r"""'[^']*'|"(\\.|[^"\\])*"|\\.""", re.DOTALL)
OF_A_SHELL = re.compile(r"(?<!\S)([|&;]+|(\d*|&)[<>]\S*)(?!\S)")
"""A word that joins commands, or redirects."""

PACKAGES = Path(__file__).parents[2]
START = "import sys; sys.path.append(sys.argv.pop(1)); from translator_cmk.cli import main; exit(main(sys.argv[1:]))"
"""Run a command of this package in a process without the current folder before everything else on its path."""


class Connection(NamedTuple):
    """A transport, and what opens a channel over it."""

    transport: str
    open: Callable[[], Channel]
    text: str
    """The options that name the system, as a shell takes them."""


def add_arguments(parser: argparse.ArgumentParser) -> "argparse._MutuallyExclusiveGroup":
    """Add the arguments that name a system, and return the group of those of which one is needed."""
    system = parser.add_mutually_exclusive_group(required=True)
    system.add_argument(
        "--stdio", metavar="COMMAND", help="start this, and speak with it over its standard input and output"
    )
    system.add_argument("--http", metavar="URL", help="speak with what listens at this URL")
    system.add_argument("--python", metavar="MODULE:FACTORY", help="speak with what this makes, in a child process")
    parser.add_argument(
        "--in-process",
        action="store_true",
        help="with --python: no child process; faster, but what the system does can end or change the kit",
    )
    parser.add_argument(
        "--timeout",
        metavar="SECONDS",
        type=seconds,
        default=PATIENCE,
        help=f"how long the system has for an answer (default: {PATIENCE:g}); it has no limit with --in-process",
    )
    return system


def seconds(text: str) -> float:
    """Return a time in seconds; raises `argparse.ArgumentTypeError`."""
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 < found <= 86_400 or not text.isascii() or "_" in text:
        raise argparse.ArgumentTypeError(f"{shortened(text)} is no time; write seconds, up to 86400")
    return found


def connection(args: argparse.Namespace) -> Connection:
    """Return the way to the system that the arguments name; raises `CommandError`."""
    timeout = "" if args.timeout == PATIENCE else f" --timeout {args.timeout:g}"
    if args.stdio is not None:
        try:
            if not shlex.split(args.stdio):
                raise ValueError("it is empty")
        except ValueError as error:
            raise CommandError(f"--stdio {args.stdio}: no command: {error}") from None
        if found := OF_A_SHELL.search(QUOTED.sub("quoted", args.stdio)):
            instead = shlex.quote(f"sh -c {shlex.quote(args.stdio)}")
            problem = f"no shell starts it, so {found[0]} means nothing; say --stdio {instead}"
            raise CommandError(f"--stdio {args.stdio}: {problem}")
        return Connection("stdio", lambda: Process(args.stdio), f"--stdio {shlex.quote(args.stdio)}{timeout}")
    if args.http is not None:
        try:
            split(args.http)
        except ValueError as error:
            raise CommandError(f"--http: {error}") from None
        return Connection("http", lambda: Url(args.http), f"--http {shlex.quote(args.http)}{timeout}")
    text = f"--python {shlex.quote(args.python)}"
    if args.in_process:
        make = factory(args.python)
        return Connection("python", lambda: Direct(make), f"{text} --in-process{timeout}")
    return Connection("python", children(args.python), f"{text}{timeout}")


def factory(name: str) -> Callable[[], System]:
    """Return the callable that `--python` names; raises `CommandError`."""
    return load_factory(name, Path.cwd(), "--python")


def children(name: str) -> Callable[[], Channel]:
    """Return what serves the system in a child process, of its own for each session; raises `CommandError`.

    The first child is started at once: a name that stands for no system is an error before anything is written.
    """
    command = shlex.join([sys.executable, "-P", "-c", START, str(PACKAGES), "serve", "--stdio", "--python", name])
    first = [Process(command)]
    try:
        first[0].ask({}, PATIENCE)
    except Fault as fault:
        _, error, problem = first[0].stderr_tail().rpartition(ERROR)
        if fault.kind == "ended" and error:
            raise CommandError(problem) from None
        first.pop().restart()  # the run is going to meet the same, and says so in its report
    return lambda: first.pop() if first else Process(command)
