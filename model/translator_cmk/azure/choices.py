"""Errors of the server, and all that it had to choose, because no public source shows it or the model leaves it open.

The tables of docs/azure-server.md follow from this module; a test compares them.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from ..requirements import load_register


class Problem(Exception):
    """An answer other than success: a status, an Azure error code, a message, and the requirements behind it."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        because: Iterable[str] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.because = tuple(sorted(because))
        self.headers = dict(headers or {})

    def details(self) -> list[dict[str, str]]:
        """Return the requirements as Azure's `error.details`."""
        return [{"code": name, "message": titles().get(name, name)} for name in self.because]


def outside(what: str) -> Problem:
    """Return the answer to what is outside the subset, which it names."""
    return Problem(501, "NotImplemented", f"{what} is outside the subset of Azure that this server has")


def malformed(message: str, code: str = "InvalidRequestContent") -> Problem:
    """Return the answer to a request that can't be understood."""
    return Problem(400, code, message)


def missing(code: str, message: str, status: int = 404) -> Problem:
    """Return the answer to a request that names what does not exist."""
    return Problem(status, code, message, ["environment.exists"])


@lru_cache(maxsize=1)
def titles() -> dict[str, str]:
    """Return the title of each requirement."""
    return {name: requirement.title for name, requirement in load_register().items()}


class Answer(NamedTuple):
    """The status and the error code of a refusal, and where they were seen; an empty source is our choice."""

    status: int
    code: str
    source: str = ""


REFUSED = {
    "environment.exists": Answer(400, "BadRequest"),
    "environment.new-name": Answer(409, "Conflict"),
    "environment.no-vault-purge": Answer(405, "MethodNotAllowed", "AzureTRE issue 1446, azure-docs issue 55427"),
    "environment.no-key-purge": Answer(403, "Forbidden"),
    "revocation.data-inaccessible": Answer(403, "Forbidden"),
    "revocation.no-upload": Answer(403, "Forbidden"),
    "revocation.features-stop": Answer(403, "Forbidden"),
}
"""For a requirement that refuses a request: the answer.  All others are answered like this:"""

OTHERWISE = Answer(400, "BadRequest")

CARRIED_OUT = Answer(200, "")
"""The choice to do what the other rows of the model say, where it leaves open whether a request is accepted."""

UNSPECIFIED = {
    "environment.key-name-in-use": Answer(409, "Conflict"),
    "environment.name-used-before": Answer(409, "Conflict"),
    "environment.rotate-disabled-key": Answer(403, "Forbidden"),
    "environment.workspace-without-key": Answer(403, "Forbidden"),
    "keys.change": CARRIED_OUT,
    "keys.rsa-hsm": CARRIED_OUT,
}
"""For a requirement that leaves an outcome open: our choice.  All others are refused, like `OTHERWISE`."""


def answer_to(because: Iterable[str], table: Mapping[str, Answer]) -> Answer:
    """Return the answer to a refusal for these reasons: the most telling one, which is what no name is to blame for."""
    ordered = sorted(because, key=lambda name: (name in ("environment.exists", "environment.new-name"), name))
    return table.get(ordered[0], OTHERWISE) if ordered else OTHERWISE


CHOICES: tuple[tuple[str, str], ...] = ()


def shown(rows: Iterable[tuple[Any, ...]]) -> str:
    """Return rows of a Markdown table."""
    return "".join(f"| {' | '.join(map(str, row))} |\n" for row in rows)
