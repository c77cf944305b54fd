"""Every library that the package or an extra of it needs has a lowest version, which can be tried."""

from importlib.metadata import requires

import pytest
from packaging.requirements import Requirement

from tests.bench.lowest import NoLowest, lowest_version, lowest_versions, project


def test_every_library_has_a_lowest_version() -> None:
    named = {version.partition("==")[0] for version in lowest_versions(project())}
    assert named == {Requirement(each).name for each in requires("translator-cmk") or ()}


def test_library_without_a_lower_bound_is_named() -> None:
    with pytest.raises(NoLowest, match="mkdocs<2"):
        lowest_version(Requirement("mkdocs<2"))
