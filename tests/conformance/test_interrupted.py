"""However a run ends, by Ctrl-C, by SIGTERM or killed, its report is valid, and marked as incomplete."""

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conformance.forging import Forgery
from tests.conformance.verifying import FAULTY, MODEL, ROOT, WHOLE, Verified, in_a_shell, messages_of, verify
from translator_cmk.cli import main
from translator_cmk.conformance.report.folder import MESSAGES

DELETES_KEY = "environment.delete-key/a-deleted-key-of-a-vault-with-soft-delete-is-kept"
TWO = ("--lane", "features", "--case", DELETES_KEY, "--case", WHOLE)
TAKES_ITS_TIME = ("--stdio", f"{FAULTY} CreateVault=slow", "--lane", "features", "--topic", "vault")


def wait_until(ready: Callable[[], bool]) -> None:
    """Wait for half a minute at most."""
    until = time.monotonic() + 30
    while not ready() and time.monotonic() < until:
        time.sleep(0.1)


def checked(report: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The exit code of checking it, and what that prints."""
    capsys.readouterr()
    code = main(["report", "check", str(report)])
    return code, capsys.readouterr().out


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_run_that_is_interrupted_over_a_request_leaves_a_valid_report(
    tmp_path: Path, by: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    said = tmp_path / "said"

    def interrupt() -> None:
        wait_until(lambda: said.is_file() and "hanging" in said.read_text("utf-8"))
        os.kill(os.getpid(), by)

    thread = threading.Thread(target=interrupt)
    thread.start()
    found = verify(tmp_path, "--stdio", in_a_shell(f"{FAULTY} DeleteKey=hang 2>{said}"), "--timeout", "60", *TWO)
    thread.join()
    error = capsys.readouterr().err
    assert error == f"translator-cmk: error: interrupted by {by.name}; {found.folder} has what came out so far\n"
    assert (found.exit_code, found.report["complete"], found.report["exit_code"]) == (4, False, 4)
    assert sorted(found.statuses().values()) == ["not-run", "passed"]
    assert (found.folder / "report.html").is_file()
    code, out = checked(found.folder, capsys)
    assert code == 4
    assert "all 2 verdicts are confirmed" in out
    assert f"the run was not complete: interrupted by {by.name}" in out


def test_run_that_is_killed_leaves_a_valid_report_and_a_folder_to_use_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    envelope = tmp_path / "report" / "report.json"
    command = [sys.executable, "-m", "translator_cmk.cli", "verify", "--report", str(envelope.parent), "--seed", "1"]
    run = subprocess.Popen([*command, *TAKES_ITS_TIME], cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    wait_until(lambda: envelope.is_file() and '"status": "passed"' in envelope.read_text("utf-8"))
    run.kill()
    run.communicate(timeout=30)
    found = Verified(run.returncode, json.loads(envelope.read_text("utf-8")), envelope.parent)
    assert (found.report["complete"], found.report["exit_code"]) == (False, 4)
    assert found.report["counts"]["lanes"]["features"]["passed"] > 0
    code, out = checked(found.folder, capsys)
    assert code == 4
    assert f"all {len(found.report['cases'])} verdicts are confirmed" in out
    assert re.search(rf"the record in {re.escape(MESSAGES)}:[0-9]+ is truncated", out)
    assert verify(tmp_path, "--python", MODEL, "--lane", "features", "--case", DELETES_KEY).report["complete"]


def test_log_that_is_cut_off_before_a_verdict_is_found_out(
    wrong_in_features: Verified, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut = Forgery(wrong_in_features.folder, tmp_path / "cut").folder
    lines = messages_of(cut).splitlines(keepends=True)
    whole = gzip.compress("".join(lines[:-2]).encode())
    (cut / MESSAGES).write_bytes(whole[:-8])  # without its end
    code, out = checked(cut, capsys)
    assert code == 1
    assert f"{MESSAGES} has {len(lines) - 2} messages, and the verdicts rest on {len(lines)}" in out
    assert f"the record in {MESSAGES}:{len(lines) - 1} is truncated" in out


@pytest.mark.parametrize("content", [b"no log", gzip.compress(b"{}\n" * 99)[:-20] + b"x" * 20], ids=["text", "damaged"])
def test_log_that_can_not_be_decompressed_is_refused(
    wrong_in_features: Verified, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    damaged = Forgery(wrong_in_features.folder, tmp_path / "damaged").folder
    (damaged / MESSAGES).write_bytes(content)
    assert main(["report", "check", str(damaged)]) == 2
    assert "can't be decompressed" in capsys.readouterr().err
