"""The pages on scopes say what was searched, and that nothing was where nothing was."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.evidence.scopes import measured
from tests.evidence.writing import write
from translator_cmk.digest import digest
from translator_cmk.explore.scopes import SCOPES
from translator_cmk.explore.theorems import THEOREMS
from translator_cmk.site.coverage import load_tours
from translator_cmk.site.scopes import load_scopes, scope_pages
from translator_cmk.site.strength import MeasurementError


@cache
def found() -> dict[str, Any]:
    scope = next(scope for scope in SCOPES if scope.name == "losing-the-key")
    return {"digest": digest(), "theorems": len(THEOREMS), "scopes": [measured(scope)]}


def test_scope_is_told_with_its_counts_and_theorems() -> None:
    pages = dict(scope_pages(found(), None))
    assert "| [losing-the-key](scopes/losing-the-key.md) | 14 | 140 | 3 commands |" in pages["evidence/scopes.md"]
    page = pages["evidence/scopes/losing-the-key.md"]
    assert "| Refused | 62 |" in page
    assert "- the customer deletes the vault" in page
    assert "[`environment.exists`](../../specification/environment.md#environment.exists)" in page
    assert "No tour of this scope was measured." in page
    assert "Stale" not in page


def test_scope_measured_before_a_change_is_stale() -> None:
    pages = dict(scope_pages({**found(), "digest": "another"}, None))
    assert all("**Stale:**" in text for text in pages.values())


def test_scopes_that_were_not_searched_are_told_so() -> None:
    assert load_scopes(Path("nowhere.json")) is None
    [(name, text)] = scope_pages(None, None)
    assert name == "evidence/scopes.md"
    assert "Nothing has been searched" in text


def test_file_that_is_no_measurement_is_named(tmp_path: Path) -> None:
    write(tmp_path / "scopes.json", {"digest": "x"})
    with pytest.raises(MeasurementError, match=r"scopes\.json: not what make evidence writes"):
        load_scopes(tmp_path / "scopes.json")


def test_tour_of_a_scope_is_told() -> None:
    tours = load_tours(Path(__file__).parents[2] / "docs" / "measurements" / "tours.json")
    page = dict(scope_pages(found(), tours))["evidence/scopes/losing-the-key.md"]
    assert "in 187 steps and 4 sequences; none has fewer than 187" in page
