"""A failure counts only if all before it was as demanded; the rest of its sequence is planned again around it."""

import json
from pathlib import Path

import pytest

from tests.conformance.verifying import MODEL, TOUR, fails_in_fuzzing, fuzz, verify
from tests.wrong_systems import OwnKeyIgnored
from translator_cmk.cli import main
from translator_cmk.conformance.channels.answering import Direct
from translator_cmk.conformance.deviations import Deviations
from translator_cmk.conformance.judging import SequenceResult
from translator_cmk.conformance.lane import UNCONFIRMED, SequenceLane, plan_of
from translator_cmk.conformance.report.envelope import Made
from translator_cmk.conformance.running import Running, SessionPool
from translator_cmk.conformance.session import Session
from translator_cmk.language import command_from_wire
from translator_cmk.machine import DEFAULT_STAGE, Accepted, Command, Refused
from translator_cmk.machine.commands import CreateKey, CreateVault, RotateKey
from translator_cmk.oracle import Exchange
from translator_cmk.oracle.explain import Difference
from translator_cmk.system import ModelSystem

IGNORED = "tests.wrong_systems:OwnKeyIgnored"


def differs_at_the_end_alone(commands: list[Command]) -> bool:
    """Whether the model and `OwnKeyIgnored`, asked the same, differ after the last command, and never before."""
    model, system = ModelSystem(), OwnKeyIgnored()
    model.reset()
    system.reset()
    alike = []
    for command in commands:
        answers = model.submit(command), system.submit(command)
        alike.append(isinstance(answers[0], type(answers[1])) and model.observe() == system.observe())
    return all(alike[:-1]) and not alike[-1]


@pytest.mark.parametrize("lane", ["tour", "fuzz"])
def test_one_fault_is_reported_where_it_is_and_nowhere_else(tmp_path: Path, lane: str) -> None:
    system = ("--python", IGNORED)
    if lane == "tour":
        found = verify(tmp_path, *system, *TOUR, "--steps", "300")
    else:
        found = fuzz(tmp_path, fails_in_fuzzing, *system, "--seed", "3")
    assert found.exit_code == 1
    failed = [case for case in found.report["cases"] if case["status"] == "failed"]
    assert [case["id"].partition("/")[2] for case in failed] == ["EnableCustomerManagedKeys"]
    assert "keys.enable" in failed[0]["attributed_to"]
    for file in (found.folder / "counterexamples").glob("*.json"):
        kept = json.loads(file.read_text("utf-8"))
        assert differs_at_the_end_alone([command_from_wire(each, file.name) for each in kept["commands"]])
    assert main(["report", "check", str(found.folder)]) == 0


def test_commands_that_are_not_reached_are_counted(tmp_path: Path) -> None:
    assert verify(tmp_path / "all", "--python", MODEL, *TOUR).report["tour"]["not_reached"] == 0
    assert verify(tmp_path / "some", "--python", IGNORED, *TOUR).report["tour"]["not_reached"] > 0


COMMANDS: tuple[Command, ...] = (
    CreateVault("kv-prod", "westeurope", "production", "apps"),
    CreateKey("kv-prod", "cmk-2048"),
    RotateKey("kv-prod", "cmk-2048"),
    CreateKey("kv-prod", "cmk-next"),
    RotateKey("kv-prod", "cmk-next"),
)
DIFFERENCE = Difference(Accepted(), Refused())


def lane_of(commands: tuple[Command, ...]) -> SequenceLane:
    """A lane in which this is planned."""
    made = Made("0" * 64, "python", "article", (), ("tour",), {}, 1, {})
    running = Running(made, None, Deviations())
    subject = SessionPool(lambda: Session(Direct(ModelSystem)), 1).subject()
    return SequenceLane("tour", running, subject, [commands])


def test_rest_of_a_sequence_is_asked_but_for_what_depends_on_the_step_that_failed() -> None:
    lane = lane_of(COMMANDS)
    plan = lane.around(plan_of(COMMANDS, DEFAULT_STAGE))
    assert plan is not None
    rest = lane.rest(plan, SequenceResult(COMMANDS[:2], (DIFFERENCE,), reached=2))
    assert rest is not None
    again = lane.around(rest)
    assert again is not None
    assert (again.commands, lane.tally.not_reached.total()) == ((COMMANDS[0], *COMMANDS[3:]), 1)


def test_kind_of_step_that_never_passes_is_left_out_after_failing_twice() -> None:
    lane = lane_of(COMMANDS)
    for _ in range(2):
        plan = lane.around(plan_of(COMMANDS, DEFAULT_STAGE))
        assert plan is not None
        lane.rest(plan, SequenceResult(COMMANDS[:2], (DIFFERENCE,), reached=2))
    plan = lane.around(plan_of(COMMANDS, DEFAULT_STAGE))
    assert plan is not None
    assert plan.commands == COMMANDS[:1]


def test_difference_that_the_model_does_not_confirm_is_no_failure() -> None:
    exchanges = [Exchange(None, None, None), Exchange(COMMANDS[0], Accepted(), None)]
    weighed = lane_of(COMMANDS).weighed(SequenceResult(COMMANDS[:1], (DIFFERENCE,), exchanges=exchanges))
    assert (weighed.failed, weighed.lost_track) == (False, UNCONFIRMED)
