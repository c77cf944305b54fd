"""However a run ends, by Ctrl-C, by SIGTERM or killed, its report is valid, and marked as incomplete."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conformance.forging import Forgery
from tests.conformance.verifying import FAULTY, MODEL, ROOT, WHOLE, Verified, in_a_shell, verify
from translator_cmk.cli import main

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
    log = found.folder / "messages.ndjson"
    text = log.read_bytes()
    log.write_bytes(text[: text.rfind(b"\n") + 1] + b'{"at":7.25,"case":"vault.soft-delete/a-vault-with-both')
    code, out = checked(found.folder, capsys)
    assert code == 4
    assert f"all {len(found.report['cases'])} verdicts are confirmed" in out
    lines = text.count(b"\n") + 1
    assert f"the record in messages.ndjson:{lines} is truncated" in out
    assert verify(tmp_path, "--python", MODEL, "--lane", "features", "--case", DELETES_KEY).report["complete"]


def test_log_that_is_cut_off_before_a_verdict_is_found_out(
    wrong_in_features: Verified, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = Forgery(wrong_in_features.folder, tmp_path / "cut").folder / "messages.ndjson"
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[:-2]) + lines[-2][:20])
    code, out = checked(log.parent, capsys)
    assert code == 1
    assert f"messages.ndjson has {len(lines) - 2} messages, and the verdicts rest on {len(lines)}" in out
    assert f"the record in messages.ndjson:{len(lines) - 1} is truncated" in out
