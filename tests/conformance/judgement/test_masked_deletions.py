"""A deletion that a system hides while data is inaccessible is shown by later looks at it alone."""

from tests.conformance.conftest import FAILS
from translator_cmk.conformance.judgement.cases import scenarios
from translator_cmk.conformance.judgement.masked_deletions import with_later_looks

GRANTED_AGAIN = (
    "restoration.uploads-stay-deleted/access-is-granted-again-and-the-upload-stays-deleted"
)


def test_look_at_another_document_shows_no_deletion() -> None:
    cases = {each.case.id: each.case for each in with_later_looks(scenarios("article", ()))}
    controls = cases[FAILS].controls
    assert f"{GRANTED_AGAIN}/the-access-to-the-key-has-been-revoked" in controls
    assert f"{GRANTED_AGAIN}/the-access-has-been-lost-twice" not in controls


def test_each_hidden_deletion_that_the_article_demands_has_a_later_look() -> None:
    for scenario in with_later_looks(scenarios("article", ())):
        case = scenario.case
        assert case.controls or not (case.masked and case.scored), case.id
