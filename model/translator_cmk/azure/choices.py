"""Errors of the server, and all that it had to choose, because no public source shows it or the model leaves it open.

The tables of docs/azure-server.md follow from this module; a test compares them.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
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
    "environment.new-name": Answer(409, "ConflictError", "azure-cli issue 29115"),
    "environment.no-vault-purge": Answer(405, "MethodNotAllowed", "AzureTRE issue 1446, azure-docs issue 55427"),
    "environment.no-key-purge": Answer(403, "Forbidden"),
    "revocation.data-inaccessible": Answer(403, "Forbidden"),
    "revocation.no-upload": Answer(403, "Forbidden"),
    "revocation.features-stop": Answer(403, "Forbidden"),
}
"""For a requirement that refuses a request: the answer.  All others are answered with `OTHERWISE`."""

OTHERWISE = Answer(400, "BadRequest")

UNSPECIFIED = {
    "environment.key-name-in-use": Answer(409, "ConflictError"),
    "environment.name-used-before": Answer(409, "ConflictError"),
    "environment.rotate-disabled-key": Answer(403, "Forbidden"),
    "environment.workspace-without-key": Answer(403, "Forbidden"),
}
"""For a requirement that leaves an outcome open: the answer that we chose.  All others have `OTHERWISE`."""

CARRIED_OUT = {
    "environment.name-used-before": ("CreateKey", "ImportKey"),
    "keys.change": ("EnableCustomerManagedKeys",),
    "keys.rsa-hsm": ("EnableCustomerManagedKeys",),
}
"""For such a requirement: the commands that we chose to carry out instead, as the other rows of the model say."""


def answer_to(because: Iterable[str], table: Mapping[str, Answer]) -> Answer:
    """Return the answer to a refusal for these reasons: for the first that is more than a name, in order of ids."""
    ordered = sorted(because, key=lambda name: (name in ("environment.exists", "environment.new-name"), name))
    return table.get(ordered[0], OTHERWISE) if ordered else OTHERWISE


CHOICES = (
    ("signing in", "Any client id that is a GUID, with any secret. A tenant that was never named begins a world"),
    ("who asks", "The caller may do everything; no role or access policy for the caller is needed or shown"),
    ("api-version", "Any that has the right form; the body is that of the newest one"),
    ("long-running operations", "They are over when they are answered"),
    ("dates", "Left out everywhere, since the model has no time"),
    ("an account that is not under CMK", "It has no `encryption` member, after a return to Microsoft-managed keys too"),
    (
        "`keyVersion` of an account",
        "The current version of its key, after a rotation too; no other one can be asked for",
    ),
    ("capability `CustomerManagedKey`", "Listed on every SKU but F0"),
    ("`customSubDomainName`", "The name of the account, whether it was asked for or not"),
    ("PUT of an account that is there", "Without `identity` or `encryption` it leaves them as they are"),
    ("`principalId`", "The same after the identity was off, where Azure gives a new one"),
    ("a soft-deleted account", "Neither restored nor purged, which no command of the specification does"),
    ("a key vault", "SKU standard, retention of 90 days; it takes keys of type RSA-HSM and oct all the same"),
    ("soft delete", "A request that creates a vault may still leave it off, as older vaults have it"),
    (
        "an access policy",
        "For the identity of an account, with the key permissions get, wrapKey and unwrapKey, no others",
    ),
    ("a vault's host", "Without a vault 404 `VaultNotFound`; in Azure the name does not resolve"),
    ("a key made under a name in use", "A new version if type and size are the same, as Azure does; else refused"),
    ("disabling a key", "By its current version; older versions are always enabled"),
    ("public parts of a key", "Digits that follow from its name; there is no private part, and no wrap or unwrap"),
    (
        "moving an account to another tenant",
        "Carried out, since the article speaks of it; Azure moves within one tenant",
    ),
    ("moving a vault", "Only with all that its resource group holds, to a group of the same name"),
    ("changing the tenant of a subscription", "At once, answered with 200; in Azure the new owner has to accept it"),
    ("Custom Translator: errors", "In the form of Azure Resource Manager"),
    ("Custom Translator: 201", "`Location` and no body"),
    ("Custom Translator: regions", "The billing region is the location in capitals; there is one region to deploy to"),
    ("Custom Translator: projects", "One for each workspace"),
    (
        "Custom Translator: reading data",
        "`GET documents` reads data; workspaces, projects and models are listed without",
    ),
    ("Custom Translator: training", "A model is trained when it is created; its status is left out"),
    ("`IsCMKEnabled`", "Whether the workspace was made under CMK"),
    ("category id", "`ModelIdentifier` of the model"),
    ("a translation", "The text as it was given; without `allowFallback=false` it is outside the subset"),
    ("the log of key uses", "Not served: in Azure it is found by a query of a Log Analytics workspace"),
)
"""What no public source shows, or where the server differs from Azure: the subject, and what the server does."""
