"""Shape the search index: every word of the pages on which people decide; of all others, titles,
ids, and what a page is about.
"""

import json
import re
from html import escape
from pathlib import Path
from typing import Any

DECIDE = "Decide"
"""The tab whose pages are found by every word, as the home page is."""

whole: set[str] = set()
"""The addresses of these pages."""
about: dict[str, str] = {}
"""What each page is about, by its address."""


def on_nav(nav: Any, **_: Any) -> None:
    """Note the pages that are found by every word."""
    for page in nav.pages:
        if page.is_homepage or DECIDE in [each.title for each in page.ancestors]:
            whole.add(page.url)


def on_page_content(_html: str, page: Any, **_: Any) -> None:
    """Note what a page is about: its description has the words that people type."""
    about[page.url] = page.meta.get("description", "")


def on_post_build(config: Any) -> None:
    """Write the index with what readers look for."""
    index = Path(config["site_dir"]) / "search" / "search_index.json"
    found = json.loads(index.read_text("utf-8"))
    found["docs"] = [shaped(each) for each in found["docs"] if is_sought(each["location"])]
    index.write_text(json.dumps(found, ensure_ascii=False, separators=(",", ":")), "utf-8")


def is_sought(location: str) -> bool:
    """Tell whether readers look for a section: its page is listed, and it is no scenario of a
    requirement.
    """
    page, _, place = location.partition("#")
    return not page.startswith(("decisions/", "examples/")) and "/" not in place


def shaped(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry with its text where every word counts, with the id of a requirement as its
    tag, and with what the page is about where it is a page.

    The text keeps its paragraphs, of which the search shows those with what was typed.
    """
    page, _, place = entry["location"].partition("#")
    text = "" if place else f"<p>{escape(about[page])}</p>"
    if page in whole:
        # the search of the theme breaks off at a word with an asterisk
        text += re.sub(r"\s+", " ", entry["text"].replace("*", " "))
    tags = {"tags": [place]} if "." in place else {}
    return {**entry, "text": text, **tags}
