"""The tables of what breaks what are read off the model, and a cell claims no more than its weakest ground."""

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from tests.site.building import PICKLES, REGISTER, a_run, content_of
from translator_cmk.language.facts import holds
from translator_cmk.language.phrasebook import read_command, tell
from translator_cmk.machine import Accepted, Command, Refused, observe
from translator_cmk.machine.commands import COMMANDS
from translator_cmk.site.cascade import after, answer, commands_of, find, model
from translator_cmk.site.cascade_page import cascade_page, trial
from translator_cmk.site.causes import ACTIONS, APART, CAUSES, HARMLESS, LOSSES, START, Cause, Loss
from translator_cmk.site.what_if.page import chart
from translator_cmk.site.what_if.tables import code
from translator_cmk.site.what_if.ways import way

by_name = pytest.mark.parametrize("cause", CAUSES, ids=[cause.name for cause in CAUSES])
REVERSIBLE = [cause for cause in CAUSES if cause.remedies]
EVERY_LOSS = pytest.mark.parametrize("loss", LOSSES, ids=[loss.what for loss in LOSSES])

NAMES: dict[str, tuple[Any, ...]] = {
    "resource": ("translator", "new"),
    "vault": ("vault", "new"),
    "key": ("key", "new"),
    "workspace": ("workspace", "new"),
    "document": ("document", "new"),
    "model": ("model", "new"),
    "subscription": ("production", "security", "foreign"),
    "to": ("production", "security", "foreign"),
    "directory": ("home", "abroad"),
    "group": ("apps", "vaults"),
    "region": ("westeurope",),
    "location": ("westeurope",),
    "tier": ("cmk-tier",),
    "kind": ("Translator",),
}


def every_command() -> Iterator[Command]:
    """Every command that the model knows, on what there is and on something new."""
    for command in COMMANDS.values():
        choices = [NAMES.get(field, (command.defaults.get(field),)) for field in command.fields]
        for chosen in product(*choices):
            try:
                yield command(*chosen)
            except ValueError:  # a key of a store that has none
                continue


@pytest.mark.parametrize("begin", [START, APART], ids=["together", "apart"])
def test_every_command_that_costs_something_is_among_the_causes(begin: tuple[str, ...]) -> None:
    known = {type(commands_of(cause)[0]) for cause in CAUSES} | {
        type(read_command('the customer undeploys the model "model"'))
    }
    state = after(model(), [], begin)
    costly = set()
    for command in every_command():
        outcome_state, outcome = model().step(state, command)
        observation = observe(model().world(outcome_state))
        if isinstance(outcome, Accepted) and not all(holds(loss.intact, observation) for loss in LOSSES):
            costly.add(type(command))
    assert len(costly) > 7
    assert costly <= known


@pytest.mark.parametrize("cause", [*CAUSES, *HARMLESS], ids=lambda cause: cause.name)
def test_every_command_of_the_tables_is_accepted_and_changes_something(cause: Cause) -> None:
    state = after(model(), [], cause.start)
    for command in commands_of(cause, remedied=True):
        before = state
        state, outcome = model().step(before, command)
        assert isinstance(outcome, Accepted), command
        assert state != before, command


@by_name
@EVERY_LOSS
def test_every_cause_costs_everything(cause: Cause, loss: Loss) -> None:
    found = find(loss, cause, REGISTER, PICKLES, remedied=False)
    assert not found.intact
    assert found.grounds
    assert found.gone or loss.requirement in found.grounds or cause.name == "Resource deleted"


@pytest.mark.parametrize("cause", REVERSIBLE, ids=lambda cause: cause.name)
def test_only_reading_comes_back(cause: Cause) -> None:
    back = [loss.what for loss in LOSSES if find(loss, cause, REGISTER, PICKLES, remedied=True).intact]
    assert back == ["Data in the workspace"]


@pytest.mark.parametrize("cause", HARMLESS, ids=lambda cause: cause.name)
@EVERY_LOSS
def test_what_is_called_harmless_costs_nothing(cause: Cause, loss: Loss) -> None:
    assert find(loss, cause, REGISTER, PICKLES, remedied=False).intact


@pytest.mark.parametrize("cause", REVERSIBLE, ids=lambda cause: cause.name)
@EVERY_LOSS
def test_what_comes_back_and_what_does_not_is_said_by_one_requirement(cause: Cause, loss: Loss) -> None:
    found = find(loss, cause, REGISTER, PICKLES, remedied=True)
    assert len([name for name in found.grounds if name.startswith("restoration.")]) == 1


@pytest.mark.parametrize(
    ("name", "at_once", "data", "deployed", "uploaded"),
    [
        ("Managed identity disabled", "stated", "assumed", "stated", "implied"),
        ("Access revoked", "stated", "assumed", "implied", "implied"),
        ("Key vault deleted", "stated", "assumed", "implied", "implied"),
        ("Subscription moved to another directory", "implied", "assumed", "implied", "implied"),
        ("Key deleted", "assumed", "assumed", "assumed", "assumed"),
        ("Key disabled", "assumed", "assumed", "assumed", "assumed"),
        ("Resource deleted", "environment", "environment", "environment", "environment"),
    ],
)
def test_cell_has_the_basis_of_its_weakest_ground(
    name: str, at_once: str, data: str, deployed: str, uploaded: str
) -> None:
    (cause,) = (each for each in CAUSES if each.name == name)
    lost = [find(loss, cause, REGISTER, PICKLES, remedied=False).basis(REGISTER) for loss in LOSSES]
    back = [find(loss, cause, REGISTER, PICKLES, remedied=True).basis(REGISTER) for loss in LOSSES]
    assert lost == [at_once] * 3
    assert back == [data, deployed, uploaded]


def test_requests_are_accepted_with_the_key_in_reach_and_refused_without() -> None:
    assert all(isinstance(answer(None, action), Accepted) for action in ACTIONS)
    assert all(isinstance(answer(cause, action), Refused) for cause in CAUSES for action in ACTIONS)


def test_page_has_a_line_for_each_cause_in_each_table() -> None:
    page = cascade_page(content_of(a_run()))
    assert [len(re.findall(rf"\n\| \*\*{cause.name}\*\*[ <]", page)) for cause in CAUSES] == [3] * len(CAUSES)


def test_cause_can_be_tried_where_the_page_that_answers_what_if_has_it() -> None:
    """All but those that begin with a key vault in a group of its own, or move a group: its world has neither."""
    missing = [cause.name for cause in CAUSES if not trial(cause)]
    assert missing == [
        "Resource group moved to another directory",
        "Key vault moved to another directory, the resource left behind",
    ]
    assert all(trial(cause, remedied=True) for cause in REVERSIBLE if cause.name not in missing)
    assert not trial(next(cause for cause in CAUSES if cause.name == "Resource deleted"), remedied=True)


def test_way_through_a_request_that_is_not_offered_leads_nowhere() -> None:
    start = "a deployed model under customer-managed keys"
    vault = read_command('the customer deletes the vault "vault"')
    assert way(chart(), start, []) == f"what-if.html#from={start.replace(' ', '-')}"
    assert way(chart(), start, [vault]) == f"{way(chart(), start, [])}&amp;then={code(tell(vault))}"
    assert way(chart(), start, [read_command('the customer deletes the vault "strange"')]) is None
    moved = read_command('the customer moves the resource "translator" to the subscription "foreign"')
    purged = read_command('the retention period of the vault "vault" ends')
    assert way(chart(), start, [vault, purged, moved]) is None
    assert way(None, start, [vault]) is None
