"""The contract between the kit and a system: the six verbs, their requests, and the answers to
each.

A request has an id, which its answer repeats, and the name of the session, if `hello` gave one.
A request never says what is expected of the system.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from ..shapes import (
    Line,
    Record,
    Reference,
    Shape,
    Tagged,
    UniqueList,
    Whole,
    read_message,
)
from .declaration import DECLARED, LONGEST_WINDOW, declare
from .messages import COMMAND, COMMENT, IDS, KEY_USE, OBSERVATION, PROTOCOL, REMARKS, STAGE
from .name_forms import TOKEN

VERBS: Mapping[str, str] = {
    "hello": "Begin a session, and say what you are.",
    "reset": "Start afresh, in a world with the stage alone, each subscription in its tenant.  "
    "Earlier things may stay: names never come again.",
    "submit": "Carry out the command, or refuse it and change nothing.",
    "observe": "Show everything that a customer can see now.",
    "settle": "Wait this many seconds, or fewer if all effects show earlier.",
    "bye": "End the session.",
}

REQUESTED: Mapping[str, dict[str, Shape]] = {
    "hello": {"protocol": Whole(PROTOCOL, PROTOCOL), "kit": Line(200)},
    "reset": {"stage": Reference(STAGE, "stage")},
    "submit": {"command": Reference(COMMAND, "command")},
    "observe": {},
    "settle": {"seconds": Whole(0, LONGEST_WINDOW)},
    "bye": {},
}
"""For each verb, the fields of a request, all of which have to be there."""


def request_record(verb: str) -> Record:
    """Return the shape of a request with this verb."""
    fields = REQUESTED[verb]
    return Record(
        f"the request {verb!r}",
        {"id": TOKEN, "session": TOKEN, **fields},
        required=("id", *fields),
        make=partial(dict, verb=verb),
    )


REQUEST = Tagged("verb", {verb: request_record(verb) for verb in REQUESTED})


def build_hello(
    id: str,  # noqa: A002  # as on the wire
    protocol: int,
    session: str | None = None,
    **declared: Any,
) -> dict[str, Any]:
    """Return the answer to `hello`, all declared fields as one declaration; raises
    `Inconsistent`."""
    return {
        "answer": "hello",
        "id": id,
        "protocol": protocol,
        "session": session,
        "declaration": declare(**declared),
    }


HELLO = Record(
    "the answer 'hello'",
    {"id": TOKEN, "protocol": Whole(PROTOCOL, PROTOCOL), "session": TOKEN, **DECLARED},
    required=("id", "protocol", "product", "version"),
    make=build_hello,
)

ANSWERED: Mapping[str, Mapping[str, dict[str, Shape]]] = {
    "hello": {},
    "reset": {"done": {}, "nothing-learned": COMMENT},
    "submit": {
        "accepted": {**COMMENT, "audit": UniqueList(KEY_USE), "said": REMARKS},
        "refused": {**COMMENT, "because": IDS, "said": REMARKS},
        "unsupported": {**COMMENT, "said": REMARKS},
        "nothing-learned": {**COMMENT, "said": REMARKS},
    },
    "observe": {
        "observed": {"observation": Reference(OBSERVATION, "observation")},
        "nothing-learned": COMMENT,
    },
    "settle": {"settled": {}, "unsettled": {}},
    "bye": {"bye": {}},
}
"""For each verb, the answers to it with their fields; `hello` and errors, which answer any verb,
are added below."""


def answer_record(answer: str, fields: Mapping[str, Shape]) -> Record:
    """Return the shape of an answer of one kind; of the fields, only an observation has to be
    there."""
    required = ["id"]
    if answer == "observed":
        required.append("observation")
    return Record(
        f"the answer {answer!r}",
        {"id": TOKEN, **fields},
        required,
        make=partial(dict, answer=answer),
    )


def answers_to(verb: str) -> Tagged:
    """Return the shape of the answers to a verb."""
    records: dict[str, Record] = {}
    if verb == "hello":
        records["hello"] = HELLO
    for answer, fields in ANSWERED[verb].items():
        records[answer] = answer_record(answer, fields)
    of_errors = {**COMMENT, "said": REMARKS} if verb == "submit" else COMMENT
    records["error"] = answer_record("error", of_errors)
    return Tagged("answer", records)


ANSWERS: Mapping[str, Tagged] = {verb: answers_to(verb) for verb in ANSWERED}


def request_from_wire(message: Any, where: str = "") -> dict[str, Any]:
    """Return the request in a JSON value, its command or stage read; raises `WireError`."""
    request: dict[str, Any] = read_message(REQUEST, message, where)
    return request


def answer_from_wire(verb: str, message: Any, where: str = "") -> dict[str, Any]:
    """Return the answer to this verb in a JSON value, its parts read; raises `WireError`."""
    answer: dict[str, Any] = read_message(ANSWERS[verb], message, where)
    return answer
