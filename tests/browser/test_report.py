"""The report of a run can be read on a desk and on a phone, in both colour schemes."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import DESK, MARKS, PHONE, look, overflow, violations

pytestmark = MARKS


@pytest.mark.parametrize(("width", "dark"), [(DESK, False), (PHONE, True)])
def test_report_fits_the_window_and_axe_finds_nothing(
    page: Page, report: Path, width: int, dark: bool
) -> None:
    look(page, width, dark=dark)
    page.goto((report / "report.html").as_uri())
    assert violations(page, alike=2) == []
    assert overflow(page) == 0


def test_proof_of_the_first_failure_is_seen_at_once_and_the_others_once_unfolded(
    page: Page, report: Path
) -> None:
    page.goto((report / "report.html").as_uri())
    for label in ("sent", "expected", "observed", "again"):
        assert page.locator("section.box").first.get_by_text(label, exact=True).is_visible()
    others = page.locator("details:has(> summary:has-text('For the same cause'))").first
    other = others.locator("details").first
    assert not other.is_visible()
    others.locator("summary").first.click()
    assert other.is_visible()
