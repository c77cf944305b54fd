"""Answer requests for an object that implements `System`, session by session: the system's side of the contract."""

from collections.abc import Callable
from secrets import token_hex
from typing import Any

from ...bdd.systems import declaration_of, not_a_system, raised
from ...language import PROTOCOL, WireError, observation_to_wire
from ...language.declaration import declaration_to_wire
from ...language.verbs import request_from_wire
from ...machine import Accepted, Refused, Unspecified
from ...system import ModelSystem, System, Unsupported
from . import Channel, Request

Answer = dict[str, Any]

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
