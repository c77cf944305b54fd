"""The site as mkdocs builds it: strict, complete, light, and without a word to another host."""

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from tests.site.building import REGISTER, ROOT, a_run, build, copy_pages, generate

KILOBYTE = 1000
LOADED = {"script": "src", "img": "src", "iframe": "src", "link": "href", "source": "src", "object": "data"}
NOT_LOADED = {"canonical", "prev", "next", "alternate"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built from the pages of this checkout and a run in which everything passed."""
    project = tmp_path_factory.mktemp("project")
    copy_pages(project)
    assert generate(project, a_run()).returncode == 0
    built = build(project)
    assert built.returncode == 0, built.stderr
    assert "WARNING" not in built.stderr
    return project / "site"


class Loads(HTMLParser):
    """Collects what a browser loads for a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the address of what the tag loads."""
        given = dict(attrs)
        address = given.get(LOADED.get(tag, ""))
        if address and not (tag == "link" and given.get("rel") in NOT_LOADED):
            self.found.append(address)


def loads(page: Path) -> list[str]:
    """The addresses of all that a browser loads for a page."""
    parser = Loads()
    parser.feed(page.read_text("utf-8"))
    return parser.found


def pages(site: Path) -> Iterator[Path]:
    """Every page of the site."""
    found = sorted(site.rglob("*.html"))
    assert len(found) > 25
    return iter(found)


def test_site_is_built_strictly_and_has_a_page_for_each_topic(site: Path) -> None:
    assert {topic for topic in REGISTER.topics if (site / "specification" / f"{topic}.html").is_file()} == set(
        REGISTER.topics
    )


def test_pages_load_nothing_from_another_host(site: Path) -> None:
    for page in pages(site):
        addresses = loads(page)
        assert addresses
        assert not [each for each in addresses if urlsplit(each).scheme or urlsplit(each).netloc], page.name


def test_no_page_has_a_diagram_for_which_the_theme_would_ask_another_host(site: Path) -> None:
    assert not [page.name for page in pages(site) if 'class="mermaid"' in page.read_text("utf-8")]


def test_topic_page_is_light(site: Path) -> None:
    """With compression, as servers send it; pictures are sent as they are."""
    for topic in REGISTER.topics:
        page = site / "specification" / f"{topic}.html"
        files = {page} | {(page.parent / unquote(urlsplit(each).path)).resolve() for each in loads(page)}
        assert sum(len(gzip.compress(file.read_bytes())) for file in files) <= 300 * KILOBYTE, topic


def test_navigation_has_every_page_but_the_single_decisions() -> None:
    text = re.sub(r"!!python/name:\S+", "", (ROOT / "mkdocs.yml").read_text("utf-8"))
    listed = set(re.findall(r"[\w/-]+\.md", json.dumps(yaml.safe_load(text)["nav"])))
    written = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").glob("*.md")}
    assert written <= listed
    assert {f"specification/{topic}.md" for topic in REGISTER.topics} <= listed


def test_page_that_is_not_there_leads_home(site: Path) -> None:
    assert 'href="/index.html"' in (site / "404.html").read_text("utf-8")


def test_scripts_of_others_are_those_that_the_manifest_names() -> None:
    folder = ROOT / "docs" / "assets" / "vendor"
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    for entry in manifest:
        assert hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
        assert (folder / entry["licence_file"]).is_file()
        assert entry.keys() >= {"package", "version", "licence"}
    named = {entry["file"] for entry in manifest} | {entry["licence_file"] for entry in manifest}
    assert {path.name for path in folder.iterdir()} == named | {"manifest.json"}


def test_every_requirement_that_a_hand_written_page_names_exists() -> None:
    topics = "|".join(REGISTER.topics)
    for page in (ROOT / "docs").glob("*.md"):
        named = set(
            re.findall(rf"(?<![\w./-])(?:{topics})\.(?!md\b|py\b|yaml\b|feature\b)[a-z0-9-]+", page.read_text("utf-8"))
        )
        assert named <= set(REGISTER), page.name
