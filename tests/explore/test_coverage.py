"""Rows that note their decisions are otherwise the same; what is reached is counted against all that there is."""

from collections import Counter
from functools import cache
from random import Random

import pytest

from tests.explore.common import walk
from tests.machine.worlds import TWO_AT_WORK, random_command
from translator_cmk.explore.coverage import (
    Decision,
    Evaluation,
    Recording,
    Walked,
    Worlds,
    counts,
    deciding,
    decisions,
    every_condition,
    infeasible,
    of_kind,
    row_applies,
    share,
    table,
    to_dict,
)
from translator_cmk.explore.row_sources import row_sources
from translator_cmk.explore.scopes import NAMED
from translator_cmk.explore.tours.sequences import suite
from translator_cmk.machine import DEFAULT_STAGE, ROWS, Accepted, Command, Machine, Refused, initial
from translator_cmk.machine import commands as cmd
from translator_cmk.machine.rows import Refuse, always

RESOURCE = cmd.CreateResource("r", "Translator", "westeurope", "cmk-tier", "production", "g")


def noted(*commands: Command) -> frozenset[Evaluation]:
    """How decisions went in the last of the commands."""
    recording, state = Recording(), initial(DEFAULT_STAGE)
    for command in commands:
        state, record = recording.step(state, command)
    return record.evaluations


def requirement_of(decision: Decision) -> str:
    return row_sources()[decision.row].row.requirement


def went(evaluations: frozenset[Evaluation], requirement: str, part: str) -> set[tuple[tuple[bool | None, ...], bool]]:
    """The ways in which the decisions of a requirement went."""
    made = [(decisions()[each.decision], each) for each in evaluations]
    return {(e.values, e.result) for d, e in made if (requirement_of(d), d.part) == (requirement, part)}


def test_every_row_has_a_guard_that_is_a_decision_without_conditions_if_it_is_left_out() -> None:
    guards = [each for each in decisions() if each.part in ("when", "unless")]
    assert {each.row for each in guards} == set(range(len(ROWS)))
    assert sum(isinstance(row, Refuse) for row in ROWS) == len(guards) - len(ROWS)
    for each in guards:
        assert (getattr(ROWS[each.row], each.part) is always) == (not each.conditions)


def test_conditions_are_what_and_or_and_not_join() -> None:
    (key,) = (d for d in decisions() if requirement_of(d) == "keys.rsa-2048" and d.part == "unless")
    assert key.conditions == ("c.key.type in ('RSA', 'RSA-HSM')", "c.key.size == 2048")
    (choice,) = (d for d in decisions() if requirement_of(d) == "environment.delete-key" and d.conditions)
    assert (choice.part, choice.conditions) == ("then", ("c.vault.soft_delete",))
    every = every_condition()
    assert len(set(map(str, every))) <= len(every) == sum(len(each.conditions) for each in decisions())
    assert all("(model/translator_cmk/machine/topics/" in str(each) for each in every)


@pytest.mark.parametrize("seed", range(2))
def test_recorded_machine_does_as_the_article_says_and_names_the_rows_that_applied(seed: int) -> None:
    """Of a refusal, the demands that applied are the reasons; of an acceptance, all that changed something applied."""
    recording, machine, random = Recording(), Machine(ROWS), Random(seed)
    names = {"environment.exists"}
    refused, state = 0, initial(DEFAULT_STAGE)
    for command in (*(TWO_AT_WORK if seed % 2 else ()), *(random_command(random) for _ in range(400))):
        after, record = recording.step(state, command)
        state, outcome = machine.step(state, command)
        assert (after, record.outcome) == (state, outcome)
        applied = {ROWS[row] for row in record.rows}
        demands = {row.requirement for row in applied if isinstance(row, Refuse)}
        if isinstance(outcome, Refused) and not outcome.because <= names:
            assert demands == outcome.because
            refused += 1
        elif isinstance(outcome, Accepted):
            assert not demands
            assert outcome.by <= {row.requirement for row in applied}
    assert refused


def test_what_is_not_asked_has_no_value() -> None:
    made = (cmd.CreateVault("v", "eastus", "production", "g"), cmd.CreateKey("v", "k", size=3072), RESOURCE)
    evaluations = noted(*made, cmd.EnableCustomerManagedKeys("r", "v", "k"))
    assert went(evaluations, "keys.rsa-2048", "unless") == {((True, False), False)}
    assert went(evaluations, "vault.same-region", "when") == {((True, True), True)}
    assert went(evaluations, "vault.access-policy", "when") <= {((True, False, None), False)}
    ec = noted(*made[:1], cmd.CreateKey("v", "k", type="EC"), RESOURCE, cmd.EnableCustomerManagedKeys("r", "v", "k"))
    assert went(ec, "keys.rsa-2048", "unless") == {((False, None), False)}


def test_a_choice_is_noted_as_it_goes() -> None:
    protected = noted(cmd.CreateVault("v", "eastus", "production", "g"), cmd.DeleteVault("v"))
    assert went(protected, "environment.delete-vault", "then") == {((True,), True)}
    legacy = noted(cmd.CreateVault("v", "eastus", "production", "g", False, False), cmd.DeleteVault("v"))
    assert went(legacy, "environment.delete-vault", "then") == {((False,), False)}


def test_a_condition_that_makes_further_decisions_keeps_its_own_value() -> None:
    """Whether a workspace is cut off is asked of the rows that say when it is."""
    *before, last = (*TWO_AT_WORK, cmd.DisableKey("v1", "k1"))
    evaluations = noted(*before, last)
    assert ((True, True), True) in went(evaluations, "revocation.undeploys", "when")
    assert ((True, True), True) in went(evaluations, "revocation.data-inaccessible", "when")
    assert ((True, False), True) in went(evaluations, "revocation.key-disabled", "when")


