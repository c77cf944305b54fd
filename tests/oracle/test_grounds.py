"""A consequence has one basis: the sentence that says it, or the weakest of what it rests on."""

import pytest

from translator_cmk.language.sentences import read_command
from translator_cmk.machine import DEFAULT_STAGE, Accepted, Command, State, initial
from translator_cmk.machine.entities import Resource, Vault
from translator_cmk.oracle.grounds import (
    Grounds,
    Thing,
    basis_of_end,
    carried_out,
    example_of,
    grounds,
    grounds_for_good,
    intact_things,
    read,
    rests_on_view,
    state_at_start,
)
from translator_cmk.oracle.profiles import MODEL
from translator_cmk.requirements import load_register
from translator_cmk.requirements.consequences import Event, TableEntry, load_consequences
from translator_cmk.requirements.register import WEAKEST_FIRST, weakest_basis

REGISTER = load_register()
TABLE = load_consequences()

ROWS = [
    (event.event, loss, afterwards)
    for event in TABLE.events.values()
    for afterwards in (False, True)
    for loss in (event.afterwards if afterwards else event.at_once)
]
by_row = pytest.mark.parametrize(
    ("event", "loss", "afterwards"),
    ROWS,
    ids=lambda value: value if isinstance(value, str) else "afterwards" if value else "at once",
)

CUSTOMER = ("a deployed model under customer-managed keys",)


def row_at(event: str, loss: str, afterwards: bool) -> TableEntry:
    """The row of an event and a loss."""
    found = TABLE.events[event]
    return (found.afterwards if afterwards else found.at_once)[loss]


def strength(basis: str) -> int:
    """How strong a basis is."""
    return WEAKEST_FIRST.index(basis)


def commands(*sentences: str) -> list[Command]:
    """The commands of sentences."""
    return [read_command(sentence) for sentence in sentences]


def after(*sentences: str, start: tuple[str, ...] = CUSTOMER) -> State:
    """The state after sentences from a start."""
    return carried_out(MODEL, state_at_start(start), commands(*sentences))


def what_becomes(loss: str, state: State, *sentences: str) -> Grounds:
    """What becomes of the example of a loss."""
    told = TABLE.losses[loss]
    return grounds(state, commands(*sentences), Thing(told, told.example))


# The table and the model


@by_row
def test_each_row_follows_in_the_model_from_its_event(
    event: str, loss: str, afterwards: bool
) -> None:
    row = row_at(event, loss, afterwards)
    fate, rests = example_of(event, loss, afterwards)
    assert fate == row.fate
    assert set(row.requirements) <= set(rests)


@by_row
def test_each_row_names_what_it_rests_on_less_surely_than_it_says(
    event: str, loss: str, afterwards: bool
) -> None:
    row = row_at(event, loss, afterwards)
    _, rests = example_of(event, loss, afterwards)
    weaker = [each for each in rests if strength(REGISTER[each].basis) < strength(row.basis)]
    assert [name for name in weaker if name not in row.names] == []


@pytest.mark.parametrize("event", TABLE.events)
def test_an_event_begins_with_everything_intact_and_its_commands_are_accepted(event: str) -> None:
    told = TABLE.events[event]
    state = state_at_start(told.start)
    intact = {(thing.loss.loss, thing.name) for thing in intact_things(state)}
    assert intact >= {(loss.loss, loss.example) for loss in TABLE.losses.values()}
    for command in read((*told.commands, *told.remedies)):
        before = state
        state, outcome = MODEL.step(before, command)
        assert isinstance(outcome, Accepted), command
        assert state != before, command


def test_every_event_that_takes_something_has_a_way_back_or_a_row_that_says_what_was_tried() -> (
    None
):
    for event in TABLE.events.values():
        assert bool(event.afterwards) == bool(event.remedies or event.tried), event.event
        assert not (event.remedies and event.tried), event.event


# The answer


@by_row
def test_the_answer_for_an_event_is_its_row(event: str, loss: str, afterwards: bool) -> None:
    told = TABLE.events[event]
    thing = Thing(TABLE.losses[loss], TABLE.losses[loss].example)
    remedies = read(told.remedies or told.tried) if afterwards else ()
    found = grounds(state_at_start(told.start), read(told.commands), thing, remedies)
    row = row_at(event, loss, afterwards)
    assert found.row == row
    assert (found.fate, found.basis) == (row.fate, row.basis)
    assert {*found.requirements, *found.given} == {*example_of(event, loss, afterwards)[1]}


LOST_AT_THE_END = [
    (event, loss)
    for event in TABLE.events.values()
    for loss, row in (event.afterwards or event.at_once).items()
    if row.fate == "lost"
]


@pytest.mark.parametrize(
    ("event", "loss"), LOST_AT_THE_END, ids=lambda each: getattr(each, "event", each)
)
def test_that_a_loss_is_for_good_has_the_row_of_what_comes_after_all_remedies(
    event: Event, loss: str
) -> None:
    thing = Thing(TABLE.losses[loss], TABLE.losses[loss].example)
    *before, last = read(event.commands)
    state = carried_out(MODEL, state_at_start(event.start), before)
    row = (event.afterwards or event.at_once)[loss]
    found = grounds_for_good(state, last, thing)
    assert (found.fate, found.row) == ("lost", row)
    assert (found.basis, found.requirements) == (row.basis, row.requirements)


