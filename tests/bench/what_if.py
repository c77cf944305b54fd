"""Measures the page that answers "what if": how soon it can be used, and how much it loads for that."""

import gzip
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

SITE = Path(__file__).resolve().parents[2] / "site"


def usable_milliseconds() -> float:
    """From asking for the page to being able to use it, opened from a folder in a fresh window of Chromium."""
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        page = chromium.new_page()
        page.goto("about:blank")
        page.goto((SITE / "specification" / "what-if.html").as_uri())
        found: float = page.evaluate("performance.getEntriesByName('what-if-usable')[0].startTime")
        chromium.close()
        return found


def data_kilobytes() -> float:
    """The graph that the page looks answers up in, compressed as a server sends it."""
    return len(gzip.compress((SITE / "data" / "what-if.js").read_bytes(), mtime=0)) / 1000
