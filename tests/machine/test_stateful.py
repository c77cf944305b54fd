"""Every law holds along random walks and wherever Hypothesis goes, over all commands, and each is seen to fail."""

from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.conftest import IN_FULL
from tests.machine.laws import FAULTY, LAWS, NamesNoRequirement, Step, slug, take
from tests.machine.worlds import SETTING_UP, TWO_AT_WORK, build, random_command, values
from translator_cmk.conformance.results import EXPECTED
from translator_cmk.machine import (
    COMMANDS,
    DEFAULT_STAGE,
    ROWS,
    Accepted,
    Command,
    Machine,
    initial,
)
from translator_cmk.machine.outcomes import Refused, Unspecified
from translator_cmk.machine.rows import Means

MEANS = [row for row in ROWS if isinstance(row, Means)]

OFTEN = [*COMMANDS.values(), *(COMMANDS[name] for name in SETTING_UP)]
"""Every command, and those that set a world up twice as often."""

EXPLORED = settings(
    max_examples=2_000 if IN_FULL else 25, stateful_step_count=40, deadline=None, database=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip  # as a list


def command_of(command: type[Command]) -> st.SearchStrategy[Command]:
    """The command with names and values that others use too."""
    fields = {field: st.sampled_from(values(command, field)) for field in command.fields}
    return st.fixed_dictionaries(fields).map(lambda drawn: build(command, drawn))


class Exploration(RuleBasedStateMachine):
    """All commands against one machine.  Each step is checked by every law, and what it reached is noted."""

    machine = Machine(ROWS)
    reached: set[str] = set()  # noqa: RUF012  # shared on purpose: it grows over all examples of a run

    def __init__(self) -> None:
        super().__init__()
        self.state = initial(DEFAULT_STAGE)

    @initialize(at_work=st.booleans())
    def start(self, at_work: bool) -> None:
        """Start from nothing, or from where two resources are at work."""
        for command in TWO_AT_WORK if at_work else ():
            self.submit(command)

    @rule(command=st.sampled_from(OFTEN).flatmap(command_of))
    def submit(self, command: Command) -> None:
        step = take(self.machine, self.state, command)
        self.state = step.after
        match step.outcome:
            case Accepted():
                self.reached.update(step.outcome.by)
            case Refused():
                self.reached.update(step.outcome.because)
            case Unspecified():
                self.reached.update(step.outcome.silent)
        world = self.machine.world(self.state)
        self.reached.update(row.requirement for row in MEANS if any(map(row.when, world.every(row.meaning.about))))
        for law in LAWS:
            assert law(step), f"{law.__name__} does not hold of {command}, with the outcome {step.outcome}"


def explore(machine: Machine, chosen: settings = EXPLORED) -> set[str]:
    """Explore a machine; the requirements whose rows applied.  Raises `AssertionError` where a law breaks."""
    reached: set[str] = set()
    kept: dict[str, Any] = {"machine": machine, "reached": reached}
    exploration = type("Exploration", (Exploration,), kept)
    run_state_machine_as_test(exploration, settings=chosen)
    return reached


@pytest.mark.slow
@pytest.mark.evidence("hypothesis-explores-all-commands")
def test_every_law_holds_wherever_hypothesis_goes() -> None:
    assert explore(Machine(ROWS))


def test_hypothesis_finds_a_law_that_a_machine_breaks() -> None:
    with pytest.raises(AssertionError, match="an_acceptance_says_what_changed_something does not hold"):
        explore(NamesNoRequirement(ROWS), settings(EXPLORED, phases=[Phase.generate]))


# Long random walks, of the machine and of small wrong machines

LENGTH = 60


def walks(machine: Machine, number: int, seed: int) -> Iterator[Step]:
    """The steps of so many random walks, by turns from the start and from where two resources are at work."""
    random = Random(seed)
    for walk in range(number):
        state = initial(DEFAULT_STAGE)
        prefix = TWO_AT_WORK if walk % 2 else ()
        for command in (*prefix, *(random_command(random) for _ in range(LENGTH))):
            step = take(machine, state, command)
            state = step.after
            yield step


AS_EVIDENCE = [
    pytest.param(name, id=name, marks=pytest.mark.evidence(name, *requirements))
    for name, requirements in EXPECTED.items()
    if name != "hypothesis-explores-all-commands"
]


@cache
def steps_of_the_article() -> list[Step]:
    return list(walks(Machine(ROWS), 30, seed=1))


@pytest.mark.parametrize("name", AS_EVIDENCE)
def test_law_holds_along_random_walks_and_is_seen_to_fail_on_wrong_machines(name: str) -> None:
    law = {slug(law): law for law in LAWS}[name]
    assert next((step for step in steps_of_the_article() if not law(step)), None) is None
    for fault, machine in FAULTY[law.__name__].items():
        assert any(not law(step) for step in walks(machine, 200, seed=2)), f"it takes a machine for right that {fault}"


def test_every_law_is_expected_of_a_run_and_has_a_faulty_model_that_breaks_it() -> None:
    assert {law.__name__ for law in LAWS} == {name for name, machines in FAULTY.items() if machines}
    assert {*map(slug, LAWS), "hypothesis-explores-all-commands"} == EXPECTED.keys()
