"""The page on complete suites says what each guarantees and found, and that nothing was where nothing was."""

from functools import cache
from pathlib import Path
from typing import Any

from tests.evidence.suites import measured
from translator_cmk.digest import digest
from translator_cmk.explore.graph import state_graph
from translator_cmk.explore.scopes import SCOPES
from translator_cmk.explore.suites.reduced import Sight, reduced
from translator_cmk.site.suites import certificate_lines, load_suites, suites_page


@cache
def found() -> dict[str, Any]:
    scope = next(scope for scope in SCOPES if scope.name == "losing-the-key")
    return {"digest": digest(), "suites": [measured(reduced(state_graph(scope), Sight.OUTCOMES), 0)]}


def test_suite_is_told_with_its_length_what_it_found_and_its_certificate() -> None:
    text = suites_page(found())
    scope = "| [losing-the-key](scopes/losing-the-key.md) | Whether it was accepted |"
    assert f"{scope} 12 | 10 | 0 | 380 | 5,190 |" in text
    assert f"{scope} 0 | 1,440 of 1,440 | 2,000 of 2,000 |" in text
    assert "**Guarantee.** A system of the fault domain that passes all 380 sequences" in text
    assert "Stale" not in text


def test_suite_measured_before_a_change_is_stale() -> None:
    assert "**Stale:**" in suites_page({**found(), "digest": "another"})


def test_certificates_stand_on_the_page_of_their_scope_alone() -> None:
    assert any("at most 12 states" in line for line in certificate_lines(found(), "losing-the-key"))
    assert list(certificate_lines(found(), "demands")) == ["No complete suite of this scope was measured."]


def test_suites_that_were_not_measured_are_told_so() -> None:
    assert load_suites(Path("nowhere.json")) is None
    assert "has not been measured" in suites_page(None)
