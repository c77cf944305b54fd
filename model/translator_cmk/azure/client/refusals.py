"""What an error of Azure means."""

import re
from pathlib import Path
from typing import Any

from azure.core.exceptions import HttpResponseError

from ...machine import Refused
from ...requirements import load_register
from ...strict_yaml import read_yaml
from .redaction import without_secrets

REFUSING = frozenset({400, 403, 404, 405, 409, 412, 422})
"""The statuses with which Azure refuses a request.  Others say that it was not understood, or not
looked at.
"""

LONGEST = 500
"""How many characters of what Azure said are kept."""


class NotLearned(Exception):
    """Raised where an answer of Azure says nothing of what was asked; its text says why, without
    identifiers.
    """


MEANINGS: list[dict[str, Any]] = read_yaml(Path(__file__).with_name("refusals.yaml")).value()
"""The table of error codes, in order: ``because`` of which requirements, or ``about`` what was in
the way.
"""


def refusal_of(error: HttpResponseError) -> Refused:
    """Return the refusal that an error stands for; raises `NotLearned` if it is not a refusal."""
    named = ids_in(error)
    if named:
        return Refused(named)
    code = code_of(error)
    message = message_of(error)
    for row in MEANINGS:
        if row["code"] != code or not re.search(row.get("pattern", ""), message):
            continue
        if "about" in row:
            raise NotLearned(f"{row['about']} ({code})")
        return Refused(frozenset(row["because"]))
    status = error.status_code or 0
    ended_as_failed = 200 <= status < 300  # a long-running operation
    if status in REFUSING or ended_as_failed:
        return Refused(frozenset())
    said = without_secrets(f"status {status}, {code or 'no code'}: {message}")
    raise NotLearned(said[:LONGEST])


def code_of(error: HttpResponseError) -> str:
    """Return the code of an error; empty where the answer has none."""
    return str(error.error.code) if error.error else ""


def message_of(error: HttpResponseError) -> str:
    return str(error.error.message) if error.error else error.message


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
