"""Reads a fault from the words that name it, such as `429 1/5 PUT /vaults/`."""

import re
from argparse import ArgumentTypeError
from http import HTTPStatus
from typing import Any

from ...arguments import seconds
from ...escaping import shortened
from .faults import KNOWN, Delay, Effect, ErrorAnswer, Fault, HtmlPage, Reset
from .problems import Problem
from .routing import METHODS

WHAT = (
    "write a status (429), a status and a code (409:RequestConflict, "
    "403:Forbidden/ForbiddenByRbac), 403:html, reset or delay=SECONDS"
)
WHICH = (
    "behind what goes wrong write 1/N for one request in N, a method, or a part of a path that "
    "begins with /, each at most once"
)

STATUS = re.compile(r"[0-9]{3}")
CODE = re.compile(r"(?P<code>[A-Za-z]+)(/(?P<inner>[A-Za-z]+))?")
SHARE = re.compile(r"1/(?P<one_in>[1-9][0-9]{0,5})")

HTML = "html"
"""Stands in the place of a code for a page."""

TRY_AGAIN = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
"""Statuses whose answer says when to try again."""


class InvalidFault(ValueError):
    """What is wrong with the words of a fault, and what to write."""


def parse_fault(text: str) -> Fault:
    """Return the fault that a text names; raises `InvalidFault`."""
    words = text.split()
    if not words:
        raise InvalidFault(f"{shortened(text)} names no fault; {WHAT}")
    fields: dict[str, Any] = {"effect": effect_of(words[0])}
    for word in words[1:]:
        name, value = restriction_of(word)
        if name in fields:
            raise InvalidFault(f"{shortened(word)} is the second of its sort; {WHICH}")
        fields[name] = value
    return Fault(**fields)


def restriction_of(word: str) -> tuple[str, Any]:
    """Return which field of a fault a word gives, and its value; raises `InvalidFault`."""
    share = SHARE.fullmatch(word)
    if share is not None:
        return "one_in", int(share["one_in"])
    if word in METHODS:
        return "method", word
    if word.startswith("/"):
        return "path", word
    raise InvalidFault(f"{shortened(word)} doesn't say which requests; {WHICH}")


def effect_of(word: str) -> Effect:
    """Return what goes wrong; raises `InvalidFault`."""
    if word == "reset":
        return Reset()
    name, equals, value = word.partition("=")
    if name == "delay" and equals:
        return delay_of(value)
    status_text, colon, code = word.partition(":")
    if not STATUS.fullmatch(status_text):
        return known_error(word)
    status = status_of(status_text)
    if not colon:
        return error(status, status.phrase.replace(" ", ""))
    if code == HTML:
        return HtmlPage(status)
    parts = CODE.fullmatch(code)
    if parts is None:
        raise InvalidFault(f"{shortened(code)} is no error code; {WHAT}")
    return error(status, parts["code"], parts["inner"])


def delay_of(text: str) -> Delay:
    """Return a delay of some seconds; raises `InvalidFault`."""
    try:
        return Delay(seconds(text))
    except ArgumentTypeError as problem:
        raise InvalidFault(f"delay={text}: {problem}") from None


def status_of(text: str) -> HTTPStatus:
    """Return the status of an error; raises `InvalidFault`."""
    try:
        status = HTTPStatus(int(text))
    # what is no status at all is refused as one of no error is
    except ValueError:
        status = HTTPStatus.OK
    if status < HTTPStatus.BAD_REQUEST:
        raise InvalidFault(f"{text} is no status of an error, such as 429 or 500; {WHAT}")
    return status


def known_error(word: str) -> ErrorAnswer:
    """Return the error of a code that has no status before it; raises `InvalidFault`."""
    parts = CODE.fullmatch(word)
    known = KNOWN["codes"].get(parts["code"]) if parts else None
    if parts is None or known is None:
        raise InvalidFault(f"{shortened(word)} is no fault, or has to have a status; {WHAT}")
    return error(HTTPStatus(known["status"]), parts["code"], parts["inner"] or known.get("inner"))


def error(status: HTTPStatus, code: str, inner: str | None = None) -> ErrorAnswer:
    """Return an answer with an error of Azure."""
    known = KNOWN["codes"].get(code, {})
    message = known.get("message", "This error was asked for when the server was started.")
    headers = {"Retry-After": "1"} if status in TRY_AGAIN else {}
    return ErrorAnswer(Problem(status, code, message, headers=headers, inner=inner or ""))
