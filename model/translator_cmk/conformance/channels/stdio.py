"""A system as a child process: one request on a line of its standard input, one answer on a line of its output."""

import json
import os
import select
import shlex
import signal
import subprocess
import threading
from contextlib import suppress
from secrets import token_hex
from time import monotonic
from typing import Any

from ...language import LONGEST
from . import Channel, Fault, answer_in

ENCODE = json.JSONEncoder(separators=(",", ":")).encode

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
