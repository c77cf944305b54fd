"""Whatever a vendor's program or server does, and however a run ends, the report is valid."""

import gzip
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.command_line import CLI, REFUSED, ROOT, each_refused
from tests.conformance.conftest import (
    FAULTY,
    MODEL,
    VAULT,
    WELL,
    WHOLE,
    Verified,
    counterexample,
    in_a_shell,
    messages_of,
    says,
    verify,
)
from tests.conformance.forgeries import Forgery
from translator_cmk.cli import main
from translator_cmk.conformance.report.folder import ENVELOPE, MESSAGES
from translator_cmk.conformance.wire import Fault, Url
from translator_cmk.conformance.wire.interruption import Interruption


def test_error_in_answer_to_hello_is_an_error_of_the_adapter_in_every_command(
    tmp_path: Path,
) -> None:
    errs = ("--stdio", f"{FAULTY} hello=error")
    found = verify(tmp_path, *errs, *WELL)
    assert found.exit_code == 3
    assert not found.report["complete"]
    assert found.report["faults"] == 1
    assert (
        found.report["trouble"]
        == "answered hello with an error: no quota; see the log of the system"
    )
    kept = counterexample(tmp_path, {"command": "EnableIdentity", "resource": "translator-prod"})
    whole = verify(tmp_path / "whole", "--stdio", FAULTY, *WELL)
    for command in (["doctor"], ["replay", str(kept)], ["report", "reproduce", str(whole.folder)]):
        assert "answered hello with an error: no quota" in says(3, *command, *errs)


def alive(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return "Z" not in Path(f"/proc/{pid}/stat").read_text("utf-8").split()[2]
    return False


@each_refused("module")
def test_module_that_is_odd_is_told_before_anything_is_written_or_in_the_report(
    tmp_path: Path,
    module: str,
    code: int,
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "odd.py").write_text(module)
    assert main(["verify", "--python", "odd:system", "--report", "report", *WELL]) == code
    output = capfd.readouterr()
    assert says in output.out + output.err
    assert (tmp_path / "report" / "junit.xml").is_file() == (code == 3)


def test_object_may_go_elsewhere_and_leave_threads_behind(tmp_path: Path) -> None:
    here = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "model")))}
    arguments = [
        "verify",
        "--python",
        "tests.systems.odd:GoesElsewhere",
        *WELL,
        "--report",
        "mine",
    ]
    done = subprocess.run(
        [*CLI, *arguments], cwd=tmp_path, env=here, timeout=60, check=False, capture_output=True
    )
    assert done.returncode == 0
    assert done.stderr == b""
    assert main(["report", "check", str(tmp_path / "mine")]) == 0


def wait_until(ready: Callable[[], bool]) -> None:
    """Wait for half a minute at most."""
    until = time.monotonic() + 30
    while not ready() and time.monotonic() < until:
        time.sleep(0.1)


def test_no_child_outlives_the_run(tmp_path: Path) -> None:
    log = tmp_path / "pid"
    found = verify(
        tmp_path, "--stdio", in_a_shell(f"{FAULTY} hello=escapes bye=stays 2>{log}"), *WELL
    )
    assert found.exit_code == 0
    assert not alive(int(log.read_text("utf-8").split()[0]))


def test_no_child_outlives_a_run_that_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "pid"
    system = in_a_shell(f"{FAULTY} hello=escapes 2>{log}; true")
    arguments = ["--stdio", system, "--report", str(tmp_path / "r"), "--lane", "fuzz"]
    run = subprocess.Popen([*CLI, "verify", *arguments], cwd=ROOT)
    wait_until(lambda: log.is_file() and bool(log.read_text("utf-8").strip()))
    child = int(log.read_text("utf-8").split()[0])
    assert alive(child)
    run.kill()
    run.wait()
    wait_until(lambda: not alive(child))
    assert not alive(child)


FULL_DISK = ("/bin/sh", "-c", 'ulimit -f 64; PYTHONDONTWRITEBYTECODE=1 exec "$@"', "sh")
"""Has a command write no file of more than 64 blocks."""


def test_report_that_can_not_be_written_any_further_is_told_in_one_line(tmp_path: Path) -> None:
    asked = ["verify", "--python", MODEL, *VAULT, "--report", str(tmp_path / "report")]
    command = [*FULL_DISK, *CLI, *asked]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert "can't be written: File too large" in done.stderr
    assert main(["report", "check", str(tmp_path / "report")]) == 4


def test_report_of_pytest_that_can_not_be_written_is_told_without_a_traceback(
    tmp_path: Path,
) -> None:
    asked = ["-p", "no:cacheprovider", "tests/features/test_vault.py", "--results", str(tmp_path)]
    command = [*FULL_DISK, sys.executable, "-m", "pytest", *asked]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 3
    assert "the report can't be written: File too large" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


