"""The site: MkDocs builds all of it, strict, complete and light."""

import gzip
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from html.parser import HTMLParser
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import pytest
import yaml
from lxml import html  # type: ignore[import-untyped]  # it says no types

from tests.command_line import ROOT, git
from tests.site.conftest import (
    MARKED,
    QUICK_PAGES,
    REGISTER,
    REPOSITORY,
    SITE,
    digest_elsewhere,
    digest_of,
)

KILOBYTE = 1000
LOADED = "//script/@src | //img/@src | //iframe/@src | //source/@src | //object/@data | //link[not({})]/@href".format(
    " or ".join(
        f"@rel='{rel}'" for rel in ("canonical", "prev", "next", "alternate", "alternate feed")
    )
)
UNREAD = (
    "ancestor::script or ancestor::style or ancestor::title or ancestor::*[@class='headerlink']"
    " or ancestor::pre"
)
# The summary of a fold is seen, but not that of a fold inside another one.
FOLDED = "ancestor::details and not(ancestor::summary and count(ancestor::details) = 1)"
# Rows of a table that readers narrow are looked up, and not read one after the other.
LOOKED_UP = "ancestor::tr and ancestor::*[contains(@class, 'filterable')]"
SEEN = f"//article//text()[not({UNREAD}) and not({FOLDED}) and not({LOOKED_UP})]"


class Reading(NamedTuple):
    """What a browser loads for a page, where the page leads, the places on it, and how many words
    are seen.

    Words are those of its text, with tables, lists and pictures, without what is folded and
    without programs, which are run and not read.
    """

    loads: list[str]
    links: list[str]
    links_of_text: list[str]
    places: set[str]
    words: int


@cache
def read(page: Path) -> Reading:
    """What is on a page."""
    tree = html.document_fromstring(page.read_text("utf-8"))
    words = sum(len(re.findall(r"\w[\w'./-]*", each)) for each in tree.xpath(SEEN))
    return Reading(
        tree.xpath(LOADED),
        tree.xpath("//a/@href"),
        tree.xpath("//article//a/@href"),
        set(tree.xpath("//@id")),
        words,
    )


def target(page: Path, link: str) -> tuple[Path, str]:
    """The file and the place that a link of a page leads to."""
    parts = urlsplit(link)
    return (page.parent / unquote(parts.path)).resolve() if parts.path else page, unquote(
        parts.fragment
    )


def pages(site: Path) -> Iterator[Path]:
    """Every page of the site."""
    found = sorted(site.rglob("*.html"))
    assert found
    return iter(found)


@cache
def compressed_size(file: Path) -> int:
    return len(gzip.compress(file.read_bytes()))


def test_every_page_is_light_and_loads_nothing_from_another_host(site: Path) -> None:
    """Light with compression, as servers send it; pictures are sent as they are."""
    for page in pages(site):
        addresses = read(page).loads
        assert addresses, page
        assert not [each for each in addresses if urlsplit(each).scheme or urlsplit(each).netloc], (
            page.name
        )
        assert 'class="mermaid"' not in page.read_text("utf-8"), (
            page.name
        )  # the theme would ask another host for it
        files = {page} | {target(page, each)[0] for each in addresses if not each.startswith("/")}
        sent = sum(map(compressed_size, files))
        assert (
            sent
            <= (300 if "specification" in page.parts and page.stem in REGISTER.topics else 500)
            * KILOBYTE
        ), page


DECISION = (
    "index",
    *(
        f"decide/{name}"
        for name in (
            "index",
            "what-breaks",
            "protect",
            "enable",
            "portal",
            "scripts",
            "move",
            "network",
            "what-if",
            "unknowns",
        )
    ),
)
"""The pages that an architect reads, in this order; what they look things up in is not among them."""

WORDS_A_MINUTE, MINUTES = 240, 20
LONGEST = 3_300  # words of a page, with the result of each requirement in words


