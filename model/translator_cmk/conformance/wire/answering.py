"""The system's side of the protocol: answers requests for objects that implement `System`."""

from collections.abc import Callable
from secrets import token_hex
from typing import Any

from ...bdd.systems import declaration_of, not_a_system, raised
from ...language.contract import ANSWERED, request_from_wire
from ...language.declaration import declaration_to_wire
from ...language.messages import LONGEST_REMARK, PROTOCOL, observation_to_wire
from ...machine import Accepted, Command, Refused, Unspecified
from ...shapes import WireError
from ...system import ModelSystem, NothingLearned, System, Unsupported
from .channel import Request

SESSIONS = 1000
"""How many sessions are kept; beyond that the oldest ends."""

LONGEST_MESSAGE = 2000
"""Characters of the message in an answer."""

Answer = dict[str, Any]


class Answering:
    """Answers requests.  Each `hello` makes a system of its own, and nothing is shared between two.

    Each verb of the protocol has a method of its name, which returns the fields of the answer.
    """

    def __init__(self, make: Callable[[], System]) -> None:
        self.make = make
        self.sessions: dict[str, System] = {}

    def answer(self, message: Any) -> Answer:
        """Return the answer to a request, a JSON value; an error is an answer as well."""
        self.raised: BaseException | None = None
        name = message.get("id") if isinstance(message, dict) else None
        if not isinstance(name, str) or not name:
            name = "unknown"
        try:
            request = read_request(message)
            answer: Answer = getattr(self, request["verb"])(request)
        except WireError as error:
            answer = error_answer(str(error))
        except KeyboardInterrupt:
            raise
        except NothingLearned as error:
            answer = unlearned_answer(message["verb"], str(error))
        except BaseException as error:  # noqa: BLE001  # a system is foreign code, and what it raises is its answer
            self.raised = error
            answer = error_answer(raised(error))
        return {"id": name, **answer}

    def hello(self, _: dict[str, Any]) -> Answer:
        """Begin a session."""
        system = self.make()
        problem = not_a_system(system)
        if problem is not None:
            return error_answer(problem)
        session = token_hex(8)
        self.sessions[session] = system
        if len(self.sessions) > SESSIONS:
            oldest = next(iter(self.sessions))
            del self.sessions[oldest]
        declared = declaration_to_wire(declaration_of(system))
        return {"answer": "hello", "protocol": PROTOCOL, "session": session, **declared}

    def reset(self, request: dict[str, Any]) -> Answer:
        """Begin a world."""
        self._system(request).reset(request["stage"])
        return {"answer": "done"}

    def submit(self, request: dict[str, Any]) -> Answer:
        """Carry out a command, and repeat what the system says of that."""
        system = self._system(request)
        try:
            answer = submitted(system, request["command"])
        except KeyboardInterrupt:
            raise
        except NothingLearned as error:
            answer = unlearned_answer("submit", str(error))
        except BaseException as error:  # noqa: BLE001  # as in `answer`
            self.raised = error
            answer = error_answer(raised(error))
        remarks = remarks_of(system)
        if remarks:
            answer["said"] = remarks
        return answer

    def observe(self, request: dict[str, Any]) -> Answer:
        """Show everything."""
        observation = self._system(request).observe()
        return {"answer": "observed", "observation": observation_to_wire(observation)}

    def settle(self, request: dict[str, Any]) -> Answer:
        """Wait by the system's ``settle``, if it has one: given seconds, it says if all is over."""
        settle = getattr(self._system(request), "settle", None)
        settled = settle is None or settle(request["seconds"])
        return {"answer": "settled" if settled else "unsettled"}

    def bye(self, request: dict[str, Any]) -> Answer:
        """End the session."""
        self.sessions.pop(request.get("session", ""), None)
        return {"answer": "bye"}

    def _system(self, request: dict[str, Any]) -> System:
        session = request.get("session", "")
        if session not in self.sessions:
            raise WireError(
                "the request",
                f"there is no session {session!r}",
                "say hello, and repeat its session",
            )
        return self.sessions[session]


def submitted(system: System, command: Command) -> Answer:
    """Return the answer to a command; raises what the system raises."""
    try:
        outcome: Any = system.submit(command)
    except (Unsupported, NotImplementedError) as error:
        return unsupported_answer(str(error))
    if isinstance(outcome, Accepted):
        return {"answer": "accepted", "audit": [use.as_dict() for use in outcome.audit]}
    if isinstance(outcome, Refused):
        return {"answer": "refused", "because": sorted(outcome.because)}
    if isinstance(outcome, Unspecified) and isinstance(system, ModelSystem):
        return {"answer": "refused"}  # any answer is right here, and the model does nothing
    return error_answer(f"submit returned {outcome!r}, which is neither Accepted nor Refused")


def remarks_of(system: System) -> list[str]:
    """Return what a system says of how it carried out the last command, in its ``said``."""
    remarks = []
    for remark in getattr(system, "said", ()):
        text = in_unicode(str(remark))[:LONGEST_REMARK]
        if text:
            remarks.append(text)
    return remarks


def read_request(message: Any) -> dict[str, Any]:
    """Return what a request means, which one of this process says itself; raises `WireError`."""
    if isinstance(message, Request):
        return message.meant
    return request_from_wire(message, "the request")


def unsupported_answer(text: str) -> Answer:
    """Return the answer that the system has no such command."""
    if not text:
        return {"answer": "unsupported"}
    return {"answer": "unsupported", "message": text[:LONGEST_MESSAGE]}


def unlearned_answer(verb: str, text: str) -> Answer:
    """Return the answer that nothing is learned of the system, where there is such an answer."""
    answer = error_answer(text)
    if "nothing-learned" in ANSWERED[verb]:
        answer["answer"] = "nothing-learned"
    return answer


def error_answer(text: str) -> Answer:
    """Return the answer that something went wrong."""
    message = in_unicode(text)[:LONGEST_MESSAGE]
    return {"answer": "error", "message": message or "something went wrong"}


def in_unicode(text: str) -> str:
    """Return the text without halves of surrogate pairs, which no message may have."""
    return text.encode("utf-8", "replace").decode("utf-8")
