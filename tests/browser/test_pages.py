"""The site in Chromium, from files and from a server: accessible, quiet, in both schemes, on a desk and on a phone."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.opening import DESK, PHONE, opened, overflow, served, violations

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(shutil.which("chromium") is None, reason="missing tool: chromium"),
]

KINDS = {
    "home": "index.html",
    "door": "architect.html",
    "text with code": "your-system.html",
    "topic": "specification/vault.html",
    "topic with a failure": "specification/workspace.html",
    "decision": "specification/should-you.html?obligation=yes",
    "checklist": "specification/before-enabling.html",
    "cascade": "specification/what-breaks-what.html",
    "fates": "specification/cannot-be-undone.html",
    "wide table": "specification/who-can-destroy-it.html",
    "pictures": "specification/lives.html",
    "disagreements": "specification/other-sources.html",
    "readings": "specification/obligations.html",
    "open points": "specification/left-open.html",
    "glossary": "specification/steps.html",
    "run": "evidence/last-run.html",
    "filtered table": "evidence/scenarios.html?topic=vault",
    "uncovered": "evidence/uncovered.html",
    "kept runs": "evidence/history.html",
    "matrix": "evidence/traceability.html",
    "record": "decisions/0016-disabled-deleted-rotated-keys.html",
}
"""One page of each kind.  `python -m tests.evidence.pages` looks at every page, in each scheme and each width."""


@pytest.fixture(scope="module")
def root(site: Path) -> Iterator[str]:
    """The site over http."""
    with served(site) as address:
        yield address


@pytest.mark.parametrize("address", KINDS.values(), ids=list(KINDS))
@pytest.mark.parametrize(("scheme", "width"), [("light", DESK), ("dark", PHONE)])
def test_page_is_quiet_fits_and_is_accessible(
    browser: Browser, site: Path, root: str, address: str, scheme: str, width: int
) -> None:
    """From a file in light colours, from a server in dark ones: nothing fails, nobody is asked, axe is quiet."""
    found = opened(browser, f"{site.as_uri()}/{address}" if scheme == "light" else root + address, scheme, width)
    shown = found.page.evaluate("document.body.dataset.mdColorScheme")
    too_wide = overflow(found.page)
    seen = violations(found.page, rows=4)
    found.page.context.close()
    assert (found.complaints, found.outside, too_wide) == ([], [], 0)
    assert shown == {"light": "default", "dark": "slate"}[scheme]
    assert seen == []


def test_page_that_is_not_there_says_so(browser: Browser, root: str) -> None:
    """Its addresses begin at the root of the site, so that it needs a server."""
    page = browser.new_page()
    page.goto(f"{root}404.html")
    assert page.locator("h1").inner_text() == "This page is not here"
    page.locator(".md-content a", has_text="Home").click()
    page.wait_for_url("**/index.html")
    page.close()


@pytest.mark.parametrize(
    ("typed", "title", "page"),
    [
        ("purge protection", "has purge protection turned on", "vault.html"),
        ("vault.same-region", "in the same region as the resource", "vault.html"),
    ],
)
def test_search_finds_a_requirement_without_a_server(
    browser: Browser, site: Path, typed: str, title: str, page: str
) -> None:
    found = opened(browser, (site / "index.html").as_uri())
    found.page.keyboard.press("/")
    found.page.keyboard.type(typed)
    link = found.page.locator(".md-search-result__link", has_text=title).first
    link.wait_for(state="attached")
    assert page in (link.get_attribute("href") or "")
    assert (found.complaints, found.outside) == ([], [])
    found.page.context.close()


def test_link_to_a_requirement_shows_it(browser: Browser, site: Path) -> None:
    found = opened(browser, (site / "specification" / "what-breaks-what.html").as_uri())
    found.page.locator("td a", has_text="inaccessible").first.click()
    found.page.wait_for_url("**/revocation.html#revocation.data-inaccessible")
    heading = found.page.locator("[id='revocation.data-inaccessible']")
    assert heading.evaluate("each => Math.abs(each.getBoundingClientRect().top) < innerHeight")
    found.page.context.close()


def test_scheme_can_be_changed(browser: Browser, site: Path) -> None:
    found = opened(browser, (site / "index.html").as_uri())
    found.page.locator("label[title='Switch to dark colours']").click()
    found.page.wait_for_function("document.body.dataset.mdColorScheme === 'slate'")
    found.page.context.close()


def test_what_is_folded_is_printed(browser: Browser, site: Path) -> None:
    found = opened(browser, (site / "specification" / "vault.html").as_uri())
    assert found.page.locator("details:not([open])").count() > 0
    found.page.emulate_media(media="print")
    found.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert found.page.locator("details:not([open])").count() == 0
    found.page.context.close()


def test_first_column_of_a_wide_table_stays_while_the_others_scroll(browser: Browser, site: Path) -> None:
    found = opened(browser, (site / "specification" / "who-can-destroy-it.html").as_uri(), width=PHONE)
    box = found.page.locator(".wide .md-typeset__scrollwrap")
    box.evaluate("each => each.scrollLeft = 400")
    left = "each => Math.round(each.getBoundingClientRect().left)"
    cells = box.locator("tbody tr").first.locator("td")
    assert cells.first.evaluate(left) - box.evaluate(left) in range(-2, 20)
    assert cells.nth(1).evaluate(left) < 0
    assert box.get_attribute("tabindex") == "0"
    found.page.context.close()
