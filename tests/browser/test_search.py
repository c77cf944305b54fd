"""Search: what people type leads to the page that answers it."""

from pathlib import Path
from typing import NamedTuple

import yaml
from playwright.sync_api import Page

from tests.browser.conftest import MARKS, search

pytestmark = MARKS

MOST_MISSED = 4
"""Of the queries; an honest index can't please everybody."""

SEARCHED = """() => document.querySelector(".md-search-result__link") ||
  document.querySelector(".md-search-result__meta").textContent.includes("No matching")"""
"""Whether the search has said what it found."""

FOUND = """([right, pages]) => {
  const items = [...document.querySelectorAll(".md-search-result__item")].slice(0, pages);
  const links = items.flatMap(each => [...each.querySelectorAll(".md-search-result__link")].slice(0, 2));
  const addresses = links.map(each => each.href.replace(/\\?[^#]*/, ""));
  return addresses.some(address => right.some(each => address.endsWith(`/${each}`)));
}"""
"""Whether one of so many pages that are found first is right, or the place on it that is found
first.  An address has the words to highlight in it.
"""

IN_ITS_OWN_WORDS = {
    "CMK": "decide/ten-minutes.html",
    "BYOK": "decide/ten-minutes.html",
    "customer-managed key": "decide/index.html",
    "tenant": "specification/tenant.html",
    "directory": "decide/questions.html#q29",
    "prevent_destroy": "decide/questions.html#q43",
    "AZKVAuditLogs": "decide/protect.html#alerts",
    "vault.same-region": "specification/vault.html#vault.same-region",
}
"""Terms, names and an id, and the end of the address that they lead to."""


class Query(NamedTuple):
    """What somebody types, and the ends of the addresses that answer it, one of which is among so
    many pages that are found first.
    """

    typed: str
    right: list[str]
    pages: int = 1


def queries() -> list[Query]:
    """Return what people would type."""
    text = Path(__file__).with_name("queries.yaml").read_text("utf-8")
    return [Query(**each) for each in yaml.safe_load(text)]


def type_anew(page: Page, words: str) -> None:
    """Look for words once nothing is left of what was found before."""
    search(page, "")
    page.wait_for_function("!document.querySelector('.md-search-result__link')")
    search(page, words)


def leads_to(page: Page, words: str, right: list[str], pages: int = 1) -> bool:
    """Return whether what is found first has an address with one of these ends."""
    type_anew(page, words)
    page.wait_for_function(SEARCHED)
    return bool(page.evaluate(FOUND, [right, pages]))


def test_what_people_type_leads_to_the_page_that_answers_it(page: Page, site: Path) -> None:
    page.goto((site / "index.html").as_uri())
    missed = [each.typed for each in queries() if not leads_to(page, *each)]
    assert len(missed) <= MOST_MISSED, missed


def test_terms_names_and_ids_are_found(page: Page, site: Path) -> None:
    page.goto((site / "index.html").as_uri())
    for typed, right in IN_ITS_OWN_WORDS.items():
        assert leads_to(page, typed, [right]), typed


def test_what_is_found_is_opened_by_keyboard(page: Page, site: Path) -> None:
    page.goto((site / "index.html").as_uri())
    assert leads_to(page, "tenant", ["specification/tenant.html"])
    page.keyboard.press("ArrowDown")
    page.wait_for_function("document.activeElement.matches('.md-search-result__link')")
    chosen = page.evaluate("document.activeElement.href")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url == chosen)
