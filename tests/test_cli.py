"""With standard streams closed, full or unread, a command ends with one of its exit codes, and with no traceback."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.verifying import messages_of

ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
"""Unbuffered, argparse itself passes over a help text that can't be written."""
CLI = [sys.executable, "-m", "translator_cmk.cli"]
MODEL = "translator_cmk.system:ModelSystem"
CASE = "environment.create-vault/a-new-vault-is-active-and-has-both-protections"


@pytest.fixture
def unread() -> Iterator[int]:
    """A pipe whose reader has gone."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


def in_a_shell(words: str, redirection: str) -> subprocess.CompletedProcess[str]:
    """Run it with some stream closed."""
    shell = ["/bin/sh", "-c", f'exec "$@" {redirection}', "sh", *CLI, *words.split()]
    return subprocess.run(shell, capture_output=True, text=True, timeout=30, check=False, env=ENVIRONMENT)


@pytest.mark.parametrize(
    ("words", "redirection", "exit_code", "message"),
    [
        ("register", ">&-", 2, "error: standard output is closed; send it to a file, or to /dev/null\n"),
        ("--help", ">&-", 2, "error: standard output is closed"),
        ("register", ">&- 2>&- <&-", 2, ""),
        ("register", "2>&- <&-", 0, ""),
        ("register --nonsense", "2>&-", 2, ""),
        ("register", ">/dev/full", 3, "error: the output can't be written: No space left on device\n"),
        ("--help", ">/dev/full", 3, "error: the output can't be written: No space left on device\n"),
        ("run -", "<&-", 2, "error: standard input: closed; name a file, or open it\n"),
        ("serve --stdio", "<&-", 2, "error: standard input is closed; open it, or serve with --http\n"),
    ],
)
def test_closed_or_full_stream_is_an_error(words: str, redirection: str, exit_code: int, message: str) -> None:
    done = in_a_shell(words, redirection)
    assert done.returncode == exit_code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


def test_run_without_standard_error_writes_its_report(tmp_path: Path) -> None:
    done = in_a_shell(f"verify --python {MODEL} --lane features --case {CASE} --report {tmp_path / 'report'}", "2>&-")
    assert (done.returncode, "1 of 1 passed" in done.stdout) == (0, True)
    assert "Traceback" not in messages_of(tmp_path / "report")


@pytest.mark.parametrize(
    ("words", "stream", "exit_code"),
    [
        ("register", "stdout", 4),
        ("--help", "stdout", 4),
        ("source check none.md", "stderr", 2),
        ("replay --python nothing none.json", "stderr", 2),
    ],
)
def test_reader_that_has_gone_is_no_defect(unread: int, words: str, stream: str, exit_code: int) -> None:
    out, err = (unread if stream == each else subprocess.PIPE for each in ("stdout", "stderr"))
    done = subprocess.run(
        [*CLI, *words.split()], stdout=out, stderr=err, text=True, timeout=30, check=False, env=ENVIRONMENT
    )
    assert done.returncode == exit_code
    assert not done.stderr
