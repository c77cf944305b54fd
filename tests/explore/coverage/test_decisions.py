"""Rows that note their decisions are otherwise the same, and what they note is how each condition went."""

from random import Random

import pytest

from tests.machine.worlds import TWO_AT_WORK, random_command
from translator_cmk.explore.coverage.decisions import Decision, Evaluation, Recording, decisions, row_applies
from translator_cmk.explore.row_sources import row_sources
from translator_cmk.machine import DEFAULT_STAGE, ROWS, Accepted, Command, Machine, Refused, initial
from translator_cmk.machine.commands import (
    CreateKey,
    CreateResource,
    CreateVault,
    DeleteVault,
    DisableKey,
    EnableCustomerManagedKeys,
)
from translator_cmk.machine.rows import Refuse, always

RESOURCE = CreateResource("r", "Translator", "westeurope", "cmk-tier", "production", "g")


def noted(*commands: Command) -> frozenset[Evaluation]:
    """How decisions went in the last of the commands."""
    recording, state = Recording(), initial(DEFAULT_STAGE)
    for command in commands:
        state, came = recording.step(state, command)
    return came.evaluations


def requirement_of(decision: Decision) -> str:
    return row_sources()[decision.row].row.requirement


def went(evaluations: frozenset[Evaluation], requirement: str, part: str) -> set[tuple[tuple[bool | None, ...], bool]]:
    """The ways in which the decisions of a requirement went."""
    found = set()
    for each in evaluations:
        decision = decisions()[each.decision]
        if requirement_of(decision) == requirement and decision.part == part:
            found.add((each.values, each.result))
    return found


def test_every_row_has_a_guard_that_is_a_decision() -> None:
    guards = [each.row for each in decisions() if each.part in ("when", "unless")]
    assert set(guards) == set(range(len(ROWS)))
    assert sum(isinstance(row, Refuse) for row in ROWS) == len(guards) - len(ROWS)


def test_conditions_are_what_and_or_and_not_join() -> None:
    (key,) = (d for d in decisions() if requirement_of(d) == "keys.rsa-2048" and d.part == "unless")
    assert key.conditions == ("c.key.type in ('RSA', 'RSA-HSM')", "c.key.size == 2048")
    (choice,) = (d for d in decisions() if requirement_of(d) == "environment.delete-key" and d.conditions)
    assert (choice.part, choice.conditions) == ("then", ("c.vault.soft_delete",))


def test_a_guard_that_is_left_out_has_no_condition() -> None:
    for each in decisions():
        row = row_sources()[each.row].row
        if each.part in ("when", "unless"):
            assert (getattr(row, each.part) is always) == (not each.conditions)


@pytest.mark.parametrize("seed", range(4))
def test_recorded_machine_does_as_the_article_says(seed: int) -> None:
    recording, machine, random = Recording(), Machine(ROWS), Random(seed)
    state = initial(DEFAULT_STAGE)
    for command in (*(TWO_AT_WORK if seed % 2 else ()), *(random_command(random) for _ in range(250))):
        after, came = recording.step(state, command)
        state, outcome = machine.step(state, command)
        assert (after, came.outcome) == (state, outcome)


def test_what_is_not_asked_has_no_value() -> None:
    made = (CreateVault("v", "eastus", "production", "g"), CreateKey("v", "k", size=3072), RESOURCE)
    evaluations = noted(*made, EnableCustomerManagedKeys("r", "v", "k"))
    assert went(evaluations, "keys.rsa-2048", "unless") == {((True, False), False)}
    assert went(evaluations, "vault.same-region", "when") == {((True, True), True)}
    assert went(evaluations, "vault.access-policy", "when") <= {((True, False, None), False)}
    ec = noted(*made[:1], CreateKey("v", "k", type="EC"), RESOURCE, EnableCustomerManagedKeys("r", "v", "k"))
    assert went(ec, "keys.rsa-2048", "unless") == {((False, None), False)}


def test_a_choice_is_noted_as_it_goes() -> None:
    protected = noted(CreateVault("v", "eastus", "production", "g"), DeleteVault("v"))
    assert went(protected, "environment.delete-vault", "then") == {((True,), True)}
    legacy = noted(CreateVault("v", "eastus", "production", "g", False, False), DeleteVault("v"))
    assert went(legacy, "environment.delete-vault", "then") == {((False,), False)}


def test_a_condition_that_makes_further_decisions_keeps_its_own_value() -> None:
    """Whether a workspace is cut off is asked of the rows that say when it is."""
    *before, last = (*TWO_AT_WORK, DisableKey("v1", "k1"))
    evaluations = noted(*before, last)
    assert ((True, True), True) in went(evaluations, "revocation.undeploys", "when")
    assert ((True, True), True) in went(evaluations, "workspace.covered", "when")
    assert ((True, False), True) in went(evaluations, "revocation.key-disabled", "when")


def test_what_speaks_is_what_the_outcome_names() -> None:
    """Of a refusal, the demands that applied are the reasons; of an acceptance, all that changed something applied."""
    recording, random = Recording(), Random(1)
    names = {"environment.exists", "environment.new-name"}
    refused = 0
    for _ in range(20):
        state = initial(DEFAULT_STAGE)
        for command in (*TWO_AT_WORK, *(random_command(random) for _ in range(30))):
            state, came = recording.step(state, command)
            applied = {ROWS[row] for row in came.applied}
            demands = {row.requirement for row in applied if isinstance(row, Refuse)}
            if isinstance(came.outcome, Refused) and not came.outcome.because <= names:
                assert demands == came.outcome.because
                refused += 1
            elif isinstance(came.outcome, Accepted):
                assert not demands
                assert came.outcome.by <= {row.requirement for row in applied}
    assert refused > 20


def test_a_row_has_its_say_by_one_result_of_one_guard() -> None:
    for number, decision in enumerate(decisions()):
        says = [row_applies(Evaluation(number, (), result)) for result in (True, False)]
        demands = isinstance(ROWS[decision.row], Refuse)
        expected = {"when": [not demands, False], "unless": [False, True]}.get(decision.part, [False, False])
        assert says == expected
