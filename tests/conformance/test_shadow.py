"""The shadow remembers its steps, and does what the model does none the less."""

from random import Random

import pytest

from translator_cmk.conformance import shadow
from translator_cmk.conformance.fuzz import alphabet
from translator_cmk.conformance.shadow import MACHINE, Shadow
from translator_cmk.machine import DEFAULT_STAGE, Refused, initial
from translator_cmk.machine.rows import Row
from translator_cmk.situations import situations


@pytest.mark.parametrize("remembered", [0, 1, 50, 20_000])
def test_what_is_remembered_is_what_the_model_does(remembered: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shadow, "REMEMBERED", remembered)
    random, commands = Random(7), alphabet()
    starts = [each.commands for each in situations().values()]
    followed, rows, reasons, asked = Shadow(), set[int](), set[str](), 0

    def note(row: Row, _: str) -> bool:
        rows.add(id(row))
        return True

    for _ in range(60):
        followed.reset(DEFAULT_STAGE)
        state = initial(DEFAULT_STAGE)
        for command in (*random.choice(starts), *random.choices(commands, k=10)):
            assert followed.looks_at(command) == MACHINE.step(state, command)[1]
            state, outcome = MACHINE.step(state, command, note)
            assert (followed.submit(command), followed.state) == (outcome, state)
            reasons |= outcome.because if isinstance(outcome, Refused) else set()
            asked += 1
            assert followed.coverage.rows == rows
            assert followed.coverage.reasons == reasons
    assert followed.coverage.commands == asked
    assert len(followed.steps) <= max(remembered, 1)
