"""The report of a run and its page can be read on a desk and on a phone, in both colour schemes."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import DESK, MARKS, PHONE, look, overflow, violations
from tests.command_line import run_cli

pytestmark = MARKS


@pytest.mark.parametrize("width", [DESK, PHONE], ids=str)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_report_and_its_page_fit_the_window_and_axe_finds_nothing(
    page: Page, report: Path, tmp_path: Path, width: int, dark: bool
) -> None:
    file = tmp_path / "page.html"
    assert run_cli("report", "page", report, "--html", "--output", file).code == 0
    look(page, width, dark=dark)
    for shown in (report / "report.html", file):
        page.goto(shown.as_uri())
        assert violations(page, rows=6) == []
        assert overflow(page) == 0


def test_link_at_the_top_of_a_report_leads_to_the_failure(page: Page, report: Path) -> None:
    page.goto((report / "report.html").as_uri())
    links = page.locator("h2:has-text('What failed') + ul a")
    assert links.count() >= 2
    for number in range(links.count()):
        target = str(links.nth(number).get_attribute("href")).removeprefix("#")
        assert page.locator(f'[id="{target}"]').count() == 1
