"""Tour and fuzz: their sequences, what only they find, and what is asked after a failure."""

import json
from collections.abc import Iterable
from pathlib import Path
from random import Random

import pytest

from tests.conformance.conftest import MODEL, TOUR, fails_in_fuzzing, fuzz, says_here, verify
from tests.systems.limited import KeepsUploadsOfADeletedKey
from tests.systems.mistaken import CatchesUpWhenLookedAt, OwnKeyIgnored
from translator_cmk.cli import main
from translator_cmk.conformance.report.envelope import Made
from translator_cmk.conformance.run.fuzz import EFFECTIVE, Fuzzer, Universe, alphabet
from translator_cmk.conformance.run.lane import UNCONFIRMED, SequenceLane
from translator_cmk.conformance.run.planning import plan_of
from translator_cmk.conformance.run.running import Running
from translator_cmk.conformance.run.sequence_run import SequenceResult, run_sequence
from translator_cmk.conformance.run.sequences import (
    STRESS_START,
    in_variant,
    named_sequences,
    stress_sequences,
    variants,
)
from translator_cmk.conformance.run.tour_planning import suites
from translator_cmk.conformance.wire import Direct
from translator_cmk.conformance.wire.session import Session
from translator_cmk.conformance.wire.session_pool import SessionPool
from translator_cmk.conformance.wire.subject import Subject
from translator_cmk.explore import scopes
from translator_cmk.explore.suites import suite
from translator_cmk.language.declaration import Declaration
from translator_cmk.language.messages import command_from_wire
from translator_cmk.language.situations import situations
from translator_cmk.machine import (
    COMMANDS,
    DEFAULT_STAGE,
    ROWS,
    Accepted,
    Command,
    Machine,
    Outcome,
    Refused,
    Unspecified,
)
from translator_cmk.machine.commands import (
    CreateKey,
    CreateVault,
    DeleteKey,
    MoveResource,
    ReadData,
    RecoverKey,
    RevokeKeyAccess,
    RotateKey,
)
from translator_cmk.machine.entities import Grant
from translator_cmk.machine.rows import effect
from translator_cmk.machine.stage import Stage
from translator_cmk.machine.updates import drops
from translator_cmk.oracle import Difference, Exchange, oracle_for
from translator_cmk.oracle.profiles import machine_of, silent_in
from translator_cmk.requirements import load_register
from translator_cmk.system import MACHINE, ModelSystem


@pytest.mark.parametrize(("blind", "found"), [(0, False), (100, True)])
def test_what_happens_only_when_looked_at_shows_where_nobody_looks(blind: int, found: bool) -> None:
    session = Session(Direct(CatchesUpWhenLookedAt))
    subject = Subject(session, seed=1)
    situation = situations()["a deployed model under customer-managed keys"]
    commands = (
        *situation.commands,
        RevokeKeyAccess("kv-prod", "translator-prod"),
        ReadData("ws-prod"),
    )
    oracle = oracle_for(Machine(ROWS), subject.declaration)
    assert run_sequence(subject, commands, oracle, blind).failed is found


def test_a_sequence_accuses_nobody_of_what_nobody_can_see() -> None:
    """The upload is back with the key, as the article allows."""
    key = ("kv-prod", "cmk-2048")
    commands = (
        *situations()["an upload under customer-managed keys"].commands,
        DeleteKey(*key),
        RecoverKey(*key),
    )
    subject = Subject(Session(Direct(KeepsUploadsOfADeletedKey)), 1)
    oracle = oracle_for(machine_of(silent_in("article", load_register())), subject.declaration)
    followed = run_sequence(subject, commands, oracle)
    assert followed.differences == ()
    assert followed.reached == len(commands)
    assert subject.look()["document"]


@pytest.mark.parametrize("blind", [0, 100])
def test_a_sequence_accuses_nobody_who_loses_access_in_a_move_that_the_article_says_nothing_about(
    blind: int,
) -> None:
    loses_access = effect(
        MoveResource,
        "tenant.same-tenant-move",
        each=Grant,
        when=lambda command, grant: grant.resource.name == command.resource.name,
        then=lambda _, grant: drops(grant),
    )
    system = ModelSystem(Machine([*ROWS, loses_access]))
    work = situations()["a deployed model under customer-managed keys"].commands
    commands = (*work, MoveResource("translator-prod", "security", "apps"), ReadData("ws-prod"))
    subject = Subject(Session(Direct(lambda: system)), 1)
    oracle = oracle_for(machine_of(silent_in("article", load_register())), subject.declaration)
    assert run_sequence(subject, commands, oracle, blind).differences == ()


