"""A counterexample has no value that makes no difference, and says each that does."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.bdd.samples import project, run
from tests.conformance.conftest import DEMANDS, TOUR, WRONG, Verified, says, verify
from translator_cmk.conformance.run import lane
from translator_cmk.conformance.run.counterexamples import read_counterexample
from translator_cmk.conformance.run.simplifying import simplified
from translator_cmk.language.sentences import format_command, read_command, usual_values
from translator_cmk.machine import Command
from translator_cmk.machine import commands as cmd

REGION = "tests.systems.mistaken:AnyRegion"
PRODUCTION = "tests.systems.mistaken:LosesNothingInProduction"


def text_of(found: Verified) -> str:
    """Return the first counterexample of a run."""
    file = min((found.folder / "counterexamples").glob("*.feature"))
    return file.read_text("utf-8")


def steps_of(found: Verified) -> list[str]:
    """Return the Givens of the first counterexample, without their keywords."""
    _, _, steps = text_of(found).partition("Given ")
    givens, _, _ = steps.partition("\n      When ")
    return [line.strip().removeprefix("And ") for line in givens.splitlines()]


def test_region_that_is_the_cause_is_said_and_no_other_value(tmp_path: Path) -> None:
    found = verify(tmp_path, "--python", REGION, *DEMANDS)
    resource, vault, key = sorted(steps_of(found), key=lambda step: "resource" not in step)
    assert resource.endswith('resource "translator-prod" in "westeurope"')
    assert vault == 'the customer creates the vault "kv-prod" in "eastus"'
    assert key in (
        'the customer generates the key "cmk-2048" in "kv-prod"',
        'the customer imports the key "cmk-2048" into "kv-prod"',
    )
    assert says(0, "report", "check", found.folder)


def test_usual_value_that_is_needed_to_get_there_is_not_said(wrong: Verified) -> None:
    """A resource and its vault have to be in one region, whatever then fails."""
    for step in steps_of(wrong):
        assert step == format_command(read_command(step))


def test_value_without_which_only_this_system_does_right_is_said(
    tmp_path: Path, pytester: pytest.Pytester
) -> None:
    found = verify(tmp_path, "--python", PRODUCTION, *TOUR)
    said = [step for step in steps_of(found) if step != format_command(read_command(step))]
    [resource] = said
    assert resource.endswith('resource "translator-prod" in the subscription "production"')
    project(pytester, losses=text_of(found))
    run(pytester).assert_outcomes(passed=1)  # the model does what is demanded


def test_failure_that_was_not_shortened_to_the_end_says_so_and_the_report_is_valid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane, "MOST_ATTEMPTS", 3)
    found = verify(tmp_path, "--python", WRONG, *TOUR)
    assert found.exit_code == 1
    [first, *_] = sorted((found.folder / "counterexamples").glob("*.json"))
    assert read_counterexample(first)["not_shortest"]
    assert says(0, "report", "check", found.folder)


HOME = ("westeurope", "production", "apps")
ELSEWHERE = ("eastus", "production", "apps")
BOTH_ELSEWHERE: tuple[Command, ...] = (
    cmd.CreateResource("r", "Translator", "eastus", "cmk-tier", "production", "data"),
    cmd.CreateVault("v", *ELSEWHERE, soft_delete=False),
    cmd.EnableCustomerManagedKeys("r", "v", "k"),
)


def are_in_one_region(commands: Sequence[Command]) -> bool:
    """Return whether a resource and a vault are in one region, and soft delete is off."""
    resource, vault = commands[0].as_dict(), commands[1].as_dict()
    return resource["location"] == vault["region"] and not vault["soft_delete"]


def test_values_that_belong_together_become_usual_together() -> None:
    resource, vault, enabled = simplified(BOTH_ELSEWHERE, are_in_one_region)
    assert resource.as_dict()["location"] == "westeurope"
    assert resource.as_dict()["group"] == "apps"
    assert vault == cmd.CreateVault("v", *HOME, soft_delete=False)
    assert enabled == BOTH_ELSEWHERE[2]


def test_sentence_that_says_a_usual_value_means_the_same() -> None:
    for command in BOTH_ELSEWHERE:
        for field, usual in usual_values(command).items():
            values = command.as_dict() | {field: usual}
            with_usual = type(command)(**values)
            said = format_command(with_usual, {field})
            assert said != format_command(with_usual) or field == "purge_protection"
            assert read_command(said) == with_usual
