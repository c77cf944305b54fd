"""What the kit costs is measured beside a loop that gives the adapter the same commands."""

import os
import subprocess
import sys

import pytest

from tests.bench import kit
from translator_cmk.language.situations import situations
from translator_cmk.machine import Command, Outcome
from translator_cmk.system import ModelSystem

ROUNDS = kit.rounds()
BRIEF = [ROUNDS[0][:3]]


@pytest.fixture(autouse=True)
def _briefly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit, "rounds", lambda: BRIEF)


def test_each_round_starts_from_every_situation_and_goes_on_otherwise() -> None:
    starts = [situation.commands for situation in situations().values()]
    ends: set[tuple[Command, ...]] = set()
    for sequences in ROUNDS:
        assert [commands[:-25] for commands in sequences] == starts
        ends.update(commands[-25:] for commands in sequences)
    assert len(ends) == len(ROUNDS) * len(starts)


def test_both_loops_give_the_adapter_the_same_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[str] = []

    class Noting(ModelSystem):
        def submit(self, command: Command) -> Outcome:
            given.append(type(command).__name__)
            return super().submit(command)

    monkeypatch.setattr(kit, "ModelSystem", Noting)
    kit.in_process()
    names = [type(command).__name__ for commands in BRIEF[0] for command in (*commands, *commands)]
    assert len(given) == len(names)
    assert sorted(given) == sorted(names)


def test_child_processes_end_with_the_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Noted(subprocess.Popen[bytes]):
        def __init__(self, *args: object, **more: object) -> None:
            super().__init__(*args, **more)  # type: ignore[call-overload]  # passed on as they are
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Noted)
    kit.over_stdio()
    assert len(started) >= 2
    assert all(process.poll() is not None for process in started)


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="no core can be chosen here")
def test_kit_and_adapter_share_a_core_only_while_they_are_measured() -> None:
    before = os.sched_getaffinity(0)
    with kit.on_one_core():
        printed = subprocess.run(
            [sys.executable, "-c", "import os; print(len(os.sched_getaffinity(0)))"],
            capture_output=True,
            check=True,
        )
    assert printed.stdout == b"1\n"
    assert os.sched_getaffinity(0) == before
