"""Every page is light on a phone: what a browser fetches for it, over HTTP with compression as
hosts send it, and how far there is to scroll.
"""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import MARKS, PHONE, QuietHandler, cold, look, served, window
from tests.conftest import some
from tests.site.conftest import REGISTER

pytestmark = MARKS

MOST_REQUESTS = 60
MOST_BYTES = 400_000
SCREEN = 844
"""The height of a phone's window in pixels, where the width is that of `PHONE`."""

COMPRESSED = (".html", ".css", ".js", ".json", ".svg", ".xml")


class CompressingHandler(QuietHandler):
    """Sends text compressed, as hosts do."""

    def do_GET(self) -> None:  # noqa: N802  # the name it has in the base class
        """Send a file."""
        file = Path(self.translate_path(self.path))
        if file.suffix not in COMPRESSED or not file.is_file():
            super().do_GET()
            return
        content = gzip.compress(file.read_bytes())
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(file)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@dataclass
class Fetched:
    """What a browser has fetched."""

    addresses: list[str] = field(default_factory=list)
    size: int = 0

    def watch(self, page: Page) -> None:
        """Count what a page fetches from now on, as the browser reports it."""
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", self.asked)
        session.on("Network.loadingFinished", self.finished)

    def asked(self, event: dict[str, dict[str, str]]) -> None:
        """Note a request."""
        address = event["request"]["url"]
        if address.startswith("http"):
            self.addresses.append(address)

    def finished(self, event: dict[str, int]) -> None:
        """Note an answer with the bytes of its head and content on the wire."""
        self.size += event["encodedDataLength"]


@pytest.fixture(scope="module")
def compressed(site: Path) -> Iterator[str]:
    """The site over HTTP, compressed."""
    with served(site, CompressingHandler) as address:
        yield address


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[Page]:
    """A window as wide as a phone."""
    page = window(browser).page
    look(page, PHONE)
    yield page
    page.context.close()


TOPICS = [f"specification/{topic}.html" for topic in REGISTER.topics]


def chosen(site: Path) -> list[str]:
    """Every page in full; else the topics, what shows evidence, and some of the others."""
    every = [path.relative_to(site).as_posix() for path in sorted(site.rglob("*.html"))]
    heavy = ["specification/index.html", "evidence/traceability.html", "decide/what-if.html"]
    return sorted({*some(every, 9), *TOPICS, *heavy})


def test_every_page_is_fetched_with_few_requests_and_few_bytes(
    phone: Page, compressed: str, site: Path
) -> None:
    too_heavy = {}
    for address in chosen(site):
        fetched = Fetched()
        fetched.watch(phone)
        with cold(phone):
            phone.goto(compressed + address, wait_until="networkidle")
        assert compressed + address in fetched.addresses
        assert fetched.size > 10_000, address
        requests = len(fetched.addresses)
        if requests > MOST_REQUESTS or fetched.size > MOST_BYTES:
            too_heavy[address] = (requests, fetched.size)
        phone.goto("about:blank")
    assert too_heavy == {}


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


@pytest.mark.parametrize("topic", REGISTER.topics)
def test_topic_leads_to_each_of_its_requirements_from_the_first_screens(
    phone: Page, site: Path, topic: str
) -> None:
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