def test_architect_reads_all_pages_of_the_decision_in_twenty_minutes(site: Path) -> None:
    counted = {name: read(site / f"{name}.html").words for name in DECISION}
    assert min(counted.values()) > 100
    assert sum(counted.values()) <= WORDS_A_MINUTE * MINUTES, counted


def test_no_page_is_long_and_few_are_in_navigation_and_search(site: Path) -> None:
    looked_up = site / "decide" / "questions.html"  # test_questions.py has its limit
    for page in pages(site):
        assert page == looked_up or read(page).words <= LONGEST, page
    assert read(site / "specification" / "vault.html").words > LONGEST / 10
    listed = {page for tab in navigation() for page in tab}
    entries = json.loads((site / "search" / "search_index.json").read_text("utf-8"))["docs"]
    found = {each["location"].partition("#")[0] for each in entries}
    assert len(listed | {each.replace(".html", ".md") for each in found}) <= 60


def test_first_visit_of_the_home_page_is_light(site: Path) -> None:
    """With all that the theme loads: its search, the index and the worker that searches."""
    page = site / "index.html"
    loaded = {target(page, each)[0] for each in read(page).loads}
    searched = {
        site / "search" / "search_index.json",
        *site.glob("assets/javascripts/workers/search.*.js"),
    }
    assert len(searched) == 2
    assert (
        sum(len(gzip.compress(each.read_bytes())) for each in {page, *loaded, *searched})
        <= 150 * KILOBYTE
    )


MARKDOWN_LEFT = re.compile(
    r"^\s*\||\|\s*$|\]\(|\*\*|^#{1,6} |```|\{ ?[.#:]\w|markdown=", re.MULTILINE
)
RENDERED = "//article//text()[not(ancestor::pre or ancestor::code or ancestor::script)]"


class Nesting(HTMLParser):
    """What is on a page closes in the element in which it opened."""

    CHECKED = frozenset({"details", "summary", "table", "tr", "td", "th", "div", "ul", "ol"})

    def __init__(self) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.broken: list[tuple[str, tuple[int, int]]] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002  # its signature
        if tag in self.CHECKED:
            self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.CHECKED and (not self.inside or self.inside.pop() != tag):
            self.broken.append((tag, self.getpos()))


def test_no_page_shows_markdown_as_text_or_a_part_outside_its_fold(site: Path) -> None:
    """A fold in a cell of a table inside a fold ended both, and the other rows stood below as
    text."""
    for page in pages(site):
        text = page.read_text("utf-8")
        texts = html.document_fromstring(text).xpath(RENDERED)
        left = [each for each in texts if MARKDOWN_LEFT.search(each) and MARKED not in each]
        assert left == [], page
        nesting = Nesting()
        nesting.feed(text)
        assert nesting.broken == [], page


def test_every_link_leads_to_a_file_and_a_place_that_are_there(site: Path) -> None:
    links = 0
    for page in pages(site):
        if (
            page.name == "404.html"
        ):  # it is shown in the place of any page, so its links begin at the root
            continue
        for link in read(page).links:
            if urlsplit(link).scheme:
                continue
            file, place = target(page, link)
            assert file.is_file(), (page.name, link)
            if place.startswith("from="):  # its script knows the place, as the browser tests show
                assert file.name == "what-if.html"
                continue
            assert not place or file.suffix != ".html" or place in read(file).places, (
                page.name,
                link,
            )
            links += 1
    assert links


def test_every_link_for_language_models_leads_to_a_file(site: Path) -> None:
    links = re.findall(r"\]\(([^)]+)\)", (site / "llms.txt").read_text("utf-8"))
    assert links
    assert [link for link in links if not (site / link).is_file()] == []


def test_every_page_is_reached_in_two_clicks(site: Path) -> None:
    """Of what is there to be clicked: links of the text, tabs, and beside each page but the first
    those of its tab.
    """
    reached = [{site / "index.html"}]
    for _ in range(2):
        reached.append({each for page in reached[-1] for each in clicks(page, site)})
    assert set(pages(site)) - {site / "404.html"} <= set.union(*reached)


