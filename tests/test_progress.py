"""A long command says on standard error how far it is, on a terminal and elsewhere."""

import os
import pty
import subprocess
import sys

import pytest

from tests.command_line import ROOT
from translator_cmk import progress
from translator_cmk.progress import ProgressBar

MODEL = ROOT / "model"


class Time:
    """A clock that somebody sets."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """The time by which progress is shown."""
    found = Time()
    monkeypatch.setattr(progress, "monotonic", found)
    return found


def done_at(time: Time, steps: int, seconds_of_one: float) -> list[int]:
    """Return after which of so many steps, each of which takes so long, there is a line."""
    bar = ProgressBar("work")
    shown = []
    for step in range(1, steps + 1):
        time.seconds += seconds_of_one
        before = bar.shown
        bar.show_count(step, steps)
        if bar.shown != before:
            shown.append(step)
    return shown


def test_each_tenth_of_long_work_has_a_line(time: Time, capsys: pytest.CaptureFixture[str]) -> None:
    assert done_at(time, steps=100, seconds_of_one=1.0) == list(range(10, 101, 10))
    first = capsys.readouterr().err.splitlines()[0]
    assert first == "work: 10 of 100 cases, 1/s, 90 s left"


def test_half_a_minute_has_a_line_however_little_is_done(time: Time) -> None:
    assert done_at(time, steps=1_000, seconds_of_one=10.0)[:3] == [3, 6, 9]


def test_work_of_a_few_seconds_has_no_line(time: Time) -> None:
    assert done_at(time, steps=100, seconds_of_one=0.04) == []


def test_standard_error_that_nobody_reads_ends_nothing() -> None:
    unread, end = os.pipe()
    os.close(unread)
    program = (
        "from translator_cmk.progress import ProgressBar; ProgressBar('a').announce('b'); "
        "print('went on')"
    )
    command = [sys.executable, "-c", program]
    ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=end, cwd=MODEL, check=False)
    os.close(end)
    assert ran.stdout == b"went on\n"  # what Python itself ends with is another thing


def test_terminal_has_one_line_that_is_written_over() -> None:
    program = (
        "from translator_cmk.progress import ProgressBar; bar = ProgressBar('work'); "
        "bar.show_count(1, 2); bar.clear()"
    )
    terminal, end = pty.openpty()
    with subprocess.Popen([sys.executable, "-c", program], stderr=end, cwd=MODEL):
        os.close(end)
        shown = os.read(terminal, 1_000).decode()
    os.close(terminal)
    assert shown.startswith("\r\x1b[Kwork: 1 of 2 cases")
    assert "\n" not in shown


def test_nothing_is_shown_before_a_part_of_the_work_has_begun(
    time: Time, capsys: pytest.CaptureFixture[str]
) -> None:
    bar = ProgressBar()
    time.seconds += 100.0
    bar.show_count(50, 100)
    assert capsys.readouterr().err == ""
    bar.begin("features")
    time.seconds += 100.0
    bar.show_count(60, 100)
    assert capsys.readouterr().err.startswith("features: 60 of 100 cases")
