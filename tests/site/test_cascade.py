"""The tables of what breaks what are read off the model, and a cell claims no more than its weakest ground."""

import pytest

from tests.site.building import PICKLES, REGISTER, a_run, content_of
from translator_cmk.machine import Accepted, Refused
from translator_cmk.phrasebook import read_command
from translator_cmk.site.cascade import ACTIONS, CAUSES, LOSSES, Cause, Loss, after, answer, find, model
from translator_cmk.site.cascade_page import cascade_page, conditions_page

by_name = pytest.mark.parametrize("cause", CAUSES, ids=[cause.name for cause in CAUSES])
EVERY_LOSS = pytest.mark.parametrize("loss", LOSSES, ids=[loss.what for loss in LOSSES])


@by_name
def test_every_command_of_the_tables_is_accepted_and_changes_something(cause: Cause) -> None:
    state = after(model(), [])
    for sentence in (cause.command, *cause.remedies):
        before = state
        state, outcome = model().step(before, read_command(sentence))
        assert isinstance(outcome, Accepted), sentence
        assert state != before, sentence


@by_name
@EVERY_LOSS
def test_every_cause_costs_the_same(cause: Cause, loss: Loss) -> None:
    found = find(loss, cause, REGISTER, PICKLES, remedied=False)
    assert not found.intact
    assert loss.requirement in found.grounds


@by_name
def test_only_reading_comes_back(cause: Cause) -> None:
    back = [loss.what for loss in LOSSES if find(loss, cause, REGISTER, PICKLES, remedied=True).intact]
    assert back == ["Data in the workspace"]


@by_name
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
        ("Moved to another directory", "implied", "assumed", "implied", "implied"),
        ("Key deleted", "assumed", "assumed", "assumed", "assumed"),
        ("Key disabled", "assumed", "assumed", "assumed", "assumed"),
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
    assert [page.count(f"\n| **{cause.name}** |") for cause in CAUSES] == [3] * len(CAUSES)


def test_checklist_has_every_demand_on_enabling() -> None:
    page = conditions_page(content_of(a_run()))
    for name in (
        "vault.same-region",
        "vault.purge-protection",
        "keys.rsa-2048",
        "resource.regional",
        "encryption.tier",
    ):
        assert f"#{name})" in page
    assert "#identity.needed-for-access)" not in page  # a demand on granting access, not on enabling
