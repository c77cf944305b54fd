"""A counterexample has all that led the system there, and is replayed from its file."""

import json
import shlex
from pathlib import Path

import pytest

from tests.bdd.samples import project, run
from tests.conformance.conftest import (
    TOUR,
    WELL,
    WRONG,
    counterexample,
    fails_in_fuzzing,
    fuzz,
    says_here,
)
from translator_cmk.cli import main
from translator_cmk.conformance.run.counterexamples import IN_BETWEEN, NOT_BY_THE_MODEL, feature
from translator_cmk.conformance.run.sequence_run import SequenceResult
from translator_cmk.conformance.run.sequences import named_sequences
from translator_cmk.language.messages import command_to_wire
from translator_cmk.machine import Accepted, Command, KeyUse, Refused
from translator_cmk.machine import commands as cmd
from translator_cmk.oracle import Difference, Exchange, Why

HOME = ("westeurope", "production", "apps")
COVERED: tuple[Command, ...] = (
    cmd.CreateVault("kv-prod", *HOME),
    cmd.CreateKey("kv-prod", "cmk-2048"),
    cmd.CreateKey("kv-prod", "cmk-next"),
    cmd.CreateResource(
        "translator-prod", "Translator", "westeurope", "cmk-tier", "production", "apps"
    ),
    cmd.EnableCustomerManagedKeys("translator-prod", "kv-prod", "cmk-2048"),
)
CHANGED = (
    'the customer enables customer-managed keys for "translator-prod" with the key "cmk-next" of '
    '"kv-prod" '
    "through the portal"
)
CHANGE = cmd.EnableCustomerManagedKeys("translator-prod", "kv-prod", "cmk-next")
AFTER: tuple[Command, ...] = (
    cmd.CreateWorkspace("ws-prod", "translator-prod"),
    cmd.ReadData("ws-prod"),
)
DIFFERENCE = Difference(
    Accepted(frozenset(), (KeyUse("kv-prod/cmk-next", "translator-prod"),)), Accepted()
)
WHY = Why(without=("keys.use-logged",), attributed_to=("keys.use-logged",))


def failed(asked: tuple[Command, ...], refused: tuple[int, ...] = ()) -> SequenceResult:
    """Return a failure over the last command, where of the others these were refused."""
    exchanges = []
    for number, command in enumerate(asked):
        answer = Refused() if number in refused else Accepted()
        exchanges.append(Exchange(command, answer, None))
    return SequenceResult(asked, (DIFFERENCE,), WHY, exchanges=exchanges)


def lines(asked: tuple[Command, ...], refused: tuple[int, ...] = ()) -> list[str]:
    """Return the steps of a failure over the last command, with their comments."""
    _, _, scenario = feature(failed(asked, refused)).partition("    Scenario: ")
    _, *steps, observed = [line.strip() for line in scenario.splitlines()]
    assert observed == "# observed: the request is accepted"
    return steps


def test_title_is_the_outcome_and_no_step_stands_for_several_commands() -> None:
    text = feature(failed((*COVERED, *AFTER)))
    assert (
        "    Scenario: The request is accepted when the customer reads the data of ws-prod\n"
        in text
    )
    assert (
        text.count("\n      Given ") + text.count("\n      And the customer ")
        == len((*COVERED, *AFTER)) - 1
    )


def test_what_the_model_leaves_open_and_the_system_accepted_is_a_step_and_marked() -> None:
    assert lines((*COVERED, CHANGE, *AFTER))[-6:] == [
        f"# {NOT_BY_THE_MODEL}",
        f"And {CHANGED}",
        'And the customer creates the workspace "ws-prod" for "translator-prod"',
        'When the customer reads the data of "ws-prod"',
        "Then the request is accepted",
        'And the use of the key "cmk-next" of "kv-prod" is recorded for "translator-prod"',
    ]


def test_what_is_refused_leads_nowhere_and_is_told_beside() -> None:
    message = lines((*COVERED, CHANGE, *AFTER), refused=(len(COVERED),))
    assert NOT_BY_THE_MODEL not in "\n".join(message)
    assert message[-5:-3] == [
        f"# {IN_BETWEEN}",
        f"#   {CHANGED}",
    ]


def test_what_changes_nothing_is_told_beside_with_how_often() -> None:
    translated = (
        cmd.TranslateWithModel("legal-en-de"),
    ) * 2  # which no model says anything of here: it was refused
    read = (cmd.ReadData("ws-prod"),) * 3
    message = lines(
        (*COVERED, *AFTER[:1], *read, *translated, cmd.ReadData("ws-prod")), refused=(9, 10)
    )
    assert message[-6:-3] == [
        f"# {IN_BETWEEN}",
        '#   the customer reads the data of "ws-prod", 3 times',
        '#   the customer translates with the model "legal-en-de", 2 times',
    ]


