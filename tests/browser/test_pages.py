"""The site in Chromium, from files and from a server: accessible, quiet, in both schemes, on a desk and on a phone."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser

from tests.browser.opening import (
    DESK,
    PHONE,
    HostHandler,
    Opened,
    cold,
    opened,
    overflow,
    served,
    shifts,
    violations,
    window,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(shutil.which("chromium") is None, reason="missing tool: chromium"),
]

A4, A4_LANDSCAPE = 718, 1047  # pixels between margins of a centimetre

KINDS = {
    "home": "index.html",
    "text with code": "your-system.html",
    "topic": "specification/vault.html",
    "topic with a failure": "specification/workspace.html",
    "decision": "decide/index.html?obligation=yes",
    "checklist": "decide/enable.html",
    "tables and pictures": "decide/what-breaks.html",
    "what if": "decide/what-if.html",
    "wide table": "decide/protect.html",
    "readings": "decide/obligations.html",
    "unknowns": "decide/unknowns.html",
    "requirements": "specification/index.html",
    "glossary": "specification/steps.html",
    "run": "evidence/last-run.html",
    "filtered table": "evidence/scenarios.html?topic=vault",
    "matrix": "evidence/traceability.html",
    "measurements": "evidence/measurements.html",
    "record": "decisions/0016-disabled-deleted-rotated-keys.html",
}
"""One page of each kind.  `python -m tests.evidence.pages` looks at every page, in each scheme and each width."""

LOOKS = ["light", "dark"] * (len(KINDS) // 2)
"""Each kind is looked at in one of the two."""


@pytest.fixture(scope="module")
def root(site: Path) -> Iterator[str]:
    """The site over http."""
    with served(site) as address:
        yield address


class Look(NamedTuple):
    """A window, and where pages are opened from in it."""

    found: Opened
    start: str
    colours: str


@pytest.fixture(scope="module")
def look(browser: Browser, site: Path, root: str, request: pytest.FixtureRequest) -> Iterator[Look]:
    """From files in light colours on a desk, from a server in dark ones on a phone; one page after another."""
    if request.param == "light":
        look = Look(cold(window(browser, "light", DESK)), f"{site.as_uri()}/", "default")
    else:
        look = Look(cold(window(browser, "dark", PHONE)), root, "slate")
    yield look
    look.found.page.context.close()


@pytest.mark.parametrize(
    ("look", "address"), [*zip(LOOKS, KINDS.values(), strict=True)], ids=list(KINDS), indirect=["look"]
)
def test_page_is_quiet_fits_and_is_accessible(look: Look, address: str) -> None:
    """Nothing fails, moves or asks, and axe is quiet."""
    found = look.found
    found.go(look.start + address)
    shown = found.page.evaluate("document.body.dataset.mdColorScheme")
    too_wide = overflow(found.page)
    moved = shifts(found.page)
    seen = violations(found.page, rows=4)
    assert (found.complaints, found.outside, too_wide, moved) == ([], [], 0, [])
    assert shown == look.colours
    assert seen == []


@pytest.mark.parametrize("asked", ["nothing.html", "specification/gone.html", "evidence/a/b/c.html", "x/y"])
def test_page_that_is_not_there_leads_on_wherever_it_is_shown(browser: Browser, site: Path, asked: str) -> None:
    """From any depth, on a host where the site has a folder of its own: colours, search and links work."""
    with served(site.parent, HostHandler) as root:
        found = opened(browser, f"{root}site/{asked}")
        page = found.page
        depth = "" if asked != "x/y" else "x/"  # no folder of the site: what is not known to be one is its root
        assert page.locator("h1").inner_text() == "This page is not here"
        assert page.evaluate("document.baseURI") == f"{root}site/{depth}"
        if depth:
            page.context.close()
            return
        assert "rgb(20, 48, 79)" in page.locator(".md-header").evaluate(
            "each => getComputedStyle(each).backgroundColor"
        )
        assert violations(page) == []
        page.keyboard.press("/")
        page.keyboard.type("vault.same-region")
        page.locator(".md-search-result__link", has_text="in the same region").first.wait_for(state="attached")
        page.keyboard.press("Escape")
        page.locator(".md-content a", has_text="Traceability").click()
        page.wait_for_url("**/site/evidence/traceability.html")
        assert [each for each in found.complaints if "404" not in each] == []
        page.context.close()


def test_page_that_is_not_there_knows_every_folder(site: Path) -> None:
    text = (site / "404.html").read_text("utf-8")
    folders = {each.name for each in site.iterdir() if each.is_dir()}
    assert folders - {"search"} <= set(json.loads(f"[{text.partition('folders = [')[2].partition(']')[0]}]"))


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
    found.page.keyboard.press("ArrowDown")
    chosen = found.page.evaluate("document.activeElement.href")
    found.page.keyboard.press("Enter")
    found.page.wait_for_url(lambda url: url == chosen)
    assert (found.complaints, found.outside) == ([], [])
    found.page.context.close()


def test_link_to_a_requirement_shows_it(browser: Browser, site: Path) -> None:
    found = opened(browser, (site / "decide" / "what-breaks.html").as_uri())
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


@pytest.mark.parametrize(
    ("address", "across"),
    [
        ("decide/what-breaks.html", A4),
        ("decide/enable.html", A4),
        ("decide/obligations.html", A4),
        ("decide/protect.html", A4_LANDSCAPE),
        ("specification/index.html", A4_LANDSCAPE),
        ("evidence/scenarios.html", A4_LANDSCAPE),
    ],
)
def test_nothing_is_cut_off_on_paper(browser: Browser, site: Path, address: str, across: int) -> None:
    found = opened(browser, (site / address).as_uri(), width=across)
    found.page.emulate_media(media="print")
    cut = "tables => tables.filter(each => each.getBoundingClientRect().right > innerWidth).length"
    assert found.page.locator("table").evaluate_all(cut) == 0
    assert overflow(found.page) == 0
    found.page.context.close()


def test_first_column_of_a_wide_table_stays_while_the_others_scroll(browser: Browser, site: Path) -> None:
    found = opened(browser, (site / "decide" / "protect.html").as_uri(), width=PHONE)
    box = found.page.locator(".wide .md-typeset__scrollwrap")
    box.evaluate("each => each.scrollLeft = 400")
    left = "each => Math.round(each.getBoundingClientRect().left)"
    cells = box.locator("tbody tr").first.locator("td")
    assert cells.first.evaluate(left) - box.evaluate(left) in range(-2, 20)
    assert cells.nth(1).evaluate(left) < 0
    assert box.get_attribute("tabindex") == "0"
    fades = "each => getComputedStyle(each).maskImage !== 'none'"
    assert box.evaluate(fades)
    box.evaluate("each => each.scrollLeft = each.scrollWidth")
    found.page.wait_for_function("!document.querySelector('.wide .md-typeset__scrollwrap').matches('.more')")
    assert not box.evaluate(fades)
    found.page.context.close()


@pytest.mark.parametrize(
    ("address", "column"),
    [
        ("decide/index.html", "Answer"),
        ("decide/enable.html", "✘ refused"),
        ("decide/what-breaks.html", "Deployed model"),
        ("specification/index.html", "Status"),
        ("evidence/scenarios.html", "Status"),
    ],
)
def test_what_a_table_comes_to_is_seen_on_a_phone_before_it_is_scrolled(
    browser: Browser, site: Path, address: str, column: str
) -> None:
    found = opened(browser, (site / address).as_uri(), width=PHONE)
    header = found.page.locator("th", has_text=column).first
    assert header.evaluate("each => each.getBoundingClientRect().right <= innerWidth")
    found.page.context.close()


def test_every_way_on_to_what_if_is_followed_and_shows_what_the_table_says(browser: Browser, site: Path) -> None:
    found = opened(browser, (site / "decide" / "what-breaks.html").as_uri())
    rows = found.page.locator("tr:has(a.try)").evaluate_all(
        "rows => rows.map(row => [row.querySelector('a.try').href, row.innerText])"
    )
    assert len(rows) > 15
    page = found.page.context.new_page()
    for address, row in rows:
        page.goto(address)
        assert page.locator("#what-if-said .what-if-notice").count() == 0, address
        assert page.locator("#what-if-path li").count() == len(address.partition("then=")[2].split(".")) + 1
        assert page.locator("#what-if-path .accepted").count() == page.locator("#what-if-path li").count() - 1
        lost = page.locator("#what-if-losses").inner_text()
        for here, there in {"inaccessible": "is inaccessible", "undeployed": "is undeployed"}.items():
            assert (here in row.replace("stays ", "")) == (there in lost), (address, here)
    assert (found.complaints, found.outside) == ([], [])
    found.page.context.close()


def test_code_is_copied_by_keyboard(browser: Browser, site: Path) -> None:
    """A scenario as it is written, to be put into a feature file."""
    address = (site / "specification" / "vault.html").as_uri()
    found = opened(browser, address, permissions=["clipboard-read", "clipboard-write"])
    button = found.page.locator(".scenario button").first
    button.focus()
    found.page.keyboard.press("Enter")
    found.page.wait_for_function("navigator.clipboard.readText().then(text => text.startsWith('Scenario'))")
    copied = found.page.evaluate("navigator.clipboard.readText()")
    assert "\n  When the customer enables customer-managed keys" in copied
    assert copied.endswith("\n")
    assert found.page.locator(".copied").inner_text() == "Copied."
    found.page.context.close()
