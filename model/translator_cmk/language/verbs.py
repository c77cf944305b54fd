"""The six verbs of the requests to a system, and the answers to each.

A request has an id, which its answer repeats, and the name of the session, if `hello` gave one.
A request never says what is expected of the system.
"""

from collections.abc import Collection, Mapping
from typing import Any

from ..shapes import Line, Record, Referred, Several, Shape, Tagged, Whole, read_message
from .declaration import DECLARED, LONGEST_WINDOW, Declaration, declare
from .messages import COMMAND, COMMENT, IDS, KEY_USE, OBSERVATION, PROTOCOL, STAGE, TOKEN

VERBS: Mapping[str, str] = {
    "hello": "Begin a session, and say what you are.",
    "reset": "Begin a world in which nothing but the stage is there.  Earlier things may stay: names never come again.",
    "submit": "Carry out the command, or refuse it and change nothing.",
    "observe": "Show everything that a customer can see now.",
    "settle": "Let this many seconds pass, or fewer if all effects show earlier.",
    "bye": "End the session.",
}

CALLED: dict[str, Shape] = {"id": TOKEN, "session": TOKEN}


class TaggedRecord(Record):
    """A request or an answer: a record that a field, its tag, marks with the name of its verb or answer."""

    def __init__(self, title: str, fields: Mapping[str, Shape], required: Collection[str], tag: str, word: str) -> None:
        super().__init__(f"{title} {word!r}", fields, ("id", *required))
        self.tag = tag
        self.word = word

    def meaning(self, fields: dict[str, Any]) -> dict[str, Any]:
        fields[self.tag] = self.word
        return fields


def request(verb: str, fields: Mapping[str, Shape]) -> Record:
    """Return a request; all its fields have to be there, but for the session."""
    return TaggedRecord("the request", CALLED | dict(fields), fields, "verb", verb)


REQUEST = Tagged(
    "verb",
    {
        "hello": request("hello", {"protocol": Whole(PROTOCOL, PROTOCOL), "kit": Line(200)}),
        "reset": request("reset", {"stage": Referred(STAGE, "stage")}),
        "submit": request("submit", {"command": Referred(COMMAND, "command")}),
        "observe": request("observe", {}),
        "settle": request("settle", {"seconds": Whole(0, LONGEST_WINDOW)}),
        "bye": request("bye", {}),
    },
)


def answer(word: str, fields: Mapping[str, Shape], required: tuple[str, ...] = ()) -> Record:
    """Return an answer of one kind."""
    return TaggedRecord("the answer", {"id": TOKEN, **fields}, required, "answer", word)


def welcome(
    id: str,  # noqa: A002  # as on the wire
    protocol: int,
    session: str | None = None,
    **declared: Any,
) -> dict[str, Any]:
    """Return the answer to `hello`, with what is declared in one piece; raises `Misfit`."""
    return {"answer": "hello", "id": id, "protocol": protocol, "session": session, "declaration": declare(**declared)}


HELLO = Record(
    "the answer 'hello'",
    {"id": TOKEN, "protocol": Whole(PROTOCOL, PROTOCOL), "session": TOKEN, **DECLARED},
    ("id", "protocol", "product", "version"),
    welcome,
)

ERROR = answer("error", COMMENT)

ANSWERS: Mapping[str, Tagged] = {
    "hello": Tagged("answer", {"hello": HELLO, "error": ERROR}),
    "reset": Tagged("answer", {"done": answer("done", {}), "error": ERROR}),
    "submit": Tagged(
        "answer",
        {
            "accepted": answer("accepted", COMMENT | {"audit": Several(KEY_USE)}),
            "refused": answer("refused", COMMENT | {"because": IDS}),
            "unsupported": answer("unsupported", COMMENT),
            "error": ERROR,
        },
    ),
    "observe": Tagged(
        "answer",
        {
            "observed": answer("observed", {"observation": Referred(OBSERVATION, "observation")}, ("observation",)),
            "error": ERROR,
        },
    ),
    "settle": Tagged(
        "answer", {"settled": answer("settled", {}), "unsettled": answer("unsettled", {}), "error": ERROR}
    ),
    "bye": Tagged("answer", {"bye": answer("bye", {}), "error": ERROR}),
}


def request_from_wire(message: Any, where: str = "") -> dict[str, Any]:
    """Return the request in a JSON value, its command or stage read; raises `WireError`."""
    found: dict[str, Any] = read_message(REQUEST, message, where)
    return found


def answer_from_wire(verb: str, message: Any, where: str = "") -> dict[str, Any]:
    """Return the answer to this verb in a JSON value, its parts read; raises `WireError`."""
    found: dict[str, Any] = read_message(ANSWERS[verb], message, where)
    return found


def declaration_of(message: dict[str, Any]) -> Declaration:
    """Return the declaration in an answer to `hello` that was read."""
    found: Declaration = message["declaration"]
    return found
