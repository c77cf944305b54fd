"""Axe finds nothing on any page by WCAG 2.2 up to level AA: in both colour schemes, on a desk and on
a phone, with all folds open.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import DESK, MARKS, PHONE, look, violations
from tests.conftest import some

pytestmark = MARKS

SHARE = 16
"""One page in so many is looked at in each view, and another in each; in full, all are."""

LOOKS = [(DESK, False), (DESK, True), (PHONE, False), (PHONE, True)]


@pytest.mark.parametrize(("width", "dark"), LOOKS, ids=str)
def test_axe_finds_nothing_on_any_page(page: Page, site: Path, width: int, dark: bool) -> None:
    look(page, width, dark=dark)
    first = LOOKS.index((width, dark)) * SHARE // len(LOOKS)
    every = sorted(site.rglob("*.html"))
    found = {}
    for path in some(every, SHARE, first):
        page.goto(path.as_uri())
        wrong = violations(page, rows=6)
        if wrong:
            found[path.relative_to(site).as_posix()] = wrong
    assert found == {}


def test_axe_finds_targets_that_are_too_small_and_text_that_is_too_pale(
    page: Page, site: Path
) -> None:
    page.goto((site / "404.html").as_uri())
    assert violations(page) == []
    page.evaluate(
        """document.querySelector(".md-content").insertAdjacentHTML("beforeend",
          "<p style='color: #ccc; background: #fff'>pale</p>" +
          "<ul style='line-height: 1'><li><a href='#a'>one</a></li><li><a href='#b'>two</a></li></ul>")"""
    )
    assert {rule for rule, _ in violations(page)} >= {"color-contrast", "target-size"}
