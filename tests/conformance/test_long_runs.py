"""However long is fuzzed, the message log stays bounded, and all that is said can be derived from it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.bdd import wrong_systems
from tests.conformance.verifying import MODEL, Verified, fails_in_fuzzing, fuzz, verify
from translator_cmk.cli import main
from translator_cmk.conformance.channels.answering import Direct
from translator_cmk.conformance.deviations import Deviations
from translator_cmk.conformance.findings import KEPT
from translator_cmk.conformance.lane import SequenceLane
from translator_cmk.conformance.report.envelope import Made
from translator_cmk.conformance.report.folder import Folder
from translator_cmk.conformance.running import Running, SessionPool
from translator_cmk.conformance.session import Session
from translator_cmk.machine.commands import CreateKey, CreateVault
from translator_cmk.system import ModelSystem, System

LOGS_LITTLE = ("--log-size", "0")


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Verified:
    """The report on fuzzing of which nothing is kept but what tells news, as long as this machine needs for some."""
    folder = tmp_path_factory.mktemp("fuzzed")
    return fuzz(folder, lambda found: "unlogged" in found.report["fuzz"], "--python", MODEL, *LOGS_LITTLE)


def entries(report: Verified) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (report.folder / "messages.ndjson").read_text("utf-8").splitlines()]


def test_log_and_report_have_the_sequences_that_tell_news(fuzzed: Verified) -> None:
    log = entries(fuzzed)
    assert sum("world" in entry for entry in log) == fuzzed.report["fuzz"]["sequences"]
    asked = sum(entry.get("request", {}).get("verb") == "submit" for entry in log)
    assert asked == fuzzed.report["coverage"]["commands"]
    assert fuzzed.report["fuzz"]["unlogged"] > 0
    assert main(["report", "check", str(fuzzed.folder)]) == 0


def lane_on(system: Callable[[], System], folder: Path) -> SequenceLane:
    """A lane of which nothing is kept but what tells news."""
    made = Made("0" * 64, "python", "full", (), ("fuzz",), {}, 1, {"log_size": 0})
    running = Running(made, Folder(folder), Deviations())
    assert running.folder is not None
    running.log = running.folder.begin()
    subject = SessionPool(lambda: Session(Direct(system), running.log), 1).subject()
    return SequenceLane("fuzz", running, subject, largest=0)


def test_sequence_tells_news_if_it_compares_or_reaches_something_for_the_first_time(tmp_path: Path) -> None:
    lane = lane_on(ModelSystem, tmp_path / "report")
    log = lane.running.log
    vault, key = CreateVault("vault", "westeurope", "production", "apps"), CreateKey("vault", "key")
    kept = []
    for commands in ([vault], [vault], [vault, vault], [vault, vault], [vault, key], [vault, key], [key]):
        before = log.place.lines
        lane.put_through(commands)
        kept.append(log.place.lines > before)
    assert kept == [True, False, True, False, True, False, True]  # a name twice, and a vault that is not there
    lane.end()
    log.close()


def test_failure_is_news_so_many_times(tmp_path: Path) -> None:
    lane = lane_on(wrong_systems.RefusesEverything, tmp_path / "report")
    for _ in range(KEPT + 3):
        lane.put_through([CreateVault("vault", "westeurope", "production", "apps")])
    lane.end()
    lane.running.log.close()
    assert (list(lane.tally.failed.values()), lane.unlogged) == ([KEPT], 3)


def test_report_of_which_failures_are_not_in_the_log_is_confirmed(tmp_path: Path) -> None:
    refuses = f"{wrong_systems.__name__}:RefusesEverything"
    found = fuzz(tmp_path, fails_in_fuzzing, "--python", refuses, *LOGS_LITTLE)
    assert found.exit_code == 1
    assert main(["report", "check", str(found.folder)]) == 0


def test_time_that_is_up_at_once_still_makes_a_sequence(tmp_path: Path) -> None:
    found = verify(tmp_path, "--python", MODEL, "--lane", "fuzz", "--seconds", "0.0001")
    assert (found.report["complete"], found.report["fuzz"]["sequences"]) == (True, 1)


def test_what_is_not_in_the_log_can_not_make_a_command_pass(
    fuzzed: Verified, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = entries(fuzzed)
    commands = [entry.get("request", {}).get("command", {}).get("command") for entry in log]
    every = [case["id"] for case in fuzzed.report["cases"] if case["status"] == "passed"]
    passed = min(every, key=lambda case: commands.count(case.partition("/")[2]))
    begins = [number for number, entry in enumerate(log) if "world" in entry]
    for begin in reversed(begins):
        end = next(number for number in range(begin, len(log)) if "end" in log[number]) + 1
        if passed.partition("/")[2] in commands[begin:end]:
            del log[begin:end]
    assert check_with(fuzzed, log, tmp_path) == 1
    assert f"{passed}: was passed, is not there" in capsys.readouterr().out


def test_sequence_that_was_edited_is_found_out(
    fuzzed: Verified, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = entries(fuzzed)
    verbs = [entry.get("request", {}).get("verb") for entry in log]
    log.pop(next(at for at in range(len(log)) if verbs[at : at + 3] == ["submit", "observe", "submit"]))
    log.insert(3, {"at": 0, "case": "x", "end": True})
    assert check_with(fuzzed, log, tmp_path) == 1
    assert "where observe would be" in capsys.readouterr().out


def check_with(report: Verified, log: list[dict[str, Any]], folder: Path) -> int:
    """The exit code of checking the report with another log."""
    envelope = {name: value for name, value in report.report.items() if name != "files"} | {"messages": len(log)}
    (folder / "report.json").write_text(json.dumps(envelope), "utf-8")
    (folder / "messages.ndjson").write_text("".join(json.dumps(entry) + "\n" for entry in log), "utf-8")
    return main(["report", "check", str(folder)])
