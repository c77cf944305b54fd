"""Each change of an adapter's answers turns a scenario red, or nobody may rely on green."""

import shlex
import sys
from pathlib import Path

from tests.command_line import run_cli
from tests.conformance.conftest import says
from translator_cmk.conformance.channels import Direct
from translator_cmk.conformance.proving import MISTAKES, Mistake, TamperedChannel, proofs
from translator_cmk.conformance.session import Session
from translator_cmk.conformance.subject import Subject
from translator_cmk.system import ModelSystem

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


def test_skeleton_that_passes_no_scenario_has_proved_nothing(tmp_path: Path) -> None:
    says(0, "init-adapter", "python", tmp_path / "mine")
    program = (
        f"{shlex.quote(sys.executable)} -S {shlex.quote(str(tmp_path / 'mine' / 'adapter.py'))}"
    )
    out = says(4, "doctor", "--prove", "--stdio", program)
    for mistake in MISTAKES:
        assert f"○ {mistake.name}: " in out