def clicks(page: Path, site: Path) -> set[Path]:
    """The pages that one click leads to."""
    found: set[Path] = set()
    for link in read(page).links_of_text:
        if not urlsplit(link).scheme:
            found.add(target(page, link)[0])
    for names in navigation():
        tab = [(site / name).with_suffix(".html") for name in names]
        found.add(tab[0])
        if page in tab and page.name != "index.html":  # the first page shows nothing beside it
            found.update(tab)
    return {each for each in found if each.suffix == ".html"}


def navigation() -> list[list[str]]:
    """The pages of each tab."""
    text = re.sub(r"!!python/name:\S+|!ENV", "", (ROOT / "mkdocs.yml").read_text("utf-8"))
    return [re.findall(r"[\w/-]+\.md", json.dumps(tab)) for tab in yaml.safe_load(text)["nav"]]


def test_search_knows_every_requirement_by_its_id_and_neither_scenarios_nor_decisions(
    site: Path,
) -> None:
    entries = json.loads((site / "search" / "search_index.json").read_text("utf-8"))["docs"]
    at = {each["location"]: each.get("tags") for each in entries}
    for requirement in REGISTER.values():
        place = f"specification/{requirement.topic}.html#{requirement.id}"
        assert at[place] == [requirement.id]
    assert not [
        each for each in at if each.startswith("decisions/") or "/" in each.partition("#")[2]
    ]


def test_page_that_is_not_there_has_addresses_from_the_root_of_the_site(site: Path) -> None:
    """Wherever that is: it knows every folder, and the browser tests ask for it at any depth."""
    page = site / "404.html"
    links = {link for link in read(page).links if not link.startswith(("#", REPOSITORY))}
    assert not [each for each in (*links, *read(page).loads) if each.startswith("/")]
    assert {"index.html", "decide/index.html", "evidence/traceability.html"} <= links
    assert all(target(page, link)[0].is_file() for link in links)
    known = page.read_text("utf-8").partition("folders = [")[2].partition("]")[0]
    assert {each.name for each in site.iterdir() if each.is_dir()} - {"search"} <= set(
        json.loads(f"[{known}]")
    )


def test_script_of_others_is_what_its_comment_says() -> None:
    comment, end, script = (
        (ROOT / "docs" / "assets" / "iframe-worker-shim.js").read_bytes().partition(b" */\n")
    )
    assert end
    assert hashlib.sha256(script).hexdigest().encode() in comment
    assert b"MIT licence" in comment


def test_every_process_generates_the_same_bytes(green: Mapping[str, str]) -> None:
    """Whatever its hash seed."""
    assert digest_elsewhere(QUICK_PAGES) == digest_of([green[each] for each in QUICK_PAGES])


