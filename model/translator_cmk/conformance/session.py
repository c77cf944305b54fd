"""A session with a system: every message is checked in both directions and logged, and a signal can end the wait."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from gzip import GzipFile
from pathlib import Path
from random import Random
from threading import Lock, current_thread, get_ident, main_thread
from time import monotonic, sleep
from types import FrameType
from typing import Any

from .. import __version__
from ..language.contract import answer_from_wire, request_from_wire
from ..language.declaration import Declaration
from ..language.messages import PROTOCOL
from ..shapes import WireError
from .channels.channel import ENCODE, PATIENCE, Channel, Fault, Request


class NoLog:
    """Discard each entry; the base of the logs that keep them."""

    lines = faults = 0
    """How many entries it has, and how many of these are faults of the system."""

    def write(self, entry: dict[str, Any]) -> None:
        """Add one entry."""

    def flush(self) -> None:
        """Write all entries to the file."""

    def close(self) -> None:
        """Write the last entries."""


QUICKLY = 1
"""The level of compression: a tenth of the size."""
TOGETHER = 100
"""How many entries are compressed at once."""


class Log(NoLog):
    """Write each entry as a line of a compressed file; a run that is killed leaves what was flushed."""

    def __init__(self, path: Path) -> None:
        self.file = GzipFile(path, "wb", compresslevel=QUICKLY)
        self.lock = Lock()
        self.began = monotonic()
        self.waiting: list[str] = []

    def write(self, entry: dict[str, Any]) -> None:
        """Add one entry, with its time in seconds since the beginning."""
        line = ENCODE({"at": round(monotonic() - self.began, 6), **entry})
        with self.lock:
            self.waiting.append(line)
            self.lines += 1
            self.faults += "fault" in entry
            if len(self.waiting) >= TOGETHER:
                self._compress()

    def _compress(self) -> None:
        lines, self.waiting = self.waiting, []
        self.file.write("".join(f"{line}\n" for line in lines).encode())

    def flush(self) -> None:
        """Write all entries to the file."""
        with self.lock:
            if self.lines and not self.file.closed:
                self._compress()
                self.file.flush()

    def close(self) -> None:
        """Write the last entries."""
        self.flush()
        self.file.close()


SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(KeyboardInterrupt):
    """The run was interrupted; the text names the signal."""


class Interruption:
    """Whether a run was interrupted, and ``by`` which signal."""

    def __init__(self) -> None:
        self.by = ""
        self.raised = False
        self.thread = get_ident()  # signals reach no other
        self.waits = False

    def check(self) -> None:
        """Raise `Interrupted` if the run was interrupted."""
        if self.by:
            self.raised = True
            raise Interrupted(f"interrupted by {self.by}")

    def __enter__(self) -> None:
        """Let signals interrupt the block, which leaves nothing half done wherever it ends; raises `Interrupted`."""
        if get_ident() == self.thread:
            self.waits = True
        self.check()

    def __exit__(self, *_: object) -> None:
        if get_ident() == self.thread:
            self.waits = False

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """Handle signals in the block.  Once `Interrupted` was raised, ignore more: the report is being written."""
        here = current_thread() is main_thread()  # no other can say what is done about signals
        before = [(each, signal.signal(each, self._on)) for each in SIGNALS] if here else []
        try:
            yield
        finally:
            for each, handler in before:
                signal.signal(each, handler)

    def _on(self, number: int, _: FrameType | None) -> None:
        again, self.by = bool(self.by), signal.Signals(number).name
        if (self.waits or again) and not self.raised:
            self.check()


class Clock:
    """The time there is; that of a recorded run has a clock of its own."""

    def now(self) -> float:
        """Return the seconds since some moment."""
        return monotonic()

    def sleep(self, seconds: float) -> None:
        """Let so much time pass."""
        sleep(seconds)

    def allows(self, case: str, until: float) -> bool:  # noqa: ARG002  # a recorded run looks the case up
        """Return whether there is time for one more sequence of this case."""
        return monotonic() < until


class Session:
    """Says hello, and asks.  A request that is malformed is a defect of the kit; an answer that is, the system's."""

    def __init__(
        self,
        channel: Channel,
        log: NoLog | None = None,
        patience: float = PATIENCE,
        clock: Clock | None = None,
        interruption: Interruption | None = None,
    ) -> None:
        self.channel = channel
        self.log = log or NoLog()
        self.patience = patience
        self.clock = clock or Clock()
        self.interruption = interruption or Interruption()
        self.random = Random()  # seeded by the operating system: nothing can be read out of the id of a request
        self.token: str | None = None
        self.case = ""
        self.number = 0  # among the sessions of a run
        self.declared: Declaration | None = None
        self.interrupted = False  # whether the last request has no answer, since the run was interrupted

    def hello(self) -> Declaration:
        """Begin, and learn what the system is; raises `Fault`, also where it is another than before."""
        self.token = None
        answer = self.ask("hello", protocol=PROTOCOL, kit=__version__)
        self.token, self.declared = answer["session"], answer["declaration"]
        return self.declared

    def ask(self, verb: str, patience: float = 0.0, **fields: Any) -> dict[str, Any]:
        """Return the answer, its parts read; raises `Fault`."""
        name = f"{self.random.getrandbits(48):012x}"
        request = Request(id=name, verb=verb, **fields)
        if self.token is not None:
            request["session"] = self.token
        request.meant = request_from_wire(request, "a request of the kit")
        entry: dict[str, Any] = {"request": request}
        try:
            with self.interruption:
                entry["answer"] = raw = self.channel.ask(request, patience or self.patience)
            return self._read(verb, name, raw)
        except KeyboardInterrupt:
            self.interrupted = entry["interrupted"] = True
            raise
        except Fault as fault:
            if fault.kind == "not-json":
                entry.pop("answer", None)  # the log has no way to write it
            stderr = self.channel.stderr_tail()
            entry["fault"] = {"kind": fault.kind, "text": str(fault)} | ({"stderr": stderr} if stderr else {})
            raise
        finally:
            self.note(entry)

    def note(self, entry: dict[str, Any]) -> None:
        """Write an entry of this session into the message log."""
        session = {"session": self.number} if self.number else {}
        self.log.write({"case": self.case, **session, **entry})

    def end(self) -> None:
        """Note the end of a case or a sequence; without it in the message log, it does not count."""
        self.note({"end": True})

    def sleep(self, seconds: float) -> None:
        """Let so much time pass."""
        with self.interruption:
            self.clock.sleep(seconds)

    def _read(self, verb: str, name: str, raw: Any) -> dict[str, Any]:
        try:
            answer = answer_from_wire(verb, raw, f"the answer to {verb}")
        except WireError as error:
            if not is_json(raw):
                raise Fault("not-json", f"answered {verb} with what is no JSON value: {error}") from None
            raise Fault("malformed", str(error)) from None
        if answer["id"] != name:
            raise Fault("wrong-id", f"answered {verb} under the id of another request")
        if verb == "hello" and answer["answer"] == "error":
            message = answer.get("message", "without a message")
            raise Fault("error", f"answered hello with an error: {message}; see the log of the system")
        if verb == "hello" and self.declared is not None and answer["declaration"] != self.declared:
            raise Fault("changed", "declared something else than it did before")
        return answer

    def restart(self) -> None:
        """Restart after a fault; raises `Fault`."""
        self.channel.restart()
        self.hello()

    def in_full(self, fault: Fault) -> str:
        """Return the fault, with the end of what the system said beside its answers."""
        said = self.channel.stderr_tail()
        return f"{fault}; it said: {said[-300:]}" if said else str(fault)

    def bye(self) -> None:
        """End, and leave nothing behind, even if the system breaks."""
        try:
            if self.declared is not None and not self.interrupted and not self.interruption.by:
                self.ask("bye", patience=min(self.patience, 2.0))
        except (Fault, Interrupted):
            pass  # it ends either way
        finally:
            self.channel.close()


def is_json(value: Any) -> bool:
    """Return whether it is a JSON value; an object in this process may answer with anything."""
    try:
        same: bool = json.loads(json.dumps(value)) == value
    except (TypeError, ValueError, RecursionError):
        return False
    return same
