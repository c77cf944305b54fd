"""Measures what each kind of evidence reaches of all that bounded worlds have, into docs/measurements.json.

Run as `python -m tests.evidence.coverage`; it takes minutes.  The exit code is 1, and nothing is written, where
scenarios and tours together do not reach every row, every reason for a refusal, and every condition that can decide, or
where a condition can't decide that is not among those of which one knows why.
"""

import sys
from collections.abc import Iterator
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.evidence.writing import stamp, write_measurement
from tests.machine.test_stateful import EXPLORED, explore
from translator_cmk.bdd.coverage import scenarios, tours, walked
from translator_cmk.explore.coverage import TITLES, Condition, Walked, Worlds, decisions, infeasible, of_kind, to_dict
from translator_cmk.explore.scopes import SMALL, Commands, Scope
from translator_cmk.explore.tours.sequences import suite
from translator_cmk.machine import ROWS, Command, Machine

EXAMPLES, STEPS = 200, 50
"""How many examples Hypothesis makes of each scope, and how many commands each has."""

ENOUGH = 10_000
"""A budget within which every small scope gives all the rows, reasons and pairs of rows that it has."""

NEVER_DECIDE = {
    # an effect or a silence is looked at where nothing refuses, and elsewhere `keys.vault-only` has refused
    ("keys.change", "c.store == 'key-vault'"),
    ("vault.granted-with-keys", "c.store == 'key-vault'"),
}
"""Requirement and condition where a condition has one value whenever it is asked."""

USUAL = {
    "r1": "translator-prod", "r2": "translator-test", "v1": "kv-prod", "v2": "kv-test", "k1": "cmk-2048",
    "k2": "cmk-next", "w1": "ws-prod", "w2": "ws-test", "d1": "contracts", "d2": "manuals",
    "m1": "legal-en-de", "m2": "support-en-de", "g1": "apps", "g2": "vaults",
}  # fmt: skip  # as a list
"""What the names of the worlds that Hypothesis explores are called in scopes."""


def renamed(command: Command) -> Command:
    """Return the command with names as scopes have them."""
    return type(command)(**{field: USUAL.get(value, value) for field, value in command.as_dict().items()})


def hypothesis_over_all(every: Worlds) -> Walked:
    """Return what the property test over all commands walks."""
    walks: list[list[Command]] = []
    explore(Machine(ROWS), walks=walks)
    sentence = (
        f"The property test over all commands and several entities of each kind: {EXPLORED.max_examples} examples of "
        f"up to {EXPLORED.stateful_step_count} commands at random."
    )
    return walked(every, "Hypothesis", sentence, [tuple(map(renamed, walk)) for walk in walks])


def hypothesis_in_scopes(every: Worlds) -> Walked:
    """Return what Hypothesis walks if it is given the commands of a scope and no others."""
    sentence = f"Hypothesis with the commands of each scope alone: {EXAMPLES} examples of {STEPS} commands each."
    found = [walk for graph in every.graphs.values() for walk in at_random(graph.scope)]
    return walked(every, "Hypothesis in each scope", sentence, found)


def at_random(scope: Scope) -> Iterator[Commands]:
    """Return the sequences that Hypothesis makes of the commands of a scope."""
    walks: list[list[Command]] = []

    class Walk(RuleBasedStateMachine):
        """Keeps the commands that are chosen."""

        def __init__(self) -> None:
            super().__init__()
            walks.append([])

        @rule(command=st.sampled_from(scope.alphabet))
        def give(self, command: Command) -> None:
            walks[-1].append(command)

    run_state_machine_as_test(Walk, settings=settings(EXPLORED, max_examples=EXAMPLES, stateful_step_count=STEPS))
    yield from ((*scope.start, *walk) for walk in walks)


def budgets(every: Worlds) -> Walked:
    """Return what the sequences reach that are chosen for rows, reasons and pairs of rows."""
    found = [each.commands for graph in every.graphs.values() for each in suite(graph.scope, ENOUGH).sequences]
    sentence = "The sequences of each scope that are chosen for rows, reasons, conditions and pairs of rows."
    return walked(every, "budgeted sequences", sentence, found)


def in_words(condition: Condition) -> tuple[str, str]:
    """Return the requirement whose row has the condition, and the condition."""
    made = decisions()[condition.decision]
    return ROWS[made.row].requirement, made.conditions[condition.position]


def counts(reached: dict[str, Any]) -> dict[str, Any]:
    """Return how many of each thing were reached, without the lists of what was not."""
    return {name: {"reached": part["reached"], "of": part["of"]} for name, part in reached.items() if name in TITLES}


def main() -> int:
    """Gather and write; returns the exit code."""
    every = Worlds(SMALL)
    evidence: list[Walked] = []
    for gather in (hypothesis_over_all, hypothesis_in_scopes, budgets, tours):
        evidence.append(gather(every))
        print(f"{evidence[-1].name}: {evidence[-1].commands:,} commands", file=sys.stderr, flush=True)
    both = to_dict(every.everything, [scenarios(every), evidence[-1]])["together"]
    short = {name: both[name]["missing"] for name in ("rows", "reasons", "conditions") if both[name]["missing"]}
    for name, missing in short.items():
        print(f"{name} that scenarios and tours do not reach: {', '.join(missing)}")
    idle = {in_words(each) for each in infeasible(of_kind(every.everything, "evaluations"))}
    for requirement, text in sorted(idle ^ NEVER_DECIDE):
        print(f"{requirement}: whether {text} can decide is not as one knows it")
    if short or idle != NEVER_DECIDE:
        return 1
    data = to_dict(every.everything, [scenarios(every), *evidence])
    kinds = [{**each, "reached": counts(each["reached"])} for each in data["evidence"]]
    write_measurement("coverage", {**stamp("bdd"), "evidence": kinds, "together": counts(data["together"])})
    return 0


if __name__ == "__main__":
    sys.exit(main())
