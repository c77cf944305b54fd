"""One browser with one window for all tests of a worker, and the site that all tests share."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.opening import DESK, Opened, served, window
from tests.site.conftest import project, site

__all__ = ["browser", "page", "project", "root", "site", "window_on_a_desk"]


@pytest.fixture(scope="session")
def root(site: Path) -> Iterator[str]:
    """The site over http; most tests open it from files."""
    with served(site) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, which asks nobody anything of its own accord."""
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def window_on_a_desk(browser: Browser) -> Opened:
    """The window of all tests that need none of their own: making one takes as long as showing a page."""
    return window(browser, "light", DESK, permissions=["clipboard-read", "clipboard-write"])


@pytest.fixture
def page(window_on_a_desk: Opened) -> Iterator[Page]:
    """An empty page; nothing may fail on the pages that a test opens in it, and nobody outside may be asked."""
    page = window_on_a_desk.page
    window_on_a_desk.go("about:blank")
    yield page
    for other in page.context.pages[1:]:
        other.close()
    page.emulate_media(media="null")
    assert (window_on_a_desk.complaints, window_on_a_desk.outside) == ([], [])
