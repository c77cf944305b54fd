"""Systems that honour the article, however they differ from the model, are conformant in the profile article.

The features are enough here; `make evidence` puts them through every lane.
"""

import pytest

from tests.conformance.broken import PERMITTED, Permitted
from tests.evidence.lanes import InProcess
from translator_cmk.conformance.cases import scenarios
from translator_cmk.conformance.features import play
from translator_cmk.conformance.session import Session
from translator_cmk.conformance.subject import Subject
from translator_cmk.requirements import Requirement, load_register

REGISTER = load_register()


def is_free(requirement: Requirement) -> bool:
    return requirement.basis == "assumed" or requirement.kind == "silence"


@pytest.mark.parametrize("system", PERMITTED, ids=[system.differs for system in PERMITTED])
def test_it_fails_no_scenario_of_the_article_and_some_of_what_we_assume(system: Permitted) -> None:
    subject = Subject(Session(InProcess(system.source)), seed=1)
    article, full = ([each for each in scenarios(profile, ()) if each.case.scored] for profile in ("article", "full"))
    failed = {each.case.id for each in full if play(subject, each).status not in ("passed", "not-applicable")}
    assert failed & {each.case.id for each in article} == set()
    assert bool(failed) == any(REGISTER[name].kind != "silence" and is_free(REGISTER[name]) for name in system.about)


def test_every_assumption_and_every_silence_has_one() -> None:
    free = {each.id for each in REGISTER.values() if is_free(each)}
    assert free - {name for system in PERMITTED for name in system.about} == set()
