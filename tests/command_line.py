"""Runs the command line in this process, since starting Python takes longer, and reads what it prints."""

import io
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import Any, NamedTuple
from unittest.mock import patch

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from translator_cmk import cli
from translator_cmk.conformance.report.envelope import report_schemas
from translator_cmk.language import schemas


class Done(NamedTuple):
    """A command that has ended: its exit code, and what it printed."""

    code: int
    out: str
    error: str


def run_cli(*words: object, text: bytes = b"") -> Done:
    """Run the command line, with the text on standard input."""
    out, error = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    with redirect_stdout(out), redirect_stderr(error), patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(text))):
        try:
            code = cli.main([str(word) for word in words])
        except SystemExit as ended:
            code = int(ended.code or 0)
        out.flush()
        error.flush()
    return Done(code, *(stream.buffer.getvalue().decode() for stream in (out, error)))


def one_error(done: Done, code: int = 2, out: str | None = "") -> str:
    """Return the one line of an error, without its beginning; None stands for any output."""
    assert (done.code, done.out) == (code, done.out if out is None else out)
    [line] = done.error.splitlines()
    assert line.startswith("translator-cmk: error: ")
    return line.removeprefix("translator-cmk: error: ")


# A validator of each published schema; they refer to one another

EVERY = schemas() | report_schemas()
REGISTRY: Any = Registry().with_resources((each["$id"], Resource.from_contents(each)) for each in EVERY.values())
VALID = {name: Draft202012Validator(each, registry=REGISTRY) for name, each in EVERY.items()}
