"""However a run ends, by Ctrl-C, by SIGTERM or killed, its report is valid, and marked as incomplete."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conformance.verifying import FAULTY, MODEL, ROOT, Verified, verify
from translator_cmk.cli import main

DELETES_KEY = "environment.delete-key/deleting-a-key-of-a-vault-with-soft-delete"
TWO = ("--lane", "features", "--case", DELETES_KEY, "--case", "environment.create-vault/a-new-vault")
TAKES_ITS_TIME = ("--stdio", f"{FAULTY} CreateVault=slow", "--lane", "features", "--topic", "vault")


class Ended(Verified):
    """What came of a run that was ended from outside; ``error`` is what it said on standard error."""

    error = ""


def ended(folder: Path, by: signal.Signals, ready: Callable[[Path], bool], *arguments: str) -> Ended:
    """Begin a run, and send it the signal once its report is so."""
    report = folder / "report"
    command = [sys.executable, "-m", "translator_cmk.cli", "verify", "--report", str(report), "--seed", "1"]
    run = subprocess.Popen([*command, *arguments], cwd=ROOT, text=True, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    until = time.monotonic() + 30
    while not ((report / "report.json").is_file() and ready(report)) and time.monotonic() < until:
        time.sleep(0.2)
    run.send_signal(by)
    _, error = run.communicate(timeout=30)
    found = Ended(run.returncode, json.loads((report / "report.json").read_text("utf-8")), report)
    found.error = error
    return found


def waits_for_an_answer(report: Path) -> bool:
    """Whether the program under test says that it hangs."""
    said = report.parent / "said"
    return said.is_file() and "hanging" in said.read_text("utf-8")


def has_verdicts(report: Path) -> bool:
    """Whether the envelope of a run under way has verdicts."""
    return '"status": "passed"' in (report / "report.json").read_text("utf-8")


def checked(report: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The exit code of checking it, and what that prints."""
    capsys.readouterr()
    code = main(["report", "check", str(report)])
    return code, capsys.readouterr().out


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_run_that_is_interrupted_over_a_request_leaves_a_valid_report(
    tmp_path: Path, by: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    hangs = f"/bin/sh -c '{FAULTY} DeleteKey=hang 2>{tmp_path / 'said'}'"
    found = ended(tmp_path, by, waits_for_an_answer, "--stdio", hangs, "--timeout", "60", *TWO)
    assert found.exit_code == 4
    assert found.error == (
        f"translator-cmk: error: interrupted by {by.name}; {found.folder} has what came out so far\n"
    )
    assert (found.report["complete"], found.report["exit_code"]) == (False, 4)
    assert sorted(found.statuses().values()) == ["not-run", "passed"]
    assert (found.folder / "report.html").is_file()
    code, out = checked(found.folder, capsys)
    assert code == 4
    assert "all 2 verdicts are confirmed" in out
    assert f"the run was not complete: interrupted by {by.name}" in out


def test_run_that_is_killed_leaves_a_valid_report_and_a_folder_to_use_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = ended(tmp_path, signal.SIGKILL, has_verdicts, *TAKES_ITS_TIME)
    assert found.exit_code == -signal.SIGKILL
    assert (found.report["complete"], found.report["exit_code"]) == (False, 4)
    assert found.report["counts"]["lanes"]["features"]["passed"] > 0
    log = found.folder / "messages.ndjson"
    text = log.read_bytes()
    log.write_bytes(text[: text.rfind(b"\n") + 1] + b'{"at":7.25,"case":"vault.soft-delete/a-vault-with-both')
    lines = text.count(b"\n") + 1
    code, out = checked(found.folder, capsys)
    assert code == 4
    assert f"all {len(found.report['cases'])} verdicts are confirmed" in out
    assert f"the record in messages.ndjson:{lines} is truncated" in out
    assert verify(tmp_path, "--python", MODEL, "--lane", "features", "--case", DELETES_KEY).report["complete"]


def test_log_that_is_cut_off_before_a_verdict_is_found_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = verify(tmp_path, "--python", MODEL, "--lane", "features", "--case", "environment.create-vault/a-new-vault")
    log = found.folder / "messages.ndjson"
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[:-2]) + lines[-2][:20])
    code, out = checked(found.folder, capsys)
    assert code == 1
    assert f"messages.ndjson has {len(lines) - 2} messages, and the verdicts rest on {len(lines)}" in out
    assert f"the record in messages.ndjson:{len(lines) - 1} is truncated" in out
