"""One browser for all tests of a worker, and the site that all tests share."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.site.conftest import project, site, wrong

__all__ = ["browser", "project", "site", "wrong"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, which asks nobody anything of its own accord."""
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        yield chromium
        chromium.close()
