"""How far there is to scroll on a phone: lists are read by topic, and lead to each requirement."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import MARKS, PHONE, look, window
from tests.site.conftest import REGISTER

pytestmark = MARKS

SCREEN = 844
"""The height of a phone's window in pixels, where the width is that of `PHONE`."""


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[Page]:
    """A window as wide as a phone."""
    page = window(browser).page
    look(page, PHONE)
    yield page
    page.context.close()


def test_list_of_all_requirements_is_read_on_a_phone_by_topic(phone: Page, site: Path) -> None:
    """All are there, behind their topics; a topic that is opened has them in few lines each."""
    phone.goto((site / "specification" / "index.html").as_uri())
    assert screens(phone) < 5
    folds = phone.locator(".filterable details[data-topic]")
    assert folds.count() == len(REGISTER.topics)
    assert phone.locator(".filterable tbody tr:visible").count() == 0
    topic, requirements = next(iter(REGISTER.topics.items()))
    folds.first.locator("summary").press("Enter")
    rows = folds.first.locator("tbody tr:visible")
    assert rows.count() == len(requirements), topic
    heights = rows.evaluate_all("rows => rows.map(row => row.getBoundingClientRect().height)")
    assert max(heights) < SCREEN / 8


def screens(page: Page) -> float:
    """How many windows full of a phone a page is long."""
    return float(page.evaluate("document.documentElement.scrollHeight")) / SCREEN


def test_topic_leads_to_each_of_its_requirements_from_the_first_screens(
    phone: Page, site: Path
) -> None:
    topic = max(REGISTER.topics, key=lambda name: len(REGISTER.topics[name]))
    phone.goto((site / "specification" / f"{topic}.html").as_uri())
    phone.locator("#contents > summary").press("Enter")
    links = phone.locator("#contents li > a")
    found = links.evaluate_all("links => links.map(link => link.hash.slice(1))")
    assert found == [each.id for each in REGISTER.topics[topic]]
    top = links.first.evaluate("link => link.getBoundingClientRect().top")
    assert top < SCREEN
    last = links.last
    assert last.is_visible()
    last.click()
    assert phone.locator(":target").get_attribute("id") == found[-1]
