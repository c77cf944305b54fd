"""The built site, one for all tests: a worker runs all those that need it."""

from pathlib import Path

import pytest

from tests.conformance.verifying import SOME, WRONG, verify
from tests.site.building import make_project


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the pages and of the site."""
    return make_project(tmp_path_factory.getbasetemp() / "project")


@pytest.fixture(scope="session")
def site(project: Path) -> Path:
    """The site."""
    return project / "site"


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report on a system that keeps everything when access is revoked: of three scenarios it fails two."""
    return verify(tmp_path_factory.mktemp("report"), "--python", WRONG, *SOME).folder
