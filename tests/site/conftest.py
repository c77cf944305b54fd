"""The built site, one for all tests, and a report whose pages are on it."""

from pathlib import Path

import pytest

from tests.site.building import shared_project


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the pages and of the site."""
    return shared_project(tmp_path_factory)


@pytest.fixture(scope="session")
def site(project: Path) -> Path:
    """The site."""
    return project / "site"


@pytest.fixture(scope="session")
def wrong(project: Path) -> Path:
    """The report on a system that loses nothing: it fails."""
    return project / "wrong" / "report"
