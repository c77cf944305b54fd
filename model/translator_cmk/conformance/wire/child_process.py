"""A channel to a child process: a request is a line of its input, an answer one of its output.

Nothing of a system may outlive its run, even if the kit is killed.  A child begins a process group
of its own, and has a mark in its environment, which all that it starts inherits.  Beside each child
a small shell waits for the end of its own input, which comes when the kit closes it or dies.  Then
it kills the group, and on Linux everything that has the mark.
"""

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

from ...language.strict_json import ENCODE, LONGEST
from .channel import Channel, Fault, decode_answer

KEPT = 4096
"""How many bytes of standard error are kept: the last ones."""

GRACE = 1.0
"""Seconds that a process has to end by itself once its input has ended."""

MARK = "TRANSLATOR_CMK_RUN"
"""A variable in the environment of a child process, by which all that it has started is found."""

# It kills three times, since what is killed may just have started another process.
GUARDIAN = (
    "/bin/sh",
    "-c",
    'exec 2>/dev/null; read -r line; kill -s KILL -- "-$0"; for round in 1 2 3; do '
    'for each in $(grep -ls -- "$1" /proc/[0-9]*/environ); do '
    'each="${each%/environ}"; kill -s KILL "${each#/proc/}"; done; done',
)
"""The shell that kills what is left once its input ends; it is given the group and the mark."""


class Process(Channel):
    """Exchange messages with a child process, and leave nothing of it behind."""

    started: "StartedProcess | None" = None

    def __init__(self, command: str) -> None:
        self.words = shlex.split(command)

    def ask(self, request: dict[str, Any], patience: float) -> Any:
        """Return the answer on the next line."""
        if self.started is None:
            self.started = StartedProcess(self.words)
        line = ENCODE(request).encode() + b"\n"
        answer = self.started.exchange(line, monotonic() + patience)
        return decode_answer(answer)

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
        if self.started is None:
            return ""
        return self.started.stderr_tail()

    def __del__(self) -> None:
        """Leave nothing behind where nobody came to close it."""
        self.close(0.0)


class StartedProcess:
    """One child process, its guardian, and the thread that reads its standard error."""

    def __init__(self, words: list[str]) -> None:
        mark = token_hex(16)
        marks = f"{os.environ.get(MARK, '')} {mark}"  # with those of the processes around this one
        try:
            self.process = subprocess.Popen(
                words,
                env={**os.environ, MARK: marks},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,
            )
        except OSError as error:
            raise Fault("not-started", f"{words[0]} can't be started: {error.strerror}") from None
        self.guardian = subprocess.Popen(
            [*GUARDIAN, str(self.process.pid), mark], stdin=subprocess.PIPE, start_new_session=True
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.input = self.process.stdin.fileno()
        self.output = self.process.stdout.fileno()
        os.set_blocking(self.input, False)
        self.pending = b""  # of its output, read but not answered with yet
        self.errors = b""
        self.reader = threading.Thread(target=self._read_errors, daemon=True)
        self.reader.start()

    def exchange(self, request: bytes, deadline: float) -> bytes:
        """Write a request, and return the line that comes after it; raises `Fault`."""
        if self.pending or self._has_output(0.0):
            said = self.pending or self._read()
            if not said:
                raise Fault("ended", self._how_it_ended())
            raise Fault("unasked", f"said something before it was asked: {said[:60]!r}")
        self._write(request, deadline)
        while b"\n" not in self.pending:
            self._read_more(deadline)
        line, _, self.pending = self.pending.partition(b"\n")
        return line.rstrip(b"\r")

    def _write(self, request: bytes, deadline: float) -> None:
        while request:
            try:
                written = os.write(self.input, request)
            except BrokenPipeError:
                raise Fault("ended", self._how_it_ended()) from None
            except BlockingIOError:
                seconds = max(deadline - monotonic(), 0.0)
                _, writable, _ = select.select([], [self.input], [], seconds)
                if not writable:
                    raise Fault("too-late", "does not read its standard input") from None
            else:
                request = request[written:]

    def _read_more(self, deadline: float) -> None:
        """Read the next part of a line; raises `Fault`."""
        if len(self.pending) > LONGEST:
            raise Fault("too-long", "its line is longer than 1 MiB")
        if not self._has_output(deadline - monotonic()):
            part = f"only {self.pending[:60]!r}" if self.pending else "nothing"
            raise Fault("too-late", f"said {part} within the time it has for an answer")
        piece = self._read()
        if not piece:
            where = " in the middle of a line" if self.pending else ""
            raise Fault("ended", f"{self._how_it_ended()}{where}")
        self.pending += piece

    def _has_output(self, seconds: float) -> bool:
        """Return whether there is output, or its end, within so many seconds."""
        readable, _, _ = select.select([self.output], [], [], max(seconds, 0.0))
        return bool(readable)

    def _read(self) -> bytes:
        return os.read(self.output, 65_536)

    def _how_it_ended(self) -> str:
        """Return how the process ended, once it has closed its input or output."""
        try:
            code = self.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            return "closed its standard input or output"
        if code >= 0:
            return f"ended with exit code {code}"
        if -code in set(signal.Signals):
            return f"was killed by {signal.Signals(-code).name}"
        return f"ended with {code}"

    def _read_errors(self) -> None:
        """Read standard error, and keep its end."""
        assert self.process.stderr is not None
        with suppress(OSError, ValueError):  # it may be closed meanwhile
            while piece := self.process.stderr.read(65_536):
                self.errors = (self.errors + piece)[-KEPT:]

    def stderr_tail(self) -> str:
        """Return the end of standard error."""
        if self.process.poll() is not None:
            self.reader.join(GRACE)
        return self.errors.decode("utf-8", "replace").strip()

    def end(self, grace: float) -> None:
        """Close its input; after some time kill what is left of it and of what it has started."""
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
