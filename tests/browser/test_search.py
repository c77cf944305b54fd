"""Search: what people type leads to the page that answers it."""

from pathlib import Path
from typing import NamedTuple

import yaml
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from tests.browser.conftest import MARKS, search

pytestmark = MARKS

MOST_MISSED = 4
"""Of the 40 queries; an honest index can't please everybody."""

PATIENCE = 4000  # milliseconds

FIRST_TWO = "[...document.querySelectorAll('.md-search-result__link')].slice(0, 2)"
"""The first page that is found, and the best place on it: a page comes before its sections."""

IN_ITS_OWN_WORDS = {
    "CMK": "decide/",
    "BYOK": "decide/",
    "customer-managed key": "decide/",
    "tenant": "tenant",
    "directory": "tenant",
    "vault.same-region": "#vault.same-region",
}
"""Terms, names and an id, and a part of the address that they lead to."""


class Query(NamedTuple):
    """What somebody types, and the ends of the addresses that answer it."""

    typed: str
    right: list[str]


def queries() -> list[Query]:
    """Return what people would type."""
    text = Path(__file__).with_name("queries.yaml").read_text("utf-8")
    return [Query(**each) for each in yaml.safe_load(text)]


def type_anew(page: Page, words: str) -> None:
    """Look for words once nothing is left of what was found before."""
    search(page, "")
    page.wait_for_function("!document.querySelector('.md-search-result__link')")
    search(page, words)


def leads_to(page: Page, words: str, parts: list[str]) -> bool:
    """Return whether the first page that is found, or the best place on it, has such an address."""
    type_anew(page, words)
    address = "each.href.replace(/\\?[^#]*/, '')"  # without the words to highlight
    found = f"parts => {FIRST_TWO}.some(each => parts.some(part => {address}.includes(part)))"
    try:
        page.wait_for_function(found, arg=parts, timeout=PATIENCE)
    except PlaywrightTimeoutError:
        return False
    return True


def test_what_people_type_leads_to_the_page_that_answers_it(page: Page, site: Path) -> None:
    page.goto((site / "index.html").as_uri())
    missed = [each.typed for each in queries() if not leads_to(page, each.typed, each.right)]
    assert len(missed) <= MOST_MISSED, missed


def test_terms_names_and_ids_are_found(page: Page, site: Path) -> None:
    page.goto((site / "index.html").as_uri())
    for typed, part in IN_ITS_OWN_WORDS.items():
        assert leads_to(page, typed, [part]), typed


def test_what_is_found_is_opened_by_keyboard(page: Page, site: Path) -> None:
    page.goto((site / "index.html").as_uri())
    assert leads_to(page, "tenant", ["tenant"])
    page.keyboard.press("ArrowDown")
    page.wait_for_function("document.activeElement.matches('.md-search-result__link')")
    chosen = page.evaluate("document.activeElement.href")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url == chosen)
