"""What one can fill in, tick and narrow: by keyboard alone, kept in the address, and of use without a script."""

import re
import shutil
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.opening import DESK, opened
from tests.site.building import PICKLES, REGISTER
from translator_cmk.site.content import register_digest
from translator_cmk.site.sourced import data

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(shutil.which("chromium") is None, reason="missing tool: chromium"),
]


def query(page: Page) -> dict[str, list[str]]:
    """What is kept in the address of a page."""
    return parse_qs(urlsplit(page.url).query)


def tab_to(page: Page, selector: str) -> None:
    """Go on by the tabulator until the focus is on an element."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} can not be reached by keyboard")


def test_questions_are_answered_by_keyboard_and_kept_in_the_address(browser: Browser, site: Path) -> None:
    found = opened(browser, (site / "decide" / "index.html").as_uri())
    page = found.page
    for question, presses in {"obligation": 0, "kill-switch": 1, "restore": 0, "control": 0}.items():
        tab_to(page, f"input[name='{question}']")
        page.keyboard.press("Space")
        for _ in range(presses):
            page.keyboard.press("ArrowRight")
    rule = next(each for each in data("decision")["rules"] if each["answer"] == "yes")
    assert page.locator("#answer").inner_text() == f"Yes. {rule['because']}"
    assert query(page) == {"obligation": ["yes"], "kill-switch": ["no"], "restore": ["yes"], "control": ["yes"]}
    page.reload()
    assert page.locator("#answer").inner_text().startswith("Yes. ")
    assert page.locator("[data-fill='kill-switch']").inner_text() == "no"
    assert page.locator("[data-fill='answer']").inner_text() == "yes"
    assert found.complaints == []
    page.context.close()


def test_record_is_handed_out_as_markdown_with_whole_addresses(browser: Browser, site: Path) -> None:
    answers = "?obligation=no&kill-switch=no&restore=no&control=unknown"
    address = (site / "decide" / "index.html").as_uri() + answers
    found = opened(browser, address, permissions=["clipboard-read", "clipboard-write"])
    page = found.page
    tab_to(page, "[data-action='copy']")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('.said').textContent === 'Copied.'")
    copied = page.evaluate("navigator.clipboard.readText()")
    with page.expect_download() as download:
        page.locator("[data-action='download']").press("Enter")
    assert Path(download.value.path()).read_text("utf-8") == copied
    assert copied.startswith("# Customer-managed keys for Translator: decision record\n")
    assert "**Decision: no.**" in copied
    assert "- Write access: don't know" in copied
    assert register_digest(REGISTER) in copied
    assert re.search(r"Date: \d{4}-\d\d-\d\d\.", copied)
    links = re.findall(r"\]\(([^)]+)\)", copied)
    assert len(links) > 12
    assert all(urlsplit(link).scheme in ("file", "https") for link in links)
    assert f"{address}#questions" in links
    assumed = [each for each in REGISTER.values() if each.basis == "assumed"]
    assert all(f"[{each.title}]" in copied for each in assumed)
    page.context.close()


def test_record_is_printed_on_one_page(browser: Browser, site: Path) -> None:
    address = (site / "decide" / "index.html").as_uri()
    found = opened(browser, f"{address}?obligation=yes&kill-switch=yes&restore=yes&control=no")
    found.page.evaluate("document.body.classList.add('only-record')")
    alone = found.page.pdf(format="A4")
    found.page.evaluate("document.body.classList.remove('only-record')")
    whole = found.page.pdf(format="A4")
    pages = [len(re.findall(rb"/Type\s*/Page\b", each)) for each in (alone, whole)]
    assert pages[0] == 1
    assert pages[1] > 2
    found.page.context.close()


def test_boxes_are_ticked_by_keyboard_counted_and_kept_in_the_address(browser: Browser, site: Path) -> None:
    found = opened(browser, (site / "decide" / "enable.html").as_uri())
    page = found.page
    for name in ("decided", "lock"):
        tab_to(page, f"#check-{name}")
        page.keyboard.press("Space")
    items = sum(len(group["items"]) for group in data("enable")["checklist"])
    assert page.locator(".count").inner_text() == f"2 of {items} ticked"
    assert query(page) == {"ticked": ["decided lock"]}
    page.reload()
    assert page.locator(".checklist input:checked").count() == 2
    page.context.close()


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("topic=vault", [each.id for each in PICKLES if each.requirements[0].startswith("vault.")]),
        ("words=%40revocation.undeploys", [each.id for each in PICKLES if "revocation.undeploys" in each.requirements]),
        ("basis=assumed&status=model%3A+%E2%9C%94+passed", [
            each.id for each in PICKLES if REGISTER[each.requirements[0]].basis == "assumed"
        ]),
        ("words=%40vault.same", []),
    ],
)  # fmt: skip
def test_address_narrows_the_table(browser: Browser, site: Path, asked: str, expected: list[str]) -> None:
    found = opened(browser, (site / "evidence" / "scenarios.html").as_uri() + f"?{asked}")
    assert found.page.locator("tbody tr:visible").count() == len(expected)
    assert found.page.locator(".count").inner_text() == f"{len(expected)} of {len(PICKLES)} shown"
    assert found.complaints == []
    found.page.context.close()


def test_table_is_narrowed_by_keyboard_and_kept_in_the_address(browser: Browser, site: Path) -> None:
    found = opened(browser, (site / "specification" / "index.html").as_uri())
    page = found.page
    tab_to(page, "select[name='basis']")
    page.keyboard.type("assumed")
    tab_to(page, "input[name='words']")
    page.keyboard.type("rsa")
    assumed = [each for each in REGISTER.values() if each.basis == "assumed"]
    shown = page.locator(".filterable tbody tr:visible").count()
    assert 0 < shown < len(assumed)
    assert query(page) == {"basis": ["assumed"], "words": ["rsa"]}
    page.reload()
    assert page.locator(".filterable tbody tr:visible").count() == shown
    page.context.close()


@pytest.mark.parametrize(
    ("address", "selector", "count"),
    [
        ("specification/index.html", "tbody tr", len(REGISTER)),
        ("decide/index.html", "#record ~ article li", 4),
        ("decide/enable.html", ".checklist input", 10),
    ],
)
def test_page_is_of_use_without_a_script(browser: Browser, site: Path, address: str, selector: str, count: int) -> None:
    found = opened(browser, f"{site.as_uri()}/{address}", "light", DESK, java_script_enabled=False)
    assert found.page.locator(f"{selector}:visible").count() >= count
    found.page.context.close()