def test_a_sentence_answers_whatever_the_things_are_called() -> None:
    stage = initial(DEFAULT_STAGE)
    renamed = carried_out(
        MODEL,
        stage,
        commands(
            'the customer creates the Translator resource "r"',
            'the customer creates the vault "v"',
            'the customer generates the key "k" in "v"',
            'the customer enables customer-managed keys for "r" with the key "k" of "v" '
            "through the portal",
            'the customer creates the workspace "w" for "r"',
            'the customer uploads the document "d" to "w"',
        ),
    )
    found = {
        thing.name: grounds(renamed, commands('the customer deletes the vault "v"'), thing)
        for thing in intact_things(renamed)
    }
    assert found["d"].stated_in == ("S42",)
    assert (found["w"].fate, found["w"].basis) == ("lost", "implied")


def test_no_row_answers_for_a_workspace_that_was_there_before_the_key() -> None:
    """It rests on `revocation.earlier-workspaces` besides, which is implied."""
    earlier = after(
        'the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" '
        'of "kv-prod" through the portal',
        start=(
            "a deployed model under Microsoft-managed keys",
            'the customer creates the vault "kv-prod"',
            'the customer generates the key "cmk-2048" in "kv-prod"',
        ),
    )
    found = what_becomes(
        "documents", earlier, 'the customer disables the managed identity of "translator-prod"'
    )
    assert (found.fate, found.row) == ("lost", None)
    assert "revocation.earlier-workspaces" in found.requirements
    assert found.basis == "implied"


def test_a_rotated_key_leaves_the_answer_to_another_event_as_it_is() -> None:
    """The mistake that a rotation loses data applies once a key was rotated, whatever comes next."""
    rotated = after('the customer rotates the key "cmk-2048" of "kv-prod"')
    disables = 'the customer disables the key "cmk-2048" of "kv-prod"'
    assert what_becomes("documents", rotated, disables) == what_becomes(
        "documents", after(), disables
    )


def test_what_several_ways_lead_to_rests_on_all_of_them() -> None:
    """A deleted resource takes its workspaces along, and its identity, without which they are lost
    too.
    """
    found = what_becomes(
        "documents", after(), 'the customer deletes the resource "translator-prod"'
    )
    assert (found.fate, found.basis) == ("lost", "assumed")
    assert {"workspace.ends-with-resource", "environment.delete-resource"} <= set(
        found.requirements
    )


def test_a_change_that_loses_nothing_rests_on_what_does_not_happen() -> None:
    rotated = after('the customer rotates the key "cmk-2048" of "kv-prod"')
    found = what_becomes("models", rotated, 'the customer rotates the key "cmk-2048" of "kv-prod"')
    assert found.fate == "kept"
    assert "keys.rotation-keeps-data" in found.requirements
    assert found.basis == "assumed"


def test_a_change_that_has_nothing_to_do_with_a_thing_rests_on_nothing() -> None:
    found = what_becomes("models", after(), 'the customer creates the vault "kv-test"')
    assert (found.fate, found.basis, found.requirements) == ("kept", "", ())


def test_that_nothing_brings_it_back_rests_on_what_is_not_specified_on_the_way() -> None:
    """Azure's documents end the key; that another key does not bring the data back is ours."""
    for loss, basis in {"documents": "implied", "models": "assumed", "data": "assumed"}.items():
        event = "Key vault not recovered in time, so purged"
        _, rests = example_of(event, loss, True)
        assert ("keys.change" in rests) == (loss != "documents")
        assert row_at(event, loss, True).basis == basis


def test_what_rests_on_a_fact_about_azure_is_never_stated() -> None:
    """Undeploying by hand is a fact about Custom Translator, which the article takes for granted."""
    found = what_becomes("models", after(), 'the customer undeploys the model "legal-en-de"')
    assert (found.fate, found.basis) == ("by-hand", "environment")
    for event, loss, afterwards in ROWS:
        row = row_at(event, loss, afterwards)
        bases = {REGISTER[name].basis for name in row.requirements}
        assert row.basis not in ("stated", "implied") or "environment" not in bases


def test_end_for_good_is_assumed_if_azure_alone_can_undo_the_command() -> None:
    [deletes_resource] = commands('the customer deletes the resource "translator-test"')
    [deletes_vault] = commands('the customer deletes the vault "kv-prod"')
    state = after('the customer creates the Translator resource "translator-test"')
    resource = rests_on_view(
        state, deletes_resource, lambda world: world.has(Resource, "translator-test")
    )
    vault = rests_on_view(state, deletes_vault, lambda world: world.entity(Vault, "kv-prod").state)
    assert weakest_basis(resource, REGISTER) == "environment"
    assert basis_of_end(resource, deletes_resource) == "assumed"
    assert basis_of_end(vault, deletes_vault) == weakest_basis(vault, REGISTER) == "environment"
