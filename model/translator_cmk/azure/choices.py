"""Errors of the server, and the answers that we chose where no public source shows one or the model leaves it open."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import yaml


class Answer(NamedTuple):
    """The answer to a refusal: answers.yaml has all that are not the usual one."""

    status: int = 400
    code: str = "BadRequest"
    source: str = ""
    carried_out: Collection[str] = ()


ANSWERS = {
    requirement: Answer(**fields)
    for requirement, fields in yaml.safe_load(Path(__file__).with_name("answers.yaml").read_text("utf-8")).items()
}


def answer_to(because: Collection[str]) -> Answer:
    """Return the answer to a refusal for these reasons: for the first that is more than a name, in order of ids."""
    first = min(because, key=lambda name: (name in ("environment.exists", "environment.new-name"), name), default="")
    return ANSWERS.get(first, Answer())


@dataclass(eq=False)
class Problem(Exception):
    """An answer other than success: a status, an Azure error code, a message, and the requirements behind it."""

    status: int
    code: str
    message: str
    because: Collection[str] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def outside(what: str) -> Problem:
    """Return the answer to what is outside the subset, which it names."""
    return Problem(501, "NotImplemented", f"{what} is outside the subset of Azure that this server has")


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
