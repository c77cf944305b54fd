"""The site in Chromium, from files and from a server: accessible, quiet, in both schemes, on a desk
and on a phone.

What one can fill in, tick and narrow works by keyboard alone, is kept in the address, and is of use
without a script.
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import (
    DESK,
    MARKS,
    PHONE,
    HostHandler,
    Opened,
    cold,
    look,
    overflow,
    search,
    served,
    shifts,
    tab_to,
    violations,
    window,
)
from tests.site.conftest import MARKED, REGISTER, SITE
from translator_cmk.requirements import Requirement
from translator_cmk.site.content import register_digest
from translator_cmk.site.sourced import data

pytestmark = MARKS

CUT = "tables => tables.filter(each => each.getBoundingClientRect().right > innerWidth).length"
"""How many tables are cut off at the right."""

A4, A4_LANDSCAPE = 718, 1047  # pixels between margins of a centimetre

WHAT_IF = "decide/what-if.html#from=a-deployed-model-under-customer-managed-keys"


class View(NamedTuple):
    """A page, and how it is seen: on a desk in light colours from a file, or on a phone in dark
    ones from a server.
    """

    address: str
    phone: bool = False
    paper: int = 0  # pixels across, if its tables are wide
    cards: Sequence[str] = ()  # columns of its tables that are cards on a phone


VIEWS = {
    "home": View(
        "index.html",
        True,
        0,
        ("Uploaded documents", "Deployed models", "Data in the workspace"),
    ),
    "topic with a failure": View("specification/workspace.html", True),
    "decision": View("decide/index.html?storage=yes&obligation=yes", paper=A4),
    "tables and pictures": View("decide/what-breaks.html", True, A4),
    "checklist": View("decide/enable.html", paper=A4),
    "cards": View(
        "decide/protect.html",
        True,
        A4_LANDSCAPE,
        ("Azure permission that it needs", "What guards against it"),
    ),
    "all requirements": View(
        "specification/index.html",
        True,
        A4_LANDSCAPE,
    ),
    "implementations": View("evidence/implementations.html"),
    "what if": View(WHAT_IF, True),
}
"""The templates that differ most."""


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_page_is_quiet_fits_and_is_accessible(
    page: Page, site: Path, root: str, view: View
) -> None:
    """In one visit: nothing fails, moves, asks or is cut off, and axe is quiet."""
    width = PHONE if view.phone else DESK
    look(page, width, dark=view.phone)
    with cold(page):
        page.goto((root if view.phone else f"{site.as_uri()}/") + view.address)
    scheme = "slate" if view.phone else "default"
    page.wait_for_function(  # the theme sets it once its script has run
        "scheme => document.body.dataset.mdColorScheme === scheme", arg=scheme
    )
    assert (overflow(page), shifts(page)) == (0, [])
    if view.cards:
        cells = page.locator(".cards tbody tr").first.locator("td")
        said = cells.evaluate_all(
            "cells => cells.map(each => getComputedStyle(each, '::before').content)"
        )
        assert [column for column in view.cards if f'"{column}: "' not in said] == []
        right = (
            "cells => Math.max(...cells.map(each => each.getBoundingClientRect().right)) <= "
            "innerWidth"
        )
        assert page.locator(".cards td").evaluate_all(right)
    if view is VIEWS["home"]:
        _, fate = page.locator(".cards td").nth(1).inner_text().splitlines()
        assert fate.startswith("✘ gone for good")
    if view.paper:
        assert cut_off_on_paper(page, view.paper) == (0, 0, 0)
        look(page, width, dark=view.phone)
    assert violations(page, alike=1) == []
    look(page, DESK, dark=view.phone)
    assert page.locator(".cards table").evaluate_all(CUT) == 0


def test_axe_finds_targets_that_are_too_small_and_text_that_is_too_pale(
    page: Page, site: Path
) -> None:
    page.goto((site / "404.html").as_uri())
    page.evaluate(
        """document.querySelector(".md-content").insertAdjacentHTML("beforeend",
          "<p style='color: #ccc; background: #fff'>pale</p>" +
          "<ul style='line-height: 1'><li><a href='#a'>one</a></li><li><a href='#b'>two</a></li></ul>")"""
    )
    assert {rule for rule, _ in violations(page)} >= {"color-contrast", "target-size"}


def cut_off_on_paper(page: Page, across: int) -> tuple[int, int, int]:
    """Print a page: how many titles may be left alone, how many tables are too wide, and by how
    much the page is.
    """
    look(page, across, printed=True)
    alone = "found => found.filter(each => getComputedStyle(each).breakAfter !== 'avoid').length"
    return (
        page.locator(":is(h1, h2, h3, h4)").evaluate_all(alone),
        page.locator("table").evaluate_all(CUT),
        overflow(page),
    )


def test_table_on_a_phone_shows_its_result_first_and_is_printed_whole(
    page: Page, site: Path
) -> None:
    """The column of results is seen before the table scrolls, and stays when it does."""
    look(page, PHONE)
    page.goto((site / "evidence" / "traceability.html").as_uri())
    assert page.locator("th", has_text="Requirement").first.evaluate(
        "each => each.getBoundingClientRect().right <= innerWidth"
    )
    box = page.locator(".md-typeset__scrollwrap").first
    box.evaluate("each => each.scrollLeft = 400")
    left = "each => Math.round(each.getBoundingClientRect().left)"
    cells = box.locator("tbody tr").first.locator("td")
    assert cells.first.evaluate(left) - box.evaluate(left) in range(-2, 20)
    assert cells.nth(1).evaluate(left) < 0
    assert box.get_attribute("tabindex") == "0"
    assert cut_off_on_paper(page, A4_LANDSCAPE) == (0, 0, 0)


def test_page_that_is_not_there_leads_on_wherever_it_is_shown(
    page: Page, only_window: Opened, site: Path
) -> None:
    """From any depth, on a host where the site has a folder of its own: colours, search and links
    work.
    """
    with served(site.parent, HostHandler) as root:
        page.goto(f"{root}site/x/y")
        # no folder of the site: what is not known to be one is its root
        assert page.evaluate("document.baseURI") == f"{root}site/x/"
        for asked in ("nothing.html", "evidence/a/b/c.html"):
            page.goto(f"{root}site/{asked}")
            assert page.evaluate("document.baseURI") == f"{root}site/"
            header = page.locator(".md-header").evaluate(
                "each => getComputedStyle(each).backgroundColor"
            )
            assert "rgb(20, 48, 79)" in header
        assert page.locator("h1").inner_text() == "This page is not here"
        assert violations(page) == []
        search(page, "vault.same-region")
        page.locator(".md-search-result__link", has_text="in another region").first.wait_for(
            state="attached"
        )
        page.keyboard.press("Escape")
        page.locator(".md-content a", has_text="Traceability").click()
        page.wait_for_url("**/site/evidence/traceability.html")
        page.goto("about:blank")  # the server stops
    only_window.complaints[:] = [each for each in only_window.complaints if "404" not in each]


def test_code_is_copied_by_keyboard_and_what_is_folded_is_printed(page: Page, site: Path) -> None:
    """A scenario as it is written, to be put into a feature file."""
    page.goto((site / "specification" / "vault.html").as_uri())
    page.locator("details:has(.scenario) > summary").first.press("Enter")
    page.locator(".scenario button").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_function(
        "navigator.clipboard.readText().then(text => text.startsWith('Scenario'))"
    )
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "\n  When the customer enables customer-managed keys" in copied
    assert copied.endswith("\n")
    assert page.locator(".copied").inner_text() == "Copied."
    assert page.locator("details:not([open])").count() > 0
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0


def test_every_way_on_to_what_if_is_followed_and_shows_what_the_table_says(
    page: Page, site: Path
) -> None:
    page.goto((site / "decide" / "what-breaks.html").as_uri())
    for fold in ("#back", "#harmless"):
        page.locator(f"{fold} > summary").press("Enter")
    rows = page.locator("tr:has(a.try)").evaluate_all(
        "rows => rows.flatMap(row => [...row.querySelectorAll('a.try')].map(way => "
        "[way.href, row.closest('.cards') ? row.innerText : '']))"
    )
    assert len(rows) > 15
    for address, row in rows:
        page.goto(address)
        assert page.locator("#what-if-said .what-if-notice").count() == 0, address
        assert (
            page.locator("#what-if-path li").count()
            == len(address.partition("then=")[2].split(".")) + 1
        )
        assert (
            page.locator("#what-if-path .accepted").count()
            == page.locator("#what-if-path li").count() - 1
        )
        lost = page.locator("#what-if-losses").inner_text()
        if not row:  # after the way back
            assert "for good" in lost
            continue
        for word in ("inaccessible", "undeployed"):
            assert (f"✘ {word}" in row) == (f"is {word}" in lost), (address, word)


def test_matrix_says_how_old_a_report_is_and_nothing_in_it_runs(page: Page, site: Path) -> None:
    page.goto((site / "evidence" / "implementations.html").as_uri())
    assert page.locator("[data-age]").all_inner_texts() == ["(less than a day ago)"] * 2
    assert (
        page.evaluate("ageOf(new Date(Date.now() - 40 * 86_400_000).toISOString())")
        == "40 days ago"
    )
    assert MARKED in page.locator("#marked").inner_text()
    assert page.locator(".md-content script:not([src])").count() == 0
    page.locator("sup.note a").first.click()
    assert page.locator(":target").count() == 1


# What one can fill in


def query(page: Page) -> dict[str, list[str]]:
    """What is kept in the address of a page."""
    return parse_qs(page.evaluate("location.search.slice(1)"))


def test_questions_are_answered_by_keyboard_and_only_the_advice_for_the_answers_given_is_shown(
    page: Page, site: Path
) -> None:
    """The answers are kept in the address, and no question is asked that can't change the
    answer.
    """
    page.goto((site / "decide" / "index.html").as_uri())
    assert page.locator(".advice:visible, .rules:visible, #risks:visible").count() == 0
    for question, presses in {"storage": 0, "obligation": 0, "restore": 0, "control": 0}.items():
        tab_to(page, f"input[name='{question}']")
        page.keyboard.press("Space")
        for _ in range(presses):
            page.keyboard.press("ArrowRight")
    rules = data("decide")["rules"]
    rule = next(each for each in rules if each["answer"] == "yes")
    assert (
        page.locator("#answer").inner_text()
        == f"Yes. {rule['because']} Complete the prerequisites."
    )
    assert query(page) == {
        "storage": ["yes"],
        "obligation": ["yes"],
        "restore": ["yes"],
        "control": ["yes"],
    }
    assert not page.locator("[data-question='kill-switch']").is_visible()
    assert [each.inner_text() for each in page.locator(".advice:visible").all()] == [
        "Obligations says how far the article serves common controls."
    ]
    page.locator("input[name='storage'][value='no']").check()
    assert page.locator("[data-question]:visible").count() == 1
    assert page.locator("#answer").inner_text() == f"No. {rules[0]['because']} {rules[0]['next']}"
    assert page.locator("#decision-record li[data-if~='yes']:visible").count() == 0


ANSWERS = "?storage=yes&obligation=no&kill-switch=no&restore=no&control=unknown&owner=Ada&review=2027-01-31"


def test_record_is_handed_out_without_links_that_lead_nowhere_where_it_is_pasted(
    page: Page, site: Path, root: str
) -> None:
    """A site on this machine has no address, so requirements are named by their ids.  It is printed
    on two pages at most, in letters that can be read.
    """
    named = (site / "decide" / "index.html").read_text("utf-8")
    nowhere = re.sub('<link rel="canonical"[^>]*>', "", named)
    assert nowhere != named
    page.route(
        "**/decide/index.html*", lambda route: route.fulfill(body=nowhere, content_type="text/html")
    )
    page.goto(f"{root}decide/index.html{ANSWERS}")
    page.unroute("**/decide/index.html*")
    assert page.locator("[data-fill='kill-switch']").inner_text() == "no"
    copied = copied_record(page)
    with page.expect_download() as download:
        page.locator("[data-action='download']").press("Enter")
    assert Path(download.value.path()).read_text("utf-8") == copied
    assert copied.startswith("# Decision on customer-managed keys for Translator\n")
    assert "**Decision: no.**" in copied
    assert "- You need a kill switch: no\n" in copied
    assert "- You know who can break it: not asked\n" in copied
    assert "Owner: Ada. Review on: 2027-01-31." in copied
    assert "kill switch (`revocation.revoke`)" in copied.partition("## Risks")[2].partition("##")[0]
    assert register_digest(REGISTER) in copied
    assert re.search(r"Date: \d{4}-\d\d-\d\d\.", copied)
    assert {urlsplit(link).hostname for link in re.findall(r"\]\(([^)]+)\)", copied)} == {
        "learn.microsoft.com"
    }
    assumed, _, silent = copied.partition("## Assumptions")[2].partition("## Not specified")
    for each in REGISTER.values():
        assert (f"(`{each.id}`)" in silent) == (each.kind == "silence")
        assert (f"(`{each.id}`)" in assumed) == (each.basis == "assumed" and each.kind != "silence")
    whole = page.pdf(format="A4")
    page.evaluate("document.body.classList.add('only-record')")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    alone = page.pdf(format="A4")
    pages = [len(re.findall(rb"/Type\s*/Page\b", each)) for each in (alone, whole)]
    assert pages[0] <= 2
    assert pages[1] > 2


def copied_record(page: Page) -> str:
    """The record, copied as Markdown by keyboard."""
    tab_to(page, "[data-action='copy']")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('.said').textContent === 'Copied.'")
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_links_of_the_record_are_whole_where_the_site_has_an_address(
    page: Page, site: Path
) -> None:
    """Its pages name the address, wherever they are opened."""
    page.goto((site / "decide" / "index.html").as_uri() + ANSWERS)
    links = re.findall(r"\]\(([^)]+)\)", copied_record(page))
    assert {urlsplit(link).hostname for link in links} == {
        "learn.microsoft.com",
        urlsplit(SITE).hostname,
    }
    assert f"{SITE}decide/index.html{ANSWERS}#questions" in links
    (risk,) = (link for link in links if link.endswith("#revocation.revoke"))
    assert risk == f"{SITE}specification/revocation.html#revocation.revoke"


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        ("topic=vault", lambda each: each.topic == "vault"),
        ("words=%40revocation.undeploys", lambda each: each.id == "revocation.undeploys"),
        (
            "basis=assumed&kind=silence",
            lambda each: each.basis == "assumed" and each.kind == "silence",
        ),
        ("words=%40vault.same", lambda each: False),
    ],
)
def test_address_narrows_the_table(
    page: Page, site: Path, asked: str, fits: Callable[[Requirement], bool]
) -> None:
    page.goto((site / "specification" / "index.html").as_uri() + f"?{asked}")
    expected = sum(map(fits, REGISTER.values()))
    assert page.locator(".filterable tbody tr:visible").count() == expected
    assert page.locator(".count").inner_text() == f"{expected} of {len(REGISTER)} shown"


def test_table_is_narrowed_and_boxes_are_ticked_by_keyboard_and_kept_in_the_address(
    page: Page, site: Path
) -> None:
    page.goto((site / "specification" / "index.html").as_uri())
    tab_to(page, "select[name='basis']")
    page.keyboard.type("assumed")
    tab_to(page, "input[name='words']")
    page.keyboard.type("rsa")
    assumed = [
        each for each in REGISTER.values() if each.basis == "assumed" and each.kind != "silence"
    ]
    shown = page.locator(".filterable tbody tr:visible").count()
    assert 0 < shown < len(assumed)
    assert query(page) == {"basis": ["assumed"], "words": ["rsa"]}
    page.reload()
    assert page.locator(".filterable tbody tr:visible").count() == shown
    page.goto((site / "decide" / "enable.html").as_uri())
    for name in ("decided", "few"):
        tab_to(page, f"#check-{name}")
        page.keyboard.press("Space")
    assert query(page) == {"ticked": ["decided few"]}
    page.reload()
    assert page.locator(".checklist input:checked").count() == 2


def test_pages_are_of_use_without_a_script(browser: Browser, site: Path) -> None:
    page = window(browser, java_script_enabled=False).page
    for address, selector, count in (
        ("specification/index.html", "tbody tr", len(REGISTER)),
        ("decide/index.html", "#record ~ article li", 4),
        ("decide/enable.html", ".checklist input", 10),
    ):
        page.goto(f"{site.as_uri()}/{address}")
        assert page.locator(f"{selector}:visible").count() >= count, address
    page.goto(f"{site.as_uri()}/{WHAT_IF}")
    notice = page.locator(".what-if-notice:visible")
    assert "JavaScript" in notice.inner_text()
    assert [each.get_attribute("href") for each in notice.locator("a").all()] == [
        *("what-breaks.html", "enable.html", "unknowns.html")
    ]
    assert not page.locator("#what-if-explorer").is_visible()
    page.context.close()
