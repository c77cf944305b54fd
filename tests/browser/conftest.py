"""What the browser tests share: one browser and one site, how a page is opened, what it says, and
what axe finds.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it says no types
from playwright.sync_api import Browser, Page, sync_playwright

from tests.site.conftest import project, report, site

__all__ = ["project", "report", "site"]

MARKS = [
    pytest.mark.browser,
    pytest.mark.skipif(shutil.which("chromium") is None, reason="missing tool: chromium"),
]
"""The marks of every module of browser tests."""

DESK, PHONE = 1280, 390  # pixels
OWN = ("file:", "data:", "blob:", "http://127.0.0.1:")
"""How an address begins that asks no other host."""
STILL = 0.02
"""The layout shift under which a page counts as still; browsers call less than 0.1 good."""
SHORTENED = """(most) => {
  const kind = (each) => `${each.tagName}.${each.className}`;
  const within = (each) => [...new Set([...each.querySelectorAll("*")].map(kind))].sort();
  for (const whole of document.querySelectorAll(".md-content *, .md-nav__list, tbody")) {
    const seen = {};
    for (const part of [...whole.children]) {
      const alike = [kind(part), ...within(part)].join();
      seen[alike] = (seen[alike] ?? 0) + 1;
      if (seen[alike] > most) part.remove();
    }
  }
}"""
"""Leaves so many of the parts of a whole that are made alike: of the same kinds of elements."""
RULES = {"target-size": {"enabled": True}}
"""What axe looks for besides its own choice: all of WCAG 2.2 up to level AA."""
SETTLED = "Promise.allSettled(document.getAnimations().map(each => each.finished))"
"""Waits until no colour is on its way from one scheme, or from paper, to another."""


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files and says nothing of it."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name it has in the base class
        """Say nothing."""


class HostHandler(QuietHandler):
    """Shows the site's own page for an address without one, as hosts do; the site has a folder of
    its own.
    """

    def send_error(self, code: int, *_: object) -> None:
        """Send the page in place of a message."""
        page = (Path(self.directory) / "site" / "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(page)


@contextmanager
def served(folder: Path, handles: type[QuietHandler] = QuietHandler) -> Iterator[str]:
    """A folder over http: the address of its root."""
    handler = partial(handles, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@dataclass
class Opened:
    """A window with a page, and what the page said and asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def go(self, address: str) -> None:
        """Go on to another page, as if nothing had been said or asked for before."""
        self.complaints.clear()
        self.outside.clear()
        self.page.goto(address)


@contextmanager
def cold(page: Page) -> Iterator[None]:
    """A window in which every page is fetched and made as if it were the first."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    yield
    session.detach()


def look(page: Page, width: int = DESK, *, dark: bool = False, printed: bool = False) -> None:
    """Show pages in a window or on paper so many pixels wide."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(
        color_scheme="dark" if dark else "light", media="print" if printed else "null"
    )


def window(browser: Browser, **options: Any) -> Opened:
    """A window in which nothing is open yet; making one takes the browser as long as showing a
    page.
    """
    found = Opened(browser.new_context(**options).new_page())
    look(found.page)
    found.page.on(
        "console",
        lambda message: found.complaints.append(message.text) if message.type == "error" else None,
    )
    found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
    found.page.on(
        "request",
        lambda request: None if request.url.startswith(OWN) else found.outside.append(request.url),
    )
    return found


def violations(page: Page, alike: int | None = None) -> list[tuple[str, list[str]]]:
    """What axe finds wrong with a page, all folded open; with ``alike``, in so many of the rows,
    items and other parts that are made alike, since it takes long over each.
    """
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    if alike is not None:
        page.evaluate(SHORTENED, alike)
    page.evaluate(SETTLED)
    # without preload, axe does not ask for style sheets, which a browser refuses to a page opened
    # from a file
    options = {"resultTypes": ["violations"], "preload": False, "rules": RULES}
    result = Axe().run(page, options=options)
    return [
        (each["id"], [node["html"][:200] for node in each["nodes"]])
        for each in result.response["violations"]
    ]


def search(page: Page, words: str) -> None:
    """Look for words in the search of the theme, which waits for a key; it is opened by a key
    too.
    """
    field = page.locator("[data-md-component='search-query']")
    if not field.evaluate("field => field === document.activeElement"):
        page.keyboard.press("/")  # in the field it would be one more character to look for
        page.wait_for_function("document.activeElement.matches('.md-search__input')")
    field.fill(words)
    field.press("End")


def focused(page: Page) -> str:
    """The words of the element that has the focus."""
    return str(page.evaluate("document.activeElement.innerText"))


def tab_to(page: Page, selector: str, words: str = "") -> None:
    """Go on by the tabulator until the focus is on an element that begins with these words."""
    reached = """([selector, words]) => document.activeElement.matches(selector) &&
        document.activeElement.innerText.startsWith(words)"""
    for _ in range(300):
        page.keyboard.press("Tab")
        if page.evaluate(reached, [selector, words]):
            return
    raise AssertionError(f"{selector} {words} can not be reached by keyboard")


def overflow(page: Page) -> int:
    """By how many pixels a page is wider than its window."""
    return int(
        page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    )


SHIFTS = """() => new Promise(done => {
  const seen = [];
  const watch = list => list.getEntries().forEach(each => seen.push(
    [each.value, ...each.sources.map(source => source.node?.outerHTML?.slice(0, 80) ?? "")]));
  new PerformanceObserver(watch).observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(seen), 50)));
})"""


def shifts(page: Page) -> list[Any]:
    """What has moved on a page since it was first shown; nothing where it is a hair, as a table
    does that comes in.
    """
    moved = list(page.evaluate(SHIFTS))
    return moved if sum(each[0] for each in moved) > STILL else []


@pytest.fixture(scope="session")
def root(site: Path) -> Iterator[str]:
    """The site over http; most tests open it from files."""
    with served(site) as address:
        yield address


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium, which asks nobody anything of its own accord."""
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def only_window(browser: Browser) -> Opened:
    """The window of all tests that need none of their own."""
    return window(browser, permissions=["clipboard-read", "clipboard-write"])


@pytest.fixture
def page(only_window: Opened) -> Iterator[Page]:
    """An empty page; nothing may fail on the pages that a test opens in it, and nobody outside may
    be asked.
    """
    page = only_window.page
    only_window.go("about:blank")
    yield page
    for other in page.context.pages[1:]:
        other.close()
    look(page)
    assert (only_window.complaints, only_window.outside) == ([], [])
