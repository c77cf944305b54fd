"""Errors of the server, and the answers that we chose where no public source shows one or the model leaves it open.

docs/azure-server.md has these tables too, which a test compares, and all other choices.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

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
        self.because = sorted(because)
        self.headers = headers or {}

    def details(self) -> list[dict[str, str]]:
        """Return the requirements, with their titles, as Azure's `error.details`."""
        register = load_register()
        return [{"code": name, "message": register[name].title if name in register else name} for name in self.because]


def outside(what: str) -> Problem:
    """Return the answer to what is outside the subset, which it names."""
    return Problem(501, "NotImplemented", f"{what} is outside the subset of Azure that this server has")


def malformed(message: str, code: str = "InvalidRequestContent") -> Problem:
    """Return the answer to a request that can't be understood."""
    return Problem(400, code, message)


def missing(code: str, message: str, status: int = 404) -> Problem:
    """Return the answer to a request that names what does not exist."""
    return Problem(status, code, message, ["environment.exists"])


class Answer(NamedTuple):
    """The status and the error code of a refusal, and where they were seen; an empty source is our choice."""

    status: int
    code: str
    source: str = ""


ANSWERS = {
    "environment.exists": Answer(400, "BadRequest"),
    "environment.key-name-in-use": Answer(409, "ConflictError"),
    "environment.name-used-before": Answer(409, "ConflictError"),
    "environment.new-name": Answer(409, "ConflictError", "azure-cli issue 29115"),
    "environment.no-key-purge": Answer(403, "Forbidden"),
    "environment.no-vault-purge": Answer(405, "MethodNotAllowed", "AzureTRE issue 1446, azure-docs issue 55427"),
    "environment.rotate-disabled-key": Answer(403, "Forbidden"),
    "environment.workspace-without-key": Answer(403, "Forbidden"),
    "revocation.data-inaccessible": Answer(403, "Forbidden"),
    "revocation.features-stop": Answer(403, "Forbidden"),
    "revocation.no-upload": Answer(403, "Forbidden"),
}
"""For a requirement that refuses a request, or leaves its outcome open: the answer.  All others have `OTHERWISE`."""

OTHERWISE = Answer(400, "BadRequest")

CARRIED_OUT = {
    "environment.name-used-before": ("CreateKey", "ImportKey"),
    "keys.change": ("EnableCustomerManagedKeys",),
    "keys.rsa-hsm": ("EnableCustomerManagedKeys",),
}
"""For a requirement that leaves an outcome open: the commands that are carried out, as the model's other rows say."""


def answer_to(because: Iterable[str]) -> Answer:
    """Return the answer to a refusal for these reasons: for the first that is more than a name, in order of ids."""
    first = min(because, key=lambda name: (name in ("environment.exists", "environment.new-name"), name), default="")
    return ANSWERS.get(first, OTHERWISE)
