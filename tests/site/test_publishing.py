"""A published site: addresses, the map, previews, edit links and the feed; and `make deploy`, which pushes it."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.site.building import REGISTER, REPOSITORY, ROOT, SITE

pytestmark = pytest.mark.xdist_group("site")

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def addresses(site: Path) -> Iterator[tuple[str, str]]:
    """Each page of the navigation with its address from the root; reports are files of their own."""
    for page in sorted(site.rglob("*.html")):
        path = page.relative_to(site).as_posix()
        if path != "404.html" and not path.startswith("evidence/reports/"):
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
        tracked = ["git", "check-ignore", "--quiet", file]
        assert subprocess.run(tracked, cwd=ROOT, check=False).returncode == 1, f"{file} is generated"


def test_feed_has_every_known_revision_of_the_article_the_newest_first(site: Path) -> None:
    feed = ElementTree.parse(site / "data" / "revisions.xml").getroot()
    article = REGISTER.article
    dates = sorted([article.revision, *(each.date for each in article.later)], reverse=True)
    entries = feed.findall(f"{ATOM}entry")
    assert [each.findtext(f"{ATOM}title") for each in entries] == [f"Revision of {date}" for date in dates]
    for each in (feed, *entries):
        assert all(each.findtext(f"{ATOM}{name}") for name in ("title", "id", "updated"))
    assert len({each.findtext(f"{ATOM}id") for each in (feed, *entries)}) == 1 + len(dates)
    home = (site / "index.html").read_text("utf-8")
    assert '<link rel="alternate feed" type="application/atom+xml" title="Revisions of the article"' in home


def git(*arguments: str, at: Path) -> str:
    """Run git in a folder and return its output."""
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    return subprocess.run(["git", *identity, *arguments], cwd=at, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A clone with this Makefile and a site of one page; where it came from is a bare repository."""
    git("init", "--quiet", "--bare", "--initial-branch=main", "origin.git", at=tmp_path)
    git("clone", "--quiet", "origin.git", "clone", at=tmp_path)
    clone = tmp_path / "clone"
    shutil.copy(ROOT / "Makefile", clone)
    (clone / "docs").mkdir()
    (clone / "docs" / "index.md").write_text("# One page\n")
    (clone / "mkdocs.yml").write_text('site_name: One page\nsite_url: !ENV [SITE_URL, ""]\n')
    git("add", ".", at=clone)
    git("commit", "--quiet", "--message", "One page", at=clone)
    return clone


def deploy(checkout: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run `make deploy` there with the environment of the tests, which is installed already."""
    identity = {f"GIT_{who}_{what}": "a@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    kept = {name: value for name, value in os.environ.items() if name not in ("SITE_URL", "MAKEFLAGS", "MAKELEVEL")}
    command = ["make", "deploy", f"PY={shlex.quote(sys.executable)}", "INSTALLED=", *options]
    return subprocess.run(command, cwd=checkout, env=kept | identity, capture_output=True, text=True, check=False)


def test_deploy_pushes_the_site_with_its_address_to_the_branch_for_pages(checkout: Path) -> None:
    done = deploy(checkout, f"SITE_URL={SITE}")
    assert done.returncode == 0, done.stderr
    origin = checkout.parent / "origin.git"
    assert f'<link rel="canonical" href="{SITE}' in git("show", "gh-pages:index.html", at=origin)
    assert ".nojekyll" in git("ls-tree", "--name-only", "gh-pages", at=origin)


def test_deploy_without_an_address_says_what_to_add_and_pushes_nothing(checkout: Path) -> None:
    done = deploy(checkout)
    assert done.returncode == 2
    assert done.stderr.startswith("make deploy needs the address of the site: SITE_URL=https://")
    assert git("branch", "--list", at=checkout.parent / "origin.git") == ""
