"""What an error of Azure means."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from azure.core.exceptions import HttpResponseError

from ...machine import Refused
from ...requirements import load_register
from ...strict_yaml import read_yaml
from ...system import NothingLearned
from .redaction import without_secrets

LONGEST = 1_000
"""How many characters of the messages of an answer are kept.  Where the code says no more than
`BadRequest`, they are all that tells one refusal from another.
"""

EXISTS = "environment.exists"
"""The requirement that what a command names is there, as far as a read shows."""

MARKUP = re.compile(r"\s*<(!doctype|html)\b", re.IGNORECASE)
"""How a page begins that a proxy answers with."""


class NotLearned(NothingLearned):
    """Raised where an answer of Azure says nothing of what was asked; its text says why, without
    identifiers.
    """


# The table


class Meaning(NamedTuple):
    """An entry of the table: what an error means that fits by all that it names."""

    code: str
    source: str
    inner: str = ""
    pattern: str = ""
    commands: Sequence[str] = ()
    because: Sequence[str] = ()
    about: str = ""
    """What stands in the way, where the error is no refusal."""
    once_accepted: bool = False
    """Whether it is a refusal only of what was accepted before: else it may be our mistake."""

    def fits(self, answer: "ErrorAnswer", command: str) -> bool:
        """Return whether this is what an answer to a command means."""
        if self.code != answer.code:
            return False
        if self.inner and self.inner not in answer.inner:
            return False
        if self.commands and command not in self.commands:
            return False
        return re.search(self.pattern, answer.message) is not None


def read_meanings() -> tuple[Meaning, ...]:
    rows = read_yaml(Path(__file__).with_name("refusals.yaml")).value()
    return tuple(Meaning(**row) for row in rows)


MEANINGS = read_meanings()
"""The table of error codes, in order."""


# Answers


class ErrorAnswer(NamedTuple):
    """An answer that is an error, as far as its meaning depends on it.

    ``inner``: the codes of its inner errors.  ``ids``: the requirements that it names.
    ``details``: the codes and messages of the errors in it, which only tell people more.
    """

    status: int
    code: str
    inner: tuple[str, ...]
    message: str
    ids: frozenset[str]
    details: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return it in few words, without identifiers."""
        words = f"status {self.status}" if self.status else "no answer"
        if self.code:
            words += f", {' / '.join((self.code, *self.inner))}"
        said = "; ".join((self.message, *self.details))
        return f"{words}: {without_secrets(said)[:LONGEST]}"


def answer_of(error: HttpResponseError) -> ErrorAnswer:
    """Return what an error says."""
    status = error.status_code or 0
    if error.error is None:
        return ErrorAnswer(status, "", (), message_without_code(error), frozenset())
    return ErrorAnswer(
        status,
        str(error.error.code or ""),
        tuple(inner_codes(error.error.innererror)),
        str(error.error.message or ""),
        ids_in(error),
        tuple(details_in(error.error)),
    )


def message_without_code(error: HttpResponseError) -> str:
    """Return what an answer says that is no error of Azure's form."""
    try:
        body = error.response.text() if error.response is not None else ""
    except Exception:  # noqa: BLE001  # a body that can't be read says nothing
        body = ""
    if MARKUP.match(body):
        return "a page of HTML, and no error of Azure"
    return " ".join(error.message.split())


def inner_codes(inner: Any) -> Iterator[str]:
    """Yield the codes of an inner error, and of those inside it."""
    while isinstance(inner, Mapping):
        if inner.get("code"):
            yield str(inner["code"])
        inner = inner.get("innererror")


def details_in(error: Any) -> Iterator[str]:
    """Yield the code and the message of each error in the details of one, and of those in these."""
    for detail in error.details or ():
        yield f"{detail.code or ''}: {detail.message or ''}"
        yield from details_in(detail)


def ids_in(error: HttpResponseError) -> frozenset[str]:
    """Return the requirements that an error names in its details."""
    details: Any = error.error.details if error.error else ()
    register = load_register()
    found = set[str]()
    for detail in details:
        for text in (detail.code, detail.target):
            if text in register:
                found.add(text)
    return frozenset(found)


# What they mean


def meaning_of(answer: ErrorAnswer, command: str) -> Meaning | None:
    """Return what an answer to a command means, None if it is not listed."""
    for meaning in MEANINGS:
        if meaning.fits(answer, command):
            return meaning
    return None


def judge(answer: ErrorAnswer, command: str) -> Refused:
    """Return the refusal that an answer to a command is; raises `NotLearned` where it is none."""
    if answer.ids:
        return Refused(answer.ids)
    meaning = meaning_of(answer, command)
    if meaning is None:
        raise NotLearned(f"nothing is known of this answer: {answer}")
    if meaning.about:
        raise NotLearned(f"{meaning.about} ({answer})")
    return Refused(frozenset(meaning.because))


def refusal_of(error: HttpResponseError, command: str = "") -> Refused:
    """Return the refusal that an error is, of a command or of a look; raises `NotLearned` where it
    is none.
    """
    return judge(answer_of(error), command)


def is_refusal(error: HttpResponseError, command: str) -> bool:
    """Return whether an error is a refusal of a command, which says something of the
    specification.
    """
    try:
        refusal_of(error, command)
    except NotLearned:
        return False
    return True
