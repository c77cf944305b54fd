"""What is looked up is what would be computed, however long ago it was learned and whatever has come since."""

from random import Random

import pytest

from tests.explore.following import ARTICLE, FULL
from tests.machine.worlds import TWO_AT_WORK, random_command
from translator_cmk.explore.trace.tabulation import Tabulation
from translator_cmk.machine import DEFAULT_STAGE, Command, Machine, Outcome, State, initial, observe
from translator_cmk.machine.commands import (
    CreateKey,
    CreateResource,
    CreateVault,
    CreateWorkspace,
    DeleteVault,
    EnableCustomerManagedKeys,
    TrainModel,
    UploadDocument,
)
from translator_cmk.oracle import LIMIT
from translator_cmk.oracle.observability import projections_of
from translator_cmk.oracle.transitions import transitions

START = initial(DEFAULT_STAGE)

Ends = set[tuple[State, type[Outcome]]]


def found(made: Tabulation, state: State, command: Command) -> tuple[Ends, frozenset[str]]:
    """The ends of the ways that the tabulation finds, and what parts them."""
    packed = made.pack(state)
    fork = made.fork(packed, made.answering(command))
    return {(made.packing.unpack(packed + move), type(outcome)) for move, outcome in fork.ways}, fork.parting


def expected(machine: Machine, state: State, command: Command) -> tuple[Ends, frozenset[str]]:
    every = transitions(machine, state, command, LIMIT)
    return {(way.after, type(way.outcome)) for way in every.possible}, every.deciding


@pytest.mark.parametrize("machine", [FULL, ARTICLE], ids=["full", "article"])
def test_ways_are_those_of_the_oracle(machine: Machine) -> None:
    """Along walks that begin anew, so that what is learned in one is used in the others."""
    made = Tabulation(machine, START, LIMIT)
    for seed in range(25):
        random, state = Random(seed), START
        for command in (*TWO_AT_WORK[: seed % 2 * 20], *(random_command(random) for _ in range(60))):
            ends, parting = expected(machine, state, command)
            assert found(made, state, command) == (ends, parting)
            state = random.choice(sorted((end for end, _ in ends), key=repr))


def test_looks_are_those_of_the_oracle() -> None:
    made = Tabulation(ARTICLE, START, LIMIT)
    for seed in range(6):
        random, state = Random(seed), START
        for _ in range(80):
            state = random.choice(transitions(ARTICLE, state, random_command(random), LIMIT).possible).after
            packed = made.pack(state)
            seen = {
                name: made.look_up(made.visible[name], packed).looks for name in projections_of(ARTICLE, state, LIMIT)
            }
            assert seen == projections_of(ARTICLE, state, LIMIT)


def test_what_was_learned_of_few_names_is_not_taken_for_more() -> None:
    """That nothing was uploaded yet is no answer once there is a document of a name that was never heard of."""
    made = Tabulation(FULL, START, LIMIT)
    state = START
    for number in range(4):
        resource, workspace, train = f"r{number}", f"w{number}", TrainModel(f"m{number}", f"w{number}")
        create = CreateResource(resource, "Translator", "westeurope", "cmk-tier", "production", "g")
        upload = UploadDocument(f"d{number}", workspace)
        for command in (create, CreateWorkspace(workspace, resource), train, upload, train):
            ends, parting = expected(FULL, state, command)
            assert found(made, state, command) == (ends, parting)
            ((state, _),) = ends
    learned = made.learned
    assert found(made, state, train) == expected(FULL, state, train)
    assert made.learned <= learned + 2


def test_what_follows_follows_for_names_that_are_new_as_well() -> None:
    """The vault's deletion, learned in a world with one workspace, cuts off another workspace in another world."""
    made = Tabulation(FULL, START, LIMIT)
    for workspace in ("w1", "w2"):
        state = START
        for command in (
            CreateVault("v", "westeurope", "production", "g"),
            CreateKey("v", "k"),
            CreateResource("r", "Translator", "westeurope", "cmk-tier", "production", "g"),
            EnableCustomerManagedKeys("r", "v", "k"),
            CreateWorkspace(workspace, "r"),
            DeleteVault("v"),
        ):
            assert found(made, state, command) == expected(FULL, state, command)
            state, _ = FULL.step(state, command)
        assert not observe(FULL.world(state))["workspace"][workspace]["readable"]