def test_a_row_has_its_say_by_one_result_of_one_guard() -> None:
    for number, decision in enumerate(decisions()):
        says = [row_applies(Evaluation(number, (), result)) for result in (True, False)]
        demands = isinstance(ROWS[decision.row], Refuse)
        expected = {"when": [not demands, False], "unless": [False, True]}.get(decision.part, [False, False])
        assert says == expected


TWO = next(number for number, each in enumerate(decisions()) if len(each.conditions) == 2)
THREE = next(number for number, each in enumerate(decisions()) if len(each.conditions) == 3)


def positions(decision: int, *evaluations: tuple[tuple[bool | None, ...], bool]) -> set[int]:
    """The positions of the conditions that evaluations of a decision show to decide."""
    found = deciding(Evaluation(decision, *each) for each in evaluations)
    assert {condition.decision for condition in found} <= {decision}
    return {condition.position for condition in found}


def test_both_conditions_of_a_conjunction_take_three_evaluations() -> None:
    both = ((True, True), True), ((False, None), False), ((True, False), False)
    assert positions(TWO, *both) == {0, 1}
    for missing in range(3):
        assert positions(TWO, *(each for each in both if each is not both[missing])) != {0, 1}


def test_both_conditions_of_an_alternative_take_three_evaluations() -> None:
    assert positions(TWO, ((False, False), False), ((True, None), True), ((False, True), True)) == {0, 1}


@pytest.mark.parametrize(
    "evaluations",
    [
        [((True, True), True)],
        [((True, True), True), ((True, True), True)],
        # the result is the same
        [((False, None), False), ((True, False), False)],
        # two conditions differ, so neither is known to be the cause
        [((True, True), True), ((False, False), False)],
    ],
)
def test_otherwise_nothing_is_shown(evaluations: list[tuple[tuple[bool | None, ...], bool]]) -> None:
    assert positions(TWO, *evaluations) == set()


def test_what_was_not_asked_is_no_cause() -> None:
    assert positions(THREE, ((True, False, None), False), ((True, True, True), True)) == {1}
    assert positions(THREE, ((True, True, False), False), ((True, True, True), True)) == {2}


def test_evaluations_of_different_decisions_are_not_compared() -> None:
    other = next(n for n, each in enumerate(decisions()) if n != TWO and len(each.conditions) == 2)
    assert deciding([Evaluation(TWO, (True, True), True), Evaluation(other, (False, None), False)]) == set()


def test_conditions_that_never_decide_are_named_with_what_there_is_of_them() -> None:
    asked = [Evaluation(TWO, (False, None), False), Evaluation(TWO, (True, False), False)]
    found = {each.position: why for each, why in infeasible(asked).items() if each.decision == TWO}
    assert found == {0: "it never decides by itself", 1: "it is always false where it is asked"}
    assert set(infeasible([]).values()) == {"it is never asked"}


START = NAMED["losing-the-key"].start


@cache
def small() -> Worlds:
    return Worlds([NAMED["losing-the-key"], NAMED["vaults-and-keys"]])


def test_tours_reach_every_row_reason_and_condition() -> None:
    every = small()
    sequences = [each.commands for graph in every.graphs.values() for each in suite(graph.scope).sequences]
    missing = every.everything - every.reached(sequences)
    assert {kind for kind, _ in missing} <= {"row_pairs"}


def test_budgeted_sequences_reach_every_pair_of_rows() -> None:
    every = small()
    sequences = [each.commands for graph in every.graphs.values() for each in suite(graph.scope, 3_000).sequences]
    assert every.everything <= every.reached(sequences)


def test_commands_reach_their_refusals_and_no_commands_reach_none() -> None:
    assert {kind for kind, _ in small().reached([()])} <= {"evaluations"}
    lost = (*START, cmd.DisableKey("kv-prod", "cmk-2048"), cmd.ReadData("ws-prod"), cmd.ReadData("ws-prod"))
    reached = small().reached([lost])
    assert of_kind(reached, "refusals") == {frozenset({"revocation.data-inaccessible"})}
    assert of_kind(reached, "reasons") == {"revocation.data-inaccessible"}


def test_counts_name_what_was_not_reached() -> None:
    every = small()
    data = to_dict(every.everything, [Walked("nothing", "No commands.", 1, 0, set())])
    there = data["evidence"][0]["reached"]
    assert there == data["together"]
    assert there["rows"] == {"reached": 0, "of": len(ROWS), "missing": there["rows"]["missing"]}
    assert len(there["rows"]["missing"]) == len(ROWS)
    assert "revocation.data-inaccessible" in there["reasons"]["missing"]
    head, *rows = table(data)
    assert head == ["", "nothing", "together"]
    assert ["rows", f"0 of {len(ROWS)} (0%)", f"0 of {len(ROWS)} (0%)"] in rows
    assert share(199, 200) == "199 of 200 (99%)"
    assert share(0, 0) == "0 of 0 (100%)"


def test_a_row_that_no_scope_exercises_is_missing() -> None:
    """Counted by outcomes of a plain walk: all that is named applied, so it is not missing."""
    everything = Worlds([NAMED["vaults-and-keys"]]).everything
    lacking = Counter(name.partition(" ")[0] for name in counts(everything, everything)["rows"]["missing"])
    rows = Counter(row.requirement for row in ROWS)
    missing = {name for name, number in lacking.items() if number == rows[name]}
    outcomes = {step.outcome for step in walk(NAMED["vaults-and-keys"], Machine(ROWS))}
    named = {name for outcome in outcomes for name in outcome[0]}
    assert {row.requirement for row in ROWS if row.requirement.startswith("revocation.")} <= missing
    assert named
    assert missing.isdisjoint(named)
