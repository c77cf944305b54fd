"""The site in Chromium, opened from files: accessible, quiet, in both schemes, on a desk and on a phone."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it says no types
from playwright.sync_api import Browser, Page, sync_playwright

from tests.site.building import PICKLES, a_run, build, copy_pages, generate

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="missing tool: chromium"),
]

DESK, PHONE = 1280, 390  # pixels
KINDS = {
    "home": "index.html",
    "door": "architect.html",
    "text with code": "your-system.html",
    "topic": "specification/vault.html",
    "topic with a failure": "specification/workspace.html",
    "tables": "specification/what-breaks-what.html",
    "glossary": "specification/steps.html",
    "run": "evidence/last-run.html",
    "matrix": "evidence/traceability.html",
    "decision": "decisions/0016-disabled-deleted-rotated-keys.html",
}
"""One page of each kind."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a run in which every outcome occurs."""
    project = tmp_path_factory.mktemp("project")
    copy_pages(project)
    outcomes = ("failed", "not-run", "inconclusive", "passed")
    workspace = [pickle.id for pickle in PICKLES if pickle.requirements[0].startswith("workspace.")]
    status = dict(zip(workspace, outcomes, strict=False))
    assert generate(project, a_run(lambda pickle: status.get(pickle.id, "passed"))).returncode == 0
    built = build(project)
    assert built.returncode == 0, built.stderr
    return project / "site"


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files and says nothing of it."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name it has in the base class
        """Say nothing."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, which asks nobody anything of its own accord."""
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield chromium
        chromium.close()


@dataclass
class Opened:
    """A page, and what it said and asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)


def opened(browser: Browser, path: Path, scheme: str = "light", width: int = DESK) -> Opened:
    """The page in a window of this width, in the light or the dark scheme."""
    dark = scheme == "dark"
    context = browser.new_context(color_scheme="dark" if dark else "light", viewport={"width": width, "height": 900})
    found = Opened(context.new_page())
    found.page.on("console", lambda message: found.complaints.append(message.text) if message.type == "error" else None)
    found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
    found.page.on(
        "request",
        lambda request: (
            found.outside.append(request.url) if not request.url.startswith(("file:", "data:", "blob:")) else None
        ),
    )
    found.page.goto(path.as_uri())
    return found


@pytest.mark.parametrize("address", KINDS.values(), ids=list(KINDS))
@pytest.mark.parametrize(("scheme", "axe_at"), [("light", DESK), ("dark", PHONE)])
def test_page_is_quiet_fits_and_is_accessible(
    browser: Browser, site: Path, address: str, scheme: str, axe_at: int
) -> None:
    """Nothing fails, nobody outside is asked, nothing has to be scrolled sideways, and axe finds nothing."""
    found = opened(browser, site / address, scheme, axe_at)
    shown = found.page.evaluate("document.body.dataset.mdColorScheme")
    found.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    # without preload, axe does not ask for style sheets, which a browser refuses to a page opened from a file
    result = Axe().run(found.page, options={"resultTypes": ["violations"], "preload": False})
    overflow = {}
    for width in (DESK, PHONE):
        found.page.set_viewport_size({"width": width, "height": 900})
        found.page.reload()  # the theme slides things about when a window changes its size
        overflow[width] = found.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
    found.page.context.close()
    assert (found.complaints, found.outside) == ([], [])
    assert overflow == {DESK: 0, PHONE: 0}
    assert shown == {"light": "default", "dark": "slate"}[scheme]
    seen = [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in result.response["violations"]]
    assert seen == []


def test_page_that_is_not_there_says_so(browser: Browser, site: Path) -> None:
    """Its addresses begin at the root of the site, so that it needs a server."""
    handler = partial(QuietHandler, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/404.html")
        assert page.locator("h1").inner_text() == "This page is not here"
        page.locator(".md-content a", has_text="Home").click()
        page.wait_for_url("**/index.html")
        page.close()
        server.shutdown()


def test_search_finds_a_requirement_without_a_server(browser: Browser, site: Path) -> None:
    found = opened(browser, site / "index.html")
    found.page.keyboard.press("/")
    found.page.keyboard.type("purge protection")
    link = found.page.locator(".md-search-result__link", has_text="has purge protection turned on").first
    link.wait_for(state="attached")
    assert "vault.html" in (link.get_attribute("href") or "")
    assert (found.complaints, found.outside) == ([], [])
    found.page.context.close()


def test_link_to_a_requirement_shows_it(browser: Browser, site: Path) -> None:
    found = opened(browser, site / "specification" / "what-breaks-what.html")
    found.page.locator("td a", has_text="inaccessible").first.click()
    found.page.wait_for_url("**/revocation.html#revocation.data-inaccessible")
    heading = found.page.locator("[id='revocation.data-inaccessible']")
    assert heading.evaluate("each => Math.abs(each.getBoundingClientRect().top) < innerHeight")
    found.page.context.close()


def test_scheme_can_be_changed(browser: Browser, site: Path) -> None:
    found = opened(browser, site / "index.html")
    found.page.locator("label[title='Switch to dark colours']").click()
    found.page.wait_for_function("document.body.dataset.mdColorScheme === 'slate'")
    found.page.context.close()


def test_what_is_folded_is_printed(browser: Browser, site: Path) -> None:
    found = opened(browser, site / "specification" / "vault.html")
    assert found.page.locator("details:not([open])").count() > 0
    found.page.emulate_media(media="print")
    found.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert found.page.locator("details:not([open])").count() == 0
    found.page.context.close()