DELETES_KEY = "environment.delete-key/a-deleted-key-of-a-vault-with-soft-delete-is-kept"
TWO = ("--lane", "features", "--case", DELETES_KEY, "--case", WHOLE)
TAKES_ITS_TIME = ("--stdio", f"{FAULTY} CreateVault=slow", "--lane", "features", "--topic", "vault")


@pytest.fixture
def heeds_the_end_of_its_terminal() -> Iterator[None]:
    """Whoever starts the tests with nohup has them ignore it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("heeds_the_end_of_its_terminal")
@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_run_that_is_interrupted_over_a_request_leaves_a_valid_report(
    tmp_path: Path, by: signal.Signals
) -> None:
    said = tmp_path / "said"

    def interrupt() -> None:
        wait_until(lambda: said.is_file() and "hanging" in said.read_text("utf-8"))
        os.kill(os.getpid(), by)

    thread = threading.Thread(target=interrupt)
    thread.start()
    found = verify(
        tmp_path,
        "--stdio",
        in_a_shell(f"{FAULTY} DeleteKey=hang 2>{said}"),
        "--timeout",
        "60",
        *TWO,
    )
    thread.join()
    error = (
        f"translator-cmk: error: interrupted by {by.name}; {found.folder} has what came out so "
        "far\n"
    )
    assert found.printed.endswith(error)
    assert found.exit_code == found.report["exit_code"] == 4
    assert not found.report["complete"]
    assert sorted(found.statuses().values()) == ["not-run", "passed"]
    assert (found.folder / "report.html").is_file()
    out = says(4, "report", "check", found.folder)
    assert "all 2 verdicts are confirmed" in out
    assert f"the run was not complete: interrupted by {by.name}" in out


def test_what_nohup_ignores_ends_no_run() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    interruption = Interruption()
    try:
        with interruption.heeded():
            os.kill(os.getpid(), signal.SIGHUP)
            interruption.check()
    finally:
        signal.signal(signal.SIGHUP, before)


def test_run_that_is_killed_leaves_a_valid_report_and_a_folder_to_use_again(tmp_path: Path) -> None:
    envelope = tmp_path / "report" / "report.json"
    command = [*CLI, "verify", "--report", str(envelope.parent), "--seed", "1"]
    run = subprocess.Popen(
        [*command, *TAKES_ITS_TIME], cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE
    )
    wait_until(lambda: envelope.is_file() and '"status": "passed"' in envelope.read_text("utf-8"))
    run.kill()
    run.communicate(timeout=30)
    found = Verified(run.returncode, json.loads(envelope.read_text("utf-8")), envelope.parent)
    assert not found.report["complete"]
    assert found.report["exit_code"] == 4
    assert found.report["counts"]["lanes"]["features"]["passed"] > 0
    out = says(4, "report", "check", found.folder)
    assert f"all {len(found.report['cases'])} verdicts are confirmed" in out
    assert re.search(rf"the record in {re.escape(MESSAGES)}:[0-9]+ is truncated", out)
    assert verify(tmp_path, "--python", MODEL, "--lane", "features", "--case", DELETES_KEY).report[
        "complete"
    ]


def test_log_that_is_cut_off_before_a_verdict_is_found_out(
    wrong_in_features: Verified, tmp_path: Path
) -> None:
    cut = Forgery(wrong_in_features.folder, tmp_path / "cut").folder
    lines = messages_of(cut).splitlines(keepends=True)
    whole = gzip.compress("".join(lines[:-2]).encode())
    (cut / MESSAGES).write_bytes(whole[:-8])  # without its end
    out = says(1, "report", "check", cut)
    assert f"{MESSAGES} has {len(lines) - 2} messages, and the verdicts rest on {len(lines)}" in out
    assert f"the record in {MESSAGES}:{len(lines) - 1} is truncated" in out


@pytest.mark.parametrize(
    "content", [b"no log", gzip.compress(b"{}\n" * 99)[:-20] + b"x" * 20], ids=["text", "damaged"]
)
def test_log_that_can_not_be_decompressed_is_refused(
    wrong_in_features: Verified, tmp_path: Path, content: bytes
) -> None:
    damaged = Forgery(wrong_in_features.folder, tmp_path / "damaged").folder
    (damaged / MESSAGES).write_bytes(content)
    assert "can't be decompressed" in says(2, "report", "check", str(damaged))


# Servers

Respond = Callable[[socket.socket], None]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def receive_until(connection: socket.socket, end: bytes) -> bool:
    """Receive until something ends like this.

    Return whether it came before the connection was closed.
    """
    while True:
        received = connection.recv(65_536)
        if not received:
            return False
        if received.endswith(end):
            return True


@contextmanager
def serving(respond: Respond, end: bytes = b"}", port: int = 0) -> Iterator[str]:
    """Run a server that answers each request that ends like this, and yield its place."""
    with socket.create_server(("127.0.0.1", port)) as server:
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                with suppress(OSError):
                    connection, _ = server.accept()
                    with connection:
                        if receive_until(connection, end):
                            respond(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"127.0.0.1:{server.getsockname()[1]}/"
        finally:
            over.set()
            socket.create_connection(server.getsockname()).close()
            thread.join()


def trickles(head: bytes, rest: bytes = b"") -> Respond:
    """Send the one at once, and the other byte by byte for two seconds, if anybody reads it."""

    def respond(connection: socket.socket) -> None:
        with suppress(OSError):
            connection.sendall(head)
            for byte in rest[:40]:
                time.sleep(0.05)
                connection.sendall(bytes([byte]))

    return respond


slowly = trickles(OK + b"Content-Length: 1000\r\n\r\n{", b" " * 40)


def never_ending(connection: socket.socket) -> None:
    connection.sendall(OK + b"\r\n" + b'{"id": "1", "answer": "done"}')
    time.sleep(1)


def sends(text: bytes) -> Respond:
    return lambda connection: connection.sendall(text)


WEB: dict[str, tuple[Respond, str]] = {
    "slow body": (slowly, "had not answered in full when its time was up"),
    "no end": (never_ending, "had not answered in full when its time was up"),
    "slow headers": (trickles(b"", OK * 20), "had not answered in full when its time was up"),
    "closed": (lambda _: None, "closed the connection without an answer"),
    "too long": (
        sends(OK + b"Content-Length: 3000000\r\n\r\n" + b" " * 3_000_000),
        "its body is longer than 1 MiB",
    ),
}

for row in REFUSED["web"]:
    WEB[row["says"]] = (sends(row["answer"].encode()), row["says"])


@pytest.mark.parametrize("fault", WEB)
def test_fault_of_a_url_is_told(tmp_path: Path, fault: str) -> None:
    respond, message = WEB[fault]
    with serving(respond) as place:
        found = verify(tmp_path, "--http", f"http://{place}", "--timeout", "0.5", *WELL)
    assert found.exit_code == 3
    assert not found.report["complete"]
    assert message in found.report["trouble"]


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Unavailable"])
def test_of_a_gateway_that_is_busy_nothing_is_learned(status: str) -> None:
    head = f"HTTP/1.1 {status} my-secret-token\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"
    busy = sends(head.encode())
    with serving(busy) as place:
        answers = []
        for verb in ("hello", "submit"):
            channel = Url(f"http://{place}", [("Authorization", "Bearer my-secret-token")])
            answers.append(channel.ask({"id": "1", "verb": verb}, 1))
            channel.close()
    assert [answer["answer"] for answer in answers] == ["error", "nothing-learned"]
    assert all(f"{status} (hidden)" in answer["message"] for answer in answers)


def test_failure_of_tls_is_told(tmp_path: Path) -> None:
    with serving(sends(b"HTTP/1.1 400 Bad Request\r\n\r\n"), end=b"") as place:
        found = verify(tmp_path, "--http", f"https://{place}", "--timeout", "2", *WELL)
    assert found.exit_code == 3
    assert "TLS failed" in found.report["trouble"]


def test_server_that_is_gone_after_a_slow_answer_is_not_called_slow() -> None:
    with serving(slowly) as place:
        channel = Url(f"http://{place}")
        with pytest.raises(Fault, match="had not answered in full"):
            channel.ask({}, 0.3)
    with pytest.raises(Fault, match="Connection refused"):
        channel.ask({}, 0.3)
    channel.close()


def test_server_that_is_starting_again_has_as_long_for_it_as_for_an_answer() -> None:
    respond = sends(OK + b"Content-Length: 2\r\nConnection: close\r\n\r\n{}")
    over = threading.Event()
    with serving(respond) as place:
        channel = Url(f"http://{place}")
        assert channel.ask({}, 5) == {}
        channel.restart()
    with pytest.raises(Fault, match="Connection refused"):
        channel.ask({}, 0.3)

    def come_back() -> None:
        time.sleep(0.5)
        with serving(respond, port=int(place.strip("/").rpartition(":")[2])):
            over.wait()

    thread = threading.Thread(target=come_back)
    thread.start()
    try:
        assert channel.ask({}, 5) == {}
    finally:
        over.set()
        thread.join()
        channel.close()


def test_nobody_listening_is_told(tmp_path: Path) -> None:
    found = verify(tmp_path, "--http", "http://127.0.0.1:1/", *WELL)
    assert found.exit_code == 3
    assert "Connection refused" in found.report["trouble"]
    assert (found.folder / ENVELOPE).is_file()
