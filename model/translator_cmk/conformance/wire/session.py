"""A session with a system: every message is checked in both directions, and logged."""

import json
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from ... import __version__
from ...language.contract import answer_from_wire, request_from_wire
from ...language.declaration import Declaration
from ...language.messages import PROTOCOL
from ...shapes import WireError
from . import PATIENCE, Channel, Fault, Request
from .clock import Clock
from .interruption import Interrupted, Interruption
from .message_log import NoLog

UNEXPLAINED = "without a message"
"""Stands for the message of an error that has none."""

LONGEST_SAID = 300
"""How many characters of what it said on standard error are shown with a fault: the last ones."""


class Session:
    """Says hello, and asks.

    A malformed request is a defect of the kit, a malformed answer one of the system.
    """

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
        # seeded by the operating system: nothing can be read out of the id of a request
        self.random = Random()
        self.token: str | None = None
        self.case = ""
        self.number = 0  # among the sessions of a run
        self.declared: Declaration | None = None
        self.has_begun = False  # whether it has answered hello, and neither broken since nor ended
        self.without_others: Callable[[Any], Any] = unchanged
        """Takes out of an observation what is of no concern to whoever asks."""
        # whether the last request has no answer, since the run was interrupted
        self.interrupted = False

    def hello(self) -> Declaration:
        """Begin, and return what the system declares; raises `Fault`, also if that has changed."""
        self.token = None
        self.has_begun = False
        answer = self.ask("hello", protocol=PROTOCOL, kit=__version__)
        declared: Declaration = answer["declaration"]
        self.token = answer["session"]
        self.declared = declared
        self.has_begun = True
        return declared

    def ask(self, verb: str, patience: float = 0.0, **fields: Any) -> dict[str, Any]:
        """Return the answer, its parts read; raises `Fault` and `Interrupted`."""
        name = f"{self.random.getrandbits(48):012x}"
        request = Request(id=name, verb=verb, **fields)
        if self.token is not None:
            request["session"] = self.token
        request.meant = request_from_wire(request, "a request of the kit")
        entry: dict[str, Any] = {"request": request}
        try:
            with self.interruption:
                raw = self.channel.ask(request, patience or self.patience)
                entry["answer"] = raw
            return self._read(verb, name, raw)
        except KeyboardInterrupt:
            self.interrupted = True
            entry["interrupted"] = True
            raise
        except Fault as fault:
            self.has_begun = False
            if fault.kind == "not-json":
                entry.pop("answer", None)  # the log has no way to write it
            entry["fault"] = self._fault_entry(fault)
            raise
        finally:
            self.note(entry)

    def _fault_entry(self, fault: Fault) -> dict[str, Any]:
        entry = {"kind": fault.kind, "text": str(fault)}
        stderr = self.channel.stderr_tail()
        if stderr:
            entry["stderr"] = stderr
        return entry

    def note(self, entry: dict[str, Any]) -> None:
        """Write an entry of this session into the message log."""
        if self.number:
            entry = {"session": self.number, **entry}
        self.log.write({"case": self.case, **entry})

    def note_end(self) -> None:
        """Note the end of a case or a sequence, which does not count without it in the log."""
        self.note({"end": True})

    def sleep(self, seconds: float) -> None:
        """Let so much time pass."""
        with self.interruption:
            self.clock.sleep(seconds)

    def _read(self, verb: str, name: str, raw: Any) -> dict[str, Any]:
        """Return an answer with its parts read, if it is one to this request; raises `Fault`."""
        where = f"the answer to {verb}"
        try:
            answer = answer_from_wire(verb, raw, where)
        except WireError as error:
            if not is_json(raw):
                raise Fault(
                    "not-json", f"answered {verb} with what is no JSON value: {error}"
                ) from None
            # what others have made in the same backend may look like anything
            answer = self._read_without_others(verb, raw, where)
        if answer["id"] != name:
            raise Fault("wrong-id", f"answered {verb} under the id of another request")
        if verb == "hello":
            self._check_hello(answer)
        return answer

    def _read_without_others(self, verb: str, raw: Any, where: str) -> dict[str, Any]:
        """Return an answer that is malformed only in what is of no concern; raises `Fault`."""
        if isinstance(raw, dict) and "observation" in raw:
            raw = raw | {"observation": self.without_others(raw["observation"])}
        try:
            return answer_from_wire(verb, raw, where)
        except WireError as error:
            raise Fault("malformed", str(error)) from None

    def _check_hello(self, answer: dict[str, Any]) -> None:
        """Raise `Fault` if no session begins, or the system declares something else than before."""
        if answer["answer"] == "error":
            why = own_words(answer) or UNEXPLAINED
            raise Fault("error", f"answered hello with an error: {why}; see the log of the system")
        if self.declared is not None and answer["declaration"] != self.declared:
            raise Fault("changed", "declared something else than it did before")

    def restart(self) -> None:
        """Restart after a fault; raises `Fault`."""
        self.channel.restart()
        self.hello()

    def in_full(self, fault: Fault) -> str:
        """Return the fault, with the end of what the system said beside its answers."""
        said = self.channel.stderr_tail()
        if not said:
            return str(fault)
        return f"{fault}; it said: {said[-LONGEST_SAID:]}"

    def say_bye(self) -> None:
        """End the session, if there is one; raises `Fault` and `Interrupted`."""
        if not self.has_begun or self.interrupted or self.interruption.by:
            return
        answer = self.ask("bye")
        self.has_begun = False
        if answer["answer"] == "error":
            raise Fault("error", f"answered bye with an error: {own_words(answer) or UNEXPLAINED}")

    def bye(self) -> str:
        """End, and leave nothing behind; return why the system did not say bye, if it did not."""
        try:
            self.say_bye()
        except Fault as fault:
            return str(fault)
        except Interrupted:
            pass  # who interrupts a run doesn't wait for its end
        finally:
            self.channel.close()
        return ""


def own_words(answer: Mapping[str, Any]) -> str:
    """Return how a system explains an answer: its own message and code, if it gives any."""
    message = str(answer.get("message", ""))
    if "code" not in answer:
        return message
    return f"{message} (code {answer['code']})".lstrip()


def unchanged(value: Any) -> Any:
    return value


def is_json(value: Any) -> bool:
    """Return whether it is a JSON value; an object in this process may answer with anything."""
    try:
        same: bool = json.loads(json.dumps(value)) == value
    except (TypeError, ValueError, RecursionError):
        return False
    return same
