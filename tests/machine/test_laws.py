"""Every law holds along random walks, in small worlds and wherever Hypothesis goes, and each is seen
to fail.

The site shows what these tests say: `make site` records them, each with the law that it is about.
"""

from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.machine.conftest import Record
from tests.machine.faulty import FAULTY, NamesNoRequirement
from tests.machine.laws import LAWS, Step, slug, take
from tests.machine.test_laws_of_the_oracle import COUNTED, FREE
from tests.machine.test_laws_of_the_rows import NOTICED
from tests.machine.worlds import SETTING_UP, TWO_AT_WORK, build, random_command, values
from translator_cmk.explore.graph import state_graph
from translator_cmk.explore.scopes import SCOPES, Scope
from translator_cmk.machine import (
    COMMANDS,
    DEFAULT_STAGE,
    ROWS,
    Accepted,
    Command,
    Machine,
    Refused,
    Unspecified,
    initial,
)
from translator_cmk.site.laws import LAWS as SHOWN

NAMED = {slug(law): law for law in LAWS}
"""Each law by the id that the site knows it by."""

# Wherever Hypothesis goes

OFTEN = [*COMMANDS.values(), *(COMMANDS[name] for name in SETTING_UP)]
"""Every command, and those that set a world up twice as often."""

EXPLORED = settings(
    max_examples=25,
    stateful_step_count=40,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def command_of(command: type[Command]) -> st.SearchStrategy[Command]:
    """Draw the command with names and values that others use too."""
    fields = {field: st.sampled_from(values(command, field)) for field in command.fields}
    return st.fixed_dictionaries(fields).map(lambda drawn: build(command, drawn))


class Exploration(RuleBasedStateMachine):
    """All commands against one machine.  Each step is checked by every law."""

    machine = Machine(ROWS)
    outcomes: set[type[Any]] = set()  # noqa: RUF012  # shared: it grows over all examples of a run

    def __init__(self) -> None:
        super().__init__()
        self.state = initial(DEFAULT_STAGE)

    @initialize(at_work=st.booleans())
    def start(self, at_work: bool) -> None:
        """Start from nothing, or from where two resources are at work."""
        if at_work:
            for command in TWO_AT_WORK:
                self.submit(command)

    @rule(command=st.sampled_from(OFTEN).flatmap(command_of))
    def submit(self, command: Command) -> None:
        step = take(self.machine, self.state, command)
        self.state = step.after
        self.outcomes.add(type(step.outcome))
        for law in LAWS:
            assert law(step), f"{law.__name__} does not hold of {command}: {step.outcome}"


def explore(machine: Machine, chosen: settings = EXPLORED) -> set[type[Any]]:
    """Explore a machine, and return the kinds of outcome that it gave.

    Raises `AssertionError` where a law breaks.
    """
    outcomes: set[type[Any]] = set()
    attributes = {"machine": machine, "outcomes": outcomes}
    exploration = type("Exploration", (Exploration,), attributes)
    run_state_machine_as_test(exploration, settings=chosen)
    return outcomes


def test_every_law_holds_wherever_hypothesis_goes(record_property: Record) -> None:
    record_property("law", " ".join(NAMED))
    record_property("searched", "where Hypothesis goes")
    assert explore(Machine(ROWS)) == {Accepted, Refused, Unspecified}


def test_hypothesis_finds_a_law_that_a_machine_breaks() -> None:
    generate_only = settings(EXPLORED, phases=[Phase.generate])
    broken = "an_acceptance_names_requirements_if_something_changed does not hold"
    with pytest.raises(AssertionError, match=broken):
        explore(NamesNoRequirement(ROWS), generate_only)


# Long random walks, of the machine and of small wrong machines

LENGTH = 60


def walks(machine: Machine, number: int, seed: int) -> Iterator[Step]:
    """Yield the steps of so many random walks.

    They start by turns from nothing and from where two resources are at work.
    """
    random = Random(seed)
    for walk in range(number):
        commands = list(TWO_AT_WORK) if walk % 2 else []
        for _ in range(LENGTH):
            commands.append(random_command(random))
        state = initial(DEFAULT_STAGE)
        for command in commands:
            step = take(machine, state, command)
            state = step.after
            yield step


WORLDS = SCOPES[:2]
"""The small worlds that are searched whole."""


def every_step(scope: Scope) -> Iterator[Step]:
    """Yield every step of a world that the scope offers."""
    graph = state_graph(scope)
    machine = Machine(ROWS)
    for number in range(graph.states):
        for edge in graph.edges_from(number):
            yield take(machine, graph.state(number), scope.alphabet[edge.command])


@cache
def steps_of_the_article() -> list[Step]:
    steps = list(walks(Machine(ROWS), 30, seed=1))
    for scope in WORLDS:
        steps.extend(every_step(scope))
    return steps


@pytest.mark.parametrize("name", NAMED)
def test_law_holds_of_every_step_and_is_seen_to_fail_on_wrong_machines(
    name: str, record_property: Record
) -> None:
    law = NAMED[name]
    steps = steps_of_the_article()
    names = [scope.name for scope in WORLDS]
    record_property("law", name)
    record_property(
        "searched",
        f"{len(steps):,} steps: random walks, and all of the worlds {', '.join(names)}",
    )
    for step in steps:
        assert law(step), f"it does not hold of {step.command}: {step.outcome}"
    for fault, machine in FAULTY[law.__name__].items():
        found = any(not law(step) for step in walks(machine, 2000, seed=2))
        assert found, f"it takes a machine for right that {fault}"


def test_every_law_is_shown_by_the_site_and_has_a_faulty_model_that_breaks_it() -> None:
    broken_by_a_machine = {name for name, machines in FAULTY.items() if machines}
    assert {law.__name__ for law in LAWS} == broken_by_a_machine
    assert {*NAMED, NOTICED, FREE, COUNTED} == SHOWN.keys()