def test_what_the_model_accepts_has_no_comment() -> None:
    assert not [line for line in lines((*COVERED, *AFTER)) if line.startswith("#")]


def test_counterexample_is_a_feature_that_fails_where_the_model_differs(
    pytester: pytest.Pytester,
) -> None:
    project(pytester, keys=feature(failed((*COVERED, *AFTER))))
    ran = run(pytester)
    ran.assert_outcomes(failed=1)
    ran.stdout.fnmatch_lines(['*the use of the key "cmk-next" of "kv-prod" is recorded*'])


def test_counterexample_with_a_step_that_is_not_specified_is_a_feature_that_is_blocked_there(
    pytester: pytest.Pytester,
) -> None:
    project(pytester, keys=feature(failed((*COVERED, CHANGE, *AFTER))))
    ran = run(pytester)
    ran.assert_outcomes(errors=1)
    ran.stdout.fnmatch_lines(['  observed *the request is refused, when *with the key "cmk-next"*'])


def test_line_that_verify_ends_with_replays_the_failure(tmp_path: Path) -> None:
    folder = tmp_path / "my report"
    lane = [*TOUR, "--report", str(folder), "--timeout", "7"]
    said = says_here(1, "verify", "--python", WRONG, *lane)
    again = next(line for line in said.splitlines() if line.startswith("  again "))
    named = ["--python", WRONG, "--timeout", "7"]
    program, *arguments = shlex.split(again.partition("again ")[2])
    file = folder / "counterexamples" / "01-tour-DisableIdentity.json"
    assert [program, *arguments] == ["translator-cmk", "replay", *named, str(file)]
    said = says_here(1, *arguments)
    assert "\n     expected  " in said
    assert "\n     observed  " in said
    assert WRONG not in (folder / "report.json").read_text("utf-8")


def test_counterexample_of_which_nothing_can_be_asked_is_no_agreement(tmp_path: Path) -> None:
    file = counterexample(tmp_path, {"command": "DisableIdentity", "resource": "translator-prod"})
    assert says_here(
        4, "replay", "--python", "tests.systems.limited:OnlyVaults", str(file)
    ).startswith("undecided: nothing was asked")


def test_counterexample_whose_last_command_is_left_out_is_no_agreement(tmp_path: Path) -> None:
    beyond_its_level = cmd.DisableIdentity("translator-prod")
    commands = map(command_to_wire, (*COVERED[:2], beyond_its_level))
    file = counterexample(tmp_path, *commands)
    system = "tests.systems.limited:OnlyVaults"
    said = says_here(4, "replay", "--python", system, str(file))
    assert "undecided: the rest agrees" in said
    assert 'the customer disables the managed identity of "translator-prod"' in said


def test_counterexample_through_a_portal_that_is_gone_is_no_agreement(tmp_path: Path) -> None:
    file = counterexample(tmp_path, *map(command_to_wire, COVERED))
    system = "tests.systems.limited:Bare"
    said = says_here(4, "replay", "--python", system, str(file))
    assert "undecided: the rest agrees" in said
    assert "through the portal" in said


def test_failure_over_names_is_seen_again_with_names_of_the_same_form(tmp_path: Path) -> None:
    system = "tests.systems.mistaken:EndsAlike"
    found = fuzz(tmp_path, fails_in_fuzzing, "--python", system, *WELL, "--seed", "16")
    assert found.exit_code == 1
    counterexamples = list((found.folder / "counterexamples").glob("*-fuzz-*.json"))
    assert counterexamples
    for file in counterexamples:
        says_here(1, "replay", "--python", system, str(file))
        kept = json.loads(file.read_text("utf-8"))
        assert kept["always"]
        assert len(kept["commands"]) == 2  # it was shrunk with such names, too
    assert main(["report", "check", str(found.folder)]) == 0
    says_here(0, "report", "reproduce", str(found.folder), "--python", system)


@pytest.mark.parametrize(
    ("system", "code", "says"),
    [
        ("ShowsSmallLetters", 0, "agree"),  # as in Azure, case makes no difference
        ("ForgetsTheEnds", 1, 'the vault "KV-Production-EU1" exists'),
    ],
)
def test_names_with_capitals_and_as_long_as_may_be_are_compared(
    tmp_path: Path, system: str, code: int, says: str
) -> None:
    commands = named_sequences()["an earlier workspace goes on working until access is lost"]
    file = counterexample(tmp_path, *map(command_to_wire, commands))
    said = says_here(code, "replay", "--python", f"tests.systems.adapters:{system}", str(file))
    assert says in said
