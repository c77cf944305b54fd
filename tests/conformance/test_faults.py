"""Whatever a vendor's program does, there is a verdict on it, the report stays, and the run goes on where it can."""

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.conformance import odd_objects
from tests.conformance.verifying import FAULTY, MODEL, ROOT, VAULT, WELL, counterexample, in_a_shell, verify
from translator_cmk.cli import main


def test_error_in_answer_to_hello_is_an_error_of_the_adapter_in_every_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    errs = ("--stdio", f"{FAULTY} hello=error")
    found = verify(tmp_path, *errs, *WELL)
    assert (found.exit_code, found.report["complete"], found.report["faults"]) == (3, False, 1)
    assert found.report["trouble"] == "answered hello with an error: no quota; see the log of the system"
    kept = counterexample(tmp_path, {"command": "EnableIdentity", "resource": "translator-prod"})
    whole = verify(tmp_path / "whole", "--stdio", FAULTY, *WELL)
    for command in (["doctor"], ["replay", str(kept)], ["report", "reproduce", str(whole.folder)]):
        capsys.readouterr()
        assert main([*command, *errs]) == 3
        assert "answered hello with an error: no quota" in capsys.readouterr().err


def alive(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return "Z" not in Path(f"/proc/{pid}/stat").read_text("utf-8").split()[2]
    return False


@pytest.mark.parametrize(
    ("module", "code", "message"),
    [
        ("import os; os._exit(0)", 3, "? ended with exit code 0"),
        ("print('hello'); raise SystemExit(0)", 2, "odd can't be imported: it raises SystemExit: 0, at "),
        ("", 2, "--python odd:system: odd has no system that can be called\n"),
    ],
)
def test_module_that_is_odd_is_told_before_anything_is_written_or_in_the_report(
    tmp_path: Path,
    module: str,
    code: int,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "odd.py").write_text(module)
    assert main(["verify", "--python", "odd:system", "--report", "report", *WELL]) == code
    output = capfd.readouterr()
    assert message in output.out + output.err
    assert (tmp_path / "report" / "junit.xml").is_file() == (code == 3)


def test_object_may_go_elsewhere_and_leave_threads_behind(tmp_path: Path) -> None:
    command = ["-m", "translator_cmk.cli", "verify", "--in-process", "--python"]
    here = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "model")))}
    command += [f"{odd_objects.__name__}:GoesElsewhere", *WELL]
    files = ("--report", "mine")
    done = subprocess.run(
        [sys.executable, *command, *files], cwd=tmp_path, env=here, timeout=60, check=False, capture_output=True
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert main(["report", "check", str(tmp_path / "mine")]) == 0


@pytest.mark.parametrize("child", ["lingers", "escapes"])
def test_no_child_outlives_the_run(tmp_path: Path, child: str) -> None:
    log = tmp_path / "pid"
    found = verify(tmp_path, "--stdio", in_a_shell(f"{FAULTY} hello={child} bye=stays 2>{log}"), *WELL)
    assert found.exit_code == 0
    assert not alive(int(log.read_text("utf-8").split()[0]))


@pytest.mark.parametrize("kept", ["lingers", "escapes"])
def test_no_child_outlives_a_run_that_is_killed(tmp_path: Path, kept: str) -> None:
    log = tmp_path / "pid"
    system = in_a_shell(f"{FAULTY} hello={kept} 2>{log}; true")
    command = [sys.executable, "-m", "translator_cmk.cli", "verify", "--stdio", system, "--report", str(tmp_path / "r")]
    run = subprocess.Popen([*command, "--lane", "fuzz"], cwd=ROOT)
    until = time.monotonic() + 60
    while not (log.is_file() and log.read_text("utf-8").strip()) and time.monotonic() < until:
        time.sleep(0.05)
    child = int(log.read_text("utf-8").split()[0])
    assert alive(child)
    run.kill()
    run.wait()
    while alive(child) and time.monotonic() < until:
        time.sleep(0.05)
    assert not alive(child)


def test_report_that_can_not_be_written_any_further_is_told_in_one_line(tmp_path: Path) -> None:
    full = ["/bin/sh", "-c", 'ulimit -f 64; exec "$@"', "sh", sys.executable, "-m", "translator_cmk.cli", "verify"]
    arguments = ["--in-process", "--python", MODEL, *VAULT, "--report", str(tmp_path / "report")]
    done = subprocess.run([*full, *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert "can't be written: File too large" in done.stderr
    assert main(["report", "check", str(tmp_path / "report")]) == 4
