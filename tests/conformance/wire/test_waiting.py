"""The kit waits for a system no longer than it has to, and says of one that is gone how it went."""

import pytest

from tests.conformance.conftest import in_a_shell
from tests.conformance.wire.test_partial_looks import SETTING_UP
from tests.systems import slow
from translator_cmk.conformance.wire import Direct, Fault, Process
from translator_cmk.conformance.wire.clock import Clock
from translator_cmk.conformance.wire.session import Session
from translator_cmk.conformance.wire.subject import Subject
from translator_cmk.machine import DEFAULT_STAGE


class StoppedClock(Clock):
    """A clock that goes on only when somebody sleeps."""

    time = 0.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.time += seconds


class IsNeverSure(slow.HeedsShownGrantsLater):
    """Waits as long as it may, and doesn't say that everything is there."""

    def settle(self, seconds: int) -> bool:
        slow.CLOCK.sleep(seconds)
        return False


def test_a_window_that_closed_while_the_system_settled_is_not_waited_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = StoppedClock()
    monkeypatch.setattr(slow, "CLOCK", clock)
    subject = Subject(Session(Direct(IsNeverSure), clock=clock), 1)
    subject.reset(DEFAULT_STAGE)
    for command in SETTING_UP:
        subject.submit(command)
    assert clock.time == 2  # a window of one second, and the next whole one


def test_program_that_closes_its_input_and_goes_on_is_told_so() -> None:
    program = Process(in_a_shell("exec <&-; sleep 9"))
    more_than_a_pipe_holds = {"id": "x" * 200_000}
    with pytest.raises(Fault, match="closed its standard input"):
        program.ask(more_than_a_pipe_holds, 9.0)
    program.close(0.0)
