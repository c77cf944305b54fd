"""Read from an error of Azure why a request was refused, or that nothing is learned of it."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from azure.core.exceptions import HttpResponseError

from ..machine import Refused
from ..machine.values import Value
from ..requirements import load_register
from ..yaml_files import Entry, read
from .clients import without_secrets

REFUSING = frozenset({400, 403, 404, 405, 409, 412, 422})
"""The statuses with which Azure refuses a request.  Others say that it was not understood, or not looked at."""


class NotLearned(Exception):
    """Raised where an answer of Azure says nothing of what was asked; its text says why, without identifiers."""


class Meaning(Value):
    """The meaning of an error code: ``because`` the requirements it stands for, or ``about`` what was in the way."""

    __slots__ = ()
    code: str
    pattern: str = ""
    because: frozenset[str] = frozenset()
    about: str = ""


@cache
def meanings() -> tuple[Meaning, ...]:
    """Return the table of error codes, in order."""
    return tuple(map(meaning_in, read(Path(__file__).with_name("refusals.yaml")).items()))


def meaning_in(entry: Entry) -> Meaning:
    """Return one row of the table."""
    fields = entry.fields(("code",), ("pattern", "because", "about"))
    found: dict[str, Any] = {name: field.text() for name, field in fields.items() if name != "because"}
    if "because" in fields:
        found["because"] = frozenset(each.text() for each in fields["because"].items())
    return Meaning(**found)


def refusal_of(error: HttpResponseError) -> Refused:
    """Return the refusal that an error stands for; raises `NotLearned` if it is not a refusal."""
    said = error_in(error)
    code, message = str(said.get("code", "")), str(said.get("message", error.message))
    ids = frozenset(ids_in(said.get("details")))
    known = [each for each in meanings() if each.code == code and re.search(each.pattern, message)]
    if not ids and known and known[0].about:
        raise NotLearned(f"{known[0].about} ({code})")
    status = error.status_code or 0
    failed_later = 200 <= status < 300  # a long-running operation that ended as failed
    if not ids and not known and not failed_later and status not in REFUSING:
        raise NotLearned(without_secrets(f"status {status}, {code or 'no code'}: {message}")[:500])
    return Refused(ids or (known[0].because if known else frozenset()))


def error_in(error: HttpResponseError) -> Mapping[str, Any]:
    """Return the error object in the body of an answer; empty where it has none."""
    try:
        body = error.response.json() if error.response is not None else None  # type: ignore[attr-defined]  # both kinds have it
    except (ValueError, AttributeError):
        body = None
    found = body.get("error", body) if isinstance(body, dict) else None
    if not isinstance(found, dict) and error.error is not None:
        found = {"code": error.error.code, "message": error.error.message}
    return found if isinstance(found, dict) else {}


def ids_in(details: Any) -> set[str]:
    """Return the requirement ids in the details of an error."""
    register = load_register()
    each = details if isinstance(details, list) else []
    return {
        str(value)
        for detail in each
        if isinstance(detail, dict)
        for value in detail.values()
        if isinstance(value, str) and value in register
    }