def test_failure_that_nobody_looked_at_is_replayed_and_checked_alike(tmp_path: Path) -> None:
    system = "tests.systems.mistaken:CatchesUpWhenLookedAt"
    found = fuzz(tmp_path, fails_in_fuzzing, "--python", system, "--seed", "20")
    assert found.exit_code == 1
    kept = next((found.folder / "counterexamples").glob("*.json"))
    assert json.loads(kept.read_text("utf-8"))["unobserved"] is True
    says_here(1, "replay", "--python", system, str(kept))
    assert main(["report", "check", str(found.folder)]) == 0


@pytest.mark.parametrize(
    ("windows", "some"), [({"CreateVault": 0}, True), (dict.fromkeys(COMMANDS, 1), False)]
)
def test_window_is_no_reason_to_look_in_sequences_that_need_none(
    windows: dict[str, int], some: bool
) -> None:
    fuzzer = Fuzzer(Declaration("it", "1", windows=windows), seed=1)
    drawn = [fuzzer.draw() for _ in range(30)]
    assert any(unobserved and asked for asked, unobserved in drawn) is some


def test_specification_treats_every_kind_and_region_alike() -> None:
    sequences = list(stress_sequences())
    for scope in scopes.SCOPES:
        sequences.append((*scope.start, *Random(1).choices(scope.alphabet, k=200)))
    usual, *others = variants(DEFAULT_STAGE)
    assert len(others) == 11
    for commands in sequences:
        assert tuple(in_variant(commands, usual)) == commands
        outcomes = outcomes_of(commands)
        for variant in others:
            assert outcomes_of(in_variant(commands, variant)) == outcomes


def outcomes_of(commands: Iterable[Command]) -> list[Outcome]:
    """Return the outcome that the model has for each command."""
    model = ModelSystem()
    return [model.submit(command) for command in commands]


def test_region_that_is_not_offered_stands_for_none() -> None:
    only = variants(Stage(regions=("eastus",)))
    assert len(only) == 6
    assert not any("westeurope" in each for each in only)


def test_stress_fixture_comes_about() -> None:
    model = ModelSystem()
    for command in named_sequences()[STRESS_START]:
        assert isinstance(model.submit(command), Accepted)
    seen = model.observe()
    assert {kind: len(seen[kind]) for kind in ("resource", "document", "model")} == {
        "resource": 5,
        "document": 10,
        "model": 7,
    }


def test_fuzzing_wants_what_is_left_open_as_it_wants_what_is_accepted() -> None:
    universe = Universe(alphabet(), [()], Declaration("any", "1"))
    model = ModelSystem()
    for command in (
        *situations()["customer-managed keys are on"].commands,
        DeleteKey("kv-prod", "cmk-2048"),
    ):
        model.submit(command)
    wanted = universe.of_kind("ReturnToMicrosoftManagedKeys", EFFECTIVE, model.state)
    outcomes = [MACHINE.step(model.state, command)[1] for command in wanted]
    assert any(isinstance(outcome, Unspecified) for outcome in outcomes)


SCOPES = [scope for scope in scopes.SCOPES if scope.name in ("vaults-and-keys", "losing-the-key")]


@pytest.mark.parametrize("steps", [100, 150, 600])
def test_steps_are_shared_and_kept_to(steps: int) -> None:
    assert sum(suite.steps for suite in suites(SCOPES, steps)) <= steps


def test_small_scope_is_toured_whole_once_its_share_has_room_for_it() -> None:
    cramped, _ = suites(SCOPES, 300)
    roomy, _ = suites(SCOPES, 600)
    assert cramped.scope.name == roomy.scope.name == "losing-the-key"
    whole = suite(roomy.scope)
    assert cramped.sequences != whole.sequences
    assert roomy.sequences == whole.sequences


def test_steps_that_one_scope_does_not_need_go_to_the_next() -> None:
    [alone] = suites(SCOPES[1:], 250)
    _, beside = suites(SCOPES, 500)
    assert beside.scope.name == alone.scope.name == "vaults-and-keys"
    assert beside.steps > alone.steps


