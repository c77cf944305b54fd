"""The built site, one for all tests: a worker runs all those that need it."""

from pathlib import Path

import pytest

from tests.site.building import make_project


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the pages and of the site."""
    return make_project(tmp_path_factory.getbasetemp() / "project")


@pytest.fixture(scope="session")
def site(project: Path) -> Path:
    """The site."""
    return project / "site"
