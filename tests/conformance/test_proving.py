"""Each change of an adapter's answers turns a scenario red, or nobody may rely on green."""

import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import run_cli
from tests.conformance.conftest import says
from translator_cmk.conformance.channels import Direct
from translator_cmk.conformance.proving import (
    MISTAKES,
    Mistake,
    TamperedChannel,
    played,
    proofs,
    scenarios_of,
)
from translator_cmk.conformance.session import Session
from translator_cmk.conformance.subject import Subject
from translator_cmk.system import ModelSystem
from translator_cmk.verdict import Status

MODEL = ("--in-process", "--python", "translator_cmk.system:ModelSystem")


def test_every_mistake_turns_a_scenario_red_that_the_model_passes() -> None:
    done = run_cli("doctor", "--prove", *MODEL)
    assert done.code == 0
    for mistake in MISTAKES:
        assert f"✔ {mistake.name}: {mistake.requirements[0]}" in done.out


def test_mistake_that_changes_nothing_is_told_as_unnoticed() -> None:
    channel = TamperedChannel(Direct(ModelSystem))
    subject = Subject(Session(channel), seed=1)
    harmless = Mistake("nothing", ("keys.enable",), lambda: lambda request, ask: ask(request))
    (proof,) = proofs(subject, channel, (harmless,))
    assert proof.by == ""
    assert proof.tried


class IsMalformedOnce(Direct):
    """The model, whose answers in one world are no answers."""

    world = 0

    def __init__(self, malformed_in: int, answer: Any) -> None:
        super().__init__(ModelSystem)
        self.malformed_in = malformed_in
        self.answer_then = answer

    def ask(self, request: dict[str, Any], patience: float) -> Any:
        if request["verb"] == "reset":
            self.world += 1
        elif self.world == self.malformed_in and request["verb"] in ("submit", "observe"):
            return self.answer_then
        return super().ask(request, patience)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
@pytest.mark.parametrize(
    "answer",
    [
        None,
        {"answer": "refused"},
        {"answer": "observed"},
        {"id": "1", "answer": "observed", "observation": {"vault": None}},
        {"id": "1", "answer": "observed", "observation": {"document": {"contracts": 1}}},
    ],
    ids=str,
)
def test_malformed_answer_is_a_fault_also_while_answers_are_changed(
    mistake: Mistake, answer: Any
) -> None:
    channel = TamperedChannel(IsMalformedOnce(2, answer))
    subject = Subject(Session(channel), seed=1)
    scenario = next(scenarios_of(mistake))
    assert played(subject, channel, scenario, None).status is Status.PASSED
    changed = played(subject, channel, scenario, mistake.begin())
    assert changed.fault in ("malformed", "wrong-id")


def test_skeleton_that_passes_no_scenario_has_proved_nothing(tmp_path: Path) -> None:
    says(0, "init-adapter", "python", tmp_path / "mine")
    program = (
        f"{shlex.quote(sys.executable)} -S {shlex.quote(str(tmp_path / 'mine' / 'adapter.py'))}"
    )
    out = says(4, "doctor", "--prove", "--stdio", program)
    for mistake in MISTAKES:
        assert f"○ {mistake.name}: " in out
