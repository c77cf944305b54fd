"""The site as mkdocs builds it: strict, complete, light, and without a word to another host."""

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from tests.site.building import REGISTER, ROOT

pytestmark = pytest.mark.xdist_group("site")

KILOBYTE = 1000
LOADED = {"script": "src", "img": "src", "iframe": "src", "link": "href", "source": "src", "object": "data"}
NOT_LOADED = {"canonical", "prev", "next", "alternate"}


class Reader(HTMLParser):
    """Collects what a browser loads for a page, where the page leads, and the places on it."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.places: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the addresses and the id of the tag."""
        given = dict(attrs)
        address = given.get(LOADED.get(tag, ""))
        if address and not (tag == "link" and given.get("rel") in NOT_LOADED):
            self.loads.append(address)
        if tag == "a" and given.get("href"):
            self.links.append(str(given["href"]))
        if given.get("id"):
            self.places.add(str(given["id"]))


@cache
def read(page: Path) -> Reader:
    """What is on a page."""
    reader = Reader()
    reader.feed(page.read_text("utf-8"))
    return reader


def loads(page: Path) -> list[str]:
    """The addresses of all that a browser loads for a page."""
    return read(page).loads


def target(page: Path, link: str) -> tuple[Path, str]:
    """The file and the place that a link of a page leads to."""
    parts = urlsplit(link)
    return (page.parent / unquote(parts.path)).resolve() if parts.path else page, unquote(parts.fragment)


def pages(site: Path) -> Iterator[Path]:
    """Every page of the site."""
    found = sorted(site.rglob("*.html"))
    assert found
    return iter(found)


def test_pages_load_nothing_from_another_host(site: Path) -> None:
    for page in pages(site):
        addresses = loads(page)
        assert addresses or page.name == "report.html", page
        assert not [each for each in addresses if urlsplit(each).scheme or urlsplit(each).netloc], page.name
        assert 'class="mermaid"' not in page.read_text("utf-8"), page.name  # the theme would ask another host for it


def test_every_page_is_light(site: Path) -> None:
    """With compression, as servers send it; pictures are sent as they are."""
    for page in pages(site):
        files = {page} | {target(page, each)[0] for each in loads(page) if not each.startswith("/")}
        sent = sum(len(gzip.compress(file.read_bytes())) for file in files)
        assert sent <= (300 if "specification" in page.parts and page.stem in REGISTER.topics else 500) * KILOBYTE, page


def test_every_link_leads_to_a_file_and_a_place_that_are_there(site: Path) -> None:
    links = 0
    for page in pages(site):
        if page.name == "404.html":  # it is shown in the place of any page, so its links begin at the root
            continue
        for link in read(page).links:
            if urlsplit(link).scheme:
                continue
            file, place = target(page, link)
            assert file.is_file(), (page.name, link)
            if place.startswith("from="):  # its script knows the place, as the browser tests show
                assert file.name == "what-if.html"
                continue
            assert not place or file.suffix != ".html" or place in read(file).places, (page.name, link)
            links += 1
    assert links


def test_every_page_is_reached_in_two_clicks(site: Path) -> None:
    """Of what is there to be clicked: links of the text, tabs, and beside each page but the first those of its tab."""
    reached = [{site / "index.html"}]
    for _ in range(2):
        reached.append({each for page in reached[-1] for each in clicks(page, site)})
    assert set(pages(site)) - {site / "404.html"} <= set.union(*reached)


def clicks(page: Path, site: Path) -> set[Path]:
    """The pages that one click leads to."""
    tabs = [[(site / each).with_suffix(".html") for each in tab] for tab in navigation()]
    beside = (each for tab in tabs if page in tab and page.name != "index.html" for each in tab)
    text = page.read_text("utf-8").partition("<article")[2].partition("</article>")[0]
    reader = Reader()
    reader.feed(text)
    linked = (target(page, link)[0] for link in reader.links if not urlsplit(link).scheme)
    return {each for each in (*linked, *beside, *(tab[0] for tab in tabs)) if each.suffix == ".html"}


def navigation() -> list[list[str]]:
    """The pages of each tab."""
    text = re.sub(r"!!python/name:\S+", "", (ROOT / "mkdocs.yml").read_text("utf-8"))
    return [re.findall(r"[\w/-]+\.md", json.dumps(tab)) for tab in yaml.safe_load(text)["nav"]]


def test_search_knows_every_requirement_by_its_id_and_no_table_of_scenarios(site: Path) -> None:
    entries = json.loads((site / "search" / "search_index.json").read_text("utf-8"))["docs"]
    at = {each["location"]: f"{each['title']} {each['text']}" for each in entries}
    for requirement in REGISTER.values():
        place = f"specification/{requirement.topic}.html#{requirement.id}"
        assert requirement.id in at[place]
    assert not [each for each in at if each.startswith("evidence/scenarios")]


def test_navigation_has_every_page_but_the_single_decisions() -> None:
    listed = {page for tab in navigation() for page in tab}
    written = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").glob("*.md")}
    assert written <= listed
    assert {f"specification/{topic}.md" for topic in REGISTER.topics} <= listed


def test_page_that_is_not_there_has_addresses_from_the_root_of_the_site(site: Path) -> None:
    """Wherever that is: the browser tests ask for it at any depth."""
    page = site / "404.html"
    links = {link for link in read(page).links if not link.startswith("#")}
    assert not [each for each in (*links, *loads(page)) if each.startswith("/")]
    assert {"index.html", "decide/index.html", "evidence/traceability.html"} <= links
    assert all(target(page, link)[0].is_file() for link in links)


def test_script_of_others_is_what_its_comment_says() -> None:
    comment, end, script = (ROOT / "docs" / "assets" / "iframe-worker-shim.js").read_bytes().partition(b" */\n")
    assert end
    assert hashlib.sha256(script).hexdigest().encode() in comment
    assert b"MIT licence" in comment
