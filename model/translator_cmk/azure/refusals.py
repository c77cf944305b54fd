"""Read from an error of Azure why a request was refused, or that nothing is learned of it."""

import os
import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from azure.core.exceptions import HttpResponseError

from ..machine import Refused
from ..requirements import load_register

REFUSING = frozenset({400, 403, 404, 405, 409, 412, 422})
"""The statuses with which Azure refuses a request.  Others say that it was not understood, or not looked at."""

SECRETS = ("AZURE_CLIENT_SECRET", "AZURE_PASSWORD", "AZURE_CLIENT_CERTIFICATE_PASSWORD")
GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
LONG = re.compile(r"[A-Za-z0-9+/=_.~-]{32,}")
"""What may be a token, an account key or a version of a key."""


class NotLearned(Exception):
    """Raised where an answer of Azure says nothing of what was asked; its text says why, without identifiers."""


def without_secrets(text: str) -> str:
    """Return the text without credentials, tokens, account keys and GUIDs, which name tenants and users."""
    for secret in filter(None, map(os.environ.get, SECRETS)):
        text = text.replace(secret, "<secret>")
    return LONG.sub("<hidden>", GUID.sub("<id>", text))


class Meaning(NamedTuple):
    """The meaning of an error code: ``because`` the requirements it stands for, or ``about`` what was in the way."""

    code: str
    pattern: str = ""
    because: tuple[str, ...] = ()
    about: str = ""


@cache
def meanings() -> tuple[Meaning, ...]:
    """Return the table of error codes, in order."""
    rows = yaml.safe_load(Path(__file__).with_name("refusals.yaml").read_text("utf-8"))
    return tuple(Meaning(**row) for row in rows)


def refusal_of(error: HttpResponseError) -> Refused:
    """Return the refusal that an error stands for; raises `NotLearned` if it is not a refusal."""
    status, said = error.status_code or 0, error.error
    code, message = (str(said.code), str(said.message)) if said else ("", error.message)
    if ids := ids_in(error):
        return Refused(ids)
    for each in meanings():
        if each.code == code and re.search(each.pattern, message):
            if each.about:
                raise NotLearned(f"{each.about} ({code})")
            return Refused(frozenset(each.because))
    if status in REFUSING or 200 <= status < 300:  # a long-running operation that ended as failed
        return Refused(frozenset())
    raise NotLearned(without_secrets(f"status {status}, {code or 'no code'}: {message}")[:500])


def ids_in(error: HttpResponseError) -> frozenset[str]:
    """Return the requirements that an error names in its details."""
    details: Any = error.error.details if error.error else ()
    return frozenset(text for each in details for text in (each.code, each.target) if text in load_register())
