"""The interface of a channel, and the fault of a system that doesn't answer through it."""

from typing import Any, Protocol

from ...language.strict_json import parse_json
from ...shapes import WireError

PATIENCE = 10.0
"""Seconds that a system has for an answer, by default."""


class Fault(Exception):
    """The system did not answer as the contract says, or not at all.

    Its text says what the system did, and what to look at.
    ``kind`` is one word for it, by which faults are counted.
    """

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


class Request(dict[str, Any]):
    """A request, a JSON value, with what it means: an object in this process need not read it."""

    meant: dict[str, Any]


class Channel(Protocol):
    """One way to one system."""

    raised: BaseException | None = None
    """What an object raised instead of its last answer, for who looks for its place."""

    def ask(self, request: dict[str, Any], patience: float) -> Any:
        """Return the answer to a request, a JSON value that is not checked yet.

        Raises `Fault`, within ``patience`` seconds.
        """

    def restart(self) -> None:
        """Restart after a fault; nothing of it is left; raises `Fault`."""

    def close(self) -> None:
        """Leave nothing behind."""

    def stderr_tail(self) -> str:
        """Return the end of the system's standard error, if it has one."""
        return ""


def decode_answer(text: bytes) -> Any:
    """Return the answer in a text; raises `Fault`."""
    try:
        return parse_json(text, "the answer")
    except WireError as error:
        raise Fault("not-json", f"{error}; it begins with {text[:60]!r}") from None