# A failure counts only if all before it was as demanded; the rest of its sequence is planned again
# around it

IGNORED = "tests.systems.mistaken:OwnKeyIgnored"


def differs_at_the_end_alone(commands: list[Command]) -> bool:
    """Return whether model and `OwnKeyIgnored` differ after the last command, and never before."""
    model = ModelSystem()
    system = OwnKeyIgnored()
    for number, command in enumerate(commands, start=1):
        expected = model.submit(command)
        outcome = system.submit(command)
        is_alike = type(outcome) is type(expected) and model.observe() == system.observe()
        if not is_alike:
            return number == len(commands)
    return False


@pytest.mark.parametrize("lane", ["tour", "fuzz"])
def test_one_fault_is_reported_where_it_is_and_nowhere_else(tmp_path: Path, lane: str) -> None:
    system = ("--python", IGNORED)
    if lane == "tour":
        found = verify(tmp_path, *system, *TOUR)
    else:
        found = fuzz(tmp_path, fails_in_fuzzing, *system, "--seed", "3")
    assert found.exit_code == 1
    [failed] = [case for case in found.report["cases"] if case["status"] == "failed"]
    assert failed["id"] == f"{lane}/EnableCustomerManagedKeys"
    assert "keys.enable" in failed["attributed_to"]
    for file in (found.folder / "counterexamples").glob("*.json"):
        kept = json.loads(file.read_text("utf-8"))
        commands = [command_from_wire(command, file.name) for command in kept["commands"]]
        assert differs_at_the_end_alone(commands)
    assert main(["report", "check", str(found.folder)]) == 0


def test_commands_that_are_not_reached_are_counted(tmp_path: Path) -> None:
    right = verify(tmp_path / "right", "--python", MODEL, *TOUR)
    assert right.report["tour"]["not_reached"] == 0
    wrong = verify(tmp_path / "wrong", "--python", IGNORED, *TOUR)
    assert wrong.report["tour"]["not_reached"] > 0


ASKED: tuple[Command, ...] = (
    CreateVault("kv-prod", "westeurope", "production", "apps"),
    CreateKey("kv-prod", "cmk-2048"),
    RotateKey("kv-prod", "cmk-2048"),
    CreateKey("kv-prod", "cmk-next"),
    RotateKey("kv-prod", "cmk-next"),
)
DIFFERENCE = Difference(Accepted(), Refused())


def lane_of(commands: tuple[Command, ...]) -> SequenceLane:
    """Return a lane in which this is planned."""
    made = Made("0" * 64, "python", "article", "2025-01-28", (), ("tour",), {}, 1, {})
    running = Running(made)
    subject = SessionPool(lambda: Session(Direct(ModelSystem)), 1).subject()
    return SequenceLane("tour", running, subject, [commands])


def test_rest_of_a_sequence_is_asked_but_for_what_depends_on_the_step_that_failed() -> None:
    lane = lane_of(ASKED)
    plan = lane.around(plan_of(ASKED, DEFAULT_STAGE))
    assert plan is not None
    rest = lane.rest(plan, SequenceResult(ASKED[:2], (DIFFERENCE,), reached=2))
    assert rest is not None
    again = lane.around(rest)
    assert again is not None
    assert again.commands == (ASKED[0], *ASKED[3:])
    assert lane.tally.not_reached.total() == 1


def test_kind_of_step_that_never_passes_is_left_out_after_failing_twice() -> None:
    lane = lane_of(ASKED)
    for _ in range(2):
        plan = lane.around(plan_of(ASKED, DEFAULT_STAGE))
        assert plan is not None
        lane.rest(plan, SequenceResult(ASKED[:2], (DIFFERENCE,), reached=2))
    plan = lane.around(plan_of(ASKED, DEFAULT_STAGE))
    assert plan is not None
    assert plan.commands == ASKED[:1]


def test_difference_that_the_model_does_not_confirm_is_no_failure() -> None:
    exchanges = [Exchange(None, None, None), Exchange(ASKED[0], Accepted(), None)]
    confirmed = lane_of(ASKED).confirmed(
        SequenceResult(ASKED[:1], (DIFFERENCE,), exchanges=exchanges)
    )
    assert not confirmed.failed
    assert confirmed.lost_track == UNCONFIRMED
