"""Answers other than success."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...machine.step import OF_NAMES
from .fixed import FIXED

ANSWERS: dict[str, dict[str, Any]] = FIXED["answers"]
"""By requirement, the answer that we chose where no public source shows one, or the model leaves
the outcome open.
"""

USUAL: dict[str, Any] = {"status": 400, "code": "BadRequest"}
"""The answer for all other requirements."""


def answer_to(because: Collection[str]) -> dict[str, Any]:
    """Return the answer to a refusal for these reasons: for the first that is more than a name, in
    order of ids.
    """
    if not because:
        return USUAL
    first = min(because, key=lambda requirement: (requirement in OF_NAMES, requirement))
    return ANSWERS.get(first, USUAL)


@dataclass(eq=False)
class Problem(Exception):
    """A status, an Azure error code, a message, and the requirements behind it."""

    status: int
    code: str
    message: str
    because: Collection[str] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    inner: str = ""
    """The code of an error within this one, which says more."""


def outside(what: str) -> Problem:
    """Return the answer to what is outside the subset, which it names."""
    return Problem(
        501, "NotImplemented", f"{what} is outside the subset of Azure that this server has"
    )


def malformed(message: str, code: str = "InvalidRequestContent") -> Problem:
    """Return the answer to a request that can't be understood."""
    return Problem(400, code, message)


def missing(code: str, message: str, status: int = 404) -> Problem:
    """Return the answer to a request that names what does not exist."""
    return Problem(status, code, message, ["environment.exists"])


def found(thing: Any, code: str, message: str) -> Any:
    """Return what was looked up; raises `Problem` where there is none."""
    if thing is None:
        raise missing(code, message)
    return thing
