"""Finds out what a file is, and reads it as a plan or says which command gives one."""

import codecs
import json
import re
import sys
from pathlib import Path
from typing import Any

from ..errors import CommandError, reason
from .plan import Plan
from .terraform import is_terraform_plan, read_terraform_plan
from .what_if import is_what_if, read_what_if

STANDARD_INPUT = "-"

SHOW = "run `terraform show -json PLANFILE` and check its output"
PLAN_THEN_SHOW = "run `terraform plan -out=PLANFILE`, then `terraform show -json PLANFILE`"
WHAT_IF = (
    "run `az deployment group what-if --no-pretty-print -o json` (or sub, mg, tenant) "
    "and check its output"
)
ONE_OF_BOTH = (
    "give the output of `terraform show -json PLANFILE`, or of "
    "`az deployment group what-if --no-pretty-print -o json`"
)

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    # This mark begins with that of UTF-16, so it is looked for first.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class NotAPlan(CommandError):
    """A file is no plan; its message is one line: what it is, and what to do."""

    def __init__(self, source: str, what: str, remedy: str) -> None:
        super().__init__(f"{source}: {what}; {remedy}")


def read_plan(file: str) -> Plan:
    """Return the plan in a file, or in standard input if the file is `-`.

    Raises `CommandError`.
    """
    source = "standard input" if file == STANDARD_INPUT else file
    content = read_bytes(file)
    text = decode(source, content)
    value = parse(source, text)
    if is_terraform_plan(value):
        return read_terraform_plan(source, value)
    if is_what_if(value):
        return read_what_if(source, value)
    raise NotAPlan(source, *describe_json(value))


def read_bytes(file: str) -> bytes:
    """Return the content of a file, or of standard input if it is `-`."""
    if file != STANDARD_INPUT:
        try:
            return Path(file).read_bytes()
        except (OSError, ValueError) as error:
            raise CommandError(f"{file}: can't be read: {reason(error)}") from None
    if sys.stdin is None:
        raise CommandError("standard input: closed; name a file, or open it")
    return sys.stdin.buffer.read()


def decode(source: str, content: bytes) -> str:
    """Return the text of a file in UTF-8, or in any encoding that PowerShell writes."""
    if content.startswith(b"PK"):  # PLANFILE itself, a zip archive
        raise NotAPlan(source, "a binary plan", f"{SHOW} instead")
    encoding = "utf-8"
    for mark, its_encoding in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            encoding = its_encoding
            content = content.removeprefix(mark)
            break
    else:
        # JSON begins with two letters of ASCII, so a zero among them tells UTF-16 without a mark
        if content[1:2] == b"\0":
            encoding = "utf-16-le"
        elif content[:1] == b"\0":
            encoding = "utf-16-be"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        place = f"at byte {error.start + 1}"
        raise NotAPlan(source, f"not a text in {encoding} {place}", ONE_OF_BOTH) from None


def parse(source: str, text: str) -> Any:
    """Return the JSON value in a text, or say what the text is instead."""
    stripped = text.strip()
    if not stripped:
        raise NotAPlan(source, "empty", f"{ONE_OF_BOTH}; did the command before it fail?")
    try:
        return json.loads(stripped, parse_constant=refuse_constant)
    except json.JSONDecodeError as error:
        raise NotAPlan(source, *describe_text(stripped, error)) from None
    except RecursionError:
        raise NotAPlan(source, "JSON that is nested too deeply", ONE_OF_BOTH) from None
    except ValueError as error:
        raise NotAPlan(source, f"not JSON ({error})", ONE_OF_BOTH) from None


def refuse_constant(word: str) -> Any:
    """Refuse NaN and infinity, which are not JSON."""
    raise ValueError(f"{word} is no JSON")


# What a file is that is no plan.  Each is known by what only it contains.

TEXTS = (
    (
        r"Terraform will perform the following actions|OpenTofu will perform the following"
        r"|Terraform used the selected providers|No changes\. Your infrastructure",
        "the text of a plan, for people",
        PLAN_THEN_SHOW,
    ),
    (
        r"Resource and property changes are indicated with|Resource changes: \d+ to |Scope: /",
        "the text of what-if, for people",
        f"add --no-pretty-print -o json: {WHAT_IF}",
    ),
    (r"(?m)^[ \t]*(resource|module)\s+\w+\s+'|^[ \t]*targetScope\s*=", "a Bicep file", WHAT_IF),
    (
        r"(?m)^[ \t]*(resource|data|variable|module|provider|output|locals|terraform)\b"
        r"[^\n]*\{\s*$",
        "a Terraform configuration",
        PLAN_THEN_SHOW,
    ),
    (r"(?m)\A\s*Error:|^(│|╷)? ?Error:|^ERROR:", "an error message", "mend it and plan again"),
)
"""A pattern, what a text is in which it is found, and what to do."""


def describe_text(text: str, error: json.JSONDecodeError) -> tuple[str, str]:
    """Return what a text is that is no JSON, and what to do."""
    if is_log(text):
        return "the log of `terraform plan -json`", PLAN_THEN_SHOW
    if text.startswith("{"):
        if error.msg == "Extra data":
            if text[error.pos :].lstrip().startswith("{"):
                return "more than one JSON value", "check one plan at a time"
            return "JSON with a text behind it", f"keep the JSON alone: {ONE_OF_BOTH}"
        if error.pos >= len(text) - 1 or error.msg.startswith("Unterminated string"):
            return "JSON that is cut off", f"write it again: {ONE_OF_BOTH}"
    elif re.search(r'(?m)^[ \t]*\{\s*"format_version"', text):
        return (
            "JSON with a text before it",
            "keep the JSON alone (in setup-terraform set terraform_wrapper: false)",
        )
    for pattern, what, remedy in TEXTS:
        if re.search(pattern, text):
            return what, remedy
    place = f"line {error.lineno}, column {error.colno}"
    return f"not JSON at {place} ({error.msg})", ONE_OF_BOTH


def is_log(text: str) -> bool:
    """Return whether a text is the log of `terraform plan -json`, one object a line."""
    first_line = text.partition("\n")[0]
    return first_line.startswith("{") and '"@level"' in first_line


def describe_json(value: Any) -> tuple[str, str]:
    """Return what a JSON value is that is no plan, and what to do."""
    if not isinstance(value, dict):
        what = "a list" if isinstance(value, list) else "a single value"
        return f"JSON, but {what} and no object", ONE_OF_BOTH
    if "@level" in value:
        return "the log of `terraform plan -json`", PLAN_THEN_SHOW
    if "lineage" in value or ("serial" in value and "terraform_version" in value):
        return "a Terraform state file", PLAN_THEN_SHOW
    if "format_version" in value:
        if "provider_schemas" in value:
            return "the schemas of providers", PLAN_THEN_SHOW
        return "a Terraform state, as `terraform show -json` prints it without a plan", SHOW
    if "contentVersion" in value or "deploymentTemplate" in str(value.get("$schema", "")):
        return "an ARM template", WHAT_IF
    if "error" in value:
        return "an error, and no result of what-if", "mend what it says and run it again"
    if "runs" in value or "findings" in value:
        return "a report, and no plan", ONE_OF_BOTH
    return "JSON of another kind", ONE_OF_BOTH