def make(checkout: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `make` in a copy of the checkout with the environment of the tests, which is installed
    already.
    """
    identity = {
        f"GIT_{who}_{what}": "a@example.com"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("SITE_URL", "MAKEFLAGS", "MAKELEVEL")
    }
    environment = kept | identity | {"PYTHONPATH": str(checkout / "model")}
    command = ["make", f"PY={shlex.quote(sys.executable)}", "INSTALLED=", *words]
    return subprocess.run(
        command, cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )


# Published: addresses, the map, previews, edit links, the feed, and `make deploy`

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def addresses(site: Path) -> Iterator[tuple[str, str]]:
    """Each page but that of what is not there, with its address from the root."""
    for page in sorted(site.rglob("*.html")):
        path = page.relative_to(site).as_posix()
        if path != "404.html":
            yield path, page.read_text("utf-8")


def test_every_page_says_where_it_is_published_and_the_map_has_them_all(site: Path) -> None:
    expected = set()
    for path, text in addresses(site):
        address = SITE + path
        expected.add(address)
        assert f'<link rel="canonical" href="{address}">' in text
        assert f'<meta property="og:url" content="{address}">' in text
    tree = ElementTree.parse(site / "sitemap.xml")
    assert {each.text for each in tree.iter(f"{MAP}loc")} == expected


def test_preview_of_a_page_has_its_words_and_a_picture_of_the_usual_size(site: Path) -> None:
    for path, text in addresses(site):
        found = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]+)">', text))
        assert found.keys() >= {"title", "description", "image"}, path
        assert found["image"] == f"{SITE}assets/social.png"
    picture = (site / "assets" / "social.png").read_bytes()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])) == (1200, 630)


def test_edit_link_of_every_page_opens_a_file_of_the_repository(site: Path) -> None:
    for path, text in addresses(site):
        (link,) = re.findall(r'<a href="([^"]+)" title="Edit this page"', text)
        file = link.removeprefix(f"{REPOSITORY}/edit/main/")
        assert file != link
        assert (ROOT / file).is_file(), (path, file)


def test_foot_of_every_page_says_what_it_was_built_from_and_how_to_report_an_error(
    site: Path,
) -> None:
    for path, text in addresses(site):
        foot = text[text.index('<div class="md-copyright">') :]
        assert f"translator-cmk {version('translator-cmk')}, pages built on 2025-10-09." in foot
        assert f'<a href="{REPOSITORY}">' in foot
        (report,) = re.findall(rf'href="{REPOSITORY}/issues/new\?title=([^"]*)"', foot)
        assert unquote(report).endswith(f"({path})"), path


def test_feed_has_every_known_revision_of_the_article_the_newest_first(site: Path) -> None:
    feed = ElementTree.parse(site / "data" / "revisions.xml").getroot()
    article = REGISTER.article
    dates = sorted([article.revision, *(each.date for each in article.later)], reverse=True)
    entries = feed.findall(f"{ATOM}entry")
    assert [each.findtext(f"{ATOM}title") for each in entries] == [
        f"Revision of {date}" for date in dates
    ]
    for each in (feed, *entries):
        assert all(each.findtext(f"{ATOM}{name}") for name in ("title", "id", "updated"))
    assert len({each.findtext(f"{ATOM}id") for each in (feed, *entries)}) == 1 + len(dates)
    home = (site / "index.html").read_text("utf-8")
    assert (
        '<link rel="alternate feed" type="application/atom+xml" title="Revisions of the article"'
        in home
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A clone with this Makefile and a site of one page; where it came from is a bare
    repository.
    """
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "origin.git")
    git(tmp_path, "clone", "--quiet", "origin.git", "clone")
    clone = tmp_path / "clone"
    shutil.copy(ROOT / "Makefile", clone)
    (clone / "docs").mkdir()
    (clone / "docs" / "index.md").write_text("# One page\n")
    (clone / "mkdocs.yml").write_text('site_name: One page\nsite_url: !ENV [SITE_URL, ""]\n')
    git(clone, "add", ".")
    git(clone, "commit", "--quiet", "--message", "One page")
    return clone


def deploy(checkout: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run `make deploy` there."""
    return make(checkout, "deploy", *options)


def test_deploy_pushes_the_site_with_its_address_to_the_branch_for_pages(checkout: Path) -> None:
    done = deploy(checkout, f"SITE_URL={SITE}")
    assert done.returncode == 0, done.stderr
    origin = checkout.parent / "origin.git"
    assert f'<link rel="canonical" href="{SITE}' in git(origin, "show", "gh-pages:index.html")
    assert ".nojekyll" in git(origin, "ls-tree", "--name-only", "gh-pages")


def test_deploy_without_an_address_says_what_to_add_and_pushes_nothing(checkout: Path) -> None:
    done = deploy(checkout)
    assert done.returncode == 2
    assert done.stderr.startswith("make deploy needs the address of the site: SITE_URL=https://")
    assert git(checkout.parent / "origin.git", "branch", "--list") == ""
