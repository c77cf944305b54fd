"""The body of an error, in the form of each API."""

import re
from typing import Any

from ...requirements import load_register
from .problems import Problem


def error_body(api: str, problem: Problem) -> dict[str, Any]:
    """Return an error as the API has it."""
    if api == "login":
        return entra_error(problem)
    error: dict[str, Any] = {"code": problem.code, "message": problem.message}
    if api == "text":
        error["code"] = translator_code(problem)
    if problem.inner:
        error["innererror"] = {"code": problem.inner}
    if problem.because:
        error["details"] = [requirement_detail(name) for name in sorted(problem.because)]
    return {"error": error}


def entra_error(problem: Problem) -> dict[str, Any]:
    """Return an error of Microsoft Entra, which has the numbers of its message apart too."""
    numbers = re.findall(r"AADSTS(\d+)", problem.message)
    return {
        "error": problem.code,
        "error_description": problem.message,
        "error_codes": [int(number) for number in numbers],
    }


def translator_code(problem: Problem) -> int:
    """Return the code of an error of Translator: a number that begins with the status."""
    if problem.code.isdigit():
        return int(problem.code)
    return problem.status * 1000


def requirement_detail(name: str) -> dict[str, str]:
    """Return what names a requirement behind a refusal."""
    return {"code": name, "message": load_register()[name].title}
