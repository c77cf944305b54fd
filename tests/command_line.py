"""Runs the command line in this process, where it starts faster; copies of the checkout; tables of
what is refused.
"""

import io
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from translator_cmk import cli
from translator_cmk.conformance.report.envelope import report_schemas
from translator_cmk.conformance.wire import Direct
from translator_cmk.conformance.wire.options import Connection, factory
from translator_cmk.errors import CommandError, print_error
from translator_cmk.language.schemas import schemas
from translator_cmk.plans.json_form import plan_schemas


class Done(NamedTuple):
    """A command that has ended: its exit code, and what it printed."""

    code: int
    out: str
    error: str


def run_cli(*words: object, text: bytes = b"") -> Done:
    """Run the command line, with the text on standard input."""
    return captured(lambda: cli.main([str(word) for word in words]), text)


def run_here(*words: object) -> Done:
    """Run a command that asks an object in Python, which answers in this process: that is faster
    than the child process in which the command would put it.
    """

    def run() -> int:
        args = cli.parse([str(word) for word in words])
        try:
            args.opened = in_this_process(args.python)
            code: int = args.run(args)
        except CommandError as error:
            print_error(error)
            return error.exit_code
        return code

    return captured(run)


def in_this_process(name: str) -> Connection:
    """Return the way to an object in Python, without a process between; raises `CommandError`."""
    make = factory(name)
    return Connection("python", lambda: Direct(make), f"--python {shlex.quote(name)}")


def captured(act: Callable[[], int], text: bytes = b"") -> Done:
    """Return the exit code of an act, and what it printed, with the text on standard input."""
    out, error = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    with (
        redirect_stdout(out),
        redirect_stderr(error),
        patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(text))),
    ):
        try:
            code = act()
        except SystemExit as ended:
            code = int(ended.code or 0)
        out.flush()
        error.flush()
    return Done(code, *(stream.buffer.getvalue().decode() for stream in (out, error)))


ROOT = Path(__file__).resolve().parents[1]
CLI = [sys.executable, "-m", "translator_cmk"]
"""The beginning of a command that runs it in a process of its own."""


def tables(module: str, name: str) -> list[Any]:
    """Return the documents of a YAML file beside a module."""
    text = Path(module).with_name(name).read_text("utf-8")
    try:
        return list(
            yaml.load_all(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        )  # in a tenth of the time
    except yaml.YAMLError:  # the parser in C knows no half of a surrogate pair
        return list(yaml.safe_load_all(text))


[REFUSED] = tables(__file__, "refused.yaml")


def each_refused(table: str) -> pytest.MarkDecorator:
    """Run a test with each row of a table of `refused.yaml`; its columns are arguments of the
    test.
    """
    columns, rows = list(REFUSED[table][0]), REFUSED[table]
    values = [[row[column] for column in columns] for row in rows]
    return pytest.mark.parametrize(columns, values, ids=[row["says"] for row in rows])


def as_bytes(text: str) -> bytes:
    """Return what such a text stands for, also where that is no UTF-8."""
    return text.encode("utf-8", "surrogateescape")


def one_error(done: Done, code: int = 2, out: str | None = "") -> str:
    """Return the one line of an error, without its beginning; None stands for any output."""
    assert (done.code, done.out) == (code, done.out if out is None else out)
    [line] = done.error.splitlines()
    assert line.startswith("translator-cmk: error: ")
    return line.removeprefix("translator-cmk: error: ")


def copy_checkout(folder: Path, *names: str, without: str = "") -> Path:
    """Copy these folders of the checkout into another, without what git ignores and the rows of a
    requirement.
    """
    listed = git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z", *names)
    for file in filter(lambda file: (ROOT / file).is_file(), listed.split("\0")):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, folder / file)
    if without:
        with (folder / "model/translator_cmk/machine/topics/__init__.py").open(
            "a", encoding="utf-8"
        ) as topics:
            topics.write(f"\nROWS = tuple(row for row in ROWS if row.requirement != {without!r})\n")
            topics.write("REMEMBERING = (*ROWS, *MEMORY)\n")
    return folder


def python(checkout: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """Run Python in a copy of the checkout."""
    command, model = [sys.executable, *map(str, words)], {"PYTHONPATH": str(checkout / "model")}
    return subprocess.run(
        command, cwd=checkout, env=os.environ | model, capture_output=True, text=True, check=False
    )


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder, and return what it prints."""
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


# A validator of each published schema; they refer to one another

EVERY = schemas() | report_schemas() | plan_schemas()
REGISTRY: Any = Registry().with_resources(
    (each["$id"], Resource.from_contents(each)) for each in EVERY.values()
)
VALID = {name: Draft202012Validator(each, registry=REGISTRY) for name, each in EVERY.items()}
