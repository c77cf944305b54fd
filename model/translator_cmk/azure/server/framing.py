"""Where a request ends, which must not be read in two ways."""

import re
from email.message import Message

from .problems import Problem

HEAD = re.compile(rb"[^\r\n]*\r?\n(?:[\w!#$%&'*+.^`|~-]+:[^\r\n\0]*\r?\n)*\r?\n", re.ASCII)
"""A request line, headers of one line each, and an empty line."""

LENGTH = re.compile(r"[0-9]{1,6}")
"""The length of a request's content, which is below 1 MB."""


def check_head(head: bytes) -> None:
    """Raise `Problem` where a line is not a header: another reader may take it for one."""
    if not HEAD.fullmatch(head):
        raise Problem(400, "BadRequest", "Each header is one line: its name, a colon, its value.")


def length_of_content(headers: Message) -> int:
    """Return how many bytes follow the head; raises `Problem`."""
    lengths = headers.get_all("Content-Length", [])
    chunked = "Transfer-Encoding" in headers
    if len(lengths) > 1 or (lengths and chunked):
        raise Problem(400, "BadRequest", "The request gives the length of its content twice.")
    if chunked:
        raise without_length()
    if not lengths:
        return 0
    if not LENGTH.fullmatch(lengths[0]):
        raise without_length()
    return int(lengths[0])


def without_length() -> Problem:
    """Return the answer to a request whose content has no length that can be used."""
    message = "The request has to give its length in Content-Length, below 1 MB."
    return Problem(411, "LengthRequired", message)
